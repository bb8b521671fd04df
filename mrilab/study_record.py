"""What a study is, on record in its folder, so that a rerun never takes the results of another for its own."""

import hashlib
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .arrays import to_numpy
from .files import atomic

RECORD = "study.json"


def named_items(items: Mapping[str, Any] | Iterable) -> dict[str, Any]:
    """Return {name: item}; raise unless the names are distinct and make file names."""
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
            raise ValueError(f"an item's name becomes a file's, so it cannot be {name!r}; give a mapping with names")
    named = dict(pairs)
    if len({name.casefold() for name in named}) < len(pairs):
        raise ValueError(f"{len(pairs)} items have only {len(named)} distinct names; give a mapping with names")
    return named


def check_record(folder: Path, function: Callable, settings: dict, items: dict) -> None:
    """Write what the study is into its folder; raise if the folder holds another."""
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
    """Return the qualified name of a function, and a hash of its source where it has one."""
    name = f"{getattr(function, '__module__', '?')}.{getattr(function, '__qualname__', type(function).__qualname__)}"
    try:
        text = inspect.getsource(function)
    except (OSError, TypeError):
        return name, "unknown"
    return name, hashlib.sha256(text.encode()).hexdigest()[:16]


def _describe(value: Any, name: str, *, strict: bool = True) -> Any:
    """Return what JSON can hold of a value, equal for equal values; `strict` refuses those where that is not sure."""
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
