"""Answers to the exercises of the chapter `fft`, written from their texts."""

import numpy as np

from mrilab import FFT

ORTHO = {"axes": (-2, -1), "norm": "ortho"}


def shifted(x):
    return np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(x, (-2, -1)), **ORTHO), (-2, -1))


def faded(a, b, keep, window=None, first=None, part=np.real, object_=1.0):
    block = np.zeros(8192)
    block[a:b] = object_
    line = np.fft.fftshift(np.fft.fft(np.fft.ifftshift(block)))
    out = np.zeros(8192, complex)
    w = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1, keep + 1) / (keep + 1)) if window is None else window(keep)
    start = 4096 - len(w) // 2 if first is None else first
    out[start : start + len(w)] = w * line[start : start + len(w)]
    return part(np.fft.fftshift(np.fft.ifft(np.fft.ifftshift(out))))


def shift_of(x, right):
    peak = np.fft.ifft2(np.fft.fft2(abs(x)) * np.conj(np.fft.fft2(abs(right)))).real.argmax()
    return [min(int(p), n - int(p)) for p, n in zip(np.unravel_index(peak, x.shape), x.shape)]


def by_shift(x, right, one=1, dark=True, phase=True):
    if dark and np.linalg.norm(x) < 0.1 * np.linalg.norm(right):
        return 'no norm="ortho"'
    far = max(shift_of(x, right))
    if far > one:
        return "no outer fftshift"
    if far:
        return "shifts swapped"
    return "no inner ifftshift" if phase and np.linalg.norm(x - right) > 0.1 * np.linalg.norm(right) else "right"


def by_trying(x, right):
    """Make every fault from the right image, and see which is nearest."""
    y = np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(right), norm="ortho"))
    f, g, ifft2 = np.fft.fftshift, np.fft.ifftshift, np.fft.ifft2
    tried = {
        "right": f(ifft2(g(y), norm="ortho")),
        "no inner ifftshift": f(ifft2(y, norm="ortho")),
        "no outer fftshift": ifft2(g(y), norm="ortho"),
        "shifts swapped": g(ifft2(f(y), norm="ortho")),
        'no norm="ortho"': f(ifft2(g(y))),
    }
    return min(tried, key=lambda name: np.abs(tried[name] - x).max())


NAMES = ("right", "no inner ifftshift", "no outer fftshift", "shifts swapped", 'no norm="ortho"')
RIGHT = {
    "kspace-fft": [lambda x: FFT(x.shape[-2:]) @ x, lambda x: shifted(x.astype(complex))],
    "kspace-window": [faded, lambda *a: faded(*a).astype(np.float32), lambda *a: faded(*a, part=lambda x: x)],
    "kspace-diagnose": [by_shift, by_trying, lambda *a: by_shift(*a).upper() + "."],
}
WRONG = {
    "kspace-fft": [np.fft.fft2, lambda x: np.fft.fftshift(np.fft.fft2(x, **ORTHO)), lambda x: shifted(x.conj())],
    "kspace-window": [
        lambda *a: faded(*a, window=lambda n: np.bartlett(n + 2)[1:-1]),
        lambda *a: faded(*a, window=lambda n: np.hanning(2 * n + 1)),
        lambda *a: faded(*a).max(),
        lambda *a: faded(*a) * np.sqrt(8192),
        lambda *a: faded(*a)[1024:4096],
        lambda a, b, k: 1 - faded(a, b, k),
    ],
    "kspace-diagnose": [
        lambda *a: by_shift(*a, dark=False),
        lambda *a: by_shift(*a, one=1000),
        lambda *a: "right" if np.allclose(abs(a[0]), abs(a[1]), atol=1e-3) else by_shift(*a),
        lambda *a: shift_of(*a),
        lambda *a: NAMES.index(by_shift(*a)),
        lambda *a: by_shift(*a) == NAMES[0],
        lambda *a: "no ifftshift" if by_shift(*a) == NAMES[1] else by_shift(*a),
    ],
}
