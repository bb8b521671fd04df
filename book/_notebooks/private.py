"""The cells of a teacher's own exercises, which students get without the file that can check them."""

import inspect
from collections.abc import Iterator

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from mrilab.exercises import Exercise, question

from .nbgrader_cells import graded, points_of, solvable

TEST = """\
# Graded by your teacher: {points}.
### BEGIN HIDDEN TESTS
import os
from mrilab.exercises import check, load

load(os.environ.get("MRILAB_PRIVATE", "../../private.py"))
check("{name}", {answer}, student={student}, record=False).mark
### END HIDDEN TESTS"""
HIDDEN = "### BEGIN HIDDEN TESTS"
SOLUTION = """\
import os
from mrilab.exercises import find, load

load(os.environ.get("MRILAB_PRIVATE", "../../private.py"))
{answer} = find("{name}").reference{call}"""


def text(task: Exercise, student: str | None) -> str:
    """Return the question: the teacher's words, or what the objective says of a function."""
    head = f"*{task.level.title()}, {task.minutes} minutes, {points_of(task)}.* "
    if task.question:
        return head + question(task.name, student)
    if task.kind == "function":
        return f"{head}Write `{signature(task)}`. It {task.objective}."
    raise ValueError(f"exercise {task.name!r} asks for a {task.kind}: its `question` says what is asked")


def signature(task: Exercise) -> str:
    """Return "name(x, y)" of the function that is asked for."""
    return f"{task.reference.__name__}({', '.join(inspect.signature(task.reference).parameters)})"


def cells(task: Exercise, number: int, student: str | None, *, solutions: bool) -> Iterator[NotebookNode]:
    """Yield the question, the cell to be filled in, and the locked cell that gives the points.

    All students get the printed numbers: the file that draws those of each stays with the teacher. Only a handout for
    one student has that student's.
    """
    function = task.kind == "function"
    answer = task.reference.__name__ if function else task.name.replace("-", "_")
    stub = f"def {signature(task)}:\n    ...  # your lines" if function else f"{answer} = ...  # your answer"
    values = "" if function else f"(*find({task.name!r}).inputs({student!r}).values())"
    solution = SOLUTION.format(answer=answer, name=task.name, call=values)
    yield new_markdown_cell(f"### Your teacher's exercise {number}\n\n{text(task, student)}")
    yield solvable(task.name, stub, solution if solutions else None)
    whose = 'os.environ.get("MRILAB_STUDENT")' if function else repr(student)
    source = TEST.format(name=task.name, answer=answer, student=whose, points=points_of(task))
    mark = graded(grade=True, locked=True, grade_id=f"{task.name}-check", points=task.points)
    kept = source if solutions else source.partition(f"\n{HIDDEN}")[0]
    yield new_code_cell(kept, metadata={"nbgrader": mark})
