"""Sampling densities on the Cartesian grid, and masks drawn from them.

A density is a float64 array (H, W) of probabilities: non-negative, with sum 1, DC at (H // 2, W // 2). Functions that
take a density normalise any array of non-negative weights. mri-nufft has functions of the same names, but on another
grid (DC between samples at even sizes, off by one at odd sizes in its Chauffert density), with a wavelet that is not
orthogonal, and with random draws that take no seed.
"""

from collections.abc import Sequence

import numpy as np

from ..arrays.checks import Shape, check_density, check_grid, check_positive, check_values, whole
from ..arrays.libraries import Array
from ..operators.fourier import FFT
from ..operators.wavelets import Wavelet
from .masks import plan, race


def decay_density(
    shape: Shape, cutoff: float = 0.1, decay: float = 2.0, *, pixel: Sequence[float] = (1.0, 1.0)
) -> np.ndarray:
    """Return the density p(k) ∝ min(1, (cutoff/ϱ)^decay): flat in the centre, then a power law.

    ϱ² = (ϱ₁d/d₁)² + (ϱ₂d/d₂)². Here ϱ₁ = 2k₁ and ϱ₂ = 2k₂ are 1 at the edge of the grid, `pixel` = (d₁, d₂) is the size
    of a pixel in any unit, and d the smaller of the two. So ϱ = 1 at the resolution of the finer axis. Lines of equal
    density are circles in cycles per mm, and therefore ellipses on the grid if pixels are not square.
    Returns float64 (H, W). Raises ValueError unless cutoff > 0, decay ≥ 0 and both pixel sizes are above 0.

    References
    ----------
    Chaithya et al., Optimizing full 3D SPARKLING trajectories, IEEE Trans. Med. Imaging 41 (2022).

    Examples
    --------
    >>> p = decay_density((1, 8), cutoff=0.5, decay=2)[0]
    >>> (p / p.max()).round(3)  # at k = −1, −0.75, …, 0.75
    array([0.25 , 0.444, 1.   , 1.   , 1.   , 1.   , 1.   , 0.444])
    """
    shape, cutoff = check_grid(shape), check_positive("cutoff", cutoff)
    decay = check_positive("decay", decay, or_zero=True)
    if len(pixel) != 2:
        raise ValueError(f"pixel takes the sizes along two axes, got {pixel!r}")
    sizes = [check_positive("pixel", d) for d in pixel]
    axes = np.ix_(*(2 * (np.arange(n) - n // 2) / n * min(sizes) / d for n, d in zip(shape, sizes)))
    return _normalised((cutoff / np.maximum(np.hypot(*axes), cutoff)) ** decay)


def energy_density(images: Array, *, power: float = 1.0, smooth: float = 1.0) -> np.ndarray:
    """Return the density p(k) ∝ E(k)^(power/2), where E is the smoothed mean of |F x|² over training images.

    power = 1 is the root mean square of k-space, power = 2 its energy. E is smoothed by a Gaussian with a standard
    deviation of `smooth` samples (0: no smoothing), because the mean of a few images is rough.
    Takes images (..., H, W), returns float64 (H, W). Raises ValueError if they are not finite or zero everywhere.

    >>> energy_density(np.ones((1, 4, 4)), smooth=0)[2, 2]  # a constant image has energy at DC alone
    np.float64(1.0)
    """
    x = check_values(images, "the images", "..., H, W")
    if not x.any():
        raise ValueError(f"the images of shape {x.shape} are zero everywhere")
    power, smooth = check_positive("power", power), check_positive("smooth", smooth, or_zero=True)
    k = FFT(x.shape[-2:])(x.astype(np.complex128))
    energy = np.mean(np.abs(k.reshape(-1, *x.shape[-2:])) ** 2, axis=0)
    if smooth:
        from scipy.ndimage import gaussian_filter

        energy = gaussian_filter(energy, smooth, mode="wrap")
    return _normalised(energy ** (power / 2))


def wavelet_density(Psi: Wavelet) -> np.ndarray:
    """Return the density p(k) ∝ ‖a_k‖_∞², a_k the row k of A = F Ψᴴ: the largest magnitude of any wavelet at k.

    It minimises max_k ‖a_k‖_∞²/p(k), which determines the number of draws that theory requires. Wavelets are products
    u ⊗ v, and a band contains all pairs, so its largest magnitude is exactly max|Fu| ⊗ max|Fv|, on padded grids too.
    Takes a `Wavelet` on (H, W), returns float64 (H, W). Raises TypeError for anything else.

    References
    ----------
    Chauffert, Ciuciu, Kahn and Weiss, Variable density sampling with continuous trajectories, SIAM J. Imaging Sci. 7
    (2014); Puy, Vandergheynst and Wiaux, On variable density compressive sampling, IEEE Signal Process. Lett. 18
    (2011).

    Examples
    --------
    >>> p = wavelet_density(Wavelet("haar", (8, 8), level=2))
    >>> round(float(p[4, 4] / p[0, 0]), 6)  # DC against the corner
    4.0
    """
    if not isinstance(Psi, Wavelet):
        raise TypeError(f"wavelet_density takes an orthogonal Wavelet, got {type(Psi).__name__}")
    largest = np.zeros(Psi.shape_in)
    for scale in range(1, Psi.level + 1):
        low, high = zip(*(_largest(Psi.name, scale, n, m) for n, m in zip(Psi.shape_in, Psi.shape_out)))
        bands = [(high[0], low[1]), (low[0], high[1]), (high[0], high[1])]
        for u, v in bands + [(low[0], low[1])] * (scale == Psi.level):
            largest = np.maximum(largest, np.outer(u, v))
    return _normalised(largest**2)


def _largest(name: str, scale: int, n: int, padded: int) -> np.ndarray:
    """Return max |F u| over the scaling functions, and over the wavelets, of one scale along one axis: (2, n)."""
    # Along a second axis of 2^scale points the scaling function is constant, so each column of a 2-D wavelet is u.
    Psi = Wavelet(name, (padded, 2**scale), scale)
    count = 2 * (padded >> scale)
    unit = np.zeros((count, *Psi.shape_out))
    unit[range(count), range(count), 0] = 1
    u = Psi.H(unit)[:, :n, 0] * 2 ** (scale / 2)
    return np.abs(FFT((n,))(u.astype(np.complex128))).reshape(2, -1, n).max(axis=1)


def draw_mask(density: Array, accel: float, *, center=0, seed: int = 0, replace: bool = False) -> np.ndarray:
    """Return a mask of exactly round(HW/R) points, drawn one by one in proportion to a density.

    A point that has been drawn cannot be drawn again. The box `center` (one number or a pair; 0: DC alone) is fully
    sampled. With `replace` the draws are independent, as theory assumes: a point drawn twice is sampled once, so the
    mask has fewer points and a larger R than given. Takes weights (H, W), returns a boolean array (H, W). Raises
    ValueError for weights that are negative, not finite or too often 0, unless 1 ≤ R ≤ HW, and if the box is larger
    than the grid or than HW/R points.

    >>> mask = draw_mask(decay_density((64, 64)), 8)
    >>> int(mask.sum()), int(draw_mask(decay_density((64, 64)), 8, replace=True).sum()) < 512
    (512, True)
    """
    p = check_density(density)
    count, box = plan(p.shape, accel, center)
    if not replace:
        _check_support(p, count, box)
        return race(p, count, box, seed)
    mask = np.zeros(p.shape, dtype=bool)
    mask[box] = True
    draws = np.random.default_rng(seed).choice(p.size, count - np.count_nonzero(mask), p=p.ravel())
    mask.ravel()[draws] = True
    return mask


def lloyd_points(density: Array, count: int, *, iterations: int = 20, seed: int = 0) -> np.ndarray:
    """Return points (count, 2) in [−½, ½] that are evenly spread and follow a density, by Lloyd's algorithm.

    The points start as random draws; at each step, each of them moves to the centre of mass of its cell, the part of
    k-space that is nearest to it. Each step lowers Σ_x w(x) min_i |x − k_i|². At the minimum in two dimensions the
    density of the points is proportional to √w (Gersho), so w is the square of the given density. Integrals are sums
    over a grid twice as fine as the density's. Raises ValueError for invalid weights, and if fewer than `count` of
    them are positive.

    References
    ----------
    Lloyd, Least squares quantization in PCM, IEEE Trans. Inf. Theory 28 (1982); Du, Faber and Gunzburger, Centroidal
    Voronoi tessellations, SIAM Rev. 41 (1999); Gersho, Asymptotically optimal block quantization, IEEE Trans. Inf.
    Theory 25 (1979).

    Examples
    --------
    >>> points = lloyd_points(np.ones((16, 16)), 9, iterations=100)
    >>> points.shape, bool(abs(points).max() < 0.5)
    ((9, 2), True)
    """
    p = check_density(density)
    count = whole("the number of points", count, 1, p.size)
    nowhere = (slice(0, 0),) * 2
    _check_support(p, count, nowhere)
    start = np.argwhere(race(p, count, nowhere, seed)).astype(float)
    points = _lloyd(p, start, np.empty((0, 2)), whole("iterations", iterations, 0))
    return (points - [n // 2 for n in p.shape]) / p.shape


def lloyd_mask(density: Array, accel: float, *, iterations: int = 20, seed: int = 0) -> np.ndarray:
    """Return a mask of exactly round(HW/R) points, as evenly spread as the density allows, by Lloyd's algorithm.

    A point can be sampled only once, so the density is capped: p(k) = min(1, c·density), with c such that the sum is
    the number of points. DC and all points where p = 1 are sampled. The others are spread between these as in
    `lloyd_points`, then moved to the nearest free point of the grid. Arguments, result and errors as in `draw_mask`.

    >>> mask = lloyd_mask(decay_density((64, 64)), 8)
    >>> int(mask.sum()), bool(mask[32, 32])
    (512, True)
    """
    p = check_density(density)
    count, box = plan(p.shape, accel, 0)
    _check_support(p, count, box)
    mask = np.zeros(p.shape, dtype=bool)
    mask[box] = True
    while True:  # each round caps at least one more point
        left = count - int(np.count_nonzero(mask))
        capped = np.where(mask, 1.0, p * left / max(p[~mask].sum(), 1e-300))
        if left == 0 or (capped[~mask] < 1).all():
            break
        mask |= capped >= 1
    if left == 0:
        return mask
    sure = np.argwhere(mask).astype(float)
    start = np.argwhere(race(np.where(mask, 0, p), left, (slice(0, 0),) * 2, seed)).astype(float)
    return _snap(_lloyd(capped, start, sure, whole("iterations", iterations, 0)), mask)


def _lloyd(p: np.ndarray, points: np.ndarray, fixed: np.ndarray, iterations: int) -> np.ndarray:
    """Move points (n, 2), in samples, to the centres of mass of their cells; the points `fixed` do not move."""
    from scipy.spatial import cKDTree

    weights = np.kron(p**2, np.ones((2, 2))).ravel()
    x = np.stack(np.meshgrid(*((np.arange(2 * n) - 0.5) / 2 for n in p.shape), indexing="ij"), -1).reshape(-1, 2)
    x, weights, n = x[weights > 0], weights[weights > 0], len(points)
    for _ in range(iterations):
        cell = cKDTree(np.concatenate([points, fixed])).query(x, workers=-1)[1]
        mass, *moments = (np.bincount(cell, w, n + len(fixed))[:n] for w in (weights, *(weights * x.T)))
        points = np.where(mass[:, None] > 0, np.stack(moments, -1) / np.maximum(mass, 1e-300)[:, None], points)
    return points


def _snap(points: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Add points (n, 2), in samples, to the mask, each at the nearest free grid point; the nearest are placed first."""
    from scipy.spatial import cKDTree

    mask = mask.copy()
    while len(points):
        free = np.argwhere(~mask)
        distance, nearest = cKDTree(free).query(points)
        order = np.argsort(distance, kind="stable")
        taken, first = np.unique(nearest[order], return_index=True)
        mask[tuple(free[taken].T)] = True
        points = np.delete(points, order[first], axis=0)
    return mask


def _normalised(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum()


def _check_support(p: np.ndarray, count: int, box: tuple[slice, ...]) -> None:
    """Raise unless `count` points can be drawn: where the density is positive, and in the box."""
    possible = p > 0
    possible[box] = True
    if np.count_nonzero(possible) < count:
        raise ValueError(
            f"{count} points cannot be drawn from a density with only {np.count_nonzero(possible)} above 0"
        )
