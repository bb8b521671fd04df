"""Lazy sums of arrays and their inner products, each computed in one pass over memory, because memory limits the speed.

>>> x, x_old = lazy(np.array([1.0, 2.0])), lazy(np.array([0.0, 2.0]))
>>> (x + 0.5 * (x - x_old)).value()
array([1.5, 2. ])
"""

from math import inf, prod

import numpy as np

from .libraries import Array, detached, is_complex, is_numpy, namespace
from .memory import empty
from .ready import ready
from .threads import split

Term = tuple[float, Array]


class Later:
    """An array that is not computed yet. It is computed when its `value` is needed, or earlier.

    `source.run(*sums)` computes it, and any other results of the same source. Called with sums, it returns the inner
    products of the first sum with the others, computed in the same pass over memory, as `inners` uses it.
    """

    def __init__(self, source):
        self.source, self.array = source, None

    def value(self) -> Array:
        """Return the array."""
        if self.array is None:
            self.source.run()
        return self.array


class Sum:
    """The linear combination Σ cᵢ xᵢ of arrays of one shape, stored as its terms and not computed.

    `+`, `−` and products with numbers give further sums of the same arrays, so an algorithm can be written as in its
    paper. A prox, an inner product or `value` computes the sum in one pass over all arrays.

    >>> x = lazy(np.ones(2))
    >>> (3 * x - x).terms
    [(2.0, array([1., 1.]))]
    """

    __array_ufunc__ = None  # so that NumPy scalars and arrays leave `2 * x` to this class

    def __init__(self, *terms: Term):
        arrays = {id(x): x for _, x in terms}
        self.terms = [(sum(float(c) for c, y in terms if y is x), x) for x in arrays.values()]

    def __add__(self, other: "Sum | Array") -> "Sum":
        return Sum(*self.terms, *lazy(other).terms)

    __radd__ = __add__

    def __sub__(self, other: "Sum | Array") -> "Sum":
        return self + -1.0 * lazy(other)

    def __neg__(self) -> "Sum":
        return -1.0 * self

    def __rmul__(self, factor: float) -> "Sum":
        return Sum(*((factor * c, x) for c, x in self.terms))

    def value(self, out: Array | None = None) -> Array:
        """Return the sum as an array. Do not write into it: a sum of one term with coefficient 1 is the term itself.

        The result is written to `out`, which may be one of the terms, where that is faster (NumPy), or to a new array.
        """
        terms = [(c, x) for c, x in self.terms if c != 0] or self.terms[:1]
        return value_of(terms[0][1]) if len(terms) == 1 and terms[0][0] == 1 else combine(*terms, out=out)

    def stored(self, out: Array | None = None) -> "Sum":
        """Return the `value` as a sum of one term, so that a sum that is used several times is computed once."""
        return lazy(self.value(out))


def lazy(x: Array | Sum) -> Sum:
    """Return an array as a sum of one term, and a sum unchanged."""
    return x if isinstance(x, Sum) else Sum((1.0, x))


def value_of(x: Array | Later) -> Array:
    """Return an array unchanged, and the array of a `Later`, computed if it is not yet."""
    return x.value() if isinstance(x, Later) else x


def alike(arrays: list[Array]) -> bool:
    """Return whether a loop can process these together: NumPy, of one memory layout, and the loops are `ready`."""
    first = arrays[0]
    return (
        all(
            is_numpy(x)
            and x.shape == first.shape
            and x.dtype == first.dtype
            and x.flags.c_contiguous
            and x.flags.behaved
            for x in arrays
        )
        and first.dtype.isnative
        and first.dtype.char in "fdFD"
        and ready(first)
    )


def floats(x: np.ndarray) -> np.ndarray:
    """Return a NumPy array as one row of floats, complex numbers as pairs; this is a view if it is contiguous.

    >>> floats(np.array([[1 + 2j], [3]]))
    array([1., 2., 3., 0.])
    """
    return np.ascontiguousarray(x).reshape(-1).view(x.real.dtype)


def collect(*sums: Sum) -> tuple[list[list[float]], list[Array]]:
    """Return the coefficients of each sum for all arrays that occur in any of them, and these arrays, each once.

    >>> x, y = np.ones(1), np.zeros(1)
    >>> collect(lazy(x), 3 * lazy(x) + y)[0]
    [[1.0, 0], [3.0, 1.0]]
    """
    arrays = {id(x): x for one in sums for _, x in one.terms}
    coeffs = [[sum(c for c, x in one.terms if id(x) == key) for key in arrays] for one in sums]
    return coeffs, [value_of(x) for x in arrays.values()]


def combine(*terms: Term, out: Array | None = None) -> Array:
    """Compute and return the linear combination Σ cᵢ xᵢ of arrays of one shape; `out` is as in `Sum.value`.

    >>> combine((2.0, np.ones(2)), (-1.0, np.ones(2)))
    array([1., 1.])
    """
    [coeffs], arrays = collect(Sum(*terms))
    if not alike(arrays):
        return sum(c * x for c, x in zip(coeffs, arrays, strict=True))
    from . import loops

    out = empty(arrays[0].shape, arrays[0].dtype) if out is None else out
    target = floats(out)
    row, rows = np.array(coeffs, target.dtype), loops.filled([floats(x) for x in arrays])
    split(loops.combine, -(-target.size // loops.BLOCK), target, row, rows, work=target.size)
    return out


def inner(x: Array | Sum, y: Array | Sum) -> float:
    """Return the real inner product Re⟨x, y⟩ = Re Σ x̄ᵢ yᵢ, accumulated in double precision.

    Both may be sums, which are computed in the same pass and not stored.

    >>> inner(np.array([1j, 2]), np.array([1j, 3]))
    7.0
    """
    return inners(x, y)[0]


def inners(x: Array | Sum, *ys: Array | Sum) -> list[float]:
    """Return the inner products of x with each y, all in one pass.

    >>> a, b = np.array([1j, 2]), np.array([1j, 3])
    >>> inners(lazy(b) - a, a, 2 * lazy(a))
    [2.0, 4.0]
    """
    sums = [lazy(one) for one in (x, *ys)]
    to_come = {x.source for one in sums for _, x in one.terms if isinstance(x, Later) and x.array is None}
    if to_come:
        return to_come.pop().run(*sums)
    coeffs, arrays = collect(*sums)
    return _inners_fast(coeffs, arrays) if alike(arrays) else _inners(coeffs, arrays)


def reliable(products: list[float], coeffs: list[list[float]], like: Array) -> bool:
    """Return whether inner products of the first row's sum with the others are safe: in range, or 0 with an empty sum.

    >>> x = np.ones(2, np.float32)
    >>> reliable([0.0], [[1.0], [1.0]], x), reliable([0.0], [[1.0], [0.0]], x)
    (False, True)
    """
    return all(in_range(one, like) or not any(row) for one, row in zip(products, coeffs[1:], strict=True))


def _inners_fast(coeffs, arrays):
    from . import loops

    rows = loops.filled([floats(x) for x in arrays])
    size = rows[0].size

    def products(dtype):
        return sum(split(loops.inners, -(-size // loops.BLOCK), np.array(coeffs, dtype), rows, work=size)).tolist()

    found = products(rows[0].dtype)
    return found if reliable(found, coeffs, rows[0]) else products(np.float64)


def in_range(product: float, x: Array) -> bool:
    """Return whether an inner product of arrays like x is safe: no square that matters overflowed or vanished.

    >>> in_range(1e-35, np.ones(2, np.float32)), in_range(1e-35, np.ones(2))
    (False, True)
    """
    info = namespace(x).finfo(x.dtype)
    low, high = float(info.tiny) / float(info.eps), float(info.max)
    return info.bits == 64 or prod(x.shape) * low < abs(product) < high


def _inners(coeffs, arrays):
    x, *ys = (sum(c * array for c, array in zip(row, arrays, strict=True)) for row in coeffs)
    return [_product(x, y) for y in ys]


def _product(x, y):
    found = _sum_of_products(x, y)
    if in_range(found, x):
        return found
    xp = namespace(x)
    sizes = [float(detached(xp.max(xp.abs(one)))) for one in (x, y)]
    if not all(0 < size < inf for size in sizes):
        return found
    return sizes[0] * sizes[1] * _sum_of_products(x / sizes[0], y / sizes[1])


def _sum_of_products(x, y):
    xp = namespace(x)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(detached(xp.sum(xp.real(xp.conj(x) * y) if is_complex(x) else x * y, dtype=xp.float64)))
