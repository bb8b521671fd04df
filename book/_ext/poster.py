"""Puts a still picture in the place of each widget where nothing answers a hand: on paper, and where no script runs.

A widget leaves the picture beside itself as it runs (`mrilab.widgets.base`). It stands in the notebook that ran; this
takes it to the page.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
from PIL import Image

VIEW = "application/vnd.jupyter.widget-view+json"
SHOWN = re.compile(rf'<script type="{re.escape(VIEW)}">\s*(?P<json>[^<]*)</script>')
MODEL = re.compile(r'"model_id":\s*"(\w+)"')
THEMES = (("light", ""), ("dark", "-dark"))  # weight.py makes the second


def stills(notebook: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the widgets of a notebook that was run, by their ids, and the PNG of each."""
    for cell in nbformat.read(notebook, as_version=4).cells:
        for data in (output.get("data", {}) for output in cell.get("outputs", ())):
            if VIEW in data and "image/png" in data:
                yield data[VIEW]["model_id"], b64decode(data["image/png"])


def poster(name: str, picture: bytes) -> str:
    """Return a picture that only paper shows, and a browser without scripts."""
    with Image.open(BytesIO(picture)) as opened:
        width, height = opened.size
    room = f'width="{width}" height="{height}" loading="lazy" alt="{escape("A still picture of the widget.")}"'
    light, dark = (f'<img class="only-{theme}" src="_images/{name}{end}.png" {room} />' for theme, end in THEMES)
    return f'<div class="poster">{light}{dark}</div>'


def hang(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Add the poster of each widget of a page."""
    site = Path(app.outdir)
    notebook = site.parent / "jupyter_execute" / f"{pagename}.ipynb"
    if "body" not in context or VIEW not in context["body"] or not notebook.is_file():
        return
    pictures = dict(stills(notebook))

    def with_poster(match: re.Match[str]) -> str:
        model = MODEL.search(match["json"])
        if model is None or model[1] not in pictures:
            return match[0]
        name = sha256(pictures[model[1]]).hexdigest()
        (site / "_images").mkdir(exist_ok=True)
        (site / "_images" / f"{name}.png").write_bytes(pictures[model[1]])
        return poster(name, pictures[model[1]]) + match[0]  # the widget comes next to its record

    context["body"] = SHOWN.sub(with_poster, context["body"])


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("html-page-context", hang)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
