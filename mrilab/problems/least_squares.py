"""Smooth data terms f, mainly least squares."""

from functools import cached_property

import numpy as np

from ..arrays.libraries import Array, detached, is_numpy, own, recording_gradients, shown, zeros
from ..arrays.sums import inner
from ..operators.linop import LinearOperator
from .rewriting import rewrite


class Smooth:
    """A differentiable function f with an L-Lipschitz gradient, in the form that the solvers use.

    The solvers call f(x) = h(B x + c) by three methods: `residual(x)` = B x + c, `value_of(r)` = h(r) and `grad_of(r)`
    = Bᴴ∇h(r), which returns a new array, because the solvers write into it. B x + c is affine, so the solvers
    extrapolate it together with x instead of computing it again: one B and one Bᴴ per iteration give gradient and cost.
    A subclass needs only `__call__`, `grad` and `lipschitz`; then B = I.

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
        with recording_gradients(True):  # a function of one's own may find its gradient by torch
            return float(detached(self(r)))

    def grad_of(self, r: Array) -> Array:
        with recording_gradients(True):
            return 1 * self.grad(r)  # a copy, because the caller may keep the array that `grad` returns


def _own(result: Array, argument: Array) -> Array:
    """Return the result of an operator, copied if it shares memory with the argument, as that of `Identity` does."""
    return result.copy() if is_numpy(result) and np.may_share_memory(result, argument) else result


class LeastSquares(Smooth):
    """The data term f(x) = ½‖A x − y‖² with ∇f(x) = Aᴴ(A x − y), Lipschitz with constant ‖A‖².

    The problem is simplified once, without changing f (see `rewriting`): for Cartesian lines, for example, the FFT
    along the readout is applied once, to y.

    Parameters
    ----------
    A : LinearOperator
        The forward operator; A @ Psi.H for a synthesis problem.
    y : array (..., *A.shape_out)
        Data, zero where the mask of A is zero. Leading axes are batch axes. They are copied.

    Raises
    ------
    TypeError
        If A is not an operator, y is not an array, or y is real but A needs complex data.
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
        y = own(y)
        A.check_data(y)
        self.A, self.y = A, shown(y)
        self._A, self._y = rewrite(A, y)

    @cached_property
    def lipschitz(self) -> float:  # type: ignore[override]
        return self.A.lipschitz()

    def __call__(self, x: Array) -> float:
        return self.value_of(self.residual(x))

    def grad(self, x: Array) -> Array:
        return self.grad_of(self.residual(x))

    def zeros(self) -> Array:
        """Return zeros of the shape and type of Aᴴy: the default starting point of the solvers."""
        batch = self.y.shape[: self.y.ndim - len(self.A.shape_out)]
        return zeros((*batch, *self.A.shape_in), self.y)

    def forward(self, x: Array) -> Array:
        """Return B x, the linear part of the residual."""
        return self._A.op(x)

    def residual(self, x: Array) -> Array:
        """Return A x − y, up to a unitary map that changes neither its norm nor the gradient of f."""
        if is_numpy(x) != is_numpy(self._y):
            raise TypeError(
                f"x is a {type(x).__qualname__}, but the data are a {type(self._y).__qualname__}: see `like`"
            )
        return self._A.residual(x, self._y)

    def value_of(self, r: Array) -> float:
        return 0.5 * inner(r, r)

    def grad_of(self, r: Array) -> Array:
        return _own(self._A.adj_op(r), r)

    def curvature(self, q: Array) -> float:
        """Return ‖A p‖² from q = `forward(p)`."""
        return inner(q, q)
