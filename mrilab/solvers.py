"""The solvers: FISTA and POGM for f(x) + g(x), Condat-Vu for f(x) + g(Ψx), conjugate gradients for a quadratic.

The algorithms themselves stand in `algorithms`, ModOpt's in `modopt_engine`; the loop around them in `driver`.
"""

from collections.abc import Callable

from . import algorithms
from .algorithms import step_sizes
from .arrays import Array, check_positive
from .driver import Result, check_problem, check_start, drive
from .fidelity import LeastSquares, Smooth
from .linop import LinearOperator


def _engine(name: str):
    """The module that holds the algorithms; ModOpt's takes seconds to import, so only on demand."""
    if name == "own":
        return algorithms
    from . import modopt_engine

    return modopt_engine


def fista(
    f: Smooth,
    g,
    x0: Array | None = None,
    *,
    max_iter: int = 100,
    tol: float = 0,
    restart: bool = False,
    metrics: dict[str, Callable] | None = None,
    callback: Callable | None = None,
    progress: bool | None = None,
    engine: str = "own",
) -> Result:
    """Minimise f(x) + g(x) by FISTA (Beck and Teboulle 2009, eqs. 4.1–4.3).

    x_k = prox(z_k − ∇f(z_k)/L, 1/L) and z_{k+1} = x_k + (t_k − 1)/t_{k+1} · (x_k − x_{k−1}) with t_{k+1} = (1 + √(1 +
    4t_k²))/2. Returns x_k.

    Parameters
    ----------
    f : LeastSquares or another Smooth
        The data term.
    g : regulariser
        Anything with g(x) and g.prox(x, step).
    x0 : array, optional
        Start; zeros like Aᴴy if left out.
    max_iter : int
        Number of iterations.
    tol : float
        Stop when the cost changes by less than tol times itself; 0 never stops early.
    restart : bool
        Drop the momentum when it points uphill (O'Donoghue and Candès 2015, gradient scheme).
    metrics : dict of functions, optional
        Each is called with every iterate and recorded.
    callback : function, optional
        Called as callback(k, x) after iteration k.
    progress : bool, optional
        Show a progress bar; None shows it in a terminal or notebook.
    engine : {"own", "modopt"}
        "modopt" hands the same f and g to ModOpt's ForwardBackward.

    Returns
    -------
    Result
        With x, costs, times, metrics and steps.

    Raises
    ------
    TypeError, ValueError
        For arguments that are not what is said above.
    FloatingPointError
        If the cost stops being finite.

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import Identity, L1
    >>> fista(LeastSquares(Identity((2,)), np.array([3.0, 0.5])), L1(1.0), max_iter=5).x
    array([2., 0.])
    """
    x0 = check_problem(f, g, x0, engine)
    steps = _engine(engine).fista(f, g, x0, restart)
    return drive(steps, {"lipschitz": f.lipschitz}, max_iter, tol, metrics, callback, progress)


def pogm(
    f: Smooth,
    g,
    x0: Array | None = None,
    *,
    max_iter: int = 100,
    tol: float = 0,
    restart: bool = True,
    sigma_bar: float = 0.96,
    metrics: dict[str, Callable] | None = None,
    callback: Callable | None = None,
    progress: bool | None = None,
    engine: str = "own",
) -> Result:
    """Minimise f(x) + g(x) by POGM, the proximal optimised gradient method (Taylor et al. 2017).

    In the form of Kim and Fessler (2018, algorithm 3): u_k = x_{k−1} − ∇f(x_{k−1})/L, then x_k = prox(z_k, ξ_k),
    where z_k adds two momentum terms to u_k. `restart` drops the momentum when it points uphill, and multiplies that
    of the gradient step by `sigma_bar` when successive gradients oppose each other.

    Parameters
    ----------
    sigma_bar : float
        0 ≤ σ̄ ≤ 1; 1 never shortens the gradient's momentum.
    f, g, x0, max_iter, tol, restart, metrics, callback, progress, engine
        As in `fista`; ModOpt's POGM, which engine="modopt" uses, always restarts.

    Returns
    -------
    Result
        With x, costs, times, metrics and steps.

    Raises
    ------
    TypeError, ValueError, FloatingPointError
        As `fista` does.

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import Identity, L1
    >>> bool(np.allclose(pogm(LeastSquares(Identity((2,)), np.array([3.0, 0.5])), L1(1.0)).x, [2, 0], atol=1e-6))
    True
    """
    x0 = check_problem(f, g, x0, engine)
    if not 0 <= sigma_bar <= 1:
        raise ValueError(f"sigma_bar must lie between 0 and 1, got {sigma_bar!r}")
    steps = _engine(engine).pogm(f, g, x0, restart, float(sigma_bar))
    return drive(steps, {"lipschitz": f.lipschitz}, max_iter, tol, metrics, callback, progress)


def condat_vu(
    f: Smooth,
    g,
    Psi: LinearOperator,
    x0: Array | None = None,
    *,
    max_iter: int = 100,
    tol: float = 0,
    tau: float | None = None,
    sigma: float | None = None,
    rho: float = 1.0,
    metrics: dict[str, Callable] | None = None,
    callback: Callable | None = None,
    progress: bool | None = None,
    engine: str = "own",
) -> Result:
    """Minimise f(x) + g(Ψx) by the primal-dual method of Condat (2013, algorithm 3.1) and Vũ (2013).

    x̃ = x − τ∇f(x) − τΨᴴu; ũ = prox_{σg*}(u + σΨ(2x̃ − x)); then (x, u) moves by ρ towards (x̃, ũ). By Moreau's
    identity prox_{σg*}(v) = v − σ·prox(v/σ, 1/σ). Returns x̃.

    Parameters
    ----------
    Psi : LinearOperator
        The analysis operator, such as Wavelet, UndecimatedWavelet or FiniteDifference.
    tau, sigma, rho : float, optional
        Steps and relaxation; see `step_sizes` for the defaults and the condition they must meet. The defaults are safe;
        for a small λ, sigma=0.1 or less is often faster.
    f, g, x0, max_iter, tol, metrics, callback, progress, engine
        As in `fista`; "modopt" is ModOpt's Condat.

    Returns
    -------
    Result
        With x, costs, times, metrics and steps.

    Raises
    ------
    TypeError, ValueError, FloatingPointError
        As `fista` does; ValueError if the steps break their condition.

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import Identity, L1
    >>> f, Psi = LeastSquares(Identity((2,)), np.array([3.0, 0.5])), Identity((2,))
    >>> bool(np.allclose(condat_vu(f, L1(1.0), Psi).x, [2, 0], atol=1e-6))
    True
    """
    x0 = check_problem(f, g, x0, engine)
    if not isinstance(Psi, LinearOperator):
        raise TypeError(f"Psi must be a LinearOperator, got {type(Psi).__name__}: {Psi!r:.60}")
    tau, sigma = step_sizes(f, Psi, tau, sigma, rho)
    constants = {"lipschitz": f.lipschitz, "tau": tau, "sigma": sigma, "rho": float(rho)}
    steps = _engine(engine).condat_vu(f, g, Psi, x0, tau, sigma, float(rho))
    return drive(steps, constants, max_iter, tol, metrics, callback, progress)


def conjugate_gradient(
    f: LeastSquares,
    x0: Array | None = None,
    *,
    lam: float = 0.0,
    max_iter: int = 100,
    tol: float = 0,
    metrics: dict[str, Callable] | None = None,
    callback: Callable | None = None,
    progress: bool | None = None,
) -> Result:
    """Minimise ½‖A x − y‖² + ½λ‖x‖² by conjugate gradients on (AᴴA + λI) x = Aᴴ y (Hestenes and Stiefel 1952).

    Without λ, stopping early regularises. A batch is solved as one system, with common step sizes.

    Parameters
    ----------
    lam : float
        Tikhonov's λ ≥ 0, or ValueError.
    f, x0, max_iter, tol, metrics, callback, progress
        As in `fista`.

    Returns
    -------
    Result
        With x, costs, times, metrics and steps.

    Raises
    ------
    TypeError, ValueError
        As `fista` does.

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import Identity
    >>> conjugate_gradient(LeastSquares(Identity((2,)), np.array([3.0, 1.0])), lam=1.0, max_iter=2).x
    array([1.5, 0.5])
    """
    if not isinstance(f, LeastSquares):
        raise TypeError(f"f must be LeastSquares, got {type(f).__name__}")
    x0 = check_start(f, x0)
    lam = check_positive("lam", lam, or_zero=True)
    steps = algorithms.conjugate_gradient(f, x0, lam)
    return drive(steps, {"lam": lam}, max_iter, tol, metrics, callback, progress)
