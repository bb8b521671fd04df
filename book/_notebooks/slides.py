"""Slides for a lecture: the headings, display equations and figures of each chapter, as one PDF and one HTML page.

They are made from the notebooks that the build has run, and ask no other host: figures are in the file, and MathJax is
beside it.
"""

import json
import runpy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import nbformat
from markdown_it.token import Token
from nbformat import NotebookNode

from mrilab.files import atomic

from .._ext.mathjax import LOADER, copy_from_wheel
from .pages import chapters, directive, runs, split, tokens
from .repository import ROOT

EXECUTED = ROOT / "_build" / "jupyter_execute"
OMITTED = {"dropdown", "toggle", "margin", "code", "code-block"}
NO_SLIDES = {"Checks", "Exercises"}  # what follows these headings
MOST = 2  # equations on a slide
STYLE = """
@page { size: 1280px 720px; margin: 0 }
* { box-sizing: border-box }
body { margin: 0; font: 30px/1.4 system-ui, "DejaVu Sans", sans-serif; color: #1b1f24; background: #fff }
section { width: 1280px; height: 720px; padding: 44px 64px; display: flex; flex-direction: column; gap: 24px;
  break-after: page; overflow: hidden; margin: 0 auto }
h1 { margin: auto; font-size: 64px; text-align: center; color: #0b5a8a }
h2 { margin: 0; font-size: 38px; line-height: 1.2; color: #0b5a8a }
figure { flex: 1; min-height: 0; margin: 0; display: flex; justify-content: center }
img { max-width: 100%; max-height: 100%; object-fit: contain }
div { margin: auto; width: 100% }
@media screen { html { scroll-snap-type: y mandatory } section { scroll-snap-align: start } }
"""
# An equation that is wider than its slide gets smaller.
FIT = """
MathJax = { loader: LOADER, startup: { pageReady: () => MathJax.startup.defaultPageReady().then(() => {
  for (const div of document.querySelectorAll("div")) {
    const wide = div.scrollWidth / div.clientWidth;
    if (wide > 1) div.style.fontSize = `${95 / wide}%`;
  }
}) } };
""".replace("LOADER", json.dumps(LOADER))


@dataclass
class Slide:
    """A heading, and below it the HTML of one or two equations, or of a figure."""

    title: str
    equations: list[str] = field(default_factory=list)
    figure: str = ""


def slides(notebook: NotebookNode) -> list[Slide]:
    """Return the slides of a chapter that was run: its title, then one or two equations or a figure on each.

    Exercises, their solutions, quizzes, folded text and the last checks are left out, and so are headings that have
    neither an equation nor a figure.
    """
    title, found, skipped, within = "", [Slide("")], False, False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for piece in split(cell.source):
                within = {"exercise": True, "solution": True, "end": False}.get(piece.kind, within)
                if within or piece.kind != "text":
                    continue
                for kind, content in blocks(tokens(piece.source)):
                    if kind == "h1":
                        found[0].title = title = content
                    elif kind == "heading":
                        title, skipped = content, content in NO_SLIDES
                    elif not skipped:
                        last = found[-1]
                        if last is found[0] or last.title != title or last.figure or len(last.equations) == MOST:
                            found.append(Slide(title))
                        found[-1].equations.append(content)
        elif not (within or skipped or {"remove-cell", "remove-output"} & set(cell.metadata.get("tags", []))):
            found += [Slide(title, figure=picture) for picture in pictures(cell)]
    return found


def blocks(found: list[Token]) -> Iterator[tuple[str, str]]:
    """Yield the headings ("h1" or "heading") and the display equations of Markdown, those in boxes too, as HTML."""
    for token, following in zip(found, [*found[1:], None]):
        if token.type == "heading_open" and following:
            yield "h1" if token.tag == "h1" else "heading", words(following)
        elif token.type in {"math_block", "math_block_label"}:
            yield "equation", escape(display(token.content.strip()))
        elif token.type == "amsmath":
            yield "equation", escape(token.content.strip())
        elif (box := directive(token)) and box.name == "math":
            yield "equation", escape(display(box.body))
        elif box and box.name not in OMITTED and "dropdown" not in box.options.get("class", ""):
            yield from blocks(tokens(box.body))


def words(inline: Token) -> str:
    """Return the text of a heading as HTML, with its formulas for MathJax."""
    parts = {"math_inline": r"\({}\)", "code_inline": "<code>{}</code>", "text": "{}", "softbreak": " "}
    kept = [(parts[t.type], t.content) for t in inline.children or [] if t.type in parts]
    return "".join(part.format(escape(text)) for part, text in kept)


def display(maths: str) -> str:
    """Return a display equation for MathJax, with its lines kept as Sphinx keeps them."""
    lines = r"\\" in maths and r"\begin" not in maths
    return rf"\[\begin{{split}}{maths}\end{{split}}\]" if lines else rf"\[{maths}\]"


def pictures(cell: NotebookNode) -> Iterator[str]:
    """Yield the figures of a cell, with their alternative text."""
    alt = escape(cell.metadata.get("mystnb", {}).get("image", {}).get("alt", ""), quote=True)
    for output in cell.get("outputs", []):
        if png := output.get("data", {}).get("image/png"):
            yield f'<figure><img alt="{alt}" src="data:image/png;base64,{png.strip()}"></figure>'


def deck(made: list[Slide]) -> str:
    """Return slides as one HTML page; the first one has the title alone."""
    first, *rest = made
    sections = [f"<section><h1>{first.title}</h1></section>"]
    for slide in rest:
        equations = "".join(f"<div>{equation}</div>" for equation in slide.equations)
        sections.append(f"<section><h2>{slide.title}</h2>{equations}{slide.figure}</section>")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{first.title}</title><style>{STYLE}</style>'
        f'<script>{FIT}</script><script src="mathjax/startup.js"></script>\n' + "\n".join(sections) + "</html>\n"
    )


def pdf(page: Path) -> Path | None:
    """Print a page of slides by Chromium, and return the PDF beside it; None if there is no Chromium."""
    chromium = runpy.run_path(str(ROOT / "tests" / "find_chromium.py"))["program"]()
    if chromium is None:
        return None
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--virtual-time-budget=60000"]
    with atomic(page.with_suffix(".pdf")) as part:
        subprocess.run(
            [chromium, *flags, f"--print-to-pdf={part}", page.resolve().as_uri()], check=True, capture_output=True
        )
    return page.with_suffix(".pdf")


def write(notebook: NotebookNode, page: Path) -> Path:
    """Write the slides of a notebook as HTML, and as PDF if there is a Chromium; return the path of the better one."""
    copy_from_wheel(page.parent / "mathjax")
    with atomic(page) as part:
        part.write_text(deck(slides(notebook)), encoding="utf-8")
    return pdf(page) or page


def main(folder: Path, *names: str) -> None:
    """Write the slides of some chapters, by default of all that run, and print their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or [name for name in chapters() if runs(ROOT / "book" / f"{name}.md")]:
        print(write(nbformat.read(EXECUTED / f"{name}.ipynb", as_version=4), folder / f"{name}.html"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
