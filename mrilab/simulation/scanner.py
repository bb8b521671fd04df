"""A simulated scan: from an image and coil maps on a fine grid to noisy k-space on a coarser grid."""

import numpy as np

from ..arrays.checks import check_grid, within


def simulate(
    image: np.ndarray, smaps: np.ndarray, shape: tuple[int, int], *, noise: float = 0.0, seed: int = 0
) -> np.ndarray:
    """Return the k-space of an array of coils, y_c = √(N/N') · crop(F'(S_c x)) + n_c, complex64 (C, H, W).

    The image (H', W') and the maps (C, H', W') lie on a grid of N' = H'W' points at least as fine as `shape`, N = HW,
    over the same field of view. F' is the centred, orthonormal Fourier transform. Like a scan, it is cropped around DC,
    so the data contain detail finer than a pixel and cause ringing as in reality. If the data of several coils are
    fitted by one image times maps on `shape`, this is a model error. One coil, or separate coil images, fit any data
    exactly: x_c = Fᴴy_c. The factor preserves the values of the image. The noise n is white complex Gaussian noise with
    E|n|² = noise², in the units of the image, because F is orthonormal. Coils are computed one by one, with little
    memory besides the result.

    Raises TypeError or ValueError if an array is not numeric and finite, if sizes do not fit, or if noise < 0.

    References
    ----------
    Guerquin-Kern et al., Realistic analytical phantoms for parallel magnetic resonance imaging, IEEE Trans. Med.
    Imaging 31 (2012).

    Examples
    --------
    >>> y = simulate(np.ones((8, 8)), np.ones((1, 8, 8)), (4, 4))
    >>> y.shape, round(float(abs(y[0, 2, 2])), 4)
    ((1, 4, 4), 4.0)
    """
    image, smaps = np.asarray(image), np.asarray(smaps)
    shape = _check(image, smaps, shape, noise)
    image = image.astype(np.complex64) * np.float32(np.sqrt(np.prod(shape) / image.size))
    rng = np.random.default_rng(seed)
    kspace = np.empty((len(smaps), *shape), dtype=np.complex64)
    for coil, smap in zip(kspace, smaps):
        coil[...] = _cropped_fft(image * smap.astype(np.complex64, copy=False), shape)
        if noise > 0:
            parts = rng.standard_normal((*shape, 2), dtype=np.float32)
            coil += np.float32(noise / np.sqrt(2)) * parts.view(np.complex64)[..., 0]
    return kspace


def _cropped_fft(image: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return the centred, orthonormal transform, cropped to `shape` around DC after each axis to save work."""
    from scipy.fft import fft

    for axis in (1, 0):
        size, wanted = image.shape[axis], shape[axis]
        line = fft(np.roll(image, -(size // 2), axis), axis=axis, norm="ortho", workers=-1)
        # DC comes first, then the frequencies 1, 2, …, and the negative ones last.
        image = np.take(line, np.arange(wanted) - wanted // 2, axis=axis)
    return image


def _check(image: np.ndarray, smaps: np.ndarray, shape: tuple[int, int], noise: float) -> tuple[int, int]:
    for name, array, ndim in (("image", image, 2), ("smaps", smaps, 3)):
        if array.dtype.kind not in "fciu":
            raise TypeError(f"the {name} must be an array of numbers, got {array.dtype}")
        if array.ndim != ndim or array.size == 0:
            raise ValueError(
                f"the {name} must be {'(H, W)' if ndim == 2 else '(C, H, W)'} and not empty, got {array.shape}"
            )
        if not np.isfinite(array).all():
            raise ValueError(f"the {name} holds values that are not finite")
    if smaps.shape[1:] != image.shape:
        raise ValueError(f"smaps of shape {smaps.shape} do not fit an image of shape {image.shape}")
    height, width = check_grid(shape, "k-space")
    if height > image.shape[0] or width > image.shape[1]:
        raise ValueError(f"k-space of shape {shape} is impossible from an image of shape {image.shape}: it is no finer")
    within("noise", noise, 0)
    return height, width
