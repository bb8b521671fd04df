"""SAKE: missing samples without calibration, because the patches of all of k-space lie in a small subspace."""

import numpy as np

from ..arrays.checks import check_scan, whole
from ..arrays.libraries import Array, like
from ..operators.fourier import FFT
from ..operators.pixel_matrix import PixelMatrix
from .spirit import at_pixels, waves


def sake(kspace: Array, rank: int, kernel: int = 5, max_iter: int = 25) -> Array:
    """Return k-space with missing samples filled in so that its patches have a low rank; samples do not change.

    Let the rows of H(y) be the patches of `kernel` × `kernel` samples in all C coils, at all places in k-space. Coils
    that see one object, and an object smaller than the field of view, leave this matrix a low rank. Each iteration
    projects it onto the nearest matrix of that rank, makes k-space of the result by averaging what overlapping patches
    say, and puts the samples back:

        y_{t+1} = Ω y₀ + (1 − Ω) H⁺(H(z) V Vᴴ),   V: the first `rank` right singular vectors of H(z),
        z = y_t + t/(t + 3) (y_t − y_{t−1}).

    The momentum, as in FISTA, is not part of SAKE, where z = y_t; with it 15 iterations do what 50 do without.

    H is not formed. HᴴH holds correlations of the coils, which are Fourier coefficients of the products of coil images;
    and z ↦ H⁺(H(z) V Vᴴ) is a convolution, so a matrix at each pixel. Patches wrap around at the edge of k-space. No
    sample is needed at any particular place. The problem is not convex.

    Parameters
    ----------
    kspace : complex array (C, H, W)
        Zero in all coils where nothing was acquired.
    rank : int
        Dimensions that the patches may fill, of C · kernel². Of the order of 1 to 2 times kernel². Tune it: too low
        removes signal, too high keeps noise and aliases.
    kernel : int
        Side of the patches.
    max_iter : int

    Returns
    -------
    complex array (C, H, W), in the library, on the device and of the precision of `kspace`, without gradients

    Raises
    ------
    TypeError
        For data that are not complex, and sizes that are not whole.
    ValueError
        For data of another shape or that are not finite, a kernel larger than half of k-space, and a rank out of range.

    References
    ----------
    Shin et al., Calibrationless parallel imaging reconstruction based on structured low-rank matrix completion, Magn.
    Reson. Med. 72 (2014). The momentum: Beck and Teboulle, A fast iterative shrinkage-thresholding algorithm for linear
    inverse problems, SIAM J. Imaging Sci. 2 (2009).

    Examples
    --------
    >>> from mrilab import shepp_logan, simulate, simulate_smaps, variable_density
    >>> full = simulate(shepp_logan((48, 48)), simulate_smaps(6, (48, 48)), (48, 48))
    >>> y = full * variable_density((48, 48), 2, center=4, seed=0)
    >>> missing, wrong = (np.linalg.norm(k - full) for k in (y, sake(y, rank=40, max_iter=10)))
    >>> bool(wrong < 0.4 * missing)
    True
    """
    data = check_scan(kspace, "sake", "C, H, W")
    whole("the kernel", kernel, 2, min(data.shape[1:]) // 2)
    whole("rank", rank, 1, len(data) * kernel**2)
    sampled = np.any(data != 0, axis=0)
    F, filled, before = FFT(data.shape[1:]), data, data
    for t in range(whole("max_iter", max_iter, 0)):
        images = F.H(filled + t / (t + 3) * (filled - before))
        completed = F(subspace(images, rank, kernel)(images))
        filled, before = np.where(sampled, data, completed), filled
    return like(kspace, filled.copy())


def subspace(images: np.ndarray, rank: int, kernel: int) -> PixelMatrix:
    """Return y ↦ H⁺(H(y) V Vᴴ) as an operator on coil images, with the V of these images (C, H, W).

    >>> P = subspace(np.ones((2, 8, 8), complex), rank=9, kernel=3)  # two equal coils: each is the mean of both
    >>> abs(P.matrices[:, :, 4, 4]).round(2)
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    coils, shape, size = len(images), images.shape[1:], len(images) * kernel**2
    # Σ_k conj(y_c(k + u)) y_c'(k + u') depends on u' − u alone: a Fourier coefficient of conj(x_c) x_c'.
    down, along = waves(shape, kernel - 1, images.dtype)
    lags = down.T @ (images.conj()[:, None] * images) @ along
    u = np.arange(kernel)
    lag = u - u[:, None] + kernel - 1
    gram = lags[:, :, lag[:, None, :, None], lag[None, :, None, :]]  # c, c', u, v, u', v'
    V = np.linalg.eigh(gram.transpose(0, 2, 3, 1, 4, 5).reshape(size, size))[1][:, -rank:]
    projector = (V @ V.conj().T).reshape(coils, kernel, kernel, coils, kernel, kernel)
    kernels = np.zeros((coils, coils, 2 * kernel - 1, 2 * kernel - 1), images.dtype)
    for i, j in np.ndindex(kernel, kernel):  # what the whole patch says about its sample (i, j)
        rows, columns = (slice(kernel - 1 - n, 2 * kernel - 1 - n) for n in (i, j))
        kernels[:, :, rows, columns] += projector[..., i, j].transpose(3, 0, 1, 2)
    return PixelMatrix(at_pixels(kernels / kernel**2, shape))
