"""Sets a figure of pictures as a grid: titles are text, each picture a file, and a phone shows two side by side.

What a figure consists of stands in the notebook that ran (`kernel.py`). Pictures need no twin for dark pages, since
their greys are data; so a page is lighter than with the figure as a whole, and any other figure has a narrow version.
"""

import re
from base64 import b64decode
from hashlib import sha256
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from PIL import Image

from .weight import LOSSLESS, MOST, save

PARTS, NARROW = "mrilab/parts", "mrilab/narrow"


class Fitted(NamedTuple):
    """A figure that can be fitted to a screen: its PNG, and the boxes of its parts, or the PNG for phones."""

    png: bytes
    parts: dict[str, Any] | None
    narrow: bytes | None


def figures(notebook: Path) -> dict[str, Fitted]:
    """Return the figures of a notebook that can be fitted to a screen, by the names of their files."""
    found = {}
    if notebook.is_file():
        for cell in nbformat.read(notebook, as_version=4).cells:
            for output in cell.get("outputs", ()):
                known = output.get("metadata", {})
                if PARTS in known or NARROW in known:
                    png, narrow = b64decode(output["data"]["image/png"]), known.get(NARROW)
                    fitted = Fitted(png, known.get(PARTS), b64decode(narrow["png"]) if narrow else None)
                    found[sha256(png).hexdigest()] = fitted
    return found


class Cutter:
    """Cuts pictures out of a figure, and keeps them beside the results of the cells."""

    def __init__(self, name: str, png: bytes, width: float, site: Path):
        """Take a PNG and its width in pixels of the screen, which may be half of its own."""
        self.name, self.png, self.width, self.site, self.count = name, png, width, site, 0

    def cut(self, box: tuple[int, int, int, int]) -> tuple[str, int, int]:
        """Return the file of a part of the figure, and its size."""
        file, self.count = f"{self.name}-{self.count}.webp", self.count + 1
        kept = self.site.parent / ".webp" / file
        if not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            with Image.open(BytesIO(self.png)) as figure:
                left, top, right, bottom = (round(side * figure.width / self.width) for side in box)
                part, whole = figure.crop((left, top, right, bottom)), figure.width * figure.height
                most = MOST * part.width * part.height / whole  # its share of the bytes of a figure
                save(part, kept, small=len(self.png) < LOSSLESS, effort=4, most=most)
        (self.site / "_images").mkdir(parents=True, exist_ok=True)
        (self.site / "_images" / file).write_bytes(kept.read_bytes())
        return f"_images/{file}", box[2] - box[0], box[3] - box[1]


def picture(file: str, width: int, height: int, alt: str, loading: str) -> str:
    """Return an image that opens at a tap."""
    size = f'width="{width}" height="{height}" decoding="async" loading="{loading}"'
    return f'<a class="zoom" href="{file}"><img alt="{alt}" src="{file}" {size} /></a>'


def bar(parts: dict[str, Any], cutter: Cutter) -> str:
    """Return the colour bar: a strip with its numbers and its label below."""
    file, width, height = cutter.cut(parts["box"])
    ticks = "".join(f'<span style="left:{100 * at:.1f}%">{escape(word)}</span>' for at, word in parts["ticks"])
    strip = f'<img alt="Colour bar" src="{file}" width="{width}" height="{height}" loading="lazy" />'
    return f'<div class="bar">{strip}<div class="ticks">{ticks}</div><p>{escape(parts["label"])}</p></div>'


def together(title: str) -> str:
    r"""Return a title in which no number leaves its name or its unit.

    >>> together("PSNR 27.89 dB, SSIM 0.640") == "PSNR\xa027.89\xa0dB, SSIM\xa00.640"
    True
    """
    return re.sub(r" (?=[\d.]+)|(?<=\d) (?=dB)", "\xa0", title)


def grid(parts: dict[str, Any], cutter: Cutter, alt: str, loading: str) -> str:
    """Return the pictures under their titles; the first is described by the words for the whole figure."""
    panels, described = [], False
    for panel in parts["panels"]:
        title, images = together(escape(panel["title"])).replace("\n", "<br />"), []
        for number, box in enumerate(panel["boxes"]):
            name = escape(panel["title"].split("\n")[0] or "A picture")
            words = alt if not described else f"{name}: error" if number else name
            images.append(picture(*cutter.cut(box), words, loading))
            described = True
        panels.append(f'<div class="panel"><p>{title}</p>{"".join(images)}</div>')
    first = parts["panels"][0]["boxes"]
    style = f"--across:{parts['across']};--rows:{1 + len(first)};--side:{first[0][2] - first[0][0]}px"
    strip = bar(parts["bar"], cutter) if parts["bar"] else ""
    return f'<div class="panels" style="{style}">{"".join(panels)}</div>{strip}'


def for_phones(png: bytes, site: Path) -> tuple[str, int, int]:
    """Write the version of a figure for phones; return its file and its size."""
    file = f"{sha256(png).hexdigest()}.png"
    (site / "_images").mkdir(parents=True, exist_ok=True)
    (site / "_images" / file).write_bytes(png)
    with Image.open(BytesIO(png)) as drawn:
        return f"_images/{file}", *drawn.size
