"""Regularisers g with their proximity operators, prox(z, s) = argmin_p ½‖p − z‖² + s·g(p), and dual norms.

λ is absolute, in the units of the data term. `lambda_max` is its scale: from this λ on, the solution is zero.
"""

from ..arrays.checks import check_numbers, check_positive, whole
from ..arrays.libraries import Array, detached, namespace
from ..arrays.ready import takes_loops
from ..arrays.sums import lazy
from ..operators.linop import LinearOperator
from .least_squares import LeastSquares
from .shrinkage import shrink, sum_group_norms


class L1:
    """The l1 norm g(z) = λ Σ |z_i| of complex numbers; its prox is soft thresholding.

    prox(z, s)_i = z_i · max(1 − sλ/|z_i|, 0). It keeps the phase: real and imaginary parts are not thresholded
    separately.

    Parameters
    ----------
    lam : float
        λ > 0, or ValueError.

    Examples
    --------
    >>> import numpy as np
    >>> g = L1(0.5)
    >>> g(np.array([3 + 4j, 0])), g.prox(np.array([3 + 4j, 0.1]), 2.0)
    (2.5, array([2.4+3.2j, 0. +0.j ]))
    """

    axis: int | None = None  # each number is its own group

    def __init__(self, lam: float):
        self.lam = check_positive("lam", lam)

    def _norms(self, z):
        """Return |z_i|, or the norms of the groups, whose axis keeps the length 1."""
        return namespace(z).abs(z)

    def check(self, z: Array) -> Array:
        """Return z as a `plain` floating array; raise unless it is one and has the axis of the groups."""
        return check_numbers(z, repr(self))

    def __call__(self, z: Array) -> float:
        """Return g(z) as a Python float."""
        z = detached(self.check(z))
        xp = namespace(z)
        if takes_loops(z):
            return self.lam * sum_group_norms(z, self.axis)
        return self.lam * float(xp.sum(self._norms(z), dtype=xp.float64))

    def prox(self, z: Array, step: float) -> Array:
        """Return argmin_p ½‖p − z‖² + step · g(p), an array of the shape and type of z."""
        z = self.check(z)
        threshold = self.lam * check_positive("step", step)
        if takes_loops(z):
            return shrink(lazy(z), threshold, self.axis)
        xp, norms = namespace(z), self._norms(z)
        small = norms <= threshold
        return z * xp.where(small, 0 * norms, 1 - threshold / xp.where(small, 1 + 0 * norms, norms))

    def dual_norm(self, z: Array) -> float:
        """Return the dual norm max |z_i| / λ; if it is at most 1, z is a subgradient of g at 0."""
        z = detached(self.check(z))
        return float(namespace(z).max(self._norms(z))) / self.lam

    def __repr__(self):
        return f"{type(self).__name__}(lam={self.lam:.4g})"


class GroupL1(L1):
    """The group-lasso norm g(z) = λ Σ_groups ‖z_group‖₂, with groups along one axis.

    With the coil axis as `axis`, a coefficient is kept or set to zero in all coils together: −3 for packed coefficients
    (C, H, W), −4 for undecimated ones (C, bands, H, W). After `FiniteDifference`, axis=-3 gives isotropic total
    variation.

    Parameters
    ----------
    lam : float
        λ > 0, or ValueError.
    axis : int
        Axis along which the groups lie. Arrays without this axis raise ValueError.

    References
    ----------
    Yuan and Lin, Model selection and estimation in regression with grouped variables, J. R. Stat. Soc. B 68 (2006).

    Examples
    --------
    >>> import numpy as np
    >>> GroupL1(1.0, axis=0).prox(np.array([[3.0], [4.0]]), 1.0)
    array([[2.4],
           [3.2]])
    """

    def __init__(self, lam: float, axis: int):
        super().__init__(lam)
        self.axis = whole("axis", axis)

    def _norms(self, z):
        xp, size = namespace(z), namespace(z).abs(z)
        unit = xp.max(size, axis=self.axis, keepdims=True)  # else the squares might overflow, or vanish
        unit = xp.where((unit > 0) & xp.isfinite(unit), unit, xp.ones_like(unit))
        return unit * xp.sqrt(xp.sum((size / unit) ** 2, axis=self.axis, keepdims=True))

    def check(self, z: Array) -> Array:
        z = super().check(z)
        if not -z.ndim <= self.axis < z.ndim:
            raise ValueError(
                f"groups along axis {self.axis} of an array of shape {tuple(z.shape)}, which has no such axis"
            )
        return z

    def __repr__(self):
        return f"GroupL1(lam={self.lam:.4g}, axis={self.axis})"


def lambda_max(f: LeastSquares, g, Psi: LinearOperator | None = None) -> float:
    """Return a scale for λ in f(x) + g(Ψx): the dual norm of g, per unit λ, at Ψ Aᴴ y.

    For a synthesis problem, the operator of f contains Ψᴴ, and `Psi` stays None. The value is then the smallest λ for
    which 0 is a minimiser, whatever the frame, since −∇f(0) = Aᴴy is in the subdifferential of g at 0 from there on and
    not below. In analysis form it is that for an orthonormal Ψ, and for a Parseval frame (ΨᴴΨ = I) an upper bound. For
    finite differences no λ makes 0 a minimiser, unless the mean of Aᴴy is 0: the value is only a scale.

    Parameters
    ----------
    f : LeastSquares
        The data term.
    g : regulariser
        An object with `lam` and `dual_norm`; the result does not depend on its λ.
    Psi : LinearOperator, optional
        The analysis operator.

    Examples
    --------
    >>> import numpy as np
    >>> from mrilab import Identity
    >>> lambda_max(LeastSquares(Identity((2,)), np.array([1.0, -3.0])), L1(0.1))
    3.0
    """
    z = f.A.H(f.y)
    return g.lam * g.dual_norm(z if Psi is None else Psi(z))
