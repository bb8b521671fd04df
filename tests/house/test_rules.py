"""The rules of the house that no tool checks."""

import os
import re
import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from helpers import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def tracked() -> list[Path]:
    """The files of the project, in a checkout without git too: all but what .gitignore names, by its last part."""
    patterns = [*(ROOT / ".gitignore").read_text().replace("/", "").split(), ".git"]

    def kept(names):
        return [name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)]

    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = kept(folders)
        found += [Path(folder, name) for name in kept(files)]
    return found


def test_the_list_of_files_is_gits():
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("git is not needed, and not here to compare with")
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert {path for name in listing if (path := ROOT / name).is_file()} <= set(tracked())


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) < 100


@pytest.mark.slow
def test_the_code_in_readme_runs():
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    names = {}
    exec(code, names)
    assert names["x"].shape == names["shape"]
    assert names["Z"].shape == (8, *names["shape"])


@pytest.mark.parametrize("folder", ["mrilab", "book/_ext", "book/_notebooks", "benchmarks"])
def test_a_file_holds_one_concept_and_a_long_one_says_why(folder):
    """Beyond 300 lines, its docstring or a comment has a sentence that begins "Long because"."""
    texts = {path.relative_to(ROOT): path.read_text() for path in (ROOT / folder).rglob("*.py")}
    long = {path: text for path, text in texts.items() if len(text.splitlines()) > 300}
    assert not [
        path for path, text in long.items() if not re.search(r"(?m)^(#\s*|.*[.\"]\s*|\s*)Long because \w", text)
    ]


def test_nobody_edits_where_python_looks_or_looks_at_frames():
    tricks = re.compile(r"sys\.(path|_getframe)\b|syspath_prepend|sys import [^\n]*\b(path|_getframe)\b")
    files = [*(ROOT / "mrilab").rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "book").rglob("*.py")]
    assert not [path.relative_to(ROOT) for path in files if tricks.search(path.read_text()) and path != Path(__file__)]


def test_no_two_files_of_tests_share_a_name():
    """Since pytest imports them by it."""
    names = [path.name for path in (ROOT / "tests").rglob("*.py")]
    assert len(names) == len(set(names))


CLOCK = re.compile(
    r"assert[^\n]*\b(perf_counter|process_time|monotonic|time\.time|seconds\s*<|elapsed)\b"
    r"|(perf_counter|process_time|monotonic|time\.time)\(\)[^\n]*[-+][^\n]*[<>]"
)


def test_no_test_asserts_a_time_of_the_clock():
    """A busy machine takes longer: times are printed, and limits stand in benchmarks."""
    files = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    found = [path.relative_to(ROOT) for path in files if CLOCK.search(path.read_text())]
    assert not found


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
    # the book is built without a GPU, so what only CUDA can load is not installed there, and has no pin
    extras = [wanted for name, wanted in PROJECT["optional-dependencies"].items() if name != "gpu"]
    for wanted in map(Requirement, [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]):
        pin = pins.get(canonicalize_name(wanted.name))
        assert pin is not None, f"requirements.txt does not pin {wanted.name}"
        assert wanted.specifier.contains(str(pin.specifier)[2:]), f"{pin} is not in {wanted}"


@pytest.mark.parametrize(
    "path", [*ROOT.glob("mrilab/widgets/*.js"), *ROOT.glob("book/_static/*.*js")], ids=lambda path: path.name
)
def test_no_line_of_javascript_is_longer_than_one_of_python(path):
    long = [number for number, line in enumerate(path.read_text().splitlines(), 1) if len(line) > 120]
    assert long == []
