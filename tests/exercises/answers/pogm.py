"""Answers to the exercises of the chapter on POGM, written from its page."""

import numpy as np

from mrilab import pogm


def rows(n, first=1.0, half=0.5, extra=1.0):
    found, t = [], first
    for _ in range(n):
        following = half * (1 + np.sqrt(1 + 4 * t * t))
        a, b = (t - 1) / following, t / following
        found.append((a, b, extra + a + b))
        t = following
    return np.transpose(found)


def by_the_one_line(f, g, max_iter):
    """The steps in terms of gradients and subgradients, as the page reads them."""
    L, (a, b, xi) = f.lipschitz, rows(max_iter)
    points, d = [f.zeros()], [0]
    for k in range(max_iter):
        x, slope = points[-1], f.grad(points[-1])
        before = points[-2] if k else x
        ahead = x + a[k] * (x - before) - (1 + b[k]) / L * slope - a[k] / L * (slope - d[-1])
        points.append(g.prox(ahead, xi[k] / L))
        d.append(slope + (ahead - points[-1]) * L / xi[k])
    return points[-1]


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
    "pogm-numbers": [rows, lambda n: rows(n).tolist()],
    "pogm-loop": [
        by_the_one_line,
        lambda f, g, max_iter: pogm(f, g, max_iter=max_iter, restart=False, sigma_bar=1.0).x,
    ],
    "synthesis-restart": [restarted, by_arrays],
}

WRONG = {
    "pogm-numbers": [
        lambda n: rows(n, first=0.0),
        lambda n: rows(n, half=1.0),
        lambda n: rows(n, extra=0.0),
        lambda n: rows(n)[:2],
    ],
    "pogm-loop": [
        lambda f, g, max_iter: pogm(f, g, max_iter=max_iter + 1, restart=False, sigma_bar=1.0).x,
        lambda f, g, max_iter: g.prox(f.zeros() - f.grad(f.zeros()) / f.lipschitz, 1 / f.lipschitz),
        lambda f, g, max_iter: abs(by_the_one_line(f, g, max_iter)),
    ],
    "synthesis-restart": [
        lambda *a: restarted(*a, rises=lambda c: c[-1] < c[-2]),
        lambda *a: restarted(*a, reset_w=False),
        lambda *a: restarted(*a, reset_t=False),
        lambda *a: restarted(*a, back=True),
        lambda f, g, n: (restarted(f, g, n)[0], restarted(f, g, n)[1][1:]),
        lambda *a: restarted(*a, costs_of="w"),
    ],
}
