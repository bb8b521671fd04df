"""The handouts: no solution in what students get, and nbgrader, the real one, gives the right marks."""

import ast
import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import nbformat
import numpy as np
import pytest
from helpers import ROOT
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient
from scipy.optimize import brentq

import mrilab
from book._notebooks import handouts, links, needed, pages, plain
from mrilab import shots_for, step_limits
from mrilab.exercises import check, find, load, question, variant

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


def made(page, known, *, solutions, **options):
    return handouts.Handout(page, known, solutions=solutions, **options).notebook()


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
        assert f'check("{task.name}", ' in cell.source and cell.source.endswith("record=False).mark")
        assert cell.source == marks(teacher)[key].source
    stubs = marks(student)
    assert stubs["sparsity-soft"].source.startswith("def soft(z, lam):\n    return ...")
    assert stubs["where"].source == 'where = ...\ncheck("where", where, student=student)'
    assert marks(teacher)["where"].source.splitlines()[1] == "where = [40, 120, 200]"
    assert 'row, accel, rows = variant("where", student).values()' in "\n".join(strings(student))
    code = [cell for cell in student.cells if cell.cell_type == "code"]
    assert not any("skip-execution" in cell.metadata.get("tags", []) for cell in code)  # nbgrader would skip them
    assert not any("of the page" in cell.source for cell in code)


def names(source):
    """The names that a cell reads, those that it binds, and its functions."""
    nodes = list(ast.walk(ast.parse(TransformerManager().transform_cell(source))))
    variables = [node for node in nodes if isinstance(node, ast.Name)]
    read = {node.id for node in variables if isinstance(node.ctx, ast.Load)}
    functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    return read, {node.id for node in variables if isinstance(node.ctx, ast.Store)}, functions


def test_answers_are_found_in_their_checks():
    assert handouts.answered('check("a-b", (x, y))', "a-b") == ('check("a-b", (x, y), student=student)', "(x, y)")
    assert handouts.answered('check("a", mine)', "a", "answer")[0].startswith("answer = mine\ncheck")
    assert handouts.answered('check("a", answer)', "a", "answer")[1] == "answer"
    named = 'λ = 1\na = "c"\ncheck("a", a, student=student)', "a"
    assert handouts.answered('λ = 1\ncheck("a", "c")', "a", "a") == named
    assert handouts.answered('check("b", 1)\nprint(1, 2)', "a") == ('check("b", 1)\nprint(1, 2)', "")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_what_is_graded_is_named_by_the_teachers_solution(book, chapter):
    defined, named = set(), set()  # functions of the page, and what the cell of the solution names
    for cell in made(pages.read(ROOT / "book" / f"{chapter}.md"), book, solutions=True).cells:
        if cell.cell_type == "code":
            if graded := re.search(r'check\("([^"]+)", (.+), student=me', cell.source):
                assert names(graded[2])[0] <= defined | named, graded[1]
            _, named, functions = names(cell.source)
            defined |= functions


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_page_asks_in_the_words_of_its_tasks_and_a_name_changes_its_numbers(book, chapter):
    page = pages.read(ROOT / "book" / f"{chapter}.md")
    ours = [find(label.removeprefix("ex-")) for label in {piece.exercise for piece in page.pieces if piece.exercise}]
    ours = [task for task in ours if task.kind == "value" and task.draw]
    assert all(callable(task.question) for task in ours)
    ada = " ".join("\n".join(strings(made(page, book, solutions=False, student="ada"))).split())
    for task in ours:
        printed, own = (" ".join(str(question(task.name, student)).split()) for student in (None, "ada"))
        assert own.lower() in ada.lower() and (printed == own or printed.lower() not in ada.lower())


def test_a_name_makes_handouts_for_one_student(tmp_path, monkeypatch):
    monkeypatch.setattr(handouts, "chapters", lambda: [REAL, "api"])
    handouts.main(tmp_path, "ada")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nbgrader_config.py", "source", "student"]
    student = nbformat.read(tmp_path / "student" / f"{REAL}.ipynb", 4)
    assert any('student = "ada"' in cell.source for cell in student.cells)


def test_a_warning_where_no_repository_is_known(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(handouts, "chapters", lambda: [REAL])
    for slug, said in (("OWNER/mrilab", True), ("ada/recon", False)):
        monkeypatch.setattr(handouts, "slug", lambda slug=slug: slug)
        handouts.main(tmp_path)
        assert ("No repository is known" in capsys.readouterr().out) == said


def test_figures_have_their_text_and_ordinary_size(book):
    page = pages.read(ROOT / "book" / f"{REAL}.md")
    student = made(page, book, solutions=False)
    told = [cell.metadata.alt for cell in student.cells if "alt" in cell.metadata]
    assert len(told) > 5 and all(len(text) > 20 for text in told)
    assert "retina" not in "".join(strings(student))


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_exercises_alone_keep_the_cells_that_they_need(book, chapter):
    page = pages.read(ROOT / "book" / f"{chapter}.md")
    whole, short = (made(page, book, solutions=True, short=short) for short in (False, True))
    assert list(marks(short)) == list(marks(whole))
    kept = [
        [cell.source for cell in notebook.cells if "install" not in cell.metadata.get("tags", [])]
        for notebook in (whole, short)
    ]
    assert kept[1] == [source for source in kept[0] if source in kept[1]]
    assert not leaks(page, book, made(page, book, solutions=False, short=True))


def test_which_cells_are_needed():
    cells = [
        "import numpy as np",
        "x = 1",
        "def f(a):\n    return a + x",
        "%matplotlib inline\nz = 3",
        "y = f(np)",
        "x[0] += 1",
    ]
    assert needed.needed(cells, {4}) == {0, 1, 2, 4}
    assert needed.needed([*cells, "print(x)"], {6}) == {1, 5, 6}


# What a student writes for `...`, in the names that the stub has.
FILLED = {
    "where": ("rows = ...", "rows = [(row + k * rows // accel) % rows for k in range(accel)]"),
    "random-cutoff": ("expected = ...", "expected = points * (1 - (1 - 1 / points) ** round(points / accel))"),
    "lines-more": ("return ...", "return np.sum(1 - (1 - p) ** m) - wanted"),
    "radial-count": (
        "my_spokes, my_spirals = ..., ...",
        "my_spokes, my_spirals = shots_for((n, n), accel), shots_for((n, n), accel, turns=turns)",
    ),
    "fastest": ("shortest = ...", "shortest = 1 / (pixel * 42.577e6 * limit)"),
    "gentle": ("gentle_limits = ...", "gentle_limits = step_limits(pixel, dwell, gradient=gradient, slew=slew)"),
    "analysis-step": ("tau = ...", "tau = 1 / (L / 2 + sigma * norm2)"),
    "gridding-count": ("points = (..., ...)", "points = (round(alpha * n) ** 2, width**2)"),
    "illposed-condition": ("factors = (..., ...)", "factors = (1 / s, s / (s**2 + lam))"),
    "offresonance-wrap": (
        "largest, reported = ..., ...",
        "largest = 500 / delay; reported = (fat + largest) % (2 * largest) - largest",
    ),
    "epi-shift": (
        "all_lines, every_second = ..., ...",
        "all_lines = frequency * lines * spacing / 1000; every_second = all_lines / 2",
    ),
    "epi-ghost": ("ratio = ...", "ratio = np.tan(phase / 2)"),
    "completion-rank": ("answer = (..., ...)", "answer = (side * side, coils * side**2)"),
    "dynamic-window": (
        "answer = (..., ...)",
        "answer = ((2 * half + 1) * spokes, (2 * half + 1) * spokes * milliseconds)",
    ),
    "dynamic-rank": ("answer = (..., ...)", "answer = (period, period + 1)"),
    "spinning-grids": ("grids = ...", "grids = 4**level"),
    "spins-shift": ("answer = (..., ...)", "answer = (offset_hz * n / (1e3 * bandwidth_khz), offset_hz * n / 1e3)"),
    "grappa-lines": (
        "my_lines, my_accel = ..., ...",
        "my_lines = np.count_nonzero(regular_lines((rows, 1), accel) | center_lines((rows, 1), calib))\n"
        "my_accel = rows / my_lines",
    ),
    "fair-time": ("dead_time = ...", "dead_time = 8e-6 * (few * long - many * short) / (many - few)"),
    "solid-spokes": ("spokes = ...", "spokes = np.pi * n**2 / 2"),
    "break": ("largest = ...", "largest = 1 / (L / 2 + sigma * norm2)"),
}
STUBS = {
    piece.exercise.removeprefix("ex-"): piece.source
    for chapter in CHAPTERS
    for piece in pages.read(ROOT / "book" / f"{chapter}.md").pieces
    if piece.stub and callable(find(piece.exercise).question)
}


def density(decay):
    """As on the page of lines."""
    k = np.arange(256) - 128
    p = (1 - abs(k) / 129) ** decay
    return p / p.sum()


@pytest.mark.parametrize("name", STUBS)
def test_a_stub_works_with_the_numbers_of_200_students(name):
    task, verdicts = find(name), []
    stub = handouts.without_numbers(STUBS[name], task)
    assert stub.count(FILLED[name][0]) == 1
    for student in [None, *(f"id{i}" for i in range(200))]:
        tools = {"np": np, "brentq": brentq, "density": density, "shots_for": shots_for, "step_limits": step_limits}
        scope = {
            **tools,
            "print": lambda *args: None,
            **{n: getattr(mrilab, n) for n in mrilab.__all__ if n not in tools},
        }
        scope["check"] = lambda name, answer, of=student: verdicts.append(check(name, answer, student=of, record=False))
        for source in (stub, stub.replace(*FILLED[name])):
            tools = {"variant": variant, "question": lambda *_: None, "student": student}
            exec(handouts.numbers(task), scope | tools, scope)
            exec(source, scope)
    assert [verdict.answered for verdict in verdicts] == [False, True] * 201
    assert not [verdict for verdict in verdicts[1::2] if not verdict]


class Course:
    """A course of nbgrader in a folder, run by the commands that book/teachers.md gives."""

    def __init__(self, folder, page, known, *, timeout=600, variants=False, private_file=None, **options):
        self.folder, self.name, self.page, self.known, self.options = folder, page.name, page, known, options
        (folder / "source" / page.name).mkdir(parents=True)
        config = Path(handouts.__file__).with_name("nbgrader_config.py").read_text()
        config = config.replace("VARIANTS = False", f"VARIANTS = {variants}")
        (folder / "nbgrader_config.py").write_text(f"{config}\nc.Execute.timeout = {timeout}\n")
        self.write(private_file)

    def write(self, private_file=None):
        """Make the release, with the exercises of a teacher's file, if there is one."""
        if private_file:
            shutil.copy(private_file, self.folder / "private.py")
            self.options["private"] = tuple(name for name in load(private_file) if find(name).chapter == self.name)
        self.source = made(self.page, self.known, solutions=True, **self.options)
        nbformat.write(self.source, self.folder / "source" / self.name / f"{self.name}.ipynb")
        self.run("generate_assignment", "--force", self.name)

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

    @property
    def points(self):
        return {
            key.removesuffix("-check"): cell.metadata.nbgrader.points
            for key, cell in marks(self.source).items()
            if key.endswith("-check")
        }

    def answer(self, name):
        """What the test of an exercise checks: the name of a function or of a value."""
        return re.search(r'check\("[^"]+", (.+), student=', marks(self.source)[f"{name}-check"].source)[1]

    def submit(self, student, answers, first=""):
        """Hand in a notebook with the answers {exercise: code}; True stands for the teacher's."""
        notebook, right = self.released, marks(self.source)
        for name, answer in answers.items():
            marks(notebook)[name].source = right[name].source if answer is True else answer
        for cell in notebook.cells:
            if first and "\nstudent = " in cell.source:
                cell.source += f"\n{first}"
        place = self.folder / "submitted" / student / self.name
        place.mkdir(parents=True)
        nbformat.write(notebook, place / f"{self.name}.ipynb")

    def grades(self):
        self.run("autograde", "--force", self.name)  # what was graded before is left alone without it
        self.run("export", "--to", "grades.csv")
        with (self.folder / "grades.csv").open() as file:
            return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}

    def feedback(self, student):
        self.run("generate_feedback", "--force", self.name)
        return (self.folder / "feedback" / student / self.name / f"{self.name}.html").read_text()


ENDLESS = {
    "sparsity-soft": "def soft(z, lam):\n    while True:\n        pass",
    "sparsity-cost": "while True:\n    pass",
    "where": True,
    "sparsity-choice": True,
}
CHEAT = {
    "where": "def check(*args, **kwargs):\n    return True\nwhere = 1",
    "where-check": "pass",
    "sparsity-soft-check": "3.0",
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
    assert "No answer after 5 s" in course.feedback("endless")


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
    released = "\n".join(cell.source for cell in course.released.cells)
    assert "student = ..." in released and "row 200 of 240" not in released and handouts.ASKED in released
    course.submit("ada", {"where": f"where = {rows}"}, first='student = "ada"')
    course.submit("bob", {"where": f"where = {rows}"}, first='student = "ada"')  # Ada's
    course.submit("eve", {"where": "where = [40, 120, 200]"}, first="student = None")  # the book's
    course.submit("leo", {"where": 'where = [40, 120, 200]\nprint(check("where", where, student=student))'})
    assert course.grades() == {"ada": 1, "bob": 0, "eve": 0, "leo": 0}
    assert "Your name is missing" in course.feedback("leo")


WRONG = "lambda *args: 1e9"
FOREVER = "def {}(*args):\n    while True:\n        pass"


def solution_of(course, name, student):
    """The right answer of a student: the teacher's, or that for the numbers of their own."""
    if student is None or not callable(find(name).question) or name in course.options.get("private", ()):
        return True  # a teacher's own exercises have the printed numbers for all
    own = np.asarray(find(name).reference(*variant(name, student).values()))
    return f"{course.answer(name)} = {own.tolist()!r}"


def five_students(course, variants):
    """Hand in five notebooks, and return the marks that they should get."""
    names = list(course.points)
    functions = [name for name in names if find(name).kind == "function"]
    half = names[: len(names) // 2]
    for student, some in (("full", names), ("half", half)):
        who = student if variants else None
        course.submit(
            student, {name: solution_of(course, name, who) for name in some}, f'student = "{who}"' if who else ""
        )
    course.submit("wrong", {name: f"{course.answer(name)} = {WRONG}" for name in functions})
    course.submit("untouched", {})
    course.submit("endless", {name: FOREVER.format(course.answer(name)) for name in functions[:2]})
    points = course.points
    return {
        "full": sum(points.values()),
        "half": sum(points[name] for name in half),
        **dict.fromkeys(("wrong", "untouched", "endless"), 0),
    }


@pytest.mark.parametrize(
    ("chapter", "variants", "short", "own"),
    [
        pytest.param("contrast", False, True, False, marks=pytest.mark.slow),
        pytest.param("random", False, True, False, marks=pytest.mark.audit),
        pytest.param("kspace", False, False, True, marks=pytest.mark.audit),
        pytest.param("lines", True, True, True, marks=pytest.mark.audit),
        pytest.param("aliasing", True, False, False, marks=pytest.mark.audit),
    ],
)
def test_a_real_chapter_is_graded(book, tmp_path, chapter, variants, short, own):
    page = pages.read(ROOT / "book" / f"{chapter}.md")
    template = ROOT / "mrilab" / "exercises" / "template.py" if own else None
    course = Course(tmp_path, page, book, variants=variants, private_file=template, short=short)
    if own:
        assert any(name.startswith("template-") for name in course.points)
        assert "private.py" not in "\n".join(strings(course.released))
    assert not leaks(page, book, course.released)
    expected = five_students(course, variants)
    assert course.grades() == expected
    feedback = course.feedback("untouched")
    assert "not answered yet" in feedback and "Traceback (most recent" not in feedback
    assert "No description has been provided" not in feedback
    sizes = {path.parents[1].name: path.stat().st_size for path in tmp_path.glob("autograded/*/*/*.ipynb")}
    print(chapter, "short" if short else "whole", "largest autograded notebook:", max(sizes.values()), "bytes")
    assert not short or max(sizes.values()) < 5_000_000


@pytest.mark.audit
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_handout_runs_to_its_end_untouched(book, tmp_path, say, chapter):
    """As "Run all" does before anything is answered: no cell raises, and each check says that nothing is answered."""
    notebook = made(pages.read(ROOT / "book" / f"{chapter}.md"), book, solutions=False)
    size, start = len(nbformat.writes(notebook)), perf_counter()
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    for name, cell in marks(notebook).items():
        if name.endswith("-check"):
            assert "not answered yet" in "\n".join(strings(cell.outputs)), name
    after = len(nbformat.writes(notebook))
    say(f"{chapter}: {size:,} bytes, {after:,} when run, in {perf_counter() - start:.0f} s")


@pytest.mark.audit
def test_tests_that_a_teacher_adds_after_notebooks_came_in_are_graded(sample, tmp_path):
    """As book/teachers.md says: the notebooks that were handed in lack the new cells."""
    course = Course(tmp_path, *sample, timeout=60)
    extra = "\ndef gain(x):\n    return 2 * x\n"
    course.submit("ada", {"sparsity-cost": "def cost(A, z, y, lam): ...\n" + extra})
    assert course.grades() == {"ada": 0}
    late = tmp_path / "late.py"
    late.write_text(
        "from mrilab.exercises import exercise\n"
        "@exercise('late-gain', 'chapter', 'doubles', draw=lambda rng: {'x': rng.random()})\n"
        "def gain(x):\n    return 2 * x\n"
    )
    course.run("db", "assignment", "remove", "--force", course.name)
    course.write(late)
    assert course.grades() == {"ada": 2}
