"""Answers to the exercises of the chapter on trust, written from its page."""

import numpy as np


def shifted(transform, x):
    axes = (-2, -1)
    return np.fft.fftshift(transform(np.fft.ifftshift(x, axes), norm="ortho"), axes)


def by_numpy(x, mask):
    k = shifted(np.fft.fft2, x)
    k[mask] = 0
    return shifted(np.fft.ifft2, k)


def by_difference(x, mask):
    return x - shifted(np.fft.ifft2, np.where(mask, shifted(np.fft.fft2, x), 0)).astype(np.complex64)


def climbed(f, y, delta, steps, root=False, turn=1):
    """The ascent by backward(); the gradient of a norm has the direction of that of its square."""
    size = delta.norm()
    with_delta = delta.clone()
    for _ in range(steps):
        with_delta = with_delta.detach().requires_grad_(True)
        h = (f(y + with_delta) - f(y)).norm()
        (h if root else h**2).backward()
        with_delta = turn * with_delta.grad * size / with_delta.grad.norm()
    return (f(y + with_delta) - f(y)).norm().item() / with_delta.norm().item()


RIGHT = {
    "trust-gain": [climbed, lambda *a: climbed(*a, root=True)],
    "trust-share": [
        lambda a, b, c, d: np.vdot(abs(c) - abs(d), abs(a) - abs(b)) / np.linalg.norm(abs(c) - abs(d)) ** 2,
        lambda a, b, c, d: np.linalg.lstsq((abs(c) - abs(d)).reshape(-1, 1), (abs(a) - abs(b)).ravel())[0][0],
    ],
    "trust-unseen": [by_numpy, by_difference],
}

WRONG = {
    "trust-gain": [
        lambda f, y, d, n: climbed(f, y, d, n + 1),
        lambda f, y, d, n: climbed(f, y, d, n) ** 2,
        lambda f, y, d, n: climbed(f, y, d / abs(d).max(), n),
        lambda f, y, d, n: climbed(f, y, d, n) * float(abs(d).square().sum().sqrt() / abs(y).square().sum().sqrt()),
        lambda f, y, d, n: climbed(f, y, d, n, turn=-1),
    ],
    "trust-share": [
        lambda a, b, c, d: np.mean((abs(a) - abs(b)) / (abs(c) - abs(d) + 1e-6)),
        lambda a, b, c, d: np.median(abs(a) - abs(b)) / np.median(abs(c)),
        lambda a, b, c, d: abs(a - b).max() / abs(c - d).max(),
        lambda a, b, c, d: np.corrcoef((abs(a) - abs(b)).ravel(), (abs(c) - abs(d)).ravel())[0, 1],
    ],
    "trust-unseen": [
        lambda x, mask: np.fft.ifft2(~mask * np.fft.fft2(x)),
        lambda x, mask: x - by_numpy(x, mask),
        lambda x, mask: by_numpy(x, mask).real,
        lambda x, mask: abs(by_numpy(x, mask)),
        lambda x, mask: ~mask * shifted(np.fft.fft2, x),
        lambda x, mask: ~mask * x,
        lambda x, mask: abs(x) - abs(by_difference(x, ~mask)),
    ],
}
