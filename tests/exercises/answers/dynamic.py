"""Answers to the exercises of the chapter `dynamic`, written from their texts."""

import numpy as np
import torch

GOLDEN = 180 * 2 / (1 + np.sqrt(5))


def one_by_one(frame, spokes, first=0):
    return [(frame * spokes + j + first) * GOLDEN % 180 for j in range(spokes)]


def by_eigenvalues(X, lam, keep=None):
    """Through the small matrix of the frames."""
    values, U = np.linalg.eigh(X @ X.conj().T)
    s = np.sqrt(np.maximum(values, 0))
    gain = np.where(s > lam, 1 - lam / np.maximum(s, 1e-9), 0) if keep is None else s > lam
    return (U * gain) @ U.conj().T @ X


def by_torch(X, lam):
    U, s, Vh = torch.linalg.svd(torch.as_tensor(X), full_matrices=False)
    return U @ torch.diag(torch.relu(s - lam)).to(U.dtype) @ Vh


def frame_by_frame(d, sign=1, last=0):
    out = np.zeros_like(d)
    for t in range(len(d) - 1 + last):
        out[t] -= sign * d[t]
        if t + 1 < len(d):
            out[t + 1] += sign * d[t]
    return out


def by_matrix(d):
    n = len(d)
    D = np.diff(np.eye(n), axis=0)
    return np.tensordot(D.T, d[:-1], 1)


RIGHT = {
    "dynamic-angles": [one_by_one, lambda t, n: np.array(one_by_one(t, n))],
    "dynamic-svt": [by_eigenvalues, by_torch],
    "dynamic-window": [lambda half, spokes, ms: [(2 * half + 1) * spokes, (2 * half + 1) * spokes * ms], (40, 400)],
    "dynamic-rank": [lambda period, frames: (period, period + 1), (7, 8), np.array([7, 8])],
    "dynamic-adjoint": [frame_by_frame, by_matrix, lambda d: torch.as_tensor(by_matrix(d))],
}
WRONG = {
    "dynamic-angles": [
        lambda t, n: one_by_one(t, n, 1),
        lambda t, n: np.sort(one_by_one(t, n)),
        lambda t, n: one_by_one(t + 1, n),
        lambda t, n: np.array(one_by_one(t, n)) - 90,
        lambda t, n: one_by_one(t, n + 1),
    ],
    "dynamic-svt": [
        lambda X, lam: by_eigenvalues(X, lam, keep=True),
        lambda X, lam: by_eigenvalues(X, lam).conj(),
        lambda X, lam: by_eigenvalues(X, 2 * lam),
        lambda X, lam: X - by_eigenvalues(X, lam),
        lambda X, lam: by_eigenvalues(X, lam).real,
    ],
    "dynamic-window": [(8, 80), (32, 320), (16, 160), (400, 40), (40, 80), (40, 40)],
    "dynamic-rank": [(20, 20), (7, 7), (3, 4), (7, 9), (8, 9), (7, 14)],
    "dynamic-adjoint": [
        lambda d: frame_by_frame(d, sign=-1),
        lambda d: frame_by_frame(d, last=1),
        lambda d: frame_by_frame(d)[::-1],
        lambda d: frame_by_frame(d)[1:],
        lambda d: np.diff(d, axis=0),
        lambda d: np.zeros_like(d),
    ],
}
