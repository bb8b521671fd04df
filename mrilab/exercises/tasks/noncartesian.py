"""Exercises of the chapter on non-Cartesian reconstruction."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise
from ..draws import matrix, noise

choice(
    "nc-choice",
    "noncartesian",
    "knows what weighting the data does to the speed and to the minimum",
    {
        "a": "Weights change the sum of squares, so another image has the smallest. The two agree only where an image "
        "leaves no residual at all, and nothing is penalised.",
        "b": "The norm of the weighted operator is small, so steps are long; and the sum of squares is another one.",
        "c": "The cost of an iteration hardly changes, its step does: a gradient step is as long as 1/L allows.",
        "d": "Weights do not remove noise. They believe a sample at DC less than one at the edge, although both are "
        "equally noisy: that can only raise the variance.",
    },
    right=lambda: "b",
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

choice(
    "nc-kappa",
    "noncartesian",
    "knows what weights W^κ do to FISTA as κ grows from 0 to 1",
    {
        "a": "Print L: it falls, so the steps get longer.",
        "b": "L falls from over a hundred to below two, and 15 iterations reach more.",
        "c": "L changes, and the early PSNR with it.",
        "d": "That would be so if noise decided; after 15 iterations convergence does.",
    },
    right=lambda: "b",
    minutes=10,
    level="medium",
)


def _weighted(rng):
    return {"B": noise(rng, 12, 5).astype(complex), "w": rng.uniform(0.2, 2, 12)}


def _variance(B, w, power=2, conj=True, sided=True):
    Bh = (B.conj() if conj else B).T
    M = np.linalg.inv(Bh @ (w[:, None] * B))
    C = M @ (Bh @ (w[:, None] ** power * B)) @ M if sided else M
    return np.trace(C).real


@exercise(
    "nc-noise",
    "noncartesian",
    "computes the total variance of weighted least squares",
    draw=_weighted,
    minutes=15,
    tol=1e-3,
    mistakes=[
        (
            "In the middle stands W², not W: the noise has the variance 1, not 1/W.",
            lambda B, w: _variance(B, w, power=1),
        ),
        ("w is the diagonal of W itself: no root of it, and no square.", lambda B, w: _variance(B, np.sqrt(w))),
        ("M holds W once; only between the two M stands W².", lambda B, w: _variance(B, w**2, sided=False)),
        ("Bᴴ needs the conjugate.", lambda B, w: _variance(B, w, conj=False)),
        ("That is for the weights 1.", lambda B, w: _variance(B, np.ones_like(w))),
        (
            "The weights multiply the rows of B: w[:, None] * B.",
            lambda B, w: _variance(B * np.resize(w, B.shape[1]), np.ones_like(w)),
        ),
    ],
)
def total_variance(B, w):
    return _variance(B, w)


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


def _weighted_problem(rng):
    A = matrix(rng, 9, 5)
    return {"A": A, "w": rng.uniform(0.2, 2, 9).astype(np.float32), "x": noise(rng, 5), "y": noise(rng, 9)}


@exercise(
    "nc-gradient",
    "noncartesian",
    "computes the gradient of ½‖W^½(A x − y)‖², with w the diagonal of W",
    draw=_weighted_problem,
    minutes=5,
    level="easy",
    mistakes=[
        (
            "W^½ stands on both sides, so W in the middle: neither √w nor w².",
            lambda A, w, x, y: A.H(np.sqrt(w) * (A(x) - y)),
        ),
        ("W^½ is squared once, not twice.", lambda A, w, x, y: A.H(w**2 * (A(x) - y))),
        ("Weight the whole residual, y too.", lambda A, w, x, y: A.H(w * A(x) - y)),
        ("The weights are missing.", lambda A, w, x, y: A.H(A(x) - y)),
        ("The ½ takes the 2 away: no factor.", lambda A, w, x, y: 2 * A.H(w * (A(x) - y))),
        ("The sign is turned: A x − y.", lambda A, w, x, y: A.H(w * (y - A(x)))),
    ],
)
def gradient(A, w, x, y):
    return A.H(w * (A(x) - y))


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
