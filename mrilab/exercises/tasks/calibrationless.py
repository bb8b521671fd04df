"""Exercises of the chapter on calibrationless reconstruction."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...operators.coils import rss
from ...problems.regularisers import L1, GroupL1
from ..base import choice, exercise
from ..draws import noise

choice(
    "cal-choice",
    "calibrationless",
    "knows what the prox of the group-lasso does to a coefficient that few coils see",
    {
        "a": "That is l1, which judges each coil alone. Here the norm over all coils decides.",
        "b": "One factor for the group, from its norm: the strong coil lifts it above λ, and the weak ones stay too.",
        "c": "There is no vote. One strong coil is enough to lift the norm above λ.",
        "d": "The coils are not mixed: each keeps its own value, times one factor.",
    },
    right=lambda: "b",
)

choice(
    "direction",
    "calibrationless",
    "knows where lines that are missing send their errors",
    {
        "a": "The lines that are there are complete along the readout: nothing is missing in that direction.",
        "b": "The mask varies along the phase encode only, so its point spread function is a spike along the readout.",
        "c": "That would be the mask of points that are missing in both directions. Here whole lines are missing.",
        "d": "Random does not mean that the error has no direction: it is spread along one of the two.",
    },
    right=lambda: "b",
    minutes=5,
)


@exercise(
    "break",
    "calibrationless",
    "finds the bound of τ in Condat-Vu from L, ς and ‖Ψ‖²",
    kind="value",
    book={"L": 1.0, "sigma": 0.25, "norm2": 1.0},
    question=lambda L, s, n: (
        f"Which bound must $\\tau$ stay below with $L = {L:g}$, $\\varsigma = {s:g}$ and $\\|\\Psi\\|^2 = {n:g}$?"
    ),
    draw=lambda rng: {"L": rng.integers(1, 9) / 2, "sigma": rng.integers(1, 9) / 8, "norm2": rng.choice([1.0, 4, 8])},
    tol=1e-3,
    minutes=5,
    level="easy",
    mistakes=[
        ("Half of L counts: L/2.", lambda L, s, n: 1 / (L + s * n)),
        ("That is the bound of 1/τ: turn it over.", lambda L, s, n: L / 2 + s * n),
        ("The term ς‖Ψ‖² is missing: that is the bound of a plain gradient step.", lambda L, s, n: 2 / L),
        (
            "ς‖Ψ‖² goes to the other side, with a plus.",
            lambda L, s, n: 1 / abs(L / 2 - s * n) if s * n != L / 2 else 0.0,
        ),
        ("That is the τ which mrilab takes, 0.99 times the bound.", lambda L, s, n: 0.99 / (L / 2 + s * n)),
    ],
)
def bound(L, sigma, norm2):
    return 1 / (L / 2 + sigma * norm2)


def _coefficients(rng, trial=0):
    """Coefficients (C, H, W) with a group of zeros, then with a batch in front."""
    z = noise(rng, *(2,) * min(trial, 1), 4, 3, 5) * rng.uniform(0, 1.5, (3, 5)).astype(np.float32)
    z[..., 0, 0] = 0
    return {"z": z, "threshold": float(rng.uniform(0.8, 1.5))}


@exercise(
    "prox",
    "calibrationless",
    "writes the prox of the group-lasso over the coils, axis −3",
    draw=_coefficients,
    minutes=10,
    mistakes=[
        (
            "A batch may stand in front of the coils: count their axis from the end, −3.",
            lambda z, t: GroupL1(t, axis=-z.ndim).prox(z, 1.0),
        ),
        (
            "That thresholds each coil alone. The factor comes from the norm over the coils.",
            lambda z, t: L1(t).prox(z, 1.0),
        ),
        ("The groups lie along another axis: the coils are axis −3.", lambda z, t: GroupL1(t, axis=-1).prox(z, 1.0)),
        (
            "The root is missing in the norm.",
            lambda z, t: z * np.maximum(1 - t / np.maximum(np.sum(abs(z) ** 2, axis=-3, keepdims=True), 1e-9), 0),
        ),
        (
            "That keeps or drops, but does not shrink.",
            lambda z, t: z * (np.sqrt(np.sum(abs(z) ** 2, axis=-3, keepdims=True)) > t),
        ),
        (
            "Small groups turn around: the factor is at least 0.",
            lambda z, t: z * (1 - t / np.maximum(np.sqrt(np.sum(abs(z) ** 2, axis=-3, keepdims=True)), 1e-9)),
        ),
        (
            "A complex square is not a power: use |z|².",
            lambda z, t: (
                z * np.maximum(1 - t / np.maximum(abs(np.sqrt(np.sum(z**2, axis=-3, keepdims=True))), 1e-9), 0)
            ),
        ),
    ],
)
def group_prox(z, threshold):
    return GroupL1(threshold, axis=-3).prox(z, 1.0)


@exercise(
    "cal-norm",
    "calibrationless",
    "computes the group-lasso norm λ Σ ‖z_group‖₂ of coefficients (C, H, W), grouped over the coils",
    draw=lambda rng: {"z": noise(rng, 4, 3, 5), "lam": float(rng.uniform(0.3, 2))},
    tol=1e-3,
    minutes=5,
    level="easy",
    mistakes=[
        ("That is l1: it sums the magnitudes of all coils.", lambda z, lam: L1(lam)(z)),
        ("The groups lie along the coils, axis 0.", lambda z, lam: GroupL1(lam, axis=-1)(z)),
        ("A root for each group, then the sum.", lambda z, lam: lam * float(np.linalg.norm(z))),
        ("The root is missing.", lambda z, lam: lam * float(np.sum(abs(z) ** 2))),
        ("λ is missing.", lambda z, lam: GroupL1(1.0, axis=-3)(z)),
        (
            "That is one norm for each coil. A group is one position, in all coils.",
            lambda z, lam: lam * float(np.linalg.norm(z, axis=(-2, -1)).sum()),
        ),
        ("Coils that are added may cancel: magnitudes first.", lambda z, lam: lam * float(abs(z.sum(0)).sum())),
        ("z² of a complex number is not |z|².", lambda z, lam: lam * float(abs(np.sqrt((z**2).sum(0))).sum())),
        (
            "The largest group is not the norm: all of them count.",
            lambda z, lam: lam * GroupL1(1.0, axis=-3).dual_norm(z),
        ),
    ],
)
def norm(z, lam):
    return GroupL1(lam, axis=-3)(z)


@exercise(
    "cal-lambda-max",
    "calibrationless",
    "finds the λ from which on all coefficients vanish, from z = ΨAᴴy (C, H, W) and groups over the coils",
    draw=lambda rng: {"z": noise(rng, 4, 3, 5)},
    tol=1e-3,
    minutes=10,
    mistakes=[
        ("That is l1's: the largest magnitude. A group counts by its norm.", lambda z: float(abs(z).max())),
        ("The largest, not the sum: that is the norm itself.", lambda z: GroupL1(1.0, axis=-3)(z)),
        ("The groups lie along the coils, axis 0.", lambda z: GroupL1(1.0, axis=-1).dual_norm(z)),
        ("The root is missing.", lambda z: GroupL1(1.0, axis=-3).dual_norm(z) ** 2),
        ("That is the norm of all together. Each group vanishes on its own.", lambda z: float(np.linalg.norm(z))),
        ("On average is not enough: all of them are to vanish.", lambda z: float(np.linalg.norm(z, axis=0).mean())),
        ("There the first group vanishes. When does the last?", lambda z: float(np.linalg.norm(z, axis=0).min())),
        ("The norm of a group is a root of squares, not a sum.", lambda z: float(abs(z).sum(0).max())),
        (
            "That is one norm for each coil. A group is one position, in all coils.",
            lambda z: float(np.linalg.norm(z, axis=(-2, -1)).max()),
        ),
        ("Coils that are added may cancel: magnitudes first.", lambda z: float(abs(z.sum(0)).max())),
        ("z² of a complex number is not |z|².", lambda z: float(np.sqrt(abs((z**2).sum(0)).max()))),
    ],
)
def lambda_max(z):
    return GroupL1(1.0, axis=-3).dual_norm(z)


def _without_floor(x, sigma, *, coils=None, axis=-3):
    energy = np.sum(abs(x) ** 2, axis=axis) - (x.shape[axis] if coils is None else coils) * sigma**2
    return np.sqrt(np.maximum(energy, 0))


@exercise(
    "cal-floor",
    "calibrationless",
    "takes what noise adds on average out of the sum of squares of coil images (…, C, H, W)",
    draw=lambda rng: {"x": noise(rng, 2, 4, 5, 3), "sigma": float(rng.uniform(0.8, 1.1))},
    tol=1e-3,
    minutes=5,
    level="easy",
    mistakes=[
        (
            "Subtract before the root: energies add up, magnitudes do not.",
            lambda x, s: np.maximum(rss(x) - 2 * s, 0),
        ),
        ("Each of the C coils adds σ².", lambda x, s: _without_floor(x, s, coils=1)),
        (
            "C is the number of coils, axis −3; `len` counts along the first axis.",
            lambda x, s: _without_floor(x, s, coils=len(x)),
        ),
        ("The coils are axis −3; axis 0 is the batch here.", lambda x, s: _without_floor(x, s, axis=0)),
        ("The energy of the noise is σ², not σ.", lambda x, s: _without_floor(x, np.sqrt(s))),
        ("The root is missing.", lambda x, s: _without_floor(x, s) ** 2),
        (
            "Where less is there than noise adds, the result is 0, not the root of a magnitude.",
            lambda x, s: np.sqrt(abs(rss(x) ** 2 - 4 * s**2)),
        ),
        ("Noise adds energy: take it away.", lambda x, s: np.sqrt(rss(x) ** 2 + 4 * s**2)),
    ],
)
def without_floor(x, sigma):
    return _without_floor(x, sigma)
