"""Exercises of the chapter on echo-planar imaging."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise
from ..draws import noise

choice(
    "epi-choice",
    "epi",
    "knows that the displacement of EPI follows from the time of its train of echoes",
    {
        "a": "Averages lower the noise. Each of them is displaced alike.",
        "b": "That shortens the reading of a line, but a place moves the other way, by the time of the train.",
        "c": "The train takes half the time, so the phase that a place gains across k-space is half as large.",
        "d": "That turns the displacement round, and makes it no smaller.",
    },
    right=lambda: "c",
)


def _moves(lines, spacing, frequency):
    shift = frequency * lines * spacing / 1000
    return shift, shift / 2


@exercise(
    "epi-shift",
    "epi",
    "computes the displacement of EPI from frequency, lines and spacing",
    kind="value",
    book={"lines": 64, "spacing": 0.5, "frequency": 50},
    question=lambda lines, spacing, frequency: (
        f"An EPI scan has {lines} lines, one every {spacing} ms. Answer with a pair: by how many pixels {frequency} Hz "
        "move a place, and by how many if only every second line is taken at the same spacing."
    ),
    draw=lambda rng: {
        "lines": int(rng.choice([72, 80, 96])),
        "spacing": float(rng.choice([0.6, 0.7, 0.8])),
        "frequency": int(rng.choice([30, 60, 90])),
    },
    tol=5e-3,
    minutes=5,
    level="easy",
    mistakes=[
        ("That is the readout: the phase encode takes all lines.", lambda n, t, f: (f * t / 1000, f * t / 2000)),
        ("The spacing is in milliseconds.", lambda n, t, f: (f * n * t, f * n * t / 2)),
        ("Every second line halves the time, so it halves the move.", lambda n, t, f: (f * n * t / 1000,) * 2),
        (
            "Every second line halves the time, it does not double it.",
            lambda n, t, f: (f * n * t / 1000, f * n * t / 500),
        ),
        ("Those are radians: a pixel is a turn.", lambda n, t, f: tuple(2 * np.pi * m for m in _moves(n, t, f))),
        (
            "DC lies in the middle, but the slope counts over the whole train.",
            lambda n, t, f: (f * n * t / 2000, f * n * t / 4000),
        ),
    ],
)
def moves(lines, spacing, frequency):
    return _moves(lines, spacing, frequency)


@exercise(
    "epi-ghost",
    "epi",
    "computes the brightness of a Nyquist ghost from the phase of every second line",
    kind="value",
    book={"phase": 0.2},
    question=lambda phase: (
        f"Every second line has a phase of {phase} radians. Answer with the magnitude of the ghost over that of the "
        "image."
    ),
    draw=lambda rng: {"phase": float(rng.choice([0.5, 0.7, 0.9]))},
    tol=2e-3,
    minutes=5,
    level="easy",
    mistakes=[
        ("Half of the phase: the other half is shared by the image.", np.tan),
        ("That is the ghost over the object, but the image has become fainter too.", lambda p: np.sin(p / 2)),
        ("The other way round: ghost over image.", lambda p: 1 / np.tan(p / 2)),
        ("Magnitudes, not energies.", lambda p: np.tan(p / 2) ** 2),
        ("The phase over a turn is no magnitude.", lambda p: p / (2 * np.pi)),
    ],
)
def ghost(phase):
    return np.tan(phase / 2)


def _lines(rng):
    x = np.arange(16) - 8
    there = noise(rng, 2, 16)
    c, s = rng.uniform(-1, 1), rng.uniform(0.35, 0.5) * rng.choice([-1, 1])
    return {"there": there, "back": there * np.exp(-1j * (c + s * x)).astype(np.complex64)}


def _phase(there, back, *, middle=None, slope=True):
    p = np.sum(there * back.conj(), axis=0)
    x = np.arange(len(p)) - (len(p) // 2 if middle is None else middle)
    s = np.angle(np.sum(p[1:] * p[:-1].conj()))
    return np.angle(np.sum(p * np.exp(-1j * s * x * slope))), s


@exercise(
    "epi-phase",
    "epi",
    "finds the constant and the slope of the phase between lines of two directions",
    draw=_lines,
    tol=1e-3,
    minutes=20,
    level="medium",
    mistakes=[
        ("The other way round: it is there times the conjugate of back.", lambda a, b: _phase(b, a)),
        ("x counts from the middle pixel, W // 2.", lambda a, b: _phase(a, b, middle=0)),
        ("Take the slope off before the constant is read.", lambda a, b: _phase(a, b, slope=False)),
        ("The constant first, then the slope.", lambda a, b: _phase(a, b)[::-1]),
        ("The slope is per pixel, not over the whole line.", lambda a, b: (_phase(a, b)[0], 16 * _phase(a, b)[1])),
        ("Those are turns: give radians.", lambda a, b: tuple(v / (2 * np.pi) for v in _phase(a, b))),
        (
            "Angles beyond π wrap, so a straight line does not fit them: compare neighbours in x.",
            lambda a, b: tuple(
                np.polynomial.polynomial.polyfit(np.arange(16) - 8, np.angle(np.sum(a * b.conj(), axis=0)), 1)
            ),
        ),
    ],
)
def ghost_phase(there, back):
    return _phase(there, back)
