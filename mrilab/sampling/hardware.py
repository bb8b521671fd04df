"""What the gradient system allows: amplitude and slew rate along a trajectory, and the nearest curve that keeps them.

The gradient G moves k at the speed dk/dt = γ/2π · G. So |G| bounds the first differences of a trajectory in time, and
the slew rate |dG/dt| the second ones. Trajectories are in cycles per pixel, as everywhere (see `trajectories`).
"""

import numpy as np

from ..arrays.checks import check_positive, whole
from ..arrays.libraries import Array, namespace, to_numpy

GAMMA = 42.577478518e6  # γ/2π of the proton in Hz/T (CODATA 2018)
ROUNDING = 1.2e-7  # what rounding k to float32 may add to a second difference, below |k| = ½


def gradients(trajectory: Array, pixel_size: float, dwell: float) -> np.ndarray:
    """Return the gradients G = Δk / (γ/2π · Δt) that a trajectory asks for, in mT/m, between its samples.

    `pixel_size` in m turns cycles per pixel into 1/m, and `dwell` = Δt in s is the time from sample to sample. The
    gradient is taken constant in between. Returns float64 (shots, samples − 1, d): its Euclidean norm over the last
    axis is what a limit on the amplitude bounds, whatever the rotation of the slice. Raises TypeError or ValueError
    unless the trajectory is (shots, samples, d) with d = 2 or 3, and the others lie above 0.
    Source: Ljunggren, J. Magn. Reson. 54 (1983).

    >>> from mrilab import radial
    >>> g = gradients(radial(4, 256), pixel_size=1e-3, dwell=1e-5)
    >>> g.shape, float(np.linalg.norm(g, axis=-1).max().round(2))  # 1000 1/m in 2.56 ms
    ((4, 255, 2), 9.17)
    """
    k, pixel_size, dwell = _checked("gradients", trajectory, 2, pixel_size, dwell)
    return 1e3 * np.diff(k, axis=1) / (GAMMA * dwell * pixel_size)


def slew_rates(trajectory: Array, pixel_size: float, dwell: float) -> np.ndarray:
    """Return the slew rates dG/dt that a trajectory asks for, in T/m/s, at its samples but the first and the last.

    Returns float64 (shots, samples − 2, d): second differences of k over γ/2π · Δt². How a shot is reached and left
    (its pre-winding and ramps) is not part of it. Parameters and errors as in `gradients`; samples ≥ 3.

    >>> from mrilab import radial, spiral
    >>> def largest(k):
    ...     return float(np.linalg.norm(slew_rates(k, pixel_size=1e-3, dwell=1e-5), axis=-1).max())
    >>> largest(radial(4, 256)) < 0.2, largest(spiral(4, 256, turns=4)) > 180
    (True, True)
    """
    k, pixel_size, dwell = _checked("slew_rates", trajectory, 3, pixel_size, dwell)
    return np.diff(k, 2, axis=1) / (GAMMA * dwell**2 * pixel_size)


def step_limits(pixel_size: float, dwell: float, *, gradient: float = 40.0, slew: float = 180.0) -> tuple[float, float]:
    """Return limits in mT/m and in T/m/s as limits (α, β) of the first and second differences, in cycles per pixel.

    α = γ/2π · Gmax · Δt · pixel size and β = γ/2π · Smax · Δt² · pixel size. Raises TypeError or ValueError unless all
    lie above 0.

    >>> step_limits(1e-3, 1e-5)  # 17 and 0.77 times 1/m, at pixels of 1 mm
    (0.017030991..., 0.000766394...)
    """
    pixel_size, dwell = check_positive("pixel_size", pixel_size), check_positive("dwell", dwell)
    unit = GAMMA * dwell * pixel_size
    return 1e-3 * check_positive("gradient", gradient) * unit, check_positive("slew", slew) * unit * dwell


def project(
    trajectory: Array,
    alpha: float,
    beta: float,
    *,
    radius: float = 0.5,
    in_out: bool = True,
    tol: float = 1e-3,
    max_iter: int = 5000,
) -> np.ndarray:
    """Return the curves nearest to a trajectory that the hardware can play and that visit DC.

    Of each shot c it is argmin ½‖s − c‖² over |s_j| ≤ radius, |s_{j+1} − s_j| ≤ α, |s_{j+1} − 2s_j + s_{j−1}| ≤ β
    (norms over the axes), and s = 0 at the echo, which is sample samples // 2, or the first unless `in_out`. The set
    is convex, so the nearest curve is unique. ADMM comes to it from outside, and stops when limits are broken by less
    than `tol`; scaling a shot towards DC takes off what is left, so that every limit holds at every sample.

    Parameters
    ----------
    trajectory : array (shots, samples, d)
        Any curves in 2-D or 3-D, those that leave [-½, ½] too; samples ≥ 3.
    alpha, beta : float
        Limits of the first and second differences in cycles per pixel, from `step_limits`.
    radius : float
        Limit of |k|, at most ½.
    in_out : bool
        Whether shots run in and out again, as in `radial`.
    tol : float
        Largest relative violation before a shot is scaled, at most 1.
    max_iter : int
        Iterations of ADMM at most. Where they do not do, the scaling takes off more.

    Returns
    -------
    float32 array (shots, samples, d)

    Raises
    ------
    TypeError, ValueError
        For what is no trajectory, and for limits that are not above 0 or too small for single precision.

    Notes
    -----
    The set is that of Chauffert, Weiss, Kahn and Ciuciu, IEEE Trans. Med. Imaging 35 (2016), who project on it by an
    accelerated gradient method on the dual problem. ADMM (Boyd et al., Found. Trends Mach. Learn. 3, 2011) solves the
    same problem with one small matrix, factored once.

    Examples
    --------
    >>> k = np.random.default_rng(0).uniform(-0.3, 0.3, (3, 65, 2))
    >>> s = project(k, alpha=0.02, beta=0.002)
    >>> bool((np.linalg.norm(np.diff(s, 2, axis=1), axis=-1) <= 0.002).all()), bool(s[:, 32].any())
    (True, False)
    """
    c = check_curves(trajectory, "project", 3)
    projector = Projector(c.shape[1], alpha, beta, radius=radius, echo=c.shape[1] // 2 if in_out else 0)
    curves = projector(c, whole("max_iter", max_iter, 1), min(check_positive("tol", tol), 1.0))
    broken = np.max(projector.broken(curves), axis=0)  # (shots,)
    return (curves / np.maximum(broken, 1)[:, None, None]).astype(np.float32)


class Projector:
    """The projection of `project` for many calls: it keeps its matrix and its multipliers, so calls start warm.

    The problem is min ½‖s − c‖² + Σ_i χ(z_i) with z_i = D_i s the curve and its first and second differences, χ their
    limits, and ADMM on the scaled multipliers u_i:

        s ← (I + Σ ρ_i D_iᵀD_i)⁻¹ (c + Σ ρ_i D_iᵀ(z_i − u_i)),  z_i ← shorten(D_i s + u_i),  u_i ← u_i + D_i s − z_i.

    >>> P = Projector(65, alpha=0.02, beta=0.002, echo=32)
    >>> P(np.zeros((2, 65, 2)), max_iter=1).any()
    np.False_
    """

    RHO = (1.0, 100.0, 1000.0)  # found by trial; changes the number of iterations, not the result
    RELAX = 1.6  # between 1 and 2 as usual: over-relaxation

    def __init__(self, samples: int, alpha: float, beta: float, *, radius: float = 0.5, echo: int):
        limits = [check_positive(*item) for item in (("radius", radius), ("alpha", alpha), ("beta", beta))]
        if min(limits) < 10 * ROUNDING or radius > 0.5:
            raise ValueError(f"limits of {limits} per sample: they must lie above {10 * ROUNDING}, and the radius ≤ ½")
        self.limits = [limit - ROUNDING for limit in limits]
        self.free = np.arange(samples) != echo  # the echo stays at DC
        columns = [np.diff(np.eye(samples), order, axis=0)[:, self.free] for order in range(3)]
        self.inverse = np.linalg.inv(np.eye(samples - 1) + sum(rho * D.T @ D for rho, D in zip(self.RHO, columns)))
        self.z: list[np.ndarray] | None = None
        self.u: list[np.ndarray] = []

    def __call__(self, trajectory: np.ndarray, max_iter: int, tol: float = 0.0) -> np.ndarray:
        """Return float64 curves (shots, samples, d) after `max_iter` iterations, or once they meet `tol`."""
        s = trajectory.swapaxes(0, 1) * self.free[:, None, None]  # (samples, shots, d)
        c = s[self.free]
        if self.z is None:
            self.z = [self._shorten(Ds, limit) for Ds, limit in zip(_differences(s), self.limits)]
            self.u = [np.zeros_like(z) for z in self.z]
        for k in range(max_iter):
            before = s
            pulled = c + _adjoint([rho * (z - u) for rho, z, u in zip(self.RHO, self.z, self.u)])[self.free]
            s = np.zeros_like(s)
            s[self.free] = np.tensordot(self.inverse, pulled, 1)
            for i, (Ds, limit) in enumerate(zip(_differences(s), self.limits)):
                ahead = self.u[i] + self.RELAX * Ds + (1 - self.RELAX) * self.z[i]
                self.z[i] = self._shorten(ahead, limit)
                self.u[i] = ahead - self.z[i]
            settled = tol and k % 10 == 0 and abs(s - before).max() < 0.1 * tol * self.limits[1]
            if settled and np.max(self.broken(s.swapaxes(0, 1))) <= 1 + tol:
                break
        return s.swapaxes(0, 1)

    def broken(self, curves: np.ndarray) -> list[np.ndarray]:
        """Return the largest |D_i s| over its limit, for the three limits and each shot: at most 1 if all is kept."""
        found = _differences(curves.swapaxes(0, 1))
        return [np.linalg.norm(Ds, axis=-1).max(axis=0) / limit for Ds, limit in zip(found, self.limits)]

    @staticmethod
    def _shorten(vectors, limit):
        """The vectors (..., d), those longer than the limit cut to it."""
        norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
        return vectors * (limit / np.maximum(norms, limit))


def _differences(s):
    """D_i s: the curves (samples, ...) and their first and second differences."""
    first = s[1:] - s[:-1]
    return s, first, first[1:] - first[:-1]


def _adjoint(z):
    """Σ D_iᵀ z_i."""
    out, (_, first, second) = z[0].copy(), z
    out[1:] += first
    out[:-1] -= first
    out[2:] += second
    out[1:-1] -= 2 * second
    out[:-2] += second
    return out


def check_curves(trajectory: Array, who: str, samples: int) -> np.ndarray:
    """Return curves (shots, samples, d), in [-½, ½] or not, as float64 NumPy array; raise unless they are that."""
    xp, shape = namespace(trajectory), tuple(trajectory.shape)
    if not xp.isdtype(trajectory.dtype, "real floating"):
        raise TypeError(f"{who} takes a trajectory of real numbers, got {trajectory.dtype} of shape {shape}")
    if len(shape) != 3 or shape[0] < 1 or shape[1] < samples or shape[2] not in (2, 3):
        raise ValueError(f"{who} takes a trajectory (shots, samples ≥ {samples}, 2 or 3), got shape {shape}")
    curves = to_numpy(trajectory).astype(np.float64)
    bad = np.count_nonzero(~np.isfinite(curves))
    if bad:
        raise ValueError(f"{who} got a trajectory with {bad} NaN or infinite values of {curves.size}")
    return curves


def _checked(who, trajectory, samples, pixel_size, dwell):
    k = check_curves(trajectory, who, samples)
    return k, check_positive("pixel_size", pixel_size), check_positive("dwell", dwell)
