"""Answers to the exercises of the chapter `aliasing`, written from their texts."""

import numpy as np


def by_normal_equations(a, smaps, i, j, coils=8, adjoint=True):
    S = 0.5 * np.stack([smaps[:coils, i, j], smaps[:coils, i + 120, j]], axis=1)
    T = S.conj().T if adjoint else S.T
    return np.linalg.inv(T @ S) @ (T @ a[:coils, i, j])


def by_column(a, smaps, i, j):
    return np.linalg.pinv(smaps[:, [i, i + 120], j] / 2) @ a[:, i, j, None]


def replicas(reconstruct, kspace, mask, sigma, replicas, signal=1, parts=(1, 1j), spread=np.std):
    rng = np.random.default_rng(11)
    n = sum(p * rng.normal(0, sigma / np.sqrt(len(parts)), (replicas, *kspace.shape)) for p in parts)
    return spread([reconstruct(mask * (signal * kspace + m)) for m in n], axis=0)


RIGHT = {
    "hand": [by_normal_equations, by_column],
    "replicas": [replicas, lambda *a: replicas(*a, spread=lambda x, axis: np.sqrt(np.var(x, axis=axis, ddof=1)))],
}
WRONG = {
    "hand": [
        lambda *a: by_normal_equations(*a, coils=2),
        lambda *a: by_normal_equations(*a, adjoint=False),
        lambda a, s, i, j: np.linalg.lstsq(s[:, [i, i + 120], j], a[:, i, j], rcond=None)[0],
    ],
    "replicas": [
        lambda *a: replicas(*a, signal=0),
        lambda *a: replicas(*a, parts=(1,)),
        lambda *a: replicas(*a, spread=lambda x, axis: np.std(np.abs(x), axis=axis)),
    ],
}
