"""Exercises of the chapter on k-space that completes itself."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise
from ..draws import noise

choice(
    "completion-choice",
    "completion",
    "knows why SPIRiT's weights do not depend on the mask",
    {
        "a": "A larger kernel of GRAPPA still needs acquired samples at fixed places around a gap.",
        "b": "One set of weights: each missing sample has its equation, in which others may be missing too.",
        "c": "No map is estimated: the weights are all that SPIRiT takes from the centre.",
        "d": "So does GRAPPA. What differs is from which neighbours a missing sample is predicted.",
    },
    right=lambda: "b",
)


def _patches(y, side, *, last=0, order=(0, 1, 2), turned=False):
    """A row for each place; `last` leaves out places at the end, and `order` is that of the axes of a patch."""
    rows, columns = range(y.shape[1] - side + 1 - last), range(y.shape[2] - side + 1 - last)
    places = [(i, j) for j in columns for i in rows] if turned else [(i, j) for i in rows for j in columns]
    return np.array([y[:, i : i + side, j : j + side].transpose(order).ravel() for i, j in places])


@exercise(
    "completion-patches",
    "completion",
    "cuts all patches out of k-space (C, H, W), one a row, with coils first in the columns",
    draw=lambda rng: {"y": noise(rng, 3, 7, 6), "side": int(rng.integers(2, 4))},
    minutes=10,
    level="easy",
    mistakes=[
        ("One place is missing along each axis: H − side + 1 fit.", lambda y, n: _patches(y, n, last=1)),
        ("Columns run over the coils first, then over the patch.", lambda y, n: _patches(y, n, order=(1, 2, 0))),
        ("The patch is turned: its rows come before its columns.", lambda y, n: _patches(y, n, order=(0, 2, 1))),
        (
            "Places run along the second axis of k-space first, as `ravel` does.",
            lambda y, n: _patches(y, n, turned=True),
        ),
        ("A place is a row, and a sample of the patch a column: transpose.", lambda y, n: _patches(y, n).T),
        (
            "Patches overlap: a new one begins at every sample.",
            lambda y, n: (
                _patches(y, n).reshape(y.shape[1] - n + 1, y.shape[2] - n + 1, -1)[::n, ::n].reshape(-1, len(y) * n * n)
            ),
        ),
        ("All coils of a place stand in one row.", lambda y, n: np.concatenate([_patches(c[None], n) for c in y])),
    ],
)
def patch_matrix(y, side):
    return _patches(y, side)


def _overdetermined(rng):
    A = noise(rng, 12, 5)
    return {"A": A, "j": int(rng.integers(0, 5)), "mu": float(rng.uniform(1, 3))}


def _weights(A, j, mu, *, drop=True, conj=True, to=None):
    B = np.delete(A, j, axis=1) if drop else A
    BH = B.conj().T if conj else B.T
    v = np.linalg.solve(BH @ B + mu * np.eye(B.shape[1]), BH @ A[:, j])
    return np.insert(v, j if to is None else to, 0) if drop else v


@exercise(
    "completion-weights",
    "completion",
    "predicts one column of a matrix (P, N) from the others by regularised least squares",
    draw=_overdetermined,
    tol=1e-3,
    minutes=15,
    level="medium",
    mistakes=[
        ("The sample predicts itself: leave its column out.", lambda A, j, mu: _weights(A, j, mu, drop=False)),
        (
            "Leave the column out before the weights are computed, not after.",
            lambda A, j, mu: _weights(A, j, mu, drop=False) * (np.arange(A.shape[1]) != j),
        ),
        ("The adjoint is conjugate.", lambda A, j, mu: _weights(A, j, mu, conj=False)),
        ("μ is missing.", lambda A, j, mu: _weights(A, j, 0)),
        ("The penalty is μ‖w‖², so μ stands in the matrix, not its square.", lambda A, j, mu: _weights(A, j, mu**2)),
        ("The 0 belongs to place j.", lambda A, j, mu: _weights(A, j, mu, to=A.shape[1] - 1 if j < 4 else 0)),
        ("There are N weights: put the 0 back to place j.", lambda A, j, mu: np.delete(_weights(A, j, mu), j)),
        (
            "That matches the column to each of the others alone; they depend on each other: solve for all at once.",
            lambda A, j, mu: A.conj().T @ A[:, j] * (np.arange(A.shape[1]) != j),
        ),
    ],
)
def weights(A, j, mu):
    return _weights(A, j, mu)


@exercise(
    "completion-rank",
    "completion",
    "counts the dimensions and the columns of a matrix of patches",
    kind="value",
    book={"side": 5, "coils": 8},
    question=lambda side, coils: f"Patches have {side} × {side} samples in {coils} coils.",
    draw=lambda rng: {"side": int(rng.integers(3, 8)), "coils": int(rng.choice([6, 10, 12]))},
    minutes=5,
    level="easy",
    mistakes=[
        (
            "If all see the same, more coils add nothing to the rank.",
            lambda side, coils: (coils * side**2, coils * side**2),
        ),
        ("A patch has two sides.", lambda side, coils: (side, coils * side)),
        ("The other way round: the rank first.", lambda side, coils: (coils * side**2, side**2)),
        ("The samples of one coil's patch may all be independent.", lambda side, coils: (1, coils * side**2)),
        ("The columns are those of all coils.", lambda side, coils: (side**2, side**2)),
        ("That is the number of coils.", lambda side, coils: (coils, coils * side**2)),
    ],
)
def dimensions(side, coils):
    return side**2, coils * side**2


def _signal(rng):
    data = noise(rng, 13)
    mask = rng.random(13) < 0.5
    mask[[0, 6]] = False, True
    return {
        "y": np.where(mask, data, noise(rng, 13)).astype(np.complex64),
        "data": data,
        "mask": mask,
        "side": 4,
        "rank": int(rng.integers(1, 3)),
    }


def _turn(y, data, mask, side, rank, *, mean=True, back=True, last=False, wrap=False):
    n = len(y)
    starts = range(n) if wrap else range(n - side + 1)
    where = np.array([(i + np.arange(side)) % n for i in starts])
    U, s, Vh = np.linalg.svd(y[where], full_matrices=False)
    keep = slice(-rank, None) if last else slice(rank)
    H = (U[:, keep] * s[keep]) @ Vh[keep]
    total, count = np.zeros(n, complex), np.zeros(n)
    np.add.at(total, where, H)
    np.add.at(count, where, 1)
    filled = total / (count if mean else 1)
    return np.where(mask, data, filled) if back else filled


@exercise(
    "completion-turn",
    "completion",
    "writes one iteration of SAKE for one coil in one dimension",
    draw=_signal,
    tol=1e-3,
    minutes=25,
    level="hard",
    mistakes=[
        ("The acquired samples have to be put back.", lambda *a: _turn(*a, back=False)),
        ("A sample is the mean of what its patches say: divide by their number.", lambda *a: _turn(*a, mean=False)),
        (
            "At the edge fewer patches hold a sample: count them.",
            lambda y, d, m, side, r: np.where(m, d, _turn(y, d, m, side, r, mean=False, back=False) / side),
        ),
        ("These are the smallest singular values: keep the first.", lambda *a: _turn(*a, last=True)),
        ("Patches do not wrap around here.", lambda *a: _turn(*a, wrap=True)),
        ("Where the mask is True the data belong.", lambda y, d, m, side, r: _turn(y, d, ~m, side, r)),
        (
            "Keep as many singular vectors as the rank says, not one less.",
            lambda y, d, m, s, r: _turn(y, d, m, s, r - 1),
        ),
        (
            "Keep as many singular vectors as the rank says, not one more.",
            lambda y, d, m, s, r: _turn(y, d, m, s, r + 1),
        ),
        (
            "The matrix is that of y, which is already filled in, not that of the data.",
            lambda y, d, m, s, r: _turn(d * m, d, m, s, r),
        ),
    ],
)
def turn(y, data, mask, side, rank):
    return _turn(y, data, mask, side, rank)
