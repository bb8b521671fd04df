"""The wheel holds every file of the package, and works where the project's folder is out of reach."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest
from helpers import ROOT

pytestmark = pytest.mark.slow

EXTRAS = ("torch", "safetensors", "anywidget", "ipywidgets", "mrinufft", "mri_nufft", "finufft", "h5py", "ismrmrd")
EXTRAS += ("dask", "distributed")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy: building leaves folders behind."""
    source, target = (tmp_path_factory.mktemp(name) for name in ("source", "wheel"))
    shutil.copytree(ROOT / "mrilab", source / "mrilab", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", target, source], check=True)
    return next(target.glob("*.whl"))


def environment(folder, wheel, without=()):
    """Make an environment with the wheel and all that is installed here but `without`, as links; return its Python."""
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        name = entry.name.lower().split("-")[0].split(".")[0]
        if entry.suffix != ".pth" and not name.startswith(("mrilab", "__editable__", *without)):
            (site / entry.name).symlink_to(entry)
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True)
    return python


def smoke(python, folder):
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")} | {"TQDM_DISABLE": "1"}
    shutil.copy(ROOT / "tests" / "smoke.py", folder)
    command = [python, "smoke.py"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"mrilab of {python.parents[1]}" in done.stdout
    return done.stdout


def test_the_wheel_holds_every_file_of_the_package(wheel):
    held = {name for name in ZipFile(wheel).namelist() if name.startswith("mrilab/")}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "mrilab").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.name != ".DS_Store"
    }
    assert held == wanted


def test_every_room_works_with_all_extras(wheel, tmp_path):
    said = smoke(environment(tmp_path / "venv", wheel), tmp_path)
    assert "wait for an extra: none" in said and "asks for more" not in said


@pytest.mark.audit
def test_every_room_works_or_names_its_extra_without_them(wheel, tmp_path):
    said = smoke(environment(tmp_path / "venv", wheel, EXTRAS), tmp_path)
    asking = re.findall(r"(?m)^(\w+) asks for more: .*mrilab\[(\w+)\]", said)
    assert asking == [("nets", "torch"), ("widgets", "notebook")]
