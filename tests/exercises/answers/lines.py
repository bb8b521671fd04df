"""Answers to the exercises of the chapter `lines`, written from their texts."""

import numpy as np
from scipy.optimize import brentq


def by_root(p, n):
    t = brentq(lambda t: np.minimum(t * p, 1).sum() - n, 0, 1 / p.min())
    return np.minimum(t * p, 1)


def by_bisection(p, n):
    low, high = 0.0, 1 / p.min()
    for _ in range(100):
        t = (low + high) / 2
        low, high = (low, t) if np.clip(t * p, 0, 1).sum() > n else (t, high)
    return np.clip(low * p, 0, 1)


def with_centre(p, n):
    pi = np.zeros(p.size)
    rest = np.arange(p.size) != np.argmax(p)
    pi[~rest], pi[rest] = 1, by_root(p[rest], n - 1)
    return pi


def teeth(pi, u, count):
    stairs = np.cumsum(pi)
    return [int(np.argmax(stairs >= u + i)) for i in range(count)]


def decays(lines, power):
    k = abs(np.arange(lines) - lines // 2)
    p = (1 - k / (lines // 2 + 1)) ** power
    return p / p.sum()


def draws_for(lines, wanted, power, distinct=lambda p, m: (1 - (1 - p) ** m).sum()):
    p = decays(lines, power)
    return brentq(lambda m: distinct(p, m) - wanted, 1, 1e6)


RIGHT = {
    "lines-more": [
        draws_for,
        lambda *a: round(draws_for(*a), 1),
        lambda *a: round(draws_for(*a)),
        lambda *a: np.array([draws_for(*a)])[0],
        lambda *a: int(np.ceil(draws_for(*a))),
    ],
    "lines-inclusion": [by_root, by_bisection],
    "lines-comb": [
        lambda pi, u: teeth(pi, u, round(pi.sum())),
        lambda pi, u: np.array(teeth(pi, u, int(pi.sum() + 0.5))),
    ],
}
WRONG = {
    "lines-more": [
        lambda L, n, d: n / (n / L),
        lambda L, n, d: draws_for(L, n, 2 * d),
        lambda L, n, d: -draws_for(L, n, d),
        lambda L, n, d: draws_for(L, 2 * n, d),
        lambda L, n, d: 1.1 * draws_for(L, n, d),
        lambda L, n, d: L / n,
    ],
    "lines-inclusion": [with_centre, lambda p, n: np.minimum(n * p, 1), lambda p, n: by_root(p, n) / n],
    "lines-comb": [
        lambda pi, u: teeth(pi, u, int(pi.sum())),
        lambda pi, u: teeth(pi, u, len(pi)),
        lambda pi, u: np.flatnonzero(pi > u),
    ],
}
