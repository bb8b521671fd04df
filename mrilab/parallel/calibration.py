"""The fully sampled centre of k-space, from which maps and kernels are estimated, and the matrix of its patches."""

import numpy as np

from ..arrays.checks import check_scan, whole
from ..arrays.libraries import Array


def calibration_block(kspace: Array, calib: int | tuple[int, int] = 24) -> tuple[np.ndarray, slice, slice]:
    """Return the data in NumPy, and the rows and columns of the fully sampled block around DC.

    The block grows from DC, alternately on each side of each axis, while all of its points are sampled (not zero in all
    coils), until it has `calib` points along the axis. Complete data give `calib` points from n//2 − calib//2. If
    samples end on one side, the block extends further on the other; if they end on both sides, it is smaller.

    Raises TypeError for data that are not complex and sizes that are not whole; ValueError for data not of shape
    (C, H, W) or not finite, if `calib` does not fit them, if only a few points of a centre of that size are zero (an
    error in the data, not a sampling pattern), and if the block is smaller than half of `calib` along an axis.

    >>> y = np.ones((1, 8, 8), complex)
    >>> y[:, :3] = 0  # partial Fourier
    >>> calibration_block(y, 4)[1:]
    (slice(3, 7, None), slice(2, 6, None))
    """
    data = check_scan(kspace, "an estimate of coil maps", "C, H, W")
    wanted = tuple(calib) if isinstance(calib, (tuple, list)) else (calib, calib)
    if len(wanted) != 2:
        raise TypeError(f"calib must be a whole number or a pair of them, got {calib!r}")
    wanted = tuple(whole("calib", n, 1, size) for n, size in zip(wanted, data.shape[1:]))
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
    """Return the largest block that is reached by alternate steps to each side."""
    low, high = [n // 2 for n in sampled.shape], [n // 2 + 1 for n in sampled.shape]
    grown = True
    while grown:
        grown = False
        for axis in (0, 1):
            for step in (-1, 1):  # downwards first, because calib // 2 points lie below DC
                edge = low[axis] - 1 if step < 0 else high[axis]
                if high[axis] - low[axis] == wanted[axis] or not 0 <= edge < sampled.shape[axis]:
                    continue
                across = slice(low[1 - axis], high[1 - axis])
                if sampled.take(edge, axis)[across].all():
                    (low if step < 0 else high)[axis] += step
                    grown = True
    return slice(low[0], high[0]), slice(low[1], high[1])


def calibration_matrix(block: np.ndarray, accel: int, kernel: tuple[int, int]) -> np.ndarray:
    """Return the patches of a block, one row per position of the kernel: complex128 (P, C · lines · points)."""
    windows = patches(block, accel, kernel)  # (C, rows, columns, lines, points)
    return windows.transpose(1, 2, 0, 3, 4).reshape(windows[0, ..., 0, 0].size, -1).astype(np.complex128)


def patches(lines: np.ndarray, accel: int, kernel: tuple[int, int]) -> np.ndarray:
    """Return the samples under the kernel at each position, a view (C, rows, columns, lines, points)."""
    reach = ((kernel[0] - 1) * accel + 1, kernel[1])
    return np.lib.stride_tricks.sliding_window_view(lines, reach, axis=(1, 2))[..., ::accel, :]


def hann(centre: int, size: int) -> np.ndarray:
    """Return a Hann window of this size about DC, at `centre`, that would be zero one point beyond its farther end."""
    k = np.arange(size) - centre
    return np.cos(np.pi / 2 * k / (np.abs(k).max() + 1)) ** 2
