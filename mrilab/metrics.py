"""Similarity of an image to its reference: PSNR, SSIM and NRMSE, as defined in the whole course.

All are computed from magnitudes, slice by slice (the last two axes), and averaged over the axes in front. Images are
not rescaled: one with the wrong brightness is wrong. Papers that use the peak of a volume, or the range of the image
itself, report other values for the same images.
"""

from collections.abc import Callable

import numpy as np

from .arrays.checks import check_values, whole
from .arrays.libraries import Array

WINDOW = 7  # side of the windows of SSIM


def psnr(x: Array, ref: Array) -> float:
    """Return the peak signal-to-noise ratio, 10 log₁₀(max|ref|² / mean((|x| − |ref|)²)), in dB.

    Takes arrays (..., H, W), real or complex, of NumPy, torch or CuPy; equal magnitudes give infinity. Raises TypeError
    if an argument is not a numeric array, ValueError if shapes differ, an array is empty or not finite, or a slice of
    `ref` is zero everywhere.

    >>> round(psnr(np.full((8, 8), 0.9), np.ones((8, 8))), 6)
    20.0
    """
    return _average(_psnr, x, ref)


def ssim(x: Array, ref: Array) -> float:
    """Return the structural similarity, at most 1, with uniform windows of 7 × 7 and the data range max|ref|.

    The windows are the default of scikit-image. Arguments and errors as in `psnr`; slices must be at least 7 × 7.

    References
    ----------
    Wang et al., Image quality assessment: from error visibility to structural similarity, IEEE Trans. Image Process. 13
    (2004).

    Examples
    --------
    >>> ref = np.eye(16)
    >>> ssim(ref, ref), ssim(0.5 * ref, ref) < 1
    (1.0, True)
    """
    return _average(_ssim, x, ref)


def nrmse(x: Array, ref: Array) -> float:
    """Return the normalised root mean square error, ‖|x| − |ref|‖ / ‖ref‖.

    Arguments and errors as in `psnr`.

    >>> round(nrmse(np.full((8, 8), 0.9), np.ones((8, 8))), 6)
    0.1
    """
    return _average(_nrmse, x, ref)


def volume_scores(x: Array, ref: Array, *, side: int = 320) -> dict[str, float]:
    """Return the metrics of fastMRI's tables, {"psnr" (dB), "ssim", "nmse"}, of a volume, a stack of slices (n, H, W).

    Its central `side` × `side` pixels are compared, or all along an axis that has fewer. The peak, and the data range
    of SSIM, are the maximum M of the volume |ref|, not of each slice:

        PSNR = 10 log₁₀(M² / mean((|x| − |ref|)²)),   NMSE = ‖|x| − |ref|‖² / ‖ref‖².

    SSIM is the mean over the slices. Arguments and errors as in `psnr`, but a slice of `ref` may be zero everywhere;
    raises ValueError for a `side` below 7, and arrays of other than three axes.

    References
    ----------
    Zbontar et al., fastMRI: an open dataset and benchmarks for accelerated MRI, arXiv:1811.08839 (2018), section 4.

    Examples
    --------
    >>> ref = np.ones((2, 400, 330))
    >>> {name: round(value, 3) for name, value in volume_scores(0.9 * ref, ref).items()}
    {'psnr': 20.0, 'ssim': 0.994, 'nmse': 0.01}
    """
    side = whole("side", side, WINDOW)
    x, ref = (_slices(array, name) for array, name in ((x, "image"), (ref, "reference")))
    if x.shape != ref.shape or ref.ndim != 3:
        raise ValueError(f"volumes must have one shape (n, H, W), got {x.shape} and {ref.shape}")
    if not ref.any():
        raise ValueError(f"the reference of shape {ref.shape} is zero everywhere")
    x, ref = _central(x, side), _central(ref, side)
    peak = float(ref.max())
    return {
        "psnr": _psnr(x, ref),
        "ssim": float(np.mean([_ssim(a, b, peak) for a, b in zip(x, ref)])),
        "nmse": _nrmse(x, ref) ** 2,
    }


def _central(volume: np.ndarray, side: int) -> np.ndarray:
    """Return the central pixels (n, side, side), as fastMRI crops."""
    starts = (max(0, (n - side) // 2) for n in volume.shape[1:])
    return volume[(slice(None), *(slice(start, start + side) for start in starts))]


def _psnr(x: np.ndarray, ref: np.ndarray) -> float:
    error = np.mean((x - ref) ** 2)
    return float(10 * np.log10(ref.max() ** 2 / error)) if error > 0 else np.inf


def _ssim(x: np.ndarray, ref: np.ndarray, peak: float | None = None) -> float:
    from skimage.metrics import structural_similarity

    if min(ref.shape) < WINDOW:
        raise ValueError(f"ssim uses windows of 7 × 7, which do not fit an image of shape {ref.shape}")
    return float(structural_similarity(x, ref, win_size=WINDOW, data_range=ref.max() if peak is None else peak))


def _nrmse(x: np.ndarray, ref: np.ndarray) -> float:
    return float(np.linalg.norm(x - ref) / np.linalg.norm(ref))


def _average(metric: Callable[[np.ndarray, np.ndarray], float], x: Array, ref: Array) -> float:
    """Return the mean of a metric over the slices."""
    x, ref = _slices(x, "image"), _slices(ref, "reference")
    if x.shape != ref.shape:
        raise ValueError(f"an image of shape {x.shape} cannot be compared with a reference of shape {ref.shape}")
    if not ref.any(axis=(-2, -1)).all():
        raise ValueError(f"the reference of shape {ref.shape} has a slice that is zero everywhere")
    size = ref.shape[-2:]
    return float(np.mean([metric(a, b) for a, b in zip(x.reshape(-1, *size), ref.reshape(-1, *size))]))


def _slices(x: Array, name: str) -> np.ndarray:
    """Return magnitudes as float64; raise unless they are finite and have the shape (..., H, W)."""
    array = check_values(x, f"the {name}", "..., H, W")
    return np.abs(array.astype(np.complex128 if array.dtype.kind == "c" else np.float64))
