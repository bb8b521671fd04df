"""The built site, or a widget alone, in Chromium."""

import functools
import gzip
import re
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest
from built import SITE
from find_chromium import MISSING, program

from book._ext.poster import VIEW
from book._ext.widgets import PLACE, shelve

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
# The widgets on the first screen; then, as if they had been scrolled to, all others.
SETTLED = """async () => {
  const views = [...document.querySelectorAll('script[type$="widget-view+json"]')];
  const shown = some => some.every(view => view.nextElementSibling.childElementCount);
  const wait = async some => {
    for (let i = 0; i < 9000 && !shown(some); i++) await new Promise(next => setTimeout(next, 20));
  };
  await wait(views.filter(view => view.nextElementSibling.getBoundingClientRect().top < innerHeight));
  performance.mark("interactive");
  await window.MathJax?.startup?.promise;
  performance.mark("settled");
  views.forEach(view => view.dispatchEvent(new Event("widget-wanted", {bubbles: true})));
  await wait(views);
  return shown(views);
}"""


# A page's own timers and frames run in order, however slow the machine: one that is due later comes later. A widget
# draws in the next frame, and tells the kernel 250 ms after the last move.
RESTED = """() => new Promise(rested => setTimeout(
  () => requestAnimationFrame(() => requestAnimationFrame(rested)), 400))"""
PATIENCE = 180_000  # ms, for what must come: a machine may be busy

STAGED: dict[str, str] = {}  # pages and scripts that are in no site


def stage(name: str, widget) -> str:
    """Put a widget alone on a page, as the book would, and return the page's name, which no page of the site has."""
    from ipywidgets.embed import dependency_state

    attributes, files = shelve(dependency_state(widget, drop_defaults=False))
    STAGED.update(files)
    STAGED[
        f"{name}-alone.html"
    ] = f"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <meta name="color-scheme" content="light dark"><title>{name}</title><link rel="icon" href="_static/favicon.svg">
        <script defer src="_static/widget-host.mjs"></script><main><h1>{name}</h1>
        <script type="{VIEW}"{attributes[widget.model_id]}></script>{PLACE}</main></html>"""
    return f"{name}-alone"


@functools.cache
def compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6)


@functools.cache
def base(folder: Path) -> str:
    """The path of a site on its host, "/mrilab/" on Pages: the page for lost visitors begins its links with it."""
    return re.search(r'data-content_root="(/[^"]*)"', (folder / "404.html").read_text())[1]


class LikePages(SimpleHTTPRequestHandler):
    """Sends files as GitHub Pages does: below the project's name, text compressed, all to be kept for ten minutes, and
    404.html for what is not there.
    """

    def log_message(self, *args):
        pass

    def translate_path(self, path):
        return super().translate_path(f"/{path.removeprefix(base(Path(self.directory)))}")

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        lost = Path(self.directory) / "404.html"
        if (name := str(path.relative_to(self.directory))) in STAGED:
            self.send_text(gzip.compress(STAGED[name].encode()), path)
        elif not path.exists():
            self.send_text(compressed(lost), lost, 404)
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
def site(folder: Path = SITE):
    """Serve a site, start Chromium, and yield `opened` with both filled in."""
    if not (folder / "index.html").is_file():
        pytest.fail("there is no site in _build/html: run `make book` first")
    with (
        chromium() as browser,
        ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(LikePages, directory=folder)) as server,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield functools.partial(opened, browser, f"http://127.0.0.1:{server.server_port}{base(folder)}")
        server.shutdown()


@contextmanager
def opened(browser, base, name, theme="light", width=1400, context=None, before=None, **options):
    """Yield a page that has settled, and the list of what it complains of; without a context, nothing is cached.

    `before(page)` is called before it is asked for.
    """
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
    if before:
        before(page)
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
# classes and styles up to the root, have the same contrast: two of each kind stay, the rest is hidden (not taken out of
# the page: a widget that plays would miss its controls). A formula counts as a leaf. preload would read style sheets
# again, from the wrong folder.
AXE = """async () => {
  const only = (values, type) => ({runOnly: {type, values}, preload: false, resultTypes: ["violations"]});
  const wcag = only(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "tag");
  const rules = await axe.run(document, {...wcag, rules: {"color-contrast": {enabled: false}}});

  const seen = {};
  const look = e => e ? `${e.tagName} ${e.className} ${e.getAttribute("style")}/${look(e.parentElement)}` : "";
  for (const leaf of document.body.querySelectorAll("mjx-container, :not(:has(*)):not(mjx-container *)")) {
    const kind = look(leaf);
    seen[kind] = (seen[kind] ?? 0) + 1;
    if (seen[kind] > 2) leaf.style.setProperty("display", "none", "important");
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


# With a control at the lower edge of the screen, one of the pictures is in view; a finger finds all controls.
AWKWARD = """() => {
  const widget = document.querySelector(".mrilab-w"), box = e => e.getBoundingClientRect(), found = [];
  const pictures = [...widget.querySelectorAll(".w-pictures canvas, .w-stage canvas")].filter(e => box(e).width);
  const inView = e => box(e).top >= 0 && box(e).bottom <= innerHeight;
  for (const control of widget.querySelectorAll("button, select, input:not([type=file]):not(.w-coils *)")) {
    const target = control.closest("label") ?? control, name = control.dataset.name ?? target.textContent.trim();
    if (box(target).height < 44 || box(target).width < 44) found.push(`${name} is too small for a finger`);
    target.scrollIntoView({block: "end"});
    if (pictures.length && !pictures.some(inView)) found.push(`${name} is far from the pictures`);
  }
  const across = pictures.flatMap(e => [box(e).left - box(widget).left, box(widget).right - box(e).right]);
  if (Math.min(0, ...across) < -1) found.push("a picture sticks out");
  if (pictures.length && Math.min(...across) > 1) found.push("the pictures leave a margin");
  return found;
}"""


def awkward(page) -> list[str]:
    """What is awkward on a phone about the one widget of a page, 390 pixels wide."""
    page.set_viewport_size({"width": 390, "height": 780})
    return page.evaluate(AWKWARD)
