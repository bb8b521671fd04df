"""Answers to the exercises of the chapter `kspace`, written from their texts."""

import numpy as np

from mrilab import FFT

ORTHO = {"axes": (-2, -1), "norm": "ortho"}


def shifted(x):
    return np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(x, (-2, -1)), **ORTHO), (-2, -1))


RIGHT = {
    "kspace-fft": [lambda x: FFT(x.shape[-2:]) @ x, lambda x: shifted(x.astype(complex))],
}
WRONG = {
    "kspace-fft": [np.fft.fft2, lambda x: np.fft.fftshift(np.fft.fft2(x, **ORTHO)), lambda x: shifted(x.conj())],
}
