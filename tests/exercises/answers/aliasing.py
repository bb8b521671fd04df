"""Answers to the exercises of the chapter `aliasing`, written from their texts."""

import numpy as np
import torch


def by_normal_equations(a, smaps, i, j, coils=8, adjoint=True):
    S = 0.5 * np.stack([smaps[:coils, i, j], smaps[:coils, i + 120, j]], axis=1)
    T = S.conj().T if adjoint else S.T
    return np.linalg.inv(T @ S) @ (T @ a[:coils, i, j])


def by_column(a, smaps, i, j):
    return np.linalg.pinv(smaps[:, [i, i + 120], j] / 2) @ a[:, i, j, None]


def folded(x, R):
    out = np.zeros_like(x)
    for n in range(R):
        out = out + np.roll(x, n * len(x) // R, axis=0)
    return out / R


def by_blocks(x, R):
    return np.tile(x.reshape(R, -1, x.shape[1]).mean(0), (R, 1))


def through_kspace(x, R, first=None):
    k = np.fft.fftshift(np.fft.fft(np.fft.ifftshift(x, 0), axis=0), 0)
    keep = np.zeros((len(x), 1))
    keep[(len(x) // 2 if first is None else first) % R :: R] = 1
    return np.fft.fftshift(np.fft.ifft(np.fft.ifftshift(k * keep, 0), axis=0), 0)


def summed_by_coil(images, smaps):
    out = 0
    for x, s in zip(images, smaps):
        out = out + np.conj(s) * x
    return out


def by_singular_values(S):
    _, s, V = np.linalg.svd(S, full_matrices=False)
    inverse = (abs(V.conj().T) ** 2 / s**2).sum(1)
    return list(np.sqrt(inverse * np.linalg.norm(S, axis=0) ** 2))


def by_projection(S):
    out = []
    for i in range(S.shape[1]):
        rest = np.delete(S, i, axis=1)
        left = S[:, i] - rest @ np.linalg.lstsq(rest, S[:, i], rcond=None)[0]
        out.append(np.linalg.norm(S[:, i]) / np.linalg.norm(left))
    return np.array(out)


RIGHT = {
    "where": [
        lambda row, R, n: [(row - i * n // R) % n for i in range(R)],
        lambda row, R, n: np.array(sorted((row + np.arange(R) * n / R) % n)),
        (40.0, 120.0, 200.0),
    ],
    "aliasing-fold": [folded, by_blocks, lambda x, R: through_kspace(x, R).astype(np.complex64)],
    "aliasing-combine": [
        summed_by_coil,
        lambda x, s: np.einsum("chw,chw->hw", s.conj(), x),
        lambda x, s: torch.sum(torch.as_tensor(s).conj() * torch.as_tensor(x), 0),
    ],
    "aliasing-g": [by_singular_values, by_projection],
    "hand": [by_normal_equations, by_column],
}
WRONG = {
    "where": [[67, 133, 200], [80, 160, 240], [200, 80, 200]],
    "aliasing-fold": [
        lambda x, R: x[: len(x) // R],
        lambda x, R: np.mean([np.roll(x, n * len(x) // R) for n in range(R)], axis=0),
        lambda x, R: np.mean([np.roll(x, n * len(x) // R, axis=0) for n in range(1, R)], axis=0),
        lambda x, R: folded(abs(x), R),
        lambda x, R: by_blocks(x, R)[: len(x) // R],
        lambda x, R: through_kspace(x, R, first=1),
    ],
    "aliasing-combine": [
        lambda x, s: (x / s).mean(0),
        lambda x, s: abs((s.conj() * x).sum(0)),
        lambda x, s: (s.conj() * x).sum(-1),
        lambda x, s: (s.conj() * x).sum(0) / np.sqrt((abs(x) ** 2).sum(0)),
        lambda x, s: s.conj() * x,
        lambda x, s: (s.real * x).sum(0),
    ],
    "aliasing-g": [
        lambda S: np.sqrt(np.diag(np.linalg.inv(S.conj().T @ S) @ (S.conj().T @ S)).real),
        lambda S: np.sqrt(abs(np.diag(np.linalg.inv(S.conj().T @ S)) / np.diag(S.conj().T @ S))),
        lambda S: np.sqrt(abs(np.diag(np.linalg.inv(S.conj().T @ S)).sum() * np.diag(S.conj().T @ S).sum())),
        lambda S: float(np.sqrt(np.linalg.cond(S))),
        lambda S: np.sqrt(S.shape[1]) * by_projection(S),
        lambda S: np.sqrt(abs(np.linalg.inv(S.conj().T @ S) * (S.conj().T @ S))),
    ],
    "hand": [
        lambda *a: by_normal_equations(*a, coils=2),
        lambda *a: by_normal_equations(*a, adjoint=False),
        lambda a, s, i, j: np.linalg.lstsq(s[:, [i, i + 120], j], a[:, i, j], rcond=None)[0],
    ],
}
