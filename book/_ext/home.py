"""The directives `{course}` and `{course-map}` of the first page: a card for each chapter, and a picture of them all.

All comes from the contents and from the chapters: title, summary, minutes and prerequisites from their text, the
thumbnail from the first picture that their cells show.
"""

from base64 import b64decode
from html import escape
from io import BytesIO
from pathlib import Path

import nbformat
import numpy as np
from docutils import nodes
from PIL import Image, ImageOps
from scipy.ndimage import find_objects, label
from sphinx.util.docutils import SphinxDirective

from .._notebooks.course import Chapter, course, essential
from .._notebooks.repository import ROOT
from .dark import areas

SIZE = (320, 160)  # of a thumbnail, in pixels
FILLED = 0.98  # of its box is an image, and not a bundle of curves
ROW, DOTS, TITLE, WIDTH = 24, (8, 116), 132, 390  # of the map: a line, the first and the last dot, titles, all
HIDDEN = {"remove-cell", "remove-output"}


class Cards(nodes.General, nodes.Element):
    """The cards of a part."""


class Map(nodes.General, nodes.Element):
    """The map of the course."""


class Course(SphinxDirective):
    """A section for each part, with a card for each chapter."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        sections: list[nodes.Node] = []
        for caption, chapters in course().items():
            title = nodes.title("", caption)
            sections.append(nodes.section("", title, Cards(chapters=chapters), ids=[nodes.make_id(caption)]))
            for chapter in chapters:
                self.env.note_dependency(str(ROOT / "book" / f"{chapter.name}.md"))
        return sections


class CourseMap(SphinxDirective):
    """The map."""

    def run(self) -> list[nodes.Node]:
        """Return the map."""
        return [Map()]


def first_picture(notebook: Path) -> Image.Image | None:
    """Return the first picture that a notebook with its results shows: a figure, or the still of a widget."""
    for cell in nbformat.read(notebook, as_version=4).cells if notebook.is_file() else []:
        if not HIDDEN & set(cell.metadata.get("tags", [])):
            for output in cell.get("outputs", []):
                if png := output.get("data", {}).get("image/png"):
                    return Image.open(BytesIO(b64decode(png))).convert("RGBA")
    return None


def panels(picture: Image.Image) -> list[Image.Image]:
    """Return the images in the first row of a figure, without what is written around them."""
    blobs, _ = label(areas(np.array(picture)[..., 3]))
    boxes = [box for number, box in enumerate(find_objects(blobs), 1) if (blobs[box] == number).mean() > FILLED]
    row = [box for box in boxes if box[0].start < boxes[0][0].stop]
    crops = sorted((cols.start, rows.start, cols.stop, rows.stop) for rows, cols in row)
    return [picture.crop(crop) for crop in crops]


def thumbnail(picture: Image.Image) -> Image.Image:
    """Return a small picture: the first and the last image of a figure's first row, or all of a drawing."""
    found = panels(picture)
    if not found:
        return ImageOps.pad(picture, SIZE, color=(0, 0, 0, 0))
    if len(found) == 1:
        return ImageOps.fit(found[0], SIZE)
    both, half = Image.new("RGBA", SIZE), (SIZE[0] // 2 - 1, SIZE[1])
    both.paste(ImageOps.fit(found[0], half), (0, 0))
    both.paste(ImageOps.fit(found[-1], half), (SIZE[0] - half[0], 0))
    return both


def save_thumbnail(page: str, site: Path) -> bool:
    """Write the thumbnail of a page, and return whether there is one; weight.py makes its twin for dark pages."""
    picture = first_picture(site.parent / "jupyter_execute" / f"{page}.ipynb")
    if picture is not None:
        (site / "_images").mkdir(exist_ok=True)
        thumbnail(picture).save(site / "_images" / f"card-{page}.webp", quality=80, method=5)
    return picture is not None


def card(chapter: Chapter, *, pictured: bool) -> str:
    """Return the card of a chapter: all of it is a link."""
    facts = [f"{chapter.minutes} minutes", chapter.level] if chapter.minutes else []
    room = f'width="{SIZE[0]}" height="{SIZE[1]}" loading="lazy" decoding="async" alt="" aria-hidden="true"'
    files = [("light", f"card-{chapter.name}.webp"), ("dark", f"card-{chapter.name}-dark.webp")] if pictured else []
    images = "".join(f'<img class="only-{theme}" src="_images/{file}" {room} />' for theme, file in files)
    return (
        f'<li><a href="{chapter.name}.html">{images}<strong>{escape(chapter.title)}</strong></a>'
        f'<p>{escape(chapter.summary)}</p><p class="facts">{" · ".join(facts)}</p></li>'
    )


def visit_cards(translator, node: Cards) -> None:
    """Write the cards of a part, and their thumbnails."""
    site = Path(translator.builder.outdir)
    cards = [card(chapter, pictured=save_thumbnail(chapter.name, site)) for chapter in node["chapters"]]
    translator.body.append(f'<ul class="chapters">{"".join(cards)}</ul>')
    raise nodes.SkipNode


def course_map(parts: dict[str, list[Chapter]]) -> str:
    """Return the map as SVG: a line for each chapter, further to the right the more it builds on.

    A curve leads to it from each chapter that it asks for, unless another one that it asks for does so already.
    """
    chapters = [chapter for part in parts.values() for chapter in part]
    before, places, drawn, y = essential(chapters), {}, [], ROW // 2
    step = (DOTS[1] - DOTS[0]) / max(chapter.depth for chapter in chapters)
    for number, (caption, part) in enumerate(parts.items()):
        drawn.append(f'<text class="part part-{number}" x="{TITLE}" y="{y + 4}">{escape(caption)}</text>')
        y += ROW
        for chapter in part:
            x = round(DOTS[0] + step * chapter.depth)
            places[chapter.name] = x, y
            starts = [places[name] for name in before[chapter.name]]
            curves = "".join(f'<path d="M {x0} {y0} C {x0} {y} {x0} {y} {x} {y}" />' for x0, y0 in starts)
            drawn.append(
                f'<g class="part-{number}"><path class="lead" d="M {x + 8} {y} H {TITLE - 6}" />{curves}'
                f'<circle cx="{x}" cy="{y}" r="4" /><a href="{chapter.name}.html">'
                f'<text x="{TITLE}" y="{y + 4}">{escape(chapter.short)}</text></a></g>'
            )
            y += ROW
        y += ROW // 4
    return (
        f'<svg class="course-map" viewBox="0 0 {WIDTH} {y}" role="group" aria-label="Map of the course">'
        f"{''.join(drawn)}</svg>"
    )


def visit_map(translator, node: Map) -> None:
    """Write the map."""
    translator.body.append(course_map(course()))
    raise nodes.SkipNode


def setup(app) -> dict[str, bool]:
    """Register both directives with Sphinx."""
    app.add_node(Cards, html=(visit_cards, None))
    app.add_node(Map, html=(visit_map, None))
    app.add_directive("course", Course)
    app.add_directive("course-map", CourseMap)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
