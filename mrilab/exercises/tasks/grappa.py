"""Exercises of the chapter on GRAPPA."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...operators.fourier import FFT
from ...sampling.masks import center_lines, regular_lines
from ..base import choice, exercise
from ..draws import noise, unit_maps


def _scan_of(rng):
    return {
        "rows": 2 * int(rng.integers(90, 130)),
        "accel": int(rng.integers(3, 7)),
        "calib": 2 * int(rng.integers(10, 17)),
    }


@exercise(
    "grappa-lines",
    "grappa",
    "counts the lines of a scan with calibration lines, and its true acceleration",
    kind="value",
    book={"rows": 240, "accel": 4, "calib": 24},
    question=lambda n, R, calib: (
        f"A scan of {n} lines takes every line whose distance from DC is a multiple of {R}, and the {calib} around DC. "
        "How many lines does it take, and what is its true acceleration?"
    ),
    draw=_scan_of,
    tol=2e-3,  # 3.08 is right
    minutes=5,
    level="easy",
    mistakes=[
        (
            "Some of the central lines are regular ones: count them once.",
            lambda n, R, c: _of(n, len(_regular(n, R)) + c),
        ),
        ("The calibration lines take time too.", lambda n, R, c: _of(n, len(_regular(n, R)))),
        ("The lines are right. The acceleration is all lines over those taken.", lambda n, R, c: (_taken(n, R, c), R)),
        (
            "The acceleration is all lines over those taken, not its inverse.",
            lambda n, R, c: (_taken(n, R, c), _taken(n, R, c) / n),
        ),
        ("Outside the centre every R-th line is taken, too.", lambda n, R, c: _of(n, c)),
    ],
)
def true_acceleration(rows, accel, calib):
    return _of(rows, _taken(rows, accel, calib))


def _regular(rows, accel):
    return np.flatnonzero(regular_lines((rows, 1), accel))


def _taken(rows, accel, calib):
    return int(np.count_nonzero(regular_lines((rows, 1), accel) | center_lines((rows, 1), calib)))


def _of(rows, lines):
    return lines, rows / lines


def _gap(rng):
    R = int(rng.integers(3, 5))
    return {"y": noise(rng, 3, 14, 12), "w": noise(rng, R - 1, 3, 3, 2, 5), "i": 4, "j": int(rng.integers(3, 8))}


def _fill(y, w, i, j, *, lines=None, points=None, sum_over="dcsuv,suv->dc"):
    lines = [i, i + len(w) + 1] if lines is None else lines
    points = range(j - 2, j + 3) if points is None else points
    return np.einsum(sum_over, w, y[:, lines][:, :, list(points)])


@exercise(
    "grappa-fill",
    "grappa",
    "fills the R − 1 missing samples below line i, at point j, of all coils: an array (R − 1, C)",
    draw=_gap,
    minutes=10,
    mistakes=[
        (
            "The second line of sources is the next acquired one, R below the first.",
            lambda y, w, i, j: _fill(y, w, i, j, lines=[i, i + 1]),
        ),
        (
            "R is one more than the number of missing lines.",
            lambda y, w, i, j: _fill(y, w, i, j, lines=[i, i + len(w)]),
        ),
        (
            "The points are those around j: from j − 2 to j + 2.",
            lambda y, w, i, j: _fill(y, w, i, j, points=range(j, j + 5)),
        ),
        (
            "The points are added up in their order: v runs with l + v, not against it.",
            lambda y, w, i, j: _fill(y, w[..., ::-1], i, j),
        ),
        ("The weights are not conjugated.", lambda y, w, i, j: _fill(y, w.conj(), i, j)),
        (
            "Axis 1 of w is the coil that is filled; sum over axis 2.",
            lambda y, w, i, j: _fill(y, w, i, j, sum_over="dscuv,suv->dc"),
        ),
        ("Each coil asks all coils, not itself alone.", lambda y, w, i, j: _fill(y, w, i, j, sum_over="dccuv,cuv->dc")),
        ("The axes are (R − 1, C): yours are the other way round.", lambda y, w, i, j: _fill(y, w, i, j).T),
    ],
)
def fill_gap(y, w, i, j):
    return _fill(y, w, i, j)


def _noisy_scan(rng):
    """A reconstruction whose noise depends on the image, and on how the noise is shared by real and imaginary part."""
    smaps, weight = unit_maps(rng, 2, 8, 3), rng.uniform(0.5, 1.5, (8, 3)).astype(np.float32)
    down, across = (FFT((n,)).H(np.eye(n, dtype=np.complex64)) for n in (8, 3))  # fast, as it is called 300 times

    def reconstruct(y):
        x = np.sum(smaps.conj() * (down @ (y.real + np.complex64(2j) * y.imag) @ across), axis=0)
        return weight * x / (1 + abs(x) / 10)

    kspace, mask = np.complex64(20) * noise(rng, 2, 8, 3), regular_lines((8, 3), 4)
    return {
        "reconstruct": reconstruct,
        "kspace": kspace,
        "mask": mask,
        "sigma": float(rng.uniform(2, 4)),
        "replicas": 300,
    }


def _noise_of(
    reconstruct,
    kspace,
    mask,
    sigma,
    replicas,
    *,
    part=0.5**0.5,
    late=False,
    magnitude=False,
    mean=True,
    signal=1,
    real=False,
):
    rng = np.random.default_rng(5)
    results = []
    for _ in range(replicas):
        n = np.complex64(part * sigma) * noise(rng, *kspace.shape)
        n = np.sqrt(2) * n.real if real else n
        y = kspace * mask + n if late else (signal * kspace + n) * mask
        results.append(reconstruct(y))
    stack = np.abs(results) if magnitude else np.array(results)
    return np.sqrt(np.mean(np.abs(stack - mean * stack.mean(axis=0)) ** 2, axis=0)).astype(float)


@exercise(
    "replicas",
    "grappa",
    "measures the noise of each pixel of any reconstruction by replicas",
    draw=_noisy_scan,
    trials=2,
    tol=0.18,  # a standard deviation from 300 replicas is itself off by 3 %, at the worst pixel by 10 %
    minutes=20,
    level="hard",
    second="Yes, SENSE is linear, and its noise is that of the formula.",
    mistakes=[
        ("σ² = E|ε|² is shared by the two parts: σ/√2 for each.", lambda *a: _noise_of(*a, part=1)),
        ("What is not sampled has no noise: add it before the mask.", lambda *a: _noise_of(*a, late=True)),
        (
            "Take the deviation of the complex images: their magnitudes have half the variance.",
            lambda *a: _noise_of(*a, magnitude=True),
        ),
        (
            "The mean of the replicas is still in it: that is the image, not the noise.",
            lambda *a: _noise_of(*a, mean=False),
        ),
        (
            "Add the noise to the data: what a method does to noise alone is another thing.",
            lambda *a: _noise_of(*a, signal=0),
        ),
        ("Noise is complex: half of σ² in the imaginary part.", lambda *a: _noise_of(*a, real=True)),
        (
            "All replicas are alike: make the generator before the loop, not in it.",
            lambda reconstruct, kspace, *a: np.zeros(kspace.shape[1:]),
        ),
    ],
)
def noise_of(reconstruct, kspace, mask, sigma, replicas):
    return _noise_of(reconstruct, kspace, mask, sigma, replicas)


choice(
    "grappa-choice",
    "grappa",
    "knows why the weights hold all over k-space",
    {
        "a": "The spectrum of an image is anything but smooth. The maps are smooth, not the spectrum.",
        "b": "Multiplying by a map is the same convolution at the centre and at the edge.",
        "c": "Equal noise makes least squares right. It says nothing on how samples hang together.",
        "d": "Weights depend on the coils, on R and on where in the gap a sample lies, not on the place in k-space.",
    },
    right=lambda: "b",
)
