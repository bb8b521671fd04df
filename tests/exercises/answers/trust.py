"""Answers to the exercises of the chapter on trust, written from its page."""

import numpy as np


def shifted(transform, x):
    axes = (-2, -1)
    return np.fft.fftshift(transform(np.fft.ifftshift(x, axes), norm="ortho"), axes)


def by_numpy(x, mask):
    k = shifted(np.fft.fft2, x)
    k[mask] = 0
    return shifted(np.fft.ifft2, k)


def by_difference(x, mask):
    return x - shifted(np.fft.ifft2, np.where(mask, shifted(np.fft.fft2, x), 0)).astype(np.complex64)


RIGHT = {
    "trust-residual": [
        lambda A, x, y, s: np.sqrt((abs(y - A.op(x)) ** 2).sum() / y.size) / s,
        lambda A, x, y, s: np.sqrt(np.mean(abs(A(x) - y) ** 2)) / s,
    ],
    "trust-unseen": [by_numpy, by_difference],
}

WRONG = {
    "trust-residual": [
        lambda A, x, y, s: np.linalg.norm(A(x) - y) / s / np.sqrt(len(y)),
        lambda A, x, y, s: np.linalg.norm(A(x) - y) / s,
        lambda A, x, y, s: np.mean(abs(A(x) - y)) / s,
    ],
    "trust-unseen": [
        lambda x, mask: np.fft.ifft2(~mask * np.fft.fft2(x)),
        lambda x, mask: x - by_numpy(x, mask),
        lambda x, mask: by_numpy(x, mask).real,
        lambda x, mask: abs(by_numpy(x, mask)),
        lambda x, mask: ~mask * shifted(np.fft.fft2, x),
        lambda x, mask: ~mask * x,
        lambda x, mask: abs(x) - abs(by_difference(x, ~mask)),
    ],
}
