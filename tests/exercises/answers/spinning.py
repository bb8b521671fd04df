"""Answers to the exercises of the chapter `spinning`, written from their texts."""

import numpy as np
import torch


def soft(z, t):
    return z * np.maximum(1 - t / np.maximum(abs(z), 1e-30), 0)


def by_axes(x, Psi, threshold, shift, shrink=soft, undo=lambda n: -n):
    for axis, n in enumerate(shift):
        x = np.roll(x, n, axis)
    x = Psi.H(shrink(Psi(x), threshold))
    for axis, n in enumerate(shift):
        x = np.roll(x, undo(n), axis)
    return x


def by_indices(x, Psi, threshold, shift):
    (H, W), (a, b) = x.shape, shift
    moved = x[np.ix_((np.arange(H) - a) % H, (np.arange(W) - b) % W)]
    out = Psi.H(soft(Psi(moved), threshold))
    return out[np.ix_((np.arange(H) + a) % H, (np.arange(W) + b) % W)]


def by_loop(z, level, factor=lambda j: 0.5**j, size=abs):
    total = factor(level) * size(z[0]).sum()
    for j in range(level, 0, -1):
        for k in range(3):
            total += factor(j) * size(z[1 + 3 * (level - j) + k]).sum()
    return total


RIGHT = {
    "spinning-grids": [64, 64.0, lambda level: 4**level, lambda level: torch.tensor(2 ** (2 * level))],
    "spinning-prox": [by_axes, by_indices, lambda *a: torch.as_tensor(by_axes(*a))],
    "spinning-mean": [
        by_loop,
        lambda z, level: torch.tensor(by_loop(z, level)),
        lambda z, level: by_loop(z, level) + 0j,
    ],
}
WRONG = {
    "spinning-grids": [
        lambda level: 2**level * level,
        lambda level: 4**level - 1,
        lambda level: level**2,
        lambda level: 4 ** (level + 1),
        lambda level: 2 ** (level + 1),
    ],
    "spinning-prox": [
        lambda x, P, t, s: by_axes(x, P, t, s, undo=lambda n: n),
        lambda x, P, t, s: by_axes(x, P, t, s, undo=lambda n: 0),
        lambda x, P, t, s: by_axes(x, P, t, (0, 0)),
        lambda x, P, t, s: by_axes(x, P, 2 * t, s),
        lambda x, P, t, s: abs(by_axes(x, P, t, s)),
        lambda x, P, t, s: by_axes(x, P, t, s, shrink=lambda z, t: np.where(abs(z) > t, z, 0)),
        lambda x, P, t, s: by_axes(x, P, t, (s[0], 0)),
    ],
    "spinning-mean": [
        lambda z, level: by_loop(z, level, factor=lambda j: 1),
        lambda z, level: by_loop(z, level, factor=lambda j: 2.0**j),
        lambda z, level: by_loop(z, level, factor=lambda j: 0.25**j),
        lambda z, level: by_loop(z, level, factor=lambda j: 0.5 ** (j - 1)),
        lambda z, level: abs(z).mean(),
        lambda z, level: by_loop(z, level, size=lambda v: abs(v.real)),
    ],
}
