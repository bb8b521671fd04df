"""From a new process to the first picture, with the compiled loops stored and without, beside imports alone.

`python -m benchmarks.start` is the process that is timed: it runs the cells of the page of ten lines, and draws their
figure. Without stored loops another process compiles them meanwhile; it ends before the next one is timed. The seconds
of the processor are those of the timed process alone, and unlike the others much the same on a machine that is busy.
"""

import ast
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter

from .compare import Say
from .measure import ratio, spread
from .process import ROOT

DONE = "import time; print(time.process_time(), flush=True)"
LIBRARIES = ["-c", f"import numpy, scipy.fft, scipy.ndimage, matplotlib.pyplot; {DONE}"]
PICTURE = ["-m", "benchmarks.start"]


def run(folder: Path, say: Say, *, rounds: int = 3) -> dict:
    full = mkdtemp(dir=folder)
    timed(PICTURE, folder, full)
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in ("libraries", "empty", "full")}
    for _ in range(rounds):
        for name, command, cache in (
            ("libraries", LIBRARIES, full),
            ("empty", PICTURE, mkdtemp(dir=folder)),
            ("full", PICTURE, full),
        ):
            took[name].append(timed(command, folder, cache))
        say(", ".join("{} {:.2f} s ({:.2f})".format(name, *values[-1]) for name, values in took.items()))
    seconds, processor = ({name: [pair[i] for pair in pairs] for name, pairs in took.items()} for i in (0, 1))
    return {
        "seconds": {name: spread(values) for name, values in seconds.items()},
        "processor": {name: spread(values) for name, values in processor.items()},
        "ratios": {name: ratio(seconds[name], seconds["libraries"]) for name in ("empty", "full")},
    }


def timed(command: list[str], folder: Path, cache: str) -> tuple[float, float]:
    """Return the seconds from the start of a Python process to its line, and those of the processor that it wrote."""
    environment = os.environ | {
        "NUMBA_CACHE_DIR": cache,
        "PYTHONPATH": str(ROOT),
        "MPLBACKEND": "agg",
        "TQDM_DISABLE": "1",
    }
    start = perf_counter()
    with subprocess.Popen([sys.executable, *command], cwd=folder, env=environment, stdout=subprocess.PIPE) as process:
        processor = float(process.stdout.readline() or "nan")
        took = perf_counter() - start
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return took, processor


def cells() -> list[ast.stmt]:
    """Return the statements of the page that a reader sees; the last one is the figure."""
    page = (ROOT / "book" / "tenlines.md").read_text(encoding="utf-8")
    found = re.findall(r"(?s)```\{code-cell\} ipython3\n(.*?)```", page)
    shown = "".join(cell for cell in found if "remove-cell" not in cell)
    return ast.parse(re.sub(r"(?m)^:.*", "", shown)).body


def main() -> None:
    *steps, last = cells()
    names: dict = {}
    exec(compile(ast.Module(steps, []), "tenlines", "exec"), names)
    figure = eval(compile(ast.Expression(last.value), "tenlines", "eval"), names)
    figure.savefig(io.BytesIO())
    exec(DONE)
    from mrilab.arrays import ready

    ready.wait()


if __name__ == "__main__":
    main()
