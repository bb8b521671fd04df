"""Exercises of the chapter that judges eight masks of lines."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise

choice(
    "masks-lobes",
    "masks",
    "knows why the lowest side lobes may belong to the worst mask",
    {
        "a": "All eight designs have 64.",
        "b": "What leaks is lobe times image, and the strong waves of the image are those that uniform lines miss.",
        "c": "White noise is alike on all lines, and so is the number of lines.",
        "d": "The table has means of five masks, and the first column stays the lowest.",
    },
    right=lambda: "b",
)


def _psf(lines):
    n = len(lines)
    r = np.arange(n) - n // 2
    waves = np.exp(2j * np.pi * np.outer(r, r) / n)
    return r, waves @ np.asarray(lines, float) / np.count_nonzero(lines)


def _lobe(lines, beyond, size=np.abs, least=lambda r, beyond: np.abs(r) > beyond):
    r, h = _psf(lines)
    return float(size(h)[least(r, beyond)].max())


def _draw_lines(rng, trial):
    """A central block and one line outside it, of an even or odd number: its main lobe falls over these distances."""
    n = 60 + trial % 2
    lines = np.abs(np.arange(n) - n // 2) < 3
    lines[rng.integers(22, 26)] = True
    return {"lines": lines, "beyond": int(rng.integers(2, 5))}


@exercise(
    "masks-lobe",
    "masks",
    "finds the largest side lobe beyond a distance, as a share of the peak",
    draw=_draw_lines,
    minutes=10,
    mistakes=[
        ("A point spread function is complex: its magnitude counts.", lambda lines, b: _lobe(lines, b, np.real)),
        ("That is the energy of the lobe. Asked is its magnitude.", lambda lines, b: _lobe(lines, b) ** 2),
        (
            "The peak itself is not a side lobe: leave out all with |r| up to `beyond`.",
            lambda lines, b: _lobe(lines, -1),
        ),
        ("All but the peak itself: leave out the neighbours up to `beyond` too.", lambda lines, b: _lobe(lines, 0)),
        (
            "A distance of exactly `beyond` is not beyond it.",
            lambda lines, b: _lobe(lines, b, least=lambda r, beyond: np.abs(r) >= beyond),
        ),
        ("Divide by the peak, so that PSF(0) = 1.", lambda lines, b: _lobe(lines, b) * np.count_nonzero(lines)),
        (
            "Divide by the number of lines that were taken, not by that of all.",
            lambda lines, b: _lobe(lines, b) * np.mean(lines),
        ),
    ],
)
def lobe(lines, beyond):
    return _lobe(lines, beyond)


choice(
    "lines-lambda",
    "masks",
    "knows whether λ decides the ranking of the designs",
    {
        "yes": "Compare the three rows of your table column by column: which design is best in each?",
        "no": "The numbers move by less than two decibels, the order of the three designs stays.",
        "only low-pass": "Low-pass stays where it is. Compare the order, not the numbers.",
        "only decay 6": "Its numbers move, its place in the order does not.",
    },
    right=lambda: "no",
    minutes=15,
    level="medium",
)


def _energies(rng):
    E = rng.uniform(0.5, 2, 24) / (1 + np.abs(np.arange(24) - 12)) ** 2
    return {"E": E, "gamma": float(rng.uniform(0.25, 0.9))}


@exercise(
    "lines-learn",
    "masks",
    "turns the energies E of lines into probabilities p ∝ E^γ",
    draw=_energies,
    minutes=15,
    mistakes=[
        ("Probabilities sum to 1.", lambda E, gamma: E**gamma),
        ("Take the power first, then divide by the sum of the powers.", lambda E, gamma: (E / E.sum()) ** gamma),
        ("γ is an exponent: as a factor it makes the sum γ.", lambda E, gamma: gamma * E / E.sum()),
        (
            "That is the root: the power is γ, not 1/γ.",
            lambda E, gamma: E ** (1 / gamma) / np.sum(E ** (1 / gamma)),
        ),
        (
            "E is an energy already: nothing is left to square.",
            lambda E, gamma: E ** (2 * gamma) / np.sum(E ** (2 * gamma)),
        ),
        ("γ is missing: these are the energies themselves.", lambda E, gamma: E / E.sum()),
        (
            "That multiplies by γ, which cancels. It is an exponent.",
            lambda E, gamma: np.exp(gamma * E) / np.exp(gamma * E).sum(),
        ),
    ],
)
def learned(E, gamma):
    return E**gamma / np.sum(E**gamma)
