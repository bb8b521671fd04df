"""Exercises of the chapter on the prox and denoising."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...problems.regularisers import L1
from ..base import choice, exercise
from ..draws import noise


def _numbers(rng):
    return {"z": noise(rng, 3, 5), "lam": float(rng.uniform(0.5, 1.2))}


def _parts(z, lam):
    def soft(part):
        return np.sign(part) * np.maximum(abs(part) - lam, 0)

    return soft(z.real) + 1j * soft(z.imag)


@exercise(
    "sparsity-soft",
    "denoising",
    "writes the soft threshold of complex numbers",
    draw=lambda rng: {
        "z": np.concatenate([noise(rng, 12), np.zeros(2, np.complex64)]),
        "lam": float(rng.uniform(0.5, 1.2)),
    },
    minutes=5,
    level="easy",
    mistakes=[
        ("Real and imaginary parts are thresholded apart. Shrink |z|, keep the phase.", _parts),
        ("That is the hard threshold: what stays must shrink by λ too.", lambda z, lam: z * (abs(z) > lam)),
        (
            "Small numbers turn around: 1 − λ/|z| must not be below 0.",
            lambda z, lam: z * (1 - lam / np.maximum(abs(z), 1e-9)),
        ),
        ("The phase is lost: multiply z itself, not |z|.", lambda z, lam: np.maximum(abs(z) - lam, 0)),
        (
            "λ is subtracted along the real axis: shorten z along its own direction.",
            lambda z, lam: np.where(abs(z) > lam, z - lam, 0),
        ),
        ("The threshold is λ, not λ/2.", lambda z, lam: L1(lam / 2).prox(z, 1.0)),
        (
            "Below λ the result is 0: yours goes on through zero.",
            lambda z, lam: z - lam * np.exp(1j * np.angle(z)),
        ),
        (
            "The sign of a complex number is its phase, not the sign of its real part.",
            lambda z, lam: np.sign(z.real) * np.maximum(abs(z) - lam, 0),
        ),
        ("Each entry has a factor of its own.", lambda z, lam: np.maximum(1 - lam / abs(z).max(), 0) * z),
        (
            "λ is a threshold, not a share of the largest entry.",
            lambda z, lam: L1(lam * float(abs(z).max())).prox(z, 1.0),
        ),
    ],
)
def soft(z, lam):
    return L1(lam).prox(z, 1.0)


def _smooth(y, lam):
    """A rule that does not follow shifts: soft thresholding of the differences of pairs of pixels, down and across."""
    for _ in range(2):
        pairs = y.T.reshape(y.shape[1] // 2, 2, -1)
        mean, gap = (pairs[:, 0] + pairs[:, 1]) / 2, (pairs[:, 0] - pairs[:, 1]) / 2
        gap = gap * np.maximum(1 - lam / np.maximum(abs(gap), 1e-9), 0)
        y = np.stack([mean + gap, mean - gap], axis=1).reshape(y.T.shape).astype(y.dtype)
    return y


def _roll(y, shift, axes):
    return np.roll(y, shift) if axes is None else np.roll(y, (shift,) * len(axes), axes)


def _spin(y, method, lam, shifts, there=True, back=-1, total=False, axes=(0, 1), first=0):
    images = [method(_roll(y, s * there, axes), lam) for s in range(first, first + shifts)]
    images = [_roll(image, back * s, axes) for s, image in enumerate(images, first)]
    return np.sum(images, axis=0) if total else np.mean(images, axis=0)


def _spun_on(y, method, lam, shifts):
    images = []
    for s in range(shifts):
        y = _roll(method(_roll(y, s, (0, 1)), lam), -s, (0, 1))
        images.append(y)
    return np.mean(images, axis=0)


@exercise(
    "sparsity-cycle",
    "denoising",
    "spins the cycle: shifts by (s, s), denoises, shifts back and averages",
    draw=lambda rng: {
        "y": noise(rng, 8, 6),
        "method": _smooth,
        "lam": float(rng.uniform(0.3, 0.6)),
        "shifts": int(rng.integers(3, 6)),
    },
    minutes=15,
    mistakes=[
        ("Shift back before you average.", lambda y, d, lam, n: _spin(y, d, lam, n, back=0)),
        ("You shift on where you should shift back.", lambda y, d, lam, n: _spin(y, d, lam, n, back=1)),
        ("Average, do not add up.", lambda y, d, lam, n: _spin(y, d, lam, n, total=True)),
        ("Both axes shift, by (s, s).", lambda y, d, lam, n: _spin(y, d, lam, n, axes=(0,))),
        ("Both axes shift, by (s, s).", lambda y, d, lam, n: _spin(y, d, lam, n, axes=(1,))),
        (
            "That is one shift: average over all of s = 0, 1, …, shifts − 1.",
            lambda y, d, lam, n: _roll(d(_roll(y, n, (0, 1)), lam), -n, (0, 1)),
        ),
        (
            "That is one shift: average over all of s = 0, 1, …, shifts − 1.",
            lambda y, d, lam, n: _roll(d(_roll(y, n - 1, (0, 1)), lam), 1 - n, (0, 1)),
        ),
        ("Each shift begins with `y` itself, not with the last result.", _spun_on),
        ("np.roll without `axis` rolls the flattened image.", lambda y, d, lam, n: _spin(y, d, lam, n, axes=None)),
        ("The first shift is 0: s = 0, 1, …, shifts − 1.", lambda y, d, lam, n: _spin(y, d, lam, n, first=1)),
        ("Denoise the shifted image, not the one that came in.", lambda y, d, lam, n: _spin(y, d, lam, n, there=False)),
    ],
)
def spin(y, method, lam, shifts):
    return _spin(y, method, lam, shifts)


def _sure(z, lam, sigma, turn=True, capped=True, weight=1.0, less=None, along=1.0):
    size = abs(z).astype(float)
    residual = np.minimum(size, lam) ** 2 if capped else np.full(size.shape, lam**2)
    divergence = np.where(size > lam, 1 + along - along * turn * lam / np.maximum(size, lam), 0)
    return residual.sum() + weight * sigma**2 * divergence.sum() - (z.size if less is None else less) * sigma**2


@exercise(
    "sparsity-sure",
    "denoising",
    "estimates the risk of the soft threshold by Stein's formula",
    draw=lambda rng: {**_numbers(rng), "sigma": float(rng.uniform(0.5, 1.0))},
    minutes=30,
    level="hard",
    mistakes=[
        ("Across |z| the derivative is 1 − λ/|z|, not 1.", lambda z, lam, s: _sure(z, lam, s, turn=False)),
        ("Along |z| the derivative is 1: h moves as z does.", lambda z, lam, s: _sure(z, lam, s, turn=2)),
        ("Below the threshold h = 0, so |h − z|² is |z|², not λ².", lambda z, lam, s: _sure(z, lam, s, capped=False)),
        (
            "The divergence is multiplied by σ², not 2σ²: σ²/2 is the variance of each part.",
            lambda z, lam, s: _sure(z, lam, s, weight=2.0),
        ),
        (
            "σ² stands before the whole divergence, of both parts: no further half.",
            lambda z, lam, s: _sure(z, lam, s, weight=0.5),
        ),
        ("One σ² is subtracted for each complex entry, not two.", lambda z, lam, s: _sure(z, lam, s, less=2 * z.size)),
        (
            "Where h = 0, |h − z|² is |z|², not 0.",
            lambda z, lam, s: _sure(z, lam, s) - np.sum(abs(z[abs(z) <= lam]) ** 2),
        ),
        ("The risk is a sum over all entries, not a mean.", lambda z, lam, s: _sure(z, lam, s) / z.size),
        ("N σ² is missing at the end.", lambda z, lam, s: _sure(z, lam, s, less=0)),
        (
            "N counts all entries: z.size. len(z) is that of the first axis.",
            lambda z, lam, s: _sure(z, lam, s, less=len(z)),
        ),
        (
            "Two derivatives are to be added, that along |z| and that across. One is missing.",
            lambda z, lam, s: _sure(z, lam, s, along=0.0),
        ),
    ],
)
def sure(z, lam, sigma):
    return _sure(z, lam, sigma)


@exercise(
    "sparsity-cost",
    "denoising",
    "computes the cost ½‖A z − y‖² + λ‖z‖₁, a real number",
    draw=lambda rng: {"A": noise(rng, 4, 6), "z": noise(rng, 6), "y": noise(rng, 4), "lam": float(rng.uniform(0.5, 2))},
    tol=1e-3,
    minutes=5,
    level="easy",
    second="For λ below λ_max: the step then leads downhill.",
    mistakes=[
        ("The half is missing.", lambda A, z, y, lam: np.sum(abs(A @ z - y) ** 2) + lam * abs(z).sum()),
        (
            "The square of a complex number is not |·|²: take `abs` first.",
            lambda A, z, y, lam: np.sum((A @ z - y) ** 2) / 2 + lam * abs(z).sum(),
        ),
        (
            "‖z‖₁ is the sum of magnitudes. `np.linalg.norm(z)` is ‖z‖₂.",
            lambda A, z, y, lam: np.sum(abs(A @ z - y) ** 2) / 2 + lam * np.linalg.norm(z),
        ),
        (
            "The norm is squared in the data term.",
            lambda A, z, y, lam: np.linalg.norm(A @ z - y) / 2 + lam * abs(z).sum(),
        ),
        (
            "|z| is the magnitude: |Re z| + |Im z| is another norm.",
            lambda A, z, y, lam: np.sum(abs(A @ z - y) ** 2) / 2 + lam * (abs(z.real) + abs(z.imag)).sum(),
        ),
        (
            "Norms are sums, not means.",
            lambda A, z, y, lam: np.mean(abs(A @ z - y) ** 2) / 2 + lam * np.mean(abs(z)),
        ),
        (
            "λ stands before the l1 norm only.",
            lambda A, z, y, lam: lam * (np.sum(abs(A @ z - y) ** 2) / 2 + abs(z).sum()),
        ),
        (
            "The l1 norm sums magnitudes, not squares.",
            lambda A, z, y, lam: np.sum(abs(A @ z - y) ** 2) / 2 + lam * np.sum(abs(z) ** 2),
        ),
    ],
)
def cost(A, z, y, lam):
    return np.sum(abs(A @ z - y) ** 2) / 2 + lam * np.sum(abs(z))


choice(
    "sparsity-choice",
    "denoising",
    "knows what a threshold on real and imaginary parts apart does",
    {
        "a": "It shrinks them by more: a number on an axis by λ, one on the diagonal by √2 λ, since both parts lose λ.",
        "b": "It is the prox of |Re p| + |Im p|, so it does minimise something, but a penalty that no one asked for.",
        "c": "|p| is the root of (Re p)² + (Im p)². The sum of the parts is larger by up to √2: another penalty.",
        "d": "A turn of the phase changes how much each part holds, so it changes what the threshold takes.",
    },
    right=lambda: "d",
)
