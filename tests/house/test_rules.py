"""The rules of the house that no tool checks."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from helpers import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def tracked() -> list[Path]:
    """Files that git tracks or would add: those of the project, in a checkout without git too."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if listing.returncode:
        pytest.fail("this test reads the list of files from git, and found no repository")
    return [path for name in listing.stdout.splitlines() if (path := ROOT / name).is_file()]


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) < 100


def test_the_code_in_readme_runs():
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    names = {}
    exec(code, names)
    assert names["x"].shape == names["shape"]
    assert names["Z"].shape == (8, *names["shape"])


def test_files_of_the_package_are_short():
    long = {p.name: n for p in (ROOT / "mrilab").rglob("*.py") if (n := len(p.read_text().splitlines())) > 300}
    assert not long


def test_no_path_of_a_machine():
    machine = re.compile(rb"(?<![\w.:/)}-])/(work|root|home|tmp)/[a-z]")
    found = [
        path.relative_to(ROOT) for path in tracked() if machine.search(path.read_bytes()) and path != Path(__file__)
    ]
    assert not found


def test_no_notebooks():
    assert not [path for path in tracked() if path.suffix == ".ipynb"]


def test_the_pins_lie_in_the_ranges():
    lines = (line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines())
    pins = {canonicalize_name(pin.name): pin for pin in map(Requirement, filter(None, lines))}
    assert all(re.fullmatch(r"==[^*,]+", str(pin.specifier)) for pin in pins.values())
    extras = PROJECT["optional-dependencies"].values()
    for wanted in map(Requirement, [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]):
        pin = pins.get(canonicalize_name(wanted.name))
        assert pin is not None, f"requirements.txt does not pin {wanted.name}"
        assert wanted.specifier.contains(str(pin.specifier)[2:]), f"{pin} is not in {wanted}"
