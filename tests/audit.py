"""The record of the last `make audit`: what it found, when and at which commit, and how many commits ago that was."""

import json
import subprocess
from datetime import date
from pathlib import Path
from time import monotonic

from helpers import ROOT

from mrilab.files import atomic, read_json

FILE = Path(__file__).with_suffix(".json")
START = monotonic()


def git(*words: str) -> str:
    """What git says of this repository; nothing where there is no git, no repository or no answer."""
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def write(counts: dict[str, int], seconds: float, day: str, path: Path) -> None:
    """Store what an audit found; a commit that ends in "-dirty" had changes beside it."""
    commit = git("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*") or "unknown"
    found = {"commit": commit, "date": day, "minutes": round(seconds / 60, 1), **counts}
    with atomic(path) as part:
        part.write_text(json.dumps(found, indent=2) + "\n")


def age(commit: str) -> str:
    """How long ago a commit was, counted in commits."""
    count = git("rev-list", "--count", f"{commit.removesuffix('-dirty')}..HEAD")
    if not count:
        return "at a commit that is not in this checkout"
    return f"{count} commit{'' if count == '1' else 's'} ago"


def line(path: Path) -> str:
    """One line on the last audit, for the end of every run of the tests."""
    if not path.is_file():
        return "audit: none is recorded; `make audit` runs it"
    found = read_json(path, "the record of an audit")
    counts = ", ".join(f"{found[name]} {name}" for name in ("passed", "failed", "skipped") if found[name])
    return f"audit: {counts or 'no tests'} in {found['minutes']} minutes on {found['date']}, {age(found['commit'])}"


def pytest_addoption(parser):
    """`--record-audit`, for `make audit`."""
    parser.addoption("--record-audit", action="store_true", help="store what was found in tests/audit.json")


def pytest_terminal_summary(terminalreporter, config):
    """Record this audit, if it is one, and say at the end of every run how old the last one is."""
    if config.getoption("--record-audit"):
        found = {name: len(terminalreporter.getreports(name)) for name in ("passed", "failed", "error", "skipped")}
        found["failed"] += found.pop("error")
        write(found, monotonic() - START, date.today().isoformat(), FILE)
    terminalreporter.write_line(line(FILE))
