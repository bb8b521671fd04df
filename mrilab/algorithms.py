"""The algorithms themselves, each a generator of (iterate, cost), to be laid beside its paper.

f.residual(x) = A x − y is taken once per iterate; being affine, it is extrapolated along with x. So an iteration
costs one A and one Aᴴ, and the cost comes free. Nothing is written into an array that has been handed out.
"""

from functools import partial
from math import sqrt

from .arrays import check_positive, namespace
from .combinations import combine, inner, times
from .driver import Steps
from .fidelity import Smooth
from .linop import LinearOperator
from .proximity import dual_prox, prox, prox_and_inners


def cost(f, g, r, w) -> float:
    """f + g from the residual r and from w, what g sees of the iterate; evaluated off the solvers' clock."""
    return f.value_of(r) + g(w)


def fista(f, g, x, restart) -> Steps:
    """Beck and Teboulle (2009), eqs. 4.1–4.3; restart by O'Donoghue and Candès (2015), gradient scheme."""
    step, t, beta = 1 / f.lipschitz, 1.0, 0.0
    r = f.residual(x)
    x_old, r_old = x, r
    while True:
        yield x, partial(cost, f, g, r, x)
        r_bar = combine((1 + beta, r), (-beta, r_old))
        grad = f.grad_of(r_bar)
        x_new = prox(g, step, (1 + beta, x), (-beta, x_old), (-step, grad), out=grad)
        if restart:
            back = [(1 + beta, x), (-beta, x_old), (-1.0, x_new)]
            if inner(back, [(1.0, x_new), (-1.0, x)]) > 0:  # the momentum points uphill: drop it
                t = 1.0
        x_old, x = x, x_new
        r_old, r = r, f.residual(x)
        t_old, t = t, (1 + sqrt(1 + 4 * t * t)) / 2
        beta = (t_old - 1) / t


def pogm(f, g, x, restart, sigma_bar) -> Steps:
    """Taylor et al. (2017) as in Kim and Fessler (2018), algorithm 3, for an unknown number of iterations."""
    step, xi, t, sigma = 1 / f.lipschitz, 1.0, 1.0, 1.0
    r = f.residual(x)
    x_old, z, u_old, g_old = x, x, [(1.0, x)], [(0.0, x)]  # u and g are sums of terms, never stored
    while True:
        yield x, partial(cost, f, g, r, x)
        u = [(1.0, x), (-step, f.grad_of(r))]
        t_new = (1 + sqrt(1 + 4 * t * t)) / 2
        a, b = (t - 1) / t_new, sigma * t / t_new
        back = a * step / xi
        xi = step * (1 + a + b)
        slope = partial(_slope, step, xi, x, u)
        z, x_new, products = prox_and_inners(
            g,
            xi,
            [*times(1 + a + b, u), *times(-a, u_old), (-b - back, x), (back, z)],
            partial(_compare, step, x, x_old, slope, g_old) if restart else None,
        )
        if restart:
            along, opposed = products
            if along > 0:
                t_new = sigma = 1.0
            elif opposed < 0:
                sigma *= sigma_bar
        x_old, u_old, g_old = x, u, slope(z, x_new)
        x, t = x_new, t_new
        r = f.residual(x)


def _slope(step, xi, x, u, z, x_new):
    """∇f(x), which is in u = x − step · ∇f(x), plus a subgradient of g at x_new = prox(z, xi)."""
    return [(1 / step, x), *times(-1 / step, u), (1 / xi, z), (-1 / xi, x_new)]


def _compare(step, x, x_old, slope, g_old, z, x_new):
    """g_new, to be multiplied with the way from one plain step x − step · g_new to the next, and with g_old."""
    g_new = slope(z, x_new)
    return g_new, [(1.0, x), *times(-step, g_new), (-1.0, x_old), *times(step, g_old)], g_old


def step_sizes(
    f: Smooth, Psi: LinearOperator, tau: float | None = None, sigma: float | None = None, rho: float = 1.0
) -> tuple[float, float]:
    """Return the steps (τ, σ) of Condat-Vu, the missing ones filled in; raise ValueError if they might diverge.

    Condat (2013, theorem 3.1): 1/τ − σ‖Ψ‖² ≥ L/2 and 0 < ρ < δ = 2 − (L/2)/(1/τ − σ‖Ψ‖²). By default σ = ½/‖Ψ‖² and
    τ = 0.99/(L/2 + σ‖Ψ‖²). No dual variable exceeds λ, so where λ is small against the image a smaller σ, 0.03 to 0.1,
    is often faster.

    >>> import numpy as np
    >>> from mrilab import Identity, LeastSquares
    >>> step_sizes(LeastSquares(Identity((2,)), np.ones(2)), Identity((2,)))
    (0.99, 0.5)
    """
    norm2, half = Psi.lipschitz(), f.lipschitz / 2
    sigma = 0.5 / norm2 if sigma is None else check_positive("sigma", sigma)
    tau = 0.99 / (half + sigma * norm2) if tau is None else check_positive("tau", tau)
    margin = 1 / tau - sigma * norm2
    said = f"tau={tau:.4g}, sigma={sigma:.4g}, L/2={half:.4g}, ‖Psi‖²={norm2:.4g}"
    if margin < half:
        raise ValueError(f"1/tau − sigma‖Psi‖² = {margin:.4g} must be at least L/2: {said}")
    if not 0 < rho < 2 - half / margin:
        raise ValueError(f"rho={rho!r} must lie between 0 and {2 - half / margin:.4g}: {said}")
    return tau, sigma


def condat_vu(f, g, Psi, x, tau, sigma, rho) -> Steps:
    """Condat (2013), algorithm 3.1, without a second prox; Ψx is extrapolated like the residual."""
    r, w = f.residual(x), Psi(x)
    u = namespace(w).zeros_like(w)
    yield x, partial(cost, f, g, r, w)
    while True:
        grad = f.grad_of(r)
        x_new = combine((1.0, x), (-tau, grad), (-tau, Psi.H(u)), out=grad)
        r_new, w_new = f.residual(x_new), Psi(x_new)
        u_new = dual_prox(g, sigma, (1 / sigma, u), (2.0, w_new), (-1.0, w), out=u if rho == 1 else None)
        yield x_new, partial(cost, f, g, r_new, w_new)
        x, r, w, u = (_relax(rho, *pair) for pair in ((x_new, x), (r_new, r), (w_new, w), (u_new, u)))


def _relax(rho, new, old):
    return new if rho == 1 else combine((rho, new), (1 - rho, old))


def conjugate_gradient(f, x, lam) -> Steps:
    """Hestenes and Stiefel (1952) on (AᴴA + λI)x = Aᴴy, in the form that updates the residual (CGLS)."""

    def tikhonov(x):
        return lam / 2 * inner(x, x)

    r = f.residual(x)
    down = combine((-1.0, f.grad_of(r)), (-lam, x))
    p, size = down, inner(down, down)
    floor = float(namespace(x).finfo(x.dtype).eps) ** 2 * size  # below it, rounding would build up again
    while True:
        yield x, partial(cost, f, tikhonov, r, x)
        q = f.forward(p)
        curvature = f.curvature(q) + lam * inner(p, p)
        alpha = size / curvature if size > floor else 0.0
        x, r = combine((1.0, x), (alpha, p)), combine((1.0, r), (alpha, q))
        down = combine((-1.0, f.grad_of(r)), (-lam, x))
        size_old, size = size, inner(down, down)
        p = combine((1.0, down), (size / size_old if size > floor else 0.0, p))
