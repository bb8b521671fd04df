"""The first call, which compiles, and later processes, which read what was compiled from the disk.

`python -m benchmarks.start` is the process that is timed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

from .compare import Say
from .measure import rounded, spread
from .process import ROOT


def run(folder: Path, say: Say, *, later: int = 3) -> dict:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder / "numba"), "TQDM_DISABLE": "1"}
    runs = []
    for k in range(1 + later):
        command = [sys.executable, "-m", "benchmarks.start"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        runs.append(json.loads(done.stdout))
        say(f"process {k + 1}: " + ", ".join(f"{name} {value:.2f} s" for name, value in runs[-1].items()))
    names = runs[0]
    return {
        "first": {name: rounded(runs[0][name]) for name in names},
        "later": {name: spread([one[name] for one in runs[1:]]) for name in names},
    }


def main():
    """Time the import, then the first FISTA and the first undecimated transform, on tiny arrays."""
    start = perf_counter()
    import mrilab

    solve = mrilab.fista  # `import mrilab` loads a name when it is first asked for
    imported = perf_counter()
    y = np.ones((2, 64, 64), np.complex64)
    Psi = mrilab.Wavelet("sym8", (64, 64), level=2)
    A = mrilab.Mask(np.ones((64, 64), bool)) @ mrilab.FFT((64, 64))
    solve(mrilab.LeastSquares(A @ Psi.H, y), mrilab.GroupL1(0.01, -3), max_iter=2, progress=False)
    solved = perf_counter()
    frame = mrilab.UndecimatedWavelet("sym8", (64, 64), level=2)
    frame.H(frame(y))
    seconds = {"import": imported - start, "fista": solved - imported, "undecimated": perf_counter() - solved}
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
