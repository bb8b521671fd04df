"""What the book needs beyond Jupyter Book: links that follow a fork, a cache that knows mrilab, its own MathJax."""

import hashlib
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[2]
MATHJAX = ("tex-mml-chtml.js", "output/chtml/fonts", "input/tex/extensions")  # all that the pages ask for
CODE_EMPHASIS_OR_MATHS = re.compile(r"`[^`]*`+|(\*\*?)(?!\s)[^*]*[^*\s]\1|(?P<maths>[|*])")
ACCESSIBLE = {
    '<summary aria-label="Toggle hidden content">': "<summary>",  # myst-nb's label is not what is seen (WCAG 2.5.3)
    'role="doc-biblioentry"': 'role="listitem"',  # docutils' role was withdrawn
}
NOT_FOUND = """\
<h1>Page not found</h1>
<p>There is no page at this address. It may have moved, or the link that led here may be wrong.</p>
<form role="search" class="not-found" action="{root}search.html">
  <label for="not-found-words">Search the course</label>
  <input type="search" id="not-found-words" name="q"> <button type="submit">Search</button>
</form>
<p>Or begin at the <a href="{root}index.html">first page</a>, which lists all chapters, or at the
<a href="{root}genindex.html">index</a> of the package's names.</p>"""


def repository(default: str) -> str:
    """Return "owner/name" on GitHub: of the workflow that runs, else of the remote `origin`, else of `default`."""
    candidates = [f"github.com/{os.environ['GITHUB_REPOSITORY']}"] if os.environ.get("GITHUB_REPOSITORY") else []
    if shutil.which("git"):
        ask = ["git", "-C", str(ROOT), "remote", "get-url", "origin"]
        candidates.append(subprocess.run(ask, capture_output=True, text=True, check=False).stdout)
    matches = (re.search(r"github\.com[:/]([^/\s]+/[^/\s]+?)(\.git)?/?\s*$", url) for url in [*candidates, default])
    return next(match[1] for match in matches if match)


def address(slug: str) -> str:
    """Return where GitHub Pages serves the site of "owner/name": https://owner.github.io/name/."""
    owner, name = slug.lower().split("/")[0], slug.split("/")[1]
    host = f"https://{owner}.github.io/"
    return host if name.lower() == f"{owner}.github.io" else f"{host}{name}/"


def fingerprint() -> str:
    """Return a hash of what the results of cells depend on besides the cells: package and environment."""
    package = (path for path in sorted((ROOT / "mrilab").rglob("*")) if path.suffix in {".py", ".pyi", ".js", ".css"})
    digest = hashlib.sha256()
    for path in (ROOT / "requirements.txt", *package):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def configure(app, config) -> None:
    """Set what depends on where the book is built. The only default, `repository: url`, stands in _config.yml."""
    slug = repository(config.html_theme_options["repository_url"])
    config.html_baseurl = config.ogp_site_url = address(slug)
    config.html_theme_options["repository_url"] = f"https://github.com/{slug}"
    config.coursebook_colab = f"https://colab.research.google.com/github/{slug}/blob/notebooks/{{page}}.ipynb"
    # The page that Pages sends for an address that leads nowhere, at whatever depth: its links begin at the root.
    root = config.notfound_urls_prefix = urlsplit(config.html_baseurl).path
    config.notfound_context = {"title": "Page not found", "body": NOT_FOUND.format(root=root)}

    caches = ROOT / "_build" / ".jupyter_cache"
    config.nb_execution_cache_path = str(caches / fingerprint())
    for old in caches.glob("*"):
        if str(old) != config.nb_execution_cache_path:
            shutil.rmtree(old)


def mend_page(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Point the Colab button to a notebook (it opens no .md) and take out what the theme adds and nobody uses."""
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []) if isinstance(group, dict) else []:
            if "colab.research.google.com" in str(button.get("url")):
                button["url"] = app.config.coursebook_colab.format(page=pagename)
    # sphinx-thebe comes with Jupyter Book, off or on, and registers its script twice: a SyntaxError on every page
    context["script_files"] = [js for js in context["script_files"] if "thebe" not in str(vars(js)).lower()]
    if pagename == app.config.notfound_pagename:
        context["content_root"] = app.config.notfound_urls_prefix
    for old, new in ACCESSIBLE.items() if "body" in context else ():
        context["body"] = context["body"].replace(old, new)


def keep_maths(app, what: str, name: str, obj, options, lines: list[str]) -> None:
    """Escape the bars of |x| and the star of (..., *shape), which are markup to Sphinx, except in doctests."""
    doctest = False
    for i, line in enumerate(lines):
        doctest = bool(line.strip()) and (doctest or line.lstrip().startswith(">>>"))
        if not doctest:
            lines[i] = CODE_EMPHASIS_OR_MATHS.sub(lambda m: f"\\{m[0]}" if m["maths"] else m[0], line)


def copy_mathjax(app, exception) -> None:
    """Serve MathJax from the site itself, out of the wheel that holds it."""
    if exception or app.builder.format != "html":
        return
    spec = find_spec("sphinx-mathjax-offline")  # not used as an extension: it would copy 24 MB where 2 do
    if spec is None or not spec.submodule_search_locations:
        raise ExtensionError("MathJax is missing: install requirements.txt")
    source = Path(spec.submodule_search_locations[0]) / "static" / "mathjax"
    for part in MATHJAX:
        copy = shutil.copytree if (source / part).is_dir() else shutil.copy
        target = Path(app.outdir) / "_static" / "mathjax" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        copy(source / part, target)


def setup(app) -> dict[str, bool]:
    """Register all of it with Sphinx."""
    app.add_config_value("coursebook_colab", "", "html")
    app.connect("config-inited", configure, priority=100)
    app.connect("autodoc-process-docstring", keep_maths, priority=100)  # before napoleon
    app.connect("html-page-context", mend_page, priority=900)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
