"""A simulated scan: from an image and coil maps on a fine grid to noisy k-space on a coarser grid."""

import numpy as np

from ..arrays.checks import check_grid, check_values, within
from ..arrays.libraries import Array
from .coupling import mixing_matrix
from .field import check_rate, column_by_column, cropped_fft


def simulate(
    image: Array,
    smaps: Array,
    shape: tuple[int, int],
    *,
    noise: float = 0.0,
    seed: int = 0,
    covariance: Array | None = None,
    field: Array | None = None,
    r2star: Array | float = 0.0,
    echo_time: float = 0.0,
    readout_time: float = 0.0,
) -> np.ndarray:
    """Return the k-space of an array of coils, y_c = √(N/N') · crop(F'(S_c x)) + n_c, complex64 (C, H, W).

    The image (H', W') and the maps (C, H', W') lie on a grid of N' = H'W' points at least as fine as `shape`, N = HW,
    over the same field of view. F' is the centred, orthonormal Fourier transform. Like a scan, it is cropped around DC,
    so the data contain detail finer than a pixel and cause ringing as in reality. If the data of several coils are
    fitted by one image times maps on `shape`, this is a model error. One coil, or separate coil images, fit any data
    exactly: x_c = Fᴴy_c. The factor preserves the values of the image. The noise n is white complex Gaussian noise with
    E|ε|² = noise², in the units of the image, because F is orthonormal. Coils are computed one by one, with little
    memory besides the result.

    Further effects of a scan are optional. An off-resonance f (Hz) and a decay rate R₂* multiply the image by
    exp((2πi f − R₂*) t). If readout_time is 0, t = echo_time for all samples, which gives phase and T2* contrast.
    Otherwise t = echo_time + readout_time (k − W // 2) / W for column k, which also shifts by f · readout_time pixels
    towards the first column, and blurs.

    Parameters
    ----------
    image : array (H', W')
        The object, real or complex.
    smaps : array (C, H', W')
        Coil fields, raw as those of `simulate_smaps`, or maps.
    shape : (int, int)
        The grid (H, W) of the k-space.
    noise : float
        Standard deviation of the complex noise.
    seed : int
        Seed of the noise.
    covariance : array (C, C), optional
        E[n nᴴ] / noise² of the channels, positive definite, such as from `coil_covariance`. None: the identity.
    field : array (H', W'), optional
        Off-resonance in Hz, such as from `field_map`. None: zero.
    r2star : float or array (H', W')
        1 / T2* in 1/s.
    echo_time, readout_time : float
        Time from the excitation to DC, and duration of the readout (along W), in seconds.

    Raises
    ------
    TypeError
        If an array is not numeric.
    ValueError
        If an array is not finite, if sizes do not fit, if noise, a time or a rate is negative, or if the covariance is
        not Hermitian and positive definite.

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
    image, smaps = check_values(image, "the image", "H, W"), check_values(smaps, "smaps", "C, H, W")
    shape = _check(image, smaps, shape, noise)
    rate = check_rate(field, r2star, echo_time, readout_time, image.shape)
    mixing = None if covariance is None else mixing_matrix(covariance, len(smaps))
    image = image.astype(np.complex64) * np.float32(np.sqrt(np.prod(shape) / image.size))
    kspace = np.empty((len(smaps), *shape), dtype=np.complex64)
    if rate is not None and readout_time > 0:
        column_by_column(image, smaps, rate, echo_time, readout_time, kspace)
    else:
        if rate is not None:
            image *= np.exp(rate * echo_time)
        for coil, smap in zip(kspace, smaps):
            coil[...] = cropped_fft(image * smap.astype(np.complex64, copy=False), shape)
    if noise > 0:
        _add_noise(kspace, noise, np.random.default_rng(seed), mixing)
    return kspace


def _add_noise(kspace: np.ndarray, noise: float, rng: np.random.Generator, mixing: np.ndarray | None) -> None:
    """Add complex Gaussian noise in place, drawn channel by channel and mixed if it is correlated."""
    for channel in range(len(kspace)):
        parts = rng.standard_normal((*kspace.shape[1:], 2), dtype=np.float32)
        white = np.float32(noise / np.sqrt(2)) * parts.view(np.complex64)[..., 0]
        if mixing is None:
            kspace[channel] += white
            continue
        for coil, weight in zip(kspace, mixing[:, channel]):
            coil += weight * white


def _check(image: np.ndarray, smaps: np.ndarray, shape: tuple[int, int], noise: float) -> tuple[int, int]:
    if smaps.shape[1:] != image.shape:
        raise ValueError(f"smaps of shape {smaps.shape} do not fit an image of shape {image.shape}")
    height, width = check_grid(shape, "k-space")
    if height > image.shape[0] or width > image.shape[1]:
        raise ValueError(f"k-space of shape {shape} is impossible from an image of shape {image.shape}: it is no finer")
    within("noise", noise, 0)
    return height, width
