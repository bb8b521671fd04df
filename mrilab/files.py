"""Files of our own: written whole or not at all, and named when they cannot be read, as after a power failure."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4


class BrokenFileError(ValueError):
    """The error for a file of ours that is cut off or spoilt: it names the file, what was found, and what was expected.

    >>> raise BrokenFileError("study.json: found 3 bytes; expected the record of a study")
    Traceback (most recent call last):
    mrilab.files.BrokenFileError: study.json: found 3 bytes; expected the record of a study
    """


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


@contextmanager
def reading(path: str | os.PathLike, expected: str) -> Iterator[None]:
    """Turn whatever a reader raises in the block on a broken file into a BrokenFileError.

    A file that is missing, a folder, or not ours to read raises as always.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "table.json"
    ...     _ = path.write_text('{"psnr": [31.')
    ...     with reading(path, "a table"):
    ...         json.loads(path.read_text())
    Traceback (most recent call last):
    mrilab.files.BrokenFileError: .../table.json: found 13 bytes that cannot be read (JSONDecodeError: ...); ...
    """
    try:
        yield
    except (FileNotFoundError, IsADirectoryError, PermissionError, MemoryError):
        raise
    except Exception as error:  # zip archives, pickles and headers that are cut off raise errors of many types
        found = f"{os.path.getsize(path)} bytes that cannot be read ({type(error).__name__}: {str(error)[:200]})"
        raise BrokenFileError(f"{os.fspath(path)}: found {found}; expected {expected}") from error


def read_json(path: str | os.PathLike, expected: str) -> Any:
    """Return what a JSON file holds; raise BrokenFileError if it is cut off or no JSON."""
    with reading(path, expected), open(path, encoding="utf-8") as file:
        return json.load(file)
