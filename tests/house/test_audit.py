"""The record of the audit says what was found, and how old it is."""

import json
import os
import shutil
import subprocess
import sys

import audit
import pytest
from helpers import ROOT

COUNTS = {"passed": 4, "failed": 1, "skipped": 0}


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """An empty repository; `commit()` adds to it."""
    if not shutil.which("git"):
        pytest.skip("git is not needed, and not here: there are no commits to count")

    def git(*words):
        as_who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", str(tmp_path), *as_who, *words], check=True, capture_output=True)

    git("init", "-q")
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    return lambda: git("commit", "-q", "--allow-empty", "-m", "more")


def test_it_grows_older_with_every_commit(repository, tmp_path):
    path = tmp_path / "audit.json"
    assert audit.line(path) == "audit: none is recorded; `make audit` runs it"
    repository()
    audit.write(COUNTS, 150.0, "2026-05-04", path)
    found = "audit: 4 passed, 1 failed in 2.5 minutes on 2026-05-04"
    for ago in ("0 commits", "1 commit", "2 commits"):
        assert audit.line(path) == f"{found}, {ago} ago"
        repository()
    assert len(json.loads(path.read_text())["commit"]) == 40


def test_a_commit_that_is_not_here_and_a_place_without_a_repository_are_said(repository, tmp_path, monkeypatch):
    path = tmp_path / "audit.json"
    repository()
    path.write_text(json.dumps({"commit": "0" * 40, "date": "2026-05-04", "minutes": 1, **COUNTS}))
    assert audit.line(path).endswith("at a commit that is not in this checkout")
    monkeypatch.setenv("PATH", str(tmp_path))  # no git
    audit.write(COUNTS, 60.0, "2026-05-04", path)
    assert json.loads(path.read_text())["commit"] == "unknown"
    assert audit.line(path).endswith("at a commit that is not in this checkout")


def test_a_run_records_its_counts_and_every_run_shows_them(tmp_path):
    """pytest in a folder of its own, with the hooks of this one."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text(
        "from pathlib import Path\nimport audit\nfrom audit import pytest_addoption, pytest_terminal_summary\n"
        "audit.FILE = Path(__file__).with_name('audit.json')\n"
    )
    (tmp_path / "test_some.py").write_text(
        "import pytest\ndef test_one(): pass\ndef test_two(): assert 0\ndef test_four(): pytest.skip()\n"
        "@pytest.fixture\ndef broken(): assert 0\ndef test_three(broken): pass\n"
    )

    def run(*options):
        env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), str(ROOT)])}
        line = [sys.executable, "-m", "pytest", "-q", *options]
        return subprocess.run(line, cwd=tmp_path, env=env, capture_output=True, text=True, check=False).stdout

    assert "audit: none is recorded" in run()
    assert "audit: 1 passed, 2 failed, 1 skipped in 0.0 minutes" in run("--record-audit")
    assert "audit: 1 passed, 2 failed, 1 skipped in 0.0 minutes" in run("-k", "one")
