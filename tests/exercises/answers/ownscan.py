"""Answers to the exercises of the chapter on a scan of one's own, written from its page."""

import numpy as np
import scipy.linalg

H = np.matrix_transpose


def by_channels(predicted, y, held):
    above = below = 0
    for mine, theirs in zip(predicted, y):
        above += sum(abs(a - b) ** 2 for a, b in zip(mine[held], theirs[held]))
        below += sum(abs(b) ** 2 for b in theirs[held])
    return above / below


def by_outer(n):
    return sum(np.outer(column, column.conj()) for column in n.T) / len(n.T)


def mixed(kspace, M):
    return np.einsum("cd,dhw->chw", M, kspace)


def by_eigenvectors(kspace, covariance, power=-0.5):
    values, vectors = np.linalg.eigh(covariance)
    return mixed(kspace, vectors * values**power @ vectors.conj().T)


def by_upper(kspace, covariance):
    U = scipy.linalg.cholesky(covariance)
    return mixed(kspace, np.linalg.inv(U.conj().T))


def by_pixels(kspace, covariance):
    L, out = np.linalg.cholesky(covariance), np.zeros(kspace.shape, complex)
    for place in np.ndindex(*kspace.shape[1:]):
        out[:, *place] = np.linalg.solve(L, kspace[:, *place])
    return out


RIGHT = {
    "ownscan-error": [
        by_channels,
        lambda p, y, held: (abs(held * (p - y)) ** 2).sum() / (abs(held * y) ** 2).sum(),
        lambda p, y, held: np.vdot((p - y)[:, held], (p - y)[:, held]) / np.vdot(y[:, held], y[:, held]),
    ],
    "ownscan-corner": [
        by_outer,
        lambda n: np.einsum("ct,dt->cd", n, n.conj()) / n.shape[1],
        lambda n: np.mean(n[:, None] * n[None].conj(), axis=-1).astype(np.complex64),
    ],
    "ownscan-whiten": [by_eigenvectors, by_upper, by_pixels],
    "ownscan-discrepancy": ["A", "(a)"],
}

WRONG = {
    "ownscan-error": [
        lambda p, y, held: np.mean(
            [np.linalg.norm((a - b)[held]) ** 2 / np.linalg.norm(b[held]) ** 2 for a, b in zip(p, y)]
        ),
        lambda p, y, held: (abs(p - y)[:, held] ** 2 / abs(y[:, held]) ** 2).mean(),
        lambda p, y, held: ((abs(p) - abs(y))[:, held] ** 2).sum() / (abs(y[:, held]) ** 2).sum(),
        lambda p, y, held: abs(p - y)[:, held].sum() / abs(y[:, held]).sum(),
        lambda p, y, held: np.linalg.norm(p[:, held] - y[:, held]) ** 2 / np.linalg.norm(y) ** 2,
    ],
    "ownscan-corner": [
        lambda n: n.conj() @ n.T / n.shape[1],
        lambda n: np.diag(np.mean(abs(n) ** 2, axis=1)),
        lambda n: np.corrcoef(n),
        lambda n: (n @ n.conj().T / n.shape[1]).real,
    ],
    "ownscan-whiten": [
        lambda k, c: mixed(k, np.linalg.inv(scipy.linalg.cholesky(c))),
        lambda k, c: k / np.sqrt(np.diag(c).real)[:, None, None],
        lambda k, c: by_eigenvectors(k, c, power=0.5),
        lambda k, c: by_eigenvectors(k, c.conj()),
        lambda k, c: np.linalg.solve(np.linalg.cholesky(c), k.reshape(-1, len(k)).T).reshape(k.shape),
    ],
}
