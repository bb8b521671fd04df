"""`check`: runs an answer on drawn inputs, compares it with the reference, and recognises mistakes."""

import copy
import inspect
import traceback
from typing import Any

import numpy as np

from . import record as _record
from .base import Exercise, Inputs, Mistake, find, named
from .blank import is_blank, unfinished
from .compare import Problem, agrees, differs, plain
from .limit import OutOfTime, limited
from .probe import behaviour
from .relate import relation
from .verdict import Verdict

SECONDS = 5.0  # time limit of an answer; on a slow machine, its first call may have to compile or import something
TRY = "To try it on this input: `verdict = check(…)`, then `my_function(*verdict.inputs.values())`."
IN_PLACE = "Work on a copy, or write `z = z - …` where you wrote `z -= …` or `z[…] = …`."


def check(name: str, answer: Any, *, student: str | None = None, record: bool = True) -> Verdict:
    """Check the answer of an exercise: a function, a value, or the letter of a choice.

    Returns a `Verdict`, which notebooks show as a box, and which is true if the answer passed. No answer can raise an
    error: exceptions, endless loops (5 s) and changed inputs are reported. `student` selects the numbers of
    `variant(name, student)`. Results are recorded for `progress`, unless `record` is False. A stub as the page has it,
    `...` and all, is not answered yet: it is not wrong, and not recorded. Raises KeyError for an unknown exercise.

    >>> check("where", [40, 120, 200], record=False)
    ✔ where: passed. Finds the rows in which a spot appears after regular undersampling.
    >>> check("where", 120, record=False).reason
    'expected 3 results, got an int'
    >>> check("where", ...)
    … where: not answered yet. Your answer goes where `...` stands.
    """
    task = find(name)
    if student is not None and not named(student):
        hint = 'Put it where `student = ...` stands, in quotes: student = "ada". Your numbers follow from it.'
        return Verdict(name, False, task.objective, "your name is missing", "", hint, task.points, answered=False)
    called = task.kind == "function" and callable(answer)
    trials = task.trials if called else 1
    prepared = [task.inputs(student, trial) for trial in range(trials)]
    # Before the time limit starts, so that whatever is slow at its first call has been called once.
    right = [task.reference(*_copies(inputs).values()) for inputs in prepared]
    at: dict[str, Any] = {"inputs": prepared[0], "remark": "", "share": 0.0}

    def judge() -> tuple[Problem, Inputs] | None:
        for inputs, expected in zip(prepared, right):
            at["inputs"] = inputs
            problem = _problem(task, answer, inputs, expected)
            if problem is not None and problem.minor and not task.single:
                at["remark"] = problem.reason
            elif problem is not None:
                if problem.otherwise_right:
                    return problem, inputs
                if problem.blank:  # of several results, some may be there
                    at["share"] = _share(task, answer, prepared, right) if any(problem.parts) else 0.0
                    return problem, inputs
                order = [inputs, *(other for other in prepared if other is not inputs)]
                known = _recognised(task, answer, order)
                if not known and called and unfinished(answer):
                    left = f"a `...` of the stub is left, and {problem.reason}"
                    return Problem(left, "Put your own lines in place of every `...`.", blank=True), inputs
                at["share"] = _share(task, answer, prepared, right) if any(problem.parts) else 0.0
                known = known or (problem.hint if task.accept else "") or _related(task, answer, order)
                return problem._replace(hint=known or problem.hint), inputs
        return None

    try:
        found = limited(judge, SECONDS)
    except OutOfTime:
        hint = "Does every loop end? If the computer was busy, run the check again."
        found = Problem(f"no answer after {SECONDS:g} s", hint), at["inputs"]
    except Exception as error:
        found = Problem(f"the answer cannot be judged ({type(error).__name__})"), at["inputs"]
    if record and not (found and found[0].blank):
        _record.note(task.name, passed=found is None)
    if found is None:
        why = (task.options or {}).get(task.reference(), "") if task.kind == "choice" else ""
        return Verdict(
            task.name, True, task.objective, hint=why, points=task.points, remark=at["remark"], second=task.second
        )
    problem, inputs = found
    shown, given = (_describe(inputs), _copies(inputs)) if called and not problem.blank else ("", None)
    return Verdict(
        *(task.name, False, task.objective, problem.reason, shown, problem.hint, task.points),
        answered=not problem.blank,
        share=at["share"],
        inputs=given,
    )


def _share(task: Exercise, answer: Any, prepared: list[Inputs], right: list[Any]) -> float:
    """Return the share of several results that are right on all inputs."""
    problems = [_problem(task, answer, inputs, expected) for inputs, expected in zip(prepared, right)]
    parts = [problem.parts or (problem.minor,) for problem in problems if problem]
    return float(np.mean([all(results) for results in zip(*parts)]))


def _problem(task: Exercise, answer: Any, inputs: Inputs, expected: Any) -> Problem | None:
    """Return what is wrong for one input, or None."""
    if is_blank(answer):
        return Problem("your answer goes where `...` stands", blank=True)
    mine, changed = answer, ""
    if task.kind == "function":
        if not callable(answer):
            return Problem(
                f"expected a function, got {type(answer).__name__[:40]}",
                f'Give its name, without parentheses: check("{task.name}", my_function).',
            )
        given = _copies(inputs)
        if trouble := _arguments(answer, list(inputs)):
            return trouble
        try:
            mine = answer(*given.values())
        except Exception as error:
            return _raised(error)
        if mine is not None and is_blank(mine):
            return Problem("it returns `...`", "Put your own lines in place of every `...`.", blank=True)
        changed = next((key for key in inputs if _changed(inputs[key], given[key])), "")
    problem = _judged(task, mine, inputs, expected)
    if (problem is None or problem.minor) and changed:
        return Problem(f"the result is right, but the input {changed!r} was changed in place", IN_PLACE, True)
    return problem


def _judged(task: Exercise, mine: Any, inputs: Inputs, expected: Any) -> Problem | None:
    if task.kind == "choice" and isinstance(mine, str) and plain(mine) not in (task.options or {}):
        return Problem(f"the answer is one of {', '.join(task.options or {})}")
    if task.accept is None or mine is None or mine is Ellipsis:
        return differs(mine, expected, task.tol)
    said = task.accept(mine, _copies(inputs))
    return said if said is None or isinstance(said, Problem) else Problem(said)


def _recognised(task: Exercise, answer: Any, prepared: list[Inputs]) -> str:
    """Return the hint of the known mistake with the same answers on the first input and on most of the others."""
    if answer is None or answer is Ellipsis or (task.kind == "function" and not callable(answer)):
        return ""
    likely = list(task.mistakes)
    for number, inputs in enumerate(prepared):
        try:
            mine = answer(*_copies(inputs).values()) if task.kind == "function" else answer
        except Exception:
            likely = likely if number else []
            break
        left = [mistake for mistake in likely if _same(mine, mistake, inputs, task.tol)]
        likely = left or ([] if number == 0 else likely)
        if len(likely) < 2:
            break
    return likely[0].hint if likely else ""


def _same(mine: Any, mistake: Mistake, inputs: Inputs, tol: float) -> bool:
    try:
        return mine is not None and agrees(mine, mistake.answer(_copies(inputs)), tol)
    except Exception:  # a wrong answer that does not work on this input is not this one
        return False


def _related(task: Exercise, answer: Any, prepared: list[Inputs]) -> str:
    """Return a hint on how an answer that equals no known mistake is related to the right one."""
    judged = task.accept is not None and task.kind == "function"  # the reference is one of many right answers
    if judged or task.kind == "choice" or answer is None or answer is Ellipsis:
        return ""
    right = [task.reference(*_copies(inputs).values()) for inputs in prepared]
    if task.kind == "value":
        return relation([answer], right[:1], task.tol)
    try:
        return _related_function(task, answer, prepared, right) if callable(answer) else ""
    except Exception:  # an answer that raises shows its own error
        return ""


def _related_function(task: Exercise, answer: Any, prepared: list[Inputs], right: list[Any]) -> str:
    mine = [answer(*_copies(inputs).values()) for inputs in prepared]
    if found := relation(mine, right, task.tol):
        return found
    if passed := sum(agrees(*both, task.tol) for both in zip(mine, right)):
        return f"It is right on {passed} of {len(prepared)} inputs. What does this one have that they have not?"
    if task.tol > 0.05 or not _finite(mine):  # random results and NaN obey no law exactly
        return ""
    alone = [
        lambda *given, call=call: call(*_copies({f"{i}": value for i, value in enumerate(given)}).values())
        for call in (answer, task.reference)
    ]
    return behaviour(alone[0], alone[1], prepared[0], prepared[-1], task.tol)


def _finite(value: Any) -> bool:
    return all(map(_finite, value)) if isinstance(value, (list, tuple)) else bool(np.isfinite(value).all())


def _arguments(answer: Any, wanted: list[str]) -> Problem | None:
    try:
        signature = inspect.signature(answer)
    except Exception:  # some callables show none
        return None
    try:
        signature.bind(*wanted)
    except TypeError:
        return Problem(
            f"the function takes {signature!s:.60}, but is called with ({', '.join(wanted)})",
            "Keep the arguments of the exercise, in their order.",
        )
    return None


def _raised(error: Exception) -> Problem:
    """Return the error as a problem, with its line in the answer."""
    try:
        text = f"{error}"[:200]
    except Exception:
        text = "with no message"
    frames = traceback.extract_tb(error.__traceback__)
    # The first frame is ours, the second is in the answer: its file or cell is where to look.
    own = [frame.line for frame in frames[1:] if frame.line and frame.filename == frames[1].filename]
    where = f", at `{own[-1][:80]}`" if own else ""
    if "ellipsis" in text.lower():
        return Problem(f"a `...` of the stub is still in use{where}", "Put your own lines in place of every `...`.")
    return Problem(f"it raised {type(error).__name__}: {text}{where}", TRY)


def _copies(inputs: Inputs) -> Inputs:
    """Return inputs of which an answer may change its own: arrays, lists and networks, which a training changes."""
    own = {key for key, v in inputs.items() if isinstance(v, (np.ndarray, list, dict)) or hasattr(v, "state_dict")}
    return {key: copy.deepcopy(v) if key in own else v for key, v in inputs.items()}


def _changed(before: Any, after: Any) -> bool:
    if isinstance(before, np.ndarray):
        return before.shape != after.shape or not np.array_equal(before, after)
    return isinstance(before, list) and before != after


def _describe(inputs: Inputs) -> str:
    return ", ".join(f"{key} = {_short(value)}" for key, value in inputs.items())


def _short(value: Any) -> str:
    """Return a short description of an input: the value if it is small, else type and shape of arrays."""
    if isinstance(value, np.ndarray):
        whole = np.array2string(value, precision=3, separator=", ").replace("\n", "")
        return f"array({whole})" if value.size <= 4 else f"{value.dtype} array {value.shape}"
    if isinstance(value, float):
        return f"{value:.4g}"
    if hasattr(value, "detach"):
        return f"{value.dtype} tensor {tuple(value.shape)}"
    if hasattr(value, "state_dict"):
        return "a network"
    if callable(value) and hasattr(value, "__name__"):
        return value.__name__
    text = f"{value!r}"
    return f"a {type(value).__name__}" if " object at 0x" in text else text[:60]
