"""Exercises of the chapter on error bars."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise
from ..draws import noise


def _members(rng):
    return {"images": noise(rng, 1, 6, 5) + 0.3 * noise(rng, int(rng.integers(3, 6)), 6, 5)}


def _together(images, ddof=1, size=np.abs):
    return images.mean(axis=0), size(images).std(axis=0, ddof=ddof)


@exercise(
    "errorbars-ensemble",
    "errorbars",
    "finds the mean image of an ensemble, and the deviation of its magnitudes",
    draw=_members,
    tol=1e-3,
    minutes=5,
    level="easy",
    mistakes=[
        ("The deviation of a few members has J − 1 below it: `ddof=1`.", lambda x: _together(x, 0)),
        (
            "The deviation is that of the magnitudes, which are what is looked at.",
            lambda x: _together(x, size=np.asarray),
        ),
        (
            "The mean is that of the complex images, so that what the members disagree on cancels.",
            lambda x: (abs(x).mean(axis=0), _together(x)[1]),
        ),
        ("That is the variance: take its root.", lambda x: (x.mean(axis=0), _together(x)[1] ** 2)),
        (
            "The spread of the members is wanted, not the error of their mean: no √J below.",
            lambda x: (x.mean(axis=0), _together(x)[1] / np.sqrt(len(x))),
        ),
        ("The members are along axis 0: one number for each pixel.", lambda x: (x.mean(), abs(x).std(ddof=1))),
        ("The mean comes first, then the deviation.", lambda x: _together(x)[::-1]),
    ],
)
def together(images):
    return _together(images)


def _pair(rng):
    a = rng.permutation(23) + rng.uniform(0, 0.5, 23)
    return {"a": a, "b": (a + rng.normal(0, 8, 23)) ** 3}


def _ranks(values):
    return np.argsort(np.argsort(values))


@exercise(
    "errorbars-rank",
    "errorbars",
    "compares the ranks of two sets of numbers",
    draw=_pair,
    tol=1e-3,
    minutes=10,
    mistakes=[
        ("That is the correlation of the values: take that of their ranks.", lambda a, b: np.corrcoef(a, b)[0, 1]),
        (
            "`argsort` gives the places of the sorted values. Applied to that again, it gives their ranks.",
            lambda a, b: np.corrcoef(np.argsort(a), np.argsort(b))[0, 1],
        ),
        (
            "Both are ranked in one direction: the smallest has rank 0.",
            lambda a, b: np.corrcoef(_ranks(a), _ranks(-b))[0, 1],
        ),
        (
            "`np.corrcoef` gives a matrix: the correlation is off its diagonal.",
            lambda a, b: np.corrcoef(_ranks(a), _ranks(b))[0, 0],
        ),
        ("The correlation itself, not its square.", lambda a, b: np.corrcoef(_ranks(a), _ranks(b))[0, 1] ** 2),
        (
            "Both are ranked: only one of them is.",
            lambda a, b: np.corrcoef(_ranks(a), b)[0, 1],
        ),
        (
            "A correlation subtracts the mean rank first.",
            lambda a, b: np.sum(_ranks(a) * _ranks(b)) / np.sum(_ranks(a) ** 2),
        ),
        (
            "A covariance is not yet a correlation: divide by both deviations.",
            lambda a, b: np.cov(_ranks(a), _ranks(b))[0, 1],
        ),
    ],
)
def ranks_agree(a, b):
    return np.corrcoef(_ranks(a), _ranks(b))[0, 1]


def _calibration(rng):
    n, P = int(rng.integers(12, 20)), int(rng.integers(25, 40))
    deviations = rng.uniform(0.5, 2, (n, P))
    errors = deviations * rng.gamma(2, 1, (n, P)) * rng.uniform(0.5, 1.5, (n, 1))
    return {"errors": errors, "deviations": deviations, "coverage": float(rng.uniform(0.7, 0.85))}


def _calibrate(errors, deviations, coverage, *, further=1.0, least=1.0):
    n, P = errors.shape
    ratios = np.sort((errors / deviations).ravel())
    outside = np.arange(n * P - 1, -1, -1) / P
    return ratios[np.argmax(outside <= (n + further) * (1 - coverage) - least)]


@exercise(
    "errorbars-factor",
    "errorbars",
    "finds how many deviations hold the stated share of the pixels of a further head",
    draw=_calibration,
    minutes=15,
    second="Without the further head it is the plain quantile of the ratios, too small when heads are few.",
    mistakes=[
        (
            "The further head is missing: it counts as all outside, the 1 in the sum and in n + 1.",
            lambda e, d, c: _calibrate(e, d, c, further=0.0, least=0.0),
        ),
        (
            "The further head is missing: it counts as all outside, the 1 in the sum and in n + 1.",
            lambda e, d, c: np.quantile(e / d, c),
        ),
        (
            "The further head stands in the sum too, not only in n + 1.",
            lambda e, d, c: _calibrate(e, d, c, least=0.0),
        ),
        (
            "With the further head there are n + 1 heads, not n.",
            lambda e, d, c: _calibrate(e, d, c, further=0.0),
        ),
        (
            "`coverage` is the share inside: the share outside is 1 − coverage.",
            lambda e, d, c: _calibrate(e, d, 1 - c),
        ),
        (
            "That is in units of the errors: t is a number of deviations.",
            lambda e, d, c: _calibrate(e, np.ones_like(d), c),
        ),
        ("The ratio is error over deviation.", lambda e, d, c: _calibrate(d, e, c)),
        (
            "A factor for all heads together, not the mean of one for each.",
            lambda e, d, c: np.mean(np.quantile(e / d, c, 1)),
        ),
        ("That holds all pixels: the share is given.", lambda e, d, c: np.max(e / d)),
    ],
)
def calibrate(errors, deviations, coverage):
    return _calibrate(errors, deviations, coverage)


choice(
    "errorbars-choice",
    "errorbars",
    "knows on what the promise of a calibrated interval rests",
    {
        "a": "The promise holds for bad networks too: their intervals are wide.",
        "b": "It holds for any deviation, even for one number everywhere. A good one makes the intervals shorter.",
        "c": "If the next head could as well have been one of the sixty, its share is one of theirs.",
        "d": "The share is over pixels and heads: those of one region may be outside far more often.",
    },
    right=lambda: "c",
)
