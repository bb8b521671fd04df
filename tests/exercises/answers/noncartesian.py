"""Answers to the exercises of the chapter on non-Cartesian data, written from its page."""

import itertools

import numpy as np


def by_loops(x, k):
    rows, columns = (np.arange(n) - n // 2 for n in x.shape)
    y = np.zeros(len(k), complex)
    for j, (u, v) in enumerate(k):
        for a, b in itertools.product(range(x.shape[0]), range(x.shape[1])):
            y[j] += x[a, b] * np.exp(-2j * np.pi * (u * rows[a] + v * columns[b]))
    return y / np.sqrt(x.size)


def by_axes(x, k, start=lambda n: n // 2, sign=-2j * np.pi, scale=lambda N: np.sqrt(N)):
    left, right = (np.exp(sign * np.outer(k[:, i], np.arange(n) - start(n))) for i, n in enumerate(x.shape))
    return np.einsum("ja,ab,jb->j", left, x, right, optimize=True) / scale(x.size)


def by_norms(A, x, steps, gram=lambda A, x: A.H(A(x)), end=lambda n: n):
    norm = np.sqrt((abs(x) ** 2).sum())
    while steps:
        x = gram(A, x / norm)
        norm, steps = np.sqrt((abs(x) ** 2).sum()), steps - 1
    return end(norm)


def rayleigh(A, x, steps):
    for _ in range(steps):
        x = x / np.linalg.norm(x)
        last, x = x, A.H(A(x))
    return np.vdot(last, x).real


def psf(k, w, shape, sign=2j * np.pi, start=lambda n: -n, scale=1.0):
    left, right = (np.exp(sign * np.outer(k[:, i], start(n) + np.arange(2 * n))) for i, n in enumerate(shape))
    return np.einsum("j,ja,jb->ab", w, left, right, optimize=True) * scale / np.prod(shape)


def by_sums(k, w, x):
    (H, W), t = x.shape, psf(k, w, x.shape)
    out = np.zeros(x.shape, complex)
    for a, b in itertools.product(range(H), range(W)):
        out[a, b] = sum(t[H + a - c, W + b - d] * x[c, d] for c in range(H) for d in range(W))
    return out


def by_matrix(k, w, x):
    E = np.exp(
        -2j * np.pi * (k @ np.stack(np.meshgrid(*(np.arange(n) for n in x.shape), indexing="ij")).reshape(2, -1))
    )
    return (E.conj().T @ (w * (E @ x.ravel())) / x.size).reshape(x.shape).astype(np.complex64)


def by_ffts(k, w, x, keep=lambda c, H, W: c[:H, :W], unshift=np.fft.ifftshift, **other):
    t = psf(k, w, x.shape, **other)
    return keep(np.fft.ifft2(np.fft.fft2(unshift(t)) * np.fft.fft2(x, t.shape)), *x.shape)


RIGHT = {
    "nc-spokes": ["B", " b."],
    "nc-dtft": [by_loops, by_axes, lambda x, k: by_axes(x, k).astype(np.complex64)],
    "nc-power": [by_norms, lambda A, x, steps: float(by_norms(A, x, steps))],
    "nc-gram": [by_sums, by_matrix, by_ffts],
}

WRONG = {
    "nc-dtft": [
        lambda x, k: by_axes(x, k, start=lambda n: (n - 1) / 2),
        lambda x, k: by_axes(x, k, sign=-1j),
        lambda x, k: by_axes(x, k, start=lambda n: n // 2 - 1),
        lambda x, k: by_axes(x, k, scale=lambda N: N),
        lambda x, k: by_axes(x.T, k),
    ],
    "nc-power": [
        rayleigh,
        lambda A, x, steps: by_norms(A, x, steps - 1),
        lambda A, x, steps: by_norms(A, x, steps, end=lambda n: n**2),
        lambda A, x, steps: by_norms(A, x, steps + 1),
    ],
    "nc-gram": [
        lambda k, w, x: by_ffts(k, w, x, scale=np.sqrt(x.size)),
        lambda k, w, x: by_ffts(k, w, x, keep=lambda c, H, W: c[H // 2 : H // 2 + H, W // 2 : W // 2 + W]),
        lambda k, w, x: by_ffts(k, w, x, start=lambda n: 1 - n),
        lambda k, w, x: by_ffts(k, w, x, keep=lambda c, H, W: c[-H:, -W:]),
        lambda k, w, x: by_ffts(k[:, ::-1], w, x),
    ],
}
