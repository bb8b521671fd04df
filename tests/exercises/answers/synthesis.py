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


def restarted(
    f, g, max_iter, rises=lambda c: c[-1] > c[-2], reset_w=True, reset_t=True, back=False, costs_of="z", step=1.0
):
    z = w = f.zeros()
    t, costs = 1.0, [f(z) + g(z)]
    for _ in range(max_iter):
        s = step / f.lipschitz
        z_old, z = z, g.prox(w - s * f.grad(w), s)
        t_old, t = t, (1 + np.sqrt(1 + 4 * t * t)) / 2
        w = z + (t_old - 1) / t * (z - z_old)
        costs.append(f(z) + g(z) if costs_of == "z" else f(w) + g(w))
        if rises(costs):
            z = z_old if back else z
            w, t = z if reset_w else w, 1.0 if reset_t else t
    return z, costs


def by_arrays(f, g, max_iter):
    z = f.zeros()
    previous, t, costs = z, 1.0, np.empty(max_iter + 1)
    costs[0], beta = f(z) + g(z), 0.0
    for k in range(1, max_iter + 1):
        w = z + beta * (z - previous)
        previous, z = z, g.prox(w - f.grad(w) / f.lipschitz, 1 / f.lipschitz)
        costs[k] = f(z) + g(z)
        following = 0.5 + (0.25 + t * t) ** 0.5
        beta, t = ((t - 1) / following, following) if costs[k] <= costs[k - 1] else (0.0, 1.0)
    return [z, costs]


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
    "synthesis-restart": [restarted, by_arrays],
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
    "synthesis-restart": [
        lambda *a: restarted(*a, rises=lambda c: c[-1] < c[-2]),
        lambda *a: restarted(*a, reset_w=False),
        lambda *a: restarted(*a, reset_t=False),
        lambda *a: restarted(*a, back=True),
        lambda f, g, n: (restarted(f, g, n)[0], restarted(f, g, n)[1][1:]),
        lambda *a: restarted(*a, costs_of="w"),
    ],
}
