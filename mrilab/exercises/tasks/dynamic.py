"""Exercises of the chapter on time."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...sampling.trajectories import GOLDEN
from ..base import choice, exercise
from ..draws import noise

choice(
    "dynamic-choice",
    "dynamic",
    "knows why the spokes have to change from frame to frame",
    {
        "a": "As many samples, but always the same ones: the frames then cannot complete each other.",
        "b": "What is equal in all frames is of rank 1 and has no differences: no prior tells it from the chest.",
        "c": "The noise of a sample is new each time that it is taken, whatever its angle.",
        "d": "The heart goes on beating; only the angles repeat.",
    },
    right=lambda: "b",
)


def _angles(frame, spokes, *, first=None, step=180 * GOLDEN, wrap=180.0):
    number = (frame * spokes if first is None else first) + np.arange(spokes)
    return number * step % wrap


@exercise(
    "dynamic-angles",
    "dynamic",
    "finds the angles of the spokes of a frame, in degrees from 0 to 180, in golden-angle order",
    draw=lambda rng: {"frame": int(rng.integers(2, 9)), "spokes": int(rng.integers(3, 8))},
    tol=1e-5,
    minutes=10,
    level="easy",
    mistakes=[
        ("Spokes are counted from the start of the scan, not from that of the frame.", lambda t, n: _angles(0, n)),
        (
            "A spoke and its reverse are the same line: take the rest after 180°.",
            lambda t, n: _angles(t, n, wrap=np.inf),
        ),
        (
            "A spoke runs through the centre, so angles repeat after 180°, not 360°.",
            lambda t, n: _angles(t, n, wrap=360),
        ),
        ("These are equal steps: the golden angle is 180° (√5 − 1)/2.", lambda t, n: _angles(t, n, step=180 / n)),
        (
            "That is 360° (√5 − 1)/2, for spokes that begin in the centre.",
            lambda t, n: _angles(t, n, step=360 * GOLDEN),
        ),
        ("The first frame is number 0.", lambda t, n: _angles(t - 1, n)),
        ("A frame has several spokes: the first is number frame · spokes.", lambda t, n: _angles(0, n, first=t)),
        ("Angles are in degrees here.", lambda t, n: np.deg2rad(_angles(t, n))),
    ],
)
def frame_angles(frame, spokes):
    return _angles(frame, spokes)


def _svt(X, lam, *, hard=False, square=False, keep=None):
    U, s, Vh = np.linalg.svd(X, full_matrices=False)
    if keep:
        return (U[:, :1] * s[:1]) @ Vh[:1]
    small = np.where(s > lam, s, 0) if hard else np.maximum(s - lam, 0)
    return (U * (np.sqrt(np.maximum(s**2 - lam, 0)) if square else small)) @ Vh


def _curves(rng):
    return {"X": noise(rng, 5, 9), "lam": float(rng.uniform(3.0, 3.4))}


@exercise(
    "dynamic-svt",
    "dynamic",
    "thresholds the singular values of a Casorati matrix (frames, pixels)",
    draw=_curves,
    tol=1e-3,
    minutes=10,
    level="medium",
    mistakes=[
        ("That is hard thresholding: those that are kept shrink by λ too.", lambda X, lam: _svt(X, lam, hard=True)),
        ("Differences s − λ below zero are set to zero.", lambda X, lam: _unclipped(X, lam)),
        (
            "That thresholds each entry: the nuclear norm is the l1 norm of the singular values.",
            lambda X, lam: X * np.maximum(1 - lam / np.abs(X), 0),
        ),
        ("NumPy returns Vᴴ already: do not conjugate it again.", lambda X, lam: _conjugated(X, lam)),
        ("λ is subtracted from s, not from s².", lambda X, lam: _svt(X, lam, square=True)),
        ("Threshold, do not truncate: that keeps a rank of 1, whatever λ is.", lambda X, lam: _svt(X, lam, keep=1)),
        ("That takes λ/2: the prox has ½‖P − X‖² in it.", lambda X, lam: _svt(X, lam / 2)),
    ],
)
def svt(X, lam):
    return _svt(X, lam)


def _unclipped(X, lam):
    U, s, Vh = np.linalg.svd(X, full_matrices=False)
    return (U * (s - lam)) @ Vh


def _conjugated(X, lam):
    U, s, Vh = np.linalg.svd(X, full_matrices=False)
    return (U * np.maximum(s - lam, 0)) @ Vh.conj()


@exercise(
    "dynamic-window",
    "dynamic",
    "counts the spokes and the milliseconds that a frame of view sharing is made of",
    kind="value",
    book={"half": 2, "spokes": 8, "milliseconds": 10},
    question=lambda half, spokes, milliseconds: (
        f"A frame has {spokes} spokes of {milliseconds} ms, and borrows those of {half} frames on either side."
    ),
    draw=lambda rng: {
        "half": int(rng.integers(3, 7)),
        "spokes": int(rng.integers(9, 15)),
        "milliseconds": int(rng.integers(3, 7)),
    },
    minutes=5,
    level="easy",
    mistakes=[
        ("The frame itself counts too.", lambda h, n, ms: (2 * h * n, 2 * h * n * ms)),
        ("On either side: before and after.", lambda h, n, ms: ((h + 1) * n, (h + 1) * n * ms)),
        ("The second number is that of all spokes of the window.", lambda h, n, ms: ((2 * h + 1) * n, n * ms)),
        ("The number of spokes first, then the duration.", lambda h, n, ms: ((2 * h + 1) * n * ms, (2 * h + 1) * n)),
        ("A frame has several spokes.", lambda h, n, ms: (2 * h + 1, (2 * h + 1) * ms)),
    ],
)
def window(half, spokes, milliseconds):
    count = (2 * half + 1) * spokes
    return count, count * milliseconds


@exercise(
    "dynamic-rank",
    "dynamic",
    "bounds the rank of a series with a periodic heart, and with a lesion that enhances",
    kind="value",
    book={"period": 7, "frames": 20},
    question=lambda period, frames: f"The heart repeats itself every {period} frames, in a series of {frames}.",
    draw=lambda rng: {"period": int(rng.integers(4, 7)), "frames": int(rng.integers(15, 30))},
    minutes=10,
    level="medium",
    mistakes=[
        ("Equal frames are equal rows: there are no more different ones than the period.", lambda p, T: (T, T)),
        ("The lesion adds a product of one curve and one picture.", lambda p, T: (p, p)),
        ("The background is a part of each of these frames: it adds no row.", lambda p, T: (p + 1, p + 2)),
        ("The lesion has one curve, whatever the heart does: it adds 1.", lambda p, T: (p, 2 * p)),
        ("Without the lesion first.", lambda p, T: (p + 1, p)),
        ("The curve is not periodic, but it is only one.", lambda p, T: (p, T)),
        ("A rank counts different frames, not beats.", lambda p, T: (-(-T // p), -(-T // p) + 1)),
    ],
)
def rank(period, frames):
    return period, period + 1


def _adjoint(d):
    steps, none = d[:-1], np.zeros_like(d[:1])
    return np.concatenate([none, steps]) - np.concatenate([steps, none])


@exercise(
    "dynamic-adjoint",
    "dynamic",
    "writes the adjoint of the differences along time, whose last one is 0",
    draw=lambda rng: {"d": noise(rng, 5, 3, 4)},
    minutes=10,
    level="medium",
    mistakes=[
        ("The sign is turned: d[t] = x[t+1] − x[t] gives to x[t+1], and takes from x[t].", lambda d: -_adjoint(d)),
        ("That is the difference again: the adjoint goes backwards in time.", lambda d: _forward(d)),
        ("The last difference is 0, whatever x is: its d has no part in the adjoint.", lambda d: _with_last(d)),
        ("That goes round: frame 0 has no frame before it.", lambda d: np.roll(d, 1, 0) - d),
        ("That is the inverse, a sum over time; the adjoint is no inverse.", lambda d: np.cumsum(d, 0)),
        ("Frame 0 has a difference behind it: it is −d[0].", lambda d: _without_first(d)),
        ("Nothing is conjugated: the differences have real weights.", lambda d: _adjoint(d).conj()),
    ],
)
def adjoint(d):
    return _adjoint(d)


def _forward(d):
    return np.concatenate([d[1:] - d[:-1], np.zeros_like(d[:1])])


def _with_last(d):
    return np.concatenate([np.zeros_like(d[:1]), d[:-1]]) - d


def _without_first(d):
    out = _adjoint(d)
    out[0] = 0
    return out
