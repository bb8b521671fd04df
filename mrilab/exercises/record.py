"""The record of passed exercises: a small JSON file in the user's own folder, and its summary."""

import json
import os
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from ..files import BrokenFileError, atomic, read_json, reading
from .base import Exercise, find, names
from .chapters import CHAPTERS


def path() -> Path:
    """Return the path of the record: $MRILAB_PROGRESS, or a file in the user's folder for application data.

    >>> path().suffix
    '.json'
    """
    if chosen := os.environ.get("MRILAB_PROGRESS"):
        return Path(chosen)
    home = Path(os.path.expanduser("~"))
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "mrilab" / "progress.json"


def read() -> dict[str, dict[str, Any]]:
    """Return {exercise: {"tries": n, "passed": bool}}, empty if there is no file.

    A file that is broken is kept beside as progress.broken.json, with a warning, and the record begins again.
    """
    file, expected = path(), "a record of exercises"
    try:
        kept = read_json(file, expected)
        with reading(file, expected):
            return {
                str(name): {"tries": int(entry["tries"]), "passed": bool(entry["passed"])}
                for name, entry in kept.items()
            }
    except BrokenFileError as error:
        aside = file.with_suffix(".broken.json")
        with suppress(OSError):
            os.replace(file, aside)
        warnings.warn(f"{error}. The record begins again; the old file is now {aside}", RuntimeWarning, stacklevel=3)
    except OSError:
        pass
    return {}


def write(kept: dict[str, dict[str, Any]]) -> None:
    """Replace the record; errors of the disk, such as a full or read-only one, are ignored."""
    try:
        file = path()
        file.parent.mkdir(parents=True, exist_ok=True)
        with atomic(file) as part:
            part.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    except OSError:
        pass


def note(name: str, *, passed: bool) -> None:
    """Record one try."""
    kept = read()
    old = kept.get(name, {"tries": 0, "passed": False})
    kept[name] = {"tries": old["tries"] + 1, "passed": old["passed"] or passed}
    write(kept)


@dataclass(frozen=True)
class Progress:
    """A summary by chapter: rows (title, passed, number of exercises, minutes left, next exercise)."""

    rows: list[tuple[str, int, int, int, str]]

    @property
    def passed(self) -> int:
        """Number of passed exercises."""
        return sum(row[1] for row in self.rows)

    def _total(self) -> str:
        return f"{self.passed} of {sum(row[2] for row in self.rows)} exercises passed"

    def __repr__(self) -> str:
        width = max(len(row[0]) for row in self.rows)
        lines = [
            f"  {chapter:{width}}  {done:2} of {of:2}" + (f", {left:3} min left, next: {step}" if step else ", done")
            for chapter, done, of, left, step in self.rows
        ]
        return "\n".join([self._total(), *lines])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{t}</th>' for t in ("chapter", "passed", "minutes left", "next"))
        body = "".join(
            f'<tr><th scope="row">{escape(chapter)}</th><td>{done} of {of}</td><td>{left}</td>'
            f"<td>{escape(step) or '✔ done'}</td></tr>"
            for chapter, done, of, left, step in self.rows
        )
        return (
            f'<table role="table"><caption>{self._total()}</caption><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table>"
        )


def progress() -> Progress:
    """Return the exercises passed so far, by chapter; notebooks show them as a table.

    They are recorded in a file of the user on this computer (`mrilab.exercises.record.path`). Nothing is sent.

    >>> summary = progress()
    >>> summary.passed <= len(names())
    True
    """
    kept, rows = read(), []
    tasks = [find(name) for name in names()]
    for chapter in dict.fromkeys(task.chapter for task in tasks):
        mine = [task for task in tasks if task.chapter == chapter]
        open_ = [task for task in mine if not kept.get(task.name, {}).get("passed")]
        left = sum(task.minutes for task in open_)
        rows.append(
            (CHAPTERS.get(chapter, chapter), len(mine) - len(open_), len(mine), left, open_[0].name if open_ else "")
        )
    return Progress(rows)


def progress_board() -> Any:
    """Return a widget of the exercises passed, by chapter, which saves the record as a file and brings one in.

    Colab forgets its files, and another computer has none of them: save the record there, and bring it in here.

    >>> progress_board()  # doctest: +ELLIPSIS
    ProgressBoard(... exercises passed)
    """
    from ..widgets.board import ProgressBoard

    tasks = [find(name) for name in names()]
    chapters = [
        (
            chapter,
            CHAPTERS.get(chapter, chapter),
            [(t.name, place(t), t.minutes) for t in tasks if t.chapter == chapter],
        )
        for chapter in dict.fromkeys(task.chapter for task in tasks)
    ]
    return ProgressBoard(chapters, read, write)


def place(task: Exercise) -> str:
    """Return the anchor of an exercise or a quiz on its page."""
    return f"quiz-{task.name}" if task.kind == "choice" and task.minutes == 2 else task.label
