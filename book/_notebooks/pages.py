"""The book's pages as data: their text and code in order, and what belongs to an exercise, its solution or a quiz."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
import yaml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from .repository import ROOT

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
SETTINGS = MdParserConfig(enable_extensions=set(CONFIG["parse"]["myst_enable_extensions"]))
GATES = {"exercise-start", "exercise-end", "solution-start", "solution-end", "exercise", "solution", "quiz"}


@dataclass
class Directive:
    """A directive of MyST: ```{name} argument, options, body."""

    name: str
    argument: str
    options: dict[str, str]
    body: str


@dataclass
class Piece:
    """A stretch of text, a cell of code, or a quiz. `exercise` is the label of the exercise that it belongs to."""

    kind: str  # "text", "code", "quiz", "exercise" (its title) or "solution" (its heading)
    source: str
    metadata: dict[str, Any] = field(default_factory=dict)
    exercise: str = ""
    solution: bool = False

    @property
    def tags(self) -> list[str]:
        """The tags of a cell."""
        return self.metadata.get("tags", [])

    @property
    def stub(self) -> bool:
        """Whether the reader fills this cell in: the build does not run it, nor one elsewhere that downloads."""
        return "skip-execution" in self.tags and bool(self.exercise)


@dataclass
class Page:
    """One page: its name, title, the metadata of its header, and its pieces."""

    name: str
    title: str
    metadata: dict[str, Any]
    pieces: list[Piece]


def tokens(text: str) -> list[Token]:
    """Return the block tokens of MyST Markdown, those inside lists and quotes too, in the order of their lines."""
    return create_md_parser(SETTINGS, RendererHTML).parse(text)


def directive(token: Token) -> Directive | None:
    """Return the directive that a fence opens, or None if it is plain code."""
    match = re.fullmatch(r"\{([^}]+)\}\s*(.*)", token.info.strip()) if "fence" in token.type else None
    if not match:
        return None
    lines = token.content.splitlines()
    options: dict[str, str] = {}
    if lines and lines[0] == "---" and "---" in lines[1:]:
        end = lines.index("---", 1)
        options, lines = yaml.safe_load("\n".join(lines[1:end])) or {}, lines[end + 1 :]
    while lines and (option := re.fullmatch(r":([\w-]+):\s*(.*)", lines[0])):
        options[option[1]] = option[2]
        lines.pop(0)
    return Directive(match[1], match[2].strip(), options, "\n".join(lines).strip("\n"))


def contents() -> dict[str, list[str]]:
    """Return the names of the pages of each part, by its caption, and below a page its own; the first has no part."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    found = {"": [toc["root"]]}
    for part in toc["parts"]:
        pages = found.setdefault(part.get("caption", ""), [])
        for chapter in part["chapters"]:
            pages += [chapter["file"], *(below["file"] for below in chapter.get("sections", ()))]
    return found


def chapters() -> list[str]:
    """Return the names of all pages, in the order of the contents."""
    return [page for part in contents().values() for page in part]


def runs(path: Path) -> bool:
    """Return whether a page has code that the build runs."""
    return "\nkernelspec:" in path.read_text(encoding="utf-8")


def read(path: Path) -> Page:
    """Return a page in pieces."""
    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")
    metadata = {key: value for key, value in notebook.metadata.items() if key not in {"jupytext", "kernelspec"}}
    pieces: list[Piece] = []
    within = Piece("text", "")  # whose exercise, whether in its solution
    for cell in notebook.cells:
        found = [Piece("code", cell.source, dict(cell.metadata))] if cell.cell_type == "code" else split(cell.source)
        for piece in found:
            if piece.kind in {"exercise", "solution"}:
                within = piece
            elif piece.kind == "end":
                within = Piece("text", "")
                continue
            piece.exercise, piece.solution = within.exercise, within.solution
            pieces.append(piece)
    title = next(line[2:] for piece in pieces for line in piece.source.splitlines() if line.startswith("# "))
    return Page(path.stem, title, metadata, pieces)


def split(text: str) -> Iterator[Piece]:
    """Cut Markdown at the marks of exercises, solutions and quizzes."""
    lines, at = text.splitlines(), 0
    for token in tokens(text):
        found = directive(token) if token.level == 0 else None
        if found is None or found.name not in GATES or token.map is None:
            continue
        yield from _text(lines[at : token.map[0]])
        yield from _gate(found)
        at = token.map[1]
    yield from _text(lines[at:])


def _text(lines: list[str]) -> Iterator[Piece]:
    if "".join(lines).strip():
        yield Piece("text", "\n".join(lines).strip("\n"))


def _gate(found: Directive) -> Iterator[Piece]:
    if found.name == "quiz":
        yield Piece("quiz", found.body, {"name": found.argument})
        return
    if not found.name.endswith("-end"):
        solution = found.name.startswith("solution")
        label = found.argument if solution else found.options.get("label", "")
        yield Piece("solution" if solution else "exercise", found.argument, {}, label, solution)
        yield from _text(found.body.splitlines())
    if not found.name.endswith("-start"):
        yield Piece("end", "")
