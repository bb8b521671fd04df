"""How long a page is: words of prose, formulas, cells and minutes, printed by `python -m book._notebooks.lengths`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mrilab.exercises import find, names
from mrilab.exercises.chapters import CHAPTERS

from .pages import Piece, chapters, directive, read, runs, tokens
from .repository import ROOT

WORDS_A_MINUTE = 100  # of a text with formulas, that is to be understood
FORMULA = 1.5  # minutes for a displayed formula,
CELL = 0.75  # for a cell that is read, run and looked at,
QUIZ = 2.0  # and for a quiz
LEFT_OUT = ("## Exercises", "## Checks", "## Further reading")  # to be done or looked up, not to be read


@dataclass
class Length:
    """One page without its exercises, and the minutes that its exercises state."""

    words: int
    formulas: int
    cells: int
    quizzes: int
    exercises: int = 0

    @property
    def minutes(self) -> int:
        """Minutes to read and run the page, to the next five."""
        exact = self.words / WORDS_A_MINUTE + FORMULA * self.formulas + CELL * self.cells + QUIZ * self.quizzes
        return 5 * max(round(exact / 5), 1)


def words(text: str) -> int:
    """Count the words of prose: of paragraphs, lists, boxes and tables, a formula within a line being one word."""
    total = 0
    for token in tokens(text):
        if token.type == "inline":
            total += len(re.findall(r"\w+", re.sub(r"\$[^$]+\$", " m ", _plain(token.content))))
        elif (found := directive(token)) and not token.type.startswith("math"):
            total += words(found.body) if found.name in ("admonition", "note", "warning", "dropdown", "glossary") else 0
    return total


def _plain(text: str) -> str:
    """Inline text as it shows: a role is its text, a citation or a reference one word."""
    text = re.sub(r"\{(ref|eq|doc|cite:?\w*)\}`[^`]+`", " r ", text)
    text = re.sub(r"\{\w+\}`([^`<]+?)\s*(<[^`]+>)?`", r"\1", text)
    return re.sub(r"`[^`]+`", " c ", text)


def length(name: str) -> Length:
    """Count one page of the book, by the name of its file."""
    pieces, found = read(ROOT / "book" / f"{name}.md").pieces, Length(0, 0, 0, 0)
    for piece in main_part(pieces):
        if piece.kind == "text":
            text = re.sub(r"(?s)```\{math\}.*?```", "$$\n$$", piece.source)
            found.words += words(text)
            found.formulas += len(re.findall(r"(?ms)^\$\$\n.*?^\$\$", text))
        elif piece.kind == "quiz":
            found.quizzes += 1
            found.words += words(piece.source)
        elif piece.kind == "code" and "remove-cell" not in piece.tags:
            found.cells += 1
    if name in CHAPTERS:
        found.exercises = sum(find(task).minutes for task in names(name))
    return found


def main_part(pieces: list[Piece]) -> Iterator[Piece]:
    """Leave out exercises with their solutions, what checks the page, and what is only to be looked up."""
    kept = True
    for piece in pieces:
        if piece.exercise:
            continue
        for section in re.split(r"(?m)^(?=## )", piece.source) if piece.kind == "text" else [piece.source]:
            if piece.kind == "text" and section.startswith("## "):
                kept = not section.startswith(LEFT_OUT)
            if kept:
                yield Piece(piece.kind, section, piece.metadata)


def table() -> str:
    """Return the lengths of all pages that run, in the order of the contents, as lines of text."""
    rows = [f"{'page':18}{'words':>7}{'formulas':>10}{'cells':>7}{'minutes':>9}{'exercises':>11}"]
    for name in filter(lambda name: runs(ROOT / "book" / f"{name}.md"), chapters()):
        one = length(name)
        rows.append(f"{name:18}{one.words:7}{one.formulas:10}{one.cells:7}{one.minutes:9}{one.exercises:11}")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
