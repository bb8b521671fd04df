"""A template for a teacher's own exercises with private solutions: copy it, and do not publish the copy.

from mrilab.exercises import check, load
load("my_exercises.py")
check("template-fft", my_function, student="ada")
"""

import numpy as np

from mrilab import FFT
from mrilab.exercises import choice, exercise


def draw(rng: np.random.Generator) -> dict:
    """Return a dict of inputs, in the order of the arguments; each student has another rng, so other inputs."""
    shape = int(rng.integers(4, 9)), int(rng.integers(4, 9))  # odd sizes find swapped shifts
    x = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
    return {"x": x.astype(np.complex64)}


# The decorated function is the solution. Each mistake is a hint and the wrong answer for which it is shown.
@exercise(
    "template-fft",
    "kspace",
    "transforms an image to k-space",
    draw=draw,
    mistakes=[
        ("The shifts are missing: DC belongs at n // 2.", lambda x: np.fft.fft2(x, norm="ortho")),
        ('The scaling is missing: norm="ortho".', lambda x: np.sqrt(x.size) * FFT(x.shape)(x)),
        ("That is the way back.", lambda x: FFT(x.shape).H(x)),
    ],
    minutes=5,
    level="easy",
)
def to_kspace(x: np.ndarray) -> np.ndarray:
    """Return the solution."""
    return FFT(x.shape)(x)


# A value instead of a function: `book` has the printed numbers, `draw` those of each student. `question` asks.
@exercise(
    "template-lines",
    "lines",
    "counts the lines of an acceleration",
    kind="value",
    book={"lines": 256, "accel": 4},
    question=lambda lines, accel: f"How many of {lines} lines does $R = {accel}$ take?",
    draw=lambda rng: {"lines": 240, "accel": int(rng.choice([2, 3, 5]))},
    mistakes=[
        ("That many are left out.", lambda lines, accel: lines - lines // accel),
        ("Divide.", lambda lines, accel: lines * accel),
        ("That is R.", lambda lines, accel: accel),
    ],
)
def lines_of(lines: int, accel: int) -> int:
    """Return the solution."""
    return lines // accel


choice(
    "template-choice",
    "lines",
    "knows what to leave out",
    {"a": "That is the contrast.", "b": "High frequencies hold little energy.", "c": "That is all.", "d": "No."},
    question="Which part of k-space may a scan leave out? **a** the centre, **b** the edge, **c** all, **d** none",
    minutes=5,  # of two minutes, it would be a quiz without points
    right=lambda: "b",
)
