"""Exercises of the chapter on a real scan."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise

choice(
    "realscan-choice",
    "realscan",
    "knows that a reference with noise favours images that share its noise",
    {
        "a": "That would be so if the reference had no noise. Whose noise is it that the image has kept?",
        "b": "The noise of its own samples is in the reference too, and there it costs nothing.",
        "c": "The reference is not the truth: an error that it shares is not counted.",
        "d": "λ is spent: what counts is which errors the reference shares with the image.",
    },
    right=lambda: "b",
)


def _above_and_below(rng):
    coils, sigma = int(rng.integers(3, 9)), float(rng.uniform(0.5, 1.5))
    return {"m": rng.uniform(0, 2.5, (5, 7)) * sigma * np.sqrt(coils), "coils": coils, "sigma": sigma}


@exercise(
    "realscan-bias",
    "realscan",
    "takes the mean power of the noise out of a root sum of squares m (H, W)",
    draw=_above_and_below,
    minutes=10,
    level="easy",
    mistakes=[
        (
            "Powers add, magnitudes do not: take C σ² from m².",
            lambda m, c, s: np.maximum(m - s * np.sqrt(c), 0),
        ),
        ("Each of the C coils has its own noise.", lambda m, c, s: np.sqrt(np.maximum(m**2 - s**2, 0))),
        (
            "E|ε|² = σ² counts the real and the imaginary part already.",
            lambda m, c, s: np.sqrt(np.maximum(m**2 - 2 * c * s**2, 0)),
        ),
        ("The power of noise is σ², not σ.", lambda m, c, s: np.sqrt(np.maximum(m**2 - c * s, 0))),
        ("That is a power: take the root.", lambda m, c, s: np.maximum(m**2 - c * s**2, 0)),
        ("Where m² is below C σ² the answer is 0.", lambda m, c, s: np.sqrt(abs(m**2 - c * s**2))),
        ("The noise has been added: take it away.", lambda m, c, s: np.sqrt(m**2 + c * s**2)),
        (
            "Only what is below the floor becomes 0; all other pixels have the same power taken off.",
            lambda m, c, s: np.where(m**2 > c * s**2, m, 0),
        ),
    ],
)
def without_floor(m, coils, sigma):
    return np.sqrt(np.maximum(m**2 - coils * sigma**2, 0))


def _twice(rng):
    head = np.zeros((9, 8), bool)
    head[2:7, 1:6] = True
    anatomy = head * rng.uniform(2, 5, head.shape) + 0.3
    first, second = (np.abs(anatomy + 0.1 * rng.standard_normal(head.shape) * (1 + head)) for _ in range(2))
    return {"first": first, "second": second, "head": head}


def _snr(first, second, head, *, inside=None, divide=2**0.5, noise=None, ddof=0):
    signal = np.mean((first + second)[head]) / 2
    difference = (first - second)[head if inside is None else inside]
    return float(signal / ((np.std(difference, ddof=ddof) if noise is None else noise) / divide))


@exercise(
    "realscan-repeat",
    "realscan",
    "measures the SNR of one image (H, W) from two of the same head",
    draw=_twice,
    tol=1e-3,
    minutes=15,
    level="medium",
    mistakes=[
        ("The difference has the noise of two images: its deviation is √2 that of one.", lambda *a: _snr(*a, divide=1)),
        ("Variances add, not deviations: √2, not 2.", lambda *a: _snr(*a, divide=2)),
        ("The wrong way round: one image has less noise than the difference.", lambda *a: _snr(*a, divide=0.5**0.5)),
        (
            "Noise too is measured inside the head alone.",
            lambda a, b, h: _snr(a, b, h, inside=np.ones_like(h)),
        ),
        ("That is the noise in air: measure it inside the head.", lambda a, b, h: _snr(a, b, h, inside=~h)),
        (
            "The deviation of one image is that of its anatomy: the difference has none.",
            lambda a, b, h: _snr(a, b, h, noise=np.std(a[h]), divide=1),
        ),
        (
            "The deviation, not the variance.",
            lambda a, b, h: _snr(a, b, h, noise=np.var((a - b)[h]), divide=2),
        ),
        ("The signal is the mean of both images, not their sum.", lambda *a: 2 * _snr(*a)),
        ("Not in decibels.", lambda *a: 20 * np.log10(_snr(*a))),
        ("`np.std` as it is, without `ddof`.", lambda *a: _snr(*a, ddof=1)),
    ],
)
def snr(first, second, head):
    return _snr(first, second, head)


def _judged(rng):
    sigma = float(rng.uniform(0.005, 0.02))
    return {"score": float(-10 * np.log10(sigma**2 * rng.uniform(1.5, 5))), "sigma": sigma}


def _truth(score, sigma, *, share=0.5, sign=-1, root=10):
    return float(-10 * np.log10(10 ** (-score / root) + sign * share * sigma**2))


@exercise(
    "realscan-truth",
    "realscan",
    "turns a PSNR against a noisy reference into one against the truth",
    draw=_judged,
    minutes=10,
    level="medium",
    mistakes=[
        (
            "Only the part of the noise in phase with the image changes its magnitude: σ²/2.",
            lambda *a: _truth(*a, share=1),
        ),
        ("The noise of the reference is in the error already: take it off.", lambda *a: _truth(*a, sign=1)),
        ("Decibels do not add: go back to squared errors first.", lambda s, sigma: s - 10 * np.log10(2 / sigma**2)),
        ("Decibels do not add: go back to squared errors first.", lambda s, sigma: s + 10 * np.log10(2 / sigma**2)),
        ("PSNR is 10 log₁₀ of a squared error: 10^(−PSNR/10).", lambda *a: abs(_truth(*a, root=20))),
        ("That is the squared error: write it in decibels.", lambda s, sigma: 10 ** (-s / 10) - sigma**2 / 2),
        ("PSNR grows as the error falls: mind the sign.", lambda *a: -_truth(*a)),
        ("That is the score of the truth itself.", lambda s, sigma: 10 * np.log10(2 / sigma**2)),
    ],
)
def against_truth(score, sigma):
    return _truth(score, sigma)


def _two_lists(rng):
    a = rng.uniform(20, 35, 7)
    b = a + rng.normal(0, 5, 7)
    return {"a": a, "b": b}


def _ranks(a):
    return np.argsort(np.argsort(-a))


def _pairs(a, b):
    return int(np.sum((a[:, None] - a) * (b[:, None] - b) < 0))


@exercise(
    "realscan-swaps",
    "realscan",
    "counts the pairs of methods that change order between two lists of scores (n,)",
    draw=_two_lists,
    minutes=15,
    level="medium",
    mistakes=[
        ("Each pair counts once: you have (i, j) and (j, i).", lambda a, b: _pairs(a, b)),
        ("These are the pairs that keep their order.", lambda a, b: len(a) * (len(a) - 1) // 2 - _pairs(a, b) // 2),
        ("Count pairs, not the methods whose rank differs.", lambda a, b: int(np.sum(_ranks(a) != _ranks(b)))),
        ("Count pairs, not by how much the ranks differ.", lambda a, b: int(np.sum(abs(_ranks(a) - _ranks(b))))),
        (
            "All pairs count, not only neighbours in the list.",
            lambda a, b: int(np.sum(np.diff(a) * np.diff(b) < 0)),
        ),
        ("Not as a share of all pairs: their number.", lambda a, b: _pairs(a, b) / (len(a) * (len(a) - 1))),
        (
            "Compare the order within each list, not one list with the other.",
            lambda a, b: int(np.sum(a > b)),
        ),
    ],
)
def swaps(a, b):
    return _pairs(a, b) // 2
