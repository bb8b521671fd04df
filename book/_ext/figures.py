"""Gives each figure its caption, room before it has loaded, and a larger view at a tap.

The words of a caption are those of the alt text, which says what to see where: readers who see the figure need that as
much as those who hear it. A screen reader reads them once, as the alt text. Without a script, a tap opens the file.
"""

import re
from html import escape, unescape
from typing import Any

FIGURE = re.compile(
    r'<a class="reference internal image-reference" href="(?P<file>[^"]+)">\s*'
    r'<img alt="(?P<alt>[^"]*)" (?:class="[^"]*" )?src="[^"]+" '
    r'style="width: (?P<width>[\d.]+)px; height: (?P<height>[\d.]+)px;" />\s*</a>'
)


def framed(match: re.Match[str], first: bool) -> str:
    """Return a figure with its caption; all but a page's first load when they come near."""
    file, alt = match["file"], match["alt"]
    size = f'width="{round(float(match["width"]))}" height="{round(float(match["height"]))}"'
    loading = "eager" if first else "lazy"
    caption = escape(unescape(alt), quote=False)
    return (
        f'<figure class="picture"><a class="zoom" href="{file}">'
        f'<img alt="{alt}" src="{file}" {size} loading="{loading}" decoding="async" /></a>'
        f'<figcaption aria-hidden="true">{caption}</figcaption></figure>'
    )


def frame(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Frame all figures of a page."""
    first = True

    def framed_in_turn(match: re.Match[str]) -> str:
        nonlocal first
        text, first = framed(match, first), False
        return text

    if "body" in context:
        context["body"] = FIGURE.sub(framed_in_turn, context["body"])


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("html-page-context", frame)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
