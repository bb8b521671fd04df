"""Checks of what callers pass: arrays, shapes and numbers. Every error restates the value that it refuses."""

from math import isfinite
from typing import Any

import numpy as np

from .libraries import Array, is_complex, namespace


def check(x: Array, shape: tuple[int, ...], who: str, *, needs_complex: bool = False) -> None:
    """Raise unless `x` is a floating array with trailing axes `shape` (and complex, where that is meant)."""
    xp = namespace(x)
    if not xp.isdtype(x.dtype, ("real floating", "complex floating")):
        raise TypeError(f"{who} takes floating numbers, got {x.dtype} of shape {tuple(x.shape)}")
    if needs_complex and not is_complex(x):
        raise TypeError(f"{who} takes complex numbers, got {x.dtype} of shape {tuple(x.shape)}")
    if x.ndim < len(shape) or tuple(x.shape[x.ndim - len(shape) :]) != tuple(shape):
        raise ValueError(f"{who} takes arrays of shape (..., {', '.join(map(str, shape))}), got {tuple(x.shape)}")
    if 0 in x.shape:
        raise ValueError(f"{who} got an empty array of shape {tuple(x.shape)}")


def check_positive(name: str, value: Any, *, or_zero: bool = False) -> float:
    """Return `value` as a Python float; raise unless it is a finite number above 0 (or 0, where that is allowed)."""
    wanted = "of at least 0" if or_zero else "above 0"
    if isinstance(value, (str, bytes, bool, complex)) or not np.isscalar(value):
        raise TypeError(f"{name} must be a number {wanted}, got {value!r}")
    number = float(value)  # type: ignore[arg-type]
    if not (isfinite(number) and (number > 0 or (or_zero and number == 0))):
        raise ValueError(f"{name} must be a finite number {wanted}, got {value!r}")
    return number


def check_shape(shape, who: str, ndims: tuple[int, ...] = (1, 2, 3)) -> tuple[int, ...]:
    """Return `shape` as a tuple of ints; raise unless it has as many positive sizes as `ndims` allows."""
    try:
        sizes = tuple(int(n) for n in shape)
    except TypeError:
        raise TypeError(f"{who} takes a shape such as (256, 256), got {shape!r}") from None
    if len(sizes) not in ndims or min(sizes, default=0) < 1 or sizes != tuple(shape):
        raise ValueError(f"{who} takes {' or '.join(map(str, ndims))} positive sizes, got {shape!r}")
    return sizes


Shape = tuple[int, int]


def check_grid(shape: Shape) -> Shape:
    """Return (H, W) as Python ints; raise unless it is a pair of whole numbers of at least 1."""
    if not (isinstance(shape, (tuple, list)) and len(shape) == 2):
        raise TypeError(f"the shape of a mask is a pair (H, W), got {shape!r}")
    return whole("H", shape[0], 1), whole("W", shape[1], 1)


def whole(name: str, value: int, least: int, most: float = np.inf) -> int:
    """Return `value` as a Python int; raise unless it is a whole number between `least` and `most`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if not least <= value <= most:
        raise ValueError(f"{name} must lie between {least} and {most}, got {value}")
    return int(value)
