"""The same problems handed to ModOpt (Farrens et al. 2020): `engine="modopt"`, and ModOpt's proximity operators as g.

Costs and metrics stay ours: ModOpt 1.7.2 evaluates Condat's on the wrong variable, and OWL's with the weights upside
down. Each generator yields the prox point; ForwardBackward's own `x_final` is the extrapolated one.
"""

import contextlib
import io
from functools import partial

import numpy as np

from .arrays import is_numpy
from .driver import Steps


def _modopt():
    """Import ModOpt silently: it prints which optional packages it misses."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from modopt.opt import algorithms, gradient, linear, proximity
    return algorithms, gradient, linear, proximity


class _Problem:
    """f and g in ModOpt's terms, for arrays like x: complex128, which creeps in under NumPy 2, is cast back."""

    def __init__(self, f, g, x):
        if not is_numpy(x):
            raise TypeError(f"engine='modopt' takes NumPy arrays, got {type(x).__name__}")
        self.algorithms, gradient, linear, proximity = _modopt()
        self.f, self.g, self.x, self.dtype = f, g, x, x.dtype
        self.identity_prox, self.linear = proximity.IdentityProx(), linear.LinearParent
        self.options = {"cost": None, "auto_iterate": False, "progress": False, "metrics": None}
        self.prox = proximity.ProximityParent(op=self._prox, cost=lambda z, **_: g(z))

        class Gradient(gradient.GradParent):  # type: ignore[name-defined]  # GradBasic would make the caller's data read-only
            def __init__(self, problem):
                self.problem = problem

            def get_grad(self, x):
                self.grad = self.problem.f.grad(self.problem.cast(x))

        Gradient.grad = None  # in the parent it is a property of the data
        self.gradient = Gradient(self)

    def cast(self, z):
        return np.ascontiguousarray(z, self.dtype)

    def _prox(self, z, extra_factor=1.0):
        return self.g.prox(self.cast(z), float(extra_factor))

    def cost(self, x):
        return self.f(self.cast(x)) + self.g(self.cast(x))

    def iterate(self, algorithm, cost) -> Steps:
        yield self.x, partial(cost, self.x)
        while True:
            algorithm.iterate(1)
            x = self.cast(algorithm.get_notify_observers_kwargs()["x_new"])
            yield x, partial(cost, x)


def fista(f, g, x0, restart) -> Steps:
    """ModOpt's ForwardBackward; `restart` is its "adaptive-ii" strategy (Liang et al. 2022)."""
    p = _Problem(f, g, x0)
    strategy = {"restart_strategy": "adaptive-ii", "xi_restart": 0.96} if restart else {}
    step = float(1 / f.lipschitz)
    yield from p.iterate(
        p.algorithms.ForwardBackward(x0, p.gradient, p.prox, beta_param=step, **strategy, **p.options), p.cost
    )


def pogm(f, g, x0, restart, sigma_bar) -> Steps:
    """ModOpt's POGM, which always restarts."""
    if not restart:
        raise ValueError("ModOpt's POGM always restarts; restart=False needs engine='own'")
    p = _Problem(f, g, x0)
    options = {"beta_param": float(1 / f.lipschitz), "sigma_bar": sigma_bar, **p.options}
    yield from p.iterate(p.algorithms.POGM(x0, x0, x0, x0, p.gradient, p.prox, **options), p.cost)


def condat_vu(f, g, Psi, x0, tau, sigma, rho) -> Steps:
    """ModOpt's Condat; at rho ≠ 1 its iterate is the relaxed one, not the prox point."""
    p = _Problem(f, g, x0)
    u0 = np.zeros_like(Psi(x0))
    linear = p.linear(lambda x: Psi(p.cast(x)), lambda u: Psi.H(p.cast(u)))
    options = {"linear": linear, "rho": rho, "sigma": sigma, "tau": tau, **p.options}
    algorithm = p.algorithms.Condat(x0, u0, p.gradient, p.identity_prox, p.prox, **options)
    yield from p.iterate(algorithm, lambda x: f(p.cast(x)) + g(Psi(p.cast(x))))


class ModOptProx:
    """One of ModOpt's proximity operators as a regulariser g.

    g(z) = operator.cost(z) and prox(z, step) = operator.op(z, extra_factor=step), cast back to the precision of z.

    Parameters
    ----------
    operator : modopt.opt.proximity.ProximityParent
        Such as SparseThreshold(Identity(), 0.1) or Positivity(); NumPy arrays only.

    Examples
    --------
    >>> from modopt.opt.proximity import Positivity
    >>> ModOptProx(Positivity()).prox(np.array([1.0, -1.0]), 1.0)
    array([ 1., -0.])
    """

    def __init__(self, operator):
        if not (hasattr(operator, "op") and hasattr(operator, "cost")):
            raise TypeError(f"expected one of ModOpt's proximity operators, got {type(operator).__name__}")
        self.operator = operator

    def __call__(self, z):
        return float(self.operator.cost(z))

    def prox(self, z, step):
        return np.asarray(self.operator.op(z, extra_factor=float(step))).astype(z.dtype, copy=False)
