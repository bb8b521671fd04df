"""Multiplication by a fixed array, as an operator: weights of samples, phases, windows."""

import numpy as np

from ..arrays.checks import check_values
from ..arrays.libraries import Array, Constant, is_complex, namespace
from .linop import LinearOperator


class Diagonal(LinearOperator):
    """The diagonal operator D: y = d · x, and Dᴴ y = d̄ · y.

    With density weights w, `Diagonal(w**0.5) @ A` is the operator of a weighted least-squares problem, and Aᴴ
    Diagonal(w) y is a gridding reconstruction. With w as an explicit factor, A.H remains the exact adjoint of A.

    Parameters
    ----------
    d : array
        Real or complex. Its shape is the core shape of x and y; all axes in front are batch axes. Complex d needs
        complex x. It is copied.

    Raises
    ------
    TypeError
        If d is not an array of numbers.
    ValueError
        If d is empty or contains NaN or infinite values.

    Examples
    --------
    >>> D = Diagonal(np.array([1.0, 2.0]))
    >>> D(np.ones(2)), D.lipschitz()
    (array([1., 2.]), 4.0)
    """

    def __init__(self, d: Array):
        values, shape = check_values(d, "the array of Diagonal"), tuple(d.shape)
        if not shape:
            raise ValueError(f"Diagonal takes at least one number along each of its axes, got shape {shape}")
        super().__init__(shape, shape)
        self._d = Constant(d)
        self.d = self._d.value
        self.needs_complex = is_complex(d)
        self.norm2 = float(np.max(np.abs(values.astype(np.complex128)))) ** 2

    def _op(self, x):
        return self._d.like(x) * x

    def _adj_op(self, y):
        return namespace(y).conj(self._d.like(y)) * y if self.needs_complex else self._op(y)
