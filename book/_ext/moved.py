"""Leads a link to a place that has moved on to where the place is now, as book/moved.yml lists it.

Each page keeps the anchors of its own places that have left. They are seen only by who comes to one of them, and only
without a script: _static/moved.js goes on to the new place.
"""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

SIGN = '<p class="moved" id="{anchor}">This place has moved: <a href="{page}.html#{there}">it is here now</a>.</p>'


@cache
def places(book: Path) -> dict[str, str]:
    """Return the list: page#anchor of old, and page#anchor of today."""
    return yaml.safe_load((book / "moved.yml").read_text(encoding="utf-8"))


def signs(moved: dict[str, str], page: str) -> list[str]:
    """Return the signs of a page.

    >>> signs({"kspace#ringing": "fft#ringing", "lines#homodyne": "partial#homodyne"}, "kspace")
    ['<p class="moved" id="ringing">This place has moved: <a href="fft.html#ringing">it is here now</a>.</p>']
    """
    ways = [(*old.split("#"), *new.split("#")) for old, new in moved.items()]
    return [SIGN.format(anchor=anchor, page=new, there=there) for old, anchor, new, there in ways if old == page]


def leave(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Put the signs of a page at its end."""
    if "body" in context:
        context["body"] += "".join(signs(places(Path(app.srcdir)), pagename))


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("html-page-context", leave)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
