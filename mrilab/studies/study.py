"""A study: one function over many slices or scans, on this machine or on a cluster, which can be resumed.

Its folder contains a record of function, settings and items, so that a rerun never uses results of another study.
"""

import hashlib
import inspect
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays.checks import whole
from ..arrays.libraries import to_numpy
from ..files import atomic
from ..progress import progress_bar
from .runners import run_here, run_on_dask

RECORD = "study.json"


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
        return self.folder / f"{name}.npy"

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._names:
            raise KeyError(name)
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
        names are not distinct, or not valid as file names. The source code of the function is compared too, but neither
        that of functions it calls nor the contents of files that items name.
    TypeError
        For settings that cannot be compared with those of a rerun.
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
    missing = {name: item for name, item in named.items() if not results.path(name).exists()}
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
        if (
            not isinstance(name, str)
            or not name
            or len(name) > 200
            or name.startswith(".")
            or set(name) & set("/\\:\0")
        ):
            raise ValueError(f"{name!r} is no name of an item, because it is no file name; give a mapping with names")
    named = dict(pairs)
    if len({name.casefold() for name in named}) < len(pairs):
        raise ValueError(f"{len(pairs)} items have only {len(named)} distinct names; give a mapping with names")
    return named


def check_record(folder: Path, function: Callable, settings: dict, items: dict) -> None:
    """Write the record of the study to its folder; raise if the folder contains another study."""
    source = _source(function)
    record: dict[str, Any] = {
        "function": f"{source[0]}, source {source[1]}",
        "settings": {name: _describe(value, name) for name, value in sorted(settings.items())},
        "items": {name: _describe(item, name, strict=False) for name, item in items.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / RECORD
    if file.exists():
        try:
            old = json.loads(file.read_text())
            clash = next((key for key in ("function", "settings") if old[key] != record[key]), None)
            known = dict(old["items"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{file} is no record of a study; choose another folder") from error
        if clash:
            found, wanted = old[clash], record[clash]
            raise ValueError(f"{folder} holds a study with {clash} {found}, not {wanted}; choose another folder")
        for name, item in record["items"].items():
            if known.setdefault(name, item) != item:
                raise ValueError(f"{folder} holds {name!r} of {known[name]}, not {item}; choose another name or folder")
        record["items"] = known
    elif any(folder.glob("*.npy")):
        raise ValueError(f"{folder} holds .npy files but no {RECORD}: it is not a study's; choose another folder")
    with atomic(file) as part:
        part.write_text(json.dumps(record, indent=1))


def _source(function: Callable) -> tuple[str, str]:
    """Return the qualified name of a function, and a hash of its source code if available."""
    name = f"{getattr(function, '__module__', '?')}.{getattr(function, '__qualname__', type(function).__qualname__)}"
    try:
        text = inspect.getsource(function)
    except (OSError, TypeError):
        return name, "unknown"
    return name, hashlib.sha256(text.encode()).hexdigest()[:16]


def _describe(value: Any, name: str, *, strict: bool = True) -> Any:
    """Return a description of a value for JSON, equal for equal values; if `strict`, raise if that is not certain."""
    if isinstance(value, (np.bool_, np.number)):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (complex, Path)):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _describe(part, name, strict=strict) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_describe(part, name, strict=strict) for part in value]
    try:
        array = np.ascontiguousarray(to_numpy(value))
    except TypeError:
        if strict:
            raise TypeError(
                f"the setting {name!r} is {type(value).__name__}, which a rerun cannot compare; give numbers, text, "
                "arrays, or lists and mappings of them, and build the rest in the function"
            ) from None
        return type(value).__qualname__
    return f"{array.dtype} {array.shape} {hashlib.sha256(array.tobytes()).hexdigest()[:16]}"
