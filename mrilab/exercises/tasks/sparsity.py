"""Exercises of the chapter on sparsity."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise
from ..compare import differs
from ..draws import noise


def _keep(z, k, by=abs):
    rank = np.argsort(np.argsort(-by(z), axis=None)).reshape(z.shape)
    return np.where(rank < k, z, 0)


def _tied(rng, trial):
    """Arrays of one to three axes, from the second trial on with two entries of the same magnitude at the limit."""
    z, k = noise(rng, *((4, 6), (2, 3, 4), (24,))[trial]), int(rng.integers(4, 9))
    if trial:
        order = np.argsort(-abs(z), axis=None)
        z.flat[order[k]] = 1j * z.flat[order[k - 1]]
    return {"z": z, "k": k}


def _kept(answer, inputs):
    """Of entries that are as large as each other, any may be kept."""
    z, k = inputs["z"], inputs["k"]
    problem = differs(answer, _keep(z, k), 1e-4)
    if problem is None or np.shape(answer) != z.shape:
        return problem
    there = np.asarray(answer) != 0
    same = np.array_equal(np.asarray(answer)[there], z[there]) and np.count_nonzero(there) == k
    return None if same and np.allclose(np.sort(abs(z[there])), np.sort(abs(z), axis=None)[-k:]) else problem


@exercise(
    "sparsity-keep",
    "sparsity",
    "keeps the k coefficients of largest magnitude and sets the others to zero",
    draw=_tied,
    accept=_kept,
    minutes=5,
    level="easy",
    second="Yes: an orthonormal Ψ keeps norms, so the image lacks what the coefficients lack.",
    mistakes=[
        ("Sort by the magnitude, not the real part.", lambda z, k: _keep(z, k, by=np.real)),
        ("Those are the smallest; the largest are wanted.", lambda z, k: _keep(z, k, by=lambda x: -abs(x))),
        ("One too few: check `>` against `>=`.", lambda z, k: _keep(z, k - 1)),
        (
            "The k values alone came out: leave them in their places, among zeros.",
            lambda z, k: z.ravel()[np.argsort(abs(z), axis=None)[-k:]],
        ),
        ("One too many: exactly k stay.", lambda z, k: _keep(z, k + 1)),
        (
            "Exactly k: where two entries are as large as each other at the limit, yours keeps both.",
            lambda z, k: np.where(abs(z) >= np.sort(abs(z), axis=None)[-k], z, 0),
        ),
        (
            "Exactly k: where two entries are as large as each other at the limit, yours drops both.",
            lambda z, k: np.where(abs(z) > np.sort(abs(z), axis=None)[-k - 1], z, 0),
        ),
        ("Keep the values, not their magnitudes.", lambda z, k: abs(_keep(z, k))),
        ("Keep the complex values: what is large as a complex number stays whole.", lambda z, k: _keep(z.real, k)),
        (
            "The k values alone came out: leave them in their places, among zeros.",
            lambda z, k: np.sort(abs(z), axis=None)[-k:],
        ),
        (
            "k over the whole array, not in each row.",
            lambda z, k: np.stack([_keep(row, k) for row in z]) if k < z.shape[1] else z.copy(),
        ),
    ],
)
def keep(z, k):
    return _keep(z, k)


def _needed(z, error, power=2, budget=2, first=True):
    size = np.sort(abs(z).astype(float), axis=None) ** power
    size = size[::-1] if first else size
    return int(np.argmax(np.cumsum(size) / size.sum() >= 1 - error**budget)) + 1


@exercise(
    "sparsity-count",
    "sparsity",
    "says how many coefficients it takes for a relative error",
    draw=lambda rng, trial: {
        "z": noise(rng, *((6, 9), (41,), (2, 5, 7))[trial]) ** 2,
        "error": float(rng.uniform(0.2, 0.4)),
    },
    accept=lambda answer, inputs: differs(answer, _needed(**inputs), 1e-9),
    level="easy",
    second="sym8 needs fewer: the solution prints both shares.",
    mistakes=[
        (
            "The squares of what is dropped add up to error², not to the error.",
            lambda z, error: _needed(z, error, budget=1),
        ),
        ("Add up squared magnitudes, not magnitudes.", lambda z, error: _needed(z, error, power=1, budget=1)),
        ("Add up squared magnitudes, not magnitudes.", lambda z, error: _needed(z, error, power=1)),
        ("The largest come first.", lambda z, error: _needed(z, error, first=False)),
        (
            "np.argmax gives an index, which counts from 0: k is one more.",
            lambda z, error: _needed(z, error) - 1,
        ),
        ("That is how many are dropped.", lambda z, error: z.size - _needed(z, error)),
        ("A number of coefficients, not their share.", lambda z, error: _needed(z, error) / z.size),
        (
            "The error is relative to the norm of the whole `z`.",
            lambda z, error: int(np.sum(abs(z) > error)),
        ),
        ("The real part alone is not the coefficient.", lambda z, error: _needed(z.real, error)),
    ],
)
def needed(z, error):
    return _needed(z, error)


HAAR = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) / 2


def _haar(x, matrix=HAAR):
    """The matrix on each block of 2 × 2 pixels."""
    H, W = x.shape
    blocks = np.moveaxis(x.reshape(H // 2, 2, W // 2, 2), (1, 3), (0, 1)).reshape(4, H // 2, W // 2)
    return np.tensordot(matrix, blocks, 1).astype(x.dtype)


@exercise(
    "sparsity-haar",
    "sparsity",
    "makes one scale of the haar transform of an image",
    draw=lambda rng: {"x": noise(rng, 6, 10)},
    minutes=15,
    second="Yes: the four rows are orthogonal and of norm 1.",
    mistakes=[
        ("Each of the four numbers is divided by 2.", lambda x: _haar(x, 2 * HAAR)),
        ("Divide by 2, not by 4: the norm is to stay.", lambda x: _haar(x, HAAR / 2)),
        ("Divide by 2, not by its root: both axes halve.", lambda x: _haar(x, np.sqrt(2) * HAAR)),
        ("Down and across are exchanged.", lambda x: _haar(x, HAAR[[0, 2, 1, 3]])),
        ("The coarse image comes first.", lambda x: _haar(x, HAAR[[1, 2, 3, 0]])),
        ("Differences are first less second: a sign is turned.", lambda x: _haar(x, HAAR * [[1], [-1], [-1], [1]])),
        (
            "Blocks do not overlap: of rows and columns, each second one begins a block.",
            lambda x: np.stack([x, x - np.roll(x, -1, 0), x - np.roll(x, -1, 1), x])[:, : x.shape[0] // 2],
        ),
        (
            "A block has neighbours: `x[0::2]` is each second row, `x[: H // 2]` the upper half.",
            lambda x: np.tensordot(
                HAAR,
                np.stack([np.split(half, 2, axis=1)[j] for half in np.split(x, 2) for j in (0, 1)]),
                1,
            ),
        ),
        ("The image is complex: keep both parts.", lambda x: _haar(x.real)),
    ],
)
def haar(x):
    return _haar(x)


choice(
    "sparsity-energy",
    "sparsity",
    "turns the energy that is kept into an error",
    {
        "a": "That is the square of the energy that was dropped. The error is its root.",
        "b": "Half of the energy is dropped. The relative error is a ratio of norms, not of their squares.",
        "c": "What is dropped holds the other half of the energy, and the error of the image is its root: √½.",
        "d": "How many coefficients that takes depends on the basis. The error does not.",
    },
    right=lambda: "c",
)
