"""Exercises of the chapter on ill-posed problems."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise
from ..draws import noise

choice(
    "illposed-choice",
    "illposed",
    "explains semi-convergence by singular values",
    {
        "a": "Conjugate gradients choose their steps, and the cost falls in each of them.",
        "b": "Large singular values come first. What is left for later is mostly noise, divided by small ones.",
        "c": "Double precision gives the same curve: the noise is in the data, not in the arithmetic.",
        "d": "They fit the data better and better. It is the image that gets worse.",
    },
    right=lambda: "b",
)


@exercise(
    "illposed-condition",
    "illposed",
    "computes how much a direction's noise grows, with and without Tikhonov's penalty",
    kind="value",
    book={"s": 0.02, "lam": 0.0004},
    question=lambda s, lam: (
        f"A scan has one direction with $s = {s:g}$. By which factor does least squares multiply the noise in it, and "
        f"by which does Tikhonov's image with $\\lambda = {lam:g}$?"
    ),
    draw=lambda rng: {"s": float(rng.choice([0.01, 0.02, 0.04, 0.05])), "lam": float(rng.choice([2e-4, 6e-4, 1e-3]))},
    tol=1e-3,
    minutes=5,
    level="easy",
    mistakes=[
        ("The filter factor alone is not the noise: it multiplies 1/s.", lambda s, lam: (1 / s, s**2 / (s**2 + lam))),
        ("That is the variance. The noise itself grows by its root.", lambda s, lam: (1 / s**2, 1 / (s**2 + lam))),
        ("λ is added to s², not to s.", lambda s, lam: (1 / s, 1 / (s + lam))),
        ("Least squares divides by s.", lambda s, lam: (s, s / (s**2 + lam))),
        ("Numerator: filter factor times 1/s leaves one s.", lambda s, lam: (1 / s, 1 / (s**2 + lam))),
        ("The other way round: least squares first.", lambda s, lam: (s / (s**2 + lam), 1 / s)),
        ("Tikhonov's penalty changes the second: what does λ do?", lambda s, lam: (1 / s, 1 / s)),
    ],
)
def factors(s, lam):
    return 1 / s, s / (s**2 + lam)


def _system(rng):
    return {"A": noise(rng, 9, 5), "y": noise(rng, 9), "lam": float(rng.uniform(2, 5))}


def _fit(A, y, lam, *, conj=True):
    AH = A.conj().T if conj else A.T
    return np.linalg.solve(AH @ A + lam * np.eye(A.shape[1]), AH @ y)


def _stacked(A, y, rows, data=0.0):
    more = np.full(len(rows), data)
    return np.linalg.lstsq(np.vstack([A, rows]), np.append(y, more), rcond=None)[0]


@exercise(
    "illposed-stacked",
    "illposed",
    "solves Tikhonov's problem for a matrix (K, n) as plain least squares",
    draw=_system,
    tol=1e-3,
    minutes=10,
    level="easy",
    mistakes=[
        ("‖Bx‖² must be λ‖x‖²: with these rows it is λ²‖x‖².", lambda A, y, lam: _fit(A, y, lam**2)),
        ("λ is missing.", lambda A, y, lam: _fit(A, y, 0)),
        ("The adjoint is conjugate.", lambda A, y, lam: _fit(A, y, lam, conj=False)),
        ("Both terms have the ½, so it drops out.", lambda A, y, lam: _fit(A, y, lam / 2)),
        ("Both terms have the ½, so it drops out.", lambda A, y, lam: _fit(A, y, 2 * lam)),
        ("λ stands under a root once, not twice.", lambda A, y, lam: _fit(A, y, np.sqrt(lam))),
        ("The penalty lowers the size: λ is added, not subtracted.", lambda A, y, lam: _fit(A, y, -lam)),
        (
            "The image is pulled to zero: zeros stand behind y.",
            lambda A, y, lam: _stacked(A, y, np.sqrt(lam) * np.eye(5), 1),
        ),
        (
            "One row more only prices the sum of x: each entry needs one of its own.",
            lambda A, y, lam: _stacked(A, y, np.full((1, 5), np.sqrt(lam))),
        ),
        ("That is the adjoint's image: what still has to be inverted?", lambda A, y, lam: A.conj().T @ y),
        ("That is the fitted data: the image is wanted.", lambda A, y, lam: A @ _fit(A, y, lam)),
    ],
)
def penalised_fit(A, y, lam):
    return _fit(A, y, lam)


@exercise(
    "illposed-noise",
    "illposed",
    "computes the noise in Tikhonov's image from the singular values",
    draw=lambda rng, trial: {
        "s": np.sort(rng.uniform(0.05, 1, 7))[::-1].copy(),
        "lam": 0.0 if trial == 1 else float(rng.uniform(0.01, 0.05)),
        "sigma": float(rng.uniform(0.2, 0.6)),
    },
    minutes=10,
    level="medium",
    mistakes=[
        ("That is the noise of least squares: where is λ?", lambda s, lam, e: e * np.sqrt(np.mean(1 / s**2))),
        (
            "The filter factor alone is not the noise: it multiplies 1/s.",
            lambda s, lam, e: e * np.sqrt(np.mean((s**2 / (s**2 + lam)) ** 2)),
        ),
        ("Take the mean of the squares, not the sum.", lambda s, lam, e: e * np.linalg.norm(s / (s**2 + lam))),
        ("Square first, then the mean, then the root.", lambda s, lam, e: e * np.mean(s / (s**2 + lam))),
        ("That is the variance: take its root.", lambda s, lam, e: e**2 * np.mean((s / (s**2 + lam)) ** 2)),
        (
            "The noise has the size σ, and no factor of √2.",
            lambda s, lam, e: e * np.sqrt(np.mean((s / (s**2 + lam)) ** 2) / 2),
        ),
        (
            "The filter factor is s²/(s² + λ), without a square of λ.",
            lambda s, lam, e: e * np.sqrt(np.mean((s / (s**2 + lam**2)) ** 2)),
        ),
        (
            "The filter multiplies the image, so its square multiplies the variance.",
            lambda s, lam, e: e * np.sqrt(np.mean(1 / (s**2 + lam))),
        ),
        ("One number: the mean is over all directions.", lambda s, lam, e: e * s / (s**2 + lam)),
    ],
)
def noise_left(s, lam, sigma):
    return sigma * np.sqrt(np.mean((s / (s**2 + lam)) ** 2))


def _misfit(A, y, lam):
    return float(np.linalg.norm(A @ _fit(A, y, lam) - y) ** 2)


def _measured(rng):
    A, x = noise(rng, 14, 6).astype(complex), noise(rng, 6)
    A = A / np.linalg.norm(A, 2) * np.logspace(0, -1, 6)
    y = A @ x + 0.02 * noise(rng, 14)
    return {"A": A, "y": y, "sigma": float(np.sqrt(_misfit(A, y, 10 ** rng.uniform(-2.5, -1)) / 14))}


def _for_misfit(A, y, misfit):
    """λ for a squared misfit; the end of the range where there is none."""
    from scipy.optimize import brentq

    low, high = np.log(1e-6), np.log(1e3)
    excess = [_misfit(A, y, np.exp(end)) - misfit for end in (low, high)]
    if excess[0] * excess[1] > 0:
        return float(np.exp(low if excess[0] > 0 else high))
    return float(np.exp(brentq(lambda t: _misfit(A, y, np.exp(t)) - misfit, low, high)))


@exercise(
    "illposed-discrepancy",
    "illposed",
    "finds λ by the discrepancy principle",
    draw=_measured,
    tol=2e-3,
    minutes=20,
    level="hard",
    mistakes=[
        ("σ² is the noise of one sample: there are K.", lambda A, y, e: _for_misfit(A, y, e**2)),
        ("Count the samples, not the unknowns.", lambda A, y, e: _for_misfit(A, y, A.shape[1] * e**2)),
        (
            "σ² = E|ε|² counts both parts of a complex number already.",
            lambda A, y, e: _for_misfit(A, y, 2 * len(y) * e**2),
        ),
        (
            "The principle has no ½: it compares ‖Ax − y‖² with Kσ².",
            lambda A, y, e: _for_misfit(A, y, len(y) * e**2 / 2),
        ),
        ("Squares with squares: σ² on the right.", lambda A, y, e: _for_misfit(A, y, len(y) * e)),
        ("That is log λ.", lambda A, y, e: np.log(_for_misfit(A, y, len(y) * e**2))),
        (
            "That is √λ, or λ stands squared in your equation.",
            lambda A, y, e: np.sqrt(_for_misfit(A, y, len(y) * e**2)),
        ),
        (
            "The samples minus the unknowns is another rule: the principle has all K.",
            lambda A, y, e: _for_misfit(A, y, (len(y) - A.shape[1]) * e**2),
        ),
        ("That is σ²: λ is another number.", lambda A, y, e: e**2),
    ],
)
def discrepancy(A, y, sigma):
    return _for_misfit(A, y, len(y) * sigma**2)
