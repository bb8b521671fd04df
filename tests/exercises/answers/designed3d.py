"""Answers to the exercises of the chapter on designed trajectories in 3-D, written from its page."""

import math

import numpy as np


def by_loops(k, power=2, top=None):
    weights = [[sum(float(c) ** 2 for c in sample) ** (power / 2) for sample in shot] for shot in k]
    largest = max(map(max, weights)) if top is None else top
    return [[w / largest for w in shot] for shot in weights]


def searched(G, S, G_max, S_max, fits=lambda s, G, S, G_max, S_max: G / s <= G_max and S / s**2 <= S_max):
    low, high = 1.0, 1e3
    if fits(low, G, S, G_max, S_max):
        return low
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if fits(middle, G, S, G_max, S_max) else (middle, high)
    return high


RIGHT = {
    "solid-spokes": [
        lambda n: math.pi * n**2 / 2,
        lambda n: round(4 * math.pi * 0.25 / 2 / (1 / n) ** 2),
    ],
    "solid-ramp": [by_loops, lambda k: (w := np.einsum("sjd,sjd->sj", k, k)) / w.max()],
    "solid-slower": [searched, lambda G, S, g, s: np.max([1, G / g, np.sqrt(S / s)])],
}
WRONG = {
    "solid-spokes": [
        lambda n: round(math.pi * n / 2),
        lambda n: round(math.pi * n * n),
        lambda n: n * n,
    ],
    "solid-ramp": [
        lambda k: by_loops(k, power=1),
        lambda k: by_loops(k, power=3),
        lambda k: by_loops(k, top=1),
        lambda k: by_loops(k, top=0.25),
    ],
    "solid-slower": [
        lambda *a: searched(*a, fits=lambda s, G, S, g, h: G / s <= g and S / s <= h),
        lambda *a: searched(*a, fits=lambda s, G, S, g, h: S / s**2 <= h),
        lambda *a: searched(*a, fits=lambda s, G, S, g, h: G / s <= g),
        lambda G, S, g, s: max(G / g, (S / s) ** 0.5),
    ],
}
