"""ESPIRiT: coil maps as eigenvectors of an operator in image space, estimated from the centre of k-space.

All is computed with NumPy. torch and CuPy arrays are accepted and returned on their device, but no gradients flow
through.
"""

import numpy as np

from ..arrays.checks import whole, within
from ..arrays.libraries import Array, like
from .calibration import calibration_block, hann
from .channels import principal_channels
from .eigenmaps import pixel_operator, principal
from .joint_fit import MARGIN, fit_maps, harmonics, misfit

FAINT = 3e-3  # share of the block's energy that may lie where maps are below 1
EXPLAINED = 1.15  # residual of a fit that is kept, in units of the noise that the patches show
BETTER = 1.05  # or the misfit of its maps, in units of that of the eigenvectors
SECOND = (0.5, 0.8)  # eigenvalues between which the weight of a second map rises: noise and smooth maps stay below 0.6
DROP = (1e-1, 0.2)  # loss of fitted maps at a pixel that is put down to the eigenvectors: at least, and of the residual


def espirit(
    kspace: Array,
    calib: int | tuple[int, int] = 24,
    kernel: int = 6,
    threshold: float = 0.02,
    crop: float | None = None,
    *,
    refine: bool = True,
    sets: int = 1,
) -> Array:
    """Return coil maps S (C, H, W) estimated by ESPIRiT, with soft weights: Σ_c |S_c|² is at most 1, and 0 far outside.

    The patches of `kernel`² points in all C coils, which are the rows of the calibration matrix, lie in a small
    subspace. Its basis w_1 … w_K are the right singular vectors with singular values above `threshold` times the
    largest. Projecting each patch of k-space y onto the subspace, and averaging overlapping patches, does not change y.
    Both are convolutions, so in image space they are a matrix on the vector of coils at each pixel:

        G(r) = 1/kernel² Σ_k h_k(r) h_k(r)ᴴ,   h_k,c(r) = Σ_u w_k(c, u) exp(2πi u·r/n).

    All eigenvalues lie between 0 and 1, and coil images S(r) x(r) do not change if G(r) S(r) = S(r). So the maps are
    the eigenvectors of the largest eigenvalue v(r), which is near 1 where there is an object. G is a trigonometric
    polynomial of degree kernel − 1, computed from the correlations of the w_k, a few rows at a time.

    **Weights.** How far v falls on the object depends on the array, the block and the noise: a fixed limit can cut the
    object away. So it is measured: pixels of v < v₁ hold 0.3 % of the energy of the block's image, and the weight
    rss(S) rises smoothly from 0 at v₁/2 to 1 at v₁. A solver finds x with S x ≈ the coil images, so the image is
    rss(S) · x: x alone grows where the weight is small. Where it is 0 the data do not determine x. With `crop`, the
    weight is 1 where v is at least `crop`, and 0 elsewhere.

    **The joint fit.** Weak singular vectors are left out, which biases the maps, most if the block is small or
    asymmetric. The last step is not part of ESPIRiT: a joint fit of smooth maps and an image to the block, which starts
    from the eigenvectors (`joint_fit.fit_maps`, similar to JSENSE and NLINV). It is kept where it explains the data:
    if its residual is the noise, which the weakest singular values show, or its maps explain the block as well as the
    eigenvectors; and at those pixels where sᴴG s / v of the fitted s, the share of an image that stays in the subspace,
    falls by little. Fields that vary faster than the fit allows keep their eigenvectors.

    **Two sets.** Where the object is larger than the field of view it folds, and a pixel shows two places with
    different sensitivities: a second eigenvalue is near 1 too. With `sets=2` the maps are the first two eigenvectors,
    without the joint fit, which knows one map. The weight of the second rises smoothly where its eigenvalue goes from
    0.5 to 0.8, and is small or 0 where nothing folds. They belong to the operator `CoilSets`: each set has its own
    image x_s, and the picture is rss(S x), the root sum of squares of rss(S_s) · x_s.

    The phase of an eigenvector is arbitrary. Here the first principal channel of the calibration block, Σ_c ū_c S_c
    with the singular vector u whose largest entry is positive, is real and non-negative at each pixel: images have the
    phase of this channel. The second set has that of the second principal channel.

    Parameters
    ----------
    kspace : complex array (C, H, W)
        Zeros are allowed outside the calibration block. The noise should be white and equal in all coils (`prewhiten`).
    calib : int or pair of int
        Largest size of the calibration block around DC, limited by the samples (`calibration_block`).
    kernel : int
        Side of the patches. Maps can vary on a scale of n/kernel pixels; smaller kernels average over more noise.
    threshold : float
        Between 0 and 1. Decrease it for data with little noise (less bias), increase it for noisy data.
    crop : float or None
        Smallest eigenvalue in the support, from 0 (maps everywhere) to 1, for maps of Σ_c |S_c|² = 1 there. None, the
        default, gives soft weights.
    refine : bool
        Whether to add the joint fit. False, or one or two coils, give the eigenvectors of ESPIRiT.
    sets : {1, 2}
        Number of maps at each pixel.

    Returns
    -------
    complex array (C, H, W), or (2, C, H, W) for two sets, which are orthogonal at each pixel; in the library, on the
    device and of the precision of `kspace`. The work is done in single precision. The map of a single coil is the
    weight.

    Raises
    ------
    TypeError
        For data that are not complex, and sizes that are not whole.
    ValueError
        As `calibration_block`; for a calibration block that is zero or smaller than the kernel, for a threshold or
        crop out of range, and for more sets than 2 or than coils.

    References
    ----------
    Uecker et al., ESPIRiT: an eigenvalue approach to autocalibrating parallel MRI, Magn. Reson. Med. 71 (2014). The
    joint fit: Ying and Sheng, Joint image reconstruction and sensitivity estimation in SENSE (JSENSE), Magn. Reson.
    Med. 57 (2007).

    Examples
    --------
    >>> from mrilab import rss, shepp_logan, simulate, simulate_smaps
    >>> x, true = shepp_logan((48, 48)), simulate_smaps(4, (48, 48), raw=False)
    >>> S = espirit(simulate(x, true, (48, 48)))
    >>> head = abs(x) > 0.05
    >>> cosine = abs((S.conj() * true).sum(0))[head] / rss(S)[head]  # between the vectors of coils
    >>> bool((cosine > 0.99).all())
    True
    """
    data, rows, columns = calibration_block(kspace, calib)
    block, shape = data[:, rows, columns], data.shape[1:]
    _check(block, kernel, threshold, crop, sets)
    operator, noise = pixel_operator(block, kernel, threshold)
    references = principal_channels(block)[:, :sets].T.astype(np.complex64)
    coarse = (block.shape[1] + MARGIN, block.shape[2] + MARGIN)
    (start,), (values,), _ = principal(operator, coarse, 0.0)
    full = _faint(start, values, block) if crop is None else crop
    least = full / 2 if crop is None else crop
    fitted = None
    if refine and sets == 1 and len(block) > 2:  # two coils do not determine maps and image
        coefficients, residual = fit_maps(block, _aligned(start, references[0]))
        smooth = _normalised(harmonics(coefficients, coarse))
        if residual <= EXPLAINED * noise or misfit(block, smooth) <= BETTER * misfit(block, start):
            fitted = _normalised(harmonics(coefficients, shape))
    maps, values, drop = principal(operator, shape, least, fitted, sets)
    if fitted is not None:
        explained = maps[0].any(axis=0) & fitted.any(axis=0) & (drop <= max(DROP[0], DROP[1] * residual))
        maps[0][:, explained] = fitted[:, explained]
    if crop is None:
        for one, value, (low, high) in zip(maps, values, ((least, full), SECOND)):
            one *= _smooth_step((value - low) / (high - low))
    maps = np.stack([_aligned(one, reference) for one, reference in zip(maps, references)])
    return like(kspace, maps[0] if sets == 1 else maps)


def _faint(maps: np.ndarray, values: np.ndarray, block: np.ndarray) -> float:
    """Return the eigenvalue below which pixels hold the share `FAINT` of the energy that maps find in the block."""
    shape = values.shape
    window = np.outer(*(hann(n // 2, n) for n in block.shape[1:]))
    images = np.fft.ifft2(block * window, shape, axes=(1, 2))
    images = np.fft.fftshift(images, axes=(1, 2))  # its phase, the same in all coils, does not matter
    energy = np.abs(np.sum(maps.conj() * images, axis=0)).ravel() ** 2
    order = np.argsort(values, axis=None)
    below = np.cumsum(energy[order])
    chosen = order[np.searchsorted(below, FAINT * below[-1])]
    return max(float(values.flat[chosen]), 1e-3)


def _smooth_step(u: np.ndarray) -> np.ndarray:
    """Return 0 for u ≤ 0, 1 for u ≥ 1, and 3u² − 2u³ between."""
    u = np.clip(u, 0, 1)
    return u * u * (3 - 2 * u)


def _normalised(maps: np.ndarray) -> np.ndarray:
    """Return maps of Σ_c |S_c|² = 1, in single precision, and 0 where they vanish."""
    power = np.linalg.norm(maps, axis=0)
    seen = power > 1e-6 * power.max()
    return (maps * np.divide(1, power, where=seen, out=np.zeros_like(power))).astype(np.complex64)


def _aligned(maps: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return the maps with phases such that the channel Σ_c ū_c S_c is real and non-negative."""
    along = np.tensordot(reference.conj(), maps, 1)
    size = np.abs(along)
    return maps * np.divide(along.conj(), size, where=size > 0, out=np.ones_like(along))


def _check(block: np.ndarray, kernel: int, threshold: float, crop: float | None, sets: int) -> None:
    if not 1 <= whole("the kernel", kernel) <= min(block.shape[1:]):
        raise ValueError(f"a kernel of {kernel} does not fit the calibration block of {block.shape[1:]}")
    if whole("sets", sets, 1, 2) > len(block):
        raise ValueError(f"{sets} sets of maps need as many coils, got {len(block)}")
    if crop is not None:
        within("crop", crop, 0, 1)
    if within("threshold", threshold, 0, 1) == 1:
        raise ValueError("a threshold of 1 keeps no singular vector")
