"""Limits of the gradient system: amplitude and slew rate along a trajectory, and the nearest curve within them.

The gradient G moves k at the speed dk/dt = γ/2π · G. So a limit on |G| bounds the first differences of a trajectory in
time, and a limit on the slew rate |dG/dt| the second ones. Trajectories are in cycles per pixel (see `trajectories`).
"""

import numpy as np

from ..arrays.checks import check_curves, check_positive, whole
from ..arrays.libraries import Array

GAMMA = 42.577478518e6  # γ/2π of the proton in Hz/T (CODATA 2018)
ROUNDING = 1.2e-7  # the most that rounding k to float32 can add to a second difference, for |k| ≤ ½


def gradients(trajectory: Array, pixel_size: float, dwell: float) -> np.ndarray:
    """Return the gradients G = Δk / (γ/2π · Δt) that a trajectory requires, in mT/m, between its samples.

    `pixel_size` in m converts cycles per pixel to 1/m, and `dwell` = Δt in s is the time between samples. The gradient
    is assumed constant in between. Returns float64 (shots, samples − 1, d). A limit on the amplitude bounds the
    Euclidean norm over the last axis, which does not depend on the orientation of the slice. Raises TypeError or
    ValueError unless the trajectory is (shots, samples, d) with d = 2 or 3, and both other arguments are positive.

    References
    ----------
    Ljunggren, A simple graphical representation of Fourier-based imaging methods, J. Magn. Reson. 54 (1983).

    Examples
    --------
    >>> from mrilab import radial
    >>> g = gradients(radial(4, 256), pixel_size=1e-3, dwell=1e-5)
    >>> g.shape, float(np.linalg.norm(g, axis=-1).max().round(2))  # 1000 1/m in 2.56 ms
    ((4, 255, 2), 9.17)
    """
    k, pixel_size, dwell = _checked("gradients", trajectory, 2, pixel_size, dwell)
    return 1e3 * np.diff(k, axis=1) / (GAMMA * dwell * pixel_size)


def slew_rates(trajectory: Array, pixel_size: float, dwell: float) -> np.ndarray:
    """Return the slew rates dG/dt that a trajectory requires, in T/m/s, at all samples but the first and the last.

    Returns float64 (shots, samples − 2, d): second differences of k divided by γ/2π · Δt². The gradients before and
    after a shot (pre-winder and ramps) are not included. Parameters and errors as in `gradients`; samples ≥ 3.

    >>> from mrilab import radial, spiral
    >>> def largest(k):
    ...     return float(np.linalg.norm(slew_rates(k, pixel_size=1e-3, dwell=1e-5), axis=-1).max())
    >>> largest(radial(4, 256)) < 0.2, largest(spiral(4, 256, turns=4)) > 180
    (True, True)
    """
    k, pixel_size, dwell = _checked("slew_rates", trajectory, 3, pixel_size, dwell)
    return np.diff(k, 2, axis=1) / (GAMMA * dwell**2 * pixel_size)


def step_limits(pixel_size: float, dwell: float, *, gradient: float = 40.0, slew: float = 180.0) -> tuple[float, float]:
    """Convert limits in mT/m and T/m/s to limits (α, β) of the first and second differences, in cycles per pixel.

    α = γ/2π · Gmax · Δt · pixel size and β = γ/2π · Smax · Δt² · pixel size. Raises TypeError or ValueError unless all
    arguments are positive.

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

    For each shot c this is argmin ½‖s − c‖² over |s_j| ≤ radius, |s_{j+1} − s_j| ≤ α, |s_{j+1} − 2s_j + s_{j−1}| ≤ β
    (norms over the axes), with s = 0 at the echo: sample samples // 2, or the first sample if not `in_out`. The set is
    convex, so the nearest curve is unique. ADMM approaches it from outside the set, and stops when limits are exceeded
    by less than `tol`. Each shot is then scaled towards DC until every limit holds at every sample.

    Parameters
    ----------
    trajectory : array (shots, samples, d)
        Any curves in 2-D or 3-D, including curves that leave [-½, ½]; samples ≥ 3.
    alpha, beta : float
        Limits of the first and second differences in cycles per pixel, from `step_limits`.
    radius : float
        Limit of |k|, at most ½.
    in_out : bool
        Whether shots run in and out, as in `radial`.
    tol : float
        Largest relative violation before a shot is scaled, at most 1.
    max_iter : int
        Largest number of iterations of ADMM. If they are not enough, shots are scaled by more.

    Returns
    -------
    float32 array (shots, samples, d)

    Raises
    ------
    TypeError, ValueError
        If the trajectory is not one, or limits are not positive or too small for single precision.

    References
    ----------
    Chauffert, Weiss, Kahn and Ciuciu, A projection algorithm for gradient waveforms design in MRI, IEEE Trans. Med.
    Imaging 35 (2016), for the set; they project by an accelerated gradient method on the dual problem. ADMM, which
    needs one small matrix, inverted once: Boyd et al., Found. Trends Mach. Learn. 3 (2011).

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
    """The projection of `project` for repeated calls: it keeps its matrix and multipliers, so later calls start warm.

    The problem is min ½‖s − c‖² + Σ_i χ(z_i), where z_i = D_i s are the curve and its first and second differences, and
    χ is 0 within their limits and infinite outside. ADMM with the scaled multipliers u_i is

        s ← (I + Σ ρ_i D_iᵀD_i)⁻¹ (c + Σ ρ_i D_iᵀ(z_i − u_i)),  z_i ← shorten(D_i s + u_i),  u_i ← u_i + D_i s − z_i.

    >>> P = Projector(65, alpha=0.02, beta=0.002, echo=32)
    >>> P(np.zeros((2, 65, 2)), max_iter=1).any()
    np.False_
    """

    RHO = (1.0, 100.0, 1000.0)  # found by trial; affects the number of iterations, not the result
    RELAX = 1.6  # over-relaxation, between 1 and 2

    def __init__(self, samples: int, alpha: float, beta: float, *, radius: float = 0.5, echo: int):
        limits = [check_positive(*item) for item in (("radius", radius), ("alpha", alpha), ("beta", beta))]
        if min(limits) < 10 * ROUNDING or radius > 0.5:
            raise ValueError(f"limits of {limits} per sample: they must exceed {10 * ROUNDING}, and the radius ≤ ½")
        self.limits = [limit - ROUNDING for limit in limits]
        self.free = np.arange(samples) != echo  # the echo stays at DC
        columns = [np.diff(np.eye(samples), order, axis=0)[:, self.free] for order in range(3)]
        self.inverse = np.linalg.inv(np.eye(samples - 1) + sum(rho * D.T @ D for rho, D in zip(self.RHO, columns)))
        self.z: list[np.ndarray] | None = None
        self.u: list[np.ndarray] = []

    def __call__(self, trajectory: np.ndarray, max_iter: int, tol: float = 0.0) -> np.ndarray:
        """Return float64 curves (shots, samples, d) after `max_iter` iterations, or as soon as they satisfy `tol`."""
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
        """Return max|D_i s| / limit for the three limits and each shot: at most 1 if the limit holds."""
        found = _differences(curves.swapaxes(0, 1))
        return [np.linalg.norm(Ds, axis=-1).max(axis=0) / limit for Ds, limit in zip(found, self.limits)]

    @staticmethod
    def _shorten(vectors, limit):
        """Return the vectors (..., d), shortened to the limit if they are longer."""
        norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
        return vectors * (limit / np.maximum(norms, limit))


def _differences(s):
    """Return D_i s: the curves (samples, ...) and their first and second differences."""
    first = s[1:] - s[:-1]
    return s, first, first[1:] - first[:-1]


def _adjoint(z):
    """Return Σ D_iᵀ z_i."""
    out, (_, first, second) = z[0].copy(), z
    out[1:] += first
    out[:-1] -= first
    out[2:] += second
    out[1:-1] -= 2 * second
    out[:-2] += second
    return out


def _checked(who, trajectory, samples, pixel_size, dwell):
    k = check_curves(trajectory, who, samples)
    return k, check_positive("pixel_size", pixel_size), check_positive("dwell", dwell)
