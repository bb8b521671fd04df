"""Coil maps from low-resolution images of the centre of k-space."""

import numpy as np

from ..arrays.libraries import Array, like
from ..operators.fourier import FFT
from .calibration import calibration_block, hann


def low_resolution_smaps(kspace: Array, calib: int | tuple[int, int] = 24) -> Array:
    """Return maps S_c = x_c / √Σ_c |x_c|², x_c the images of the centre of k-space with a Hann window (C, H, W).

    The window avoids the ringing of a truncated centre. Σ|S|² = 1 everywhere, also outside the object, where the maps
    contain only leakage and noise (they are zero only where all x_c are below 1e-7 of the largest). The maps include
    the phase of the object, so images reconstructed with them are nearly real.

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

    References
    ----------
    McKenzie et al., Self-calibrating parallel imaging with automatic coil sensitivity extraction, Magn. Reson. Med. 47
    (2002).

    Examples
    --------
    >>> from mrilab import shepp_logan, simulate, simulate_smaps
    >>> y = simulate(shepp_logan((64, 64)), simulate_smaps(4, (64, 64)), (64, 64))
    >>> S = low_resolution_smaps(y)
    >>> S.shape, bool(np.allclose((abs(S) ** 2).sum(0), 1, atol=1e-5))
    ((4, 64, 64), True)
    """
    data, rows, columns = calibration_block(kspace, calib)
    windowed = np.zeros_like(data)
    window = [hann(n // 2 - part.start, part.stop - part.start) for part, n in zip((rows, columns), data.shape[1:])]
    windowed[:, rows, columns] = data[:, rows, columns] * np.outer(*window).astype(data.real.dtype)
    images = FFT(data.shape[1:]).H(windowed)
    power = np.linalg.norm(images, axis=0)
    seen = power > 1e-7 * power.max()
    return like(kspace, images * np.divide(1, power, where=seen, out=np.zeros_like(power)))
