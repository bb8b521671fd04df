"""What the intervals of the ensemble hold on other scans: `python -m mrilab.nets.coverage` fills stored/coverage.json.

They are calibrated on heads of the test set, and measured on others, on Colin27 and on the raw scan; for the last two
nothing is promised. MRILAB_SCANS names the folder of the raw scan, which is fetched otherwise.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .dataset import Sample
from .foreign import NOISE, SETS
from .intervals import interval_factor, share_inside
from .population import Brains
from .pretrained import FOLDER, pretrained
from .results import keep
from .trust import ensemble, operator_of

MEMBERS = tuple(f"ensemble-{k}" for k in range(1, 5))
HEADS = 60  # to calibrate on, and as many to measure on
OTHERS = ("Colin27, 1 coil", "head16, 1 coil, 4×", "head16, 1 coil, 3×")


def bars(members: Sequence[torch.nn.Module], sample: Sample) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the error of the mean, the deviation, and the pixels of the head, for a largest reference of 1.

    >>> nets = [pretrained(name)[0] for name in MEMBERS[:2]]
    >>> bars(nets, Brains("test", 1, shape=(32, 32), accel=4)[0])[2].dtype
    dtype('bool')
    """
    peak = abs(sample.target).max()
    mean, deviation = ensemble(members, operator_of(sample), sample.y)
    return abs(abs(mean) - abs(sample.target)) / peak, deviation / peak, abs(sample.target) > 0.1 * peak


def measure(heads: int = HEADS, others: Sequence[str] = OTHERS) -> dict[str, Any]:
    """Return the factor t, and of each slice of each set the share of the head's pixels inside ± t deviations."""
    members = [pretrained(name)[0] for name in MEMBERS]
    known = Brains("test", 2 * heads, shape=(128, 128), accel=4, noise=NOISE)
    calibration = [bars(members, known[i]) for i in range(heads)]
    t = interval_factor(*zip(*calibration, strict=True), coverage=0.9)
    sets = {"atlas, other heads": [known[i] for i in range(heads, 2 * heads)]}
    sets |= {name: [SETS[name][i] for i in range(len(SETS[name]))] for name in others}
    inside = {name: [round(share_inside(*bars(members, s), t), 4) for s in samples] for name, samples in sets.items()}
    return {"factor": t, "heads": heads, "coverage": 0.9, "inside": inside}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, store and print the mean shares, each with the standard error of the mean."""
    parser = argparse.ArgumentParser("python -m mrilab.nets.coverage", description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER / "coverage.json", help="file for the shares")
    asked = parser.parse_args(arguments)
    kept = measure()
    keep(asked.out, kept)
    for name, shares in kept["inside"].items():
        print(f"{name}: {np.mean(shares):.3f} ± {np.std(shares, ddof=1) / np.sqrt(len(shares)):.3f}")


if __name__ == "__main__":
    main()
