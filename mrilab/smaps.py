"""Coil sensitivities, simulated by Biot-Savart (loops around the head of `phantoms.brain`) or from low-resolution data.

`coils` holds the operator that uses such maps, `espirit` the better way to estimate them.
"""

import numpy as np

from .arrays import Array, like, to_numpy
from .atlas import pixel_size, positions
from .fourier import FFT

CYLINDER = 125.0  # mm, radius on which the loops lie
RING = 8  # coils in a ring, at most
LOOP = 40.0  # mm, radius of a coil
WIRE = 10.0  # mm, thickness, which keeps the field finite where a wire crosses the slice
SEGMENTS = 32  # straight pieces of a loop
KNOT = 3.0  # mm, distance of the points between which splines give the smooth fields


def simulate_smaps(n_coils: int, shape: tuple[int, int], *, seed: int | None = None) -> np.ndarray:
    """Return receive sensitivities S_c ∝ B_x − iB_y of loops around the head, Σ_c |S_c|² = 1: complex64 (C, H, W).

    B is the field that loop c would make with a unit current, by Biot and Savart: B(r) = Σ dl × (r − l) / |r − l|³ over
    its segments. Loops of radius 40 mm form rings of up to 8 on a cylinder of radius 125 mm; an even number of rings
    has the slice midway between the two in the middle. The pixels are those of `phantoms.brain`, 236 mm in all. A seed
    turns and shifts the array at random, as heads lie differently; without (None) it is always the same.

    Raises TypeError or ValueError unless n_coils is a whole number above 0 and `shape` a pair of them.
    Source: Roemer et al., The NMR phased array, Magn. Reson. Med. 16 (1990).

    >>> smaps = simulate_smaps(8, (32, 32))
    >>> smaps.shape, bool(np.allclose((abs(smaps) ** 2).sum(0), 1, atol=1e-5))
    ((8, 32, 32), True)
    """
    if isinstance(n_coils, bool) or not isinstance(n_coils, (int, np.integer)):
        raise TypeError(f"the number of coils must be a whole number, got {n_coils!r}")
    if n_coils < 1:
        raise ValueError(f"the number of coils must be 1 or more, got {n_coils}")
    from scipy.interpolate import RectBivariateSpline

    rows, columns = positions(shape)
    knots = [_knots(pixel_size(shape) * n) for n in shape]
    smaps = np.empty((n_coils, *shape), dtype=np.complex64)
    power = np.zeros(shape, dtype=np.float32)
    for smap, loop in zip(smaps, _loops(n_coils, seed)):
        field = _transverse_field(loop, -knots[0][:, None], knots[1])
        smap.real = RectBivariateSpline(*knots, field.real)(rows, columns)
        smap.imag = RectBivariateSpline(*knots, field.imag)(rows, columns)
        power += smap.real**2 + smap.imag**2
    np.sqrt(power, out=power)
    for smap in smaps:
        smap /= power
    return smaps


def _loops(n_coils: int, seed: int | None) -> list[np.ndarray]:
    """Return the corners of each loop in mm, (SEGMENTS + 1, 3), the last equal to the first."""
    n_rings = -(-n_coils // RING)
    turn, shift = 0.0, np.zeros(3)
    if seed is not None:
        rng = np.random.default_rng(seed)
        turn, shift = rng.uniform(0, 2 * np.pi), rng.uniform(-5, 5, 3)
    around = np.linspace(0, 2 * np.pi, SEGMENTS + 1)
    loops = []
    for ring, coils in enumerate(np.array_split(np.arange(n_coils), n_rings)):
        height = 1.2 * LOOP * (ring - (n_rings - 1) / 2)
        for coil in range(len(coils)):
            # Every second ring is turned by half a coil.
            angle = turn + 2 * np.pi * (coil + ring % 2 / 2) / len(coils)
            outward, along = np.array([np.cos(angle), np.sin(angle), 0]), np.array([-np.sin(angle), np.cos(angle), 0])
            centre = CYLINDER * outward + [0, 0, height] + shift
            loops.append(centre + LOOP * np.stack([np.cos(around), np.sin(around)], 1) @ np.stack([along, [0, 0, 1]]))
    return loops


def _transverse_field(loop: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return B_x − iB_y in the plane z = 0, complex128, up to a factor."""
    field = np.zeros(np.broadcast_shapes(y.shape, x.shape), dtype=complex)
    for (lx, ly, lz), (dx, dy, dz) in zip((loop[1:] + loop[:-1]) / 2, np.diff(loop, axis=0)):
        rx, ry, rz = x - lx, y - ly, -lz
        distance2 = rx**2 + ry**2 + (rz**2 + WIRE**2)
        field += (dy * rz - dz * ry - 1j * (dz * rx - dx * rz)) / (distance2 * np.sqrt(distance2))
    return field


def _knots(length: float) -> np.ndarray:
    """Return where along an axis of this length in mm to compute the fields."""
    return np.linspace(-length / 2, length / 2, int(np.ceil(length / KNOT)) + 1)


def low_resolution_smaps(kspace: Array, calib: int | tuple[int, int] = 24) -> Array:
    """Return maps S_c = x_c / √Σ_c |x_c|², x_c the images of the centre of k-space under a Hann window (C, H, W).

    The window keeps the ringing of a truncated centre out of the maps. Σ|S|² = 1 everywhere, outside the object too,
    where the maps hold nothing but what leaks there and noise (only where all x_c are below 1e-7 of the largest are
    they zero). The object's phase stays in the maps, so an image made with them is nearly real.

    Parameters
    ----------
    kspace : complex array (C, H, W)
        Zeros are allowed outside the calibration block.
    calib : int or pair of int
        Size of the block around DC; see `calibration_block`.

    Returns
    -------
    complex array (C, H, W), in the library, on the device and of the precision of `kspace`

    Raises
    ------
    TypeError, ValueError
        As `calibration_block`.

    Notes
    -----
    Source: McKenzie et al., Self-calibrating parallel imaging with automatic coil sensitivity extraction, Magn. Reson.
    Med. 47 (2002).

    Examples
    --------
    >>> from mrilab import shepp_logan, simulate
    >>> y = simulate(shepp_logan((64, 64)), simulate_smaps(4, (64, 64)), (64, 64))
    >>> S = low_resolution_smaps(y)
    >>> S.shape, bool(np.allclose((abs(S) ** 2).sum(0), 1, atol=1e-5))
    ((4, 64, 64), True)
    """
    data, rows, columns = calibration_block(kspace, calib)
    windowed = np.zeros_like(data)
    window = [_hann(part, n) for part, n in zip((rows, columns), data.shape[1:])]
    windowed[:, rows, columns] = data[:, rows, columns] * np.outer(*window).astype(data.real.dtype)
    images = FFT(data.shape[1:]).H(windowed)
    power = np.linalg.norm(images, axis=0)
    seen = power > 1e-7 * power.max()
    return like(kspace, images * np.divide(1, power, where=seen, out=np.zeros_like(power)))


def calibration_block(kspace: Array, calib: int | tuple[int, int] = 24) -> tuple[np.ndarray, slice, slice]:
    """Return the data in NumPy, and the rows and columns of the fully sampled block around DC.

    The block grows from DC, by turns on each side of each axis while all of its points are sampled (not zero in some
    coil), until it has `calib` points along the axis. Complete data give `calib` points from n//2 − calib//2; where
    samples end on one side, the block leans to the other; where they end on both, it is smaller.

    Raises TypeError for data that are not complex and sizes that are not whole; ValueError for data not of shape
    (C, H, W) or not finite, a `calib` that does not fit them, a centre of that size in which only a few points are
    zero (a fault, no pattern of sampling), and a block below half of `calib` along an axis.

    >>> y = np.ones((1, 8, 8), complex)
    >>> y[:, :3] = 0  # partial Fourier
    >>> calibration_block(y, 4)[1:]
    (slice(3, 7, None), slice(2, 6, None))
    """
    data = to_numpy(kspace)
    if data.dtype.kind != "c":
        raise TypeError(f"maps are estimated from complex k-space, got {data.dtype}")
    if data.ndim != 3 or data.size == 0:
        raise ValueError(f"maps are estimated from k-space of shape (C, H, W), got {data.shape}")
    if not np.isfinite(data).all():
        raise ValueError(f"k-space of shape {data.shape} holds NaN or infinite values")
    wanted = tuple(calib) if isinstance(calib, (tuple, list)) else (calib, calib)
    if len(wanted) != 2 or any(isinstance(n, bool) or not isinstance(n, (int, np.integer)) for n in wanted):
        raise TypeError(f"calib must be a whole number or a pair of them, got {calib!r}")
    if not all(1 <= n <= size for n, size in zip(wanted, data.shape[1:])):
        raise ValueError(f"a calibration block of {wanted} does not fit k-space of shape {data.shape}")
    sampled: np.ndarray = np.any(data != 0, axis=0)
    nominal = sampled[tuple(slice(n // 2 - w // 2, n // 2 - w // 2 + w) for n, w in zip(sampled.shape, wanted))]
    holes = np.count_nonzero(~nominal)
    if 0 < holes <= 0.04 * nominal.size and nominal.any(axis=0).all() and nominal.any(axis=1).all():
        raise ValueError(f"the calibration block of {wanted} around DC is not fully sampled: {holes} zeros inside")
    rows, columns = _grow(sampled, wanted)
    found = (rows.stop - rows.start, columns.stop - columns.start)
    if not sampled[rows, columns].all() or any(2 * n < w for n, w in zip(found, wanted)):
        found = found if sampled[rows, columns].all() else (0, 0)
        raise ValueError(f"the fully sampled block around DC is only {found} of the {wanted} that calib asks for")
    return data, rows, columns


def _grow(sampled: np.ndarray, wanted: tuple[int, ...]) -> tuple[slice, slice]:
    """Return the largest block that alternate steps to each side reach."""
    low, high = [n // 2 for n in sampled.shape], [n // 2 + 1 for n in sampled.shape]
    grown = True
    while grown:
        grown = False
        for axis in (0, 1):
            for step in (-1, 1):  # downwards first, as calib // 2 points lie below DC
                edge = low[axis] - 1 if step < 0 else high[axis]
                if high[axis] - low[axis] == wanted[axis] or not 0 <= edge < sampled.shape[axis]:
                    continue
                across = slice(low[1 - axis], high[1 - axis])
                if sampled.take(edge, axis)[across].all():
                    (low if step < 0 else high)[axis] += step
                    grown = True
    return slice(low[0], high[0]), slice(low[1], high[1])


def _hann(part: slice, n: int) -> np.ndarray:
    """Return a Hann window about DC that would be zero one point beyond the block's farther end."""
    k = np.arange(part.start, part.stop) - n // 2
    return np.cos(np.pi / 2 * k / (np.abs(k).max() + 1)) ** 2
