"""POGM, the proximal optimised gradient method, for f(x) + g(x)."""

from math import sqrt

from ..arrays.checks import within
from ..arrays.libraries import Array
from ..arrays.sums import inners, lazy
from ..problems.least_squares import Smooth
from .fused import gradient, residual, stored_prox
from .loop import Iterates, Options, Result, check_problem, run
from .modopt import modopt_iterates


def pogm(
    f: Smooth,
    g,
    x0: Array | None = None,
    *,
    restart: bool = True,
    sigma_bar: float = 0.96,
    engine: str = "own",
    **options,
) -> Result:
    """Minimise f(x) + g(x) by POGM, the proximal optimised gradient method.

    ω_k = x_{k−1} − ∇f(x_{k−1})/L, then x_k = prox(z_k, ξ_k), where z_k adds momentum terms to ω_k. `restart` resets the
    momentum when it points uphill, and multiplies the momentum of the gradient step by `sigma_bar` when successive
    gradients oppose each other. The result is x_k.

    Parameters
    ----------
    f, g, x0
        As in `fista`.
    restart : bool
        Whether to adapt the momentum as described above.
    sigma_bar : float
        σ̄ between 0 and 1; 1 never reduces the momentum of the gradient step.
    engine : {"own", "modopt"}
        "modopt" uses ModOpt's POGM, which always restarts.
    **options
        max_iter, tol, metrics, callback, progress: see `Options`.

    Returns
    -------
    Result
        With x, costs, times, metrics and steps.

    Raises
    ------
    TypeError, ValueError, FloatingPointError
        As `fista`.

    References
    ----------
    Taylor, Hendrickx and Glineur, Exact worst-case performance of first-order methods for composite convex
    optimization, SIAM J. Optim. 27 (2017); Kim and Fessler, Adaptive restart of the optimized gradient method for
    convex optimization, J. Optim. Theory Appl. 178 (2018), algorithm 3.

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import Identity, L1, LeastSquares
    >>> bool(np.allclose(pogm(LeastSquares(Identity((2,)), np.array([3.0, 0.5])), L1(1.0)).x, [2, 0], atol=1e-6))
    True
    """
    x0, loop = check_problem(f, g, x0, engine), Options.read(options)
    sigma_bar = within("sigma_bar", sigma_bar, 0, 1)
    constants = {"lipschitz": f.lipschitz}
    if engine == "modopt":
        iterates = modopt_iterates("pogm", f, g, x0, restart=restart, sigma_bar=sigma_bar)
        return run(iterates, lambda x: f(x) + g(x), constants, loop)
    iterates = pogm_iterates(f, g, x0, restart, sigma_bar)
    return run(iterates, lambda x, r: f.value_of(r) + g(x), constants, loop)


def pogm_iterates(f: Smooth, g, x: Array, restart: bool, sigma_bar: float) -> Iterates:
    """Yield x_k and its residual; θ, β, γ, ξ, σ, ω and z are those of the paper (its β_k and γ_k), `step` is 1/L."""
    step = xi = 1 / f.lipschitz
    theta = sigma = 1.0
    x = x_old = w = z = lazy(x)
    slope = 0 * x  # ∇f(x) and a subgradient of g: the composite gradient
    r = residual(f, x)
    while True:
        yield x, r
        grad = gradient(f, r)
        theta_old, theta = theta, (1 + sqrt(1 + 4 * theta * theta)) / 2
        beta, gamma = (theta_old - 1) / theta, sigma * theta_old / theta
        w_old, w = w, x - step * grad
        z = w + beta * (w - w_old) + gamma * (w - x) + beta * step / xi * (z - x)
        xi = step * (1 + beta + gamma)
        z, x_new = stored_prox(g, xi, z)
        if restart:
            slope_old, slope = slope, grad + 1 / xi * (z - x_new)
            along, opposed = inners(slope, x - step * slope - (x_old - step * slope_old), slope_old)
            if along > 0:  # the momentum points uphill: reset it
                theta = sigma = 1.0
            elif opposed < 0:
                sigma *= sigma_bar
        x_old, x = x, x_new
        r = residual(f, x)
