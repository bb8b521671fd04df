"""Calibrationless reconstruction by FISTA, POGM and Condat-Vu against pysap-mri's; a single channel too."""

from pathlib import Path

from . import scan
from .compare import Say, agreement, compare

SOLVERS = {"fista": 400, "pogm": 200, "condat_vu": 1200}  # iterations after which only the objective matters


def run(folder: Path, say: Say, *, size: int = 512, coils: int = 32, rounds: int = 10, iterations: int = 10) -> dict:
    result = {"size": size, "coils": coils, "solvers": {}, "agreement": {}}
    big, small = scan.write(folder, (size, size), coils), scan.write(folder, (64, 64), 4)
    for solver, many in SOLVERS.items():
        spec = scan.problem(small, solver, "group", level=2) | {"told": True}
        result["agreement"][solver] = agreement("pysap", spec, many)
        say(f"{solver}: costs differ by {result['agreement'][solver]['relative_difference']:.0e} at 4 × 64²")
    for solver in SOLVERS:
        say(f"{solver}, {coils} × {size}²")
        spec = scan.problem(big, solver, "group")
        result["solvers"][solver] = compare("pysap", spec, rounds, iterations, say, extra=2 * iterations)
    say("fista, one channel, 256²")
    spec = scan.problem(scan.write(folder, (256, 256), 0), "fista", "l1")
    result["single"] = compare("pysap", spec, rounds=4, iterations=50, say=say)
    return result
