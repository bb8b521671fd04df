"""Answers to the exercises of the chapter on synthesis, written from its page."""

import numpy as np


def by_sums(A, x, y):
    out, residual = np.zeros(len(x), complex), [sum(row * x) - sample for row, sample in zip(A, y)]
    for j in range(len(x)):
        out[j] = sum(a.conjugate() * r for a, r in zip(A[:, j], residual))
    return out


def factors(n, t=1.0, rule=lambda t: (1 + np.sqrt(1 + 4 * t**2)) / 2, factor=lambda old, t: (old - 1) / t):
    out = []
    while len(out) < n:
        old, t = t, rule(t)
        out.append(factor(old, t))
    return out


RIGHT = {
    "synthesis-gradient": [
        by_sums,
        lambda A, x, y: ((A @ x - y).conj() @ A).conj(),
        lambda A, x, y: (A.conj().T @ A @ x - A.conj().T @ y).astype(np.complex64),
    ],
    "fista-step": [
        lambda f, g, z, step: g.prox(np.subtract(z, np.multiply(step, f.grad(z))), step),
        lambda f, g, z, step: g.prox(-step * f.grad(z) + z, step=step),
    ],
    "synthesis-momentum": [
        factors,
        lambda n: np.array(factors(n), np.float32),
        lambda n: tuple(factors(n, rule=lambda t: 0.5 + (t * t + 0.25) ** 0.5)),
    ],
    "synthesis-step": [1.33, 1.3333, np.float32(4) / 3, 4 / 3],
}

WRONG = {
    "synthesis-gradient": [
        lambda A, x, y: A.conj().T @ (y - A @ x),
        lambda A, x, y: 2 * A.conj().T @ (A @ x - y),
        lambda A, x, y: A.conj().T @ A @ x - y[: len(x)] if len(y) >= len(x) else A.conj().T @ A @ x,
        lambda A, x, y: A.conj().T @ (A @ x) - A.T @ y,
        lambda A, x, y: (A.conj().T @ (A @ x - y)).real,
        lambda A, x, y: np.linalg.pinv(A) @ (A @ x - y),
    ],
    "fista-step": [
        lambda f, g, z, step: g.prox(z - step * f.grad(z), 1.0),
        lambda f, g, z, step: g.prox(z, step) - step * f.grad(z),
        lambda f, g, z, step: g.prox(z - f.grad(z) / step, step),
        lambda f, g, z, step: g.prox(z - f.grad(z) / f.lipschitz, 1 / f.lipschitz),
        lambda f, g, z, step: g.prox(z + step * f.grad(z), step),
        lambda f, g, z, step: np.linalg.norm(g.prox(z - step * f.grad(z), step) - z) / np.linalg.norm(z),
    ],
    "synthesis-momentum": [
        lambda n: factors(n, rule=lambda t: (1 + np.sqrt(1 + 4 * t)) / 2),
        lambda n: factors(n, rule=lambda t: 1 + np.sqrt(1 + 4 * t**2) / 2),
        lambda n: factors(n, factor=lambda old, t: (t - 1) / t),
        lambda n: factors(n, factor=lambda old, t: (old - 1) / old),
        lambda n: factors(n + 1)[1:],
        lambda n: [k / (k + 3) for k in range(n)],
        lambda n: factors(n, t=0.0),
    ],
    "synthesis-step": [2.0, 1.0, 0.75, 1.5, 3.0],
}
