"""Exercises of the chapter on designed trajectories in 3-D."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...sampling.trajectories import cones, nyquist_shots
from ..base import choice, exercise


@exercise(
    "solid-spokes",
    "designed3d",
    "counts the spokes through the centre that a ball asks for",
    kind="value",
    book={"n": 64},
    question=lambda n: f"How many spokes through the centre are Nyquist's number at {n} × {n} × {n}?",
    draw=lambda rng: {"n": 8 * int(rng.integers(4, 17))},
    tol=5e-4,  # rounded or not
    minutes=5,
    level="easy",
    mistakes=[
        ("That is Nyquist's number in 2-D: the edge is a sphere now.", lambda n: round(np.pi * n / 2)),
        ("A spoke through the centre has two ends at the edge.", lambda n: round(np.pi * n**2)),
        ("The radius of k-space is ½: the sphere has the area 4π · ¼ = π.", lambda n: round(2 * np.pi * n**2)),
        ("The ends lie on a sphere, not on the faces of a cube.", lambda n: n**2),
        ("The ends are 1/n apart on a surface: n², not n³.", lambda n: round(np.pi * n**3 / 2)),
    ],
)
def spokes(n):
    return round(nyquist_shots((n, n, n)))


def _ramp(k, power=2, scale=True):
    r = np.linalg.norm(k, axis=-1)
    w = r**power if power > 0 else 1 / np.maximum(r, 1e-2) ** -power
    return w / w.max() if scale else w


@exercise(
    "solid-ramp",
    "designed3d",
    "weights the samples of spokes in a ball by the volume that each stands for, scaled to a largest weight of 1",
    draw=lambda rng: {"k": float(rng.uniform(0.5, 0.9)) * cones(int(rng.integers(4, 8)), 9, turns=0).astype(float)},
    minutes=10,
    level="easy",
    mistakes=[
        ("That is the ramp of a disc. A shell has a surface, which grows faster.", lambda k: _ramp(k, 1)),
        ("That grows as the whole ball. A sample stands for a part of one shell.", lambda k: _ramp(k, 3)),
        ("That is the density. The weight is its inverse.", lambda k: _ramp(k, -2)),
        ("Scale to a largest weight of 1.", lambda k: _ramp(k, scale=False)),
        ("Divide by the largest |k|² of this trajectory, which need not be ¼.", lambda k: 4 * _ramp(k, scale=False)),
        ("The length is over all three axes.", lambda k: (w := (k[..., 1:] ** 2).sum(-1)) / w.max()),
    ],
)
def ramp(k):
    return _ramp(k)


def _limits(rng, trial):
    G_max, S_max = float(rng.uniform(30, 60)), float(rng.uniform(100, 200))
    over = [(0.5, 4.0), (3.0, 2.0), (0.5, 0.7)][trial]  # the slew rate counts, the gradient does, neither
    return {"G": over[0] * G_max, "S": over[1] * S_max, "G_max": G_max, "S_max": S_max}


@exercise(
    "solid-slower",
    "designed3d",
    "finds the smallest factor of at least 1 by which a path must be slowed down to keep both limits",
    draw=_limits,
    minutes=10,
    second="The slew rate decides: 6.5 times its limit makes the readout 2.55 times as long, 6.5 ms.",
    mistakes=[
        ("The slew rate falls with the square of the factor: take the root.", lambda G, S, g, s: max(1, G / g, S / s)),
        ("The gradient has a limit too: the larger factor counts.", lambda G, S, g, s: max(1, (S / s) ** 0.5)),
        ("The slew rate has a limit too: the larger factor counts.", lambda G, S, g, s: max(1, G / g)),
        ("A path that keeps its limits stays as it is: at least 1.", lambda G, S, g, s: max(G / g, (S / s) ** 0.5)),
        (
            "The root belongs to the slew rate. G falls with the factor itself.",
            lambda G, S, g, s: max(1, (G / g) ** 0.5, (S / s) ** 0.5),
        ),
        (
            "One slowing-down serves both limits: not their product.",
            lambda G, S, g, s: max(1, G / g) * max(1, (S / s) ** 0.5),
        ),
        (
            "That is how much faster it could be: limits below, demands above.",
            lambda G, S, g, s: 1 / max(1, G / g, (S / s) ** 0.5),
        ),
    ],
)
def longer(G, S, G_max, S_max):
    return max(1.0, G / G_max, (S / S_max) ** 0.5)


choice(
    "solid-choice",
    "designed3d",
    "knows what an untuned comparison shows",
    {
        "a": "Cones with other turns were not tried, and stacks with fewer shots were not either.",
        "b": "The spirals have twice the shots that their plane asks for, the spokes a sixth: not the same question.",
        "c": "R = 0.5 in the plane, and every plane is there: nothing is missing. The others leave gaps.",
        "d": "All were cut to one support and compared with one reference: PSNR measures what it should here.",
    },
    right=lambda: "c",
)
