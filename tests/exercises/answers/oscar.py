"""Answers to the exercises of the chapter `oscar`, written from their texts."""

import numpy as np
import torch
from scipy.optimize import isotonic_regression


def sorted_weights(n, lam, slope, first=0):
    return [lam + lam * slope * (n - 1 - i) / (n - 1) for i in range(first, n + first)]


def by_averaging(z, lam, slope, weights=None, each=1, zeros=True):
    """OSCAR's prox with a stack of blocks in place of the library's regression."""
    order = sorted(range(z.size), key=lambda i: -abs(z[i]))
    w = sorted_weights(z.size, lam, slope) if weights is None else weights(z.size)
    blocks = []
    for i, index in enumerate(order):
        blocks.append([abs(z[index]) - w[i], 1])
        while each and len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] < blocks[-1][0] / blocks[-1][1]:
            last = blocks.pop()
            blocks[-1] = [blocks[-1][0] + last[0], blocks[-1][1] + last[1]]
    sizes = np.concatenate([np.full(count, total / count) for total, count in blocks])
    out = np.zeros_like(z)
    for size, index in zip(sizes, order):
        if abs(z[index]) > 0:
            out[index] = (max(size, 0) if zeros else size) * z[index] / abs(z[index])
    return out


def by_regression(z, lam, slope, increasing=False):
    order = np.argsort(-abs(z), kind="stable")
    w = lam * (1 + slope * np.linspace(1, 0, z.size))
    fit = isotonic_regression(abs(z[order]) - w, increasing=increasing).x.clip(0)
    return fit[np.argsort(order)] * np.exp(1j * np.angle(z))


RIGHT = {
    "cal-weights": [
        sorted_weights,
        lambda n, lam, s: np.linspace(lam * (1 + s), lam, n),
        lambda n, lam, s: torch.linspace(lam * (1 + s), lam, n),
        lambda n, lam, s: np.float32(lam) * (1 + np.float32(s) * np.arange(n)[::-1] / (n - 1)),
    ],
    "cal-oscar": [by_averaging, by_regression, lambda *a: torch.as_tensor(by_averaging(*a))],
}

WRONG = {
    "cal-weights": [
        lambda n, lam, s: lam * (1 + s * (n - np.arange(1, n + 1)) / n),
        lambda n, lam, s: lam + s * (n - np.arange(1, n + 1)) / (n - 1),
        lambda n, lam, s: lam * (1 + s * (n - np.arange(1, n)) / (n - 1)),
        lambda n, lam, s: 1 + s * (n - np.arange(1, n + 1)) / (n - 1),
        lambda n, lam, s: lam * s * (n - np.arange(1, n + 1)) / (n - 1),
        lambda n, lam, s: sum(sorted_weights(n, lam, s)),
        lambda n, lam, s: sorted_weights(n, lam, s, first=1),
    ],
    "cal-oscar": [
        lambda z, lam, s: by_averaging(z, lam, s, weights=lambda n: [lam * (1 + s)] * n),
        lambda z, lam, s: by_averaging(
            z, lam, s, weights=lambda n: [lam * s * (n - 1 - i) / (n - 1) for i in range(n)]
        ),
        lambda z, lam, s: by_averaging(z, lam, s, weights=lambda n: sorted_weights(n, lam, s, first=-1)),
        lambda *a: by_regression(*a, increasing=True),
        lambda *a: by_averaging(*a).conj(),
        lambda z, lam, s: by_regression(z, lam, s) * (abs(z) > 2 * lam),
        lambda z, lam, s: np.maximum(0, 1 - lam * (1 + s) / abs(z)) * z,
    ],
}
