"""The built site, or a widget alone, in Chromium."""

import functools
import gzip
import json
import re
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest
from built import PAGES, SITE
from find_chromium import MISSING, program

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SETTLED = """async () => {
  const views = [...document.querySelectorAll('script[type$="widget-view+json"]')];
  const shown = () => views.every(view => view.nextElementSibling?.childElementCount);
  for (let i = 0; i < 9000 && !shown(); i++) await new Promise(next => setTimeout(next, 20));
  performance.mark("interactive");
  await window.MathJax?.startup?.promise;
  return shown();
}"""


# A page's own timers and frames run in order, however slow the machine: one that is due later comes later. A widget
# draws in the next frame, and tells the kernel 250 ms after the last move.
RESTED = """() => new Promise(rested => setTimeout(
  () => requestAnimationFrame(() => requestAnimationFrame(rested)), 400))"""
PATIENCE = 180_000  # ms, for what must come: a machine may be busy

STAGED: dict[str, str] = {}  # pages that are in no site


def stage(name: str, widget) -> str:
    """Put a widget alone on a page, as myst-nb would, and return the page's name."""
    from ipywidgets.embed import dependency_state

    state, mime = (
        {"version_major": 2, "version_minor": 0, "state": dependency_state(widget, drop_defaults=False)},
        "application/vnd.jupyter.widget",
    )
    STAGED[
        f"{name}.html"
    ] = f"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <meta name="color-scheme" content="light dark"><title>{name}</title><link rel="icon" href="_static/favicon.svg">
        <script type="{mime}-state+json">{json.dumps(state).replace("</", "<" + chr(92) + "/")}</script>
        <script defer src="_static/widget-host.mjs"></script><main><h1>{name}</h1>
        <script type="{mime}-view+json">{json.dumps({"model_id": widget.model_id})}</script></main>"""
    return name


@functools.cache
def compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6)


@functools.cache
def base() -> str:
    """The path of the site on its host, "/mrilab/" on Pages: the page for lost visitors begins its links with it."""
    return re.search(r'data-content_root="(/[^"]*)"', (SITE / "404.html").read_text())[1]


class LikePages(SimpleHTTPRequestHandler):
    """Sends files as GitHub Pages does: below the project's name, text compressed, all to be kept for ten minutes, and
    404.html for what is not there.
    """

    def log_message(self, *args):
        pass

    def translate_path(self, path):
        return super().translate_path(f"/{path.removeprefix(base())}")

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.name in STAGED:
            self.send_text(gzip.compress(STAGED[path.name].encode()), path)
        elif not path.exists():
            self.send_text(compressed(SITE / "404.html"), SITE / "404.html", 404)
        elif not path.is_file() or path.suffix not in {".html", ".js", ".mjs", ".css", ".svg"}:
            super().do_GET()
        else:
            self.send_text(compressed(path), path)

    def send_text(self, body, path, status=200):
        self.send_response(status)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self):
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()


@contextmanager
def chromium():
    """Start the system's Chromium."""
    executable = program()
    if executable is None:
        pytest.fail(f"{MISSING}: python3 tests/find_chromium.py installs it, or says why not")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def site():
    """Serve the site, start Chromium, and yield `opened` with both filled in."""
    if not PAGES:
        pytest.fail("there is no site in _build/html: run `make book` first")
    with (
        chromium() as browser,
        ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(LikePages, directory=SITE)) as server,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield functools.partial(opened, browser, f"http://127.0.0.1:{server.server_port}{base()}")
        server.shutdown()


@contextmanager
def opened(browser, base, name, theme="light", width=1400, context=None, **options):
    """Yield a page that has settled, and the list of what it complains of; without a context, nothing is cached."""
    own = context or browser.new_context(**options)
    page, complaints = own.new_page(), []
    page.set_default_timeout(PATIENCE)
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size({"width": width, "height": 900})

    def note(wrong, what):
        if wrong:
            complaints.append(what)

    page.on("pageerror", lambda error: note(True, f"error: {error}"))
    page.on("console", lambda message: note(message.type == "error", f"console: {message.text}"))
    page.on("response", lambda answer: note(answer.status > 399, f"{answer.status} {answer.url}"))
    inside = (base, "data:", "blob:")
    page.on("request", lambda request: note(not request.url.startswith(inside), f"other host: {request.url}"))
    page.goto(f"{base}{name}.html", wait_until="load")
    note(not page.evaluate(SETTLED), "a widget does not appear")
    yield page, complaints
    page.close()
    if context is None:
        own.close()


def rest(page) -> None:
    """Wait until the page has done what it was asked to do."""
    page.evaluate(RESTED)


@functools.cache
def axe() -> str:
    return (Path(find_spec("axe_playwright_python").origin).parent / "axe.min.js").read_text()


# Contrast is most of axe's time, which grows with all that is shown. Leaves that look alike, with the same tags,
# classes and styles up to the root, have the same contrast: two of each kind stay, the rest is taken out of the page.
# A formula counts as a leaf. preload would read style sheets again, from the wrong folder.
AXE = """async () => {
  const only = (values, type) => ({runOnly: {type, values}, preload: false, resultTypes: ["violations"]});
  const wcag = only(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "tag");
  const rules = await axe.run(document, {...wcag, rules: {"color-contrast": {enabled: false}}});

  const seen = {};
  const look = e => e ? `${e.tagName} ${e.className} ${e.getAttribute("style")}/${look(e.parentElement)}` : "";
  for (const leaf of document.body.querySelectorAll("mjx-container, :not(:has(*)):not(mjx-container *)")) {
    const kind = look(leaf);
    seen[kind] = (seen[kind] ?? 0) + 1;
    if (seen[kind] > 2) leaf.remove();
  }
  const contrast = await axe.run(document, only(["color-contrast"], "rule"));

  return [...rules.violations, ...contrast.violations]
    .filter(rule => ["serious", "critical"].includes(rule.impact))
    .map(rule => `axe: ${rule.id}, ${rule.nodes.length} times, at ${rule.nodes[0].html}`);
}"""


def barriers(page) -> list[str]:
    """What axe finds against WCAG 2.1 A and AA that is serious or critical."""
    page.evaluate(axe())
    return page.evaluate(AXE)
