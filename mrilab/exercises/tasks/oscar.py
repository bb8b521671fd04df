"""Exercises of the chapter on OSCAR."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np
from scipy.optimize import isotonic_regression

from ...problems.oscar import OSCAR
from ..base import choice, exercise

choice(
    "oscar-choice",
    "oscar",
    "knows what OSCAR's prox does to two coefficients of nearly one size",
    {
        "a": "Their weights differ by more than their sizes, so the larger would end below the smaller: they meet.",
        "b": "That is hard thresholding. Here the larger pays more than the smaller, and loses its lead.",
        "c": "Places count for group-lasso. OSCAR sorts the whole band, all coils and places, by size.",
        "d": "Only magnitudes are sorted and pooled. Each coefficient keeps its own phase.",
    },
    right=lambda: "a",
)

choice(
    "alone",
    "oscar",
    "knows which norm gives the better PSNR on this slice",
    {
        "a": "Tune each norm over its own three fractions, then compare the best of each.",
        "b": "A coefficient that is weak in one coil is kept if the others see it.",
        "c": "Compare the best of each: the difference is larger than rounding.",
        "d": "Both beat zero-filling; one is better.",
    },
    right=lambda: "b",
    minutes=15,
    level="medium",
)


@exercise(
    "cal-weights",
    "oscar",
    "gives OSCAR's weights w_i = λ(1 + slope·(n − i)/(n − 1)), i = 1 … n",
    draw=lambda rng: {
        "n": int(rng.integers(5, 9)),
        "lam": float(rng.uniform(0.5, 2)),
        "slope": float(rng.uniform(0.5, 3)),
    },
    minutes=5,
    level="easy",
    mistakes=[
        (
            "i runs from 1 to n, so the last weight is λ.",
            lambda n, lam, s: lam * (1 + s * (n - np.arange(n)) / (n - 1)),
        ),
        ("The largest coefficient pays most: weights fall.", lambda n, lam, s: OSCAR(lam, s).weights(n)[::-1]),
        (
            "Divide by n − 1, so that the first weight is λ(1 + slope).",
            lambda n, lam, s: lam * (1 + s * (n - np.arange(1, n + 1))),
        ),
        (
            "Is the first weight λ(1 + slope)? From n to 1 there are n − 1 steps.",
            lambda n, lam, s: lam * (1 + s * np.arange(n)[::-1] / n),
        ),
        ("Is λ in both terms?", lambda n, lam, s: lam + s * np.linspace(1, 0, n)),
        ("With slope 0 all are λ: that is l1.", lambda n, lam, s: np.full(n, lam)),
    ],
)
def weights(n, lam, slope):
    return OSCAR(lam, slope).weights(n)


def _band(rng):
    """Some magnitudes are so small that they end at 0, and some so near to each other that they are pulled together."""
    sizes = np.array([0.1, 0.5, 0.52, 0.9, 1.2, 1.22, 1.6, 2, 2.02]) * rng.uniform(0.95, 1.05)
    z = rng.permutation(sizes) * np.exp(2j * np.pi * rng.random(9))
    return {"z": z, "lam": float(rng.uniform(0.5, 0.6)), "slope": float(rng.uniform(1, 1.5))}


def _sorted_prox(z, lam, slope, *, pool=True, clip=True, up=False, back=True, phase=True):
    """The prox of OSCAR: sort, subtract, pool, clip, sort back."""
    order = np.argsort(abs(z))[:: 1 if up else -1]
    v = abs(z)[order] - OSCAR(lam, slope).weights(z.size)
    v = isotonic_regression(v, increasing=False).x if pool else v
    v = np.maximum(v, 0) if clip else v
    out = np.empty_like(v)
    out[order if back else np.arange(z.size)] = v
    return out * np.exp(1j * np.angle(z)) if phase else out


@exercise(
    "cal-oscar",
    "oscar",
    "writes the prox of OSCAR for the coefficients (n,) of one band",
    draw=_band,
    tol=1e-3,
    minutes=25,
    level="hard",
    mistakes=[
        (
            "Magnitudes must still fall after the subtraction: fit a sequence that does not increase.",
            lambda *a: _sorted_prox(*a, pool=False),
        ),
        ("The results are in the order of size: put each back to its place.", lambda *a: _sorted_prox(*a, back=False)),
        ("The largest magnitude pays the largest weight: sort downwards.", lambda *a: _sorted_prox(*a, up=True)),
        ("Magnitudes end at 0.", lambda *a: _sorted_prox(*a, clip=False)),
        ("The phase is lost: each coefficient keeps its own.", lambda *a: _sorted_prox(*a, phase=False)),
        ("That is l1: all pay λ. The weights differ.", lambda z, lam, s: _sorted_prox(z, lam, 0.0)),
    ],
)
def oscar_prox(z, lam, slope):
    return OSCAR(lam, slope).prox(z, 1.0)
