"""GRAPPA in k-space: missing lines as linear combinations of neighbours in all coils, calibrated from the centre."""

import numpy as np

from ..arrays.checks import check_scan, whole, within
from ..arrays.libraries import Array, like
from .calibration import calibration_matrix, patches


def grappa(
    kspace: Array, accel: int, calib: int = 24, kernel: tuple[int, int] = (4, 5), regularisation: float = 1e-4
) -> Array:
    """Return k-space with missing phase encode lines filled in; acquired lines do not change.

    A coil image is the object times a smooth map, so a sample of coil c is nearly a linear combination of neighbouring
    samples in all coils, with the same weights everywhere in k-space:

        y_c(k + d) = Σ_{c',u,v} w_{c,d,c',u,v} y_{c'}(k + uR, l + v),   d = 1…R−1,

    where u are the lines of the `kernel` around the gap, and v its points along the readout; y is zero outside the
    grid. The weights minimise ‖Aw − b‖² + μ‖w‖² over all positions of the kernel within the `calib` central lines, with
    μ = `regularisation` · ‖A‖² and the spectral norm ‖A‖.

    Parameters
    ----------
    kspace : complex array (C, H, W)
        Every R-th phase encode line (axis −2) and the central block of calibration lines; zero elsewhere. R need not
        divide H.
    accel : int
        R, the distance of the regular lines. With the calibration lines, the acceleration of the scan is lower.
    calib : int
        Number of central lines for calibration, all acquired, from H//2 − calib//2.
    kernel : (int, int)
        Number of acquired lines, at least 2, and of readout points, odd.
    regularisation : float
        μ / ‖A‖², 0 or more.

    Returns
    -------
    complex array (C, H, W), in the library, on the device and of the precision of `kspace`, without gradients

    Raises
    ------
    TypeError
        If `kspace` is not a complex array, and for numbers of the wrong type.
    ValueError
        For other shapes, values that are not finite, and lines that do not agree with `accel` and `calib`.

    References
    ----------
    Griswold et al., Generalized autocalibrating partially parallel acquisitions (GRAPPA), Magn. Reson. Med. 47 (2002).

    Examples
    --------
    >>> from mrilab import center_lines, regular_lines, shepp_logan, simulate, simulate_smaps
    >>> full = simulate(shepp_logan((64, 64)), simulate_smaps(6, (64, 64)), (64, 64))
    >>> y = full * (regular_lines((64, 64), 2) | center_lines((64, 64), 24))
    >>> missing, wrong = (np.linalg.norm(k - full) for k in (y, grappa(y, 2)))
    >>> bool(wrong < 0.15 * missing)
    True
    """
    data = check_scan(kspace, "grappa", "C, H, W")
    _check(data, accel, calib, kernel, regularisation)
    sampled, first = _lines(data, accel, calib)
    if sampled.all():
        return like(kspace, data.copy())
    start = data.shape[1] // 2 - calib // 2
    weights = _calibrate(data[:, start : start + calib], accel, kernel, regularisation).astype(data.dtype)

    coils, height, width = data.shape
    above, side = _base(kernel) + 1, kernel[1] // 2
    padded = np.pad(data, ((0, 0), (above * accel, kernel[0] * accel), (side, side)))
    windows = patches(padded[:, first:], accel, kernel)[:, ::accel]
    filled = data.copy()
    for window, line in zip(windows.swapaxes(0, 1), range(first - accel, height, accel)):
        sources = window.transpose(1, 0, 2, 3).reshape(width, -1)
        gap = (sources @ weights).reshape(width, accel - 1, coils)
        for d in range(1, accel):
            if 0 <= line + d < height and not sampled[line + d]:
                filled[:, line + d] = gap[:, d - 1].T
    return like(kspace, filled)


def _calibrate(block: np.ndarray, accel: int, kernel: tuple[int, int], regularisation: float) -> np.ndarray:
    """Return the weights (C · lines · points, (R − 1) · C) from a fully sampled block (C, calib, W)."""
    coils, rows, columns = patches(block, accel, kernel).shape[:3]
    A = calibration_matrix(block, accel, kernel)
    top, left = _base(kernel) * accel, kernel[1] // 2
    gaps = [block[:, top + d : top + d + rows, left : left + columns] for d in range(1, accel)]
    b = np.stack(gaps).transpose(2, 3, 0, 1).reshape(rows * columns, (accel - 1) * coils)
    gram = A.conj().T @ A
    mu = regularisation * np.linalg.norm(gram, 2)
    values, vectors = np.linalg.eigh(gram)
    keep = values > 1e-12 * values[-1]  # without regularisation, the solution of minimum norm
    inverse = np.divide(1, values + mu, where=keep, out=np.zeros_like(values))
    return (vectors * inverse) @ (vectors.conj().T @ (A.conj().T @ b))


def _base(kernel: tuple[int, int]) -> int:
    """Return the index of the line of the kernel just before the gap."""
    return (kernel[0] - 1) // 2


def _lines(data: np.ndarray, accel: int, calib: int) -> tuple[np.ndarray, int]:
    """Return which lines were acquired, and the first of the regular lines; raise if one of them is missing."""
    height = data.shape[1]
    sampled: np.ndarray = np.any(data != 0, axis=(0, 2))
    start = height // 2 - calib // 2
    missing = np.flatnonzero(~sampled[start : start + calib]) + start
    if missing.size:
        raise ValueError(
            f"grappa needs {calib} lines around line {height // 2}, but {missing.size} of them are not acquired "
            f"(the first is line {missing[0]})"
        )
    firsts = [i % accel for i in range(height // 2, height // 2 + accel) if sampled[i % accel :: accel].all()]
    if not firsts:
        raise ValueError(
            f"grappa at accel {accel} needs every {accel}-th line; data on {sampled.sum()} of {height} lines lack some"
        )
    return sampled, firsts[0]


def _check(data: np.ndarray, accel: int, calib: int, kernel: tuple[int, int], regularisation: float) -> None:
    if not (isinstance(kernel, (tuple, list)) and len(kernel) == 2):
        raise TypeError(f"the kernel is a pair (lines, readout points), got {kernel!r}")
    height, width = data.shape[1:]
    whole("accel", accel, 1, height)
    whole("the number of lines of the kernel", kernel[0], 2)
    if whole("the number of points of the kernel", kernel[1], 1, width) % 2 == 0:
        raise ValueError(f"the kernel takes an odd number of points, got {kernel!r}")
    reach = (kernel[0] - 1) * accel + 1
    if not reach <= whole("calib", calib) <= height:
        raise ValueError(f"calib {calib} must hold the kernel's {reach} lines and fit {height} lines")
    within("regularisation", regularisation, 0)
