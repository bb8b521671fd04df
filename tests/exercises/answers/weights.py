"""Answers to the exercises of the chapter on density weights, written from their texts."""

import numpy as np

from mrilab import Diagonal, LeastSquares


def by_parts(A, w, x, y):
    root = np.sqrt(w)
    return LeastSquares(Diagonal(root) @ A, root * y).grad(x)


def of_all(B, w):
    G = np.linalg.solve(B.conj().T @ (w[:, None] * B), B.conj().T * w)
    return (abs(G) ** 2).sum()


def of_each(B, w):
    W = np.diag(w)
    M = np.linalg.inv(B.conj().T @ W @ B)
    C = M @ B.conj().T @ W @ W @ B @ M
    return sum(C[i, i].real for i in range(len(C)))


def without_conjugate(B, w):
    M = np.linalg.inv(B.T @ (w[:, None] * B))
    return np.trace(M @ (B.T @ (w[:, None] ** 2 * B)) @ M).real


RIGHT = {
    "nc-gradient": [
        by_parts,
        lambda A, w, x, y: A.adj_op(np.diag(w) @ A.op(x) - w * y),
        lambda A, w, x, y: (A.H @ (w * (A @ x))) - (A.H @ (w * y)),
    ],
    "nc-kappa": ["(b)", np.str_("B")],
    "nc-noise": [of_all, of_each],
}

WRONG = {
    "nc-gradient": [
        lambda A, w, x, y: A.H(w * A(x) - y),
        lambda A, w, x, y: A.H(w**2 * (A(x) - y)),
        lambda A, w, x, y: 2 * A.H(w * (A(x) - y)),
        lambda A, w, x, y: A.H(w * (A(x) - y)).real,
        lambda A, w, x, y: A.H(w / w.sum() * (A(x) - y)),
    ],
    "nc-noise": [
        lambda B, w: of_all(B, np.sqrt(w)),
        lambda B, w: of_each(B, w) / B.shape[1],
        without_conjugate,
        lambda B, w: np.trace(np.linalg.inv(B.conj().T @ (w[:, None] ** 2 * B))).real,
        lambda B, w: np.sqrt(of_all(B, w)),
    ],
}
