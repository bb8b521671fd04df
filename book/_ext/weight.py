"""What makes the site light: pictures as WebP, and icons once."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

LOSSLESS = 300_000  # bytes of PNG: curves and flat drawings stay below, anatomy at twice the screen's size does not
QUALITY = 92
ICON_SCRIPT = re.compile(r"<(script|link)[^>]*scripts/fontawesome\.js[^>]*>(</script>)?")


def to_webp(png: Path, cache: Path) -> Path:
    """Return the WebP of a figure, beside the cache of the cells: lossless if it is small, else of high quality."""
    kept = cache / f"{png.stem}.webp"  # figures are named by what they show
    if not kept.is_file():
        small = png.stat().st_size < LOSSLESS
        part = kept.with_suffix(".part")
        with Image.open(png) as image:
            image.save(part, "WEBP", lossless=small, quality=100 if small else QUALITY, method=4, use_sharp_yuv=True)
        part.replace(kept)
    return kept


def lighten_images(site: Path, cache: Path) -> None:
    """Put a WebP in the place of each figure of the cells."""
    cache.mkdir(parents=True, exist_ok=True)
    figures = [path for path in (site / "_images").glob("*.png") if re.fullmatch(r"[0-9a-f]{64}", path.stem)]
    with ThreadPoolExecutor(2) as pool:
        for png, webp in zip(figures, pool.map(lambda path: to_webp(path, cache), figures), strict=True):
            shutil.copy(webp, png.with_suffix(".webp"))
            png.unlink()
    for old in cache.glob("*.webp"):
        if not (site / "_images" / old.name).is_file():
            old.unlink()


def lighten_pages(site: Path) -> None:
    """Name the WebP files in the pages, and leave out a script of 1.5 MB that draws icons the fonts have already."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(r'((?:src|href)="[^"]*_images/[0-9a-f]{64})\.png', r"\1.webp", text)
        page.write_text(ICON_SCRIPT.sub("", text), encoding="utf-8")
    for old in (site / "_static" / "scripts").glob("*fontawesome.js*"):
        old.unlink()


def lighten(app, exception) -> None:
    """Do all of it once the pages stand."""
    if exception is None and app.builder.format == "html":
        site = Path(app.outdir)
        lighten_images(site, site.parent / ".webp")
        lighten_pages(site)


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("build-finished", lighten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
