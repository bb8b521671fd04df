"""How nbgrader hands out and grades the chapters: it lies in the folder of the course, and nbgrader reads it."""

import os
import tempfile
from pathlib import Path

from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor

VARIANTS = False  # True: each student is graded on numbers of their own, drawn from their id in nbgrader


class PageStubs(ClearSolutions):
    """Puts the stub of the course's page where a solution was, and takes cells out that are all solution."""

    def preprocess(self, nb, resources):
        """Clear the notebook."""
        nb, resources = super().preprocess(nb, resources)
        nb.cells = [cell for cell in nb.cells if "nbgrader" not in cell.metadata or cell.source]
        return nb, resources

    def preprocess_cell(self, cell, resources, cell_index):
        """Clear one cell."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        kept = cell.metadata.pop("mrilab", None)
        if kept is not None:
            cell.source = kept["stub"]
        return cell, resources


class Student(NbGraderPreprocessor):
    """Tells the notebook whose it is, and keeps the grader's own record of exercises out of it."""

    def preprocess(self, nb, resources):
        """Set the environment of the kernel that comes next."""
        os.environ["MRILAB_PROGRESS"] = str(Path(tempfile.gettempdir()) / "mrilab-graded.json")
        os.environ.pop("MRILAB_STUDENT", None)
        if VARIANTS:
            os.environ["MRILAB_STUDENT"] = resources["nbgrader"]["student"]
        return nb, resources


def classes(converter, trait):
    """Return the steps that nbgrader takes by default."""
    return converter.class_traits()[trait].default()


c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.GenerateAssignment.preprocessors = [
    PageStubs if step is ClearSolutions else step for step in classes(GenerateAssignment, "preprocessors")
]
c.Autograde.autograde_preprocessors = [Student, *classes(Autograde, "autograde_preprocessors")]
c.Execute.timeout = 120  # seconds a cell; one that takes longer is interrupted, and the next ones still run
