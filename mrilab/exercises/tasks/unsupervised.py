"""Exercises of the chapter on learning without references."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise
from ..draws import matrix, noise


def _split(sampled, chance, share, center, keep=True, flip=False, outside=False, length=None):
    middle = np.zeros(sampled.shape, bool)
    start = sampled.size // 2 - center // 2
    middle[start : start + (center if length is None else length)] = keep
    held = ((chance >= share) if flip else (chance < share)) & ~middle
    if not outside:
        held &= sampled
    return sampled & ~held, held


def _lines(rng, trial):
    """An even centre that was acquired, then an odd one, then one of which a line is missing."""
    sampled = rng.random(24) < 0.6
    sampled[10:14] = True
    sampled[0], sampled[1], sampled[20] = False, True, True
    chance = rng.random(24)
    chance[[0, 1, 11, 12]], chance[20] = 0.01, 0.99
    center = 5 if trial == 1 else 4
    chance[10 : 10 + center], sampled[14] = 0.01, True
    sampled[12] = trial != 2
    return {"sampled": sampled, "chance": chance, "share": float(rng.uniform(0.3, 0.45)), "center": center}


@exercise(
    "unsupervised-split",
    "unsupervised",
    "splits the acquired lines into those that go in and those that are held back",
    draw=_lines,
    minutes=10,
    level="easy",
    mistakes=[
        ("The central lines always go in.", lambda s, u, p, c: _split(s, u, p, c, keep=False)),
        ("Θ first, then Λ.", lambda s, u, p, c: _split(s, u, p, c)[::-1]),
        ("Those with u below the share are held back.", lambda s, u, p, c: _split(s, u, p, c, flip=True)),
        ("Those with u below the share are held back.", lambda s, u, p, c: _split(s, 1 - u, p, c)),
        ("Only lines that were acquired are split.", lambda s, u, p, c: _split(s | True, u, p, c)),
        (
            "An odd centre has one line more on its far side: count its `center` lines.",
            lambda s, u, p, c: _split(s, u, p, c, length=2 * (c // 2)),
        ),
        (
            "Θ holds acquired lines only, in the centre too.",
            lambda s, u, p, c: (_split(s, u, p, c)[0] | _split(s | True, u * 0, 1.0, c)[0], _split(s, u, p, c)[1]),
        ),
        ("Only a line that was acquired can be held back.", lambda s, u, p, c: _split(s, u, p, c, outside=True)),
        ("Λ and Θ must not overlap: what is held back does not go in.", lambda s, u, p, c: (s, _split(s, u, p, c)[1])),
    ],
)
def split(sampled, chance, share, center):
    return _split(sampled, chance, share, center)


def _held(rng):
    held = rng.random((6, 5)) < 0.4
    held[2, 2], held[0, 0] = True, False
    return {"predicted": noise(rng, 6, 5), "measured": noise(rng, 6, 5), "held": held}


def _ratio(u, v, order):
    return float(np.sum(abs(u - v) ** order) ** (1 / order) / np.sum(abs(v) ** order) ** (1 / order))


def _loss(u, v, held):
    return (_ratio(u[held], v[held], 1) + _ratio(u[held], v[held], 2)) / 2


@exercise(
    "unsupervised-loss",
    "unsupervised",
    "computes the loss of the samples held back, relative in l1 and in l2",
    draw=_held,
    minutes=10,
    mistakes=[
        ("Only the samples held back count.", lambda u, v, m: _loss(u, v, m | True)),
        ("Subtract complex numbers: magnitudes hide an error of the phase.", lambda u, v, m: _loss(abs(u), abs(v), m)),
        ("`held` is True where samples judge: you took the others.", lambda u, v, m: _loss(u, v, ~m)),
        (
            "Sum first, then divide: that is a mean of ratios, one for each sample.",
            lambda u, v, m: (np.mean(abs((u - v) / v)[m]) + _ratio(u[m], v[m], 2)) / 2,
        ),
        (
            "np.linalg.norm(…, 1) of a matrix is another norm: make the samples one row first.",
            lambda u, v, m: np.linalg.norm((u - v) * m, 1) / np.linalg.norm(v * m, 1) / 2 + _ratio(u[m], v[m], 2) / 2,
        ),
        ("The l1 part is missing.", lambda u, v, m: _ratio(u[m], v[m], 2)),
        ("The l1 part is missing.", lambda u, v, m: _ratio(u[m], v[m], 2) / 2),
        ("The l2 part is missing.", lambda u, v, m: _ratio(u[m], v[m], 1) / 2),
        ("Divide by the norm of the measured samples, not of the predicted.", lambda u, v, m: _loss(v, u, m)),
        ("The l2 norm has a root.", lambda u, v, m: (_ratio(u[m], v[m], 1) + _ratio(u[m], v[m], 2) ** 2) / 2),
        ("Each part counts half.", lambda u, v, m: 2 * _loss(u, v, m)),
    ],
)
def loss(predicted, measured, held):
    return _loss(predicted, measured, held)


def _denoise(x, sigma):
    """Stand for a denoiser: the larger sigma, the more it takes off."""
    return x / (1 + sigma / np.maximum(abs(x), 0.1))


def _plug(A, y, denoise, sigmas, start=True, first=False, sign=-1.0, order=1):
    x = A.H(y) if start else 0 * A.H(y)
    for sigma in sigmas[::order]:
        if first:
            x = denoise(x, sigma)
            x = x - A.H(A(x) - y)
        else:
            x = denoise(x + sign * A.H(A(x) - y), sigma)
    return x


@exercise(
    "unsupervised-plug",
    "unsupervised",
    "plugs a denoiser into the proximal gradient method",
    draw=lambda rng: {
        "A": matrix(rng, 6, 8),
        "y": noise(rng, 6),
        "denoise": _denoise,
        "sigmas": sorted((float(s) for s in rng.uniform(0.05, 0.6, 4)), reverse=True),
    },
    minutes=20,
    level="hard",
    mistakes=[
        ("The gradient is subtracted.", lambda A, y, d, s: _plug(A, y, d, s, sign=1.0)),
        ("First the gradient step, then the denoiser.", lambda A, y, d, s: _plug(A, y, d, s, first=True)),
        ("Begin at Aᴴy, not at zero.", lambda A, y, d, s: _plug(A, y, d, s, start=False)),
        ("The noise levels fall: take them in the order given.", lambda A, y, d, s: _plug(A, y, d, s, order=-1)),
        ("Each iteration has its own noise level.", lambda A, y, d, s: _plug(A, y, d, [s[0]] * len(s))),
    ],
)
def plug(A, y, denoise, sigmas):
    return _plug(A, y, denoise, sigmas)


choice(
    "unsupervised-choice",
    "unsupervised",
    "knows why the samples that judge must not be those that go in",
    {
        "a": "Speed is no reason: the loss is cheap either way.",
        "b": "Zeros in place of what is missing agree with the samples that went in: the network may do nothing.",
        "c": "Noise is in both parts. It is independent from part to part, which is a help, not the reason.",
        "d": "The coil maps come from the centre, which goes in. No sample need be left out for them.",
    },
    right=lambda: "b",
)
