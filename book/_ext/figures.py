"""Gives each figure its caption, room before it has loaded, and a larger view at a tap.

The words of a caption are those of the alt text, which says what to see where: readers who see the figure need that as
much as those who hear it. A screen reader reads them once, as the alt text. Without a script, a tap opens the file.
"""

import re
from html import escape, unescape
from pathlib import Path
from typing import Any

from PIL import Image

DRAWN = re.compile(  # by a cell
    r'<a class="reference internal image-reference" href="(?P<file>[^"]+)">\s*'
    r'<img alt="(?P<alt>[^"]*)" (?:class="[^"]*" )?src="[^"]+" '
    r'style="width: (?P<width>[\d.]+)px; height: (?P<height>[\d.]+)px;" />\s*</a>'
)
STORED = re.compile(
    r'<p><img alt="(?P<alt>[^"]+)" src="(?P<file>_images/(?P<name>[^"]+))" />\s*</p>'
)  # in book/figures


def framed(file: str, alt: str, width: int, height: int, first: bool) -> str:
    """Return a figure with its caption; all but a page's first load when they come near."""
    loading = "eager" if first else "lazy"
    caption = escape(unescape(alt), quote=False)
    return (
        f'<figure class="picture"><a class="zoom" href="{file}"><img alt="{alt}" src="{file}" '
        f'width="{width}" height="{height}" loading="{loading}" decoding="async" /></a>'
        f'<figcaption aria-hidden="true">{caption}</figcaption></figure>'
    )


def frame(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Frame all figures of a page."""
    first = True

    def drawn(match: re.Match[str]) -> str:
        nonlocal first
        width, height = (round(float(match[side])) for side in ("width", "height"))
        text, first = framed(match["file"], match["alt"], width, height, first), False
        return text

    def stored(match: re.Match[str]) -> str:
        with Image.open(Path(app.srcdir) / "figures" / match["name"]) as picture:
            return framed(match["file"], match["alt"], *picture.size, first=False)

    if "body" in context:
        context["body"] = STORED.sub(stored, DRAWN.sub(drawn, context["body"]))


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("html-page-context", frame)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
