"""The handouts: no solution in what students get, and nbgrader, the real one, gives the right marks."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from helpers import ROOT

from book._notebooks import handouts, links, pages, plain
from mrilab.exercises import find, variant

REAL = "kspace"  # the chapter that is graded whole: a quick one
CHAPTERS = [name for name in pages.chapters() if pages.runs(ROOT / "book" / f"{name}.md")]


@pytest.fixture(scope="module")
def book():
    return links.Links()


@pytest.fixture(scope="module")
def sample():
    """The chapter that the tests bring along, and where its references lead."""
    known = links.Links(ROOT / "tests" / "book", ["chapter"])
    known.entries = links.Links(order=[]).entries
    return pages.read(ROOT / "tests" / "book" / "chapter.md"), known


def made(page, known, *, solutions):
    return handouts.Handout(page, known, solutions=solutions).notebook()


def strings(value):
    """All text in a notebook: cells, metadata, outputs, attachments."""
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for item in inside for text in strings(item)]


def leaks(page, known, notebook):
    """The lines of a page's solutions that stand in a notebook, and nowhere else on the page."""
    say = plain.Plain(known, page.name)
    own, secret = [], []
    for piece in handouts.before_checks(page.pieces):
        text = piece.source if piece.kind == "code" else say.text(piece.source)
        (secret if piece.solution else own).extend(line.strip() for line in text.splitlines())
        if piece.kind == "quiz":
            secret += (find(piece.metadata["name"]).options or {}).values()
    shown = "\n".join(strings(notebook))
    whole = set(map(str.strip, shown.splitlines()))
    secret = {line for line in secret if line and not any(line in mine for mine in own)}
    return {line for line in secret if line in whole or (len(line) > 20 and line in shown)}


def marks(notebook):
    """The cells that nbgrader knows, by name."""
    return {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_students_get_no_solution_and_teachers_all(book, chapter):
    page = pages.read(ROOT / "book" / f"{chapter}.md")
    student, teacher = (made(page, book, solutions=solutions) for solutions in (False, True))
    nbformat.validate(student)
    nbformat.validate(teacher)
    assert not leaks(page, book, student)
    kept = "\n".join(strings(teacher))
    for piece in page.pieces:
        if piece.kind == "code" and piece.solution and "check(" not in piece.source:
            assert piece.source in kept
    assert not [text for text in strings(student) if "SOLUTION" in text or 'class="dropdown"' in text]
    summaries = sum(text.count("<summary>Hint") for text in strings(student))
    assert summaries == sum(piece.source.count("{dropdown} Hint") for piece in page.pieces if not piece.solution)


def test_a_leak_would_be_found(sample):
    page, known = sample
    student = made(page, known, solutions=False)
    assert not leaks(page, known, student)
    assert len(leaks(page, known, made(page, known, solutions=True))) >= 6
    student.cells[4].metadata["note"] = "return z * (1 - lam / np.maximum(abs(z), lam))"
    assert leaks(page, known, student)


def test_every_exercise_is_graded_by_a_locked_cell_with_its_points(sample):
    page, known = sample
    student, teacher = (made(page, known, solutions=solutions) for solutions in (False, True))
    tests = {key: cell for key, cell in marks(student).items() if key.endswith("-check")}
    assert list(tests) == [f"{name}-check" for name in ("sparsity-choice", "sparsity-soft", "sparsity-cost", "where")]
    for key, cell in tests.items():
        task = find(key.removesuffix("-check"))
        assert cell.metadata.nbgrader.locked and cell.metadata.nbgrader.points == task.points
        assert f'check("{task.name}", ' in cell.source and "record=False)" in cell.source
        assert cell.source == marks(teacher)[key].source
    stubs = marks(student)
    assert stubs["sparsity-soft"].source.startswith("def soft(z, lam):\n    return ...")
    assert stubs["where"].source == 'where = ...\ncheck("where", where, student=student)'
    assert marks(teacher)["where"].source.splitlines()[1] == "where = [40, 120, 200]"
    assert 'variant("where", student)' in "\n".join(strings(student))
    code = [cell for cell in student.cells if cell.cell_type == "code"]
    assert not any("skip-execution" in cell.metadata.get("tags", []) for cell in code)  # nbgrader would skip them
    assert not any("of the page" in cell.source for cell in code)


def test_answers_are_found_in_their_checks():
    assert handouts.answered('check("a-b", (x, y))', "a-b") == ('check("a-b", (x, y), student=student)', "(x, y)")
    named = 'λ = 1\na = "c"\ncheck("a", a, student=student)', "a"
    assert handouts.answered('λ = 1\ncheck("a", "c")', "a", "a") == named
    assert handouts.answered('check("b", 1)\nprint(1, 2)', "a") == ('check("b", 1)\nprint(1, 2)', "")


def test_a_name_makes_handouts_for_one_student(tmp_path, monkeypatch):
    monkeypatch.setattr(handouts, "chapters", lambda: [REAL, "api"])
    handouts.main(tmp_path, "ada")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nbgrader_config.py", "source", "student"]
    student = nbformat.read(tmp_path / "student" / f"{REAL}.ipynb", 4)
    assert any('student = "ada"' in cell.source for cell in student.cells)


class Course:
    """A course of nbgrader in a folder, run by the commands that book/teachers.md gives."""

    def __init__(self, folder, page, known, *, timeout=600, variants=False):
        self.folder, self.name, self.page, self.known = folder, page.name, page, known
        (folder / "source" / page.name).mkdir(parents=True)
        self.source = made(page, known, solutions=True)
        nbformat.write(self.source, folder / "source" / page.name / f"{page.name}.ipynb")
        config = Path(handouts.__file__).with_name("nbgrader_config.py").read_text()
        config = config.replace("VARIANTS = False", f"VARIANTS = {variants}")
        (folder / "nbgrader_config.py").write_text(f"{config}\nc.Execute.timeout = {timeout}\n")
        self.run("generate_assignment", page.name)

    def run(self, *command):
        # As in an active environment: nbgrader calls `alembic` by its name.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        env = {**os.environ, "PATH": path, "JUPYTER_CONFIG_DIR": str(self.folder / ".jupyter")}
        line = [sys.executable, "-m", "nbgrader", *command]
        done = subprocess.run(line, cwd=self.folder, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]

    @property
    def released(self):
        return nbformat.read(self.folder / "release" / self.name / f"{self.name}.ipynb", 4)

    def submit(self, student, answers):
        """Hand in a notebook with the answers {exercise: code}; True stands for the teacher's."""
        notebook, right = self.released, marks(self.source)
        for name, answer in answers.items():
            cells = marks(notebook)
            cells[name].source = right[name].source if answer is True else answer
        place = self.folder / "submitted" / student / self.name
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{self.name}.ipynb")

    def grades(self):
        self.run("autograde", self.name)
        self.run("export", "--to", "grades.csv")
        with (self.folder / "grades.csv").open() as file:
            return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


ENDLESS = {
    "sparsity-soft": "def soft(z, lam):\n    while True:\n        pass",
    "sparsity-cost": "while True:\n    pass",
    "where": True,
    "sparsity-choice": True,
}
CHEAT = {
    "where": "def check(*args, **kwargs):\n    return True\nwhere = 1",
    "where-check": "pass",
    "sparsity-soft-check": "pass",
    "sparsity-choice-check": "assert True",
}


@pytest.mark.audit
def test_nbgrader_gives_the_right_marks(sample, tmp_path):
    course = Course(tmp_path, *sample, timeout=60)
    student = made(*sample, solutions=False)
    assert [cell.source for cell in course.released.cells] == [cell.source for cell in student.cells]
    assert not leaks(*sample, course.released)
    names = [name for name in marks(student) if not name.endswith("-check")]
    course.submit("full", dict.fromkeys(names, True))
    course.submit("stub", {})
    course.submit("half", dict.fromkeys(names[:2], True))
    course.submit("endless", ENDLESS)
    course.submit("cheat", CHEAT)
    points = {name: find(name).points for name in names}
    assert course.grades() == {
        "full": sum(points.values()),
        "stub": 0,
        "half": sum(points[name] for name in names[:2]),
        "endless": points["where"] + points["sparsity-choice"],
        "cheat": 0,
    }
    course.run("generate_feedback", course.name)
    feedback = (tmp_path / "feedback" / "endless" / course.name / f"{course.name}.html").read_text()
    assert "No answer after 5 s" in feedback


def test_the_page_for_teachers_gives_these_commands():
    page = (ROOT / "book" / "teachers.md").read_text()
    ran = set(re.findall(r'\.run\("(\w+)"', Path(__file__).read_text()))
    assert ran and not [command for command in ran if f"\nnbgrader {command} " not in page]


@pytest.mark.audit
def test_nbgrader_without_our_configuration_hands_out_no_solution_either(sample, tmp_path):
    course = Course(tmp_path, *sample)
    (tmp_path / "nbgrader_config.py").unlink()
    course.run("generate_assignment", "--force", course.name)
    shown = "\n".join(cell.source for cell in course.released.cells)
    assert "YOUR CODE HERE" in shown
    assert not re.search(r"np\.maximum\(abs|secret|\[40, 120, 200\]", shown)


@pytest.mark.audit
def test_each_student_may_be_graded_on_numbers_of_their_own(sample, tmp_path):
    course = Course(tmp_path, *sample, variants=True)
    rows = find("where").reference(**variant("where", "ada"))
    course.submit("ada", {"where": f'student = "ada"\nwhere = {rows}'})
    course.submit("bob", {"where": f'student = "ada"\nwhere = {rows}'})  # Ada's
    course.submit("eve", {"where": True})  # the book's
    assert course.grades() == {"ada": 1, "bob": 0, "eve": 0}


@pytest.mark.audit
def test_a_real_chapter_is_graded(book, tmp_path):
    page = pages.read(ROOT / "book" / f"{REAL}.md")
    course = Course(tmp_path, page, book)
    answers = [name for name, cell in marks(course.released).items() if cell.metadata.nbgrader.solution]
    course.submit("full", dict.fromkeys(answers, True))
    course.submit("stub", {})
    assert not leaks(page, book, course.released)
    points = sum(cell.metadata.nbgrader.get("points", 0) for cell in marks(course.source).values())
    assert points and course.grades() == {"full": points, "stub": 0}
