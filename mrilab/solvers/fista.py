"""FISTA, the fast iterative shrinkage-thresholding algorithm, for f(x) + g(x)."""

from math import sqrt

from ..arrays.libraries import Array
from ..arrays.sums import inner, lazy
from ..problems.least_squares import Smooth
from .fused import gradient, prox, residual
from .loop import Iterates, Options, Result, check_problem, run
from .modopt import modopt_iterates


def fista(f: Smooth, g, x0: Array | None = None, *, restart: bool = False, engine: str = "own", **options) -> Result:
    """Minimise f(x) + g(x) by FISTA.

    x_k = prox(z_k − ∇f(z_k)/L, 1/L) and z_{k+1} = x_k + (t_k − 1)/t_{k+1} · (x_k − x_{k−1}) with t_{k+1} = (1 + √(1 +
    4t_k²))/2. The result is x_k.

    Parameters
    ----------
    f : LeastSquares or another Smooth
        The data term.
    g : regulariser
        An object with g(x) and g.prox(x, step).
    x0 : array, optional
        Starting point; by default zeros of the shape of Aᴴy.
    restart : bool
        Reset the momentum when it points uphill (the gradient scheme of O'Donoghue and Candès).
    engine : {"own", "modopt"}
        "modopt" passes the same f and g to ModOpt's ForwardBackward.
    **options
        max_iter, tol, metrics, callback, progress: see `Options`.

    Returns
    -------
    Result
        With x, costs, times, metrics and steps.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or value.
    FloatingPointError
        If the cost is no longer finite.

    References
    ----------
    Beck and Teboulle, A fast iterative shrinkage-thresholding algorithm for linear inverse problems, SIAM J. Imaging
    Sci. 2 (2009), eqs. 4.1–4.3; O'Donoghue and Candès, Adaptive restart for accelerated gradient schemes, Found.
    Comput. Math. 15 (2015).

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import Identity, L1, LeastSquares
    >>> fista(LeastSquares(Identity((2,)), np.array([3.0, 0.5])), L1(1.0), max_iter=5).x
    array([2., 0.])
    """
    x0, loop = check_problem(f, g, x0, engine), Options.read(options)
    if engine == "modopt":
        return run(
            modopt_iterates("fista", f, g, x0, restart=restart), lambda x: f(x) + g(x), {"lipschitz": f.lipschitz}, loop
        )
    iterates = fista_iterates(f, g, x0, restart)
    return run(iterates, lambda x, r: f.value_of(r) + g(x), {"lipschitz": f.lipschitz}, loop)


def fista_iterates(f: Smooth, g, x: Array, restart: bool) -> Iterates:
    """Yield x_k and its residual A x_k − y, which is affine in x and extrapolated with it: one A and Aᴴ a step."""
    step, t, beta = 1 / f.lipschitz, 1.0, 0.0
    x = x_old = lazy(x)
    r = r_old = residual(f, x)
    while True:
        yield x, r
        x_bar = x + beta * (x - x_old)
        r_bar = r + beta * (r - r_old)
        grad = gradient(f, r_bar)
        x_new = prox(g, step, x_bar - step * grad, over=grad)
        if restart and inner(x_bar - x_new, x_new - x) > 0:  # the momentum points uphill: reset it
            t = 1.0
        x_old, x = x, x_new
        r_old, r = r, residual(f, x)
        t_old, t = t, (1 + sqrt(1 + 4 * t * t)) / 2
        beta = (t_old - 1) / t
