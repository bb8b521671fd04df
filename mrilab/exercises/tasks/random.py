"""Exercises of the chapter on random sampling."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...sampling.densities import decay_density
from ...sampling.masks import acceleration
from ..base import choice, exercise


@exercise(
    "random-cutoff",
    "random",
    "expects the number of distinct points among uniform draws with replacement",
    kind="value",
    book={"points": 192 * 192, "accel": 6},
    question=lambda N, R: (
        f"how many distinct points do {round(N / R)} independent draws from the *uniform* density "
        f"over all $N = {round(N**0.5)}^2$ points give on average?"
    ),
    draw=lambda rng: {"points": int(rng.integers(100, 200)) ** 2, "accel": int(rng.integers(2, 9))},
    tol=2e-4,
    minutes=10,
    second="Any other density draws its likely points again and again.",
    mistakes=[
        ("That is the number of draws. Some points are drawn twice.", lambda N, R: round(N / R)),
        ("That is the share of the points. Sum over all of them.", lambda N, R: 1 - (1 - 1 / N) ** round(N / R)),
        ("Those are the points that are never drawn.", lambda N, R: N * (1 - 1 / N) ** round(N / R)),
        ("That subtracts only pairs of draws; triples matter here.", lambda N, R: N / R - (N / R) ** 2 / N / 2),
        ("Draws that meet come in pairs: each pair was subtracted twice.", lambda N, R: N / R - (N / R) ** 2 / N),
        (
            "A draw that no other meets: but a point that is hit twice counts once, not never.",
            lambda N, R: round(N / R) * (1 - 1 / N) ** round(N / R),
        ),
        (
            "All draws must miss a point: that is one probability for each draw, and they are multiplied.",
            lambda N, R: N * (1 - (round(N / R) / N) ** 2),
        ),
    ],
)
def distinct(points, accel):
    return points * (1 - (1 - 1 / points) ** round(points / accel))


choice(
    "random-choice",
    "random",
    "knows what a design of n points can change, and what it cannot",
    {
        "a": "Then they would hold a quarter of the energy, and energy is R − 1 for every mask of so many points.",
        "b": "Their energy is R − 1 for every mask of so many points: what the highest lobe lost, the others have.",
        "c": "Then they would hold half of the energy. A design moves energy, it destroys none.",
        "d": "The point spread function is the transform of the mask. No head comes in.",
    },
    right=lambda: "b",
)


choice(
    "random-steep",
    "random",
    "knows which error of the decay costs more",
    {
        "flat": "Too flat leaves the strong centre to chance: that costs many decibels.",
        "steep": "Too steep loses fine detail only, which holds little energy: the table shows a small loss.",
        "same": "Compare the two ends of your table: the curve is not symmetric.",
        "none": "The PSNR changes by several decibels over the five exponents.",
    },
    right=lambda: "flat",
    minutes=15,
    level="medium",
)


def _decay(shape, cutoff, decay, edge=2.0, norm=np.sum, flat=True, middle=lambda n: n // 2, far=np.hypot):
    axes = np.ix_(*(edge * (np.arange(n) - middle(n)) / n for n in shape))
    r = far(*axes)
    weights = np.minimum(1, (cutoff / np.maximum(r, 1e-9)) ** decay) if flat else (1 - np.minimum(r, 1)) ** decay
    return weights / norm(weights)


def _of_each_axis(shape, cutoff, decay):
    parts = [np.minimum(1, cutoff / np.maximum(abs(np.arange(n) - n // 2) * 2 / n, 1e-9)) ** decay for n in shape]
    return np.outer(*parts) / np.outer(*parts).sum()


@exercise(
    "random-density",
    "random",
    "builds a density that is flat up to a cut-off, then decays as a power, and sums to 1",
    draw=lambda rng: {
        "shape": (int(rng.choice([9, 11, 13])), int(rng.choice([14, 16, 18]))),
        "cutoff": float(rng.uniform(0.2, 0.4)),
        "decay": float(rng.uniform(1.5, 3)),
    },
    minutes=15,
    mistakes=[
        ("A density sums to 1; yours is scaled to a largest value of 1.", lambda s, c, d: _decay(s, c, d, norm=np.max)),
        ("ϱ is 2|k|: 1 at the edge of the grid, not ½.", lambda s, c, d: _decay(s, c, d, edge=1.0)),
        ("DC is at n // 2: subtract it from the indices.", lambda s, c, d: _decay(s, c, d, middle=lambda n: 0)),
        (
            "Index n // 2 is DC, at even sizes too: (n − 1)/2 is half a point off.",
            lambda s, c, d: _decay(s, c, d, middle=lambda n: (n - 1) / 2),
        ),
        (
            "ϱ is a distance: a root of a sum of squares.",
            lambda s, c, d: _decay(s, c, d, far=lambda u, v: np.maximum(abs(u), abs(v))),
        ),
        (
            "ϱ is a distance: a root of a sum of squares.",
            lambda s, c, d: _decay(s, c, d, far=lambda u, v: u**2 + v**2),
        ),
        (
            "ϱ is a distance: a root of a sum of squares.",
            lambda s, c, d: _decay(s, c, d, far=lambda u, v: abs(u) + abs(v)),
        ),
        ("Each axis has its own ϱ here: the density falls with the distance from DC.", _of_each_axis),
        ("That falls as (1 − ϱ)^η. Asked is (cutoff/ϱ)^η, at most 1.", lambda s, c, d: _decay(s, c, d, flat=False)),
    ],
)
def density(shape, cutoff, decay):
    return decay_density(shape, cutoff, decay)


@exercise(
    "random-accel",
    "random",
    "measures the acceleration of a mask",
    draw=lambda rng: {"mask": rng.random((12, 17)) < rng.uniform(0.2, 0.4)},
    minutes=3,
    level="easy",
    mistakes=[
        ("That is the share of samples; R is its inverse.", lambda mask: float(np.mean(mask))),
        ("That is the number of samples left out; R is a ratio.", lambda mask: np.count_nonzero(~mask)),
        ("R need not be whole: leave it as it is.", lambda mask: mask.size // np.count_nonzero(mask)),
        ("R need not be whole: leave it as it is.", lambda mask: round(mask.size / np.count_nonzero(mask))),
        ("Count all points: len(mask) is that of the first axis.", lambda mask: len(mask) / np.count_nonzero(mask)),
        ("Count points, not lines that hold one.", lambda mask: mask.shape[0] / np.count_nonzero(mask.any(axis=1))),
        ("Divide by the points sampled, not by those left out.", lambda mask: mask.size / np.count_nonzero(~mask)),
        ("Not the number of samples: how many times fewer than all.", lambda mask: int(mask.sum())),
    ],
)
def accel(mask):
    return acceleration(mask)
