"""Exercises of the chapter that goes from coil maps to the image."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...metrics import psnr
from ...operators.coils import Coils, rss
from ...operators.fourier import FFT, Mask
from ...sampling.masks import center_box, random_lines
from ..base import choice, exercise
from ..draws import noise, unit_maps

choice(
    "maps-choice",
    "withmaps",
    "knows what a small residual says of the maps, and what not",
    {
        "a": "That is all: the model is not contradicted. Least squares fits some noise too, hence less than 1.",
        "b": "Maps of another head by the same array leave as little, and their support is another.",
        "c": "The residual is in k-space, at the samples. What was not sampled does not enter it.",
        "d": "More iterations only lower the residual. It is at the noise already.",
    },
    right=lambda: "a",
)


def _fit(rng):
    mask = rng.random((6, 5)) < 0.5
    return {
        "A": Mask(mask) @ FFT((6, 5)) @ Coils(unit_maps(rng, 3, 6, 5)),
        "x": noise(rng, 6, 5),
        "y": noise(rng, 3, 6, 5) * mask,
        "mask": mask,
        "sigma": float(rng.uniform(0.5, 2)),
    }


def _over_noise(A, x, y, mask, sigma, *, root=True, count=None):
    samples = len(y) * mask.sum() if count is None else count
    energy = np.linalg.norm(A(x) - y) ** 2 / (samples * sigma**2)
    return float(np.sqrt(energy) if root else energy)


@exercise(
    "coils-residual",
    "withmaps",
    "measures the residual in units of the noise, a ratio of 1 or less where the model fits",
    draw=_fit,
    tol=1e-3,
    minutes=10,
    mistakes=[
        ("The root is missing: that is a ratio of energies.", lambda *a: _over_noise(*a, root=False)),
        (
            "Only acquired samples hold noise: y.size counts the zeros too.",
            lambda A, x, y, m, s: _over_noise(A, x, y, m, s, count=y.size),
        ),
        (
            "Each coil has mask.sum() samples: count those of all coils.",
            lambda A, x, y, m, s: _over_noise(A, x, y, m, s, count=m.sum()),
        ),
        (
            "σ² = E|ε|² belongs to the complex sample: no factor 2.",
            lambda *a: _over_noise(*a) / np.sqrt(2),
        ),
        (
            "A norm is the root of a sum of squares, not a mean of magnitudes.",
            lambda A, x, y, m, s: np.mean(abs(A(x) - y)[:, m]) / s,
        ),
        (
            "The norm grows as the root of the number of samples.",
            lambda *a: _over_noise(*a) / np.sqrt(len(a[2]) * a[3].sum()),
        ),
        ("Divide by the number of samples.", lambda *a: _over_noise(*a, count=1)),
        ("The noise has the energy σ² in each sample, not σ.", lambda *a: _over_noise(*a) * np.sqrt(a[-1])),
        ("The residual is A x − y, not y.", lambda A, x, *rest: _over_noise(A, 0 * x, *rest)),
    ],
)
def residual(A, x, y, mask, sigma):
    return _over_noise(A, x, y, mask, sigma)


choice(
    "coils-dead",
    "withmaps",
    "knows which maps a dead coil spoils, and what tells",
    {
        "a": "Maps from after the fault have seen the dead coil, and give it no weight. Compare the two residuals.",
        "b": "Maps from before expect signal in a coil that has none. No image explains that: the residual is large.",
        "c": "Print the residual of both: one of them is well above 1.",
        "d": "Seven coils are enough here. Which maps leave the eighth out?",
    },
    right=lambda: "b",
    minutes=15,
    level="medium",
)


def _ratio_maps(y, lines):
    """Maps from all samples, those of the centre counted twice, so that every sample and the lines matter."""
    images = FFT(y.shape[-2:]).H(y * (1 + center_box(y.shape[-2:], (lines, 12))))
    return images / rss(images)


def _filled(y, maps, mask):
    return abs(np.sum(maps.conj() * FFT(mask.shape).H(y), axis=0))


def _lines(lines):
    return random_lines((16, 12), accel=2, center=lines, seed=lines)


def _heads(rng):
    full = noise(rng, 3, 4, 16, 12)
    full[..., 6:10, 4:8] *= 8
    references = rss(FFT((16, 12)).H(full)) * rng.uniform(0.5, 1, (3, 1, 1)).astype(np.float32)
    return {
        "lines": 4,
        "data": full,
        "references": references,
        "sample": _lines,
        "estimate": _ratio_maps,
        "solve": _filled,
    }


def _images(n, data, sample, estimate, solve, *, cut=True, once=False, calib=None, leak=False):
    mask = sample(n)
    first = estimate(data[0] * mask, n)
    for y in data:
        maps = first if once else estimate(y * mask if cut else y, calib or n)
        yield solve(y if leak else y * mask, maps, mask)


def _budget(n, data, refs, *functions, average=np.mean, **options):
    return float(average([psnr(x, ref) for x, ref in zip(_images(n, data, *functions, **options), refs)]))


def _pooled(n, data, refs, *functions):
    error = np.stack(list(_images(n, data, *functions))) - abs(refs)
    return 10 * np.log10(refs.max() ** 2 / np.mean(error**2))


@exercise(
    "coils-budget",
    "withmaps",
    "finds the mean PSNR over several heads, each calibrated on its own lines",
    draw=_heads,
    tol=1e-3,
    minutes=30,
    level="hard",
    second="No: with 32 lines in the middle too few are left outside, and 16 give maps that are good enough.",
    mistakes=[
        (
            "The maps have seen lines that were not acquired: multiply by the mask before you estimate.",
            lambda *a: _budget(*a, cut=False),
        ),
        ("The image has seen lines that were not acquired.", lambda *a: _budget(*a, leak=True)),
        (
            "Image and maps have seen lines that were not acquired: multiply by the mask first.",
            lambda *a: _budget(*a, cut=False, leak=True),
        ),
        ("Each head has a PSNR of its own, with its own peak: the mean is taken of these.", _pooled),
        ("Each head has its own maps: estimate them anew for each.", lambda *a: _budget(*a, once=True)),
        ("The mean over the heads is asked for, not the best.", lambda *a: _budget(*a, average=np.max)),
        ("That is one head: average over all.", lambda n, data, refs, *a: _budget(n, data[:1], refs[:1], *a)),
        ("Calibrate on as many lines as there are: they are an argument.", lambda *a: _budget(*a, calib=6)),
    ],
)
def budget(lines, data, references, sample, estimate, solve):
    return _budget(lines, data, references, sample, estimate, solve)
