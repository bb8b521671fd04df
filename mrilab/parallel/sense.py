"""SENSE in image space: unfolding of regularly under-sampled Cartesian data, and the amplification of its noise.

All is computed with NumPy, in double precision where it matters. torch and CuPy arrays are accepted and returned on
their device, but no gradients flow through.
"""

import numpy as np

from ..arrays.checks import check, check_scan, check_values, whole
from ..arrays.libraries import Array, like
from ..operators.fourier import FFT
from .channels import whitening_matrix

RESOLVED = 1e-10  # smaller eigenvalues of a group's correlation matrix, about 1 / g², count as zero


def sense_unfold(kspace: Array, smaps: Array, accel: int, noise_cov: Array | None = None) -> Array:
    """Return the image m with the smallest residual, unfolded group by group from every R-th phase encode line.

    R pixels, H/R apart along the phase encode, fold onto each other: a group, with pixels n = 0…R−1. With s the offset
    of the sampled lines from DC (0 if one of them is DC), the zero-filled image of coil c is

        a_c(r) = 1/R Σ_n exp(−2πi s n/R) S_c(r + nH/R) m(r + nH/R),   r < H/R,

    and m = (EᴴΓ⁻¹E)⁻¹ EᴴΓ⁻¹ a solves these C equations for R unknowns. m is zero where all maps are zero. Where the
    coils cannot distinguish the pixels of a group (`g_factor` is infinite), m is the solution with the smallest
    Σ|m|² SᴴΓ⁻¹S.

    Parameters
    ----------
    kspace : complex array (..., C, H, W)
        Zero except on the lines j = j₀ + nR. Remove calibration lines first, `kspace * regular_lines(shape, accel)`.
    smaps : complex array (C, H, W)
        Sensitivities on the field of view of the data.
    accel : int
        R, from 1 to H, a divisor of H; otherwise the copies of a pixel would lie between pixels.
    noise_cov : array (C, C), optional
        Γ, the covariance of the coils' noise E[ε εᴴ], up to a factor (None: the identity).

    Returns
    -------
    complex array (..., H, W), in the library, on the device and of the precision of `kspace`

    Raises
    ------
    TypeError
        For arrays that are not complex, and an `accel` that is not a whole number.
    ValueError
        For sizes that do not fit, an R that does not divide H, lines that are not R apart, values that are not finite,
        and a Γ that is not Hermitian and positive definite.

    References
    ----------
    Pruessmann et al., SENSE: sensitivity encoding for fast MRI, Magn. Reson. Med. 42 (1999).

    Examples
    --------
    >>> from mrilab import regular_lines, simulate, simulate_smaps
    >>> x, smaps = np.outer(np.arange(8), np.ones(6)), simulate_smaps(4, (8, 6))
    >>> y = simulate(x, smaps, (8, 6)) * regular_lines((8, 6), 2)
    >>> bool(np.allclose(sense_unfold(y, smaps, 2), x, atol=1e-4))
    True
    """
    maps, rate, white = _check(smaps, accel, noise_cov)
    check(kspace, maps.shape, "sense_unfold", needs_complex=True)
    data = check_scan(kspace, "sense_unfold")
    height, width = maps.shape[1:]
    offset = _offset(data, rate)
    folded = FFT((height, width)).H(data)[..., : height // rate, :]  # one period, which the others repeat

    basis, length, values, vectors = _groups(maps, rate, white)
    inverse = np.divide(1, values, where=values > RESOLVED, out=np.zeros_like(values))
    phase = np.exp(2j * np.pi * offset * np.arange(rate) / rate)
    unfold = (vectors * inverse[..., None, :]) @ _adjoint(vectors) @ _adjoint(basis)
    unfold *= (rate * phase)[:, None] / length[..., None]
    unfold = (unfold @ white).astype(data.dtype)  # (H/R, W, R, C)
    image = np.einsum("hwnc,...chw->...nhw", unfold, folded, optimize=True)
    return like(kspace, image.reshape(*data.shape[:-3], height, width))


def g_factor(smaps: Array, accel: int, noise_cov: Array | None = None) -> np.ndarray:
    """Return the g-factor, the noise amplification of SENSE at R beyond √R: float64 (H, W), 0 where maps are zero.

    g_j = √([(SᴴΓ⁻¹S)⁻¹]_jj [SᴴΓ⁻¹S]_jj) over the R pixels of a group, at least 1. The standard deviation of pixel j is
    g_j √R times that of the fully sampled, optimally combined image. g does not depend on the scale of maps and Γ, and
    is infinite where the coils cannot distinguish the pixels. Arguments and errors as in `sense_unfold`.

    References
    ----------
    Pruessmann et al., SENSE: sensitivity encoding for fast MRI, Magn. Reson. Med. 42 (1999).

    Examples
    --------
    >>> smaps = np.zeros((2, 4, 1), complex)
    >>> smaps[0, :2], smaps[1, 2:] = 1, 1  # each coil sees one half: nothing to unfold
    >>> g_factor(smaps, 2).ravel()
    array([1., 1., 1., 1.])
    """
    maps, rate, white = _check(smaps, accel, noise_cov)
    *_, values, vectors = _groups(maps, rate, white)
    share = np.abs(vectors) ** 2
    lost = values[..., None, :] <= RESOLVED
    g = np.sqrt(np.sum(np.divide(share, values[..., None, :], where=~lost, out=np.zeros_like(share)), axis=-1))
    g[np.sum(share * lost, axis=-1) > RESOLVED] = np.inf
    g[~_seen(maps, rate)] = 0
    return np.moveaxis(g, -1, 0).reshape(maps.shape[1:])


def _groups(maps: np.ndarray, rate: int, white: np.ndarray):
    """Return the whitened maps of each group as columns of norm 1, the norms, and the eigenpairs of the correlation.

    Shapes (H/R, W, C, R), (H/R, W, R), (H/R, W, R) and (H/R, W, R, R). A column of zeros stays zero, with norm 1, and
    adds an eigenvalue 0.
    """
    coils, height, width = maps.shape
    columns = maps.reshape(coils, rate, height // rate, width).transpose(2, 3, 0, 1)
    basis = white @ columns
    length = np.linalg.norm(basis, axis=-2)
    length[~_seen(maps, rate)] = 1
    basis /= length[..., None, :]
    return basis, length, *np.linalg.eigh(_adjoint(basis) @ basis)


def _seen(maps: np.ndarray, rate: int) -> np.ndarray:
    """Return where any map is not zero, group by group: bool (H/R, W, R)."""
    seen = maps.any(axis=0)
    return np.moveaxis(seen.reshape(rate, -1, seen.shape[-1]), 0, -1)


def _adjoint(matrices: np.ndarray) -> np.ndarray:
    return matrices.conj().swapaxes(-1, -2)


def _offset(data: np.ndarray, rate: int) -> int:
    """Return the offset of the sampled lines from DC, modulo R; raise unless they are R apart."""
    height = data.shape[-2]
    lines = np.flatnonzero(np.moveaxis(data, -2, 0).reshape(height, -1).any(axis=1))
    offsets = np.unique((lines - height // 2) % rate)
    if offsets.size > 1:
        raise ValueError(
            f"sense_unfold at accel {rate} takes lines that are {rate} apart, got data on {lines.size} of {height} "
            "lines; drop calibration lines by multiplying with regular_lines(shape, accel)"
        )
    return int(offsets[0]) if offsets.size else 0


def _check(smaps: Array, accel: int, noise_cov: Array | None) -> tuple[np.ndarray, int, np.ndarray]:
    """Return the maps in double precision, R, and the matrix B⁻¹ that makes the noise white, Γ = B Bᴴ."""
    maps = check_scan(smaps, "unfolding with smaps", "C, H, W")
    coils, height = maps.shape[:2]
    accel = whole("accel", accel, 1, height)
    if height % accel:
        raise ValueError(
            f"accel {accel} does not divide the {height} phase encode lines, so pixels would fold between pixels"
        )
    cov = np.eye(coils) if noise_cov is None else check_values(noise_cov, "noise_cov", "C, C")
    if cov.shape != (coils, coils):
        raise ValueError(f"noise_cov must be ({coils}, {coils}) for {coils} coils, got {cov.shape}")
    return maps.astype(np.complex128), accel, whitening_matrix(cov)
