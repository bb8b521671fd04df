"""Cells with the metadata of nbgrader: one to fill in, and one that gives the points."""

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from mrilab.exercises import Exercise

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
TEST = """\
# Graded: {points}. The value of this cell is the mark.
import os
from mrilab.exercises import check

me = os.environ.get("MRILAB_STUDENT", globals().get("student"))
check("{name}", {answer}, student=me, record=False).mark"""


def graded(**more: Any) -> dict[str, Any]:
    """Return nbgrader's metadata of a cell."""
    kinds = {"grade": False, "locked": False, "solution": False, "task": False}
    return {**kinds, "schema_version": 3, **more}


def points_of(task: Exercise) -> str:
    """Return the points of an exercise in words."""
    return f"{task.points} point{'s' if task.points != 1 else ''}"


def test(task: Exercise, answer: str) -> NotebookNode:
    """Return the locked cell that gives the points: nbgrader takes the number in which it ends."""
    source = TEST.format(name=task.name, answer=answer, points=points_of(task))
    mark = graded(grade=True, locked=True, grade_id=f"{task.name}-check", points=task.points)
    return new_code_cell(source, metadata={"nbgrader": mark})


def solvable(name: str, stub: str, solution: str | None, number: int = 0) -> NotebookNode:
    """Return the cell that a student fills in: the page's stub, or the solution with the stub kept beside it."""
    metadata: dict[str, Any] = {"nbgrader": graded(solution=True, grade_id=f"{name}-{number}" if number else name)}
    if solution is None:
        return new_code_cell(stub, metadata=metadata)
    metadata["mrilab"] = {"stub": stub}
    return new_code_cell(f"{BEGIN}\n{solution}\n{END}", metadata=metadata)
