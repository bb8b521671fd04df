"""A NUFFT and its adjoint, against finufft called directly and against sigpy's. Part of the blocks."""

from functools import partial
from pathlib import Path

import numpy as np

import mrilab

from .compare import Say
from .measure import alternate, ratio, spread
from .process import Failed, NotInstalled, Process, cores

TOLERANCE = 1e-6  # that of mrilab in single precision


def run(folder: Path, say: Say, *, size: int = 256, images: int = 8, rounds: int = 7) -> dict:
    shape = (size, size)
    trajectory = mrilab.radial(mrilab.shots_for(shape, 4), 2 * size, golden=True)
    points = trajectory.reshape(-1, 2)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, images, *shape), np.float32)
    x = x[0] + 1j * x[1]
    A = mrilab.NUFFT(trajectory, shape)
    calls = {"mrilab": lambda: A.H(A(x)), "finufft": partial(plain(points, shape, images), x)}
    arrays = folder / "nufft"
    arrays.mkdir(exist_ok=True)
    np.save(arrays / "images.npy", x)
    np.save(arrays / "trajectory.npy", (points * size).astype(np.float32))  # sigpy counts in pixels
    try:
        with Process("sigpy") as sigpy:
            sigpy.set_up({"arrays": str(arrays), "solver": "nufft"})
            seconds = alternate(calls | {"sigpy": partial(sigpy.advance, 1)}, rounds)
    except (NotInstalled, Failed) as error:
        say(f"sigpy left out: {error}")
        seconds = alternate(calls, rounds)
    return {
        "size": size,
        "images": images,
        "samples": len(points),
        "tolerance": TOLERANCE,
        "seconds": {name: spread(values) for name, values in seconds.items()},
        "ratios": {name: ratio(values, seconds["mrilab"]) for name, values in seconds.items() if name != "mrilab"},
    }


def plain(points: np.ndarray, shape: tuple[int, int], images: int):
    """Return A and Aᴴ by finufft itself, the points sorted beforehand."""
    import finufft

    options = {"n_trans": images, "eps": TOLERANCE, "dtype": "complex64", "nthreads": len(cores())}
    forward = finufft.Plan(2, shape, isign=-1, **options)
    backward = finufft.Plan(1, shape, isign=1, **options)
    for plan in (forward, backward):
        plan.setpts(*(np.ascontiguousarray(2 * np.pi * points.T, np.float32)))
    return lambda x: backward.execute(forward.execute(x))
