"""Trajectories that are designed: shots that spread their samples as a density asks, and keep the hardware's limits."""

from collections.abc import Callable

import numpy as np

from ..arrays.checks import check_positive, whole
from ..arrays.libraries import Array
from ..solvers.loop import Options, Result, run
from .densities import check_density
from .hardware import Projector, check_curves, project

MOMENTUM = 0.8
INNER = 10  # iterations of the projection at each step; it starts warm, so few do


class DensityEnergy:
    """How far the samples of a trajectory are from a density: attraction to it, and repulsion from one another.

    With p samples k_i and a density π of mass 1,

        F(k) = 1/p Σ_i ∫ |k_i − x| π(x) dx − 1/2p² Σ_ij |k_i − k_j| − ½ ∫∫ |x − x'| π(x) π(x') dx dx'.

    The last term does not depend on k; with it F ≥ 0, and F = 0 only where both are distributed alike, for F is half
    the energy distance of samples and density. Here both live on a grid of m × m nodes over [-½, ½]²: a sample is
    shared by the four around it (bilinear weights). With μ the samples' share minus the density's and φ = −|·| ∗ μ, one
    FFT convolution, F = ½ Σ μφ, and p ∂F/∂k_i is the slope of the interpolated φ at k_i: exact for the grid's F.

    Parameters
    ----------
    density : array (H, W)
        Not negative, of any sum; index n // 2 is DC, as in a mask. What lies outside the disc |k| ≤ ½ is left out.
    nodes : int
        m; None takes twice the longer side.

    Raises
    ------
    TypeError, ValueError
        For a density that is no such array.

    Notes
    -----
    Schmaltz et al., Comput. Graph. Forum 29 (2010), and Boyer et al., SIAM J. Imaging Sci. 9 (2016). Energy distance:
    Székely and Rizzo, J. Stat. Plan. Inference 143 (2013).

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
            raise ValueError("the density is zero all over the disc |k| ≤ ½")
        self.target = target / target.sum()
        away = np.roll(np.arange(-m, m), m) / (m - 1)  # distances on a grid twice as wide: no wrap
        self.kernel = rfft2(np.hypot(away[:, None], away))

    def __call__(self, trajectory: np.ndarray) -> tuple[float, np.ndarray]:
        """Return F and its slopes p ∂F/∂k, an array like the trajectory (..., 2)."""
        from scipy.fft import irfft2, rfft2

        m = self.nodes
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
    """Return shots whose samples follow a density as well as the hardware lets them: SPARKLING, in 2-D.

    Projected gradient descent with momentum on the `DensityEnergy` F, k ← P(k̄ − step · p∇F(k̄)), where P is the
    projection of `gradients.project`. It begins with every 2^(levels − 1)-th sample, which may then move far and fast,
    and doubles their number from level to level. F is not convex: another start ends in another trajectory.

    Parameters
    ----------
    start : array (shots, samples, 2)
        The first trajectory, such as `radial`, in cycles per pixel.
    density : array (H, W)
        How densely k-space is to be sampled, as in `DensityEnergy`.
    alpha, beta : float
        Limits of the differences, from `step_limits`.
    max_iter : int
        Iterations at each level.
    levels : int
        1 uses all samples from the beginning.
    step : float
        Of the descent. Much above 0.3 it does not settle.
    jitter : float
        Standard deviation of the noise that is added to the start, in cycles per pixel: a straight shot halfway
        between its neighbours would stay straight.
    in_out : bool
        Whether shots visit DC at sample samples // 2, or at their first.
    seed : int
        Of the noise.
    callback : function
        Called as callback(k, trajectory) at each iteration; coarse levels show fewer samples.
    progress : bool
        Whether to show a bar; None shows it where somebody watches.

    Returns
    -------
    Result
        x is the float32 trajectory (shots, samples, 2), projected until every limit holds at every sample; costs are
        those of F on the way. Ctrl-C ends the descent early, and still returns such a trajectory.

    Raises
    ------
    TypeError, ValueError
        For a start, density or number out of range.

    Notes
    -----
    Lazarus et al., Magn. Reson. Med. 81 (2019); Chaithya et al., IEEE Trans. Med. Imaging 41 (2022).

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
        raise ValueError(f"{levels} levels leave fewer than 8 of {samples} samples a shot")
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
        at = np.arange(echo % stride, samples, stride)  # the echo among them
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
    """The cubic spline through the samples k (shots, samples, d) at the times `at`, at the times `wanted`."""
    from scipy.interpolate import CubicSpline

    return CubicSpline(at, k, axis=1)(wanted)
