"""Capstones: larger tasks, scored on drawn scans that the answer has not seen."""
# The objective says what a reference does.
# ruff: noqa: D103

import numpy as np

from ...densities import draw_mask
from ...fidelity import LeastSquares
from ...fourier import FFT, Mask
from ...masks import center_box, variable_density
from ...metrics import psnr
from ...regularisers import L1, lambda_max
from ...solvers import fista
from ...wavelets import Wavelet
from ..base import exercise
from ..compare import differs
from ..draws import noise

N = 48
SHAPE = (N, N)
LETTERS = "ABCD"


def head(rng):
    """A random head of ellipses with a smooth phase: quick to draw, unlike the brains of the chapters."""
    y, x = (np.indices(SHAPE) - N // 2) / N
    image = 0.3 * ((y / 0.45) ** 2 + (x / 0.36) ** 2 < 1)
    for _ in range(7):
        centre, radii = rng.uniform(-0.22, 0.22, 2), rng.uniform(0.03, 0.16, 2)
        image += rng.uniform(0.1, 0.4) * (((y - centre[0]) / radii[0]) ** 2 + ((x - centre[1]) / radii[1]) ** 2 < 1)
    return (image * np.exp(1j * (rng.uniform(-2, 2) * y + rng.uniform(-2, 2) * x))).astype(np.complex64)


def problem(image, mask, sigma, rng):
    """The data term of a noisy scan, in wavelet coefficients."""
    F, Psi = FFT(SHAPE), Wavelet("sym4", SHAPE, level=3)
    y = mask * (F(image) + np.complex64(sigma / np.sqrt(2)) * noise(rng, *SHAPE))
    return LeastSquares(Mask(mask) @ F @ Psi.H, y.astype(np.complex64)), Psi


def rebuild(f, Psi, lam, max_iter=25):
    return Psi.H(fista(f, L1(lam), max_iter=max_iter).x)


def _score(mask):
    """Mean PSNR over hidden heads."""
    rng = np.random.default_rng(2024)
    scores = []
    for _ in range(4):
        image = head(rng)
        f, Psi = problem(image, mask, 0.02, rng)
        scores.append(psnr(rebuild(f, Psi, 3e-3 * lambda_max(f, L1(1.0))), image))
    return np.mean(scores)


def _good_mask(mask, inputs):
    mask, most = np.asarray(mask), N * N / inputs["accel"]
    if mask.shape != SHAPE or mask.dtype != bool:
        return f"a mask of True and False of shape {SHAPE} is asked for"
    if mask.sum() > 1.01 * most:
        return f"the mask has {mask.sum()} samples; the budget is {most:.0f}"
    needed = _score(center_box(SHAPE, int(np.sqrt(most)))) + 0.2
    got = _score(mask)
    return None if got >= needed else f"mean PSNR on hidden heads: {got:.1f} dB; {needed:.1f} dB are asked for"


@exercise(
    "capstone-mask",
    "capstones",
    "designs a mask for a budget, from training images (10, 48, 48), better by 0.2 dB than a box at the centre",
    draw=lambda rng: {"images": np.stack([head(rng) for _ in range(10)]), "accel": float(rng.choice([4.0, 5.0]))},
    accept=_good_mask,
    trials=1,
    minutes=60,
    level="hard",
    points=5,
    mistakes=[
        ("That is the box itself: spend some samples further out.", lambda x, R: center_box(SHAPE, int(N / R**0.5))),
        ("Every point equally likely: the strong centre is left to chance.", lambda x, R: draw_mask(np.ones(SHAPE), R)),
        ("That samples all of k-space: keep the budget.", lambda x, R: np.ones(SHAPE, bool)),
        (
            "That leaves the centre out, where most of the energy is.",
            lambda x, R: ~center_box(SHAPE, int(N * (1 - 1 / R) ** 0.5) + 1),
        ),
    ],
)
def design(images, accel):
    return variable_density(SHAPE, accel, decay=12, seed=0)


class _Scan(LeastSquares):
    """A data term that remembers the truth, for the score only."""

    truth: np.ndarray


def _scan(rng):
    image, sigma = head(rng), float(rng.uniform(0.06, 0.14))
    f, _ = problem(image, variable_density(SHAPE, 3, seed=int(rng.integers(99))), sigma, rng)
    scan = _Scan(f.A, f.y)
    scan.truth = image
    return {"f": scan, "sigma": sigma}


def _good_lambda(lam, inputs):
    f, sigma, Psi = inputs["f"], inputs["sigma"], Wavelet("sym4", SHAPE, level=3)
    if differs(lam, 1.0, np.inf) or not float(lam) > 0:
        return "a λ above 0 is asked for"
    best = max(psnr(rebuild(f, Psi, float(c * sigma)), f.truth) for c in np.geomspace(0.25, 1.5, 6))
    got = psnr(rebuild(f, Psi, float(lam)), f.truth)
    return None if got > best - 0.4 else f"PSNR {got:.1f} dB on this scan; {best - 0.4:.1f} dB are asked for"


@exercise(
    "capstone-lambda",
    "capstones",
    "chooses λ from the data term and the noise's σ, within 0.4 dB of the best on each scan",
    draw=_scan,
    accept=_good_lambda,
    minutes=60,
    level="hard",
    points=5,
    mistakes=[
        ("One fraction of λ_max for all scans does not see the noise.", lambda f, s: 1e-3 * lambda_max(f, L1(1.0))),
        ("From λ_max on the image is zero.", lambda f, s: lambda_max(f, L1(1.0))),
        ("σ² has the wrong unit: λ is compared with coefficients, not their squares.", lambda f, s: s**2),
        ("3σ removes all noise, and much of the head.", lambda f, s: 3 * s),
    ],
)
def choose(f, sigma):
    return 0.6 * sigma


def _suspects(rng):
    """Four reconstructions of one scan: three honest ones, and one with a spot that no sample asks for."""
    image, mask = head(rng), variable_density(SHAPE, 3, seed=int(rng.integers(99)))
    f, Psi = problem(image, mask, 0.02, rng)
    xs = [rebuild(f, Psi, c, 60) for c in (0.002, 0.02, 0.06)]
    y, x = np.indices(SHAPE)
    at = rng.integers(18, 30, 2)
    xs.append(xs[1] + np.float32(0.5) * (np.hypot(y - at[0], x - at[1]) < 3.5))
    order = rng.permutation(4)
    return {"y": f.y, "mask": mask, "images": np.stack([xs[i] for i in order]).astype(np.complex64)}


def _ranked(y, mask, images):
    """The letters by misfit to the samples, the largest first."""
    misfit = [np.linalg.norm(mask * FFT(SHAPE)(image) - y) for image in images]
    return [LETTERS[i] for i in np.argsort(misfit)[::-1]]


@exercise(
    "capstone-hallucination",
    "capstones",
    "finds which of four reconstructions of one scan, A to D, shows what was not measured",
    kind="value",
    draw=_suspects,
    minutes=45,
    level="hard",
    points=5,
    mistakes=[
        (
            "It is smooth: it leaves out, it does not invent. Put the samples beside those of each image.",
            lambda *a: _ranked(*a)[1],
        ),
        ("This one explains the samples down to their noise.", lambda *a: _ranked(*a)[2]),
        ("It is noisy, but it agrees with the samples best of all.", lambda *a: _ranked(*a)[3]),
    ],
)
def find_hallucination(y, mask, images):
    return _ranked(y, mask, images)[0]
