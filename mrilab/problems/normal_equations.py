"""Least squares by the normal operator AᴴA, such as a Toeplitz gram, which needs no NUFFT per iteration."""

from functools import cached_property, reduce
from math import sqrt
from operator import matmul

from ..arrays.libraries import Array, namespace
from ..arrays.sums import combine, inner
from ..operators.linop import LinearOperator
from ..operators.toeplitz import nufft_factors, toeplitz_gram
from .least_squares import LeastSquares


def _adjoint(A, y):
    """Return Aᴴy, with its NUFFT in double precision: the error of a NUFFT, unlike rounding, would bias the cost."""
    front, rest = nufft_factors(A)
    if not front:
        return A.H(y)
    xp = namespace(y)
    x = xp.astype(reduce(matmul, front).H(xp.astype(y, xp.complex128)), y.dtype)
    return reduce(matmul, rest).H(x) if rest else x


class NormalEquations(LeastSquares):
    """Least squares by the gram: f(x) = ½⟨x, Gx⟩ − Re⟨Aᴴy, x⟩ + ½‖y‖² with G = AᴴA, which equals ½‖Ax − y‖².

    It replaces `LeastSquares` in all solvers and in `lambda_max`. Gradient and cost need one G per iteration instead of
    one A and one Aᴴ; Aᴴy is computed once.

    The cost is a difference of larger numbers. In complex64 its error is about 10⁻⁷ of ½‖y‖², which is a relative error
    of 10⁻⁴ if the cost is a thousandth of ½‖y‖². The gradient is not affected.

    Parameters
    ----------
    A, y
        As for `LeastSquares`.
    gram : LinearOperator, optional
        AᴴA; by default `toeplitz_gram(A)`.

    Raises
    ------
    TypeError, ValueError
        As `LeastSquares` and `toeplitz_gram`; ValueError for a gram of another shape.

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import NUFFT
    >>> A = NUFFT(np.array([[0.0, 0.0], [0.25, -0.5]]), (4, 4))
    >>> y, x = np.ones(2, complex), np.ones((4, 4), complex)
    >>> round(NormalEquations(A, y)(x), 6), round(LeastSquares(A, y)(x), 6)
    (5.0, 5.0)
    """

    def __init__(self, A: LinearOperator, y: Array, gram: LinearOperator | None = None):
        super().__init__(A, y)
        self.gram = toeplitz_gram(A) if gram is None else gram
        if not isinstance(self.gram, LinearOperator):
            raise TypeError(f"gram must be a LinearOperator, got {type(gram).__name__}: {gram!r:.60}")
        if (self.gram.shape_in, self.gram.shape_out) != (A.shape_in, A.shape_in):
            raise ValueError(f"a gram {self.gram.shape_in} → {self.gram.shape_out} does not fit A on {A.shape_in}")
        self._b, self._energy = _adjoint(A, self.y), inner(self.y, self.y)

    @cached_property
    def lipschitz(self) -> float:  # type: ignore[override]
        return sqrt(self.gram.lipschitz())

    def forward(self, x: Array) -> Array:
        """Return the pair (x, Gx), stacked."""
        return namespace(x).stack([x, self.gram(x)])

    def residual(self, x: Array) -> Array:
        """Return the pair (x, Gx − Aᴴy), stacked. It is affine in x, so the solvers may extrapolate it."""
        return namespace(x).stack([x, combine((1.0, self.gram(x)), (-1.0, self._b))])

    def value_of(self, r: Array) -> float:
        return 0.5 * (inner(r[0], r[1]) - inner(r[0], self._b) + self._energy)

    def grad_of(self, r: Array) -> Array:
        return 1 * r[1]  # a copy, because the solvers write into it and may still need r

    def curvature(self, q: Array) -> float:
        return inner(q[0], q[1])
