"""Shows what is cited where it is cited, as terms.py shows definitions: to pointer, keyboard, finger, screen reader."""

import re
from itertools import count
from typing import Any

from .terms import boxed

LINK = re.compile(
    r'(?s)(?P<start><a class="reference internal" href="bibliography\.html#[^"]+") '
    r'title="(?P<words>[^"]+)"(?P<rest>>.*?</a>)'  # which only a mouse shows
)


def show(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Put its entry in the bibliography beside each citation."""
    if "body" in context:
        numbers = count(1)

        def cited(match: re.Match[str]) -> str:
            link = match["start"] + match["rest"]
            return boxed(link, f"cite-tip-{next(numbers)}", match["words"], "term cited")

        context["body"] = LINK.sub(cited, context["body"])


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("html-page-context", show)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
