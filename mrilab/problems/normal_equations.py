"""Least squares written with the normal operator AᴴA, such as a Toeplitz gram: no NUFFT in the loop."""

from functools import cached_property, reduce
from math import sqrt
from operator import matmul

from ..arrays.libraries import Array, namespace
from ..arrays.sums import combine, inner
from ..operators.linop import LinearOperator
from ..operators.toeplitz import nufft_factors, toeplitz_gram
from .least_squares import LeastSquares


def _adjoint(A, y):
    """Aᴴy, its NUFFT in double precision: its error, unlike rounding, would not average out of the cost."""
    front, rest = nufft_factors(A)
    if not front:
        return A.H(y)
    xp = namespace(y)
    x = xp.astype(reduce(matmul, front).H(xp.astype(y, xp.complex128)), y.dtype)
    return reduce(matmul, rest).H(x) if rest else x


class NormalEquations(LeastSquares):
    """Least squares through the gram, f(x) = ½⟨x, Gx⟩ − Re⟨Aᴴy, x⟩ + ½‖y‖² with G = AᴴA: equal to ½‖Ax − y‖².

    In place of `LeastSquares` for all solvers and `lambda_max`: one G an iteration instead of an A and an Aᴴ, and
    gradient and cost come from it. Aᴴy is taken once.

    The cost is a difference of larger numbers. In complex64 its error is about 10⁻⁷ of ½‖y‖²: relative to a cost that
    is a thousandth of that, 10⁻⁴. The gradient does not suffer.

    Parameters
    ----------
    A, y
        As for `LeastSquares`.
    gram : LinearOperator, optional
        AᴴA; `toeplitz_gram(A)` if left out.

    Raises
    ------
    TypeError, ValueError
        As `LeastSquares` and `toeplitz_gram` do; ValueError for a gram of other shapes.

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
        self._b, self._energy = _adjoint(A, y), inner(y, y)

    @cached_property
    def lipschitz(self) -> float:  # type: ignore[override]
        return sqrt(self.gram.lipschitz())

    def forward(self, x: Array) -> Array:
        """Return the pair (x, Gx), stacked."""
        return namespace(x).stack([x, self.gram(x)])

    def residual(self, x: Array) -> Array:
        """Return the pair (x, Gx − Aᴴy), stacked: affine in x, so the solvers may extrapolate it."""
        return namespace(x).stack([x, combine((1.0, self.gram(x)), (-1.0, self._b))])

    def value_of(self, r: Array) -> float:
        return 0.5 * (inner(r[0], r[1]) - inner(r[0], self._b) + self._energy)

    def grad_of(self, r: Array) -> Array:
        return 1 * r[1]  # a copy: the solvers write into it, and may still need r

    def curvature(self, q: Array) -> float:
        return inner(q[0], q[1])
