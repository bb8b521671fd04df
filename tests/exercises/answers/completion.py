"""Answers to the exercises of the chapter `completion`, written from their texts."""

import numpy as np
import torch


def windows(y, side, order=(1, 2, 0, 3, 4)):
    found = np.lib.stride_tricks.sliding_window_view(y, (side, side), axis=(1, 2))
    return found.transpose(order).reshape(found.shape[1] * found.shape[2], -1)


def by_lstsq(A, j, mu, extra=True):
    """The penalty as additional rows."""
    others = [i for i in range(A.shape[1]) if i != j]
    rows = np.sqrt(mu) * np.eye(len(others)) if extra else np.zeros((0, len(others)))
    w = np.zeros(A.shape[1], complex)
    stacked = np.vstack([A[:, others], rows])
    w[others] = np.linalg.lstsq(stacked, np.append(A[:, j], np.zeros(len(rows))), rcond=None)[0]
    return w


def by_inverse(A, j, mu, sign=-1, diagonal=True):
    M = np.linalg.inv(A.conj().T @ A + mu * np.eye(A.shape[1]))
    w = sign * M[:, j] / (M[j, j] if diagonal else 1)
    w[j] = 0
    return w


def antidiagonals(y, data, mask, side, rank, soft=False):
    H = np.lib.stride_tricks.sliding_window_view(y, side)
    V = np.linalg.eigh(H.conj().T @ H)[1][:, -rank:]
    low = H @ V @ V.conj().T
    if soft:
        U, s, Vh = np.linalg.svd(H, full_matrices=False)
        low = (U * np.maximum(s - s[rank], 0)) @ Vh
    out = np.array([np.mean(low[:, ::-1].diagonal(side - 1 - k)) if k < side else 0 for k in range(len(y))])
    for k in range(side, len(y)):
        out[k] = np.mean([low[i, k - i] for i in range(max(0, k - side + 1), min(k, len(low) - 1) + 1)])
    for k in range(side):
        out[k] = np.mean([low[i, k - i] for i in range(min(k, len(low) - 1) + 1)])
    return out * ~mask + data * mask


RIGHT = {
    "completion-patches": [
        windows,
        lambda y, n: (
            torch.as_tensor(y).unfold(1, n, 1).unfold(2, n, 1).permute(1, 2, 0, 3, 4).reshape(-1, len(y) * n * n)
        ),
    ],
    "completion-weights": [by_lstsq, by_inverse],
    "completion-rank": [lambda side, coils: [side * side, side * side * coils], (25, 200), np.array([25, 200])],
    "completion-turn": [antidiagonals, lambda *a: torch.as_tensor(antidiagonals(*a))],
}
WRONG = {
    "completion-patches": [
        lambda y, n: windows(y, n)[:, ::-1],
        lambda y, n: windows(y, n).conj(),
        lambda y, n: windows(y, n, (1, 2, 3, 4, 0)),
        lambda y, n: windows(y, n).T,
        lambda y, n: windows(y, n + 1),
        lambda y, n: windows(y, n)[1:],
    ],
    "completion-weights": [
        lambda A, j, mu: by_lstsq(A, j, mu, extra=False),
        lambda A, j, mu: by_inverse(A, j, mu, sign=1),
        lambda A, j, mu: by_inverse(A, j, mu, diagonal=False),
        lambda A, j, mu: by_lstsq(A, j, mu).conj(),
        lambda A, j, mu: by_lstsq(A, j, mu**2),
        lambda A, j, mu: np.delete(by_lstsq(A, j, mu), j),
        lambda A, j, mu: np.linalg.lstsq(A, A[:, j], rcond=None)[0],
    ],
    "completion-rank": [(200, 200), (200, 25), (25, 25), (5, 40), (8, 200), (26, 200)],
    "completion-turn": [
        lambda y, d, m, side, r: antidiagonals(y, d, ~m, side, r),
        lambda y, d, m, side, r: antidiagonals(y, d, m * False, side, r),
        lambda y, d, m, side, r: antidiagonals(d * m, d, m, side, r),
        lambda y, d, m, side, r: antidiagonals(y, d, m, side, r + 1),
        lambda y, d, m, side, r: d * m,
        lambda y, d, m, side, r: antidiagonals(y, d, m, side, r, soft=True),
    ],
}
