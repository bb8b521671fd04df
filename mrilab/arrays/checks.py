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


def check_values(x: Array, who: str, *axes: str, real: bool = False, finite: bool = True) -> np.ndarray:
    """Return numbers of any kind as a `plain` NumPy array of single or double precision, integers as float64.

    Raises TypeError unless x holds numbers (`real` ones), ValueError unless it is not empty, finite, and has one of
    the given lists of axes: "H, W", or "..., H, W" with any others in front.

    >>> check_values(np.array([[-128]], np.int8), "the image", "..., H, W")
    array([[-128.]])
    >>> check_values(np.ones(3), "the image", "H, W", "C, H, W")
    Traceback (most recent call last):
    ValueError: the image must have shape (H, W) or (C, H, W), got (3,)
    """
    values = plain(to_numpy(x))
    if values.dtype.kind not in ("fiub" if real else "fiubc"):
        raise TypeError(f"{who} must hold {'real ' if real else ''}numbers, got {values.dtype} of shape {values.shape}")
    counts = [(len(names.removeprefix("..., ").split(",")), names.startswith("...")) for names in axes]
    if axes and not any(values.ndim == n or (more and values.ndim > n) for n, more in counts):
        wanted = " or ".join(f"({names})" if "," in names else f"({names},)" for names in axes)
        raise ValueError(f"{who} must have shape {wanted}, got {values.shape}")
    if values.size == 0:
        raise ValueError(f"{who} must not be empty, got shape {values.shape}")
    if str(values.dtype) not in PRECISIONS:
        with np.errstate(over="ignore"):
            values = values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)
    if finite:
        _check_finite(values, f"{who} holds")
    return values


def _check_finite(values: np.ndarray, who_got: str) -> None:
    bad = np.count_nonzero(~np.isfinite(values))
    if bad:
        raise ValueError(f"{who_got} {bad} NaN or infinite values of {values.size}")


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
    _check_finite(data, f"{who} got")
    return data


def check_mask(mask: Array, who: str = "a mask", shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Return a mask as a boolean copy; raise unless it holds only 0 and 1, and has the shape of what it masks.

    >>> check_mask(np.array([1.0, 0.5]))
    Traceback (most recent call last):
    ValueError: a mask holds only 0 and 1, got float64 values [0.5 1. ] …
    """
    values = plain(to_numpy(mask))
    if shape is not None and values.shape != tuple(shape):
        raise ValueError(f"{who} of shape {values.shape} does not fit an image of shape {tuple(shape)}")
    if values.dtype.kind not in "biufc" or not np.isin(values, (0, 1)).all():
        some = np.unique(values)[:4] if values.dtype.kind in "biufc" else ""
        raise ValueError(f"{who} holds only 0 and 1, got {values.dtype} values {some} …")
    return values.astype(bool)


def check_density(density: Array) -> np.ndarray:
    """Return weights (H, W) as a density, float64 of sum 1; raise unless they are real, at least 0, and not all 0.

    >>> check_density(np.array([[1, 3]]))
    array([[0.25, 0.75]])
    """
    p = check_values(density, "a density", "H, W", real=True).astype(np.float64)
    if (p < 0).any() or not p.any():
        raise ValueError(
            f"a density must be nowhere negative, and not zero everywhere, got {p.min():.4g}…{p.max():.4g}"
        )
    p = p / p.max()
    return p / p.sum()


def check_trajectory(trajectory: Array, who: str, dims: tuple[int, ...] = (2, 3)) -> np.ndarray:
    """Return a trajectory (..., d) as a float64 NumPy array; raise unless its points lie in [-½, ½]^d."""
    points = _points(trajectory, who)
    if points.ndim < 2 or points.shape[-1] not in dims:
        wanted = " or ".join(f"(..., {d})" for d in dims)
        raise ValueError(f"{who} takes a trajectory of shape {wanted}, got {points.shape}")
    largest = abs(points).max()
    if largest > 0.5 + 1e-6:  # tolerates the rounding of rotations
        raise ValueError(f"{who} takes a trajectory in [-½, ½], in cycles per pixel, got values up to {largest:.4g}")
    return points


def check_shots(trajectory: Array, who: str, dims: tuple[int, ...]) -> np.ndarray:
    """Return a trajectory (shots, samples, d) within [-½, ½] as a float64 NumPy array; raise if it is not one."""
    k = check_trajectory(trajectory, who, dims)
    if k.ndim != 3 or k.shape[1] < 2:
        raise ValueError(f"{who} takes a trajectory of shape (shots, samples, {dims[0]}), got {k.shape}")
    return k


def check_curves(trajectory: Array, who: str, samples: int) -> np.ndarray:
    """Return curves (shots, samples, d), within [-½, ½] or not, as a float64 NumPy array; raise if they are not."""
    curves = _points(trajectory, who)
    if curves.ndim != 3 or curves.shape[1] < samples or curves.shape[2] not in (2, 3):
        raise ValueError(f"{who} takes a trajectory (shots, samples ≥ {samples}, 2 or 3), got shape {curves.shape}")
    return curves


def _points(trajectory, who):
    points = plain(to_numpy(trajectory))
    if points.dtype.kind != "f":
        raise TypeError(f"{who} takes a trajectory of real numbers, got {points.dtype} of shape {points.shape}")
    if points.size == 0:
        raise ValueError(f"{who} got an empty trajectory of shape {points.shape}")
    return check_values(points, f"the trajectory of {who}").astype(np.float64)


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
