"""The record of a study, `study.json`: the function, settings and items of the results in a folder."""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays.libraries import to_numpy
from ..files import atomic, read_json, reading
from .identity import Identity, digest, identify

RECORD = "study.json"


def check_record(folder: Path, function: Callable, settings: dict, items: dict) -> None:
    """Write the record of a study to its folder; raise ValueError if the folder contains another study.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     check_record(Path(folder), round, {"ndigits": 1}, {"a": 0.25})
    ...     print(*json.loads((Path(folder) / RECORD).read_text()))
    function settings items
    """
    record: dict[str, Any] = {
        "function": identify(function)._asdict(),
        "settings": {name: _describe(value, f"setting {name!r}") for name, value in sorted(settings.items())},
        "items": {name: _describe_item(item, name) for name, item in items.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / RECORD
    if file.exists():
        old = _read(file)
        _compare(folder, old, record)
        record["items"] = {**old["items"], **record["items"]}
        if record == old:
            return
    elif any(folder.glob("*.npy")):
        raise ValueError(f"{folder} holds .npy files but no {RECORD}: it is not a study's; choose another folder")
    with atomic(file) as part:
        part.write_text(json.dumps(record, indent=1))


def _read(file: Path) -> dict[str, Any]:
    expected = "the record of a study; choose another folder"
    old = read_json(file, expected)
    with reading(file, expected):
        return {
            "function": Identity(**old["function"])._asdict(),
            "settings": dict(old["settings"]),
            "items": dict(old["items"]),
        }


def _compare(folder: Path, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Raise ValueError with the difference between two records, if there is any."""
    before, now = Identity(**old["function"]), Identity(**new["function"])
    for what, found, wanted in (
        ("function", before.name, now.name),
        ("settings", old["settings"], new["settings"]),
    ):
        if found != wanted:
            raise ValueError(f"{folder} holds a study with {what} {found}, not {wanted}; choose another folder")
    if changes := before.changes(now):
        told = f"holds a study with function {now.name}, which has changed since: {'; '.join(changes)}"
        raise ValueError(f"{folder} {told}; choose another folder")
    for name, item in new["items"].items():
        known = old["items"].get(name, item)
        if known != item:
            raise ValueError(f"{folder} holds {name!r} of {known}, not {item}; choose another name or folder")


def _describe(value: Any, what: str) -> Any:
    """Return a description of a value for JSON, equal for equal values; raise TypeError if that is not certain."""
    if isinstance(value, (np.bool_, np.number)):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (complex, Path)):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _describe(part, what) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_describe(part, what) for part in value]
    try:
        array = np.ascontiguousarray(to_numpy(value))
    except TypeError:
        raise TypeError(
            f"the {what} is {type(value).__name__}, which a rerun cannot compare; give numbers, text, "
            "arrays, or lists and mappings of them, and build the rest in the function"
        ) from None
    return f"{array.dtype} {array.shape} {hashlib.sha256(array.tobytes()).hexdigest()[:16]}"


def _describe_item(item: Any, name: str) -> Any:
    """Return the same for an item, which may be any object whose state can be inspected."""
    try:
        return _describe(item, f"item {name!r}")
    except TypeError:
        return f"{type(item).__qualname__} {digest(item)[:16]}"
