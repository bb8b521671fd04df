"""`make book` does nothing only if the sources and the site are those of the last build."""

import sys

import pytest

from book._notebooks import fresh


@pytest.fixture
def course(tmp_path, monkeypatch):
    for name in ("book/fft.md", "tests/test_fft.py", "_build/html/fft.html", ".venv/pip.py", "Makefile"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one")
    monkeypatch.setattr(fresh, "ROOT", tmp_path)
    monkeypatch.setattr(fresh, "MARK", tmp_path / "_build" / "mark")
    return tmp_path


def is_fresh(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["fresh", *arguments])
    try:
        fresh.main()
    except SystemExit as end:
        return end.code == 0
    return True


@pytest.mark.parametrize(
    "name, counts",
    [
        ("book/fft.md", True),
        ("Makefile", True),
        ("mrilab/new.py", True),
        ("_build/html/fft.html", True),
        ("_build/html/new.html", True),
        ("tests/test_fft.py", False),
        (".venv/pip.py", False),
    ],
)
def test_a_change_counts_unless_it_is_of_a_test(course, monkeypatch, name, counts):
    assert not is_fresh(monkeypatch), "nothing was built yet"
    assert is_fresh(monkeypatch, "--mark") and is_fresh(monkeypatch)
    (course / name).parent.mkdir(exist_ok=True)
    (course / name).write_text("another")
    assert is_fresh(monkeypatch) is not counts
