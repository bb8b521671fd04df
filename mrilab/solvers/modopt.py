"""The same problems solved by ModOpt: `engine="modopt"`, and ModOpt's proximity operators as g.

Costs and metrics are computed by mrilab, because ModOpt 1.7.2 evaluates Condat's cost at the wrong variable, and OWL's
with the weights in reverse order. The iterates are prox points; ForwardBackward's `x_final` is the extrapolated point.

References
----------
Farrens et al., PySAP: Python sparse data analysis package for multidisciplinary image processing, Astron. Comput. 32
(2020).
"""

import contextlib
import io
from collections.abc import Iterator

import numpy as np

from ..arrays.libraries import is_numpy


def _modopt():
    """Import ModOpt silently: it prints a list of missing optional packages."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from modopt.opt import algorithms, gradient, linear, proximity
    return algorithms, gradient, linear, proximity


def modopt_iterates(
    name: str, f, g, x0: np.ndarray, *, Psi=None, restart=False, sigma_bar=0.96, tau=0.0, sigma=0.0, rho=1.0
) -> Iterator[tuple[np.ndarray]]:
    """Yield the prox points of ModOpt's algorithm for the solver `name`: fista, pogm or condat_vu.

    `restart` selects the "adaptive-ii" strategy of ForwardBackward; POGM always restarts. With ρ ≠ 1 the iterate of
    Condat is the relaxed one, not the prox point.

    References
    ----------
    Liang, Luo and Schönlieb, Improving "fast iterative shrinkage-thresholding algorithm", SIAM J. Sci. Comput. 44
    (2022).
    """
    if not is_numpy(x0):
        raise TypeError(f"engine='modopt' takes NumPy arrays, got {type(x0).__name__}")
    if name == "pogm" and not restart:
        raise ValueError("ModOpt's POGM always restarts; restart=False needs engine='own'")
    algorithms, gradient, linear, proximity = _modopt()

    def cast(z):  # ModOpt turns complex64 into complex128 under NumPy 2; restore the precision of the data
        return np.ascontiguousarray(z, x0.dtype)

    class Gradient(gradient.GradParent):  # type: ignore[name-defined]  # GradBasic would make the caller's data read-only
        grad = None  # in the parent it is a property of the data

        def __init__(self):
            pass

        def get_grad(self, x):
            self.grad = f.grad(cast(x))

    prox = proximity.ProximityParent(
        op=lambda z, extra_factor=1.0: g.prox(cast(z), float(extra_factor)), cost=lambda z, **_: g(z)
    )
    common = {"cost": None, "auto_iterate": False, "progress": False, "metrics": None}
    if name == "fista":
        strategy = {"restart_strategy": "adaptive-ii", "xi_restart": 0.96} if restart else {}
        algorithm = algorithms.ForwardBackward(
            x0, Gradient(), prox, beta_param=float(1 / f.lipschitz), **strategy, **common
        )
    elif name == "pogm":
        algorithm = algorithms.POGM(
            x0, x0, x0, x0, Gradient(), prox, beta_param=float(1 / f.lipschitz), sigma_bar=sigma_bar, **common
        )
    else:
        analysis = linear.LinearParent(lambda x: Psi(cast(x)), lambda u: Psi.H(cast(u)))
        steps = {"tau": tau, "sigma": sigma, "rho": rho}
        algorithm = algorithms.Condat(
            x0, np.zeros_like(Psi(x0)), Gradient(), proximity.IdentityProx(), prox, linear=analysis, **steps, **common
        )
    yield (x0,)
    while True:
        algorithm.iterate(1)
        yield (cast(algorithm.get_notify_observers_kwargs()["x_new"]),)


class ModOptProx:
    """A regulariser g made of one of ModOpt's proximity operators.

    g(z) = operator.cost(z) and prox(z, step) = operator.op(z, extra_factor=step), converted to the precision of z.

    Parameters
    ----------
    operator : modopt.opt.proximity.ProximityParent
        For example SparseThreshold(Identity(), 0.1) or Positivity(); takes NumPy arrays only.

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
