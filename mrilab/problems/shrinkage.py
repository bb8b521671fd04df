"""Soft thresholding of groups in one pass over memory: the compiled version of `L1.prox` and `GroupL1.prox`.

Groups lie along one axis, or each number is its own group (axis None). Only for complex NumPy arrays.
"""

from math import prod

import numpy as np

from ..arrays.memory import empty
from ..arrays.sums import Sum, collect, floats
from ..arrays.threads import split


def shrink(
    z: Sum, threshold: float, axis: int | None, *, keep: float = 0.0, gain: float = 1.0, out: np.ndarray | None = None
) -> np.ndarray:
    """Return keep · z + gain · p with p = z · max(1 − threshold/‖group of z‖, 0) for a lazy sum z.

    The result is written to `out`, which may be one of the terms of z.

    >>> from mrilab.arrays.sums import lazy
    >>> shrink(2 * lazy(np.array([[3j], [4j]])), 5.0, axis=0)
    array([[0.+3.j],
           [0.+4.j]])
    """
    coeffs, arrays = collect(z)
    out = empty(arrays[0].shape, arrays[0].dtype) if out is None else out
    _run(arrays, coeffs[0], out, None, threshold, axis, keep, gain, [])
    return out


def shrink_with_inners(
    z: Sum, threshold: float, axis: int | None, store: np.ndarray, out: np.ndarray, sums: tuple[Sum, ...]
) -> list[float]:
    """Write z and its thresholded p into `store` and `out`; return the products of `inners(*sums)`, in the same pass.

    The sums may contain `store` and `out`, which are filled before they are needed.

    >>> from mrilab.arrays.sums import lazy
    >>> store, out = np.empty((2, 2, 1), complex)
    >>> shrink_with_inners(2 * lazy(np.array([[3j], [4j]])), 5.0, 0, store, out, (lazy(store), lazy(out)))
    [50.0]
    """
    [coeffs, *rows], arrays = collect(z, *sums)
    return _run(arrays, coeffs, out, store, threshold, axis, 0.0, 1.0, rows)


def _run(arrays, coeffs, out, store, threshold, axis, keep, gain, rows):
    from ..arrays import loops

    target = _as_groups(out, axis)
    kept = target[:0].reshape(-1) if store is None else floats(store)
    numbers = np.array([threshold, keep, gain], target.dtype)
    args = np.array(coeffs, target.dtype), loops.filled([floats(x) for x in arrays]), target, kept, *numbers
    table = np.array(rows, target.dtype).reshape(len(rows), len(arrays))
    return sum(split(loops.shrink_groups, _blocks(target), *args, table, work=out.size)).tolist()


def sum_group_norms(z: np.ndarray, axis: int | None) -> float:
    """Return Σ ‖group‖ over all groups, accumulated in double precision.

    >>> sum_group_norms(np.array([3 + 4j, 1]), axis=None)
    6.0
    """
    from ..arrays import loops

    groups = _as_groups(z, axis)
    return float(sum(split(loops.sum_group_norms, _blocks(groups), groups, work=groups.size)))


def _as_groups(z: np.ndarray, axis: int | None) -> np.ndarray:
    """Return complex z as floats (before, group, 2 · after), with groups along `axis` or of one number each."""
    shape = (1, 1, -1) if axis is None else (prod(z.shape[:axis]), z.shape[axis], -1)
    return np.ascontiguousarray(z).reshape(shape).view(z.real.dtype)


def _blocks(groups: np.ndarray) -> int:
    from ..arrays import loops

    return groups.shape[0] * -(-groups.shape[2] // 2 // loops.WIDTH)
