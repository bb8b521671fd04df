"""Answers to the exercises of the chapter on partial Fourier, written from their texts."""

import numpy as np
import torch

from mrilab import FFT


def by_loops(y, conjugate=True, corner=False):
    H, W = y.shape
    out = np.empty_like(y)
    for i in range(H):
        for j in range(W):
            a, b = (0, 0) if corner else (2 * (H // 2), 2 * (W // 2))
            out[i, j] = y[(a - i) % H, (b - j) % W]
    return out.conj() if conjugate else out


def by_transform(y):
    F = FFT(y.shape)
    return F(F.H(y).conj())


def ramp(H, half, own=1.0):
    W = np.interp(np.arange(H) - H // 2, [-half, half], [2, 0])
    if H % 2 == 0:
        W[0] = own
    return W


def descent(m, y, lines, turn, part=np.real):
    F = FFT(m.shape)
    back = F.H((lines * (F((turn * m).astype(np.complex64)) - y)).astype(np.complex64))
    return part(turn.conj() * back)


RIGHT = {
    "partial-mirror": [by_loops, by_transform, lambda y: torch.as_tensor(by_loops(y))],
    "partial-ramp": [ramp, lambda H, half: ramp(H, half).astype(np.float32), lambda H, half: list(ramp(H, half))],
    "partial-noise": [
        lambda W: np.linalg.norm(W) / np.sqrt(len(W)),
        lambda W: (sum(w**2 for w in W) / len(W)) ** 0.5,
        lambda W: np.float32(np.sqrt(np.mean(W**2))),
    ],
    "partial-gradient": [descent, lambda *a: torch.as_tensor(descent(*a))],
}
WRONG = {
    "partial-mirror": [
        lambda y: by_loops(y, conjugate=False),
        lambda y: by_loops(y, corner=True),
        lambda y: np.conj(np.flip(y)),
        lambda y: np.conj(np.flip(y, 0)),
        np.conj,
    ],
    "partial-ramp": [
        lambda H, half: ramp(H, half, own=2.0),
        lambda H, half: ramp(H, half)[::-1],
        lambda H, half: ramp(H, half) / 2,
        lambda H, half: ramp(H, 2 * half),
        lambda H, half: (np.arange(H) - H // 2 < half) * 1.0,
    ],
    "partial-noise": [
        lambda W: np.mean(W**2),
        lambda W: np.sqrt(np.mean(W[W > 0] ** 2)),
        lambda W: np.mean(W),
        lambda W: np.linalg.norm(W),
    ],
    "partial-gradient": [
        lambda *a: descent(*a, part=lambda x: x),
        lambda m, y, lines, turn: descent(m, y, lines, turn.conj()),
        lambda m, y, lines, turn: descent(m, y, np.ones(lines.shape), turn),
        lambda m, y, lines, turn: descent(m, 0 * y, lines, turn),
        lambda *a: -descent(*a),
    ],
}
