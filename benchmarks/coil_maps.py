"""`espirit` against `bart ecalib`: the error of simulated maps, the share of a real head that is lost, and the time.

    python -m benchmarks.coil_maps [--rounds 5] [--scan FILE ...]

Both take turns, and each has its defaults. The time of BART includes what its command needs to start and to read the
samples, so the user's CPU time stands beside it. A scan is any file of Cartesian raw data, of which the central 16 and
24 lines are taken. Without the command `bart` (Debian's package of this name) there is nothing to compare with: the
script says so, and ends.
"""

import argparse
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

import mrilab as m
from mrilab.arrays.threads import workers

from .measure import ratio

SIZES = ((8, 256), (32, 512))
NOISE = (0.0, 0.005, 0.02)


def bart(folder: Path, kspace: np.ndarray) -> np.ndarray:
    """Return the maps (C, H, W) of one set, from samples that lie in the folder as kspace.cfl."""
    command = ["bart", "ecalib", "-m1", str(folder / "kspace"), str(folder / "maps")]
    subprocess.run(command, check=True, capture_output=True)
    return np.fromfile(folder / "maps.cfl", np.complex64).reshape(kspace.shape)


def cpu() -> float:
    """Return the CPU time of this process and of its children that have ended, in seconds."""
    return sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def race(kspace: np.ndarray, rounds: int) -> tuple[dict, dict]:
    """Return the maps of both, and the seconds and CPU seconds of each round; the first is not counted."""
    times: dict = {"espirit": [], "ecalib": []}
    maps = {}
    with TemporaryDirectory() as folder:
        m.save_cfl(str(Path(folder) / "kspace"), kspace)
        calls = {"espirit": lambda: m.espirit(kspace), "ecalib": lambda: bart(Path(folder), kspace)}
        for k in range(rounds + 1):
            for name in list(calls)[:: 1 if k % 2 else -1]:
                start, used = perf_counter(), cpu()
                maps[name] = calls[name]()
                if k:
                    times[name].append((perf_counter() - start, cpu() - used))
    return maps, {name: np.array(rows).T for name, rows in times.items()}


def error(maps: np.ndarray, true: np.ndarray, head: np.ndarray) -> float:
    """Return the relative error of maps in the head, of norm 1 and the best phase at each pixel."""
    maps = maps / np.maximum(m.rss(maps), 1e-12)
    phase = np.exp(1j * np.angle(np.sum(maps.conj() * true, axis=0)))
    return float(np.linalg.norm((maps * phase - true)[:, head]) / np.linalg.norm(true[:, head]))


def simulated(rounds: int) -> None:
    print(f"{workers()} threads for espirit; OMP_NUM_THREADS decides for BART")
    for coils, n in SIZES:
        anatomy = m.brain((2 * n, 2 * n), seed=0, split="test")
        head, true = abs(m.brain((n, n), seed=0, split="test")) > 0.05, m.simulate_smaps(coils, (n, n), raw=False)
        for noise in NOISE:
            kspace = m.simulate(anatomy, m.simulate_smaps(coils, (2 * n, 2 * n)), (n, n), noise=noise)
            maps, times = race(kspace, rounds)
            faster, cheaper = (ratio(times["ecalib"][i], times["espirit"][i])["median"] for i in (0, 1))
            found = ", ".join(f"{name} {100 * error(found, true, head):.2f} %" for name, found in maps.items())
            seconds = ", ".join(f"{name} {np.median(t[0]):.2f} s" for name, t in times.items())
            print(f"{coils} coils {n}², noise {noise}: error {found}; {seconds}; {faster:.2f}×, CPU {cheaper:.2f}×")


def real(path: str) -> None:
    """Print the energy of the fully sampled images that maps of few lines lose: noise in all channels included."""
    kspace = m.load_kspace(path).kspace
    kspace = np.ascontiguousarray(kspace.reshape(-1, *kspace.shape[-3:])[0])
    images = m.FFT(kspace.shape[1:]).H(kspace)
    for lines in (16, 24):
        few = kspace * m.center_lines(kspace.shape[1:], lines)
        with TemporaryDirectory() as folder:
            m.save_cfl(str(Path(folder) / "kspace"), few)
            found = {"espirit": m.espirit(few, (lines, 24)), "ecalib": bart(Path(folder), few)}
        for name, maps in found.items():
            unit = maps / np.maximum(m.rss(maps), 1e-12)
            kept = np.sum(np.abs(np.sum(unit.conj() * images, axis=0)) ** 2) / np.sum(np.abs(images) ** 2)
            print(f"{Path(path).name}, {lines} lines: {name} loses {100 * (1 - kept):.2f} % of the energy")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scan", nargs="*", default=[])
    options = parser.parse_args()
    if shutil.which("bart") is None:
        sys.exit("there is no command `bart` on this machine: nothing was compared")
    for path in options.scan:
        real(path)
    simulated(options.rounds)
