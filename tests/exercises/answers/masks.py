"""Answers to the exercises of the chapter that judges masks, written from their texts."""

import numpy as np
import torch

from mrilab import FFT


def by_fft(lines, beyond):
    n = len(lines)
    h = np.abs(FFT((n,)).H(lines.astype(np.complex64)))
    h = h / h[n // 2]
    return max(h[j] for j in range(n) if abs(j - n // 2) > beyond)


def by_sum(lines, beyond):
    n, taken = len(lines), np.flatnonzero(lines) - len(lines) // 2
    r = np.arange(beyond + 1, n // 2 + 1)  # |PSF| is even
    return np.abs(np.exp(2j * np.pi * np.outer(r, taken) / n).mean(axis=1)).max()


def by_logarithm(E, gamma):
    logs = gamma * np.log(E)
    p = np.exp(logs - logs.max())
    return p / p.sum()


RIGHT = {
    "masks-lobe": [by_fft, by_sum, lambda lines, b: np.float32(by_fft(lines, b))],
    "lines-learn": [
        by_logarithm,
        lambda E, gamma: [e**gamma / sum(e**gamma for e in E) for e in E],
        lambda E, gamma: torch.as_tensor(E).pow(gamma) / torch.as_tensor(E).pow(gamma).sum(),
        lambda E, gamma: (np.float32(E) ** gamma) / np.sum(np.float32(E) ** gamma),
    ],
}
WRONG = {
    "masks-lobe": [
        lambda lines, b: by_sum(lines, b) ** 2,
        lambda lines, b: by_sum(lines, b - 1),
        lambda lines, b: by_sum(lines, b) * lines.sum(),
        lambda lines, b: by_sum(lines, b) / len(lines),
        lambda lines, b: 1.0,
    ],
    "lines-learn": [
        lambda E, gamma: E**gamma / np.max(E**gamma),
        lambda E, gamma: E**gamma / np.linalg.norm(E**gamma),
        lambda E, gamma: np.cumsum(E**gamma) / np.sum(E**gamma),
        lambda E, gamma: np.sort(E**gamma) / np.sum(E**gamma),
        lambda E, gamma: E**gamma / np.mean(E**gamma),
        lambda E, gamma: gamma**E / np.sum(gamma**E),
    ],
}
