"""Cartesian sampling masks: the points of k-space that a scan measures, for a given acceleration.

A mask is a boolean array of shape (H, W): phase encode along axis −2, readout along −1, DC at (H // 2, W // 2) and
always sampled. The acceleration R counts all samples, including those of a fully sampled centre.
"""

from math import isqrt

import numpy as np

from ..arrays.checks import Shape, check_grid, check_positive, check_values, whole, within
from ..arrays.libraries import Array


def acceleration(mask: Array) -> float:
    """Return the acceleration R of a mask: the number of grid points divided by the number of samples.

    Takes an array of any shape, non-zero where sampled. Raises ValueError if nothing is sampled.

    >>> acceleration(center_lines((8, 8), 2))
    4.0
    """
    sampled = check_values(mask, "a mask")
    count = int(np.count_nonzero(sampled))
    if count == 0:
        raise ValueError(f"a mask of shape {sampled.shape} that samples nothing has no acceleration")
    return sampled.size / count


def center_lines(shape: Shape, n: int) -> np.ndarray:
    """Return the mask of the `n` phase encode lines around DC, a low-pass filter.

    Raises ValueError unless 1 ≤ n ≤ H. The complement, `~center_lines(shape, n)`, is the high-pass filter.

    >>> center_lines((6, 4), 3)[:, 0].astype(int)
    array([0, 0, 1, 1, 1, 0])
    """
    height, width = check_grid(shape)
    return center_box(shape, (whole("the number of lines", n, 1, height), width))


def center_box(shape: Shape, size: int | Shape) -> np.ndarray:
    """Return the mask of a box of `size` points (one number for a square, or a pair) around DC.

    Raises ValueError unless the box has at least one point along each axis and fits the grid.

    >>> center_box((4, 4), 2).astype(int)
    array([[0, 0, 0, 0],
           [0, 1, 1, 0],
           [0, 1, 1, 0],
           [0, 0, 0, 0]])
    """
    mask = np.zeros(check_grid(shape), dtype=bool)
    mask[_box(mask.shape, size, least=1)] = True
    return mask


def regular_lines(shape: Shape, accel: float) -> np.ndarray:
    """Return every R-th phase encode line, counted from DC: the mask of parallel imaging.

    Line j lies at H // 2 + ⌊jR + ½⌋, so the mean distance between lines is R even where R is not an integer; the number
    of lines n satisfies |n − H/R| ≤ 1. To add calibration lines, take the union with `center_lines`, and compute the
    `acceleration` of the result.
    Returns a boolean array of shape (H, W). Raises ValueError unless 1 ≤ R ≤ H.

    >>> regular_lines((8, 2), 3)[:, 0].astype(int)
    array([0, 1, 0, 0, 1, 0, 0, 1])
    """
    height, width = check_grid(shape)
    step = height / _samples((height,), accel)
    lines = height // 2 + np.floor(np.arange(-height, height + 1) * step + 0.5)
    return np.tile(np.isin(np.arange(height), lines)[:, None], width)


def random_lines(
    shape: Shape, accel: float, *, center: int | None = None, decay: float = 2.0, seed: int = 0
) -> np.ndarray:
    """Return n = round(H/R) phase encode lines: the central ones, and random ones that become rarer towards the edge.

    All `center` lines around DC are sampled (None: 32 % of n, which at R = 4 is fastMRI's 8 % of all lines; 0: DC
    alone). The others are drawn without replacement with density (1 − ϱ)^decay, with ϱ = 2|k|, 1 at the edge. A decay
    of 0 is uniform. Returns a boolean array of shape (H, W). Raises ValueError unless 1 ≤ R ≤ H and center ≤ H/R.

    References
    ----------
    Lustig, Donoho and Pauly, Sparse MRI, Magn. Reson. Med. 58 (2007).

    Examples
    --------
    >>> mask = random_lines((256, 256), 4, seed=1)
    >>> acceleration(mask), bool(mask[118:138].all())
    (4.0, True)
    """
    height, width = check_grid(shape)
    return np.tile(_draw((height,), accel, center, decay, seed)[:, None], width)


def variable_density(
    shape: Shape, accel: float, *, center: int | Shape | None = None, decay: float = 3.0, seed: int = 0
) -> np.ndarray:
    """Return exactly round(HW/R) points: a central box, and random points that become rarer towards the edge.

    The box `center` (one number, a pair, or None: 8 % of the points; 0: DC alone) is fully sampled. The other points
    are drawn without replacement with density (1 − ϱ)^decay, with ϱ ∝ |k|, 1 in the corners. Returns a boolean array of
    shape (H, W). Raises ValueError unless 1 ≤ R ≤ HW, and if the box is larger than the grid or than HW/R points.

    References
    ----------
    Lustig, Donoho and Pauly, Sparse MRI, Magn. Reson. Med. 58 (2007).

    Examples
    --------
    >>> mask = variable_density((64, 64), 8, center=10)
    >>> acceleration(mask), bool(mask[27:37, 27:37].all())
    (8.0, True)
    """
    return _draw(check_grid(shape), accel, center, decay, seed)


def poisson_disc(
    shape: Shape, accel: float, *, center: int | Shape | None = None, decay: float = 2.0, seed: int = 0
) -> np.ndarray:
    """Return exactly round(HW/R) points: a central box, and random points that keep a minimum distance.

    No other point lies within a disc of radius ∝ (1 − ϱ)^(−decay/2) around each point. So the density falls as in
    `variable_density`, but without its holes and clusters, which is better for parallel imaging. Points are tried in
    random order, and the scale of the discs is found by bisection. `center`, result and errors as in
    `variable_density`.

    References
    ----------
    Bridson, Fast Poisson disk sampling, SIGGRAPH 2007; in MRI: Vasanawala et al., ISBI 2011.

    Examples
    --------
    >>> mask = poisson_disc((64, 64), 8, center=10)
    >>> acceleration(mask), bool(mask[27:37, 27:37].all())
    (8.0, True)
    """
    shape = check_grid(shape)
    count, box = plan(shape, accel, center)
    rng = np.random.default_rng(seed)
    order = rng.permutation(shape[0] * shape[1])
    # Distances on a grid take discrete values (1, √2, 2, …), and so would the density: jittered radii smooth it.
    radii = rng.uniform(0.75, 1.25, shape) / np.sqrt(np.maximum(_density(shape, decay), 0.01))
    low, high, best = 0.0, 2 * np.sqrt(shape[0] * shape[1] / count), np.ones(shape, dtype=bool)
    while np.count_nonzero(best) > 1.01 * count and high - low > 1e-3 * high:
        scale = (low + high) / 2
        mask = _throw_darts(order, np.minimum(scale * radii, np.hypot(*shape)), box)
        if np.count_nonzero(mask) < count:
            high = scale
        else:
            low, best = scale, mask
    removable = best.copy()
    removable[box] = False
    surplus = np.count_nonzero(best) - count
    best.ravel()[rng.choice(np.flatnonzero(removable), surplus, replace=False)] = False
    return best


def _throw_darts(order: np.ndarray, radii: np.ndarray, box: tuple[slice, ...]) -> np.ndarray:
    """Accept points in order, unless an earlier point is too near; each excludes all points within its radius."""
    accepted = np.zeros(radii.shape, dtype=bool)
    accepted[box] = True
    reach = int(radii.max()) + 1
    claimed = np.pad(accepted, reach)
    squares = np.arange(-reach, reach + 1) ** 2
    distance2 = squares[:, None] + squares
    sizes = np.ceil(radii**2).astype(int).ravel()[order]
    ys, xs = np.unravel_index(order, radii.shape)
    discs: dict[int, np.ndarray] = {}  # squared distances are whole numbers, so there are few different discs
    for y, x, size in zip(ys.tolist(), xs.tolist(), sizes.tolist()):
        if not claimed[y + reach, x + reach]:
            accepted[y, x] = True
            if size > 1:
                r = isqrt(size - 1)
                if size not in discs:
                    discs[size] = distance2[reach - r : reach + r + 1, reach - r : reach + r + 1] < size
                claimed[y + reach - r : y + reach + r + 1, x + reach - r : x + reach + r + 1] |= discs[size]
    return accepted


def _density(grid: tuple[int, ...], decay: float) -> np.ndarray:
    """Return (1 − ϱ)^decay on the grid, a little above 0 at the edge, so that every point can be drawn."""
    decay = check_positive("decay", decay, or_zero=True)
    axes = np.ix_(*((np.arange(n) - n // 2) / (n // 2 + 1) for n in grid))
    return (1 - np.sqrt(sum(k**2 for k in axes) / len(grid))) ** decay


def _draw(grid: tuple[int, ...], accel: float, center, decay: float, seed: int) -> np.ndarray:
    """Sample the central box, then points one by one, in proportion to the density of those not yet sampled."""
    return race(_density(grid, decay), *plan(grid, accel, center), seed)


def race(density: np.ndarray, count: int, box: tuple[slice, ...], seed: int) -> np.ndarray:
    """Sample the box, then points one by one up to `count`, in proportion to the density of those not yet sampled.

    References
    ----------
    Efraimidis and Spirakis, Weighted random sampling with a reservoir, Inf. Process. Lett. 97 (2006).
    """
    # Give each point an exponential waiting time whose rate is its density: the first `count` to arrive are such draws.
    with np.errstate(divide="ignore"):  # where the density is 0, the waiting time is infinite
        arrival = np.random.default_rng(seed).exponential(size=density.shape) / density
    arrival[box] = -1
    mask = np.zeros(density.shape, dtype=bool)
    mask.ravel()[np.argpartition(arrival, count - 1, axis=None)[:count]] = True
    return mask


def plan(grid: tuple[int, ...], accel: float, center) -> tuple[int, tuple[slice, ...]]:
    """Return the number of samples (lines on a 1-D grid, points on a 2-D grid), and the slices of the central box."""
    wanted = _samples(grid, accel)
    if center is None:
        full = (0.32 if len(grid) == 1 else 0.08) * wanted
        # On a very thin grid one side of the box is raised to 1; the minimum keeps the box within `full` points.
        center = tuple(int(min(n * (full / np.prod(grid)) ** (1 / len(grid)), full)) for n in grid)
    box = _box(grid, center)
    inside = np.prod([part.stop - part.start for part in box])
    if inside > wanted:
        what, on = ("lines", grid[0]) if len(grid) == 1 else ("points", grid)
        raise ValueError(f"a centre of {inside} {what} is larger than the {wanted:.5g} {what} of accel {accel} on {on}")
    return round(wanted), box


def _samples(grid: tuple[int, ...], accel: float) -> float:
    """Return the number of samples at acceleration `accel`, not rounded."""
    most = int(np.prod(grid))
    return most / within("accel on " + (f"{most} lines" if len(grid) == 1 else f"a grid of {grid}"), accel, 1, most)


def _box(grid: tuple[int, ...], size, least: int = 0) -> tuple[slice, ...]:
    """Return the slices of a box around DC, which contains at least DC itself."""
    sizes = tuple(size) if isinstance(size, (tuple, list)) else (size,) * len(grid)
    if len(sizes) != len(grid):
        raise ValueError(f"a centre on {grid} takes one size or {len(grid)}, got {size!r}")
    sizes = tuple(max(1, whole("a size of the centre", b, least, n)) for b, n in zip(sizes, grid))
    return tuple(slice(n // 2 - b // 2, n // 2 - b // 2 + b) for b, n in zip(sizes, grid))
