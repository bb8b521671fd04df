"""Answers to the exercises of the chapter on coil maps, written from its page."""

import numpy as np


def by_pixels(images):
    out = np.zeros(images.shape, complex)
    for i, j in np.ndindex(*images.shape[1:]):
        out[:, i, j] = images[:, i, j] / np.sqrt(sum(abs(x) ** 2 for x in images[:, i, j]))
    return out


def by_power(G, limit):
    """The largest eigenvalue by the power method, pixel by pixel."""
    out = np.zeros((G.shape[2], *G.shape[:2]), complex)
    for i, j in np.ndindex(*G.shape[:2]):
        v = np.linalg.matrix_power(np.asarray(G[i, j], complex), 2000) @ np.ones(len(G[i, j]))
        v /= np.linalg.norm(v)
        if np.vdot(v, G[i, j] @ v).real >= limit:
            out[:, i, j] = v * abs(v[0]) / v[0]
    return out


RIGHT = {
    "coils-one": ["A", " a."],
    "coils-ratio": [
        by_pixels,
        lambda x: x / np.linalg.norm(x, axis=0),
        lambda x: (x / np.sqrt((x.conj() * x).sum(0))).astype(np.complex64),
    ],
    "coils-eigen": [by_power, lambda G, limit: by_power(G, limit).astype(np.complex64)],
}

WRONG = {
    "coils-eigen": [
        lambda G, limit: by_power(G, 0.5),
        lambda G, limit: by_power(G.conj(), limit),
        lambda G, limit: 1j * by_power(G, limit),
        lambda G, limit: by_power(G, limit) / np.sqrt(4),
    ],
    "coils-ratio": [
        lambda x: x / (abs(x) ** 2).sum(0),
        lambda x: x / np.linalg.norm(x),
        lambda x: x / np.sqrt((x**2).sum(0)),
        lambda x: x / x.sum(0),
        lambda x: x / np.linalg.norm(x, axis=(1, 2), keepdims=True),
        lambda x: x / abs(x).max(0),
    ],
}
