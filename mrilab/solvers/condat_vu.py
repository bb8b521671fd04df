"""The primal-dual method of Condat and Vũ for f(x) + g(Ψx), and its step sizes."""

from ..arrays.checks import check_positive
from ..arrays.libraries import Array
from ..arrays.sums import lazy
from ..operators.linop import LinearOperator
from ..problems.least_squares import Smooth
from .fused import conjugate_prox, gradient, residual
from .loop import Iterates, Options, Result, check_problem, run
from .modopt import modopt_iterates


def condat_vu(
    f: Smooth,
    g,
    Psi: LinearOperator,
    x0: Array | None = None,
    *,
    tau: float | None = None,
    sigma: float | None = None,
    rho: float = 1.0,
    engine: str = "own",
    **options,
) -> Result:
    """Minimise f(x) + g(Ψx) by the primal-dual method of Condat and Vũ.

    x̃ = x − τ∇f(x) − τΨᴴu; ũ = prox_{ςg*}(u + ςΨ(2x̃ − x)); then (x, u) ← (x, u) + ρ((x̃, ũ) − (x, u)). By Moreau's
    identity prox_{ςg*}(v) = v − ς·prox(v/ς, 1/ς). The result is x̃.

    Parameters
    ----------
    f, g, x0
        As in `fista`.
    Psi : LinearOperator
        The analysis operator, such as Wavelet, UndecimatedWavelet or FiniteDifference.
    tau, sigma, rho : float, optional
        Step sizes and relaxation; see `step_sizes` for the defaults and the condition for convergence. The defaults
        always satisfy it; for a small λ, sigma=0.1 or less is often faster.
    engine : {"own", "modopt"}
        "modopt" uses ModOpt's Condat.
    **options
        max_iter, tol, metrics, callback, progress: see `Options`.

    Returns
    -------
    Result
        With x, costs, times, metrics and steps.

    Raises
    ------
    TypeError, ValueError, FloatingPointError
        As `fista`; ValueError if the step sizes violate their condition, TypeError for `CycleSpun` and
        `LocallyLowRank`, whose grid changes in each step: the dual variable belongs to one.

    References
    ----------
    Condat, A primal-dual splitting method for convex optimization, J. Optim. Theory Appl. 158 (2013), algorithm 3.1;
    Vũ, A splitting algorithm for dual monotone inclusions, Adv. Comput. Math. 38 (2013).

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import Identity, L1, LeastSquares
    >>> f, Psi = LeastSquares(Identity((2,)), np.array([3.0, 0.5])), Identity((2,))
    >>> bool(np.allclose(condat_vu(f, L1(1.0), Psi).x, [2, 0], atol=1e-6))
    True
    """
    x0, loop = check_problem(f, g, x0, engine), Options.read(options)
    if not isinstance(Psi, LinearOperator):
        raise TypeError(f"Psi must be a LinearOperator, got {type(Psi).__name__}: {Psi!r:.60}")
    if getattr(g, "moves", False):
        raise TypeError(
            f"condat_vu keeps a dual variable of one grid, and {g!r:.60} has another in each step: use fista"
        )
    rho = check_positive("rho", rho)
    tau, sigma = step_sizes(f, Psi, tau, sigma, rho)
    constants = {"lipschitz": f.lipschitz, "tau": tau, "sigma": sigma, "rho": rho}
    if engine == "modopt":
        iterates = modopt_iterates("condat_vu", f, g, x0, Psi=Psi, tau=tau, sigma=sigma, rho=rho)
        return run(iterates, lambda x: f(x) + g(Psi(x)), constants, loop)
    iterates = condat_vu_iterates(f, g, Psi, x0, tau, sigma, rho)
    return run(iterates, lambda x, r, w: f.value_of(r) + g(w), constants, loop)


def condat_vu_iterates(f: Smooth, g, Psi: LinearOperator, x: Array, tau: float, sigma: float, rho: float) -> Iterates:
    """Yield x̃, its residual and w̃ = Ψx̃, which are linear combinations wherever x̃ is one; u is the dual variable."""
    x = lazy(x)
    r, w = residual(f, x), lazy(Psi(x.value()))
    u = (0 * w).stored()
    yield x, r, w
    while True:
        grad = gradient(f, r)
        x_new = (x - tau * grad - tau * lazy(Psi.H(u.value()))).stored(grad.value())
        r_new, w_new = residual(f, x_new), lazy(Psi(x_new.value()))
        u_new = conjugate_prox(g, sigma, u + sigma * (2 * w_new - w), over=u if rho == 1 else None)
        yield x_new, r_new, w_new
        x, r, w, u = (
            (old + rho * (new - old)).stored() for old, new in ((x, x_new), (r, r_new), (w, w_new), (u, u_new))
        )


def step_sizes(
    f: Smooth, Psi: LinearOperator, tau: float | None = None, sigma: float | None = None, rho: float = 1.0
) -> tuple[float, float]:
    """Return the step sizes (τ, ς) of Condat-Vu, with defaults for those not given.

    They must satisfy 1/τ − ς‖Ψ‖² ≥ L/2 and 0 < ρ < δ = 2 − (L/2)/(1/τ − ς‖Ψ‖²), or ValueError is raised, because the
    iteration might diverge. By default ς = ½/‖Ψ‖² and τ = 0.99/(L/2 + ς‖Ψ‖²). No dual variable exceeds λ, so if λ is
    small compared to the image, a smaller ς is faster. No value is best for all: in trials with 8 coils, of ς‖Ψ‖² from
    0.03 to ½, ½ or ¼ was the fastest at λ = 1e-2 λ_max, 0.03 to ¼ at 1e-3, and 0.03 at 1e-4.

    References
    ----------
    Condat, A primal-dual splitting method for convex optimization, J. Optim. Theory Appl. 158 (2013), theorem 3.1.

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import Identity, LeastSquares
    >>> step_sizes(LeastSquares(Identity((2,)), np.ones(2)), Identity((2,)))
    (0.99, 0.5)
    """
    norm2, half = Psi.lipschitz(), f.lipschitz / 2
    sigma = 0.5 / norm2 if sigma is None else check_positive("sigma", sigma)
    tau = 0.99 / (half + sigma * norm2) if tau is None else check_positive("tau", tau)
    margin = 1 / tau - sigma * norm2
    given = f"tau={tau:.4g}, sigma={sigma:.4g}, L/2={half:.4g}, ‖Psi‖²={norm2:.4g}"
    if margin < half:
        raise ValueError(f"1/tau − sigma‖Psi‖² = {margin:.4g} must be at least L/2: {given}")
    if not 0 < rho < 2 - half / margin:
        raise ValueError(f"rho={rho!r} must lie between 0 and {2 - half / margin:.4g}: {given}")
    return tau, sigma
