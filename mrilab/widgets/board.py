"""Which exercises are passed, by chapter, with the buttons that take the record along to another computer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import traitlets

from .base import Widget, source

Record = dict[str, dict[str, Any]]  # exercise -> {"tries": n, "passed": bool}


class ProgressBoard(Widget):
    """Show which exercises of each chapter are passed; take the record away as a file, bring one in, or begin again.

    With a kernel, `read` and `write` keep the record, each time that the board is shown, or changed. On a page without
    one the reader's browser keeps it: that of the quizzes that were answered on the pages, and of a file that was
    brought in. Nothing is sent anywhere.

    Parameters
    ----------
    chapters : sequence of (str, str, sequence of (str, str, int))
        Page, its title, and its exercises: name, anchor on the page, and minutes.
    read : callable
        Returns the record, {exercise: {"tries": n, "passed": bool}}.
    write : callable
        Is given the whole record after a file was brought in, or after "Begin again".

    Attributes
    ----------
    record : dict
        The record as it was shown last; empty before. What a page stores is therefore nobody's record.

    Examples
    --------
    >>> kept = {"fold": {"tries": 2, "passed": True}}
    >>> board = ProgressBoard([("aliasing", "Aliasing", [("fold", "ex-fold", 10)])], lambda: kept, kept.update)
    >>> board
    ProgressBoard(1 of 1 exercises passed)
    """

    _esm = source("ui.js", "board.js")
    _css = source("ui.css", "board.css")
    chapters: traitlets.List = traitlets.List().tag(sync=True)
    record = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        chapters: Sequence[tuple[str, str, Sequence[tuple[str, str, int]]]],
        read: Callable[[], Record],
        write: Callable[[Record], Any],
    ):
        self._read, self._write = read, write
        rows = [
            {
                "page": page,
                "title": title,
                "tasks": [{"name": name, "anchor": anchor, "minutes": time} for name, anchor, time in tasks],
            }
            for page, title, tasks in chapters
        ]
        super().__init__(chapters=rows)
        self.on_msg(self._asked)

    def _asked(self, widget, content, buffers) -> None:
        """Answer the board: it asks for the record when it is shown, and sends the one to be kept."""
        if "write" in content:
            self._write(cleaned(content["write"]))
        self.record = self._read()
        self.send({"record": self.record})

    def __repr__(self) -> str:
        names = [task["name"] for row in self.chapters for task in row["tasks"]]
        kept = self._read()
        passed = sum(bool(kept.get(name, {}).get("passed")) for name in names)
        return f"ProgressBoard({passed} of {len(names)} exercises passed)"


def cleaned(record: Mapping[str, Any]) -> Record:
    """Return a record with what is none left out, since files that are brought in may hold anything.

    >>> cleaned({"fold": {"tries": 2, "passed": 1}, "else": 3})
    {'fold': {'tries': 2, 'passed': True}}
    """
    kept = {}
    for name, entry in record.items():
        if isinstance(entry, Mapping) and isinstance(entry.get("tries"), int) and "passed" in entry:
            kept[str(name)] = {"tries": entry["tries"], "passed": bool(entry["passed"])}
    return kept
