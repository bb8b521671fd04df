"""Draws the pictures of the cards that links to the pages become elsewhere: k-space beside its head, and the logo.

sphinxext-opengraph puts them on a card of each page, beside its title and its first words. The logo is the icon on a
phone, too.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from mrilab import FFT, brain

SIDE = 512
ICON = "_static/apple-touch-icon.png"
BLUE = (11, 90, 138)
CHORDS = (12, 19, 24, 28, 32, 36, 40, 45, 52)  # of the logo, on 64 × 64


def picture() -> Image.Image:
    """Return the left half of log |k-space| beside the right half of the head that it belongs to."""
    head = brain((SIDE, SIDE), seed=3, contrast="T1")
    kspace = np.abs(FFT(head.shape)(head))
    levels = np.clip(1 + np.log10(kspace / kspace.max() + 1e-9) / 4.5, 0, 1)
    both = np.where(np.arange(SIDE) < SIDE // 2, levels, np.abs(head) / np.abs(head).max())
    return Image.fromarray(np.uint8(255 * both)).convert("RGB")  # else matplotlib would colour it


def logo() -> Image.Image:
    """Return the logo: lines of k-space, denser in the middle, in a circle."""
    scale = SIDE / 64
    image = Image.new("RGBA", (SIDE, SIDE))
    pen = ImageDraw.Draw(image)
    pen.ellipse([4 * scale, 4 * scale, 60 * scale, 60 * scale], outline=BLUE, width=round(2.4 * scale))
    for y in CHORDS:
        half = np.sqrt(26**2 - (y - 32) ** 2)
        pen.line([(32 - half) * scale, y * scale, (32 + half) * scale, y * scale], fill=BLUE, width=round(2.4 * scale))
    return image


def draw(app) -> None:
    """Write both beside the site, and name them where sphinxext-opengraph looks, relative to the pages' sources."""
    for name, make in (("image", picture), ("image_mini", logo)):
        path = Path(app.outdir).parent / ".cards" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        make().save(path)
        app.config.ogp_social_cards[name] = os.path.relpath(path, app.srcdir)


def draw_icon(app, exception) -> None:
    """Write the logo as a phone shows it among its programs: opaque."""
    if exception is None and app.builder.format == "html":
        icon = Image.new("RGB", (SIDE, SIDE), "white")
        icon.paste(logo(), mask=logo())
        icon.resize((180, 180)).save(Path(app.outdir) / ICON)


def name_icon(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Name it in the head of a page."""
    link = f'<link rel="apple-touch-icon" href="{context["pathto"](ICON, resource=True)}" />'
    context["metatags"] = context.get("metatags", "") + link


def setup(app) -> dict[str, bool]:
    """Register all of it with Sphinx."""
    app.connect("builder-inited", draw)
    app.connect("html-page-context", name_icon)
    app.connect("build-finished", draw_icon)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
