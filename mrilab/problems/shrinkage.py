"""Soft thresholding of groups in one pass over memory: the compiled version of `L1.prox` and `GroupL1.prox`.

Groups lie along one axis, or each number is its own group (axis None). Only for complex NumPy arrays.
"""

from math import prod

import numpy as np

from ..arrays.memory import empty
from ..arrays.sums import Sum, floats
from ..arrays.threads import split


def shrink(
    z: Sum,
    threshold: float,
    axis: int | None,
    *,
    keep: float = 0.0,
    gain: float = 1.0,
    out: np.ndarray | None = None,
    store: np.ndarray | None = None,
) -> np.ndarray:
    """Return keep · z + gain · p with p = z · max(1 − threshold/‖group of z‖, 0) for a lazy sum z.

    The result is written to `out`, which may be one of the terms of z, and z itself to `store`, which may not.

    >>> from mrilab.arrays.sums import lazy
    >>> shrink(2 * lazy(np.array([[3j], [4j]])), 5.0, axis=0)
    array([[0.+3.j],
           [0.+4.j]])
    """
    from ..arrays import loops

    coeffs, arrays = zip(*z.terms)
    out = empty(arrays[0].shape, arrays[0].dtype) if out is None else out
    rows, target = loops.filled([floats(x) for x in arrays]), _as_groups(out, axis)
    kept = target[:0].reshape(-1) if store is None else floats(store)
    args = np.array(coeffs, target.dtype), rows, target, kept, *np.array([threshold, keep, gain], target.dtype)
    split(loops.shrink_groups, _blocks(target), *args, work=out.size)
    return out


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
