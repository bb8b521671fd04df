"""How far from the best λ is a rule of thumb, over coils, sizes, masks, accelerations and noise?

    python -m benchmarks.rule [--output FILE]

The problem is that of the ten lines: an l1 norm of wavelets, with ESPIRiT's maps. Two rules choose λ: c σ √(M/N) from
the noise σ of a sample, of which M of N are taken, and a fraction of λ_max. Each scan is reconstructed on a grid of λ,
a factor √3 apart; what a rule loses is what its λ gives less than the best.
A scan that is in the file already is not reconstructed again.
"""

import argparse
import json
from itertools import product
from pathlib import Path

import numpy as np

from mrilab import (
    FFT,
    L1,
    Coils,
    LeastSquares,
    Mask,
    Wavelet,
    brain,
    colin,
    espirit,
    fista,
    lambda_max,
    psnr,
    random_lines,
    rss,
    simulate,
    simulate_smaps,
    variable_density,
)
from mrilab.files import atomic, read_json

FILE = Path(__file__).with_name("rule.json")
MASKS = {"lines": random_lines, "points": variable_density}
GRID = 3.0 ** np.arange(-5, 5.5, 0.5)  # λ in units of σ √(M/N)


def scans() -> list[tuple]:
    """(head, coils, side, mask, R, σ): each of these is varied, the others being as in the middle, and corners."""
    middle = {"coils": 8, "side": 192, "mask": "lines", "R": 3, "sigma": 0.005}
    others = {
        "coils": (4, 16),
        "side": (128, 256),
        "mask": ("points",),
        "R": (2, 4, 6),
        "sigma": (0.001, 0.002, 0.01, 0.02, 0.05),
    }
    settings = [middle] + [middle | {key: value} for key, values in others.items() for value in values]
    settings += [
        middle | {"coils": c, "R": R, "sigma": s, "mask": m}
        for c, R, s, m in product((4, 16), (2, 4), (0.002, 0.02), MASKS)
    ]
    return [("atlas", *s.values()) for s in settings] + [("second", *s.values()) for s in settings[:14:3]]


def name(scan: tuple) -> str:
    return ", ".join(map(str, scan))


def noise(named: str) -> float:
    return float(named.rsplit(", ", 1)[1])


def read(path: Path = FILE) -> dict[str, dict]:
    return read_json(path, "scans at many λ") if path.exists() else {}


def measure(head: str, coils: int, side: int, kind: str, accel: float, sigma: float, seed: int = 0) -> dict:
    """PSNR at each λ of the grid, and λ_max in units of σ √(M/N)."""
    shape, fine = (side, side), (2 * side, 2 * side)
    image = colin(fine, seed) if head == "second" else brain(fine, seed=seed, split="validation", contrast="T1")
    fields = simulate_smaps(coils, fine)
    mask = MASKS[kind](shape, accel, center=24, seed=seed)
    y = mask * simulate(image, fields, shape, noise=sigma, seed=seed)
    full = rss(FFT(shape).H(simulate(image, fields, shape)))
    maps, Psi = espirit(y, calib=24), Wavelet("sym8", shape, level=4)
    f = LeastSquares(Mask(mask) @ FFT(shape) @ Coils(maps) @ Psi.H, y)
    unit = sigma * float(np.sqrt(mask.mean()))

    def score(lam):
        return float(psnr(rss(maps) * Psi.H(fista(f, L1(lam), max_iter=60).x), full))

    scores = [round(score(float(c) * unit), 3) for c in GRID]
    return {"scores": scores, "lambda_max": round(lambda_max(f, L1(1.0)) / unit, 1)}


def loss(found: dict, c: float) -> float:
    """What c σ √(M/N) loses against the best λ of the grid (dB)."""
    return max(found["scores"]) - float(np.interp(np.log(c), np.log(GRID), found["scores"]))


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rule", description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=FILE)
    path = parser.parse_args().output
    found = read(path)
    for scan in scans():
        if name(scan) not in found:
            found[name(scan)] = measure(*scan)
            text = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in found.items())
            with atomic(path) as part:
                part.write_text("{\n" + text + "\n}\n", encoding="utf-8")
        one = found[name(scan)]
        lost = ", ".join(f"{c:g}: {loss(one, c):.2f} dB" for c in (0.25, 0.5, 1.0))
        print(
            f"{name(scan):36} best c {GRID[np.argmax(one['scores'])]:.2f}; lost at {lost}; "
            f"at 1e-4 λ_max {loss(one, 1e-4 * one['lambda_max']):.2f} dB",
            flush=True,
        )


if __name__ == "__main__":
    main()
