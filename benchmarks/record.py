"""The file of results: one entry a part, with when, where and with what it was measured."""

import importlib.metadata
import json
import platform
import subprocess
from datetime import date
from functools import cache
from pathlib import Path

from mrilab.files import atomic, read_json

from .goals import figures
from .process import ROOT, cores

FILE = ROOT / "mrilab" / "plots" / "benchmark.json"
OURS = ("mrilab", "numpy", "scipy", "numba", "PyWavelets", "finufft")


def machine() -> dict:
    """Say where and with which versions this runs."""
    return {
        "processor": _processor(),
        "cores": len(cores()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: importlib.metadata.version(name) for name in OURS},
        "commit": _commit(),
        "date": date.today().isoformat(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"


@cache  # writing the results makes the working tree dirty
def _commit() -> str | None:
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() or None
    except (OSError, subprocess.CalledProcessError):
        return None


def read(path: Path = FILE) -> dict:
    return read_json(path, "measured benchmarks") if path.exists() else {}


def write(part: str, result: dict, path: Path = FILE) -> None:
    """Put the result of one part into the file and leave the others as they are; nobody sees half a file."""
    parts = read(path).get("parts", {}) | {part: {"measured": machine(), "result": result}}
    whole = {"parts": dict(sorted(parts.items())), "goals": figures(parts)}
    text = json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    with atomic(path) as file:
        file.write_text(text, encoding="utf-8")
