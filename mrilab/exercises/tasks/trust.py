"""Exercises of the chapter on trust."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...operators.fourier import FFT
from ..base import choice, exercise
from ..draws import network, noise, tensor


def _lesion(rng):
    before, ref = noise(rng, 6, 5), noise(rng, 6, 5)
    r = np.zeros((6, 5))
    r[2:4, 1:4] = rng.uniform(0.5, 1.5, (2, 3))
    after = before * (1 + float(rng.uniform(0.3, 0.8)) * r / abs(before))
    after += 0.1 * noise(rng, 6, 5)
    inputs = {"after": after, "before": before, "ref_after": ref * (1 + r / abs(ref)), "ref_before": ref}
    return {name: image.astype(np.complex64) for name, image in inputs.items()}


def _share(after, before, ref_after, ref_before, *, size=np.abs, below=lambda d, r: np.sum(r**2)):
    d, r = size(after) - size(before), size(ref_after) - size(ref_before)
    return float(np.sum(d * r) / below(d, r))


@exercise(
    "trust-share",
    "trust",
    "measures how much of a lesion is left in a reconstruction",
    draw=_lesion,
    tol=1e-3,
    minutes=5,
    level="easy",
    mistakes=[
        (
            "Magnitudes first, then the difference: complex ones also change with the phase.",
            lambda a, b, c, d: float(np.vdot(c - d, a - b).real / np.linalg.norm(c - d) ** 2),
        ),
        (
            "Magnitudes first, then the difference: complex ones also change with the phase.",
            lambda a, b, c, d: float(np.sum(abs(a - b) * abs(c - d)) / np.sum(abs(c - d) ** 2)),
        ),
        (
            "Below the fraction is ‖r‖², the square.",
            lambda *a: _share(*a, below=lambda d, r: np.linalg.norm(r)),
        ),
        (
            "That is a correlation, which is 1 for half a lesion too: divide by ‖r‖² alone.",
            lambda *a: _share(*a, below=lambda d, r: np.linalg.norm(d) * np.linalg.norm(r)),
        ),
        (
            "The share is of the true lesion: below the fraction stands r, not d.",
            lambda *a: _share(*a, below=lambda d, r: np.sum(d**2)),
        ),
        (
            "That counts all changes, wherever they are: the product with r keeps those of the lesion.",
            lambda a, b, c, d: float(np.linalg.norm(abs(a) - abs(b)) / np.linalg.norm(abs(c) - abs(d))),
        ),
        (
            "A ratio of sums takes what changes elsewhere for the lesion: multiply by r before you sum.",
            lambda a, b, c, d: float((abs(a) - abs(b)).sum() / (abs(c) - abs(d)).sum()),
        ),
        (
            "Both differences are with the lesion minus without it.",
            lambda a, b, c, d: _share(b, a, c, d),
        ),
        (
            "That is the lesion in the magnitudes squared: d and r are differences of magnitudes.",
            lambda *a: _share(*a, size=lambda x: abs(x) ** 2),
        ),
    ],
)
def share(after, before, ref_after, ref_before):
    return _share(after, before, ref_after, ref_before)


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
