"""How a wrong answer is related to the right one: a hint for mistakes that no exercise has planted."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .compare import agrees, as_array

Pair = tuple[np.ndarray, np.ndarray]  # an answer, and the expected one

# What was done to the right values, and what to look at.
CHANGED: tuple[tuple[Callable[[np.ndarray], np.ndarray], str], ...] = (
    (np.negative, "Every value has the other sign: which difference, step or exponent is turned round?"),
    (np.conj, "Those are the conjugates of what is wanted: where does a conjugate belong, and where not?"),
    (np.abs, "Those are magnitudes: the phases, or the signs, are lost on the way."),
    (np.real, "That is the real part only: where is the imaginary part lost?"),
    (np.square, "Those are the squares of what is wanted: is a root missing?"),
    (np.sqrt, "Those are the roots of what is wanted: is there a root too many, or a square missing?"),
    (np.reciprocal, "That is one over what is wanted: is a division upside down?"),
    (lambda b: 1 - b, "That is 1 less what is wanted: what remains, and what is lost?"),
    (np.exp, "That is the exponential of what is wanted."),
)
NAMED = {
    2.0: "a 2",
    4.0: "a 2, twice or squared",
    np.pi: "a π",
    2 * np.pi: "a 2π: are those cycles or radians?",
    np.sqrt(2.0): "a √2",
    100.0: "100: per cent?",
    180 / np.pi: "180/π: degrees or radians?",
    **{10.0**k: "a power of ten: which units go in, and which come out?" for k in (1, 3, 6, 9, 12)},
}


def relation(answers: Sequence[Any], expected: Sequence[Any], tol: float) -> str:
    """Return a hint on how the answers to several inputs are related to the expected ones; empty if they are not.

    It says what to look at: a factor, a sign, a conjugate, an order, an edge.

    >>> relation([np.array([2.0, 4.0])], [np.array([4.0, 16.0])], 1e-4)
    'Those are the roots of what is wanted: is there a root too many, or a square missing?'
    """
    if any(isinstance(right, (tuple, list)) for right in expected):
        return _of_several(answers, expected, tol)
    pairs = _pairs(answers, expected)
    if not pairs:
        return ""
    with np.errstate(all="ignore"):
        if all(mine.shape == right.shape for mine, right in pairs):
            found = _same_shape(pairs, tol)
        else:
            found = _other_axes(pairs, tol)
    return found


def _pairs(answers: Sequence[Any], expected: Sequence[Any]) -> list[Pair]:
    """Return the arrays, in double precision; none if one of them is not numbers."""
    pairs = [(as_array(mine), as_array(right)) for mine, right in zip(answers, expected)]
    return [] if any(a is None or b is None for a, b in pairs) else [(_wide(a), _wide(b)) for a, b in pairs]


def _wide(values: Any) -> np.ndarray:
    return values.astype(complex if values.dtype.kind == "c" else float) if values.dtype != bool else values


def _same_shape(pairs: list[Pair], tol: float) -> str:
    if all(right.dtype == bool for _, right in pairs):
        return _of_masks(pairs)
    if any(not np.isfinite(mine).all() for mine, _ in pairs) or any(mine.dtype == bool for mine, _ in pairs):
        return ""
    for change, hint in CHANGED:
        if all(_near(mine, change(right), tol) for mine, right in pairs):
            return hint
    return _factor(pairs, tol) or _offset(pairs, tol) or _moved(pairs, tol) or _place(pairs, tol)


def _near(a: np.ndarray, b: np.ndarray, tol: float) -> bool:
    if a.shape != b.shape or not np.isfinite(b).all():
        return False
    return bool(np.abs(a - b).max(initial=0) <= tol * (np.abs(b).max(initial=0) or np.inf))


def _factor(pairs: list[Pair], tol: float) -> str:
    """Answers that are right up to a factor: one for all inputs, or one for each."""
    if not all(np.any(mine) and np.any(right) for mine, right in pairs):
        return ""
    factors = [np.vdot(right, mine) / np.vdot(right, right) for mine, right in pairs]
    if not all(_near(mine, c * right, tol) for c, (mine, right) in zip(factors, pairs)):
        return ""
    numbers = sum(right.size for _, right in pairs)
    c = factors[0]
    if numbers > 1 and all(abs(other - c) <= 2 * tol * abs(c) for other in factors):
        if abs(abs(c) - 1) <= tol:
            return "All values are turned by one and the same phase: which factor i or −1 is too many or missing?"
        named = _named(c, tol)
        return f"All values are wrong by one and the same factor: {named or 'which constant, size or unit is it?'}"
    if numbers == 1:
        named = _named(c, tol)
        return f"The number is wrong by a factor: {named}" if named else ""
    if any(right.size > 1 for _, right in pairs):
        return (
            "All values are wrong by one factor, which is another for each input: which size, sum or argument "
            "is left out, or counted twice?"
        )
    return ""


def _named(factor: complex, tol: float) -> str:
    size = max(abs(factor), 1 / abs(factor))
    return next((text for value, text in NAMED.items() if abs(size / value - 1) <= min(tol, 1e-3)), "")


def _offset(pairs: list[Pair], tol: float) -> str:
    gaps = [mine - right for mine, right in pairs]
    first, numbers = gaps[0].flat[0] if gaps[0].size else 0, sum(right.size for _, right in pairs)
    scale = max(float(np.abs(right).max(initial=0)) for _, right in pairs) or 1
    whole = all(np.array_equal(right, np.round(right.real)) for _, right in pairs)
    if all(gap.size > 1 and np.ptp(gap.real) + np.ptp(gap.imag) <= tol * scale for gap in gaps) and len(gaps) > 1:
        return "All values of an input are off by one and the same number: what was added, or left out?"
    if abs(first) <= tol * scale or not all(np.abs(gap - first).max(initial=0) <= tol * scale for gap in gaps):
        return ""
    if whole and abs(abs(first) - 1) <= tol:
        much = "many" if first.real > 0 else "few"
        return f"One too {much}: does the counting begin at 0 or at 1, and where does it end?"
    return "All values are off by one and the same number: what was added, or left out?" if numbers > 1 else ""


def _moved(pairs: list[Pair], tol: float) -> str:
    """The right values at other places, or with other phases."""
    axes = range(pairs[0][1].ndim)
    if any(right.ndim != len(axes) for _, right in pairs) or not axes:
        return ""
    for axis in axes:
        if all(_near(mine, np.flip(right, axis), tol) for mine, right in pairs):
            return f"The values are right, but in the reverse order along axis {axis}."
    for axis in axes:
        if all(any(_near(mine, np.roll(right, s, axis), tol) for s in _shifts(right, axis)) for mine, right in pairs):
            return (
                f"The values are right, but shifted along axis {axis}: which index is the first, and which the middle?"
            )
    if all(_near(abs(mine), abs(right), tol) for mine, right in pairs):
        return "The magnitudes are right, the phases or signs are not: look at conjugates, shifts and signs."
    if all(_near(np.sort(mine, axis=None), np.sort(right, axis=None), tol) for mine, right in pairs):
        return "All values are there, but not in their places: look at order, axes and shifts."
    return ""


def _shifts(right: np.ndarray, axis: int) -> range:
    return range(1, min(right.shape[axis], 64))


def _place(pairs: list[Pair], tol: float) -> str:
    """Where the wrong values lie, if they are few: at an edge, in the middle, or at zeros."""
    wrong = [np.abs(mine - right) > tol * (np.abs(right).max(initial=0) or 1) for mine, right in pairs]
    marked = [(bad, right) for bad, (_, right) in zip(wrong, pairs) if bad.any()]
    if not marked or any(bad.mean() > 0.5 for bad, _ in marked):
        return ""
    for axis in range(pairs[0][1].ndim):
        for index, name in ((0, "first"), (-1, "last")):
            if all(bad.ndim > axis and bad.any() and not np.delete(bad, index, axis).any() for bad, _ in marked):
                return f"All is right but for the {name} index along axis {axis}: what happens at that edge?"
        if all(bad.ndim > axis and not np.delete(bad, [0, -1], axis).any() for bad, _ in marked):
            return f"All is right but for the first and last index along axis {axis}: what happens at the edges?"
    if all(not np.any(bad & (right != 0)) for bad, right in marked):
        return "Only values that should be 0 are wrong: what is done there?"
    if all(bad.sum() == 1 for bad, _ in marked):
        return f"Only one value is wrong, at index {_index(marked[0][0])}: what is special there?"
    return ""


def _index(bad: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(bad)[0])


def _of_masks(pairs: list[Pair]) -> str:
    """What a mask of True and False has too many of, or too few."""
    masks = [(mine.astype(bool), right) for mine, right in pairs if np.isin(mine, (0, 1)).all()]
    if len(masks) < len(pairs):
        return ""
    if all(np.array_equal(mine, ~right) for mine, right in masks):
        return "True and False are exchanged."
    extra, missing = (any((a & ~b).any() for a, b in masks), any((b & ~a).any() for a, b in masks))
    if not extra:
        return "All that is True is right, but some that should be are not: which are left out?"
    if not missing:
        return "All that should be True is, but some more are: which are too many?"
    if all(mine.sum() == right.sum() for mine, right in masks):
        return "As many are True as should be, but at other places: look at the middle, n // 2, and the axes."
    return ""


def _other_axes(pairs: list[Pair], tol: float) -> str:
    if all(mine.T.shape == right.shape and _near(mine.T, right, tol) for mine, right in pairs):
        return "That is the transpose: the axes are in the reverse order."
    sums = "That has one axis too many: over which one is still to be summed?"
    for axis in range(min(mine.ndim for mine, _ in pairs)):
        if all(_near(mine.sum(axis), right, tol) for mine, right in pairs):
            return sums
        if all(_near(mine.mean(axis), right, tol) for mine, right in pairs):
            return sums.replace("summed", "averaged")
    return ""


def _of_several(answers: Sequence[Any], expected: Sequence[Any], tol: float) -> str:
    """The relation of the first of several results that is wrong."""
    if not all(
        isinstance(mine, (tuple, list, np.ndarray)) and len(mine) == len(b) for mine, b in zip(answers, expected)
    ):
        return ""
    if all(agrees(mine[::-1], right, tol) for mine, right in zip(answers, expected)):
        return "The results are right, but in the reverse order."
    for i in range(len(expected[0])):
        parts = [mine[i] for mine in answers], [right[i] for right in expected]
        if not all(agrees(a, b, tol) for a, b in zip(*parts)):
            found = relation(*parts, tol)
            return f"Result {i + 1}: {found}" if found else ""
    return ""
