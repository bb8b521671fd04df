"""Checks of arguments: arrays, shapes and numbers. Every error contains the value that is not valid."""

from math import inf, isfinite
from numbers import Real
from typing import Any

import numpy as np

from .libraries import Array, is_complex, namespace, plain, to_numpy

PRECISIONS = ("float32", "float64", "complex64", "complex128")


def _check_precision(x: Array, who: str) -> None:
    if str(x.dtype).removeprefix("torch.") not in PRECISIONS:
        raise TypeError(f"{who} takes single or double precision, got {x.dtype} of shape {tuple(x.shape)}")


def check(x: Array, shape: tuple[int, ...], who: str, *, needs_complex: bool = False) -> Array:
    """Return `x` as a `plain` array; raise unless it is floating with trailing axes `shape` (and complex, if needed).

    >>> check(np.ones(2, ">f4"), (2,), "A").dtype
    dtype('float32')
    >>> check(np.ones(2, np.float16), (2,), "A")
    Traceback (most recent call last):
    TypeError: A takes single or double precision, got float16 of shape (2,)
    """
    x = plain(x)
    xp = namespace(x)
    if not xp.isdtype(x.dtype, ("real floating", "complex floating")):
        raise TypeError(f"{who} takes floating-point numbers, got {x.dtype} of shape {tuple(x.shape)}")
    if needs_complex and not is_complex(x):
        raise TypeError(f"{who} takes complex numbers, got {x.dtype} of shape {tuple(x.shape)}")
    if x.ndim < len(shape) or tuple(x.shape[x.ndim - len(shape) :]) != tuple(shape):
        raise ValueError(f"{who} takes arrays of shape (..., {', '.join(map(str, shape))}), got {tuple(x.shape)}")
    if 0 in x.shape:
        raise ValueError(f"{who} got an empty array of shape {tuple(x.shape)}")
    _check_precision(x, who)
    return x


def check_numbers(x: Array, who: str) -> Array:
    """Return `x` as a `plain` floating array, whole numbers in double precision; raise unless it holds numbers.

    >>> check_numbers(np.array([3, -4]), "L1")
    array([ 3., -4.])
    """
    x = plain(x)
    xp = namespace(x)
    if xp.isdtype(x.dtype, ("bool", "integral")):
        return xp.astype(x, xp.float64)
    return check(x, (), who)


def check_scan(x: Array, who: str, axes: str | None = None) -> np.ndarray:
    """Return complex data as a `plain` NumPy array; raise unless they are finite, not empty, and have these axes.

    >>> check_scan(np.ones((4, 4), complex), "espirit", "C, H, W")
    Traceback (most recent call last):
    ValueError: espirit takes arrays of shape (C, H, W), got (4, 4)
    """
    data = plain(to_numpy(x))
    if data.dtype.kind != "c":
        raise TypeError(f"{who} takes complex numbers, got {data.dtype} of shape {data.shape}")
    _check_precision(data, who)
    if axes is not None and data.ndim != axes.count(",") + 1:
        raise ValueError(f"{who} takes arrays of shape ({axes}), got {data.shape}")
    if data.size == 0:
        raise ValueError(f"{who} got an empty array of shape {data.shape}")
    bad = np.count_nonzero(~np.isfinite(data))
    if bad:
        raise ValueError(f"{who} got {bad} NaN or infinite values of {data.size}")
    return data


def check_positive(name: str, value: Any, *, or_zero: bool = False) -> float:
    """Return `value` as a Python float; raise unless it is a finite number above 0, or 0 if `or_zero`.

    >>> check_positive("lam", 0)
    Traceback (most recent call last):
    ValueError: lam must be a finite number above 0, got 0
    """
    return within(name, value, 0, strictly=not or_zero)


def within(name: str, value: Any, least: float, most: float = inf, *, strictly: bool = False) -> float:
    """Return `value` as a Python float; raise unless it is a finite number from `least` to `most`, or strictly between.

    Raises TypeError if it is not a real number (text, True, an array), ValueError if it is out of range.

    >>> within("crop", 0.95, 0, 1)
    0.95
    """
    if most == inf:
        wanted = f"number {'above' if strictly else 'of at least'} {least}"
    else:
        wanted = f"number {'strictly ' if strictly else ''}{_span(least, most)}"
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a {wanted}, got {value!r}")
    try:
        number = float(value)
    except OverflowError:  # an integer or fraction beyond the range of floats
        number = inf
    inside = least < number < most if strictly else least <= number <= most
    if not (isfinite(number) and inside):
        raise ValueError(f"{name} must be a {'finite ' if most == inf else ''}{wanted}, got {value!r}")
    return number


def whole(name: str, value: Any, least: float = -inf, most: float = inf) -> int:
    """Return `value` as a Python int; raise unless it is a whole number between `least` and `most`.

    Raises TypeError if it is not a whole number (2.0, True, "2"), ValueError if it is out of range.

    >>> whole("shots", np.int64(3), 1)
    3
    >>> whole("shots", 0, 1)
    Traceback (most recent call last):
    ValueError: shots must be a whole number of at least 1, got 0
    """
    wanted = "" if least == -inf else f" of at least {least}" if most == inf else f" {_span(least, most)}"
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number{wanted}, got {value!r}")
    if not least <= value <= most:
        raise ValueError(f"{name} must be a whole number{wanted}, got {value}")
    return int(value)


def _span(least, most):
    return f"between {least:.4g} and {most:.4g}"


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


def check_grid(shape: Shape, what: str = "a mask") -> Shape:
    """Return (H, W) as Python ints; raise unless it is a pair of whole numbers of at least 1."""
    if not (isinstance(shape, (tuple, list)) and len(shape) == 2):
        raise TypeError(f"the shape of {what} is a pair (H, W), got {shape!r}")
    return whole(f"H in the shape of {what}", shape[0], 1), whole(f"W in the shape of {what}", shape[1], 1)
