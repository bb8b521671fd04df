"""Answers to the exercises of the chapter on random sampling, written from its page."""

import numpy as np


def by_loops(shape, cutoff, decay, end=1.0, start=lambda n: n // 2, far=np.hypot, least=True):
    p = np.zeros(shape)
    for i in range(shape[0]):
        for j in range(shape[1]):
            k = far(*(2 * end * (m - start(n)) / n for m, n in zip((i, j), shape)))
            p[i, j] = min(1, (cutoff / k) ** decay) if k > 0 or not least else 1
    return p / p.sum()


def by_maximum(shape, cutoff, decay):
    ky, kx = np.meshgrid(*(np.linspace(-(n // 2) / n, (n - 1 - n // 2) / n, n) * 2 for n in shape), indexing="ij")
    p = np.maximum(np.sqrt(ky**2 + kx**2), cutoff).astype(np.float32) ** -decay
    return p / p.sum(dtype=float)


def by_frequencies(shape, cutoff, decay):
    ky, kx = (np.fft.fftshift(np.fft.fftfreq(n)) * 2 for n in shape)
    with np.errstate(divide="ignore"):
        p = np.minimum(1, (cutoff / np.hypot(ky[:, None], kx)) ** decay)
    return p / np.sum(p)


RIGHT = {
    "random-accel": [
        lambda mask: 1 / np.mean(mask),
        lambda mask: mask.shape[0] * mask.shape[1] / sum(bool(m) for row in mask for m in row),
        lambda mask: np.float32(mask.size / mask.sum()),
    ],
    "random-cutoff": [
        lambda N, R: N * (1 - (1 - 1 / N) ** round(N / R)),
        lambda N, R: round(N - N * np.exp(round(N / R) * np.log1p(-1 / N))),
        lambda N, R: N * (1 - np.exp(-1 / R)),
    ],
    "random-density": [by_loops, by_maximum, by_frequencies],
    "random-steep": ["Flat", "flat."],
}

WRONG = {
    "random-accel": [
        lambda mask: mask.size / np.count_nonzero(~mask),
        lambda mask: mask.size // mask.sum(),
        lambda mask: len(mask) / mask.any(axis=1).sum(),
        lambda mask: mask.size - mask.sum(),
        lambda mask: round(mask.size / mask.sum()),
    ],
    "random-cutoff": [
        lambda N, R: 1 - (1 - 1 / N) ** round(N / R),
        lambda N, R: N * (1 - 1 / N) ** round(N / R),
        lambda N, R: N * (1 - (round(N / R) / N) ** 2),
        lambda N, R: N / R - (N / R) ** 2 / N,
        lambda N, R: round(N / R) * (1 - 1 / N) ** round(N / R),
    ],
    "random-density": [
        lambda *a: by_loops(*a, end=0.5),
        lambda *a: by_loops(*a, start=lambda n: (n - 1) / 2),
        lambda *a: by_loops(*a, far=lambda u, v: max(abs(u), abs(v))),
        lambda *a: by_loops(*a, far=lambda u, v: u**2 + v**2),
        lambda *a: (p := by_loops(*a)) / p.max(),
        lambda shape, c, d: (p := by_loops(shape, c, d)) * (p > 0.9 * p.max()) / p[p > 0.9 * p.max()].sum(),
    ],
}
