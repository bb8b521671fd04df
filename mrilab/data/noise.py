"""Noise in true units: from the noise scan of a file to the noise of its averaged and cropped samples."""

from dataclasses import replace

import numpy as np

from ..operators.fourier import FFT
from ..parallel.channels import noise_covariance, prewhiten
from .scan import Scan

FLAT = 0.5  # the central fraction of a receiver's band over which its filter is flat


def scan_covariance(scan: Scan) -> np.ndarray:
    """Return the covariance of the noise in a sample of `scan.kspace` that was acquired once, complex128 (C, C).

    It is that of `scan.noise`, Γ = E[ε εᴴ], converted to the receiver bandwidth and field of view of the scan:

        Γ_scan = Γ · τ_noise/τ_scan · 1/r · p(band),

    where τ are the dwell times (noise power is proportional to the bandwidth 1/τ), r is the mean of the noise spectrum
    divided by its value at the centre of the band, where the receiver's filter is flat, and p the mean over the part of
    the band that remained when the oversampling was removed, divided by the same value. r is the `noise_bandwidth` of
    the file, or is measured in the noise scan; p is always measured. Unknown dwell times are assumed to be equal.

    Variances are those of complex samples, E|ε|². Gadgetron has a factor of 2, because it normalises the variance of
    each real component to 1.

    Raises
    ------
    ValueError
        For a scan without noise.

    References
    ----------
    Kellman and McVeigh, Image reconstruction in SNR units: a general method for SNR measurement, Magn. Reson. Med. 54
    (2005).

    Examples
    --------
    >>> noise = np.array([[2, 2j, -2, -2j]], np.complex64)
    >>> scan = Scan(np.ones((1, 4, 4), np.complex64), noise=noise, noise_dwell=5.0, dwell=20.0)
    >>> scan_covariance(scan).real
    array([[1.]])
    """
    if scan.noise is None:
        raise ValueError(f"a {scan!r} holds no noise scan: estimate a covariance from where there is no signal")
    covariance = np.asarray(noise_covariance(scan.noise.astype(np.complex128)))
    relative = prewhiten(scan.noise.astype(np.complex128), covariance, axis=-2)
    spectrum = (abs(FFT(relative.shape[-1:]).H(relative)) ** 2).mean(axis=0)
    flat = _central(spectrum, FLAT)
    bandwidth = scan.noise_bandwidth or spectrum.mean() / flat
    longer = scan.noise_dwell / scan.dwell if scan.noise_dwell and scan.dwell else 1.0
    return covariance * longer / bandwidth * _central(spectrum, scan.band) / flat


def whiten(scan: Scan) -> Scan:
    """Return the scan with noise of variance E|ε|² = 1 in every sample, independent between channels.

    With Γ = B Bᴴ from `scan_covariance`, a sample y that is the mean of N becomes √N B⁻¹ y. If N is the same for all
    samples, this is one factor. If it varies, as in scans that were stopped during an average, the model must have the
    same weights: `Diagonal(np.sqrt(scan.averages)) @ Mask(mask) @ FFT(shape) @ Coils(smaps)`.

    The result has no `noise`. Raises ValueError for a scan without noise, and as `prewhiten` does.

    >>> noise = np.array([[2, 2j, -2, -2j]], np.complex64)
    >>> scan = Scan(np.full((1, 4, 4), 6j, np.complex64), noise=noise)
    >>> whiten(scan).kspace[0, 0]
    array([0.+3.j, 0.+3.j, 0.+3.j, 0.+3.j], dtype=complex64)
    """
    white = np.asarray(prewhiten(scan.kspace, scan_covariance(scan)))
    if scan.averages is not None:
        white = white * np.sqrt(scan.averages)[..., None, :, :]
    return replace(scan, kspace=white.astype(np.complex64, copy=False), noise=None)


def _central(spectrum: np.ndarray, part: float) -> float:
    """Return the mean over the central part of a band."""
    count = max(1, round(part * len(spectrum)))
    start = len(spectrum) // 2 - count // 2
    return float(spectrum[start : start + count].mean())
