"""Exercises of the chapter on non-Cartesian reconstruction."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise
from ..draws import matrix, noise

choice(
    "nc-norm",
    "noncartesian",
    "knows where the norm of a radial scan comes from",
    {
        "a": "The norm is about samples, not pixels: how often is the constant image said?",
        "b": "That would be the norm itself, ‖A‖. Its square is asked for.",
        "c": "The constant image is seen by each spoke, at DC, and ‖A‖² adds up the squares.",
        "d": "More samples make the sum of squares larger. What is known about the image is another matter.",
    },
    right=lambda: "c",
)

choice(
    "nc-spokes",
    "noncartesian",
    "knows what the number of samples costs a NUFFT, and what a convolution",
    {
        "a": "The convolution has no samples in it: its two FFTs have the size of the doubled image.",
        "b": "The NUFFT reads every sample. The convolution has forgotten them, once its t is made.",
        "c": "The image has the same size, but a part of a NUFFT's time goes with the samples, one by one.",
        "d": "The first half is right. But t belongs to one trajectory: if that changes, t is made anew, by a NUFFT.",
    },
    right=lambda: "b",
    minutes=5,
)


def _points(rng):
    return {"x": noise(rng, 5, 6).astype(complex), "k": rng.uniform(-0.5, 0.5, (7, 2))}


def _dtft(x, k, sign=-1.0, start=lambda n: n // 2, norm=True, swap=False):
    axes = [np.arange(n) - start(n) for n in x.shape]
    j = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    phase = (k[:, ::-1] if swap else k) @ j.T
    return np.exp(sign * 2j * np.pi * phase) @ x.ravel() / (np.sqrt(x.size) if norm else 1)


@exercise(
    "nc-dtft",
    "noncartesian",
    "evaluates the Fourier sum of an image at points k (K, 2) in cycles per pixel, over √N",
    draw=_points,
    tol=1e-3,
    mistakes=[
        ("The sign of the exponent is that of the inverse.", lambda x, k: _dtft(x, k, sign=1)),
        ("Pixels are counted from the middle: np.arange(n) - n // 2.", lambda x, k: _dtft(x, k, start=lambda n: 0)),
        (
            "An even number of pixels has none in its middle: where does the text let them start?",
            lambda x, k: _dtft(x, k, start=lambda n: (n - 1) / 2),
        ),
        ("The pixels are off by one: they start at -(n // 2).", lambda x, k: _dtft(x, k, start=lambda n: n // 2 - 1)),
        ("k is in cycles per pixel: a cycle is 2π.", lambda x, k: _dtft(x, k, sign=-1 / (2 * np.pi))),
        ("Divide by √N.", lambda x, k: _dtft(x, k, norm=False)),
        ("k[:, 0] belongs to the rows, k[:, 1] to the columns.", lambda x, k: _dtft(x, k, swap=True)),
    ],
)
def dtft(x, k):
    return _dtft(x, k)


def _power(A, x, steps, gram=True, unit=True, root=False):
    for _ in range(steps):
        x = x / np.linalg.norm(x) if unit else x
        x = A.H(A(x)) if gram else A.H(A(A.H(A(x))))
    size = float(np.linalg.norm(x))
    return np.sqrt(size) if root else size


@exercise(
    "nc-power",
    "noncartesian",
    "estimates ‖A‖² after some steps of the power iteration x ← AᴴA x / ‖x‖, as the norm of the last x",
    draw=lambda rng: {"A": 3.0 * matrix(rng, 9, 5), "x": noise(rng, 5), "steps": int(rng.integers(2, 5))},
    tol=1e-3,
    mistakes=[
        ("Divide by ‖x‖ at each step.", lambda A, x, n: _power(A, x, n, unit=False)),
        ("That is ‖A‖: the step of a gradient needs its square.", lambda A, x, n: _power(A, x, n, root=True)),
        ("Divide before AᴴA, not after it: the norm of the last x is then the estimate.", lambda A, x, n: 1.0),
        ("One step too few.", lambda A, x, n: _power(A, x, n - 1)),
        ("One step too many.", lambda A, x, n: _power(A, x, n + 1)),
        ("‖AᴴA x‖ is near L already: no square at the end.", lambda A, x, n: _power(A, x, n) ** 2),
        ("One AᴴA a step, not two.", lambda A, x, n: _power(A, x, n, gram=False)),
    ],
)
def power(A, x, steps):
    return _power(A, x, steps)


def _samples(rng):
    shape = int(rng.integers(4, 7)), int(rng.integers(4, 7))
    return {
        "k": rng.uniform(-0.5, 0.5, (9, 2)),
        "w": rng.uniform(0.2, 2, 9),
        "x": noise(rng, *shape).astype(complex),
    }


def _gram(k, w, x, *, sign=1, twice=2, norm=True, shift=True, crop=True, late=0, middle=False):
    """AᴴWA x by its point spread function on twice the field of view."""
    axes = [np.arange(twice * n) - twice * n // 2 + late for n in x.shape]
    d = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    t = np.exp(2j * sign * np.pi * (d @ k.T)) @ w / (x.size if norm else 1)
    spectrum = np.fft.fft2(np.fft.ifftshift(t) if shift else t)
    y = np.fft.ifft2(spectrum * np.fft.fft2(x, t.shape))
    y = np.roll(y, [-(n // 2) for n in x.shape], axis=(0, 1)) if middle else y
    return y[: x.shape[0], : x.shape[1]] if crop else y


@exercise(
    "nc-gram",
    "noncartesian",
    "applies AᴴWA as a convolution, with two FFTs on twice the field of view and no NUFFT",
    draw=_samples,
    tol=1e-3,
    minutes=25,
    level="hard",
    second="Zeros were appended at the end of x, so its pixels keep their indices, and so do those of the result.",
    mistakes=[
        ("One edge leaks into the other: t and x live on twice the field of view.", lambda *a: _gram(*a, twice=1)),
        (
            "That is another quarter: t[0] belongs at index (0, 0): ifftshift t, and keep the first pixels.",
            lambda *a: _gram(*a, shift=False),
        ),
        (
            "The middle of the padded image is not the image: it was padded at its ends.",
            lambda *a: _gram(*a, middle=True),
        ),
        ("The differences d run from −H to H − 1, with 0 at index H.", lambda *a: _gram(*a, late=1)),
        ("The rows belong to k[:, 0], the columns to k[:, 1].", lambda k, w, x: _gram(k[:, ::-1], w, x)),
        ("There are two factors 1/√N, one of A and one of its adjoint.", lambda k, w, x: _gram(k, w, x) * x.size**0.5),
        ("The result has the shape of x: keep its rows and columns only.", lambda *a: _gram(*a, crop=False)),
        ("The weights are missing in t.", lambda k, w, x: _gram(k, np.ones_like(w), x)),
        ("Divide t by N, the number of pixels.", lambda *a: _gram(*a, norm=False)),
        ("t has the sign of the adjoint: exp(+2πi k·d).", lambda *a: _gram(*a, sign=-1)),
    ],
)
def gram(k, w, x):
    return _gram(k, w, x)
