"""Exercises of the chapter on calibrationless reconstruction."""
# The objective says what a reference does.
# ruff: noqa: D103

import numpy as np

from ...coils import rss
from ...oscar import OSCAR
from ...regularisers import L1, GroupL1
from ..base import choice, exercise
from ..draws import noise


def _coefficients(rng):
    z = noise(rng, 4, 3, 5) * rng.uniform(0, 1.5, (3, 5)).astype(np.float32)
    z[:, 0, 0] = 0
    return {"z": z, "threshold": float(rng.uniform(0.8, 1.5))}


@exercise(
    "prox",
    "calibrationless",
    "writes the prox of the group-lasso over the coils, axis −3",
    draw=_coefficients,
    minutes=15,
    mistakes=[
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


choice(
    "alone",
    "calibrationless",
    "knows which norm gives the better PSNR on this slice",
    {
        "together": "A coefficient that is weak in one coil is kept if the others see it.",
        "alone": "Tune each norm over its own three fractions, then compare the best of each.",
        "both": "Compare the best of each: the difference is larger than rounding.",
        "neither": "Both beat zero-filling; one is better.",
    },
    right="together",
    minutes=20,
    level="medium",
)


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
    ],
)
def norm(z, lam):
    return GroupL1(lam, axis=-3)(z)


@exercise(
    "cal-weights",
    "calibrationless",
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
        ("With slope 0 all are λ: that is l1.", lambda n, lam, s: np.full(n, lam)),
    ],
)
def weights(n, lam, slope):
    return OSCAR(lam, slope).weights(n)


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
    ],
)
def lambda_max(z):
    return GroupL1(1.0, axis=-3).dual_norm(z)


@exercise(
    "cal-rss",
    "calibrationless",
    "combines coil images (…, C, H, W) by the root of the sum of squares",
    draw=lambda rng: {"x": noise(rng, 2, 4, 5, 3)},
    minutes=3,
    level="easy",
    mistakes=[
        ("The coils are axis −3; axis 0 is the batch here.", lambda x: np.sqrt(np.sum(abs(x) ** 2, axis=0))),
        ("The root is missing.", lambda x: np.sum(abs(x) ** 2, axis=-3)),
        ("Square magnitudes: z² of a complex number can be negative.", lambda x: abs(np.sqrt(np.sum(x**2, axis=-3)))),
        ("Sum, do not average.", lambda x: np.sqrt(np.mean(abs(x) ** 2, axis=-3))),
    ],
)
def combine(x):
    return rss(x)
