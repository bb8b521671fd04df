"""Answers to the exercises of the chapter `designed`, written from their texts."""

import numpy as np


def descent(energy, k, tau, steps, inside=lambda k: np.clip(k, -0.5, 0.5), after=lambda k: k):
    k = k.copy()
    while steps:
        k, steps = inside(k - tau * energy(k)[1]), steps - 1
    return after(k)


def steepest(k, pixel, dwell, step=np.diff, size=np.hypot):
    kx, ky = (step(k[..., i], axis=1) / (pixel * dwell * 42.577478518) * 1e-3 for i in (0, 1))
    return size(kx, ky).max()


RIGHT = {
    "free": [descent, lambda e, k, t, n: k if n == 0 else descent(e, descent(e, k, t, 1), t, n - 1)],
    "designed-gradient": [steepest, lambda k, d, t: abs(np.diff(k @ [1, 1j], axis=1)).max() / d / t / 42.577478518e3],
}
WRONG = {
    "free": [
        lambda *a: descent(*a, inside=lambda k: k, after=lambda k: np.clip(k, -0.5, 0.5)),
        lambda *a: descent(*a, inside=lambda k: np.clip(k, -1, 1)),
        lambda e, k, t, n: np.clip(k - t * n * e(k)[1], -0.5, 0.5),
    ],
    "designed-gradient": [
        lambda *a: steepest(*a, step=np.gradient),
        lambda *a: steepest(*a, size=np.maximum),
        lambda k, d, t: steepest(k, d, t) * 2 * np.pi,
    ],
}
