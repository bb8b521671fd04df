"""How nbgrader hands out and grades the chapters: it lies in the folder of the course, and nbgrader reads it."""

import os
import tempfile
from pathlib import Path

from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

HERE = Path.cwd()  # nbgrader runs in the folder of the course
VARIANTS = False  # True: each student is graded on numbers of their own, drawn from their id in nbgrader


NAMED = "student = student or ...  # locked: your numbers follow from your id, so there is no check without one"


class PageStubs(ClearSolutions):
    """Puts the stub of the course's page where a solution was, and takes cells out that are all solution."""

    def preprocess(self, nb, resources):
        """Clear the notebook; with numbers of their own, students have to say who they are."""
        nb, resources = super().preprocess(nb, resources)
        nb.cells = [cell for cell in nb.cells if "nbgrader" not in cell.metadata or cell.source]
        if VARIANTS:
            first = next(i for i, cell in enumerate(nb.cells) if cell.source.startswith("from mrilab.exercises import"))
            kinds = {"grade": False, "solution": False, "task": False, "locked": True, "schema_version": 3}
            locked = {"nbgrader": {**kinds, "grade_id": "student-named"}, "editable": False, "deletable": False}
            nb.cells.insert(first + 1, new_code_cell(NAMED, metadata=locked))
        return nb, resources

    def preprocess_cell(self, cell, resources, cell_index):
        """Clear one cell."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        kept = cell.metadata.pop("mrilab", {})
        if "stub" in kept:
            cell.source = kept["stub"]
        elif VARIANTS and "own" in kept:
            cell.source = kept["own"]
        return cell, resources


class AddedCells(NbGraderPreprocessor):
    """Adds the tests that a notebook lacks: those that came after it was handed in, or that its student took out."""

    def preprocess(self, nb, resources):
        """Add the tests at the end, where everything that they could test has run."""
        there = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells}
        known = resources["nbgrader"]
        with Gradebook(known["db_url"]) as book:
            kept = book.find_notebook(known["notebook"], known["assignment"])
            points = {cell.name: cell.max_score for cell in kept.grade_cells}
            for cell in kept.source_cells:
                if cell.name in there or cell.name not in points:
                    continue
                kinds = {"grade": True, "solution": False, "task": False, "locked": True, "schema_version": 3}
                mark = {**kinds, "grade_id": cell.name, "points": points[cell.name]}
                nb.cells.append(new_code_cell(cell.source, metadata={"nbgrader": mark}))
                self.log.warning("%s was not handed in, and is added", cell.name)
        return nb, resources


class Student(NbGraderPreprocessor):
    """Tells the notebook whose it is, where the teacher's own exercises lie, and that no exercise is recorded."""

    def preprocess(self, nb, resources):
        """Set the environment of the kernel that comes next."""
        known = resources["nbgrader"]
        os.environ["MRILAB_PROGRESS"] = str(Path(tempfile.gettempdir()) / "mrilab-graded.json")
        os.environ["MRILAB_PRIVATE"] = str(HERE / "private.py")
        os.environ.pop("MRILAB_STUDENT", None)
        if VARIANTS:
            with Gradebook(known["db_url"]) as book:
                named = {cell.name for cell in book.find_notebook(known["notebook"], known["assignment"]).source_cells}
            if "student-named" not in named:
                raise ValueError("handed out without VARIANTS: set VARIANTS = False, or hand out and collect again")
            os.environ["MRILAB_STUDENT"] = known["student"]
        return nb, resources


def classes(converter, trait):
    """Return the steps that nbgrader takes by default."""
    return converter.class_traits()[trait].default()


c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.GenerateAssignment.preprocessors = [
    PageStubs if step is ClearSolutions else step for step in classes(GenerateAssignment, "preprocessors")
]
c.Autograde.sanitize_preprocessors = [AddedCells, *classes(Autograde, "sanitize_preprocessors")]
c.Autograde.autograde_preprocessors = [Student, *classes(Autograde, "autograde_preprocessors")]
c.Execute.timeout = 120  # seconds a cell; one that takes longer is interrupted, and the next ones still run
