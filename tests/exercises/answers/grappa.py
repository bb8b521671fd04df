"""Answers to the exercises of the chapter `grappa`, written from their texts."""

import numpy as np
import torch


def replicas(reconstruct, kspace, mask, sigma, replicas, signal=1, parts=(1, 1j), spread=np.std):
    rng = np.random.default_rng(11)
    n = sum(p * rng.normal(0, sigma / np.sqrt(len(parts)), (replicas, *kspace.shape)) for p in parts)
    return spread([reconstruct(mask * (signal * kspace + m)) for m in n], axis=0)


def counted(rows, accel, calib):
    from_dc = np.arange(rows) - rows // 2
    taken = {int(k) for k in from_dc if k % accel == 0} | set(range(-(calib // 2), calib - calib // 2))
    return len(taken), rows / len(taken)


def by_loops(y, w, i, j, conj=False, flip=False):
    R, C = len(w) + 1, len(y)
    out = np.zeros((R - 1, C), complex)
    for d in range(R - 1):
        for c in range(C):
            for source in range(C):
                for u in range(2):
                    for v in range(-2, 3):
                        weight = w[d, c, source, u, v + 2]
                        sample = y[source, i + u * R, j - v if flip else j + v]
                        out[d, c] += (weight.conjugate() if conj else weight) * sample
    return out


def by_matrix(y, w, i, j):
    sources = y[:, i : i + len(w) + 2 : len(w) + 1, j - 2 : j + 3]
    return w.reshape(*w.shape[:2], -1) @ sources.ravel()


RIGHT = {
    "grappa-lines": [
        counted,
        lambda n, R, c: (counted(n, R, c)[0], round(counted(n, R, c)[1], 2)),
        lambda n, R, c: np.array(counted(n, R, c)),
    ],
    "grappa-fill": [
        by_loops,
        by_matrix,
        lambda y, w, i, j: torch.as_tensor(by_matrix(y, w, i, j)),
    ],
    "replicas": [replicas, lambda *a: replicas(*a, spread=lambda x, axis: np.sqrt(np.var(x, axis=axis, ddof=1)))],
}
WRONG = {
    "grappa-lines": [
        lambda n, R, c: (n // R + c, n / (n // R + c)),
        lambda n, R, c: (counted(n, R, c)[0], R),
        lambda n, R, c: (len(range(-(n // 2) % R, n, R)), n / len(range(-(n // 2) % R, n, R))),
        lambda n, R, c: (counted(n, R, c)[0], counted(n, R, c)[0] / n),
    ],
    "grappa-fill": [
        lambda *a: by_loops(*a, conj=True),
        lambda *a: by_loops(*a, flip=True),
        lambda y, w, i, j: by_loops(y, w, i, j).T,
        lambda y, w, i, j: by_loops(y, np.swapaxes(w, 1, 2), i, j),
        lambda y, w, i, j: by_matrix(y, w, i, j)[0],
    ],
    "replicas": [
        lambda *a: replicas(*a, signal=0),
        lambda *a: replicas(*a, parts=(1,)),
        lambda *a: replicas(*a, spread=lambda x, axis: np.std(np.abs(x), axis=axis)),
    ],
}
