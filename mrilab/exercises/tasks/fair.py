"""Exercises of the chapter on a fair comparison of scans."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np
from scipy.optimize import brentq

from ..base import choice, exercise

DWELL = 8e-6  # seconds


def _two_scans(rng):
    return {
        "few": int(rng.integers(8, 16)),
        "long": 256 * int(rng.integers(3, 6)),
        "many": int(rng.integers(24, 40)),
        "short": 128,
    }


@exercise(
    "fair-time",
    "fair",
    "finds the dead time, in seconds, at which few long shots take as long as many short ones",
    kind="value",
    book={"few": 13, "long": 1024, "many": 32, "short": 128},
    question=lambda few, long, many, short: (
        f"A sample takes 8 µs. For which dead time of each shot, in seconds, do {few} spirals of {long} samples take "
        f"as long as {many} spokes of {short}?"
    ),
    draw=_two_scans,
    tol=2e-3,
    minutes=5,
    level="easy",
    mistakes=[
        (
            "Those are milliseconds; seconds are asked for.",
            lambda f, m, s, k: 1e3 * DWELL * (f * m - s * k) / (s - f),
        ),
        (
            "Those are microseconds; seconds are asked for.",
            lambda f, m, s, k: 1e6 * DWELL * (f * m - s * k) / (s - f),
        ),
        (
            "Those are samples: each takes 8 µs.",
            lambda f, m, s, k: (f * m - s * k) / (s - f),
        ),
        (
            "That is the whole difference of the reading. The shots that spirals save make up for it together.",
            lambda f, m, s, k: DWELL * (f * m - s * k),
        ),
        (
            "Each of the shots has its dead time: divide by the difference of the shots, not by their sum.",
            lambda f, m, s, k: DWELL * (f * m - s * k) / (s + f),
        ),
        (
            "That compares one shot with one shot. The scans have different numbers of them.",
            lambda f, m, s, k: DWELL * (m - k),
        ),
    ],
)
def dead_time(few, long, many, short):
    return DWELL * (few * long - many * short) / (many - few)


def _scores(rng):
    hard = rng.normal(30, 3, 9)
    return {"a": hard + rng.normal(0, 0.4, 9), "b": hard + 0.5 + rng.normal(0, 0.4, 9)}


def _gain(a, b, ddof=1, root=True):
    gains = b - a
    return gains.mean(), gains.std(ddof=ddof) / (np.sqrt(len(gains)) if root else 1)


@exercise(
    "fair-gain",
    "fair",
    "computes the mean gain b − a over heads, and its standard error",
    draw=_scores,
    minutes=10,
    mistakes=[
        ("The gain is that of b over a: b − a.", lambda a, b: (-_gain(a, b)[0], _gain(a, b)[1])),
        (
            "That is the spread of the gains. The error of their mean is smaller, by √heads.",
            lambda a, b: _gain(a, b, root=False),
        ),
        ("The sample standard deviation divides by heads − 1: ddof=1.", lambda a, b: _gain(a, b, ddof=0)),
        (
            "The heads are the same: subtract head by head first, then take the deviation.",
            lambda a, b: (np.mean(b - a), np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))),
        ),
        (
            "That is a difference of deviations. The deviation of the differences is asked for.",
            lambda a, b: (np.mean(b - a), abs(b.std(ddof=1) - a.std(ddof=1)) / np.sqrt(len(a))),
        ),
        (
            "Divide by √heads, not by the number of heads.",
            lambda a, b: (np.mean(b - a), np.std(b - a, ddof=1) / len(a)),
        ),
    ],
)
def gain(a, b):
    return _gain(a, b)


def _dense(p, shots, samples, n, *, arms=2, circle=1, even=False, through=True, swap=False, late=0.0):
    middle, u = samples // 2, np.linspace(0, 1, 20001)

    def arm(turns, u):
        return 0.5 * u**p * np.exp(2j * np.pi * turns * u)

    def length(turns):
        return np.append(0, np.cumsum(abs(np.diff(arm(turns, u)))))

    turns = brentq(lambda T: length(T)[-1] - 2 / arms * middle / n, 0, 50)
    t = (np.arange(samples) - middle + late) / middle
    at = abs(t) if even else np.interp(abs(t), length(turns) / length(turns)[-1], u)
    k = (
        (np.sign(t) if through else 1)
        * arm(turns, at)
        * np.exp(1j * np.pi * circle * np.arange(shots) / shots)[:, None]
    )
    return np.stack([k.real, k.imag] if swap else [k.imag, k.real], axis=-1)


@exercise(
    "radial-dense",
    "fair",
    "makes in-out spirals with |k| = ½ uᵖ that run at constant speed, a step of 1/n per sample",
    draw=lambda rng: {
        "p": int(rng.integers(2, 5)),
        "shots": int(rng.integers(3, 6)),
        "samples": 96,
        "n": int(rng.integers(10, 14)),
    },
    tol=4e-3,  # however finely the length of the path was summed
    minutes=25,
    level="hard",
    mistakes=[
        ("The turns are for a path twice as long: an arm has half of the samples.", lambda *a: _dense(*a, arms=1)),
        (
            "In-out shots have two ends: half a turn, π i/shots, fills the circle.",
            lambda *a: _dense(*a, circle=2),
        ),
        (
            "Even steps in u are not even steps along the path: that slows down at the centre.",
            lambda *a: _dense(*a, even=True),
        ),
        ("The way in is that of −k: the two arms of a shot lie opposite.", lambda *a: _dense(*a, through=False)),
        ("The last axis is (ky, kx): the imaginary part comes first.", lambda *a: _dense(*a, swap=True)),
        ("Sample samples/2 lies at DC: yours has DC between two samples.", lambda *a: _dense(*a, late=0.5)),
        ("k has signs: the opposite arm is −k.", lambda *a: abs(_dense(*a))),
    ],
)
def dense_spiral(p, shots, samples, n):
    return _dense(p, shots, samples, n)


choice(
    "fair-choice",
    "fair",
    "knows what a comparison with an untuned rival compares",
    {
        "a": "They would be compared if both had been tuned in one way, on heads that do not judge.",
        "b": "Equal data are not enough: a λ that suits another scan can cost decibels.",
        "c": "One method is at its best on the very heads that judge it, the other anywhere.",
        "d": "The noise of the test heads is the same for both.",
    },
    right=lambda: "c",
)
