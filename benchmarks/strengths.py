"""Tune λ of every method whose page does not tune it itself, and store it where the pages read it.

    python -m benchmarks.strengths [NAME ...] [--again] [--output FILE]

A name is "page, method"; without one all are tuned, those in the file already excepted (--again: these too). The best
mean PSNR decides, of two validation heads, each with a mask and a noise of its own. λ climbs a grid of fractions of
λ_max, a factor √3 apart, until the best has two worse ones on either side: λ/3 and 3λ are among those.
"""

import argparse
import json
from datetime import date
from pathlib import Path

import numpy as np

from mrilab import psnr
from mrilab.files import atomic
from mrilab.studies import strengths

from .problems import NAMES, Case

START = -13  # √3⁻¹³ = 8e-4


def fraction(index: int) -> float:
    return float(f"{3 ** (index / 2):.3g}")


def score(cases: list[Case], part: float) -> float:
    """Mean PSNR at λ = part · λ_max."""
    return float(np.mean([psnr(case.image(part * case.lambda_max), case.reference) for case in cases]))


def tune(cases: list[Case], start: int = START) -> dict:
    """Climb from `start`; return the best fraction, what it is in σ, and the PSNR at λ/3, λ and 3λ."""
    found, best = {}, start
    while True:
        for index in range(best - 2, best + 3):
            if index not in found:
                found[index] = score(cases, fraction(index))
        top = max(found, key=found.__getitem__)
        if top == best:
            break
        best = top
    part = fraction(best)
    return {
        "fraction": part,
        "of_sigma": float(f"{np.mean([part * case.lambda_max / case.sigma for case in cases]):.2g}"),
        "psnr": [round(found[index], 2) for index in (best - 2, best, best + 2)],
        "scans": len(cases),
    }


def write(name: str, result: dict, path: Path) -> None:
    """Put one result into the file and leave the others as they are; nobody sees half a file."""
    found = (strengths.read(path) if path.exists() else {}) | {name: result | {"date": date.today().isoformat()}}
    ordered = {key: found[key] for key in NAMES if key in found}
    text = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in ordered.items())
    with atomic(path) as part:
        part.write_text("{\n" + text + "\n}\n", encoding="utf-8")


def row(name: str, found: dict) -> str:
    less, best, more = found["psnr"]
    return (
        f"{name:38} λ/λ_max {found['fraction']:.2g}  λ/σ {found['of_sigma']:.2g}  "
        f"λ/3 {less:.2f}  λ {best:.2f}  3λ {more:.2f} dB"
    )


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.strengths", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="; ".join(NAMES))
    parser.add_argument("--again", action="store_true", help="tune what is in the file, too")
    parser.add_argument("--output", type=Path, default=strengths.FILE, help="default: mrilab/studies/strengths.json")
    options = parser.parse_args()
    unknown = set(options.names) - set(NAMES)
    if unknown:
        parser.error(f"no such name: {'; '.join(sorted(unknown))}; there are {'; '.join(NAMES)}")
    done = strengths.read(options.output) if options.output.exists() else {}
    for name in options.names or NAMES:
        if options.again or name not in done:
            page, method = NAMES[name]
            write(name, tune(list(page(method))), options.output)
        print(row(name, strengths.read(options.output)[name]), flush=True)


if __name__ == "__main__":
    main()
