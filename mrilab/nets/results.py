"""Files of results in `stored`: written whole, with machine and date; and the command line of those who fill them."""

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from ..files import atomic, read_json
from .devices import hardware
from .pretrained import FOLDER


def keep(path: Path, kept: dict[str, Any], device: str = "cpu") -> None:
    """Note the machine and the date in `kept`, and write it to a JSON file.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     keep(Path(folder) / "scores.json", {"psnr": 30.0})
    ...     sorted(json.loads((Path(folder) / "scores.json").read_text()))
    ['date', 'hardware', 'psnr']
    """
    kept["hardware"] = f"{hardware(device)}, torch {torch.__version__}, threads: {torch.get_num_threads()}"
    kept["date"] = datetime.now(UTC).isoformat(timespec="seconds")
    with atomic(path) as part:
        part.write_text(json.dumps(kept) + "\n")


def note_test(name: str, test: Mapping[str, Any]) -> None:
    """Write means over test sets to the record beside the weights of a stored network."""
    path = FOLDER / f"{name}.json"
    record = read_json(path, "the record of a network") | {"test": test}
    with atomic(path) as part:
        part.write_text(json.dumps(record, indent=1) + "\n")


def asked_for(
    arguments: Sequence[str] | None, module: str, text: str | None, file: str, known: Iterable[str]
) -> tuple[Path, tuple[str, ...]]:
    """Return where to write, and the sets that the command line names: all of them if it names none.

    An unknown one ends the program with a message.

    >>> asked_for(["b", "--out", "x.json"], "judge", "", "scores.json", ["a", "b"])[1]
    ('b',)
    """
    known = tuple(known)
    parser = argparse.ArgumentParser(f"python -m mrilab.nets.{module}", description=text)
    parser.add_argument("sets", nargs="*", help=f"of {', '.join(known)}; none: all")
    parser.add_argument("--out", type=Path, default=FOLDER / file, help="file for the scores")
    asked = parser.parse_args(arguments)
    if unknown := sorted(set(asked.sets) - set(known)):
        parser.error(f"unknown sets {', '.join(unknown)}: there are {', '.join(known)}")
    return asked.out, tuple(asked.sets) or known


def show(rows: Iterable[Mapping[str, Any]]) -> None:
    """Print one line for each row of a table.

    >>> show([{"data": "in vivo", "frame": 31.1}])
    data in vivo  frame 31.1
    """
    for row in rows:
        print("  ".join(f"{key} {value}" for key, value in row.items()))
