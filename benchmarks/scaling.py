"""How the cost of an iteration grows with pixels, coils and iterations."""

from pathlib import Path

import numpy as np

import mrilab

from . import scan
from .compare import Say
from .measure import slope, spread

SIDES, COILS = (64, 128, 256, 512, 1024), (1, 2, 4, 8, 16, 32, 64)


def run(
    folder: Path, say: Say, *, sides: tuple[int, ...] = SIDES, coils: tuple[int, ...] = COILS, iterations: int = 12
) -> dict:
    seconds = {"pixels": {}, "coils": {}}
    for side in sides:
        seconds["pixels"][side * side] = per_iteration(side, 8, iterations)
        say(f"8 × {side}²: {1e3 * np.median(seconds['pixels'][side * side]):.2f} ms an iteration")
    for count in coils:
        seconds["coils"][count] = per_iteration(256, count, iterations)
        say(f"{count} × 256²: {1e3 * np.median(seconds['coils'][count]):.2f} ms an iteration")
    pixels = list(seconds["pixels"])
    medians = {name: [np.median(values) for values in group.values()] for name, group in seconds.items()}
    times = np.cumsum(per_iteration(256, 8, 200))
    return {
        "pixels": {str(n): spread(values) for n, values in seconds["pixels"].items()},
        "coils": {str(n): spread(values) for n, values in seconds["coils"].items()},
        "slopes": {
            "pixels": slope(pixels, medians["pixels"]),
            "pixels, n log n": slope(pixels, [n * np.log(n) for n in pixels]),
            "coils": slope(list(seconds["coils"]), medians["coils"]),
            "iterations": slope(np.arange(1, 201)[9:], times[9:]),
        },
    }


def per_iteration(side: int, coils: int, iterations: int) -> np.ndarray:
    """Return the seconds of each iteration of a group-lasso FISTA on noise: what the values are hardly matters."""
    shape = (side, side)
    rng = np.random.default_rng(0)
    mask = mrilab.random_lines(shape, 4, center=side // 16, seed=0)
    y = (rng.standard_normal((coils, *shape), np.float32) * mask).astype(np.complex64)
    Psi = mrilab.Wavelet(scan.WAVELET, shape, level=scan.LEVEL)
    f = mrilab.LeastSquares(mrilab.Mask(mask) @ mrilab.FFT(shape) @ Psi.H, y)
    result = mrilab.fista(f, mrilab.GroupL1(1e-3, -3), max_iter=3 + iterations, progress=False)
    return np.diff(result.times)[3:]
