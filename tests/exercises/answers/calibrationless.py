"""Answers to the exercises of the chapter `calibrationless`, written from their texts."""

import numpy as np
import torch
from scipy.optimize import isotonic_regression

from mrilab import GroupL1


def group(z, t, axis=-3):
    norm = np.linalg.norm(z, axis=axis, keepdims=True)
    return np.where(norm > t, z - t * z / np.maximum(norm, t), 0)


def root(x, axis=-3):
    return np.sqrt((x.real**2 + x.imag**2).sum(axis))


def floorless(x, sigma):
    """Pixel by pixel, with the sum written out."""
    *lead, coils, height, width = x.shape
    out = np.zeros((*lead, height, width))
    for at in np.ndindex(out.shape):
        energy = sum(abs(value) ** 2 for value in x[(*at[:-2], slice(None), *at[-2:])]) - coils * sigma**2
        out[at] = energy**0.5 if energy > 0 else 0
    return out


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
    "break": [
        lambda L, s, n: 2 / (L + 2 * s * n),
        lambda L, s, n: np.float32(1 / (L / 2 + s * n)),
        4 / 3,
        1.33,
        1.333,
    ],
    "cal-floor": [
        floorless,
        lambda x, s: torch.as_tensor(x).abs().square().sub(s**2).sum(-3).clamp(min=0).sqrt(),
        lambda x, s: np.sqrt((np.einsum("...chw,...chw->...hw", x, x.conj()).real - x.shape[-3] * s**2).clip(0)),
        lambda x, s: np.nan_to_num(np.emath.sqrt(root(x.astype(complex)) ** 2 - x.shape[-3] * s**2).real),
    ],
    "cal-norm": [
        lambda z, lam: lam * sum(np.linalg.norm(z[:, i, j]) for i in range(z.shape[1]) for j in range(z.shape[2])),
        lambda z, lam: torch.linalg.vector_norm(torch.as_tensor(z), dim=0).sum() * lam,
        lambda z, lam: np.array([lam * root(z, 0).sum()])[0],
        lambda z, lam: lam * np.sum(np.sqrt(np.sum(z * z.conj(), axis=0))),
    ],
    "cal-weights": [
        sorted_weights,
        lambda n, lam, s: np.linspace(lam * (1 + s), lam, n),
        lambda n, lam, s: torch.linspace(lam * (1 + s), lam, n),
        lambda n, lam, s: np.float32(lam) * (1 + np.float32(s) * np.arange(n)[::-1] / (n - 1)),
    ],
    "cal-lambda-max": [
        lambda z: max(np.linalg.norm(z[:, i, j]) for i in range(z.shape[1]) for j in range(z.shape[2])),
        lambda z: root(z, 0).max(),
        lambda z: torch.as_tensor(z).abs().square().sum(0).sqrt().max(),
        lambda z: np.sort(np.linalg.norm(z, axis=0), axis=None)[-1],
    ],
    "cal-oscar": [by_averaging, by_regression, lambda *a: torch.as_tensor(by_averaging(*a))],
    "prox": [group, lambda z, t: z * np.clip(1 - t / np.sqrt((abs(z) ** 2).sum(-3) + 1e-30), 0, None)[..., None, :, :]],
}
WRONG = {
    "break": [
        lambda L, s, n: 1 / (L / 2 + s**2 * n),
        lambda L, s, n: (1 / L - s * n) / 2,
        lambda L, s, n: 1000 / (L / 2 + s * n),
        lambda L, s, n: 1 / (s * n),
        1.3,
    ],
    "cal-floor": [
        lambda x, s: root(x),
        lambda x, s: floorless(x, s)[..., None, :, :],
        lambda x, s: np.sqrt(np.maximum(abs(x) ** 2 - s**2, 0).sum(-3)),
        lambda x, s: np.maximum(root(x) - s, 0),
        lambda x, s: np.emath.sqrt(root(x) ** 2 - x.shape[-3] * s**2),
        lambda x, s: floorless(x, s * np.sqrt(2)),
        lambda x, s: floorless(x, s / x.shape[-3]),
        lambda x, s: np.sqrt(np.maximum((abs(x) ** 2).mean(-3) - s**2, 0)),
        lambda x, s: np.where(root(x) > x.shape[-3] ** 0.5 * s, root(x), 0),
    ],
    "cal-norm": [
        lambda z, lam: lam * np.sqrt((abs(z) ** 2).sum(0)),
        lambda z, lam: lam * np.sqrt((abs(z) ** 2).sum((1, 2))).sum(),
        lambda z, lam: lam * abs(z.sum(0)).sum(),
        lambda z, lam: lam * np.sqrt((abs(z) ** 2).sum(0)).mean(),
        lambda z, lam: lam**2 * np.sqrt((abs(z) ** 2).sum(0)).sum(),
        lambda z, lam: lam * abs(np.sqrt((z**2).sum(0))).sum(),
        lambda z, lam: lam * np.sqrt((abs(z) ** 2).sum(0)).max(),
    ],
    "cal-weights": [
        lambda n, lam, s: lam * (1 + s * (n - np.arange(1, n + 1)) / n),
        lambda n, lam, s: lam + s * (n - np.arange(1, n + 1)) / (n - 1),
        lambda n, lam, s: lam * (1 + s * (n - np.arange(1, n)) / (n - 1)),
        lambda n, lam, s: 1 + s * (n - np.arange(1, n + 1)) / (n - 1),
        lambda n, lam, s: lam * s * (n - np.arange(1, n + 1)) / (n - 1),
        lambda n, lam, s: sum(sorted_weights(n, lam, s)),
        lambda n, lam, s: sorted_weights(n, lam, s, first=1),
    ],
    "cal-lambda-max": [
        lambda z: np.linalg.norm(z),
        lambda z: root(z, 0).mean(),
        lambda z: root(z, 0).min(),
        lambda z: root(z, 0),
        lambda z: abs(z).sum(0).max(),
        lambda z: np.linalg.norm(z, axis=(1, 2)).max(),
        lambda z: abs(z.sum(0)).max(),
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
    "prox": [
        lambda z, t: group(z, t, axis=0),
        lambda z, t: group(z, t, axis=(-2, -1)),
        lambda z, t: GroupL1(t / 2, axis=-3).prox(z, 1.0),
    ],
}
