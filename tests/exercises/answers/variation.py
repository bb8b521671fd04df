"""Answers to the exercises of the chapter on total variation, written from their texts."""

import numpy as np
import torch

from mrilab import FiniteDifference, GroupL1, Identity, LeastSquares, condat_vu


def by_pixels(x, length=np.hypot):
    rows, columns = x.shape
    total = 0.0
    for i in range(rows):
        for j in range(columns):
            down = abs(x[i + 1, j] - x[i, j]) if i + 1 < rows else 0
            across = abs(x[i, j + 1] - x[i, j]) if j + 1 < columns else 0
            total += length(down, across)
    return total


def by_padding(x, mode="edge"):
    wide = np.pad(x, ((0, 1), (0, 1)), mode=mode)
    d = np.stack([wide[1:, :-1] - x, wide[:-1, 1:] - x])
    return np.sqrt((abs(d) ** 2).sum(0)).sum()


def losses(lam=0.5, r=(4, 8, 16), at=(32, 32)):
    down, across = np.indices((64, 64))
    out = []
    for radius in r:
        disc = np.array(np.hypot(down - 32, across - 32) <= radius, complex)
        f = LeastSquares(Identity((64, 64)), disc)
        x = condat_vu(f, GroupL1(lam, axis=-3), FiniteDifference((64, 64)), sigma=0.5, max_iter=300).x
        out.append(1 - x[at].real)
    return out


def by_matrix(v, end=0.0):
    """The transpose of the matrix of differences, axis by axis."""
    down, across = (np.eye(n, k=1) - np.eye(n) for n in v.shape[1:])
    down[-1, -1] = across[-1, -1] = -end
    return down.T @ v[0] + v[1] @ across


def by_padding_zeros(v):
    rows = np.pad(v[0, :-1], ((1, 1), (0, 0)))
    columns = np.pad(v[1, :, :-1], ((0, 0), (1, 1)))
    return -np.diff(rows, axis=0) - np.diff(columns, axis=1)


RIGHT = {
    "analysis-tv": [by_pixels, by_padding, lambda x: torch.tensor(by_padding(x)), lambda x: by_padding(x) + 0j],
    "analysis-disc": [lambda lam: np.round(losses(), 3), lambda lam: tuple(np.float32(losses()))],
    "variation-adjoint": [by_matrix, by_padding_zeros],
}
WRONG = {
    "analysis-tv": [
        lambda x: by_padding(abs(x)),
        lambda x: by_padding(x, mode="constant"),
        lambda x: np.sqrt(by_padding(x)),
        lambda x: by_padding(x) / x.size,
        lambda x: by_pixels(x, length=max),
        lambda x: np.sqrt((abs(np.diff(x, axis=0)) ** 2).sum() + (abs(np.diff(x, axis=1)) ** 2).sum()),
        lambda x: by_padding(x.real),
        lambda x: np.linalg.norm([np.diff(x, axis=0, append=x[-1:]), np.diff(x, axis=1, append=x[:, -1:])], axis=0),
    ],
    "analysis-disc": [
        lambda lam: losses()[0],
        lambda lam: losses(r=(8, 16, 32)),
        lambda lam: [100 * x for x in losses()],
        lambda lam: [-x for x in losses()],
        lambda lam: losses(at=(32, 36)),
    ],
    "variation-adjoint": [
        lambda v: by_matrix(v, end=1.0),
        lambda v: -by_padding_zeros(v),
        lambda v: by_padding_zeros(v).conj(),
        lambda v: by_padding_zeros(v[::-1].transpose(0, 2, 1)),
        lambda v: np.roll(v[0], 1, 0) - v[0] + np.roll(v[1], 1, 1) - v[1],
    ],
}
