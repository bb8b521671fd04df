"""Compilation of loops by numba: its options, and the cache for later processes."""

import os
import tempfile
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

from numba import config, njit

FAST = {"reassoc", "nsz", "contract", "arcp"}  # not "nnan", because NaN must stay NaN


def compiled(function: Callable, **options):
    """Return a loop compiled by numba, which releases the GIL and is compiled once for all processes.

    numba caches compiled loops beside the source, or in the user's cache. In containers and on clusters both may be
    read-only. Then they are cached in a private folder in the temporary directory, and if that fails, each process
    compiles them again; a warning is given once. NUMBA_CACHE_DIR overrides all of these.

    >>> from mrilab.arrays.loops import combine
    >>> combine.targetoptions["nogil"]
    True
    """
    options = {"nogil": True, "fastmath": FAST, **options}
    try:
        return njit(cache=True, **options)(function)
    except RuntimeError:  # numba looks for its cache immediately
        folder = _temporary_place()
        if folder:
            config.CACHE_DIR = folder  # type: ignore[attr-defined]
        return njit(cache=bool(folder), **options)(function)


def inlined(function: Callable):
    """Return a loop that is inlined in the loops that call it."""
    return compiled(function, inline="always")


@cache
def _temporary_place() -> str:
    """Return a folder that only this user can write to, or "" if there is none, with a warning.

    numba unpickles the files in its cache, so whoever can write there can run code as this user.
    """
    try:
        user = os.getuid() if hasattr(os, "getuid") else None  # on Windows the temporary folder is private
        folder = Path(tempfile.gettempdir(), f"mrilab-{user}")
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if user is not None and (status.st_uid != user or status.st_mode & 0o077):
            raise PermissionError(f"{folder} is not this user's alone")
        tempfile.TemporaryFile(dir=folder).close()
        place, fate = str(folder), f"they are kept in {folder}"
    except OSError as error:
        place, fate = "", f"each process compiles them anew, since there is no temporary one either ({error})"
    warnings.warn(
        f"there is no folder to keep compiled loops in (the package is read-only, and so is home): {fate}. "
        "NUMBA_CACHE_DIR names a better one",
        RuntimeWarning,
        stacklevel=3,
    )
    return place
