"""Writes what a teacher hands out: `python -m book._notebooks.handouts FOLDER [STUDENT]`, or `make handouts`.

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

from mrilab.exercises import Exercise, find

from .links import Links
from .notebooks import KERNEL, code, finished, install, origin, quiz, title
from .pages import Page, Piece, chapters, read, runs
from .plain import Plain
from .repository import ROOT

STUDENT = """\
from mrilab.exercises import check, variant

student = {student}  # None, or a name in quotes, if your teacher gives numbers of your own to each: "ada\""""
TEST = """\
# Graded: {points} point{s}.
import os
from mrilab.exercises import check

verdict = check("{name}", {answer}, student=os.environ.get("MRILAB_STUDENT", student), record=False)
assert verdict, verdict"""
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def called(source: str, name: str) -> tuple[ast.Call, ast.expr] | None:
    """Return the call `check("NAME", answer)` in a cell, and the answer."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and len(node.args) > 1)
    for call in calls:
        if ast.unparse(call.func) == "check" and ast.unparse(call.args[0]) == repr(name):
            return call, call.args[1]
    return None


def answered(source: str, name: str, variable: str = "") -> tuple[str, str]:
    """Return a cell whose check asks for the student's own numbers, and the expression that is checked.

    With `variable`, an answer that is written into the call gets this name first, so that another cell can grade it.
    """
    found = called(source, name)
    if found is None:
        return source, ""
    written, value = (ast.get_source_segment(source, node) or "" for node in found)
    before, answer = (f"{variable} = {value}\n", variable) if variable else ("", value)
    return source.replace(written, f'{before}check("{name}", {answer}, student=student)'), answer


def graded(**more: Any) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell."""
    kinds = {"grade": False, "locked": False, "solution": False, "task": False}
    return {**kinds, "schema_version": 3, **more}


def test(task: Exercise, answer: str) -> NotebookNode:
    """Return the locked cell that gives the points."""
    source = TEST.format(name=task.name, answer=answer, points=task.points, s="s" if task.points > 1 else "")
    mark = graded(grade=True, locked=True, grade_id=f"{task.name}-check", points=task.points)
    return new_code_cell(source, metadata={"nbgrader": mark})


def solvable(name: str, stub: str, solution: str | None, number: int = 0) -> NotebookNode:
    """Return the cell that a student fills in: the page's stub, or the solution with the stub kept beside it."""
    metadata: dict[str, Any] = {"nbgrader": graded(solution=True, grade_id=f"{name}-{number}" if number else name)}
    if solution is None:
        return new_code_cell(stub, metadata=metadata)
    metadata["mrilab"] = {"stub": stub}
    return new_code_cell(f"{BEGIN}\n{solution}\n{END}", metadata=metadata)


class Handout:
    """One chapter for students, or, with `solutions`, for their teacher."""

    def __init__(self, page: Page, links: Links, *, solutions: bool, student: str = ""):
        self.page = replace(page, pieces=list(before_checks(page.pieces)))
        self.links, self.plain = links, Plain(links, page.name)
        self.solutions, self.student = solutions, json.dumps(student, ensure_ascii=False) if student else "None"
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
        yield new_code_cell(STUDENT.format(student=self.student))
        for piece in self.page.pieces:
            if piece.kind == "solution":
                yield from self._rest(piece.exercise)
            elif piece.solution:
                continue
            elif piece.kind == "quiz":
                yield from self._quiz(piece)
            elif piece.kind == "code":
                yield from self._exercise(piece) if piece.stub else [code(piece)]
            elif piece.kind == "exercise":
                yield new_markdown_cell(title(piece, self.links))
            elif text := self.plain.text(piece.source):
                yield new_markdown_cell(text)

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
        if task.kind == "value" and task.draw is not None:
            yield new_code_cell(f'variant("{name}", student)  # the numbers of the question')
        # A stub check("where", ...) names no variable, which the next cell needs.
        variable = name.replace("-", "_") if isinstance(found[1], ast.Constant) else ""
        self.variables[stub.exercise] = variable
        source, answer = answered(stub.source, name, variable)
        solution = self._solution(stub.exercise)
        yield solvable(name, source, solution[0] if solution else None)
        yield test(task, answer)

    def _rest(self, label: str) -> Iterator[NotebookNode]:
        """Yield what a solution has besides the cell in the stub's place: all of it, where nothing is graded."""
        for number, source in enumerate(self._solution(label)):
            if number or label not in self.variables:
                yield solvable(label.removeprefix("ex-"), "", source, number + 1)

    def _solution(self, label: str) -> list[str]:
        """Return the cells of a solution, with its words as comments, so that nbgrader cuts them too."""
        name, cells, words = label.removeprefix("ex-"), list[str](), ""
        for piece in self.page.pieces if self.solutions else ():
            if not piece.solution or piece.exercise != label or piece.kind == "solution":
                continue
            if piece.kind == "code":
                source, _ = answered(piece.source, name, self.variables.get(label, ""))
                cells.append(f"{words}{source}")
                words = ""
            elif cells:
                cells[-1] += f"\n\n{commented(self.plain.text(piece.source))}"
            else:
                words = f"{commented(self.plain.text(piece.source))}\n"
        return [*cells, words] if words else cells


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


def main(folder: Path, student: str = "") -> None:
    """Write the handouts of all chapters with exercises, and nbgrader's configuration."""
    links = Links()
    for part in ("student", "source"):
        shutil.rmtree(folder / part, ignore_errors=True)
        (folder / part).mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("nbgrader_config.py"), folder)
    for path in filter(runs, (ROOT / "book" / f"{name}.md" for name in chapters())):
        page = read(path)
        if any(piece.kind in {"exercise", "quiz"} for piece in page.pieces):
            (folder / "source" / page.name).mkdir()
            for solutions, part in ((False, "student"), (True, f"source/{page.name}")):
                made = Handout(page, links, solutions=solutions, student=student).notebook()
                nbformat.write(made, folder / part / f"{page.name}.ipynb")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
