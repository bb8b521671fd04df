"""What a wrong function does when one of its inputs changes, beside what it should do."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .compare import agrees, as_array

POWERS = {  # of an input that doubles: what the result does, and what it should do
    0.0: ("stays", "stay"),
    1.0: ("doubles", "double"),
    2.0: ("is four times as large", "be four times as large"),
    3.0: ("is eight times as large", "be eight times as large"),
    0.5: ("grows by √2", "grow by √2"),
    -1.0: ("halves", "halve"),
    -2.0: ("is a quarter", "be a quarter"),
    -0.5: ("falls by √2", "fall by √2"),
}
Function = Callable[..., Any]


def behaviour(
    answer: Function, reference: Function, inputs: Mapping[str, Any], other: Mapping[str, Any], tol: float
) -> str:
    """Return a hint on the first input to which the answer does not respond as the reference does; or an empty text.

    Each number or array among `inputs` is exchanged for that of `other`, doubled, and turned by i in the complex plane.
    Only laws that the reference obeys are told, such as "if x doubles, the result doubles".

    >>> behaviour(lambda x: x**2, lambda x: x, {"x": 3.0}, {"x": 2.0}, 1e-6)
    'If `x` doubles, the result should double, but yours is four times as large: look at its powers and units.'
    """
    before = answer(*inputs.values()), reference(*inputs.values())
    for name in inputs:
        if hint := _unused(answer, reference, inputs, other, name, before, tol):
            return hint
    for name, value in inputs.items():
        if _is_number(value) and (hint := _scaled(answer, reference, inputs, name, before, tol)):
            return hint
    arrays = [name for name, value in inputs.items() if isinstance(value, np.ndarray) and value.dtype.kind in "fc"]
    for name in arrays:
        if hint := _spread(answer, reference, inputs, name, before, tol):
            return hint
    for name in (name for name in arrays if inputs[name].dtype.kind == "c"):
        if hint := _turned(answer, reference, inputs, name, before, tol):
            return hint
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind in "fc")


def _unused(answer, reference, inputs, other, name, before, tol):
    mine, right = before
    new = other.get(name)
    if type(new) is not type(inputs[name]) or getattr(new, "shape", None) != getattr(inputs[name], "shape", None):
        return ""
    changed = {**inputs, name: new}
    right_too = reference(*changed.values())
    if _same(right_too, right, tol) or not _same(answer(*changed.values()), mine, tol):
        return ""
    return f"Your function gives the same whatever `{name}` is: where does it enter?"


def _scaled(answer, reference, inputs, name, before, tol):
    double = {**inputs, name: inputs[name] * 2}  # arrays of single precision keep it
    law = _power(reference(*double.values()), before[1], min(tol, 1e-5))
    if law is None:
        return ""
    mine = _power(answer(*double.values()), before[0], tol)
    if mine == law:
        return ""
    found = "but yours does not" if mine is None else f"but yours {POWERS[mine][0]}"
    return f"If `{name}` doubles, the result should {POWERS[law][1]}, {found}: look at its powers and units."


def _power(doubled, single, tol):
    """Return p if all values have grown by 2ᵖ, or None."""
    arrays = as_array(doubled), as_array(single)
    if arrays[0] is None or arrays[1] is None or arrays[0].shape != arrays[1].shape or not np.any(arrays[1]):
        return None
    if arrays[1].dtype == bool:
        return 0.0 if np.array_equal(arrays[0], arrays[1]) else None
    return next((p for p in POWERS if _same(arrays[0], arrays[1] * 2**p, tol)), None)


def _spread(answer, reference, inputs, name, before, tol):
    """Change single entries: along each axis of the result, does as much change as should?"""
    found: dict[str, set[int]] = {"more": set(), "fewer": set(), "other": set()}
    value = inputs[name]
    for at in np.argsort(-abs(value), axis=None)[:4]:
        changed = {**inputs, name: value.copy()}
        changed[name].flat[at] *= 1.5
        mine = _touched(answer(*changed.values()), before[0], tol)
        right = _touched(reference(*changed.values()), before[1], tol)
        if mine is None or right is None or mine.shape != right.shape or mine.ndim < 2:
            return ""
        for axis in range(mine.ndim):
            rest = tuple(i for i in range(mine.ndim) if i != axis)
            a, b = mine.any(axis=rest), right.any(axis=rest)
            if not a.any() or not b.any() or np.array_equal(a, b):
                continue
            found["more" if a.sum() > b.sum() else "fewer" if a.sum() < b.sum() else "other"].add(axis)
    told = next(((how, min(axes)) for how, axes in found.items() if axes), None)
    return (
        told and f"Along axis {told[1]} each value of `{name}` changes {told[0]} values of your result than it should."
    )


def _touched(new, old, tol):
    arrays = as_array(new), as_array(old)
    if arrays[0] is None or arrays[1] is None or arrays[0].shape != arrays[1].shape:
        return None
    return abs(arrays[0] - 1.0 * arrays[1]) > tol * abs(1.0 * arrays[1]).max(initial=0)


def _turned(answer, reference, inputs, name, before, tol):
    turned = {**inputs, name: (inputs[name] * 1j).astype(inputs[name].dtype)}
    right, mine = as_array(reference(*turned.values())), as_array(answer(*turned.values()))
    old = as_array(before[1]), as_array(before[0])
    if right is None or mine is None or old[0] is None or old[1] is None or right.dtype == bool:
        return ""
    for factor, words in ((1, "stay as it is"), (1j, "turn with it"), (-1j, "turn back by as much")):
        if _same(right, old[0] * factor, tol) and not _same(mine, old[1] * factor, tol):
            return f"If `{name}` is turned by 90° in the complex plane, the result should {words}: look at conjugates."
    return ""


def _same(a, b, tol) -> bool:
    if as_array(b) is None and not isinstance(b, (tuple, list, str)):
        return False
    return agrees(a, np.asarray(b) if not isinstance(b, (tuple, list, str)) else b, tol)
