"""Every exercise: the solution passes, stubs fail, and each planted mistake earns its own hint."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import mrilab
from mrilab import exercises
from mrilab.exercises import check, engine, find, load, names, progress, progress_board, record, variant
from mrilab.exercises.chapters import CHAPTERS

NAMES = [name for name in names() if ".tasks." in find(name).reference.__module__]  # without those of docstrings
STUDENTS = (None, "ada", "Émile 7")
PLANTED = [(name, i) for name in NAMES for i in range(len(find(name).mistakes))]


@pytest.fixture(autouse=True)
def own_record(tmp_path, monkeypatch):
    monkeypatch.setenv("MRILAB_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(engine, "SECONDS", 600)  # the machine may be busy


def solution(task, student):
    return task.reference if task.kind == "function" else task.reference(*task.inputs(student).values())


def planted(task, i, student):
    wrong = task.mistakes[i].wrong
    return wrong if task.kind == "function" else task.mistakes[i].answer(task.inputs(student))


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_passes_for_every_student(name):
    for student in STUDENTS:
        verdict = check(name, solution(find(name), student), student=student, record=False)
        assert verdict.passed, verdict


@pytest.mark.parametrize("name", NAMES)
def test_stubs_fail(name):
    def stub(*args): ...

    def dots(*args):
        return ...

    for answer in (None, ..., stub, dots, NotImplemented, np.array(None)):
        assert not check(name, answer, record=False)


def half_done(fov_mm, pixel_mm):
    return 1000 / fov_mm, ...


def unset(points, p):
    ...
    return moved, E  # noqa: F821


def still_there(losses, patience):
    best = 0
    for _ in losses:
        ...
    return best, len(losses)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        *(("kspace-fft", lambda x: ...), ("random-lloyd", unset), ("unet-stop", still_there), ("nc-spokes", "…")),
        *(("where", ...), ("radial-count", (..., ...)), ("analysis-disc", [None] * 3), ("fastest", None)),
    ],
)
def test_a_stub_as_it_stands_is_not_answered_yet(name, answer):
    verdict = check(name, answer)
    assert not verdict.answered and not verdict and verdict.mark == 0 and not record.read()
    assert f"… {name}: not answered yet." in repr(verdict) and "not answered yet" in verdict._repr_html_()


def test_what_was_filled_in_is_judged():
    assert check("kspace-fft", lambda x: None, record=False).answered
    verdict = check("kspace-spacing", lambda fov, pixel: (1000 / fov, 500 / pixel), record=False)
    assert verdict.answered and not verdict and verdict.mark == verdict.points / 2
    half = check("kspace-spacing", half_done, record=False)
    assert not half.answered and half.mark == half.points / 2, half


@pytest.mark.parametrize("student", [..., "", "  ", (), 1.5])
def test_without_a_name_nothing_is_checked(student):
    verdict = check("where", [40, 120, 200], student=student)
    assert not verdict.answered and verdict.mark == 0 and "name is missing" in verdict.reason
    assert variant("where", student) == variant("where") and check("where", [40, 120, 200], student=None)
    assert variant("where", 4711) == variant("where", " 4711 ")


def test_the_mark_of_several_results_counts_those_right_on_all_inputs():
    right = find("kspace-spacing").reference
    calls = []

    def lucky(*args):  # the first result is right on the first input alone
        calls.append(args)
        return right(*args)[0] * (len(calls) % 3 == 1), right(*args)[1]

    assert check("kspace-spacing", lucky, record=False).mark == find("kspace-spacing").points / 2
    assert f"{check('kspace-spacing', right, record=False).mark}" == f"{float(find('kspace-spacing').points)}"


@pytest.mark.parametrize(("name", "i"), PLANTED)
def test_a_planted_mistake_earns_its_hint(name, i):
    for student in STUDENTS:
        verdict = check(name, planted(find(name), i, student), student=student, record=False)
        assert not verdict and verdict.hint == find(name).mistakes[i].hint, (student, verdict)


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_is_complete(name):
    task = find(name)
    assert len({m.hint for m in task.mistakes}) >= 3  # one hint may fit two forms of a mistake
    assert task.chapter in CHAPTERS and 0 < task.minutes <= 60
    quiz = task.kind == "choice" and task.minutes == 2
    worth = 0 if quiz else 5 if task.chapter == "capstones" else {"easy": 1, "medium": 2, "hard": 3}[task.level]
    assert task.points == worth
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name) and task.label == f"ex-{name}"
    # The objective ends the sentence "The answer …".
    assert task.objective[0].islower() and not task.objective.endswith(".")
    assert task.draw is None or engine._describe(variant(name, "a")) == engine._describe(variant(name, "a"))


def test_there_are_enough():
    assert len(NAMES) >= 45 and len(set(NAMES)) == len(NAMES)
    for chapter in list(CHAPTERS)[:-1]:
        assert len(names(chapter)) >= 3, chapter


@pytest.mark.parametrize("name", [n for n in NAMES if find(n).kind == "function"])
def test_inputs_changed_in_place_and_double_precision_are_noticed(name):
    task = find(name)
    arrays = [key for key, value in task.inputs(None).items() if isinstance(value, np.ndarray)]

    def spoils(*args):
        out = task.reference(*engine._copies(dict(enumerate(args))).values())
        for arg in args:
            if isinstance(arg, np.ndarray):
                arg[...] = ~arg if arg.dtype == bool else arg + 1
        return out

    verdict = check(name, spoils, record=False)
    assert verdict.passed != bool(arrays)
    if arrays:
        assert verdict.hint == engine.IN_PLACE and f"{arrays[0]!r}" in verdict.reason
    if getattr(solution(task, None)(*task.inputs(None).values()), "dtype", None) == np.complex64 and not task.accept:
        verdict = check(name, lambda *args: task.reference(*args).astype(complex), record=False)
        assert verdict.passed != task.single and "complex128" in verdict.reason + verdict.remark


class Evil:
    """Raises wherever it can."""

    def _raise(self, *args, **kwargs):
        raise RuntimeError("evil")

    __call__ = __eq__ = __len__ = __iter__ = __array__ = __float__ = __repr__ = __bool__ = __getitem__ = _raise
    __hash__ = None


class Vanishing:
    @property
    def __class__(self):
        raise KeyboardInterrupt


def raising(error):
    def fails(*args):
        raise error

    return fails


VALUES = st.one_of(
    st.none(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.lists(st.integers() | st.floats() | st.none(), max_size=4),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    hnp.arrays(hnp.scalar_dtypes(), hnp.array_shapes(max_dims=4, max_side=5)),
    st.sampled_from([int, object(), np.array([None, 1]), range(3), np.float64("nan"), np]),
)
ANSWERS = st.one_of(
    VALUES,
    VALUES.map(lambda value: lambda *args: value),
    st.sampled_from([raising(ValueError("no")), raising(SystemExit()), raising(KeyboardInterrupt()), raising(Evil)]),
    st.sampled_from([lambda: 1, print, np.sum, np.linalg.inv, lambda *args: args, lambda *args: args[0], exit]),
)
GROUPS = [NAMES[i::12] for i in range(12)]  # an object meets a twelfth of the exercises


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(answer=ANSWERS, group=st.sampled_from(GROUPS))
def test_no_object_crashes_a_check_or_passes_it(answer, group):
    for name in group:
        verdict = check(name, answer, record=False)
        if verdict:  # the right value, by chance
            assert isinstance(answer, (str, int, float, list)) and answer == solution(find(name), None)
        assert verdict.name in repr(verdict) and 'role="status"' in verdict._repr_html_()


def test_an_object_that_raises_wherever_it_can_fails():
    for name in NAMES:
        for answer in (Vanishing(), Evil(), Evil, lambda *args: Evil(), lambda *args: Vanishing()):
            assert not check(name, answer, record=False)


def test_an_endless_loop_fails_in_any_thread(monkeypatch):
    monkeypatch.setattr(engine, "SECONDS", 0.2)
    seen = threading.Event()  # the verdicts are there: what still runs may stop

    def endless(*args):
        while True:
            pass

    def stubborn(*args):
        while not seen.is_set():
            try:
                time.sleep(0.01)
            except BaseException:
                if threading.main_thread() is threading.current_thread():  # never: it runs in a thread of its own
                    raise

    for answer in (endless, stubborn, lambda *args: seen.wait(3600)):
        verdicts = [check("fista-step", answer, record=False)]
        worker = threading.Thread(
            target=lambda call=answer, out=verdicts: out.append(check("fista-step", call, record=False))
        )
        worker.start()
        worker.join()
        for verdict in verdicts:
            assert not verdict and "no answer after 0.2 s" in verdict.reason and "loop" in verdict.hint
    seen.set()


def test_the_global_random_state_plays_no_part():
    def answer(f, g, z, step):
        np.random.seed(0)  # noqa: NPY002
        return g.prox(z - step * f.grad(z), step)

    before = np.random.get_state()[1].copy()  # noqa: NPY002
    shown = repr(check("fista-step", lambda *args: 0, record=False))
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    assert check("fista-step", answer, record=False)
    assert shown == repr(check("fista-step", lambda *args: 0, record=False))
    assert variant("where", "ada") != variant("where", "bob")


def test_a_failure_says_where_and_never_shows_the_solution():
    def wrong(z, lam):
        return z / missing  # noqa: F821

    verdict = check("sparsity-soft", wrong, record=False)
    assert "NameError" in verdict.reason and "z / missing" in verdict.reason
    assert "complex64 array (14,)" in verdict.on and verdict.hint.startswith("To try it")
    verdict = check("sparsity-soft", lambda z, lam: np.linalg.inv(z), record=False)
    assert "LinAlgError" in verdict.reason and "np.linalg.inv(z)" in verdict.reason
    verdict = check("sparsity-soft", lambda z: z, record=False)
    assert "(z, lam)" in verdict.reason
    assert "6.5" not in repr(check("fastest", 1.0, record=False))
    hostile = check("fastest", "<script>alert(1)</script>", record=False)
    assert "<script>" not in hostile._repr_html_()
    assert "passed" in check("fastest", find("fastest").reference(**variant("fastest", None)))._repr_html_()


def test_answers_may_be_tensors_lists_and_numpy_numbers():
    torch = pytest.importorskip("torch")
    assert check("prox", lambda *args: torch.from_numpy(find("prox").reference(*args)), record=False)
    assert check("where", np.array([40, 120, 200]), record=False)
    assert check("where", (200, 40, 120), record=False)
    assert check("synthesis-step", np.float32(4 / 3), record=False)
    assert check("synthesis-choice", " B) ".strip(" )"), record=False)


def test_unknown_names_are_met_with_the_closest():
    for name, close in {"fista-stp": "fista-step", "kspace_dc": "kspace-dc"}.items():
        with pytest.raises(KeyError, match=close):
            check(name, 1)
    with pytest.raises(KeyError, match=r"names\(\)"):
        check(None, 1)
    assert find("ex-prox") is find("prox")


def test_progress_is_kept_and_never_in_the_way(tmp_path, monkeypatch):
    assert progress().passed == 0
    assert not check("where", 1) and check("where", [40, 120, 200]) and not check("where", 1)
    assert json.loads(Path(os.environ["MRILAB_PROGRESS"]).read_text()) == {"where": {"tries": 3, "passed": True}}
    assert progress().passed == 1 and "1 of" in repr(progress()) and "scope" in progress()._repr_html_()
    for content in ("{", "[]", '{"where": 1}', "\0"):
        record.path().write_text(content)
        with pytest.warns(RuntimeWarning, match=r"progress\.json: found .*begins again"):
            assert progress().passed == 0 and check("where", [40, 120, 200])
        assert record.path().with_suffix(".broken.json").read_text() == content
    monkeypatch.setenv("MRILAB_PROGRESS", str(tmp_path / "progress.json" / "below" / "a-file"))
    assert check("where", [40, 120, 200]) and progress().passed == 0
    monkeypatch.delenv("MRILAB_PROGRESS")
    assert record.path().parts[-2:] == ("mrilab", "progress.json")


def test_the_teachers_template_works(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(Path(exercises.__file__).with_name("template.py").read_text())
    for name in [name for name in names() if name.startswith("template")]:
        del exercises.base._known[name]  # pytest has imported the template
    for _ in range(2):  # a cell that is run twice
        added = load(file)
    assert added == ["template-fft", "template-lines", "template-choice"]
    assert not check("template-fft", lambda x: x)
    for name in added:
        assert check(name, solution(find(name), "ada"), student="ada")
        for i, mistake in enumerate(find(name).mistakes):
            assert check(name, planted(find(name), i, "ada"), student="ada").hint == mistake.hint
        del exercises.base._known[name]
    file.write_text(file.read_text().replace("template-fft", "fista-step"))
    with pytest.raises(ValueError, match="already"):
        load(file)


def test_a_choice_says_what_is_wrong_with_it():
    options = {"a": "No.", "b": "Yes."}
    with pytest.raises(TypeError, match="right of exercise 'mine' is a function, such as lambda: 'b', got 'b'"):
        exercises.choice("mine", "kspace", "knows", options, right="b")
    with pytest.raises(ValueError, match="is one of a, b, got 'c'"):
        exercises.choice("mine", "kspace", "knows", options, right=lambda: "c")
    assert "mine" not in names()


def test_the_package_does_not_import_exercises():
    code = "import sys, mrilab; mrilab.fista, mrilab.psnr; print([m for m in sys.modules if 'exercises' in m])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
    for path in Path(mrilab.__file__).parent.glob("*.py*"):
        assert not re.search(r"import.*exercises|exercises import", path.read_text()), path


def test_the_board_reads_and_writes_the_record():
    board = progress_board()
    shown = []
    board.send = shown.append
    assert board.record == {}, "what a page stores is nobody's record"
    check("where", [40, 120, 200])
    board._asked(board, {"read": True}, [])
    assert shown[-1]["record"]["where"] == {"tries": 1, "passed": True} == board.record["where"]
    board._asked(board, {"write": {"hand": {"tries": 1, "passed": True}, "evil": 3}}, [])
    assert record.read() == {"hand": {"tries": 1, "passed": True}} == shown[-1]["record"]
    assert "1 of" in repr(board) and progress().passed == 1
    board._asked(board, {"write": {}}, [])
    assert progress().passed == 0
    kinds = {task["name"]: task["anchor"] for row in board.chapters for task in row["tasks"]}
    assert kinds["where"] == "ex-where" and kinds["aliasing-choice"] == "quiz-aliasing-choice"
    assert kinds["coils-one"] == "ex-coils-one" and set(NAMES) <= set(kinds)


def test_compilation_does_not_count_as_time_of_the_answer():
    """A stop in the middle of it would make the next check compile again, and refuse a right answer for ever."""
    import numba

    from mrilab.exercises.limit import limited

    @numba.njit(cache=False)
    def total(x):
        s = 0.0
        for i in range(x.size):
            s += np.sqrt(x[i]) * np.sin(x[i])
        return s

    total(np.ones(3, np.float32))  # what is slow at the very first compilation
    assert limited(lambda: total(np.zeros(3)), 0.02) == 0
