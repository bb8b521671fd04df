"""An environment like Colab's, with its versions of what mrilab shares with it, and a reader's own layer upon it."""

import json
import re
import shutil
import subprocess
import venv
from importlib.metadata import distributions
from pathlib import Path

from helpers import ROOT

# The first four are known to be Colab's, and decide what a reader has to download; the others are about as old.
VERSIONS = [
    "numpy==2.0.2",
    "scipy==1.16.3",
    "numba==0.60.0",
    "ipywidgets==7.7.1",
    "matplotlib==3.10.0",
    "scikit-image==0.25.2",
    "PyWavelets==1.9.0",
    "tqdm==4.67.1",
    "h5py==3.15.1",
    "nibabel==5.3.2",
    "safetensors==0.7.0",
    "ipykernel==6.17.1",
    "ipython==7.34.0",
    "traitlets==5.7.1",
    "notebook==6.5.7",
]


def run(python, *words, **options):
    """Run Python with these words; an error says what it said."""
    done = subprocess.run([python, *words], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-3000:]
    return done.stdout


def site(python: Path) -> Path:
    """The folder of an environment that holds its packages."""
    return next((python.parents[1] / "lib").glob("python*/site-packages"))


def environment(folder: Path) -> Path:
    """Make the environment, and a copy of mrilab to install from; return its Python."""
    venv.create(folder / "colab", with_pip=True)
    python = folder / "colab" / "bin" / "python"
    (torch,) = re.findall(r"(?m)^torch==\S+", (ROOT / "requirements.txt").read_text())
    run(python, "-m", "pip", "install", "-qq", torch, *VERSIONS)
    shutil.copytree(ROOT / "mrilab", folder / "source" / "mrilab", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "source")
    return python


def layer(below: Path, folder: Path) -> Path:
    """Make an environment that has what is below, where nothing is changed, and holds what is added; return its Python.

    So every notebook begins as Colab does, and what it installs can be weighed.
    """
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    (site(python) / "below.pth").write_text(f"{site(below)}\n")
    return python


def names(python: Path) -> set[str]:
    """The packages that an environment itself holds."""
    found = (found.metadata["Name"] for found in distributions(path=[str(site(python))]))
    return {re.sub(r"[-_.]+", "-", name).lower() for name in found}


def megabytes(python: Path) -> float:
    """What the packages of an environment weigh."""
    return sum(path.stat().st_size for path in site(python).rglob("*") if path.is_file()) / 1e6


def kernel(python: Path, folder: Path, **env: str) -> Path:
    """Write the description of a kernel of this Python, named "colab"; return the folder to look for it in."""
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Colab", "language": "python", "env": {"PYTHONPATH": "", **env}}
    (folder / "kernels" / "colab").mkdir(parents=True)
    (folder / "kernels" / "colab" / "kernel.json").write_text(json.dumps(spec))
    return folder / "kernels"
