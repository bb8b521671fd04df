"""Writes the page that GitHub Pages sends for an address that leads nowhere."""

from typing import Any
from urllib.parse import urlsplit

NOT_FOUND = """\
<h1>Page not found</h1>
<p>There is no page at this address. It may have moved, or the link that led here may be wrong.</p>
<form role="search" class="not-found" action="{root}search.html">
  <label for="not-found-words">Search the course</label>
  <input type="search" id="not-found-words" name="q"> <button type="submit">Search</button>
</form>
<p>Or begin at the <a href="{root}index.html">first page</a>, which lists all chapters, or at the
<a href="{root}genindex.html">index</a> of the package's names.</p>"""


def configure(app, config) -> None:
    """Begin its links at the root of the site: the page is sent at whatever depth."""
    root = config.notfound_urls_prefix = urlsplit(config.html_baseurl).path
    config.notfound_context = {"title": "Page not found", "body": NOT_FOUND.format(root=root)}


def begin_at_root(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Tell its scripts the same."""
    if pagename == app.config.notfound_pagename:
        context["content_root"] = app.config.notfound_urls_prefix


def setup(app) -> dict[str, bool]:
    """Register both with Sphinx."""
    app.connect("config-inited", configure, priority=200)  # after fork.py, which sets the site's address
    app.connect("html-page-context", begin_at_root, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
