"""Exercises of the chapter on the faults of the Fourier transform."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...operators.fourier import FFT
from ..base import choice, exercise
from ..draws import noise

fft2, ifft2, shift, unshift = np.fft.fft2, np.fft.ifft2, np.fft.fftshift, np.fft.ifftshift
LAST = (-2, -1)


@exercise(
    "kspace-fft",
    "fft",
    "writes the centred, orthonormal Fourier transform of images (…, H, W)",
    draw=lambda rng: {"x": noise(rng, 2, 5, 7)},
    minutes=10,
    level="easy",
    mistakes=[
        ('Both shifts are missing, and so is norm="ortho".', fft2),
        (
            "Both shifts are missing: fft2 has DC at index (0, 0).",
            lambda x: fft2(x, norm="ortho"),
        ),
        ("The shift before fft2 is missing.", lambda x: shift(fft2(x, norm="ortho"), LAST)),
        ("The shift after fft2 is missing.", lambda x: fft2(unshift(x, LAST), norm="ortho")),
        ("The shifts are swapped; odd sizes show it.", lambda x: unshift(fft2(shift(x, LAST), norm="ortho"), LAST)),
        ('norm="ortho" is missing: the energy should stay.', lambda x: shift(fft2(unshift(x, LAST)), LAST)),
        (
            "That transforms the batch too. fft2 acts on the last two axes.",
            lambda x: shift(np.fft.fftn(unshift(x), norm="ortho")),
        ),
        ("That is the inverse transform.", lambda x: shift(ifft2(unshift(x, LAST), norm="ortho"), LAST)),
    ],
)
def centred_fft(x):
    return FFT(x.shape[-2:])(x)


def _block(start, stop):
    block = np.zeros(8192, np.complex64)
    block[start:stop] = 1
    return block


def _windowed(start, stop, keep, values, centre=4096):
    line, window = FFT((8192,)), np.zeros(8192, np.float32)
    window[centre - keep // 2 : centre + keep // 2 + 1] = values
    return line.H(window * line(_block(start, stop))).real


@exercise(
    "kspace-window",
    "fft",
    "lets the samples fade out by a Hann window",
    kind="value",
    book={"start": 2048, "stop": 6144, "keep": 127},
    tol=1e-4,
    minutes=10,
    second="The edge gets wider: the window weakens outer samples that cost as much scan time as the others.",
    mistakes=[
        ("No window: these are the 127 samples as they were.", lambda a, b, k: _windowed(a, b, k, 1)),
        (
            "The window begins at index 0. DC, its middle, is at 4096.",
            lambda a, b, k: _windowed(a, b, k, np.hanning(k + 2)[1:-1], k // 2),
        ),
        (
            "The window is applied to the block itself. It belongs on its samples in k-space.",
            lambda a, b, k: _block(a, b).real * np.pad(np.hanning(k + 2)[1:-1], (4096 - k // 2, 4095 - k // 2)),
        ),
        ("The window is in it twice.", lambda a, b, k: _windowed(a, b, k, np.hanning(k + 2)[1:-1] ** 2)),
        (
            "The window is one sample beside DC: 63 of its values lie on each side.",
            lambda a, b, k: _windowed(a, b, k, np.hanning(k + 2)[1:-1], 4095),
        ),
        (
            "That is a Hamming window, which does not fade to 0.",
            lambda a, b, k: _windowed(a, b, k, np.hamming(k + 2)[1:-1]),
        ),
    ],
)
def soft_block(start, stop, keep):
    return _windowed(start, stop, keep, np.hanning(keep + 2)[1:-1])


NAMES = ("right", "no inner ifftshift", "no outer fftshift", "shifts swapped", 'no norm="ortho"')


def _reconstruct(y, fault):
    return {
        NAMES[0]: lambda: shift(ifft2(unshift(y), norm="ortho")),
        NAMES[1]: lambda: shift(ifft2(y, norm="ortho")),
        NAMES[2]: lambda: ifft2(unshift(y), norm="ortho"),
        NAMES[3]: lambda: unshift(ifft2(shift(y), norm="ortho")),
        NAMES[4]: lambda: shift(ifft2(unshift(y))),
    }[fault]()


def _faulty(rng, trial):
    """A smooth head-like blob of random place, reconstructed with each fault at an odd and an even size."""
    n = 255 + trial % 2
    grid = (np.arange(n) - n // 2) / n
    centre = rng.uniform(-0.02, 0.02, 2)
    radius = np.hypot((grid[:, None] - centre[0]) / 0.75, grid - centre[1])
    image = (1 / (1 + np.exp((radius - 0.4) / 0.01))).astype(np.complex64)
    image *= 1 + 0.3 * np.cos(rng.uniform(20, 40) * (grid[:, None] + rng.uniform(0.5, 2) * grid))
    y = shift(fft2(unshift(image), norm="ortho"))
    return {"x": _reconstruct(y, NAMES[trial % 5]), "right": _reconstruct(y, NAMES[0])}


def _moved(x, right):
    both = fft2(abs(x)) * fft2(abs(right)).conj()
    peak = np.unravel_index(np.argmax(ifft2(both).real), x.shape)
    return tuple((int(p) + n // 2) % n - n // 2 for p, n in zip(peak, x.shape))


def diagnose(x, right):
    if abs(x).max() < 0.5 * abs(right).max():
        return NAMES[4]
    moved = _moved(x, right)
    if max(map(abs, moved)) > 1:
        return NAMES[2]
    if max(map(abs, moved)) == 1:
        return NAMES[3]
    return NAMES[1] if abs(x - right).max() > 0.5 else NAMES[0]


def _without(name, other):
    return lambda x, right: other if diagnose(x, right) == name else diagnose(x, right)


exercise(
    "kspace-diagnose",
    "fft",
    "names the fault of a reconstruction",
    draw=_faulty,
    trials=10,
    minutes=30,
    level="hard",
    second="Swapped shifts at even sizes: they are right there, and wait for the first odd size.",
    mistakes=[
        ("A missing inner shift leaves the magnitude as it is: look at the phase.", _without(NAMES[1], NAMES[0])),
        ("A factor of √N makes the image dark: compare the largest pixels first.", _without(NAMES[4], NAMES[0])),
        ("At an odd size swapped shifts move the image by one pixel.", _without(NAMES[3], NAMES[0])),
        (
            "One pixel is not half the image: how far has each fault moved it?",
            lambda x, right: NAMES[2] if diagnose(x, right) == NAMES[3] else diagnose(x, right),
        ),
        ("A missing outer shift moves the image by half its size.", _without(NAMES[2], NAMES[3])),
    ],
)(diagnose)


choice(
    "fft-choice",
    "fft",
    "knows what becomes of k-space with DC in the corner",
    {
        "a": "That is a missing outer shift, after the transform. Here it is k-space that begins elsewhere.",
        "b": "The inner shift rolls k-space by half its size, away from its corner: each pixel has (−1)^(r₁ + r₂).",
        "c": "That is fft2 in place of ifft2, or k-space in the reverse order.",
        "d": "The right line carries the middle to the corner. Here the corner was right already.",
    },
    right=lambda: "b",
)
