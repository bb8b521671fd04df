"""Designed trajectories: shots whose samples follow a density, within the limits of the hardware."""

from collections.abc import Callable

import numpy as np

from ..arrays.checks import check_curves, check_density, check_positive, check_values, whole
from ..arrays.libraries import Array
from ..solvers.loop import Options, Result, run
from .hardware import Projector, project

MOMENTUM = 0.8
INNER = 10  # iterations of the projection at each step; it starts warm, so few are enough


class DensityEnergy:
    """The distance of a trajectory's samples from a density: attraction to the density, repulsion between samples.

    For p samples k_i and a density π with integral 1,

        F(k) = 1/p Σ_i ∫ |k_i − x| π(x) dx − 1/2p² Σ_ij |k_i − k_j| − ½ ∫∫ |x − x'| π(x) π(x') dx dx'.

    The last term does not depend on k. F is half the energy distance of the two distributions, so F ≥ 0, and F = 0 only
    if they are equal. Both are represented on a grid of m × m nodes over [-½, ½]²; each sample is distributed over the
    four nodes around it by bilinear weights. With μ the samples' weights minus the density's, and φ = −|·| ∗ μ by one
    FFT convolution, F = ½ Σ μφ, and p ∂F/∂k_i is the slope of the interpolated φ at k_i: the exact gradient of F on the
    grid.

    Parameters
    ----------
    density : array (H, W)
        Non-negative, with any sum; index n // 2 is DC, as in a mask. Values outside the disc |k| ≤ ½ are ignored.
    nodes : int
        m; None: twice the longer side.

    Raises
    ------
    TypeError, ValueError
        If the density is not such an array.

    References
    ----------
    Schmaltz et al., Electrostatic halftoning, Comput. Graph. Forum 29 (2010); Boyer et al., On the generation of
    sampling schemes for MRI, SIAM J. Imaging Sci. 9 (2016). Energy distance: Székely and Rizzo, Energy statistics, J.
    Stat. Plan. Inference 143 (2013).

    Examples
    --------
    >>> energy = DensityEnergy(np.ones((16, 16)))
    >>> value, slope = energy(np.zeros((1, 4, 2)))  # all samples at DC
    >>> value > 0.01, slope.shape
    (True, (1, 4, 2))
    """

    def __init__(self, density: Array, nodes: int | None = None):
        from scipy.fft import rfft2
        from scipy.ndimage import map_coordinates

        values = check_density(density)
        self.nodes = m = whole("nodes", 2 * max(values.shape) if nodes is None else nodes, 2)
        k = np.linspace(-0.5, 0.5, m)
        where = np.meshgrid(*(k * n + n // 2 for n in values.shape), indexing="ij")
        target = map_coordinates(values, where, order=1, mode="nearest") * (np.hypot(k[:, None], k) <= 0.5)
        if not target.any():
            raise ValueError(f"the density of shape {values.shape} is zero everywhere in the disc |k| ≤ ½")
        self.target = target / target.sum()
        away = np.roll(np.arange(-m, m), m) / (m - 1)  # distances on a grid twice as wide, to avoid wrap-around
        self.kernel = rfft2(np.hypot(away[:, None], away))

    def __call__(self, trajectory: Array) -> tuple[float, np.ndarray]:
        """Return F and its slopes p ∂F/∂k, an array of the trajectory's shape (..., 2)."""
        from scipy.fft import irfft2, rfft2

        trajectory, m = check_values(trajectory, "the trajectory", "..., 2", real=True), self.nodes
        at = (np.clip(trajectory, -0.5, 0.5).reshape(-1, 2) + 0.5) * (m - 1)
        cell = np.minimum(at.astype(np.intp), m - 2)
        y, x = (at - cell).T
        corners = (cell @ [m, 1]) + np.array([[0], [1], [m], [m + 1]])  # (4, p)
        weights = np.stack([(1 - y) * (1 - x), (1 - y) * x, y * (1 - x), y * x])
        share = np.bincount(corners.ravel(), weights.ravel(), m * m).reshape(m, m) / len(at)
        excess = share - self.target
        wide = (2 * m, 2 * m)
        potential = -irfft2(rfft2(excess, wide, workers=-1) * self.kernel, wide, workers=-1)[:m, :m]
        a, b, c, d = potential.ravel()[corners]
        slope = np.stack([(c - a) * (1 - x) + (d - b) * x, (b - a) * (1 - y) + (d - c) * y], axis=-1)
        return 0.5 * float(np.vdot(excess, potential)), slope.reshape(trajectory.shape) * (m - 1)


def sparkling(
    start: Array,
    density: Array,
    alpha: float,
    beta: float,
    *,
    max_iter: int = 40,
    levels: int = 4,
    step: float = 0.1,
    jitter: float = 0.01,
    in_out: bool = True,
    seed: int = 0,
    callback: Callable | None = None,
    progress: bool | None = None,
) -> Result:
    """Return shots whose samples follow a density as closely as the hardware allows: SPARKLING, in 2-D.

    Projected gradient descent with momentum on the `DensityEnergy` F, k ← P(k̄ − step · p∇F(k̄)), where P is the
    projection of `project`. It begins with every 2^(levels − 1)-th sample, so that samples can move far in few steps,
    and doubles their number at each level. F is not convex: another start leads to another trajectory.

    Parameters
    ----------
    start : array (shots, samples, 2)
        The first trajectory, such as `radial`, in cycles per pixel.
    density : array (H, W)
        The density that the samples should have, as in `DensityEnergy`.
    alpha, beta : float
        Limits of the differences, from `step_limits`.
    max_iter : int
        Number of iterations at each level.
    levels : int
        Number of levels; 1 uses all samples from the beginning.
    step : float
        Step size of the descent. It does not converge much above 0.3.
    jitter : float
        Standard deviation of the noise added to the start, in cycles per pixel. Without noise, a straight shot halfway
        between its neighbours would stay straight.
    in_out : bool
        Whether shots visit DC at sample samples // 2, or at their first sample.
    seed : int
        Seed of the noise.
    callback : function
        Called as callback(k, trajectory) at each iteration; trajectories of coarse levels have fewer samples.
    progress : bool
        Show a progress bar; None shows it in a terminal or notebook.

    Returns
    -------
    Result
        x is the float32 trajectory (shots, samples, 2), projected so that every limit holds at every sample; costs are
        the values of F. Ctrl-C ends the descent early, and still returns such a trajectory.

    Raises
    ------
    TypeError, ValueError
        If the start or the density has the wrong shape or type, or a number is out of range.

    References
    ----------
    Lazarus et al., SPARKLING: variable-density k-space filling curves for accelerated T2*-weighted MRI, Magn. Reson.
    Med. 81 (2019); Chaithya et al., Optimizing full 3D SPARKLING trajectories, IEEE Trans. Med. Imaging 41 (2022).

    Examples
    --------
    >>> from mrilab import radial
    >>> run = sparkling(radial(4, 32), np.ones((16, 16)), alpha=0.06, beta=0.02, levels=2, max_iter=20)
    >>> run.x.shape, bool(run.costs[-1] < 0.3 * run.costs[0])
    ((4, 32, 2), True)
    """
    k = check_curves(start, "sparkling", 3)
    if k.shape[-1] != 2:
        raise ValueError(f"sparkling is for 2-D, got a start of shape {k.shape}")
    levels, max_iter = whole("levels", levels, 1), whole("max_iter", max_iter, 1)
    samples = k.shape[1]
    if samples < 8 * 2 ** (levels - 1):
        raise ValueError(f"{levels} levels leave fewer than 8 of {samples} samples per shot")
    energy, step = DensityEnergy(density), check_positive("step", step)
    noise = check_positive("jitter", jitter, or_zero=True) * np.random.default_rng(seed).standard_normal(k.shape)
    curves = _descend(k + noise, energy, alpha, beta, step, levels, max_iter, samples // 2 if in_out else 0)
    options = Options(max_iter=levels * max_iter, callback=callback, progress=progress)
    result = run(curves, lambda k: energy(k)[0], {"step": step}, options)
    if result.x.shape[1] < samples:  # stopped at a coarse level
        result.x = _resample(result.x, np.linspace(0, samples - 1, result.x.shape[1]), np.arange(samples))
    result.x = project(result.x, alpha, beta, in_out=in_out)
    return result


def _descend(k, energy, alpha, beta, step, levels, max_iter, echo):
    """Yield the curves of the start and after each iteration."""
    samples = k.shape[1]
    before = np.arange(samples)
    for level in reversed(range(levels)):
        stride = 2**level
        at = np.arange(echo % stride, samples, stride)  # includes the echo
        k, before = _resample(k, before, at), at
        projector = Projector(len(at), alpha * stride, beta * stride**2, echo=echo // stride)
        k = last = projector(k, 200, 1e-2)
        if level == levels - 1:
            yield (k,)
        for _ in range(max_iter):
            ahead = k + MOMENTUM * (k - last)
            _, slope = energy(ahead)
            last, k = k, projector(ahead - step * slope, INNER)
            yield (k,)


def _resample(k, at, wanted):
    """Evaluate the cubic spline through the samples k (shots, samples, d) at times `at`, at the times `wanted`."""
    from scipy.interpolate import CubicSpline

    return CubicSpline(at, k, axis=1)(wanted)
