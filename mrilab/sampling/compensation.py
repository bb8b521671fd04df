"""Density compensation: the part of k-space that each sample of a trajectory represents."""

from math import pi

import numpy as np

from ..arrays.checks import check_shape, check_shots, check_trajectory, whole
from ..arrays.libraries import Array
from ..operators.nufft import NUFFT


def density(trajectory: Array, shape: tuple[int, ...], method: str = "pipe", *, iterations: int = 10) -> np.ndarray:
    """Return density compensation weights w: w_k is N times the fraction of k-space that sample k represents.

    Aᴴ Diagonal(w) y is then a first image in the scale of x. It is close to x where k-space is fully sampled, but w is
    not an inverse of A. Σ w / N is the fraction of k-space that is covered, π/4 for a disc. The methods are

    - "analytic": |k|^(d−1) d|k|, for rotations of one path, such as `radial` and `spiral` (Hoge et al.).
    - "voronoi": the area of the Voronoi cell around each sample, in 2-D (Rasche et al.).
    - "pipe": w ← w / (c ∗ w), until the weighted samples, convolved with a kernel c, are flat (Pipe and Menon). Here c
      is the Fourier transform of a pyramid twice as wide as the image: no alias of a pixel further out reaches another.

    The first two assign gaps to the neighbouring samples, which keeps Σ w. With the third, no sample represents more
    than one point of the Cartesian grid: gaps are left out, and noise is lower when k-space is under-sampled.

    Parameters
    ----------
    trajectory : array (shots, samples, d)
        Any (..., d) for "pipe" and "voronoi".
    shape : (H, W) or (D, H, W)
        Image grid.
    method : str
        "pipe", "voronoi" or "analytic".
    iterations : int
        Number of iterations of "pipe".

    Returns
    -------
    float64 array (K,)
        One weight for each sample, flattened as in `NUFFT`.

    Raises
    ------
    TypeError, ValueError
        For another method, "voronoi" in 3-D, and trajectories that `NUFFT` does not accept.

    References
    ----------
    Hoge, Kwan and Pike, Density compensation functions for spiral MRI, Magn. Reson. Med. 38 (1997); Rasche et al.,
    Resampling of data between arbitrary grids using convolution interpolation, IEEE Trans. Med. Imaging 18 (1999);
    Pipe and Menon, Sampling density compensation in MRI, Magn. Reson. Med. 41 (1999).

    Examples
    --------
    >>> from mrilab import radial
    >>> w = density(radial(52, 64), (32, 32), "analytic")
    >>> float(round(w.sum() / 32**2, 4)), int(w.argmin()) % 64  # the least weight is DC's, which all spokes visit
    (0.7854, 32)
    """
    shape = check_shape(shape, "density", ndims=(2, 3))
    k = check_trajectory(trajectory, f"density on {shape}", (len(shape),))
    iterations = whole("iterations", iterations, 1)
    if method == "pipe":
        return _pipe(k, shape, iterations)
    if method == "analytic":
        return _analytic(check_shots(k, "density by 'analytic'", (len(shape),))) * np.prod(shape)
    if method == "voronoi":
        return _voronoi(k.reshape(-1, len(shape))) * np.prod(shape)
    raise ValueError(f"unknown method {method!r} of density: take 'pipe', 'voronoi' or 'analytic'")


def _pipe(k, shape, iterations):
    """Return Pipe and Menon's weights. mri-nufft's `pipe` blurs them: its kernel is seven grid points wide."""
    A, window = NUFFT(k, tuple(2 * n for n in shape)), np.ones(())
    for n in shape:
        window = np.multiply.outer(window, 1 - abs(np.arange(-n, n)) / n)
    window = (2 ** len(shape) * window).astype(np.float32)
    weights = np.ones(A.shape_out, np.complex64)
    for _ in range(iterations):
        weights /= abs(A(window * A.H(weights)))
    return weights.real.astype(np.float64)


def _analytic(k):
    """Return the volume of the shell around each sample, out to halfway to the samples before and after, per shot."""
    radius = np.linalg.norm(k, axis=-1)
    edge, d = radius.max(), k.shape[-1]
    signed = np.where(np.arange(k.shape[1]) < radius.argmin(axis=1)[:, None], -radius, radius)
    ends = edge * np.sign(signed[:, [0, -1]])
    middle = np.concatenate([ends[:, :1], (signed[:, 1:] + signed[:, :-1]) / 2, ends[:, 1:]], axis=1)
    shell = np.diff(np.sign(middle) * abs(middle) ** d).ravel()
    return shell / shell.sum() * edge**d * (pi if d == 2 else 4 * pi / 3)


def _voronoi(k):
    """Return the areas of Voronoi cells. mri-nufft's `voronoi` confuses ±½, and extrapolates to weights below 0."""
    if k.shape[-1] != 2:
        raise ValueError(f"density by 'voronoi' is for 2-D, got a trajectory in {k.shape[-1]}-D: take 'pipe'")
    if np.linalg.matrix_rank(k - k[0]) < 2:
        raise ValueError(f"density by 'voronoi' takes samples that do not lie on one line; these {len(k)} do")
    from scipy.spatial import Voronoi

    points, index, visits = np.unique(k, axis=0, return_inverse=True, return_counts=True)
    cells = Voronoi(np.concatenate([points, *_mirrored(points)]))
    left, right = cells.ridge_points.T
    ridges = np.array(cells.ridge_vertices)
    closed = (ridges >= 0).all(axis=1)
    length = np.linalg.norm(np.subtract(*cells.vertices[ridges.T]), axis=-1)
    triangle = closed * length * np.linalg.norm(cells.points[left] - cells.points[right], axis=-1) / 4
    area = np.bincount(left, triangle, len(cells.points)) + np.bincount(right, triangle, len(cells.points))
    return (area[: len(points)] / visits)[index.ravel()]


def _mirrored(points):
    """Yield mirror images of the outer points in the edge of k-space (a disc, else the square), to close its cells."""
    radius = np.linalg.norm(points, axis=-1, keepdims=True)
    edge = min(0.5, radius.max()) * (1 + 1e-6)  # a sample on the edge must not be its own image
    if radius.max() <= edge:
        outer = radius[:, 0] > 0.7 * edge
        yield points[outer] * (2 * edge / radius[outer] - 1)
        return
    for axis in np.eye(2):
        for side in (-edge, edge):
            outer = points @ axis * np.sign(side) > 0.7 * edge
            yield points[outer] + 2 * axis * (side - points[outer] @ axis)[:, None]
