"""OSCAR by FISTA against pysap-mri's OWL, for a slope of 0 and a slope above it."""

from pathlib import Path

from . import scan
from .compare import Say, agreement, compare


def run(folder: Path, say: Say, *, size: int = 512, coils: int = 32, rounds: int = 4, iterations: int = 3) -> dict:
    result = {"size": size, "coils": coils, "slopes": {}, "agreement": {}}
    big, small = scan.write(folder, (size, size), coils), scan.write(folder, (64, 64), 4)
    for slope in (0.0, 1.0):
        say(f"slope {slope:g}, {coils} × {size}²")
        spec = scan.problem(small, "fista", "oscar", slope=slope, level=2) | {"told": True}
        result["agreement"][f"{slope:g}"] = agreement("pysap", spec, 300)
        spec = scan.problem(big, "fista", "oscar", slope=slope) | {"told": True}
        result["slopes"][f"{slope:g}"] = compare("pysap", spec, rounds, iterations, say)
    return result
