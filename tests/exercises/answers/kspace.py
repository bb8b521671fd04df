"""Answers to the exercises of the chapter `kspace`, written from their texts."""

import numpy as np
import torch

from mrilab import FFT, Mask


def one_in(height, width, at=None, kind=bool):
    mask = np.zeros((height, width), kind)
    mask[(height // 2, width // 2) if at is None else at(height, width)] = 1
    return mask


def bright(shape):
    pixel = np.zeros(shape, np.complex64)
    pixel[shape[0] // 2, shape[1] // 2] = 1
    return pixel


def by_waves(mask):
    """The mean over all samples of a wave for each sample taken."""
    axes = [np.arange(n) - n // 2 for n in mask.shape]
    waves = [np.exp(2j * np.pi * np.outer(k, k) / k.size) for k in axes]
    return np.einsum("kl,kr,ls->rs", mask, *waves) / mask.size


RIGHT = {
    "kspace-dc": [
        one_in,
        lambda h, w: one_in(h, w, kind=np.uint8),
        lambda h, w: one_in(h, w, kind=float).tolist(),
        lambda h, w: np.outer(np.arange(h) == h // 2, np.arange(w) == w // 2),
        lambda h, w: torch.as_tensor(one_in(h, w)),
    ],
    "kspace-spacing": [
        lambda fov, pixel: [1 / (fov / 1000), 1 / (pixel / 1000)],
        lambda fov, pixel: np.array([1000 / fov, 1000 / pixel]),
        lambda fov, pixel: (np.float32(1000 / fov), np.float32(1000 / pixel)),
        lambda fov, pixel: torch.tensor([1000 / fov, 1000 / pixel]),
    ],
    "kspace-psf": [
        lambda mask: by_waves(mask),
        lambda mask: (Mask(mask) @ FFT(mask.shape)).gram(bright(mask.shape)),
        lambda mask: np.fft.fftshift(np.fft.ifft2(np.fft.ifftshift(mask))),
    ],
}
WRONG = {
    "kspace-dc": [
        lambda h, w: one_in(h, w, at=lambda h, w: (h // 2 - 1, w // 2 - 1)),
        lambda h, w: one_in(h, w, at=lambda h, w: (slice(h // 2 - 1, h // 2 + 1), slice(w // 2 - 1, w // 2 + 1))),
        lambda h, w: (h // 2, w // 2),
        lambda h, w: one_in(h, w, at=lambda h, w: (h - 1, w - 1)),
        lambda h, w: np.ones((h, w), bool),
        lambda h, w: 256 * one_in(h, w, kind=int),
    ],
    "kspace-spacing": [
        lambda fov, pixel: (fov / 1000, pixel / 1000),
        lambda fov, pixel: (1e3 / fov, 2e3 / pixel),
        lambda fov, pixel: 1e3 / fov,
        lambda fov, pixel: (1e6 / fov, 1e6 / pixel),
        lambda fov, pixel: (2e3 / fov, 1e3 / pixel),
    ],
    "kspace-psf": [
        lambda mask: by_waves(mask).real,
        lambda mask: by_waves(mask) * np.sqrt(mask.size),
        lambda mask: by_waves(mask) ** 2,
        lambda mask: by_waves(mask).conj(),
        lambda mask: by_waves(~mask),
        lambda mask: np.fft.ifft2(np.fft.ifftshift(mask)),
    ],
}
