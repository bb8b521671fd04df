"""Linear combinations of arrays and their inner products, each in one pass over memory, which is what they cost."""

import numpy as np

from .arrays import Array, is_complex, is_numpy, namespace
from .memory import empty

Term = tuple[float, Array]


def alike(arrays: list[Array]) -> bool:
    """Say whether these are NumPy arrays that lie in memory the same way, so that a kernel can walk along all."""
    first = arrays[0]
    return all(
        is_numpy(x) and x.shape == first.shape and x.dtype == first.dtype and x.flags.c_contiguous for x in arrays
    )


def floats(x: np.ndarray) -> np.ndarray:
    """Return a NumPy array as one row of floats, complex numbers as pairs: a view of it where it is contiguous.

    >>> floats(np.array([[1 + 2j], [3]]))
    array([1., 2., 3., 0.])
    """
    return np.ascontiguousarray(x).reshape(-1).view(x.real.dtype)


def times(factor: float, terms: list[Term]) -> list[Term]:
    """Return the terms of a linear combination times a number.

    >>> times(2.0, [(1.5, "x")])
    [(3.0, 'x')]
    """
    return [(factor * c, x) for c, x in terms]


def collect(*sides: list[Term]) -> tuple[list[list[float]], list[Array]]:
    """Return the coefficients of each combination for all the arrays that occur in any, and these, each once.

    >>> collect([(2.0, "x")], [(1.0, "y"), (3.0, "x"), (1.0, "x")])
    ([[2.0, 0], [4.0, 1.0]], ['x', 'y'])
    """
    arrays = {id(x): x for side in sides for _, x in side}
    return [[sum(c for c, x in side if id(x) == key) for key in arrays] for side in sides], list(arrays.values())


def combine(*terms: Term, out: Array | None = None) -> Array:
    """Return the linear combination Σ cᵢ xᵢ of arrays of one shape.

    `out`, which may be one of the xᵢ, takes the result where that is cheaper (NumPy); others ignore it.

    >>> combine((2.0, np.ones(2)), (-1.0, np.ones(2)))
    array([1., 1.])
    """
    [coeffs], arrays = collect(list(terms))
    if not alike(arrays):
        return sum(c * x for c, x in zip(coeffs, arrays, strict=True))
    from . import kernels

    out = empty(arrays[0].shape, arrays[0].dtype) if out is None else out
    target = floats(out)
    row, rows = np.array(coeffs, target.dtype), kernels.filled([floats(x) for x in arrays])
    kernels.split(kernels.combine, -(-target.size // kernels.BLOCK), target, row, rows, work=target.size)
    return out


def inner(x: Array | list[Term], y: Array | list[Term]) -> float:
    """Return the real inner product Re⟨x, y⟩ = Re Σ x̄ᵢ yᵢ, accumulated in double precision.

    Both may be linear combinations, as lists of what `combine` takes; they are summed up on the way and never stored.

    >>> inner(np.array([1j, 2]), np.array([1j, 3]))
    7.0
    """
    return inners(x, y)[0]


def inners(x: Array | list[Term], *ys: Array | list[Term]) -> list[float]:
    """Return the inner product of x with each y, all in the same pass.

    >>> a, b = np.array([1j, 2]), np.array([1j, 3])
    >>> inners([(1.0, b), (-1.0, a)], a, [(2.0, a)])
    [2.0, 4.0]
    """
    coeffs, arrays = collect(*(side if isinstance(side, list) else [(1.0, side)] for side in (x, *ys)))
    return _inners_fast(coeffs, arrays) if alike(arrays) else _inners(coeffs, arrays)


def _inners_fast(coeffs, arrays):
    from . import kernels

    rows = kernels.filled([floats(x) for x in arrays])
    coeffs, size = np.array(coeffs, rows[0].dtype), rows[0].size
    return sum(kernels.split(kernels.inners, -(-size // kernels.BLOCK), coeffs, rows, work=size)).tolist()


def _inners(coeffs, arrays):
    x, *ys = (sum(c * array for c, array in zip(row, arrays, strict=True)) for row in coeffs)
    xp = namespace(x)
    products = (xp.real(xp.conj(x) * y) if is_complex(x) else x * y for y in ys)
    return [float(xp.sum(product, dtype=xp.float64)) for product in products]
