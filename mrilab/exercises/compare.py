"""Comparison of an answer with the expected one: what differs, without giving away what would be right."""

from decimal import Decimal
from math import prod
from typing import Any, NamedTuple

import numpy as np

TOGETHER = "Read once more which numbers are asked for, and give all of them together, in their order."


class Problem(NamedTuple):
    """What is wrong with an answer, with a hint that does not depend on the exercise."""

    reason: str
    hint: str = ""
    otherwise_right: bool = False
    minor: bool = False  # passes with a remark, unless the exercise asks for it
    blank: bool = False  # there is no answer yet
    parts: tuple[bool, ...] = ()  # of several results, which are right


def differs(answer: Any, expected: Any, tol: float, *, strict: bool = True) -> Problem | None:
    """Return None if `answer` equals `expected` up to `tol` times its largest value, else what is wrong.

    `strict` also requires the precision of `expected`: complex64 must stay complex64.

    >>> differs(np.ones(3), np.ones(3), 1e-6) is None
    True
    >>> differs(np.ones((3, 1)), np.ones(3), 1e-6).reason
    'the shape is (3, 1), but should be (3,)'
    """
    if answer is None:
        return Problem("the answer is None", "Is there a `return` at the end?")
    if answer is Ellipsis:
        return Problem("the answer is still `...`", "Put your own line in its place.", blank=True)
    if isinstance(expected, str):
        return _text(answer, expected)
    if isinstance(expected, (tuple, list)):
        return _several(answer, expected, tol, strict)
    return _array(answer, np.asarray(expected), tol, strict)


def agrees(answer: Any, expected: Any, tol: float) -> bool:
    """Return whether an answer is right, but for what passes with a remark.

    >>> agrees([1.0, 2.0], np.array([1, 2]), 1e-6), agrees(3, 4, 0.1)
    (True, False)
    """
    problem = differs(answer, expected, tol, strict=False)
    return problem is None or problem.minor


def _text(answer: Any, expected: str) -> Problem | None:
    if type(answer) is not str and not isinstance(answer, np.str_):
        return Problem(f"expected a text, got {_kind(answer)}", "Put it in quotes.")
    if plain(str(answer)) == plain(expected):
        return None
    return Problem(f"{str(answer)[:40]!r} is not right")


def plain(text: str) -> str:
    """Return a text in lower case, with single spaces and without full stops and brackets at its ends."""
    return " ".join(text.casefold().strip(" .()").split())


def _several(answer: Any, expected: tuple | list, tol: float, strict: bool) -> Problem | None:
    values = answer if isinstance(answer, (tuple, list)) else as_array(answer)
    if values is None or (not isinstance(values, (tuple, list)) and values.ndim != 1):
        return Problem(f"expected {len(expected)} results, got {_kind(answer)}", TOGETHER)
    answer = values
    if len(answer) != len(expected):
        return Problem(f"expected {len(expected)} results, got {len(answer)}", TOGETHER)
    found = [differs(mine, right, tol, strict=strict) for mine, right in zip(answer, expected)]
    parts = tuple(problem is None or problem.minor for problem in found)
    named = [
        problem._replace(reason=f"result {i} of {len(expected)}: {problem.reason}", parts=parts)
        for i, problem in enumerate(found, 1)
        if problem
    ]
    return min(named, key=lambda problem: problem.minor, default=None)


def _array(answer: Any, expected: np.ndarray, tol: float, strict: bool) -> Problem | None:
    what = "a number" if expected.ndim == 0 else "an array"
    if isinstance(answer, (str, bytes, dict, set)) or (isinstance(answer, bool) and expected.dtype != bool):
        return Problem(f"expected {what}, got {_kind(answer)}")
    values = as_array(answer)
    if values is None:
        return Problem(f"expected {what}, got {_kind(answer)}", _called(answer))
    if values.shape != expected.shape:
        shapes = f"the shape is {values.shape}, but should be {expected.shape}"
        if expected.ndim != 1 or values.shape != (expected.size, 1):
            return Problem(shapes, _about_shapes(values.shape, expected.shape))
        problem = _array(values[:, 0], expected, tol, strict)
        return problem or Problem(shapes, "A column is left: `[:, 0]` takes its values.", minor=True)
    if expected.dtype == bool and values.dtype != bool:
        if not np.isin(values, (0, 1)).all():
            binary = "A mask says which samples are kept: True or 1, False or 0."
            return Problem(f"expected a mask of True and False, got {values.dtype}", binary)
    elif expected.dtype != bool and values.dtype == bool:
        return Problem("expected numbers, got True and False")
    if not np.isfinite(values).all():
        bad = int(np.count_nonzero(~np.isfinite(values)))
        return Problem(
            f"{bad} of {values.size} values are NaN or infinite",
            "Is there a division by zero, or the root of a negative number?",
        )
    # In double precision, so that large wrong answers do not overflow.
    wide = complex if expected.dtype.kind == "c" or values.dtype.kind == "c" else float
    with np.errstate(all="ignore"):
        gap = np.abs(values.astype(wide) - expected.astype(wide))
        scale = float(np.abs(expected.astype(wide)).max(initial=0))
    if not gap.max(initial=0) <= tol * (scale or 1):
        if not expected.ndim:
            if _is_rounded(answer, expected):
                return Problem("the number is right, but rounded", minor=True)
            rough = "It is near, and may be rounded: give three digits at least."
            return Problem("the number is not right", rough if _is_rounded(answer, expected, 2) else "")
        at = tuple(int(i) for i in np.unravel_index(np.argmax(gap), gap.shape))
        share = np.mean(gap > tol * (scale or 1))
        off = f"{share:.0%} of the" if share >= 0.01 else f"{round(share * gap.size)} of {gap.size}"
        return Problem(f"{off} values are off, most at index {at}")
    if (
        strict
        and expected.ndim
        and expected.dtype in (np.complex64, np.float32)
        and values.dtype.itemsize > (8 if values.dtype.kind == "c" else 4)
    ):
        return Problem(
            f"the values are right, but {values.dtype}: the input was {expected.dtype}",
            "Single precision became double: which array or NumPy number in your lines is double? Use Python floats.",
            otherwise_right=True,
            minor=True,
        )
    return None


def _about_shapes(found: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """Return a hint on how an answer may have got the shape `found` in place of `wanted`."""
    if not found:
        return "That is one number: which axes must the sum, mean or norm leave?"
    if not wanted:
        return "One number is wanted: over which axes is still to be summed, averaged or chosen?"
    if tuple(n for n in found if n != 1) == tuple(n for n in wanted if n != 1):
        return "An axis of length 1 is too many or too few: `keepdims` and `None` make one, an index takes it away."
    if sorted(found) == sorted(wanted):
        return "The axes are in another order: `np.moveaxis`, `np.swapaxes`, or another axis in `np.stack`."
    if prod(found) == prod(wanted):
        return "The values are as many, but not in this shape: keep the axes of the input, or reshape at the end."
    if len(found) < len(wanted):
        return "An axis is missing: did a sum, mean or index take one that should stay?"
    if len(found) > len(wanted):
        return "There is an axis too many: over which one is still to be summed, or from which is one to be chosen?"
    i = next(i for i, (a, b) in enumerate(zip(found, wanted)) if a != b)
    return (
        f"Axis {i} has {found[i]} entries in place of {wanted[i]}: what is counted along it, and from where to where?"
    )


def _is_rounded(answer: Any, expected: np.ndarray, least: int = 3) -> bool:
    """Say whether a number was typed with `least` or more digits, which are those of the expected one."""
    if type(answer) is not float or expected.dtype.kind not in "fiu":
        return False
    _, digits, exponent = (typed := Decimal(repr(answer))).as_tuple()
    half = Decimal(5).scaleb(int(exponent) - 1)
    return len(digits) >= least and abs(typed - Decimal(float(expected))) <= half


def as_array(answer: Any) -> np.ndarray | None:
    """Return numbers as an array, or None if they are not numbers."""
    try:
        if hasattr(answer, "detach"):  # a torch tensor, on any device
            answer = answer.detach().cpu().resolve_conj().resolve_neg()
        values = np.asarray(answer)
    except Exception:
        return None
    return values if values.dtype.kind in "biufc" else None


def _called(answer: Any) -> str:
    return "Give the result, not the function: call it." if callable(answer) else ""


def _kind(answer: Any) -> str:
    name = type(answer).__name__[:40]
    return f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"
