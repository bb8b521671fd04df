"""Chromium is found, or installed, or missed in one clear line before anything else, on machines that are pretended."""

import os
import subprocess
import sys

import pytest
from helpers import ROOT

APT = """#!/bin/sh
echo "$@" >> {calls}
if [ "$1" = install ]; then echo '#!/bin/sh' > {folder}/chromium; /bin/chmod +x {folder}/chromium; fi
"""
SUDO = "#!/bin/sh\nshift\n$@\n"  # sudo -n COMMAND
BROKEN = "#!/bin/sh\necho 'E: no such package' >&2\nexit 100\n"
START = """
import os, runpy, shutil
os.geteuid, find = lambda: {user}, shutil.which
shutil.which = lambda name: None if "/" in name else find(name)  # this machine's own applications
runpy.run_path("tests/find_chromium.py", run_name="__main__")
"""
INSTALLED = ["update -qq", "install -qq -y chromium"]


@pytest.fixture
def machine(tmp_path):
    """`machine(user, {program: script})` runs find_chromium.py where there is nothing else, and returns the calls."""
    folder, calls = tmp_path / "bin", tmp_path / "calls"
    folder.mkdir()

    def run(user, programs):
        for name, script in programs.items():
            (folder / name).write_text(script.replace("{calls}", str(calls)).replace("{folder}", str(folder)))
            (folder / name).chmod(0o755)
        command = [sys.executable, "-c", START.replace("{user}", str(user))]
        env = os.environ | {"PATH": str(folder)}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        return done, calls.read_text().splitlines() if calls.is_file() else []

    return run


def test_one_that_is_there_is_taken_in_silence(machine):
    done, calls = machine(0, {"google-chrome": "#!/bin/sh\n", "apt-get": APT})
    assert (done.returncode, done.stdout, done.stderr, calls) == (0, "", "", [])


@pytest.mark.parametrize("user, programs", [(0, {"apt-get": APT}), (1000, {"apt-get": APT, "sudo": SUDO})])
def test_it_is_installed_by_root_and_by_sudo_without_a_password(machine, user, programs):
    done, calls = machine(user, programs)
    assert (done.returncode, done.stderr, calls) == (0, "", INSTALLED)


@pytest.mark.parametrize(
    "user, programs, words",
    [
        (1000, {"apt-get": APT}, "this user may not install it. Ask for the package `chromium`"),
        (1000, {"apt-get": APT, "sudo": "#!/bin/sh\nexit 1\n"}, "this user may not install it"),
        (0, {}, "there is no apt-get to install it with"),
        (0, {"apt-get": BROKEN}, "`apt-get update -qq` failed: E: no such package"),
        (0, {"apt-get": "#!/bin/sh\n"}, "it is not on the PATH"),
    ],
)
def test_where_it_cannot_be_installed_one_line_says_why(machine, user, programs, words):
    done, calls = machine(user, programs)
    assert done.returncode == 1 and not calls
    (line,) = done.stderr.splitlines()
    assert line.startswith("The tests drive Chromium, and there is none on this machine: ") and words in line


def test_make_asks_for_it_before_anything_else():
    """`make -n test` prints what would run, in order. Below another make it would name the folder first."""
    command = ["make", "--no-print-directory", "-n", "-j4", "test"]
    plan = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert plan.splitlines()[0].endswith("tests/find_chromium.py")
