"""Answers to the exercises of the chapter `offresonance`, written from their texts."""

import numpy as np
import torch


def by_coil(first, second, delay, sign=1, turn=2 * np.pi):
    total = sum(np.conj(a) * b for a, b in zip(first, second))
    return sign * np.arctan2(total.imag, total.real) / (turn * delay)


def by_matrix(y, F, field, centres, B, transpose=lambda A: A.conj().T):
    A = sum(np.diag(b) @ F.matrix @ np.diag(np.exp(2j * np.pi * field * s)) for b, s in zip(B, centres))
    return transpose(A) @ y


def by_lstsq(field, times, centres, rows=slice(None)):
    f = field.ravel()[rows]
    E = np.array([[np.exp(2j * np.pi * a * s) for s in centres] for a in f])
    return np.array([np.linalg.lstsq(E, np.exp(2j * np.pi * f * t), rcond=None)[0] for t in times]).T


def largest(delay, fat):
    return 0.5e3 / delay


def folded(delay, fat):
    while fat < -largest(delay, fat):
        fat += 1e3 / delay
    return fat


RIGHT = {
    "offresonance-echoes": [
        by_coil,
        lambda a, b, d: torch.as_tensor(by_coil(a, b, d)),
    ],
    "offresonance-wrap": [
        lambda delay, fat: (largest(delay, fat), folded(delay, fat)),
        (217.39, -0.217),
        [217.391, -0.2174],
    ],
    "offresonance-segments": [by_matrix, lambda *a: torch.as_tensor(by_matrix(*a))],
    "offresonance-weights": [by_lstsq, lambda *a: by_lstsq(*a).astype(np.complex64)],
}
WRONG = {
    "offresonance-echoes": [
        lambda a, b, d: by_coil(a, b, d, sign=-1),
        lambda a, b, d: by_coil(a, b, d, turn=1),
        lambda a, b, d: by_coil(a, b, d, turn=360),
        lambda a, b, d: by_coil(a[:1], b[:1], 2 * d),
        lambda a, b, d: np.unwrap(by_coil(a, b, d)) * 1.1,
    ],
    "offresonance-wrap": [(434.78, -0.217), (217.39, -435), (217.39, -217.6), (217.39, 0.217), (-0.217, 217.39)],
    "offresonance-segments": [
        lambda *a: by_matrix(*a, transpose=lambda A: A.T),
        lambda *a: by_matrix(*a).conj(),
        lambda y, F, f, s, B: by_matrix(y, F, -f, s, B),
        lambda y, F, f, s, B: by_matrix(y, F, f, s[::-1], B),
        lambda *a: 2 * by_matrix(*a),
    ],
    "offresonance-weights": [
        lambda *a: by_lstsq(*a).T,
        lambda *a: by_lstsq(*a).conj(),
        lambda *a: abs(by_lstsq(*a)),
        lambda *a: by_lstsq(*a, rows=slice(6)),
        lambda f, t, s: by_lstsq(f, t, s) / f.size,
    ],
}
