"""Exercises of the chapter on data unlike the training."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise


def _scores(rng):
    """PSNRs of two methods that find the same slices hard."""
    slices = 31 + 2 * rng.standard_normal(int(rng.integers(5, 9)))
    ahead, apart = rng.uniform(-0.5, 0.8), 0.4 * rng.standard_normal((2, slices.size))
    return {"a": slices + ahead + apart[0], "b": slices + apart[1]}


def _error(d, ddof=1, power=0.5):
    return np.std(d, ddof=ddof) / d.size**power


@exercise(
    "trust-luck",
    "shift",
    "says how far one method is ahead of another on the same slices, and how well that is known",
    draw=_scores,
    tol=1e-3,
    minutes=5,
    level="easy",
    mistakes=[
        (
            "The slices are the same: take the spread of the differences, not that of each method.",
            lambda a, b: ((a - b).mean(), np.hypot(_error(a), _error(b))),
        ),
        (
            "The variance of the differences has n − 1 below it: `ddof=1`.",
            lambda a, b: ((a - b).mean(), _error(a - b, 0)),
        ),
        (
            "That is the spread of the single slices: their mean is known better, by √n.",
            lambda a, b: ((a - b).mean(), _error(a - b, power=0)),
        ),
        ("The error falls as √n, not as n.", lambda a, b: ((a - b).mean(), _error(a - b, power=1))),
        ("Turn it round: how far `a` is ahead is a − b.", lambda a, b: ((b - a).mean(), _error(a - b))),
        ("The mean of the differences, not their median.", lambda a, b: (np.median(a - b), _error(a - b))),
    ],
)
def ahead(a, b):
    return (a - b).mean(), _error(a - b)


def _two_sets(rng):
    """PSNRs of a network and its rival on slices like the training, and on others, which are easier for both."""
    here, there = _scores(rng), _scores(rng)
    lead, gone = rng.uniform(2, 4), rng.uniform(1, 3)
    return {
        "net": here["a"] + lead,
        "rival": here["b"],
        "net_there": there["a"] + lead - gone + 3,
        "rival_there": there["b"] + 3,
    }


def _price(net, rival, net_there, rival_there, *, together=np.hypot, **options):
    here, there = net - rival, net_there - rival_there
    return here.mean() - there.mean(), together(_error(here, **options), _error(there, **options))


@exercise(
    "shift-price",
    "shift",
    "says by how much the lead of a network shrinks on other data, and how well that is known",
    draw=_two_sets,
    tol=1e-3,
    minutes=10,
    mistakes=[
        (
            "Those are the network's own decibels, and other data are harder or easier for all: compare leads.",
            lambda a, b, c, d: (a.mean() - c.mean(), np.hypot(_error(a), _error(c))),
        ),
        (
            "How much it has shrunk: the lead on data like the training minus that on the others.",
            lambda *a: (-_price(*a)[0], _price(*a)[1]),
        ),
        (
            "Independent errors add up as squares: their root of the sum, not their sum.",
            lambda *a: _price(*a, together=np.add),
        ),
        (
            "The error of a difference is larger than either: the variances add up.",
            lambda *a: _price(*a, together=lambda x, y: abs(x - y)),
        ),
        (
            "The variances of the two means are added, not averaged.",
            lambda *a: _price(*a, together=lambda x, y: np.hypot(x, y) / np.sqrt(2)),
        ),
        ("That is the variance: the standard error is its root.", lambda *a: (_price(*a)[0], _price(*a)[1] ** 2)),
        ("The variance of the differences has n − 1 below it: `ddof=1`.", lambda *a: _price(*a, ddof=0)),
        (
            "That is the spread of the single slices: their mean is known better, by √n.",
            lambda *a: _price(*a, power=0),
        ),
        (
            "The slices of one set are the same for both: first one difference for each slice.",
            lambda *a: (_price(*a)[0], np.sqrt(sum(_error(one) ** 2 for one in a))),
        ),
        ("That is the lead that is left.", lambda a, b, c, d: ((c - d).mean(), _error(c - d))),
    ],
)
def price(net, rival, net_there, rival_there):
    return _price(net, rival, net_there, rival_there)


def _tissues(rng):
    parts = rng.dirichlet(np.ones(4), (6, 5))[..., :3]  # the fourth is air
    bright = rng.uniform(0.3, 1, 3) * np.array([1, -1, 1])
    bright[1] -= 1  # the largest magnitude is of a negative sum
    return {"shares": np.moveaxis(parts, -1, 0), "bright": bright}


def _repaint(shares, bright):
    image = abs(np.tensordot(bright, shares, 1))
    return image / image.max()


@exercise(
    "shift-contrast",
    "shift",
    "paints a head in a contrast of one's own, from the shares of its tissues",
    draw=_tissues,
    minutes=10,
    mistakes=[
        (
            "The largest value of the image is 1.",
            lambda shares, bright: abs(np.tensordot(bright, shares, 1)),
        ),
        (
            "The magnitude is taken of the sum: at an edge between + and − they cancel.",
            lambda shares, bright: _repaint(shares, abs(bright)),
        ),
        (
            "The image is a magnitude, so no value is negative.",
            lambda shares, bright: np.tensordot(bright, shares, 1) / abs(np.tensordot(bright, shares, 1)).max(),
        ),
        (
            "Negative sums have a magnitude too: they are not set to zero.",
            lambda shares, bright: (
                np.maximum(np.tensordot(bright, shares, 1), 0) / np.tensordot(bright, shares, 1).max()
            ),
        ),
        (
            "Magnitude first, then the largest value: the largest sum with its sign is another number.",
            lambda shares, bright: abs(np.tensordot(bright, shares, 1)) / np.tensordot(bright, shares, 1).max(),
        ),
        (
            "A pixel at an edge is a mixture: all of its tissues count, not the largest alone.",
            lambda shares, bright: abs(bright)[shares.argmax(0)] / abs(bright)[shares.argmax(0)].max(),
        ),
        (
            "What is no tissue is air, which is dark: do not divide by the sum of the shares.",
            lambda shares, bright: _repaint(shares / shares.sum(0), bright),
        ),
        (
            "That stretches the smallest value to 0; only the largest is set.",
            lambda shares, bright: (
                (_repaint(shares, bright) - _repaint(shares, bright).min()) / (1 - _repaint(shares, bright).min())
            ),
        ),
    ],
)
def repaint(shares, bright):
    return _repaint(shares, bright)


choice(
    "shift-choice",
    "shift",
    "knows that decibels of different data do not compare",
    {
        "a": "It may well generalise: if a sparse reconstruction has lost 3 dB, the lead has even grown.",
        "b": "Other images have other decibels. The lead over a rival that has learned nothing tells, or its loss.",
        "c": "A larger set of the same population would not help on another one, and nothing is shown to have failed.",
        "d": "That is one of many reasons; contrast, anatomy and mask are others.",
    },
    right=lambda: "b",
)
