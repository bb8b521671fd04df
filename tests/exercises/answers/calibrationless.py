"""Answers to the exercises of the chapter `calibrationless`, written from their texts."""

import numpy as np
import torch

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
    "cal-lambda-max": [
        lambda z: max(np.linalg.norm(z[:, i, j]) for i in range(z.shape[1]) for j in range(z.shape[2])),
        lambda z: root(z, 0).max(),
        lambda z: torch.as_tensor(z).abs().square().sum(0).sqrt().max(),
        lambda z: np.sort(np.linalg.norm(z, axis=0), axis=None)[-1],
    ],
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
    "cal-lambda-max": [
        lambda z: np.linalg.norm(z),
        lambda z: root(z, 0).mean(),
        lambda z: root(z, 0).min(),
        lambda z: root(z, 0),
        lambda z: abs(z).sum(0).max(),
        lambda z: np.linalg.norm(z, axis=(1, 2)).max(),
        lambda z: abs(z.sum(0)).max(),
    ],
    "prox": [
        lambda z, t: group(z, t, axis=0),
        lambda z, t: group(z, t, axis=(-2, -1)),
        lambda z, t: GroupL1(t / 2, axis=-3).prox(z, 1.0),
    ],
}
