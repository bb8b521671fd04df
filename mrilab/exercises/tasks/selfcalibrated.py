"""Exercises of the chapter on maps from the scan itself."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...operators.coils import rss
from ..base import choice, exercise
from ..draws import noise

choice(
    "coils-choice",
    "selfcalibrated",
    "knows what the data do not say about maps and image",
    {
        "a": "Every product S_c x is what it was, and the data hold products only. The phase is free.",
        "b": "The sum is over |S_c|²: magnitudes, which a factor of magnitude 1 leaves alone.",
        "c": "Coils compared with each other give relative phases. A factor common to all cancels in each comparison.",
        "d": "A smooth map is a wish of ours. A smooth φ passes it, and the data do not mind either.",
    },
    right=lambda: "a",
)

choice(
    "coils-one",
    "selfcalibrated",
    "knows what normalised maps make of a single coil",
    {
        "a": "Look at what was printed: |Ŝ| is 1 at each pixel. What the coil saw more or less is in the image now.",
        "b": "The image is not 1: it is what the coil saw, shading included.",
        "c": "The noise is in the data, and no normalisation changes the data.",
        "d": "The phase of the map is that of the low-resolution image; only its magnitude is set.",
    },
    right=lambda: "a",
    minutes=5,
)


def _low_images(rng):
    return {"images": noise(rng, 4, 3, 5)}


@exercise(
    "coils-ratio",
    "selfcalibrated",
    "divides low-resolution coil images (C, H, W) by their root sum of squares",
    draw=_low_images,
    minutes=5,
    level="easy",
    mistakes=[
        ("Those are squares: the denominator is a root.", lambda x: x / np.sum(abs(x) ** 2, axis=0)),
        ("A map has a phase, that of its coil's image: keep the numerator complex.", lambda x: abs(x) / rss(x)),
        (
            "The sum goes over the coils, axis 0, not over pixels.",
            lambda x: x / np.linalg.norm(x, axis=(1, 2))[:, None, None],
        ),
        ("Σ|Ŝ|² would not be 1: divide by the root of the sum of squares, not by a sum.", lambda x: x / abs(x).sum(0)),
        ("Each pixel is divided by a root sum of squares of its own.", lambda x: x / np.linalg.norm(x)),
        (
            "That is the largest coil of a pixel: the root sum of squares of all is asked for.",
            lambda x: x / abs(x).max(0),
        ),
        ("Coils are not added up, their phases would cancel: the root sum of squares.", lambda x: x / x.sum(0)),
        ("|x|² is not x² for complex numbers.", lambda x: x / np.sqrt(np.sum(x**2, axis=0))),
    ],
)
def ratio(images):
    return images / rss(images)


def _pixel_matrices(rng):
    """Hermitian matrices (H, W, C, C) whose largest eigenvalue is 0.99 at some pixels, and small at others."""
    vectors = np.linalg.qr(noise(rng, 3, 5, 4, 4))[0]
    values = np.sort(rng.uniform(0, 0.8, (3, 5, 4)), axis=-1)
    values[..., -1] = np.where(rng.permutation(np.arange(15) < 9).reshape(3, 5), 0.99, 0.9)
    G = (vectors * values[..., None, :]) @ vectors.conj().swapaxes(-1, -2)
    return {"G": G.astype(np.complex64), "limit": 0.95}


def _maps_of(G, limit, *, place=-1, rows=False, turn=-1, cut=True, weigh=False):
    values, vectors = np.linalg.eigh(G)
    v = vectors[..., place, :] if rows else vectors[..., place]
    v = v * np.exp(turn * 1j * np.angle(v[..., :1]))
    if cut:
        v = v * (values[..., -1:] >= limit)
    return np.moveaxis(v * values[..., -1:] if weigh else v, -1, 0)


@exercise(
    "coils-eigen",
    "selfcalibrated",
    "takes the maps from the matrix of each pixel: eigenvectors with eigenvalue 1",
    draw=_pixel_matrices,
    tol=1e-3,
    minutes=15,
    mistakes=[
        ("`eigh` sorts its eigenvalues upwards: that is the smallest.", lambda G, q: _maps_of(G, q, place=0)),
        ("The eigenvectors are the columns, `vectors[..., -1]`.", lambda G, q: _maps_of(G, q, rows=True)),
        ("The phase of coil 0 is still free: turn it to 0.", lambda G, q: _maps_of(G, q, turn=0)),
        ("Where the eigenvalue is below the limit, nothing was there to calibrate on.", lambda G, q: _maps_of(G, 0)),
        ("The norm is 1: the eigenvalue only decides where.", lambda G, q: _maps_of(G, q, weigh=True)),
        ("A map is complex: only coil 0 is real.", lambda G, q: abs(_maps_of(G, q))),
        ("That is the conjugate of the maps.", lambda G, q: _maps_of(G, q).conj()),
    ],
)
def maps_of(G, limit):
    return _maps_of(G, limit)
