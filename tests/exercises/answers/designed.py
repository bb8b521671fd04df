"""Answers to the exercises of the chapter `designed`, written from their texts."""

import numpy as np
import torch

from mrilab import slew_rates, step_limits


def descent(energy, k, tau, steps, inside=lambda k: np.clip(k, -0.5, 0.5), after=lambda k: k):
    k = k.copy()
    while steps:
        k, steps = inside(k - tau * energy(k)[1]), steps - 1
    return after(k)


def steepest(k, pixel, dwell, step=np.diff, size=np.hypot):
    kx, ky = (step(k[..., i], axis=1) / (pixel * dwell * 42.577478518) * 1e-3 for i in (0, 1))
    return size(kx, ky).max()


def share_of_fast(k, pixel, dwell, limit=180.0, gamma=42.577478518e6, power=2, per=None, size=None):
    count = 0
    for shot in k:
        for j in range(1, len(shot) - 1):
            a = (shot[j + 1] - 2 * shot[j] + shot[j - 1]) / pixel / dwell**power / gamma
            count += (np.sqrt(a @ a) if size is None else size(a)) > limit
    return count / (k.shape[0] * (k.shape[1] - 2) if per is None else per(k))


def by_pairs(k, places, density, itself=True, slope=1.0, weight=1.0):
    p = len(k)
    F, slopes = 0.0, np.zeros_like(k)
    for i in range(p):
        for x, w in zip(places, density):
            F += w * np.hypot(*(k[i] - x)) / p
            slopes[i] += w * (k[i] - x) / np.hypot(*(k[i] - x))
        for j in range(p):
            F -= weight * np.hypot(*(k[i] - k[j])) / p**2 / 2
            if j != i:
                slopes[i] -= weight * slope * (k[i] - k[j]) / np.hypot(*(k[i] - k[j])) / p
    return F, slopes


def with_autograd(k, places, density):
    k = torch.tensor(k, requires_grad=True)
    pull = torch.cdist(k, torch.as_tensor(places)) @ torch.as_tensor(density)
    gaps = k[:, None] - k
    apart = torch.sqrt((gaps**2).sum(-1) + 1e-24)
    F = pull.mean() - apart.sum() / 2 / len(k) ** 2
    (slope,) = torch.autograd.grad(F, k)
    return F, len(k) * slope


RIGHT = {
    "fastest": [
        lambda d, G: 1 / (d * 42.577478518e6 * G),
        lambda d, G: round(1 / d / 42.58e6 / G, 7),
        lambda d, G: np.float32(2 * 0.5 / d / (42.58e6 * G)),
    ],
    "gentle": [
        lambda d, t, G, S: [d * t * 42.577478518e3 * G, d * t**2 * 42.577478518e6 * S],
        lambda d, t, G, S: np.array(step_limits(d, t, gradient=G, slew=S)),
        lambda d, t, G, S: torch.tensor(step_limits(d, t, gradient=G, slew=S)),
    ],
    "designed-slew": [
        share_of_fast,
        lambda k, d, t: np.mean(np.hypot(*np.moveaxis(slew_rates(k, d, t), -1, 0)) > 180),
        lambda k, d, t: (
            np.count_nonzero(
                np.linalg.norm(np.diff(k, 2, axis=1), axis=-1) > step_limits(d, t, gradient=40, slew=180)[1]
            )
            / (len(k) * (k.shape[1] - 2))
        ),
        lambda k, d, t: np.mean(np.linalg.norm(slew_rates(k, d, t), axis=-1) >= 180),
    ],
    "designed-energy": [by_pairs, with_autograd, lambda *a: list(by_pairs(*a))],
    "free": [descent, lambda e, k, t, n: k if n == 0 else descent(e, descent(e, k, t, 1), t, n - 1)],
    "designed-gradient": [steepest, lambda k, d, t: abs(np.diff(k @ [1, 1j], axis=1)).max() / d / t / 42.577478518e3],
}
WRONG = {
    "fastest": [
        lambda d, G: 1 / d / 42.58 / G,
        lambda d, G: 2 / d / 42.58e6 / G,
        lambda d, G: 42.58e6 * G * d,
        lambda d, G: 1 / np.sqrt(d) / 42.58e6 / G,
    ],
    "gentle": [
        lambda d, t, G, S: step_limits(d, t, gradient=G, slew=S)[1],
        lambda d, t, G, S: (step_limits(d, t, gradient=G, slew=S)[0], step_limits(d, t, gradient=G, slew=S)[1] / 2),
        lambda d, t, G, S: step_limits(1000 * d, t, gradient=G, slew=S),
        lambda d, t, G, S: step_limits(d, 2 * t, gradient=G, slew=S),
    ],
    "designed-slew": [
        lambda k, d, t: bool((np.linalg.norm(slew_rates(k, d, t), axis=-1) > 180).any()),
        lambda k, d, t: (np.linalg.norm(slew_rates(k, d, t), axis=-1) > 180).mean(axis=1),
        lambda k, d, t: 100 * np.mean(np.linalg.norm(slew_rates(k, d, t), axis=-1) > 180),
        lambda k, d, t: share_of_fast(k, d, t, size=max),
        lambda k, d, t: share_of_fast(k, d, t, per=lambda k: k.shape[0] * k.shape[1]),
        lambda k, d, t: np.linalg.norm(slew_rates(k, d, t), axis=-1) > 180,
        lambda k, d, t: np.mean(slew_rates(k, d, t) > 180),
        lambda k, d, t: np.mean(np.linalg.norm(slew_rates(k, d, t), axis=1) > 180),
    ],
    "designed-energy": [
        lambda k, x, d: by_pairs(k, x, d)[0],
        lambda k, x, d: by_pairs(k, x, d)[::-1],
        lambda k, x, d: by_pairs(k, x, np.full(len(d), 1 / len(d))),
        lambda k, x, d: by_pairs(k, x, d, weight=2),
        lambda k, x, d: (by_pairs(k, x, d)[0], -by_pairs(k, x, d)[1]),
        lambda k, x, d: (by_pairs(k, x, d)[0] * len(k), by_pairs(k, x, d)[1]),
    ],
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
