"""Exercises of the chapter on learning without references."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...operators.fourier import FFT
from ..base import choice, exercise
from ..draws import network, noise, tensor


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


def _pipeline(rng, trial):
    """Samples and a prediction by a network, honest or with one of three leaks: in, by the scale, at the end."""
    import torch

    leak = ("end", "", "scale", "", "in", "")[trial]
    sampled = rng.random((6, 5)) < 0.7
    held = sampled & (rng.random((6, 5)) < 0.4)
    held[0, 0] = sampled[0, 0] = sampled[3, 2] = True
    held[3, 2] = False
    net, F = network(rng), FFT((6, 5))

    def predict(y):
        seen = y if leak == "in" else np.where(held, 0, y)
        size = np.linalg.norm(y if leak == "scale" else seen)
        x = tensor(F.H(seen / size))
        with torch.no_grad():
            out = net(torch.stack([x.real, x.imag])[None])[0].numpy()
        k = size * F(x.numpy() + out[0] + 1j * out[1])
        return np.where(held | sampled, y, k) if leak == "end" else k

    return {"predict": predict, "y": noise(rng, 6, 5) * sampled, "held": held}


def _leaks(predict, y, held, at=lambda y, held: held):
    other = np.where(at(y, held), 2 * y + 1, y)
    return bool(not np.allclose(predict(y), predict(other), atol=1e-5))


EVERY = "Not every prediction leaks: change the samples held back, and no others, and compare."


@exercise(
    "unsupervised-leak",
    "unsupervised",
    "finds out whether a prediction has seen the samples that judge it",
    draw=_pipeline,
    trials=6,
    minutes=20,
    level="hard",
    mistakes=[
        (EVERY, lambda *a: True),
        ("One of the predictions leaks: change the samples held back, and compare.", lambda *a: False),
        (
            "A leak need not copy: it may come in by a scale. Does the prediction change with the held samples?",
            lambda predict, y, held: bool(np.allclose(predict(y)[held], y[held])),
        ),
        (
            EVERY,
            lambda predict, y, held: _leaks(predict, y, held, lambda y, held: held | True),
        ),
        (
            EVERY,
            lambda predict, y, held: _leaks(predict, y, held, lambda y, held: (y != 0) & ~held),
        ),
        ("It is the other way round: True if there is a leak.", lambda *a: not _leaks(*a)),
    ],
)
def leaks(predict, y, held):
    return _leaks(predict, y, held)


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
