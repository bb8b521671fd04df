"""Atomic writing: a file is either complete or absent. All files that the package writes go through here."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def atomic(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path beside `path`, and rename it to `path` when the block ends without an error.

    So a reader, or a second run after a crash, finds the complete new file, the previous one, or none. The temporary
    file is in the same folder, because renaming across disks is a copy, and has the same suffix, because many writers
    choose the format by it. If the block fails, the temporary file is removed. Raises FileNotFoundError if the folder
    does not exist, IsADirectoryError if `path` is a folder.

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
    # A unique name, so that two writers do not share it; a leading dot, so that it is not listed as a result.
    # Of a long name its end alone: a name has at most 255 bytes.
    part = path.with_name(f".{uuid4().hex[:8]}-{path.name[-16:]}")
    try:
        yield part
        with open(part, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
        _sync_names(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _sync_names(folder: Path) -> None:
    """Bring the names in a folder to the disk, on systems where a folder can be opened."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
