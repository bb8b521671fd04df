"""What makes the site light: pictures as WebP, with a twin for dark pages, and icons once."""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from mrilab.arrays.threads import workers

from .dark import darken

LOSSLESS = 300_000  # bytes of PNG: curves and flat drawings stay below, anatomy at twice the screen's size does not
QUALITIES = ((92, 100), (85, 50), (75, 50), (60, 50), (40, 30))  # of colours, and of what is transparent
MOST = 250_000  # bytes of WebP: quality gives way, for noise and for bundles of curves
SHOWN = re.compile(r"_images/([0-9a-f]{64})\.")
ICON_SCRIPT = re.compile(r"<(script|link)[^>]*scripts/fontawesome\.js[^>]*>(</script>)?")

# The theme's search as one types, which is off, would take the index of the whole site to every page.
SEARCH_SCRIPTS = re.compile(r'<script src="[^"]*(searchtools|language_data|searchindex)\.js[^"]*"></script>')


def save(picture: Image.Image, file: Path, *, small: bool, effort: int, most: float = MOST) -> None:
    """Write a WebP: lossless if the picture is small, else of as high a quality as has room."""
    part = file.with_suffix(".part")
    options = {"lossless": small, "method": effort, "use_sharp_yuv": True}
    for quality, alpha in [(50 if effort < 4 else 100, 100)] if small else QUALITIES:
        picture.save(part, "WEBP", quality=quality, alpha_quality=alpha, **options)
        if part.stat().st_size <= most:
            break
    part.replace(file)


def is_light(file: Path) -> bool:
    """Return whether a picture is there, and not larger than it may be."""
    return file.is_file() and file.stat().st_size <= MOST


def convert(figure: Path, cache: Path) -> list[Path]:
    """Return the WebP of a figure and its twin, beside the cache of the cells: figures are named by what they show."""
    kept, twin = cache / f"{figure.stem}.webp", cache / f"{figure.stem}-dark.webp"
    if not (is_light(kept) and is_light(twin)):
        small = figure.stat().st_size < LOSSLESS
        with Image.open(figure) as picture:
            save(darken(picture), twin, small=small, effort=2)
            save(picture, kept, small=small, effort=4)
    return [kept, twin]


def lighten_images(site: Path, cache: Path) -> None:
    """Put a WebP and its twin in the place of each figure of the cells, and a twin beside each stored figure.

    Figures that no page shows as a whole, because panels.py has cut them up, are left out.
    """
    cache.mkdir(parents=True, exist_ok=True)
    shown = {name for page in site.rglob("*.html") for name in SHOWN.findall(page.read_text(encoding="utf-8"))}
    drawn = [path for path in (site / "_images").glob("*.png") if re.fullmatch(r"[0-9a-f]{64}", path.stem)]
    for png in [path for path in drawn if path.stem not in shown]:
        drawn.remove(png)
        png.unlink()
    with ThreadPoolExecutor(workers()) as pool:
        for png, made in zip(drawn, pool.map(lambda path: convert(path, cache), drawn), strict=True):
            for webp in made:
                shutil.copy(webp, site / "_images")
            png.unlink()
    for old in cache.glob("*.webp"):
        if not (site / "_images" / old.name).is_file():
            old.unlink()
    for stored in [path for path in (site / "_images").glob("*.webp") if not (cache / path.name).is_file()]:
        with Image.open(stored) as picture:
            save(darken(picture), stored.with_stem(f"{stored.stem}-dark"), small=False, effort=4)


def lighten_pages(site: Path) -> None:
    """Name the WebP files in the pages, and leave out scripts that nobody uses: of icons and of the search."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(r'((?:src|srcset|href)="[^"]*_images/[0-9a-f]{64}(?:-dark)?)\.png', r"\1.webp", text)
        text = text if page.stem == "search" else SEARCH_SCRIPTS.sub("", text)
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
