"""Answers to the exercises of the chapter `contrast`, written from their texts."""

import math

import numpy as np
import torch


def closed_form(n, tr, t1, flip):
    """The geometric approach to the steady state."""
    c, E1 = math.cos(math.radians(flip)), math.exp(-tr / t1)
    steady = (1 - E1) / (1 - E1 * c)
    return steady + (1 - steady) * (E1 * c) ** np.arange(n)


def spin_by_spin(offsets, t, te, t2, pulse=True, conj=True, sign=1):
    out = []
    for now in t:
        total = 0
        for f in offsets:
            spin = np.exp(sign * 2j * np.pi * f * min(now, te / 2))
            if now >= te / 2:
                spin = (np.conj(spin) if pulse and conj else spin) * np.exp(sign * 2j * np.pi * f * (now - te / 2))
            total += spin
        out.append(total / len(offsets) * math.exp(-now / t2))
    return np.array(out)


def by_search(a, b):
    te = np.linspace(0, 4 * b, 2_000_001)
    return te[np.argmax(np.exp(-te / b) - np.exp(-te / a))]


RIGHT = {
    "contrast-ernst": [
        lambda tr, t1: math.degrees(math.acos(math.exp(-tr / t1))),
        lambda tr, t1: torch.rad2deg(torch.arccos(torch.tensor(math.exp(-tr / t1), dtype=torch.float64))),
    ],
    "contrast-te": [
        by_search,
        lambda a, b: a * b / (b - a) * math.log(b / a),
        lambda a, b: np.float32(by_search(a, b)),
    ],
    "contrast-steady": [closed_form, lambda *a: torch.as_tensor(closed_form(*a)), lambda *a: closed_form(*a).tolist()],
    "contrast-echo": [spin_by_spin, lambda *a: torch.as_tensor(spin_by_spin(*a))],
}
WRONG = {
    "contrast-ernst": [
        lambda tr, t1: math.acos(math.exp(-tr / t1)),
        lambda tr, t1: 90.0,
        lambda tr, t1: math.degrees(math.acos(math.exp(-t1 / tr))),
        lambda tr, t1: math.degrees(math.asin(math.exp(-tr / t1))),
        lambda tr, t1: math.degrees(math.atan(tr / t1)),
    ],
    "contrast-te": [
        lambda a, b: (a + b) / 2,
        lambda a, b: math.log(b / a),
        lambda a, b: 1e3 * by_search(a, b),
        lambda a, b: by_search(a, b) / 2,
        lambda a, b: a,
    ],
    "contrast-steady": [
        lambda n, tr, t1, flip: closed_form(n, tr, t1, flip) * math.cos(math.radians(flip)),
        lambda n, tr, t1, flip: closed_form(n + 1, tr, t1, flip)[1:],
        lambda n, tr, t1, flip: np.full(n, closed_form(999, tr, t1, flip)[-1]),
        lambda n, tr, t1, flip: closed_form(n, tr, t1, flip)[::-1],
        lambda n, tr, t1, flip: closed_form(n, 2 * tr, t1, flip),
    ],
    "contrast-echo": [
        lambda *a: spin_by_spin(*a, pulse=False),
        lambda *a: spin_by_spin(*a, sign=-1),
        lambda *a: abs(spin_by_spin(*a)),
        lambda o, t, te, t2: spin_by_spin(o, t, te, 1e9),
        lambda o, t, te, t2: len(o) * spin_by_spin(o, t, te, t2),
        lambda o, t, te, t2: spin_by_spin(o, t, 2 * te, t2),
    ],
}
