"""The class of an exercise, and the list of all exercises."""

import difflib
import importlib
import inspect
import pkgutil
import runpy
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np

from .chapters import CHAPTERS
from .compare import Problem

WORTH = {"easy": 1, "medium": 2, "hard": 3}  # points of each level; a quiz has none, a capstone five
Inputs = dict[str, Any]

_known: dict[str, "Exercise"] = {}
_state = {"loaded": False}


@dataclass(frozen=True)
class Mistake:
    """A known mistake: the hint is shown for answers that equal those of `wrong`.

    If the answer is a function, `wrong` takes the same arguments. If it is a value, `wrong` takes the numbers of the
    question, or is the wrong value itself.

    >>> Mistake("Conjugate the maps.", lambda x, smaps: (smaps * x).sum(0)).hint
    'Conjugate the maps.'
    """

    hint: str
    wrong: Any

    def answer(self, inputs: Inputs) -> Any:
        """Return the wrong answer on these inputs."""
        return self.wrong(*inputs.values()) if callable(self.wrong) else self.wrong


@dataclass(frozen=True)
class Exercise:
    """An exercise: its objective, how inputs are drawn, the reference, and the mistakes that are recognised.

    `kind` is "function" (the answer is called on drawn inputs), "value" (a number, an array or a tuple, computed from
    the numbers of the question) or "choice" (the letter of one of `options`). `draw(rng)`, or `draw(rng, trial)` to
    cover several cases, returns named inputs in the order of the arguments; `book` are the numbers of the printed
    question. `accept(answer, inputs)`, if given, judges an answer instead of the comparison with `reference(*inputs)`:
    it returns None, or what is wrong. `single`: the text asks for single precision, so a double result fails; elsewhere
    it passes with a remark. `second` answers a second question of the text, and is shown to who has passed. `question`
    is the text in Markdown, or, for numbers of a student's own, a function of them
    that returns the sentence in which they stand.

    >>> from mrilab.exercises import find
    >>> find("sparsity-soft").chapter, find("sparsity-soft").label
    ('denoising', 'ex-sparsity-soft')
    """

    name: str
    chapter: str
    objective: str
    reference: Callable
    draw: Callable[..., Inputs] | None = None
    book: Mapping[str, Any] | None = None
    kind: str = "function"
    mistakes: tuple[Mistake, ...] = ()
    accept: Callable[[Any, Inputs], str | Problem | None] | None = None
    options: Mapping[str, str] | None = None
    tol: float = 1e-4
    trials: int = 3
    minutes: int = 10
    level: str = "medium"
    question: str | Callable[..., str] = ""
    points: int = 2
    single: bool = False
    second: str = ""

    def __post_init__(self):
        if self.level not in WORTH:
            raise ValueError(f"the level of exercise {self.name!r} is one of {tuple(WORTH)}, got {self.level!r}")
        if self.draw is None and self.book is None:
            raise ValueError(f"exercise {self.name!r} has no inputs: it needs `draw` or `book`")

    @property
    def label(self) -> str:
        """The label of the exercise in the book."""
        return f"ex-{self.name}"

    def inputs(self, student: str | None, trial: int = 0) -> Inputs:
        """Return the inputs for a student (None: those of the book), which are the same at every call."""
        student = None if student is None else named(student) or None
        if self.kind != "function" and self.book is not None and (student is None or self.draw is None):
            return dict(self.book)
        assert self.draw is not None
        seed = zlib.crc32(f"{self.name}|{student or ''}|{trial}".encode())
        rng = np.random.default_rng(seed)
        return self.draw(rng, trial) if "trial" in inspect.signature(self.draw).parameters else self.draw(rng)


def named(student: Any) -> str:
    """Return who a student is, or "" if the notebook does not say: `...`, an empty text, or no text at all.

    >>> named(" ada "), named(4711), named(...)
    ('ada', '4711', '')
    """
    return str(student).strip() if type(student) in (str, int) else ""


def exercise(
    name: str,
    chapter: str,
    objective: str,
    *,
    mistakes: Sequence[tuple[str, Any]] = (),
    **rest: Any,
) -> Callable[[Callable], Callable]:
    """Add an exercise with the decorated function as reference; `mistakes` are pairs (hint, wrong answer).

    The other keywords are fields of `Exercise`; `points` follow from the level: 1 for easy, 2 for medium, 3 for hard.
    Of an answer with several results, each right one earns its share of the points. Teachers can put such functions
    in a private file, read by `load`.

    >>> @exercise("my-square", "kspace", "squares a number", draw=lambda rng: {"x": rng.random()},
    ...           mistakes=[("That doubles it.", lambda x: 2 * x)])
    ... def square(x):
    ...     return x * x
    >>> from mrilab.exercises import check
    >>> check("my-square", lambda x: x + x, record=False).hint
    'That doubles it.'
    """

    def register(reference: Callable) -> Callable:
        planted = tuple(Mistake(hint, wrong) for hint, wrong in mistakes)
        rest.setdefault("points", WORTH.get(rest.get("level", "medium"), 0))
        _register(Exercise(name, chapter, objective, reference, mistakes=planted, **rest))
        return reference

    return register


def choice(
    name: str, chapter: str, objective: str, options: Mapping[str, str], right: Callable[[], str], **rest: Any
) -> None:
    """Add a question with one right letter; `options` explains each letter, and wrong ones are shown as hints.

    `right` is a function that returns the right letter. As a function, it knows the file in which it is defined.
    If it takes two minutes, as by default, it is a quiz: it has no points, since the page shows the answer.

    Raises
    ------
    TypeError
        If `right` is a letter and not a function that returns it.
    ValueError
        If the right letter is not among the options.

    Examples
    --------
    >>> options = {"a": "That is a corner.", "b": "n // 2."}
    >>> choice("my-choice", "kspace", "DC is at …", options, right=lambda: "b")
    >>> from mrilab.exercises import check
    >>> check("my-choice", "a", record=False).hint
    'That is a corner.'
    """
    if not callable(right):
        raise TypeError(f"right of exercise {name!r} is a function, such as lambda: {right!r}, got {right!r}")
    if (letter := right()) not in options:
        raise ValueError(f"right of exercise {name!r} is one of {', '.join(options)}, got {letter!r}")
    planted = tuple(Mistake(text, key) for key, text in options.items() if key != letter)
    rest = {"minutes": 2, "level": "easy", "book": {}, **rest}
    rest.setdefault("points", 0 if rest["minutes"] <= 2 else WORTH.get(rest["level"], 0))
    _register(Exercise(name, chapter, objective, right, kind="choice", options=dict(options), mistakes=planted, **rest))


def _register(new: Exercise) -> None:
    old = _known.get(new.name)
    if old is not None and old.reference.__module__ != new.reference.__module__:
        raise ValueError(f"there is an exercise {new.name!r} already, in {old.reference.__module__}")
    _known[new.name] = new


def _load_ours() -> None:
    if not _state["loaded"]:
        _state["loaded"] = True
        from . import tasks

        for module in pkgutil.iter_modules(tasks.__path__):
            importlib.import_module(f"{tasks.__name__}.{module.name}")


def load(path: str | PathLike) -> list[str]:
    """Add the exercises of a Python file, such as a teacher's with private solutions, and return their names.

    The file uses `exercise` and `choice`; mrilab/exercises/template.py is a template. The file is executed, so load
    only files that you trust.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "private.py")
    ...     _ = file.write_text('''from mrilab.exercises import exercise
    ... @exercise("exam-half", "lines", "half of a number", draw=lambda rng: {"x": rng.random()})
    ... def half(x):
    ...     return x / 2''')
    ...     load(file)
    ['exam-half']
    """
    _load_ours()
    before = dict(_known)
    runpy.run_path(str(path), run_name=f"mrilab private exercises {path}")
    return [name for name, new in _known.items() if before.get(name) is not new]


def names(chapter: str | None = None) -> list[str]:
    """Return the names of all exercises, or of those of one chapter, in the order of the book.

    >>> names("synthesis")[0]
    'synthesis-gradient'
    """
    _load_ours()
    order = {key: i for i, key in enumerate(CHAPTERS)}
    found = [e for e in _known.values() if chapter in (None, e.chapter)]
    return [e.name for e in sorted(found, key=lambda e: order.get(e.chapter, len(order)))]


def find(name: str) -> Exercise:
    """Return the exercise of this name; raise KeyError with the closest names if there is none.

    >>> find("fista-stop")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    KeyError: "no exercise is called 'fista-stop'; did you mean 'fista-step' or ...?"
    """
    _load_ours()
    wanted = name.removeprefix("ex-") if isinstance(name, str) else name
    if isinstance(wanted, str) and wanted in _known:
        return _known[wanted]
    close = difflib.get_close_matches(wanted, _known, n=3, cutoff=0.5) if isinstance(wanted, str) else []
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "names() lists all"
    raise KeyError(f"no exercise is called {name!r:.60}; {hint}")


def variant(name: str, student: str | None = None) -> Inputs:
    """Return the numbers of the question for one student, which depend only on the student's name.

    These are the inputs that `check(name, …, student=student)` uses; None gives those of the book, and so does the
    `...` of a notebook in which a student is still to be named.

    >>> variant("where", None)
    {'row': 200, 'accel': 3, 'rows': 240}
    >>> variant("where", "ada") == variant("where", "ada")
    True
    """
    return find(name).inputs(student)


class Question(str):
    """A question, which notebooks show as Markdown."""

    def _repr_markdown_(self) -> str:
        return str(self)


def question(name: str, student: str | None = None) -> Question:
    """Return the sentence of a question with the numbers of one student, or with those of the book.

    >>> print(question("where", "ada"))
    A bright spot lies in row 232 of 240. In which rows does it appear at $R = 4$?
    """
    task = find(name)
    text = task.question if isinstance(task.question, str) else task.question(*task.inputs(student).values())
    return Question(text[:1].upper() + text[1:])
