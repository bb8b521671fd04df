"""Exercises of the chapter on aliasing and parallel imaging."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...operators.coils import Coils
from ...operators.fourier import FFT
from ...parallel.sense import g_factor
from ...sampling.masks import regular_lines
from ..base import choice, exercise
from ..compare import differs
from ..draws import noise, unit_maps


def _any_order(answer, inputs):
    rows = answer.tolist() if hasattr(answer, "tolist") else answer
    try:
        rows = sorted(rows)
    except TypeError:  # not a list of numbers
        return differs(answer, rows_of_spot(**inputs), 1e-9)
    problem = differs(rows, rows_of_spot(**inputs), 1e-9)
    return problem and problem._replace(hint=problem.hint or _about_rows(rows, **inputs))


def _about_rows(found, row, accel, rows):
    if row not in found:
        return "Is the spot itself, which is not moved, among them?"
    if not all(0 <= value < rows for value in found):
        return "Are all of them rows of the image, which count from 0?"
    if len(set(found)) < len(found):
        return "One row stands there twice: how far is each copy moved?"
    return "Copies are equally far apart, round the edge too: how far?"


@exercise(
    "where",
    "aliasing",
    "finds the rows in which a spot appears after regular undersampling",
    kind="value",
    book={"row": 200, "accel": 3, "rows": 240},
    question=lambda row, R, n: f"A bright spot lies in row {row} of {n}. In which rows does it appear at $R = {R}$?",
    draw=lambda rng: {"row": int(rng.integers(200, 235)), "accel": int(rng.choice([3, 4, 5, 6])), "rows": 240},
    minutes=5,
    level="easy",
    tol=1e-9,
    accept=_any_order,
    mistakes=[
        (
            "The rows come round the edge: take them modulo the number of rows.",
            lambda row, R, n: [row + k * n // R for k in range(R)],
        ),
        ("Copies are rows / R apart, not R.", lambda row, R, n: sorted((row + k * R) % n for k in range(R))),
        ("The spot itself is one of them.", lambda row, R, n: sorted((row + k * n // R) % n for k in range(1, R))),
        (
            "Rows count from 0: the spot stays in its own row.",
            lambda row, R, n: sorted((row + k * n // R) % n + 1 for k in range(R)),
        ),
    ],
)
def rows_of_spot(row, accel, rows):
    return sorted((row + k * rows // accel) % rows for k in range(accel))


def _unfold(a, smaps, i, j, *, half=2, conj=False, to=120, coils=8):
    S = smaps[:coils, [i, i + to], j] / half
    return np.linalg.lstsq(S.conj() if conj else S, a[:coils, i, j], rcond=None)[0].astype(np.complex64)


def _transposed(a, smaps, i, j):
    S = smaps[:, [i, i + 120], j] / 2
    return np.linalg.solve(S.T @ S, S.T @ a[:, i, j])


def _folded(rng):
    smaps, x = unit_maps(rng, 8, 240, 3), noise(rng, 240, 3)
    i, j = int(rng.integers(0, 120)), int(rng.integers(0, 3))
    a = FFT((240, 3)).H(FFT((240, 3))(smaps * x) * regular_lines((240, 3), 2))
    # With noise no equation holds exactly, so that all of them, and their adjoint, are needed.
    return {"a": a + np.complex64(0.05) * noise(rng, *a.shape), "smaps": smaps, "i": i, "j": j}


@exercise(
    "hand",
    "aliasing",
    "unfolds the pixels i and i + 120 of a column by least squares",
    draw=_folded,
    tol=1e-3,
    minutes=15,
    mistakes=[
        ("Folding averages the two pixels: half of each map.", lambda *a: _unfold(*a, half=1)),
        ("The maps are conjugated; the coils see S x.", lambda *a: _unfold(*a, conj=True)),
        ("Two coils would do without noise. Use the equations of all eight.", lambda *a: _unfold(*a, coils=2)),
        ("The adjoint of a complex matrix is transposed and conjugated.", _transposed),
        ("The partner at R = 2 is half the image away: i + 120.", lambda *a: _unfold(*a, to=60)),
        ("They are in the wrong order: first i, then i + 120.", lambda *a: _unfold(*a)[::-1]),
    ],
)
def unfold(a, smaps, i, j):
    return _unfold(a, smaps, i, j)


def _copies(x, R, mean=True, sign=-1, axis=0):
    copies = [np.roll(x, sign * k * x.shape[axis] // R, axis=axis) for k in range(R)]
    return (np.mean if mean else np.sum)(copies, axis=0)


@exercise(
    "aliasing-fold",
    "aliasing",
    "folds an image as every R-th line through DC does: the average of R shifted copies",
    draw=lambda rng: {"x": noise(rng, 12, 8), "R": int(rng.choice([3, 4]))},
    minutes=10,
    level="easy",
    mistakes=[
        ("The copies are averaged, not summed: fewer lines, less signal.", lambda x, R: _copies(x, R, mean=False)),
        (
            "The lines are left out along axis 0, the phase encode, so copies move there.",
            lambda x, R: _copies(x, R, axis=1),
        ),
        ("Copies are H / R apart, not R.", lambda x, R: np.mean([np.roll(x, k * R, 0) for k in range(R)], axis=0)),
        (
            "The lines pass through DC, line H // 2. Beside it the copies have phases.",
            lambda x, R: FFT(x.shape).H(FFT(x.shape)(x) * np.roll(regular_lines(x.shape, R), 1, axis=0)),
        ),
        ("That folds once: R copies, the first not shifted.", lambda x, R: (x + np.roll(x, x.shape[0] // R, 0)) / 2),
    ],
)
def fold(x, R):
    F = FFT(x.shape)
    return F.H(F(x) * regular_lines(x.shape, R))


@exercise(
    "aliasing-combine",
    "aliasing",
    "combines coil images (C, H, W) by their maps, Sᴴ",
    draw=lambda rng: {"images": noise(rng, 4, 6, 5), "smaps": unit_maps(rng, 4, 6, 5)},
    minutes=5,
    level="easy",
    mistakes=[
        ("The conjugate of the maps is forgotten: phases add up instead of cancelling.", lambda x, S: (S * x).sum(0)),
        (
            "That is the root of the sum of squares: it uses no maps and loses the phase.",
            lambda x, S: np.sqrt((abs(x) ** 2).sum(0)),
        ),
        ("Sum over the coils, do not average.", lambda x, S: (S.conj() * x).mean(0)),
        ("Conjugate the maps, not the images.", lambda x, S: (S * x.conj()).sum(0)),
        ("Weighting by |S| keeps each coil's phase.", lambda x, S: (abs(S) * x).sum(0)),
    ],
)
def combine(images, smaps):
    return Coils(smaps).H(images)


def _group(rng):
    return {"S": noise(rng, 5, int(rng.integers(2, 4)))}


def _g(S, root=True, conj=True, both=True):
    gram = (S.conj() if conj else S).T @ S
    g2 = np.diag(np.linalg.inv(gram)) * (np.diag(gram) if both else 1)
    g2 = abs(g2) if conj else g2  # without the conjugate it is complex
    return np.sqrt(g2) if root else g2


@exercise(
    "aliasing-g",
    "aliasing",
    "computes the g-factors of one group of pixels from S (coils, pixels), with white noise",
    draw=_group,
    tol=1e-3,
    minutes=15,
    mistakes=[
        ("The root is missing: that is g².", lambda S: _g(S, root=False)),
        ("Sᴴ needs the conjugate, S.conj().T.", lambda S: _g(S, conj=False)),
        ("Multiply by the diagonal of SᴴS: g compares with the image from all lines.", lambda S: _g(S, both=False)),
        ("That is 1 always: first invert the whole matrix, then take the diagonal.", lambda S: np.ones(S.shape[1])),
    ],
)
def g_of_group(S):
    pixels = S.shape[1]
    return g_factor(np.ascontiguousarray(S.reshape(-1, pixels, 1)), pixels).ravel()


choice(
    "aliasing-choice",
    "aliasing",
    "knows what SENSE costs in noise: g √R",
    {
        "a": "That is g alone. The scan has also a quarter of the samples, which costs √4 = 2 in any linear method.",
        "b": "That is √R alone: what fewer samples cost if g = 1, where nothing folds on this pixel.",
        "c": "σ_SENSE = g √R σ_full = 1.5 · 2: fewer samples cost √R, and telling folded pixels apart costs g.",
        "d": "That is g R. Noise is a root: with a quarter of the samples the variance is four times larger, σ twice.",
    },
    right=lambda: "c",
)
