"""Exercises of the chapter on k-space."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...operators.fourier import FFT
from ...sampling.masks import center_box, center_lines
from ..base import choice, exercise


def _corner(height, width):
    mask = np.zeros((height, width), bool)
    mask[0, 0] = True
    return mask


@exercise(
    "kspace-dc",
    "kspace",
    "builds the mask of the single sample at DC",
    kind="value",
    book={"height": 256, "width": 256},
    minutes=5,
    level="easy",
    second="DC is √N times the mean of the complex image, less than the mean of its magnitudes if the phase varies.",
    mistakes=[
        ("That is index (0, 0), a corner. In this course DC is at n // 2 of each axis.", _corner),
        ("That keeps all but DC: the mask is True where a sample is kept.", lambda h, w: ~center_box((h, w), 1)),
        ("That keeps a whole line through DC. Keep one sample.", lambda h, w: center_lines((h, w), 1)),
        ("That keeps a whole column through DC. Keep one sample.", lambda h, w: center_box((h, w), (h, 1))),
    ],
)
def only_dc(height, width):
    return center_box((height, width), 1)


@exercise(
    "kspace-psf",
    "kspace",
    "computes the point spread function of a mask, whose middle pixel is the share of the samples taken",
    draw=lambda rng: {"mask": rng.random((int(rng.integers(3, 6)) * 2, 7)) < 0.6},
    minutes=5,
    level="easy",
    second="The share of the samples that the mask takes, 1/R: a zero-filled pixel is that much darker.",
    mistakes=[
        ("A factor 1/√N is missing: N is the number of pixels.", lambda m: _psf(m) * m.size**0.5),
        ("That has its middle at 1: leave the share of the samples in it.", lambda m: _psf(m) / m.mean()),
        ("That is its magnitude. The signs and phases of side lobes matter.", lambda m: abs(_psf(m))),
        ("From k-space to the image: that is the adjoint, not the FFT.", lambda m: _psf(m).conj()),
        ("DC is in the middle of the mask, not in its corner.", lambda m: np.fft.ifft2(m)),
        ("The shift before the transform is missing: `F.H` has both.", lambda m: np.fft.fftshift(np.fft.ifft2(m))),
    ],
)
def point_spread(mask):
    return _psf(mask)


def _psf(mask):
    return FFT(mask.shape).H(mask.astype(np.complex64)) / np.sqrt(mask.size)


@exercise(
    "kspace-spacing",
    "kspace",
    "gives the step Δk and the extent 2·k_max of k-space, in 1/m, from field of view and pixel",
    draw=lambda rng: {"fov_mm": float(rng.integers(180, 260)), "pixel_mm": float(rng.choice([0.8, 0.9, 1.1, 1.2]))},
    minutes=5,
    level="easy",
    mistakes=[
        ("That is in 1/mm. A metre has 1000 mm.", lambda f, p: (1 / f, 1 / p)),
        ("They are swapped: the field of view sets the step, the pixel the extent.", lambda f, p: (1e3 / p, 1e3 / f)),
        ("The second is k_max, half of the extent.", lambda f, p: (1e3 / f, 500 / p)),
        ("The second is the number of pixels, not the extent in 1/m.", lambda f, p: (1e3 / f, f / p)),
        ("There is no 2π: k is counted in cycles.", lambda f, p: (2e3 * np.pi / f, 2e3 * np.pi / p)),
    ],
)
def spacing(fov_mm, pixel_mm):
    return 1e3 / fov_mm, 1e3 / pixel_mm


choice(
    "kspace-choice",
    "kspace",
    "knows what a shift of the object does to k-space",
    {
        "a": "A shift in k-space would be a phase across the image. The head moved, not its frequencies.",
        "b": "The magnitudes stay; each sample turns by a phase that grows linearly with k.",
        "c": "The lines of k-space are not moved: the frequencies of the head are the same.",
        "d": "Energy does not change when the head moves: Parseval.",
    },
    right=lambda: "b",
)
