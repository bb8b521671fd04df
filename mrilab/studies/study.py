"""A study: one function over many slices or scans, on this machine or on a cluster, which can be resumed.

Its folder contains a record of function, settings and items, so that a rerun never uses results of another study.
"""

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays.checks import whole
from ..arrays.libraries import to_numpy
from ..files import atomic, reading
from ..progress import progress_bar
from .record import check_record
from .runners import run_here, run_on_dask

SUFFIX, LONGEST = ".npy", 255  # a file name has at most so many bytes


class StudyError(RuntimeError):
    """The error for failed items of a study; `errors` maps their names to their errors. All other items are done.

    >>> StudyError("out", {"scan3": ValueError("no data")}, 8).errors
    {'scan3': ValueError('no data')}
    """

    def __init__(self, folder: Path | str, errors: dict[str, BaseException], total: int):
        self.errors = errors
        named = "; ".join(f"{name} ({type(e).__name__}: {str(e)[:200]})" for name, e in list(errors.items())[:5])
        more = f"; and {len(errors) - 5} more" if len(errors) > 5 else ""
        super().__init__(
            f"{len(errors)} of {total} items failed: {named}{more}. The other results are in {folder}; "
            "a rerun tries these again"
        )


class Results(Mapping):
    """The results of a study, a mapping from names to arrays; each is loaded from its file when it is accessed.

    >>> Results("out", ["slice0", "slice1"]).path("slice1").name
    'slice1.npy'
    """

    def __init__(self, folder: str | os.PathLike, names: Iterable[str]):
        self.folder = Path(folder)
        self._names = dict.fromkeys(names)

    def path(self, name: str) -> Path:
        """Return the path of the .npy file of a result."""
        return self.folder / (name + SUFFIX)

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._names:
            raise KeyError(name)
        with reading(self.path(name), "the result of a study; a rerun computes it again"):
            return np.load(self.path(name), allow_pickle=False)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"Results: {len(self)} in {self.folder}"


def study(
    function: Callable,
    items: Mapping[str, Any] | Iterable,
    folder: str | os.PathLike,
    *,
    settings: Mapping[str, Any] | None = None,
    workers: int = 2,
    scheduler: str | None = None,
    progress: bool | None = None,
) -> Results:
    """Return function(item, **settings) for every item; each result is saved in `folder` as soon as it is computed.

    A rerun computes only the missing results, so a study that was interrupted, by Ctrl-C or a power cut, continues. The
    tasks run in processes of dask.distributed; if a process dies (out of memory, killed), its tasks are given to
    others. An item that raises an error, or whose processes died four times, does not stop the others: all errors are
    reported at the end, with the names of the items.

    Parameters
    ----------
    function : callable
        Takes an item and returns an array or a number. Its output stays in its process. It must be importable there, or
        be defined in a notebook.
    items : mapping or sequence
        {name: item}; or paths, numbers or strings, whose last part becomes the name: that of "scans/a.h5" is "a.h5".
        Items should be small, such as paths and numbers of slices: the function loads the data.
    folder : str or path
        Folder of the results, name.npy, each written atomically, and of `study.json`.
    settings : mapping, optional
        Keyword arguments of the function, the same for all items and sent with each of them: numbers, strings, paths,
        None, arrays, and lists and mappings of these.
    workers : int
        Number of processes on this machine, each with one thread; 0 uses this process, without dask.
    scheduler : str, optional
        The address of a Dask cluster, such as "tcp://10.0.0.1:8786", whose workers are used. They need no access to
        `folder`.
    progress : bool, optional
        Show a progress bar; None shows it in a terminal or notebook.

    Returns
    -------
    Results
        A mapping from names to results, which are loaded when they are accessed.

    Raises
    ------
    ValueError
        If `folder` contains results of another function, of other settings, or of another item with the same name; if
        names are not distinct, or not valid as file names. A function is compared by its code and by what the code
        uses: arguments of a partial, closure, defaults, state of its object, global values, your own helpers, and the
        versions of Python and packages (see `mrilab.studies.identity`). The contents of files are not compared.
    TypeError
        For a function, settings or items that cannot be compared with those of a rerun.
    StudyError
        At the end, if items failed. A rerun tries them again.
    ConnectionError
        If no scheduler answers within 15 s, or it has no workers.
    ImportError
        Without dask.distributed: pip install 'mrilab[cluster]'.

    Notes
    -----
    As always with processes in Python, a script (not a notebook) must call `study` in `if __name__ == "__main__":`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> folder = TemporaryDirectory()
    >>> study(np.linspace, {"short": 0, "long": 1}, folder.name, settings={"stop": 2, "num": 3}, workers=0)["short"]
    array([0., 1., 2.])
    >>> study(np.linspace, {"short": 0}, folder.name, settings={"stop": 2, "num": 9}, workers=0)
    Traceback (most recent call last):
    ValueError: ... holds a study with settings {'num': 3, 'stop': 2}, not {'num': 9, 'stop': 2}; choose another folder
    >>> folder.cleanup()
    """
    workers = whole("workers", workers, 0)
    if not callable(function):
        raise TypeError(f"function must be callable, got {type(function).__name__}")
    named, settings = named_items(items), dict(settings or {})
    folder = Path(folder)
    check_record(folder, function, settings, named)
    results = Results(folder, named)
    missing = {name: item for name, item in named.items() if not _is_done(results.path(name))}
    errors: dict[str, BaseException] = {}
    with progress_bar(len(named), progress) as bar:
        bar.update(len(named) - len(missing))
        if missing:
            run = run_here if not workers and scheduler is None else run_on_dask
            with run(function, missing, settings, workers, scheduler) as outcomes:
                for name, value, error in outcomes:
                    try:
                        if error is not None:
                            raise error
                        _save(results.path(name), value)
                    except Exception as failure:
                        errors[name] = failure
                    bar.update()
    if errors:
        raise StudyError(folder, errors, len(named)) from next(iter(errors.values()))
    return results


def _is_done(path: Path) -> bool:
    """Return whether a result is complete: its size agrees with its header, which is fast for thousands of files."""
    try:
        with open(path, "rb") as file:
            np.lib.format.read_magic(file)
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            found, wanted = os.fstat(file.fileno()).st_size, file.tell() + prod(shape) * dtype.itemsize
    except FileNotFoundError:
        return False
    except (ValueError, TypeError, SyntaxError):  # cut off within its header
        found, wanted = path.stat().st_size, None
    if found != wanted:
        expected = "" if wanted is None else f" of {wanted}"
        warnings.warn(f"{path} is broken, {found} bytes{expected}: it is computed again", RuntimeWarning, stacklevel=4)
    return found == wanted


def _save(path: Path, value: Any) -> None:
    array = np.asarray(value) if np.isscalar(value) or isinstance(value, (list, tuple)) else to_numpy(value)
    if array.dtype.kind not in "fciub":
        raise TypeError(f"the function must return an array of numbers, got {array.dtype}")
    with atomic(path) as part:
        np.save(part, array, allow_pickle=False)


def named_items(items: Mapping[str, Any] | Iterable) -> dict[str, Any]:
    """Return {name: item}; raise unless the names are distinct and valid as file names."""
    if isinstance(items, (str, bytes)):
        raise TypeError(f"items are a mapping or a sequence, got the text {items!r}")
    pairs = list(items.items()) if isinstance(items, Mapping) else [(Path(str(i)).name, i) for i in items]
    for name, _ in pairs:
        if not isinstance(name, str) or not name or name.startswith(".") or set(name) & set("/\\:\0"):
            raise ValueError(
                f"an item's name is used as a file name, so it cannot be {name!r}; give a mapping with names"
            )
        size = len((name + SUFFIX).encode(errors="surrogateescape"))
        if size > LONGEST:
            raise ValueError(f"a file's name has at most {LONGEST} bytes, and {name[:40]!r}…{SUFFIX} would have {size}")
    named = dict(pairs)
    if len({name.casefold() for name in named}) < len(pairs):
        raise ValueError(f"{len(pairs)} items have only {len(named)} distinct names; give a mapping with names")
    return named
