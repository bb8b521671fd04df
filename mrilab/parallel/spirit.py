"""SPIRiT: every sample of k-space from its neighbours in all coils, with weights from the calibrated centre."""

import numpy as np

from ..arrays.checks import whole, within
from ..arrays.libraries import Array, like
from ..operators.pixel_matrix import PixelMatrix
from .calibration import calibration_block, calibration_matrix


def spirit(
    kspace: Array, calib: int | tuple[int, int] = 24, kernel: int = 5, regularisation: float = 1e-4
) -> PixelMatrix:
    """Return the operator G of SPIRiT on coil images, for which G x ≈ x if the images x fit the receivers.

    Every sample of coil c is predicted from its `kernel` × `kernel` neighbours in all coils, itself left out, with the
    same weights everywhere in k-space:

        y_c(k) ≈ Σ_{c',u} w_{c,c',u} y_{c'}(k + u),   w_{c,c,0} = 0.

    The weights minimise ‖A w − b‖² + μ‖w‖² over all positions of the kernel in the `calib` centre, with
    μ = `regularisation` · ‖A‖². Unlike GRAPPA's they do not depend on which samples are missing, so any pattern will
    do. The convolution is a matrix at each pixel, G_cc'(r) = Σ_u w_{c,c',u} exp(−2πi u·r/n), and circular at the edge.

    The k-space that agrees with itself and with the samples y of a mask Ω solves a least-squares problem in the missing
    samples k: min ½‖(G − I) Fᴴ (y + (1 − Ω) k)‖².

    Parameters
    ----------
    kspace : complex array (C, H, W)
        Zeros are allowed outside the calibration block. The noise should be white and equal in all coils (`prewhiten`).
    calib : int or pair of int
        Largest size of the calibration block around DC, limited by the samples.
    kernel : int
        Side of the neighbourhood, odd.
    regularisation : float
        μ / ‖A‖², above 0.

    Returns
    -------
    PixelMatrix on coil images (C, H, W), in the library, on the device and of the precision of `kspace`, without
    gradients

    Raises
    ------
    TypeError
        For data that are not complex, and sizes that are not whole.
    ValueError
        As `espirit` for the calibration block; for a kernel that is even or larger than the block, and a regularisation
        out of range.

    References
    ----------
    Lustig and Pauly, SPIRiT: iterative self-consistent parallel imaging reconstruction from arbitrary k-space, Magn.
    Reson. Med. 64 (2010).

    Examples
    --------
    >>> from mrilab import FFT, shepp_logan, simulate, simulate_smaps
    >>> y = simulate(shepp_logan((48, 48)), simulate_smaps(4, (48, 48)), (48, 48))
    >>> x, G = FFT((48, 48)).H(y), spirit(y)
    >>> bool(np.linalg.norm(G(x) - x) < 0.05 * np.linalg.norm(x))
    True
    """
    data, rows, columns = calibration_block(kspace, calib)
    block, coils = data[:, rows, columns], len(data)
    if not 1 < whole("the kernel", kernel) <= min(block.shape[1:]) or kernel % 2 == 0:
        raise ValueError(
            f"the kernel must be odd, above 1 and fit the calibration block of {block.shape[1:]}, got {kernel}"
        )
    within("regularisation", regularisation, 0, 1)
    A = calibration_matrix(block, 1, (kernel, kernel))
    gram = A.conj().T @ A
    mu = max(regularisation, 1e-12) * np.linalg.norm(gram, 2)
    # Column j of the inverse, over −1 times its diagonal entry, predicts sample j of a patch from all of the others.
    inverse = np.linalg.inv(gram + mu * np.eye(len(gram)))
    centres = np.arange(coils) * kernel**2 + kernel**2 // 2
    weights = -inverse[:, centres] / np.diag(inverse)[centres]
    weights[centres, range(coils)] = 0
    kernels = weights.T.reshape(coils, coils, kernel, kernel).astype(data.dtype)
    return PixelMatrix(like(kspace, at_pixels(kernels, data.shape[1:])))


def at_pixels(kernels: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return Σ_u w(u) exp(−2πi u·r/n) at all pixels r, for kernels w (..., K, K) of odd size with u = 0 in the middle.

    >>> at_pixels(np.ones((1, 1), complex), (2, 3)).real
    array([[1., 1., 1.],
           [1., 1., 1.]])
    """
    down, along = waves(shape, kernels.shape[-1] // 2, kernels.dtype)
    return down @ kernels @ along.T


def waves(shape: tuple[int, ...], reach: int, dtype: np.dtype) -> list[np.ndarray]:
    """Return exp(−2πi u r/n) along each axis, for r from −n//2 and u from −reach to reach: (n, 2·reach + 1).

    >>> [wave.shape for wave in waves((4, 6), 1, np.dtype("complex64"))]
    [(4, 3), (6, 3)]
    """
    u = np.arange(-reach, reach + 1)
    return [np.exp(-2j * np.pi * np.outer(np.arange(n) - n // 2, u) / n).astype(dtype) for n in shape]
