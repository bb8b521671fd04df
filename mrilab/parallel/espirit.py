"""ESPIRiT: coil maps as eigenvectors of an operator in image space, estimated from the centre of k-space.

All is computed with NumPy. torch and CuPy arrays are accepted and returned on their device, but no gradients flow
through.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np

from ..arrays.checks import whole, within
from ..arrays.libraries import Array, like
from .calibration import calibration_block, calibration_matrix, hann
from .channels import principal_channels
from .joint_fit import MARGIN, fit_maps, harmonics, misfit

BLOCK = 64 * 2**20  # bytes of the operator that one thread holds at a time
SETTLED = 3e-4  # residual of an eigenvector, relative to its eigenvalue
FAINT = 3e-3  # share of the block's energy that may lie where maps are below 1
EXPLAINED = 1.15  # residual of a fit that is kept, in units of the noise that the patches show
BETTER = 1.05  # or the misfit of its maps, in units of that of the eigenvectors
DROP = (1e-1, 0.2)  # loss of fitted maps at a pixel that is put down to the eigenvectors: at least, and of the residual


def espirit(
    kspace: Array,
    calib: int | tuple[int, int] = 24,
    kernel: int = 6,
    threshold: float = 0.02,
    crop: float | None = None,
    *,
    refine: bool = True,
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

    The phase of an eigenvector is arbitrary. Here the first principal channel of the calibration block, Σ_c ū_c S_c
    with the singular vector u whose largest entry is positive, is real and non-negative at each pixel: images have the
    phase of this channel.

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

    Returns
    -------
    complex array (C, H, W), in the library, on the device and of the precision of `kspace`. The work is done in
    single precision. The map of a single coil is the weight.

    Raises
    ------
    TypeError
        For data that are not complex, and sizes that are not whole.
    ValueError
        As `calibration_block`; for a calibration block that is zero or smaller than the kernel, and for a threshold or
        crop out of range.

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
    _check(block, kernel, threshold, crop)
    operator, noise = pixel_operator(block, kernel, threshold)
    reference = principal_channels(block)[:, 0].astype(np.complex64)
    coarse = (block.shape[1] + MARGIN, block.shape[2] + MARGIN)
    start, values, _ = _principal(operator, coarse, 0.0)
    full = _faint(start, values, block) if crop is None else crop
    least = full / 2 if crop is None else crop
    fitted = None
    if refine and len(block) > 2:  # two coils do not determine maps and image
        coefficients, residual = fit_maps(block, _aligned(start, reference))
        smooth = _normalised(harmonics(coefficients, coarse))
        if residual <= EXPLAINED * noise or misfit(block, smooth) <= BETTER * misfit(block, start):
            fitted = _normalised(harmonics(coefficients, shape))
    maps, values, drop = _principal(operator, shape, least, fitted)
    if fitted is not None:
        explained = maps.any(axis=0) & fitted.any(axis=0) & (drop <= max(DROP[0], DROP[1] * residual))
        maps[:, explained] = fitted[:, explained]
    if crop is None:
        maps *= _smooth_step((values - least) / (full - least))
    return like(kspace, _aligned(maps, reference))


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


def pixel_operator(block: np.ndarray, kernel: int, threshold: float) -> tuple[np.ndarray, float]:
    """Return the coefficients of G at the distances −kernel … kernel − 1, complex64 (2·kernel, 2·kernel, C, C).

    And the variance of the noise as a share of the block's mean energy, from the weakest singular values.
    """
    A = calibration_matrix(block, 1, (kernel, kernel))
    threshold = max(threshold, 1e-6)  # smaller values are rounding errors
    values, vectors = np.linalg.eigh(_gram(A))
    keep = values > threshold**2 * values[-1]
    basis = vectors[:, keep] if len(A) >= A.shape[1] else A.T @ (vectors[:, keep] / np.sqrt(values[keep])).conj()
    noise = _weakest(values) / _weakest_of_noise(block.shape, kernel) / np.mean(np.abs(block) ** 2)
    patches = basis.reshape(len(block), kernel, kernel, -1)
    spectrum = np.fft.fft2(patches, (2 * kernel, 2 * kernel), axes=(1, 2)).transpose(1, 2, 0, 3)
    correlation = np.fft.ifft2(spectrum @ spectrum.conj().swapaxes(-1, -2), axes=(0, 1))
    return (np.fft.fftshift(correlation, axes=(0, 1)) / kernel**2).astype(np.complex64), float(noise)


def _gram(A: np.ndarray) -> np.ndarray:
    """Return the smaller of the two Gram matrices of A."""
    return A @ A.conj().T if len(A) < A.shape[1] else A.T @ A.conj()


def _weakest(values: np.ndarray) -> float:
    """Return the mean of the smallest tenth of eigenvalues in ascending order: patches of an object do not reach it."""
    return float(values[: -(-len(values) // 10)].clip(0).mean())


@lru_cache
def _weakest_of_noise(shape: tuple[int, ...], kernel: int) -> float:
    """Return the same of a block of white noise of variance 1."""
    parts = np.random.default_rng(0).standard_normal((2, *shape)) / np.sqrt(2)
    A = calibration_matrix(parts[0] + 1j * parts[1], 1, (kernel, kernel))
    return _weakest(np.linalg.eigvalsh(_gram(A)))


def _principal(
    operator: np.ndarray, shape: tuple[int, ...], least: float, others: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return G's first eigenvectors (C, H, W) and values (H, W), 0 below `least`, and what other maps lose.

    That is 1 − sᴴG s / v for others s (C, H, W) of norm 1.
    """
    from ..arrays.threads import workers

    coils, reach = operator.shape[-1], len(operator) // 2
    height, width = shape
    down, along = (
        np.exp(2j * np.pi * np.outer(np.arange(n) - n // 2, np.arange(-reach, reach)) / n).astype(np.complex64)
        for n in shape
    )
    half = np.tensordot(along, operator, axes=(1, 1)).swapaxes(0, 1).reshape(2 * reach, -1)  # (2·kernel, W·C·C)
    maps = np.zeros((coils, height, width), np.complex64)
    eigenvalues, lost = np.zeros(shape, np.float32), np.zeros(shape, np.float32)

    def solve(rows: slice) -> None:
        G = (down[rows] @ half).reshape(-1, width, coils, coils)
        # The Frobenius norm bounds the eigenvalue, which excludes most pixels without an object.
        flat = G.reshape(*G.shape[:2], -1).view(np.float32)
        chosen = np.einsum("hwi,hwi->hw", flat, flat) >= 0.999 * least**2
        G = G[chosen]
        values, vectors = _first_eigenpairs(G)
        kept = values >= least
        maps[:, rows][:, chosen] = np.where(kept, vectors.T, 0)
        eigenvalues[rows][chosen] = np.where(kept, values, 0)
        if others is not None:
            s = others[:, rows][:, chosen].T[..., None]
            quotients = np.sum((s.conj() * (G @ s)).real, axis=(1, 2))
            lost[rows][chosen] = 1 - quotients / np.maximum(values, 1e-30)

    step = max(1, BLOCK // (8 * width * coils**2))
    with ThreadPoolExecutor(workers()) as pool:
        list(pool.map(solve, (slice(i, i + step) for i in range(0, height, step))))
    return maps, eigenvalues, lost


def _first_eigenpairs(G: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest eigenvalues (N,) of G (N, C, C), Hermitian positive semidefinite, and their vectors (N, C).

    The power method takes 24 steps, eight at a time, in a sixth of the time of `eigh` at 32 coils. `eigh` computes the
    few eigenvectors that have not converged.
    """
    if len(G) == 0:
        return np.zeros(0, np.float32), np.zeros(G.shape[:2], np.complex64)
    eighth = G @ G
    # Without scaling, powers of a small G (far from the object, with crop=0) would underflow.
    eighth /= np.maximum(np.abs(eighth).max(axis=(1, 2), keepdims=True), 1e-30)
    eighth = eighth @ eighth
    eighth = eighth @ eighth
    strongest = np.einsum("ncc->nc", eighth.real).argmax(axis=1)
    v = eighth[np.arange(len(G)), :, strongest][..., None]
    for _ in range(2):
        v = eighth @ (v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-30))
    v /= np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-30)
    Gv = G @ v
    values = np.sum((v.conj() * Gv).real, axis=(1, 2))
    unsettled = np.linalg.norm(Gv - values[:, None, None] * v, axis=(1, 2)) > SETTLED * values
    if unsettled.any():
        exact, vectors = np.linalg.eigh(G[unsettled])
        values[unsettled], v[unsettled] = exact[:, -1], vectors[:, :, -1:]
    return values, v[..., 0]


def _check(block: np.ndarray, kernel: int, threshold: float, crop: float | None) -> None:
    if not 1 <= whole("the kernel", kernel) <= min(block.shape[1:]):
        raise ValueError(f"a kernel of {kernel} does not fit the calibration block of {block.shape[1:]}")
    if crop is not None:
        within("crop", crop, 0, 1)
    if within("threshold", threshold, 0, 1) == 1:
        raise ValueError("a threshold of 1 keeps no singular vector")
