"""Files that are whole or not there: how everything in the package is written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def atomic(path: str | os.PathLike) -> Iterator[Path]:
    """Give a temporary path beside `path`, and rename it to `path` once the block has ended without an error.

    A reader, or a second run after a crash, so finds the whole file, the one that was there before, or none. The
    temporary file is in the same folder (renaming across disks is a copy) and keeps the suffix, which many writers go
    by. Raises FileNotFoundError if there is no such folder, and leaves nothing behind when the block fails.

    >>> from tempfile import TemporaryDirectory
    >>> folder = TemporaryDirectory()
    >>> with atomic(folder.name + "/note.txt") as part:
    ...     _ = part.write_text("all of it")
    >>> os.listdir(folder.name)
    ['note.txt']
    >>> folder.cleanup()
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"cannot write {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise IsADirectoryError(f"cannot write {path}: it is a folder")
    # A name of its own, so that two writers do not share it; a leading dot, so that no listing takes it for a result.
    part = path.with_name(f".{uuid4().hex[:8]}-{path.name}")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
