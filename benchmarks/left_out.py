"""Lines that a reconstruction has not seen: how well our priors and those of `bart pics` predict them.

    python -m benchmarks.left_out SCAN [--seeds 3] [--iterations 200] [--store FILE]

Nobody knows the image of an undersampled scan, but its samples are known. A third of the scan's lines are taken, the
24 central ones among them, and a tenth of these is left out at random. All methods get the same maps (`espirit` of the
lines that are kept) and the same number of iterations. Each reconstructs for every λ of one list; what counts is the λ
that predicts best, and its error ‖ŷ − y‖² / ‖y‖² over the lines left out, where y includes their noise. `bart` is
Debian's package of this name.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import mrilab as m

from .record import machine

FRACTIONS = tuple(10.0 ** (e / 4) for e in range(-16, -7))  # of λ_max
CENTRE = 24


def frame(name: str) -> Callable:
    """Return the reconstruction by an undecimated wavelet transform of this name."""

    def solve(y, mask, maps, fraction, iterations):
        return _solve(y, mask, maps, m.UndecimatedWavelet(name, mask.shape, level=3), m.L1, fraction, iterations)

    return solve


def total_variation(y, mask, maps, fraction, iterations):
    def norm(lam):
        return m.GroupL1(lam, axis=-3)

    return _solve(y, mask, maps, m.FiniteDifference(mask.shape), norm, fraction, iterations)


def _solve(y, mask, maps, Psi, norm, fraction, iterations):
    f = m.LeastSquares(m.Mask(mask) @ m.FFT(mask.shape) @ m.Coils(maps), y)
    g = norm(fraction * m.lambda_max(f, norm(1.0), Psi))
    # λ is small, and so is the dual variable: see `step_sizes`.
    return m.condat_vu(f, g, Psi, sigma=0.03 / Psi.lipschitz(), max_iter=iterations).x


def pics(*prior: str) -> Callable:
    """Return the reconstruction by `bart pics` with this regulariser; -w1 keeps the units of the data, and so of λ."""

    def solve(y, mask, maps, fraction, iterations):
        top = np.abs(m.Coils(maps).H(m.FFT(mask.shape).H(y))).max()  # a scale for λ: the best of a list is taken
        *options, kind = prior
        with TemporaryDirectory() as folder:
            m.save_cfl(f"{folder}/y", y)
            m.save_cfl(f"{folder}/maps", maps)
            command = ["bart", "pics", "-w1", f"-i{iterations}", *options, "-R", f"{kind}:3:0:{fraction * top:.4g}"]
            command += [f"{folder}/{name}" for name in ("y", "maps", "x")]
            subprocess.run(command, check=True, capture_output=True)
            return np.fromfile(f"{folder}/x.cfl", np.complex64).reshape(mask.shape)

    return solve


METHODS = {
    **{f"frame, {name}": frame(name) for name in ("haar", "db2", "db4")},
    "total variation": total_variation,
    **{f"bart pics, wavelet {name}": pics("--wavelet", name, "W") for name in ("haar", "dau2", "cdf44")},
    "bart pics, total variation": pics("T"),
}


def errors(kspace: np.ndarray, seed: int, iterations: int) -> dict[str, list[float]]:
    """Return the error of every method for each λ, on the lines left out by this seed."""
    shape = kspace.shape[-2:]
    acquired = m.random_lines(shape, 3, center=CENTRE, seed=seed)
    kept, held = m.leave_out(acquired, 0.1, keep=CENTRE, seed=seed)
    y, known = kspace * kept, kspace[:, held]
    maps = m.espirit(y, CENTRE)
    F, S = m.FFT(shape), m.Coils(maps)

    def error(x: np.ndarray) -> float:
        return float(np.linalg.norm(F(S(x))[:, held] - known) ** 2 / np.linalg.norm(known) ** 2)

    return {
        name: [error(solve(y, kept, maps, fraction, iterations)) for fraction in FRACTIONS]
        for name, solve in METHODS.items()
    }


def measure(path: Path, seeds: int, iterations: int) -> dict:
    """Print the errors at the best λ of every method, and return them with what they were measured on."""
    kspace = m.load_kspace(path).kspace
    kspace = np.ascontiguousarray(kspace.reshape(-1, *kspace.shape[-3:])[0])
    kspace /= m.rss(m.FFT(kspace.shape[-2:]).H(kspace)).max()
    found = [errors(kspace, seed, iterations) for seed in range(seeds)]
    result = {}
    print(f"{path.name}: error on the lines left out, of {seeds} draws, at the best of {len(FRACTIONS)} λ")
    for name in METHODS:
        best = [int(np.argmin(draw[name])) for draw in found]
        result[name] = {
            "errors": [round(draw[name][k], 4) for draw, k in zip(found, best)],
            "fractions": [float(f"{FRACTIONS[k]:.2g}") for k in best],
        }
        numbers = "  ".join(f"{value:.4f}" for value in result[name]["errors"])
        print(f"{name:32} {np.mean(result[name]['errors']):.4f}   {numbers}   λ {result[name]['fractions']}")
    bart = subprocess.run(["bart", "version"], check=True, capture_output=True, text=True).stdout.strip()
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"scan": path.name, "sha256": checksum, "iterations": iterations, "bart": bart, "methods": result}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scan", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=200)
    parser.add_argument("--store", type=Path, help="a file for the figures, with the date, the versions and checksum")
    options = parser.parse_args()
    if shutil.which("bart") is None:
        sys.exit("there is no command `bart` on this machine: nothing was compared")
    figures = measure(options.scan, options.seeds, options.iterations)
    if options.store:
        options.store.write_text(json.dumps({"measured": machine(), "result": figures}, indent=1) + "\n")
