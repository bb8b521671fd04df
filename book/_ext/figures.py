"""Gives each figure its caption, its twin for dark pages, room before it has loaded, and a larger view at a tap.

The words of a caption are those of the alt text, which says what to see where: readers who see the figure need that as
much as those who hear it. A screen reader reads them once, as the alt text. Without a script, a tap opens the file.
Figures of pictures are set as a grid, and others have a version for phones: see panels.py.
"""

import re
from html import escape, unescape
from pathlib import Path
from typing import Any

from PIL import Image

from .panels import Cutter, figures, for_phones, grid

DRAWN = re.compile(  # by a cell
    r'<a class="reference internal image-reference" href="(?P<file>[^"]+)">\s*'
    r'<img alt="(?P<alt>[^"]*)" (?:class="[^"]*" )?src="[^"]+" '
    r'style="width: (?P<width>[\d.]+)px; height: (?P<height>[\d.]+)px;" />\s*</a>'
)
STORED = re.compile(
    r'<p><img alt="(?P<alt>[^"]+)" src="(?P<file>_images/(?P<name>[^"]+))" />\s*</p>'
)  # in book/figures
PHONE = "(max-width: 576px)"


def captioned(inside: str, alt: str) -> str:
    """Return a figure with its caption."""
    caption = escape(unescape(alt), quote=False)
    return f'<figure class="picture">{inside}<figcaption aria-hidden="true">{caption}</figcaption></figure>'


def twins(file: str, alt: str, width: int, height: int, loading: str, phone: tuple[str, int, int] | None = None) -> str:
    """Return a figure as a link to its file, in versions for light and dark pages, and for phones if there is one."""

    def dark(name: str) -> str:
        return re.sub(r"\.(\w+)$", r"-dark.\1", name)

    def image(theme: str, name: str, load: str) -> str:
        room = f'width="{width}" height="{height}" decoding="async"'
        shown = f'<img class="only-{theme}" alt="{alt}" src="{name}" {room} loading="{load}" />'
        if phone is None:
            return shown
        source = dark(phone[0]) if theme == "dark" else phone[0]
        size = f'width="{phone[1]}" height="{phone[2]}"'
        return f'<picture><source media="{PHONE}" srcset="{source}" {size} />{shown}</picture>'

    # what is not shown, for want of that theme, loads only if it is lazy
    both = image("light", file, loading) + image("dark", dark(file), "lazy")
    return f'<a class="zoom" href="{file}">{both}</a>'


def frame(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Frame all figures of a page; all but its first load when they come near."""
    site = Path(app.outdir)
    loading = "eager"
    known = figures(site.parent / "jupyter_execute" / f"{pagename}.ipynb") if "body" in context else {}

    def drawn(match: re.Match[str]) -> str:
        nonlocal loading
        now, loading = loading, "lazy"
        name, alt = Path(match["file"]).stem, match["alt"]
        fitted = known.get(name)
        if fitted and fitted.parts:
            return captioned(grid(fitted.parts, Cutter(name, fitted.png, fitted.parts["width"], site), alt, now), alt)
        phone = for_phones(fitted.narrow, site) if fitted and fitted.narrow else None
        width, height = (round(float(match[side])) for side in ("width", "height"))
        return captioned(twins(match["file"], alt, width, height, now, phone), alt)

    def stored(match: re.Match[str]) -> str:
        with Image.open(Path(app.srcdir) / "figures" / match["name"]) as picture:
            return captioned(twins(match["file"], match["alt"], *picture.size, "lazy"), match["alt"])

    if "body" in context:
        context["body"] = STORED.sub(stored, DRAWN.sub(drawn, context["body"]))


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("html-page-context", frame)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
