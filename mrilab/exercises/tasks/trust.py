"""Exercises of the chapter on trust."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...operators.fourier import FFT
from ..base import choice, exercise
from ..draws import network, noise, tensor


def _scores(rng):
    """PSNRs of two methods that find the same slices hard."""
    slices = 31 + 2 * rng.standard_normal(int(rng.integers(5, 9)))
    ahead, apart = rng.uniform(-0.5, 0.8), 0.4 * rng.standard_normal((2, slices.size))
    return {"a": slices + ahead + apart[0], "b": slices + apart[1]}


def _error(d, ddof=1, power=0.5):
    return np.std(d, ddof=ddof) / d.size**power


@exercise(
    "trust-luck",
    "trust",
    "says how far one method is ahead of another on the same slices, and how well that is known",
    draw=_scores,
    tol=1e-3,
    minutes=5,
    level="easy",
    mistakes=[
        (
            "The slices are the same: take the spread of the differences, not that of each method.",
            lambda a, b: ((a - b).mean(), np.hypot(_error(a), _error(b))),
        ),
        (
            "The variance of the differences has n − 1 below it: `ddof=1`.",
            lambda a, b: ((a - b).mean(), _error(a - b, 0)),
        ),
        (
            "That is the spread of the single slices: their mean is known better, by √n.",
            lambda a, b: ((a - b).mean(), _error(a - b, power=0)),
        ),
        ("The error falls as √n, not as n.", lambda a, b: ((a - b).mean(), _error(a - b, power=1))),
        ("Turn it round: how far `a` is ahead is a − b.", lambda a, b: ((b - a).mean(), _error(a - b))),
        ("The mean of the differences, not their median.", lambda a, b: (np.median(a - b), _error(a - b))),
    ],
)
def ahead(a, b):
    return (a - b).mean(), _error(a - b)


def _image(rng):
    mask = rng.random((6, 5)) < 0.5
    mask[3, 2], mask[0, 0] = True, False
    return {"x": noise(rng, 6, 5), "mask": mask}


def _unseen(x, mask):
    F = FFT(x.shape)
    return F.H(np.where(mask, 0, F(x)).astype(np.complex64))


@exercise(
    "trust-unseen",
    "trust",
    "finds the part of an image that the samples say nothing about",
    draw=_image,
    minutes=10,
    mistakes=[
        ("That is the part which the samples do see.", lambda x, mask: x - _unseen(x, mask)),
        ("Come back to the image at the end.", lambda x, mask: FFT(x.shape)(_unseen(x, mask))),
        ("The mask belongs to k-space, not to the image.", lambda x, mask: np.where(mask, 0, x)),
        ("The result stays complex: the null space has phases.", lambda x, mask: _unseen(x, mask).real),
        ("The result stays complex: the null space has phases.", lambda x, mask: abs(_unseen(x, mask))),
        (
            "Images are subtracted as complex numbers, not their magnitudes.",
            lambda x, mask: abs(x) - abs(x - _unseen(x, mask)),
        ),
        (
            "DC is at n // 2 of the mask: np.fft alone has it at index 0.",
            lambda x, mask: np.fft.ifft2(np.where(mask, 0, np.fft.fft2(x))),
        ),
        ("The way back is the adjoint, F.H.", lambda x, mask: FFT(x.shape)(FFT(x.shape)(_unseen(x, mask)))),
    ],
)
def unseen(x, mask):
    return _unseen(x, mask)


def _pushed(rng):
    """A network behind zero-filling, samples, and a first small error of them."""
    import torch

    net, F = network(rng), FFT((6, 5))

    def f(y):
        x = F.H(y)
        out = net(torch.stack([x.real, x.imag])[None])[0]
        return x + torch.complex(out[0], out[1])

    y, delta = tensor(noise(rng, 6, 5)), tensor(noise(rng, 6, 5))
    return {"f": f, "y": y, "delta": float(rng.uniform(0.05, 0.2)) * delta, "steps": int(rng.integers(2, 5))}


def _gain(f, y, delta, steps, *, squared=False, relative=True, way=1.0, keep=0.0, unit=False, subtract=True):
    import torch

    size = 1.0 if unit else float(delta.abs().square().sum().sqrt())
    before = f(y).detach()
    for _ in range(steps):
        delta = delta.detach().requires_grad_()
        h = (f(y + delta) - (before if subtract else 0)).abs().square().sum()
        (up,) = torch.autograd.grad(h, delta)
        up = way * up / up.abs().square().sum().sqrt() + keep * delta.detach() / size
        delta = size * up / up.abs().square().sum().sqrt()
    moved = float((f(y + delta) - (before if subtract else 0)).detach().abs().square().sum().sqrt())
    return (moved / (size if relative else 1.0)) ** (2 if squared else 1)


@exercise(
    "trust-gain",
    "trust",
    "finds how far a small error of the samples moves the image of a given network",
    draw=_pushed,
    tol=2e-3,
    minutes=20,
    level="hard",
    mistakes=[
        ("That is the gain squared.", lambda *a: _gain(*a, squared=True)),
        ("The gain is relative: over ‖δ‖.", lambda *a: _gain(*a, relative=False)),
        ("One step too few.", lambda f, y, d, n: _gain(f, y, d, n - 1)),
        ("One step too many.", lambda f, y, d, n: _gain(f, y, d, n + 1)),
        ("No step was taken: that is the gain of the first δ.", lambda f, y, d, n: _gain(f, y, d, 0)),
        ("That goes downhill: δ has the sign of the gradient.", lambda *a: _gain(*a, way=-1.0)),
        ("δ is replaced by the scaled gradient, which is not added to it.", lambda *a: _gain(*a, keep=1.0)),
        ("δ keeps the size with which it came in.", lambda *a: _gain(*a, unit=True)),
        ("What moves is f(y + δ) − f(y): subtract the image before.", lambda *a: _gain(*a, subtract=False)),
    ],
)
def gain(f, y, delta, steps):
    return _gain(f, y, delta, steps)


choice(
    "trust-choice",
    "trust",
    "knows what the residual of the samples cannot see",
    {
        "a": "A wrong brightness everywhere changes the centre of k-space, which is sampled: the light goes on.",
        "b": "A shift of the image turns the phase of every sample: the light goes on.",
        "c": "What lies in the lines left out changes no sample. The light stays off, whatever is drawn there.",
        "d": "Noise that was not removed is there in the samples too: the residual is near 0, which also shows.",
    },
    right=lambda: "c",
)
