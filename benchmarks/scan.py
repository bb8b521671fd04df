"""The problems: arrays on the disk that every library reads, and the one function that evaluates every image."""

from functools import lru_cache
from pathlib import Path

import numpy as np

import mrilab

from . import seed

WAVELET, LEVEL, FRACTION = "sym8", 4, 1.5e-3


def write(folder: Path, shape: tuple[int, int], coils: int) -> Path:
    """Write y, mask and smaps of a scan as .npy files; coils = 0 is one even coil, y (H, W)."""
    here = folder / f"{coils}x{shape[0]}x{shape[1]}"
    if not (here / "y.npy").exists():
        here.mkdir(parents=True, exist_ok=True)
        mask, y = seed.data(shape, max(coils, 1))
        np.save(here / "mask.npy", mask)
        np.save(here / "smaps.npy", mrilab.simulate_smaps(max(coils, 1), shape, raw=False))
        np.save(here / "y.npy", y if coils else y[0])
    return here


def problem(arrays: Path, solver: str, prior: str, *, slope: float = 0.0, sense: bool = False, level: int = LEVEL):
    """Return all that a library needs to know; λ is the same number for all, 1.5e-3 λ_max of this problem."""
    spec = {"arrays": str(arrays), "solver": solver, "prior": prior, "slope": slope, "sense": sense}
    spec |= {"wavelet": WAVELET, "level": level, "lam": 1.0}
    f, g, Psi = _parts(**spec)
    return spec | {"lam": FRACTION * mrilab.lambda_max(f, g, Psi)}


def objective(spec: dict, image: np.ndarray) -> float:
    """Return ½‖A x − y‖² + g(Ψx) of an image, whichever library made it. Ψ is orthonormal, so the synthesis and the
    analysis form have this one cost."""
    keys = ("arrays", "solver", "prior", "slope", "sense", "wavelet", "level", "lam")
    f, g, Psi = _parts(**{key: spec[key] for key in keys})
    image = np.ascontiguousarray(image, np.complex64)
    return f(image) + g(Psi(image))


@lru_cache(1)
def _parts(arrays, solver, prior, slope, sense, wavelet, level, lam):
    from .peers.ours import operators, regulariser

    data = {path.stem: np.load(path) for path in Path(arrays).glob("*.npy")}
    spec = {"prior": prior, "slope": slope, "sense": sense, "wavelet": wavelet, "level": level}
    A, Psi = operators(spec, data)
    return mrilab.LeastSquares(A, data["y"]), regulariser(spec, Psi, lam), Psi
