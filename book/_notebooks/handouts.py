"""Writes what a teacher hands out: `python -m book._notebooks.handouts FOLDER [STUDENT [PRIVATE [SHORT]]]`.

`make handouts` runs it. All cells run as they are handed out: what is not answered yet stops no notebook.

FOLDER/student/NAME.ipynb has stubs and no solutions. FOLDER/source/NAME/NAME.ipynb has the solutions, between the marks
at which nbgrader cuts, and FOLDER/nbgrader_config.py makes nbgrader put the page's stubs in their place: FOLDER is a
course of nbgrader.
"""

import ast
import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mrilab.exercises import Exercise, find, load, question
from mrilab.files import atomic

from . import private
from .links import Links, slug
from .nbgrader_cells import solvable, test
from .needed import needed
from .notebooks import KERNEL, code, finished, install, origin, quiz, title
from .pages import Page, Piece, chapters, read, runs
from .plain import Plain
from .repository import ROOT

STUDENT = """\
from mrilab.exercises import check, question, variant

student = {student}  # None, or a name in quotes, if your teacher gives numbers of your own to each: "ada\""""
OWN = """\
from mrilab.exercises import check, question, variant

student = ...  # your id in quotes, as your teacher wrote it: "ada". Your numbers follow from it."""
NUMBERS = """\
{names} = variant("{name}", student).values()
question("{name}", student)"""
STATED = re.compile(r"\*(Easy|Medium|Hard), ")  # how the text of an exercise begins
ASKED = "*The next cell asks, with your own numbers.*"


def numbers(task: Exercise) -> str:
    """Return the cell that sets the names of the exercise to the student's own numbers.

    >>> print(numbers(find("analysis-step")).splitlines()[0])
    sigma, L, norm2 = variant("analysis-step", student).values()
    """
    names = ", ".join(task.book or ())
    one = "," if len(task.book or ()) == 1 else ""  # `level, = …` takes the one value out
    return NUMBERS.format(names=names + one, name=task.name)


def called(source: str, name: str) -> tuple[ast.Call, ast.expr] | None:
    """Return the call `check("NAME", answer)` in a cell, and the answer."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and len(node.args) > 1)
    for call in calls:
        if ast.unparse(call.func) == "check" and ast.unparse(call.args[0]) == repr(name):
            return call, call.args[1]
    return None


def answered(source: str, name: str, variable: str = "") -> tuple[str, str]:
    """Return a cell whose check asks for the student's own numbers, and the expression that is checked.

    With `variable`, an answer of another name or none gets this name first, so that another cell can grade it.
    """
    found = called(source, name)
    if found is None:
        return source, ""
    written, value = (ast.get_source_segment(source, node) or "" for node in found)
    before, answer = (f"{variable} = {value}\n", variable) if variable not in ("", value) else ("", value)
    return source.replace(written, f'{before}check("{name}", {answer}, student=student)'), answer


def is_target(expression: str) -> bool:
    """Whether an expression is a name or names with commas between them, which can be given a value.

    >>> is_target("(x, y)"), is_target('"b"'), is_target("f(x)")
    (True, False, False)
    """
    node = ast.parse(expression, mode="eval").body
    return all(isinstance(name, ast.Name) for name in (node.elts if isinstance(node, ast.Tuple) else [node]))


def without_numbers(stub: str, task: Exercise) -> str:
    """Return a stub without the line that sets the numbers of the question: a cell before it does."""
    names = ", ".join(task.book or ())
    return re.sub(rf"(?m)^{re.escape(names)} = .*\n", "", stub)


def asked(text: str, task: Exercise, words: str) -> str:
    """Return the text of an exercise with other words in place of the sentence that holds the printed numbers."""
    printed = r"\s+".join(re.escape(word) for word in question(task.name).split())
    found = re.search(printed, text, re.IGNORECASE)
    if found is None:
        raise ValueError(f"the page does not ask {task.name!r} in the words of its task: {question(task.name)}")
    return f"{text[: found.start()]}{words}{text[found.end() :]}"


class Handout:
    """One chapter for students, or, with `solutions`, for their teacher; `short` has its exercises alone."""

    def __init__(
        self,
        page: Page,
        links: Links,
        *,
        solutions: bool,
        student: str = "",
        private: tuple[str, ...] = (),
        short=False,
    ):
        pieces = list(before_checks(page.pieces))
        self.page = replace(page, pieces=list(exercises_alone(pieces)) if short else pieces)
        self.links, self.plain = links, Plain(links, page.name)
        self.solutions, self.student, self.private = solutions, student or None, private
        self.variables: dict[str, str] = {}  # of the exercises that are graded: a name for a value, or none

    def notebook(self) -> NotebookNode:
        """Return the handout."""
        made = new_notebook(cells=list(self.cells()))
        made.metadata = from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}, **self.page.metadata})
        return finished(made, self.page.name)

    def cells(self) -> Iterator[NotebookNode]:
        """Yield the cells: the answer of an exercise, in the stub's place, is followed by its test."""
        yield origin(self.page, self.links)
        yield install(self.page)
        named = json.dumps(self.student, ensure_ascii=False) if self.student else "None"
        yield new_code_cell(STUDENT.format(student=named), metadata=self._own(OWN))
        for piece in self.page.pieces:
            if piece.kind == "solution":
                yield from self._rest(piece.exercise)
            elif piece.solution:
                continue
            elif piece.kind == "quiz":
                yield from self._quiz(piece)
            elif piece.kind == "code":
                yield from self._exercise(piece) if piece.stub else self._code(piece)
            elif piece.kind == "exercise":
                yield new_markdown_cell(title(piece, self.links))
            elif text := self.plain.text(piece.source):
                yield self._text(piece, text)
        for number, name in enumerate(self.private, 1):
            yield from private.cells(find(name), number, self.student, solutions=self.solutions)

    def _code(self, piece: Piece) -> Iterator[NotebookNode]:
        """Yield a cell with ordinary figures, which weigh a quarter of sharp ones, and their alternative text."""
        if "figure_format" in piece.source:
            return
        cell = code(piece)
        if alt := piece.metadata.get("mystnb", {}).get("image", {}).get("alt"):
            cell.metadata["alt"] = alt
        yield cell

    def _text(self, piece: Piece, text: str) -> NotebookNode:
        """Return a text. The sentence with the numbers is that of the student, or left to a cell that knows them."""
        task = find(piece.exercise) if piece.exercise else None
        if task is None or not callable(task.question) or not STATED.match(piece.source):
            return new_markdown_cell(text)
        if self.student:
            return new_markdown_cell(asked(text, task, question(task.name, self.student)))
        return new_markdown_cell(text, metadata=self._own(asked(text, task, ASKED)))

    def _own(self, source: str) -> dict[str, Any]:
        """Return the metadata that keep, for nbgrader, what a cell says where each student has numbers of their own."""
        return {"mrilab": {"own": source}} if self.solutions and not self.student else {}

    def _quiz(self, piece: Piece) -> Iterator[NotebookNode]:
        task = find(piece.metadata["name"])
        variable = task.name.replace("-", "_")
        yield new_markdown_cell(quiz(piece, self.plain))
        right = f'{variable} = "{task.reference()}"' if self.solutions else None
        yield solvable(task.name, f"{variable} = ...  # a letter in quotes", right)
        yield test(task, variable)

    def _exercise(self, stub: Piece) -> Iterator[NotebookNode]:
        name = stub.exercise.removeprefix("ex-")
        found = called(stub.source, name)
        if found is None:  # nothing to grade: a stub beside the one that is checked
            yield new_code_cell(stub.source)
            return
        task = find(name)
        source = stub.source
        if callable(task.question):
            yield new_code_cell(numbers(task))
            source = without_numbers(source, task)
        # A stub check("where", ...) names no variable, which the next cell needs.
        variable = name.replace("-", "_") if isinstance(found[1], ast.Constant) else ""
        source, answer = answered(source, name, variable)
        self.variables[stub.exercise] = answer if is_target(answer) else ""
        solution, checked = self._solution(stub.exercise)
        yield solvable(name, source, "\n\n".join(solution[:checked]) if solution else None)
        yield test(task, answer)

    def _rest(self, label: str) -> Iterator[NotebookNode]:
        """Yield what a solution has after the check, which is in the stub's place: all of it, if nothing is graded."""
        solution, checked = self._solution(label)
        for number, source in enumerate(solution):
            if number >= checked or label not in self.variables:
                yield solvable(label.removeprefix("ex-"), "", source, number + 1)

    def _solution(self, label: str) -> tuple[list[str], int]:
        """Return the cells of a solution, with its words as comments, so that nbgrader cuts them too; and how many of
        them it takes to the check.
        """
        name, cells, words, checked = label.removeprefix("ex-"), list[str](), "", 1
        for piece in self.page.pieces if self.solutions else ():
            if not piece.solution or piece.exercise != label or piece.kind == "solution":
                continue
            if piece.kind == "code":
                source, answer = answered(piece.source, name, self.variables.get(label, ""))
                cells.append(f"{words}{source}")
                checked = len(cells) if answer else checked
                words = ""
            elif cells:
                cells[-1] += f"\n\n{commented(self.plain.text(piece.source))}"
            else:
                words = f"{commented(self.plain.text(piece.source))}\n"
        return [*cells, words] if words else cells, checked


def commented(text: str) -> str:
    """Return text as comments."""
    return "\n".join(f"# {line}".rstrip() for line in text.splitlines())


def before_checks(pieces: list[Piece]) -> Iterator[Piece]:
    """Yield the pieces before the section "Checks": it tests the page, solutions included, and not the reader."""
    for piece in pieces:
        if found := re.search(r"(?m)^## Checks$", piece.source) if piece.kind == "text" else None:
            yield replace(piece, source=piece.source[: found.start()])
            return
        yield piece


def exercises_alone(pieces: list[Piece]) -> Iterator[Piece]:
    """Yield exercises, quizzes, solutions, and the cells of code that they need; no other text and no figures."""
    cells = [piece for piece in pieces if piece.kind == "code" and not magic(piece)]  # solutions need cells too
    stubs = {i for i, cell in enumerate(cells) if cell.exercise}
    kept = {id(cells[i]) for i in needed([cell.source for cell in cells], stubs)}
    for piece in pieces:
        if piece.exercise or piece.kind == "quiz" or id(piece) in kept:
            yield piece


def magic(piece: Piece) -> bool:
    """Return whether a cell only sets Jupyter up."""
    return all(line.startswith("%") for line in piece.source.splitlines())


def main(folder: Path, student: str = "", private_file: str = "", short: str = "") -> None:
    """Write the handouts of all chapters with exercises, and nbgrader's configuration.

    `private_file` has exercises of the teacher's own, which are added to their chapters; it is copied to FOLDER, and
    no notebook holds it. With `short`, any text, the notebooks hold the exercises alone.
    """
    links = Links()
    if slug().startswith("OWNER/"):
        print("No repository is known: links and the install cell name", slug(), "(set the remote `origin`)")
    mine = load(private_file) if private_file else []
    if unknown := [name for name in mine if find(name).chapter not in chapters()]:
        raise ValueError(f"exercise {unknown[0]!r} belongs to no page: {find(unknown[0]).chapter!r}")
    for part in ("student", "source"):
        shutil.rmtree(folder / part, ignore_errors=True)
        (folder / part).mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("nbgrader_config.py"), folder)
    if private_file:
        shutil.copy(private_file, folder / "private.py")
    for path in filter(runs, (ROOT / "book" / f"{name}.md" for name in chapters())):
        page = read(path)
        if any(piece.kind in {"exercise", "quiz"} for piece in page.pieces):
            (folder / "source" / page.name).mkdir()
            for solutions, part in ((False, "student"), (True, f"source/{page.name}")):
                own = tuple(name for name in mine if find(name).chapter == page.name)
                made = Handout(
                    page, links, solutions=solutions, student=student, private=own, short=bool(short)
                ).notebook()
                with atomic(folder / part / f"{page.name}.ipynb") as file:
                    nbformat.write(made, file)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
