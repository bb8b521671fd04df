"""The readout axis: its oversampling removed, and a 3-D scan split into independent slices across it."""

import numpy as np

from ..operators.fourier import FFT
from .scan import sampling_mask


def crop_readout(kspace: np.ndarray, width: int) -> np.ndarray:
    """Return k-space (…, C, H, W') with its readout oversampling removed: (…, C, H, W), W ≤ W'.

    Oversampling widens the field of view, so it is cropped in image space, about the centre; the values of the image
    stay as they are. A readout that was not sampled whole (a partial echo) leaks a little past its end: new samples
    that do not lie between old ones are set to zero.
    """
    old = kspace.shape[-1]
    if width >= old:
        return kspace
    F, F_old = FFT((width,)), FFT((old,))
    start = old // 2 - width // 2
    left, right = neighbours(old, width)
    out = np.empty((*kspace.shape[:-1], width), np.complex64)
    for index in np.ndindex(kspace.shape[:-3]):  # slice by slice, for little memory
        sampled = sampling_mask(kspace[index])
        line = F_old.H(kspace[index])[..., start : start + width]
        out[index] = F(line) * (sampled[..., left] & sampled[..., right])
    return out


def neighbours(old: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return between which two of `old` samples each of the `width` lies that are left without oversampling."""
    place = (np.arange(width) - width // 2) * (old / width) + old // 2
    return np.floor(place).astype(int), np.minimum(np.ceil(place).astype(int), old - 1)


def split_readout(volume: np.ndarray, width: int) -> np.ndarray:
    """Return a 3-D scan (…, C, Z, Y, X) as a stack of 2-D ones, (…, width, C, Y, Z), with both axes phase encodes.

    The readout X is whole for every pair of phase encodes, so an inverse Fourier transform along it leaves problems
    that have nothing to do with each other, one for each position across it; the `width` central ones are kept.
    """
    start = volume.shape[-1] // 2 - width // 2
    hybrid = FFT(volume.shape[-1:]).H(volume)[..., start : start + width]
    return np.ascontiguousarray(np.moveaxis(hybrid, -1, -4).swapaxes(-1, -2))
