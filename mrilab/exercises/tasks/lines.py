"""Exercises of the chapter on lines."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise
from ..compare import differs


def _density(lines, decay):
    weights = (1 - np.abs(np.arange(lines) - lines // 2) / (lines // 2 + 1)) ** decay
    return weights / weights.sum()


def _draws(lines, wanted, decay, expected=None):
    """The m at which so many distinct lines are expected, by bisection."""
    p = _density(lines, decay)
    expected = expected or (lambda m: np.sum(1 - (1 - p) ** m))
    low, high = 1.0, 1e6
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if expected(middle) < wanted else (low, middle)
    return low


def _whole(answer, inputs):
    """One draws whole numbers: both neighbours of m are right."""
    m = draws(**inputs)
    near = isinstance(answer, (int, float)) and answer in (np.floor(m), np.ceil(m))
    return None if near else differs(answer, m, 5e-3)


@exercise(
    "lines-more",
    "lines",
    "finds how many draws with replacement give the wanted number of distinct lines",
    kind="value",
    book={"lines": 256, "wanted": 64, "decay": 6},
    question=lambda lines, n, d: f"How many draws $m$ of decay {d} give {n} distinct lines of {lines} on average?",
    draw=lambda rng: {"lines": 256, "wanted": int(rng.integers(40, 90)), "decay": int(rng.integers(2, 8))},
    tol=5e-3,
    minutes=10,
    accept=_whole,
    mistakes=[
        ("That is the number of lines you want: some come twice.", lambda lines, n, d: n),
        (
            "That is for equal probabilities; the density of the chapter decays.",
            lambda lines, n, d: _draws(lines, n, 0),
        ),
        (
            "Lines do not grow in proportion to draws: the more there are, the more come twice.",
            lambda lines, n, d: n**2 / np.sum(1 - (1 - _density(lines, d)) ** n),
        ),
        (
            "That is how many lines n draws give. How many draws give n lines?",
            lambda lines, n, d: float(np.sum(1 - (1 - _density(lines, d)) ** n)),
        ),
        ("That sets the number of missing lines to the wanted one.", lambda lines, n, d: _draws(lines, lines - n, d)),
    ],
)
def draws(lines, wanted, decay):
    return _draws(lines, wanted, decay)


choice(
    "lines-share",
    "lines",
    "tells draws from lines: how often a line is in a mask that is drawn with replacement",
    {
        "a": "It is drawn three times on average. In a mask it is once, or not at all.",
        "b": "All draws may miss it: with probability (1 − 3/64)^64, about 5 %.",
        "c": "All 64 draws miss it with probability (1 − 3/64)^64, about e⁻³ = 5 %.",
        "d": "That is the probability of one draw. There are 64.",
    },
    right=lambda: "c",
)


def _inclusion(p, n, again=True):
    sure = np.zeros(p.size, bool)
    while True:
        pi = np.where(sure, 1.0, p * (n - sure.sum()) / p[~sure].sum())
        if pi.max() <= 1 or not again:
            return pi
        sure = pi >= 1


def _densities(rng, trial):
    """A steep density, a flat one whose largest π stays below 1, and one in no order."""
    if trial == 1:
        return {"p": _density(21, 1.0), "n": int(rng.integers(4, 7))}
    p = _density(21, 6.0 + rng.random())
    return {"p": rng.permutation(p) if trial else p, "n": int(rng.integers(7, 10))}


@exercise(
    "lines-inclusion",
    "lines",
    "gives the probability of each line to be in a mask of n lines: at most 1, and n in sum",
    draw=_densities,
    minutes=15,
    mistakes=[
        ("Some are above 1.", lambda p, n: n * p),
        ("Cut at 1, they no longer sum to n: share out what was cut off.", lambda p, n: np.minimum(n * p, 1)),
        ("They should sum to n, the number of lines.", lambda p, n: p),
        ("That is for draws with replacement.", lambda p, n: 1 - (1 - p) ** n),
        (
            "No line is set to 1 beforehand: where the density is flat, none has probability 1.",
            lambda p, n: np.where(p == p.max(), 1, _inclusion(np.where(p == p.max(), 0, p), n - 1)),
        ),
    ],
)
def inclusion(p, n):
    return _inclusion(p, n)


@exercise(
    "lines-comb",
    "lines",
    "draws lines by a comb: which steps of the running sum do the teeth u, u + 1, … meet?",
    draw=lambda rng, trial: {
        "pi": _inclusion(_density(30, 2.0), 9) * (1 - 1e-12 * trial),  # a sum of floats may lie just below n
        "u": float(rng.uniform(0.1, 0.9)),
    },
    minutes=5,
    level="easy",
    second="Never, if their sum is less than 1: both steps together are lower than the distance of two teeth.",
    mistakes=[
        (
            "Compare the teeth with the running sum of π, not with π.",
            lambda pi, u: np.searchsorted(pi, u + np.arange(round(pi.sum()))),
        ),
        (
            "There is one tooth for each line wanted: round(π.sum()), all of them.",
            lambda pi, u: np.searchsorted(np.cumsum(pi), u + np.arange(round(pi.sum()) - 1)),
        ),
        (
            "The sum may lie just below a whole number, and `int` cuts it off: `round`.",
            lambda pi, u: np.searchsorted(np.cumsum(pi), u + np.arange(int(pi.sum()))),
        ),
        (
            "One too many: `np.searchsorted` already counts from 0.",
            lambda pi, u: 1 + np.searchsorted(np.cumsum(pi), u + np.arange(round(pi.sum()))),
        ),
    ],
)
def comb(pi, u):
    return np.searchsorted(np.cumsum(pi), u + np.arange(round(pi.sum())))
