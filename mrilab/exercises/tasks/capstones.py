"""Capstones: larger tasks, scored on drawn scans that the answer has not seen."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

from functools import cache
from weakref import WeakKeyDictionary
from zlib import crc32

import numpy as np

from ...metrics import psnr
from ...operators.fourier import FFT, Mask
from ...operators.wavelets import Wavelet
from ...problems.least_squares import LeastSquares
from ...problems.regularisers import L1, lambda_max
from ...sampling.densities import draw_mask, energy_density
from ...sampling.masks import center_box, variable_density
from ...solvers.fista import fista
from ..base import choice, exercise
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


def _score(mask, seed):
    """Mean PSNR over twelve hidden heads, enough that a sensible design does not depend on the luck of the draw."""
    rng = np.random.default_rng(seed)
    scores = []
    for _ in range(12):
        image = head(rng)
        f, Psi = problem(image, mask, 0.02, rng)
        scores.append(psnr(rebuild(f, Psi, 3e-3 * lambda_max(f, L1(1.0))), image))
    return np.mean(scores)


@cache
def _box_score(side, seed):
    return _score(center_box(SHAPE, side), seed)


def _good_mask(mask, inputs):
    mask, most = np.asarray(mask), N * N / inputs["accel"]
    if mask.shape != SHAPE or mask.dtype.kind not in "biuf" or not np.isin(mask, (0, 1)).all():
        return f"expected a mask of True and False of shape {SHAPE}"
    mask = mask.astype(bool)
    if mask.sum() > 1.01 * most:
        return f"the mask has {mask.sum()} samples; the budget is {most:.0f}"
    seed = crc32(inputs["images"].tobytes())  # other students have other hidden heads
    needed = _box_score(int(np.sqrt(most)), seed) + 0.15
    got = _score(mask, seed)
    return None if got >= needed else f"mean PSNR on hidden heads: {got:.2f} dB; {needed:.2f} dB are required"


@exercise(
    "capstone-mask",
    "capstones",
    "designs a mask for a budget, from training images (10, 48, 48), better by 0.15 dB than a box at the centre",
    draw=lambda rng: {"images": np.stack([head(rng) for _ in range(10)]), "accel": float(rng.choice([4.0, 5.0]))},
    accept=_good_mask,
    trials=1,
    minutes=60,
    level="hard",
    points=5,
    mistakes=[
        ("That is the box itself: spend some samples further out.", lambda x, R: center_box(SHAPE, int(N / R**0.5))),
        ("Every point equally likely: the strong centre is left to chance.", lambda x, R: draw_mask(np.ones(SHAPE), R)),
        (
            "Those are the strongest points, a kind of box. Draw them at random, so that a few lie further out.",
            lambda x, R: energy_density(x, power=2) >= np.sort(energy_density(x, power=2), axis=None)[-int(N * N / R)],
        ),
        ("That samples all of k-space: keep the budget.", lambda x, R: np.ones(SHAPE, bool)),
        (
            "That leaves the centre out, where most of the energy is.",
            lambda x, R: ~center_box(SHAPE, int(N * (1 - 1 / R) ** 0.5) + 1),
        ),
    ],
)
def design(images, accel):
    return draw_mask(energy_density(images, power=5), accel, seed=0)


_truths: WeakKeyDictionary[LeastSquares, np.ndarray] = WeakKeyDictionary()  # of the drawn scans, for the score only


def _scan(rng, trial):
    image, sigma, accel = head(rng), float(rng.uniform(0.06, 0.14)), (2, 3, 4)[trial % 3]
    f, _ = problem(image, variable_density(SHAPE, accel, seed=int(rng.integers(99))), sigma, rng)
    _truths[f] = image
    return {"f": f, "sigma": sigma}


def _good_lambda(lam, inputs):
    f, sigma, Psi = inputs["f"], inputs["sigma"], Wavelet("sym4", SHAPE, level=3)
    if differs(lam, 1.0, np.inf) or not float(lam) > 0:
        return "expected a λ above 0"
    best = max(psnr(rebuild(f, Psi, float(c * sigma)), _truths[f]) for c in np.geomspace(0.5, 1.1, 4))
    got = psnr(rebuild(f, Psi, float(lam)), _truths[f])
    return None if got > best - 0.3 else f"PSNR {got:.2f} dB on this scan; {best - 0.3:.2f} dB are required"


@exercise(
    "capstone-lambda",
    "capstones",
    "chooses λ from the data term and the noise's σ, within 0.3 dB of the best on each of three scans",
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
    return 1.25 * sigma * float(np.sqrt(np.mean(f.y != 0)))


def disguised(rng):
    """Four images of one scan and the letter of the one with a spot that no sample asks for; the others minimise."""
    image, mask = head(rng), variable_density(SHAPE, 3, seed=int(rng.integers(99)))
    f, Psi = problem(image, mask, 0.02, rng)
    xs = [rebuild(f, Psi, lam, 30) for lam in (0.15, 0.02, 0.002)]
    y, x = np.indices(SHAPE)
    at = rng.integers(18, 30, 2)
    spot = np.float32(0.3) * (np.hypot(y - at[0], x - at[1]) < 2.5)
    xs.append(xs[1] + spot * np.exp(1j * np.angle(xs[1])))
    order = rng.permutation(4)
    scan = {"y": f.y, "mask": mask, "images": np.stack([xs[i] for i in order]).astype(np.complex64)}
    return scan, LETTERS[int(np.argmax(order == 3))]


def _misfits(y, mask, images):
    return y - mask * FFT(SHAPE)(images)


def _by_size(y, mask, images):
    """The letters by the size of the misfit to the samples, the largest first."""
    sizes = np.linalg.norm(_misfits(y, mask, images), axis=(1, 2))
    return [LETTERS[i] for i in np.argsort(sizes)[::-1]]


def _invented(y, mask, images):
    """The letter whose samples exceed what was measured the most; ⟨Ax, y − Ax⟩ = λ g(x) ≥ 0 for the honest ones."""
    left_out = np.sum((FFT(SHAPE)(images).conj() * _misfits(y, mask, images)).real, axis=(1, 2))
    return LETTERS[np.argmin(left_out)]


def _plain(y, mask, images):
    """The honest letter that is neither the smoothest nor the noisiest."""
    return next(letter for letter in _by_size(y, mask, images)[1:3] if letter != _invented(y, mask, images))


@exercise(
    "capstone-hallucination",
    "capstones",
    "finds which of four reconstructions of one scan, A to D, shows what was not measured, on scan after scan",
    draw=lambda rng: disguised(rng)[0],
    minutes=45,
    level="hard",
    points=5,
    mistakes=[
        (
            "It is smooth: its samples lack what was measured, so it leaves out. Which one has more than was measured?",
            lambda *a: _by_size(*a)[0],
        ),
        ("It is noisy, but it agrees with the samples best of all.", lambda *a: _by_size(*a)[3]),
        ("This one explains the samples down to their noise.", _plain),
    ],
)
def find_hallucination(y, mask, images):
    return _invented(y, mask, images)


choice(
    "capstone-choice",
    "capstones",
    "knows what the samples can say about a spot, and what not",
    {
        "a": "Agreement shows that the spot is possible, not that it is there: the other image agrees as well.",
        "b": "It may be invented or real. A data consistency step makes any image agree, the invented spot included.",
        "c": "The two differ only in what was not sampled, and of that the samples say nothing.",
        "d": "PSNR needs a reference, which a scan does not have; with one, the question would not arise.",
    },
    right=lambda: "c",
)
