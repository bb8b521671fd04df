"""ESPIRiT: coil maps as eigenvectors of an operator in image space, estimated from the centre of k-space.

All is computed with NumPy. torch and CuPy arrays are accepted and returned on their device, but no gradients flow
through.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ..arrays.checks import whole, within
from ..arrays.libraries import Array, like
from .calibration import calibration_block, calibration_matrix
from .channels import principal_channels
from .joint_fit import MARGIN, fit_maps

BLOCK = 64 * 2**20  # bytes of the operator that one thread holds at a time
SETTLED = 3e-4  # residual of an eigenvector, relative to its eigenvalue


def espirit(
    kspace: Array,
    calib: int | tuple[int, int] = 24,
    kernel: int = 6,
    threshold: float = 0.02,
    crop: float = 0.95,
    *,
    refine: bool = True,
) -> Array:
    """Return coil maps S (C, H, W) estimated by ESPIRiT: Σ_c |S_c|² = 1 in the support, 0 outside it.

    The patches of `kernel`² points in all C coils, which are the rows of the calibration matrix, lie in a small
    subspace. Its basis w_1 … w_K are the right singular vectors with singular values above `threshold` times the
    largest. Projecting each patch of k-space y onto the subspace, and averaging overlapping patches, does not change y.
    Both are convolutions, so in image space they are a matrix on the vector of coils at each pixel:

        G(r) = 1/kernel² Σ_k h_k(r) h_k(r)ᴴ,   h_k,c(r) = Σ_u w_k(c, u) exp(2πi u·r/n).

    All eigenvalues lie between 0 and 1, and coil images S(r) x(r) do not change if G(r) S(r) = S(r). So the maps are
    the eigenvectors of the largest eigenvalue where it is at least `crop`; elsewhere there is no object. G is a
    trigonometric polynomial of degree kernel − 1, computed from the correlations of the w_k, a few rows at a time.

    Outside the support the data do not determine the image, and a solver may leave any values there: set them to zero,
    or estimate maps with `crop=0`, which gives maps everywhere.

    Weak singular vectors are left out, which biases the maps, most if the block is small or asymmetric. The last step
    is not part of ESPIRiT: a joint fit of smooth maps and an image to the block, which starts from the eigenvectors and
    replaces them in the support (`joint_fit.fit_maps`, similar to JSENSE and NLINV).

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
    crop : float
        Smallest eigenvalue in the support, from 0 (maps everywhere) to 1.
    refine : bool
        Whether to add the joint fit. False, or one or two coils, give the eigenvectors of ESPIRiT.

    Returns
    -------
    complex array (C, H, W), in the library, on the device and of the precision of `kspace`. It is computed in single
    precision. The map of a single coil is 1 where the eigenvalue is at least `crop`.

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
    >>> from mrilab import shepp_logan, simulate, simulate_smaps
    >>> x, true = shepp_logan((48, 48)), simulate_smaps(4, (48, 48))
    >>> S = espirit(simulate(x, true, (48, 48)), crop=0.9)
    >>> head = abs(x) > 0.05
    >>> bool((abs((S.conj() * true).sum(0))[head] > 0.99).all())  # the cosine between the vectors of coils
    True
    """
    data, rows, columns = calibration_block(kspace, calib)
    block = data[:, rows, columns]
    _check(block, kernel, threshold, crop)
    operator = pixel_operator(block, kernel, threshold)
    reference = principal_channels(block)[:, 0].astype(np.complex64)
    maps = _aligned(_principal(operator, data.shape[1:], crop), reference)
    if refine and len(block) > 2:  # two coils do not determine maps and image
        coarse = (block.shape[1] + MARGIN, block.shape[2] + MARGIN)
        start = _aligned(_principal(operator, coarse, 0.0), reference)
        fitted = fit_maps(block, start, data.shape[1:])
        power = np.linalg.norm(fitted, axis=0)
        seen = (power > 1e-6 * power.max()) & maps.any(axis=0)
        maps[:, seen] = _aligned((fitted[:, seen] / power[seen]).astype(np.complex64), reference)
    return like(kspace, maps)


def _aligned(maps: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return the maps with phases such that the channel Σ_c ū_c S_c is real and non-negative."""
    along = np.tensordot(reference.conj(), maps, 1)
    size = np.abs(along)
    return maps * np.divide(along.conj(), size, where=size > 0, out=np.ones_like(along))


def pixel_operator(block: np.ndarray, kernel: int, threshold: float) -> np.ndarray:
    """Return the coefficients of G at the frequencies −kernel … kernel − 1: complex64 (2·kernel, 2·kernel, C, C)."""
    A = calibration_matrix(block, 1, (kernel, kernel))
    threshold = max(threshold, 1e-6)  # smaller values are rounding errors
    if len(A) < A.shape[1]:  # the smaller of the two Gram matrices
        values, left = np.linalg.eigh(A @ A.conj().T)
        keep = values > threshold**2 * values[-1]
        basis = A.T @ (left[:, keep] / np.sqrt(values[keep])).conj()
    else:
        values, right = np.linalg.eigh(A.T @ A.conj())
        basis = right[:, values > threshold**2 * values[-1]]
    patches = basis.reshape(len(block), kernel, kernel, -1)
    spectrum = np.fft.fft2(patches, (2 * kernel, 2 * kernel), axes=(1, 2)).transpose(1, 2, 0, 3)
    correlation = np.fft.ifft2(spectrum @ spectrum.conj().swapaxes(-1, -2), axes=(0, 1))
    return (np.fft.fftshift(correlation, axes=(0, 1)) / kernel**2).astype(np.complex64)


def _principal(operator: np.ndarray, shape: tuple[int, ...], crop: float) -> np.ndarray:
    """Return the first eigenvector of G where its eigenvalue is at least `crop`, and 0 elsewhere: (C, H, W)."""
    from ..arrays.threads import workers

    coils, reach = operator.shape[-1], len(operator) // 2
    height, width = shape
    down, along = (
        np.exp(2j * np.pi * np.outer(np.arange(n) - n // 2, np.arange(-reach, reach)) / n).astype(np.complex64)
        for n in shape
    )
    half = np.tensordot(along, operator, axes=(1, 1)).swapaxes(0, 1).reshape(2 * reach, -1)  # (2·kernel, W·C·C)
    maps = np.zeros((coils, height, width), np.complex64)

    def solve(rows: slice) -> None:
        G = (down[rows] @ half).reshape(-1, width, coils, coils)
        # The Frobenius norm bounds the eigenvalue, which excludes most pixels without an object.
        flat = G.reshape(*G.shape[:2], -1).view(np.float32)
        chosen = np.einsum("hwi,hwi->hw", flat, flat) >= 0.999 * crop**2
        values, vectors = _first_eigenpairs(G[chosen])
        maps[:, rows][:, chosen] = np.where(values >= crop, vectors.T, 0)

    step = max(1, BLOCK // (8 * width * coils**2))
    with ThreadPoolExecutor(workers()) as pool:
        list(pool.map(solve, (slice(i, i + step) for i in range(0, height, step))))
    return maps


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


def _check(block: np.ndarray, kernel: int, threshold: float, crop: float) -> None:
    if not 1 <= whole("the kernel", kernel) <= min(block.shape[1:]):
        raise ValueError(f"a kernel of {kernel} does not fit the calibration block of {block.shape[1:]}")
    within("crop", crop, 0, 1)
    if within("threshold", threshold, 0, 1) == 1:
        raise ValueError("a threshold of 1 keeps no singular vector")
