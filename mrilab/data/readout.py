"""The readout axis: removal of its oversampling, and splitting of 3-D scans into independent slices along it."""

import numpy as np

from ..operators.fourier import FFT
from .scan import sampling_mask


def crop_readout(kspace: np.ndarray, width: int) -> np.ndarray:
    """Return k-space (…, C, H, W') with its readout oversampling removed: (…, C, H, W), W ≤ W'.

    Oversampling enlarges the field of view, which is cropped about its centre in image space, without changing the
    values of the image. If only a part of the readout was sampled (a partial echo), interpolation would leak a little
    past its end, so new samples that do not lie between two acquired ones are set to zero.
    """
    old = kspace.shape[-1]
    if width >= old:
        return kspace
    F, F_old = FFT((width,)), FFT((old,))
    start = old // 2 - width // 2
    left, right = neighbours(old, width)
    out = np.empty((*kspace.shape[:-1], width), np.complex64)
    for index in np.ndindex(kspace.shape[:-3]):  # slice by slice, to save memory
        sampled = sampling_mask(kspace[index])
        line = F_old.H(kspace[index])[..., start : start + width]
        out[index] = F(line) * (sampled[..., left] & sampled[..., right])
    return out


def neighbours(old: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the indices of the two of `old` samples between which each of the `width` samples lies."""
    place = (np.arange(width) - width // 2) * (old / width) + old // 2
    return np.floor(place).astype(int), np.minimum(np.ceil(place).astype(int), old - 1)


def split_readout(volume: np.ndarray, width: int) -> np.ndarray:
    """Return a 3-D scan (…, C, Z, Y, X) as a stack of 2-D scans (…, width, C, Y, Z), whose axes are phase encodes.

    The readout X is complete for every pair of phase encodes. So an inverse Fourier transform along it gives
    independent problems, one for each position along the readout; the `width` central ones are kept.
    """
    start = volume.shape[-1] // 2 - width // 2
    hybrid = FFT(volume.shape[-1:]).H(volume)[..., start : start + width]
    return np.ascontiguousarray(np.moveaxis(hybrid, -1, -4).swapaxes(-1, -2))
