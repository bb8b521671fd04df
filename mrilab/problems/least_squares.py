"""Smooth data terms f, and above all least squares."""

from functools import cached_property

import numpy as np

from ..arrays.libraries import Array, is_numpy, zeros
from ..arrays.sums import inner
from ..operators.linop import LinearOperator
from .rewriting import rewrite


class Smooth:
    """A differentiable function f with an L-Lipschitz gradient, as the solvers want it.

    The solvers see f(x) = h(B x + c) through three methods: `residual(x)` = B x + c, `value_of(r)` = h(r) and
    `grad_of(r)` = Bᴴ∇h(r), in an array that nobody else holds: the solvers write into it. B x + c is affine, so it can
    be extrapolated with x instead of being computed again: one B and one Bᴴ an iteration give gradient and cost. A
    function of your own needs only `__call__`, `grad` and `lipschitz`: then B = I.

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import L1, fista
    >>> class Distance(Smooth):  # f(x) = ½‖x − 1‖²
    ...     lipschitz = 1.0
    ...
    ...     def __call__(self, x):
    ...         return 0.5 * float(((x - 1) ** 2).sum())
    ...
    ...     def grad(self, x):
    ...         return x - 1
    >>> fista(Distance(), L1(0.25), np.zeros(2), max_iter=3).x
    array([0.75, 0.75])
    """

    lipschitz: float

    def __call__(self, x: Array) -> float:
        raise NotImplementedError

    def grad(self, x: Array) -> Array:
        raise NotImplementedError

    def residual(self, x: Array) -> Array:
        return x

    def value_of(self, r: Array) -> float:
        return self(r)

    def grad_of(self, r: Array) -> Array:
        return 1 * self.grad(r)  # a copy: what `grad` gives may be kept elsewhere


def _own(result: Array, argument: Array) -> Array:
    """Return an operator's result, copied where it lies in the argument's memory: some hand on what they get."""
    return result.copy() if is_numpy(result) and np.may_share_memory(result, argument) else result


class LeastSquares(Smooth):
    """The data term f(x) = ½‖A x − y‖² with ∇f(x) = Aᴴ(A x − y), Lipschitz with constant ‖A‖².

    What cancels in the norm is left out of the work (see `rewriting`): for Cartesian lines the FFT along
    the readout is done once, on y.

    Parameters
    ----------
    A : LinearOperator
        For a synthesis problem A @ Psi.H.
    y : array (..., *A.shape_out)
        Data; zero where the mask of A is. Leading axes are batch.

    Raises
    ------
    TypeError
        For an A that is no operator, a y that is no array, or real data where complex ones are meant.
    ValueError
        For data of another shape, with NaN or infinite values, or with samples outside the mask.

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import Identity
    >>> f = LeastSquares(Identity((2,)), np.array([1.0, 2.0]))
    >>> f(np.zeros(2)), f.grad(np.zeros(2)), f.lipschitz
    (2.5, array([-1., -2.]), 1.0)
    """

    def __init__(self, A: LinearOperator, y: Array):
        if not isinstance(A, LinearOperator):
            raise TypeError(f"A must be a LinearOperator, got {type(A).__name__}: {A!r:.60}")
        A.check_data(y)
        self.A, self.y = A, y
        self._A, self._y = rewrite(A, y)

    @cached_property
    def lipschitz(self) -> float:  # type: ignore[override]
        return self.A.lipschitz()

    def __call__(self, x: Array) -> float:
        return self.value_of(self.residual(x))

    def grad(self, x: Array) -> Array:
        return self.grad_of(self.residual(x))

    def zeros(self) -> Array:
        """Return zeros like Aᴴy: the start of every solver that is given none."""
        batch = self.y.shape[: self.y.ndim - len(self.A.shape_out)]
        return zeros((*batch, *self.A.shape_in), self.y)

    def forward(self, x: Array) -> Array:
        """Return B x, the linear part of the residual."""
        return self._A.op(x)

    def residual(self, x: Array) -> Array:
        """Return A x − y, up to a unitary map that changes neither its norm nor the gradient."""
        return self._A.residual(x, self._y)

    def value_of(self, r: Array) -> float:
        return 0.5 * inner(r, r)

    def grad_of(self, r: Array) -> Array:
        return _own(self._A.adj_op(r), r)

    def curvature(self, q: Array) -> float:
        """Return ‖A p‖² from q = `forward(p)`."""
        return inner(q, q)
