"""Conjugate gradients for quadratic problems: least squares with Tikhonov's penalty, or stopped early."""

from ..arrays.checks import check_positive
from ..arrays.libraries import Array, namespace
from ..arrays.sums import inner, lazy
from ..problems.least_squares import LeastSquares
from .fused import gradient, residual
from .loop import Iterates, Options, Result, check_start, run


def conjugate_gradient(f: LeastSquares, x0: Array | None = None, *, lam: float = 0.0, **options) -> Result:
    """Minimise ½‖A x − y‖² + ½λ‖x‖² by conjugate gradients on (AᴴA + λI) x = Aᴴ y.

    With λ = 0, early stopping regularises. A batch is solved as one system, with common step sizes.

    Parameters
    ----------
    f, x0
        As in `fista`.
    lam : float
        Tikhonov's λ; ValueError if it is negative.
    **options
        max_iter, tol, metrics, callback, progress: see `Options`.

    Returns
    -------
    Result
        With x, costs, times, metrics and steps.

    Raises
    ------
    TypeError, ValueError
        As `fista`.

    References
    ----------
    Hestenes and Stiefel, Methods of conjugate gradients for solving linear systems, J. Res. Natl. Bur. Stand. 49
    (1952), in the form that updates the residual (CGLS).

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import Identity
    >>> conjugate_gradient(LeastSquares(Identity((2,)), np.array([3.0, 1.0])), lam=1.0, max_iter=2).x
    array([1.5, 0.5])
    """
    if not isinstance(f, LeastSquares):
        raise TypeError(f"f must be LeastSquares, got {type(f).__name__}")
    x0, loop, lam = check_start(f, x0), Options.read(options), check_positive("lam", lam, or_zero=True)
    if loop.differentiable:
        raise ValueError("conjugate_gradient has no gradients: its step sizes depend on the data; see mrilab.nets")
    iterates = conjugate_gradient_iterates(f, x0, lam)
    return run(iterates, lambda x, r: f.value_of(r) + lam / 2 * inner(x, x), {"lam": lam}, loop)


def conjugate_gradient_iterates(f: LeastSquares, x: Array, lam: float) -> Iterates:
    """Yield x_k and its residual; p is the search direction, `down` the negative gradient."""
    x = lazy(x)
    r = residual(f, x)
    p = down = (-gradient(f, r) - lam * x).stored()
    size = inner(down, down)
    floor = float(namespace(x.value()).finfo(x.value().dtype).eps) ** 2 * size  # below it only rounding is left
    while True:
        yield x, r
        q = lazy(f.forward(p.value()))
        curvature = f.curvature(q.value()) + lam * inner(p, p)
        alpha = size / curvature if size > floor else 0.0
        x, r = (x + alpha * p).stored(), (r + alpha * q).stored()
        down = (-gradient(f, r) - lam * x).stored()
        size_old, size = size, inner(down, down)
        p = (down + (size / size_old if size > floor else 0.0) * p).stored()
