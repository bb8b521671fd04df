"""All methods on a real head and on its simulated twin: the numbers and pictures that the page `realscan` shows.

MRILAB_SCANS=folder python -m book.figures.realscan runs the cells of the page, those that need the file included, and
writes realscan.json and realscan.webp to mrilab/data, where the page and its notebook find them. What was computed is
kept in _build until the cells change, so an interrupted run goes on.
"""

import ast
import hashlib
import json
from datetime import date
from itertools import product
from typing import Any

import numpy as np
from PIL import Image

from book._notebooks.pages import read
from book._notebooks.repository import ROOT
from mrilab.data.public import SCANS
from mrilab.files import atomic

FOLDER = ROOT / "mrilab" / "data"
SHOWN = ("lines, 4×", "points, 4×")  # the masks whose images of the real scan are stored


def cells() -> list[str]:
    """Return the code of the page that computes, up to the loop over all trials, without what shows stored results."""
    code = [
        piece for piece in read(ROOT / "book" / "realscan.md").pieces if piece.kind == "code" and not piece.exercise
    ]
    last = max(i for i, piece in enumerate(code) if "skip-execution" in piece.tags)
    hidden = {"hide-input", "hide-cell", "remove-input", "remove-cell"}
    return [piece.source for piece in code[: last + 1] if not hidden & set(piece.tags)]


def digest() -> str:
    """Return a hash of what these cells compute; comments and layout do not count."""
    return hashlib.sha256("\n".join(ast.unparse(ast.parse(source)) for source in cells()).encode()).hexdigest()


def computed() -> dict[str, Any]:
    """Return what the cells define, all but the last run: that one is the loop over all trials."""
    space: dict[str, Any] = {"__name__": "realscan"}
    for source in cells()[:-1]:
        exec(source, space)
    space["scans"] |= space["twin"]
    return space


def main() -> None:
    """Run all trials, and store scores, settings and pictures."""
    space = computed()
    part = ROOT / "_build" / f"realscan-{digest()[:12]}.json"
    rows = json.loads(part.read_text()) if part.exists() else []
    done = {tuple(row[:3]) for row in rows}
    for trial in product(space["scans"], space["masks"], space["methods"]):
        if trial not in done:
            rows.append([*trial, *space["trial"](*trial)])
            print(*rows[-1], flush=True)
            part.parent.mkdir(exist_ok=True)
            part.write_text(json.dumps(rows))
    scan = SCANS["head16"]
    stored = {
        "source": {"address": scan.address, "licence": scan.licence, "citation": scan.citation, "sha256": scan.sha256},
        "date": f"{date.today()}",
        "cells": digest(),
        "columns": ["scan", "mask", "method", "setting", "PSNR (dB)", "SSIM"],
        "rows": [[*row[:3], *(float(f"{value:.5g}") for value in row[3:])] for row in rows],
        "facts": {name: space["facts"](one) | {"sigma": one.sigma} for name, one in space["scans"].items()},
        "pictures": draw(space, rows),
    }
    with atomic(FOLDER / "realscan.json") as file:
        file.write_text(json.dumps(stored, indent=0) + "\n")


def draw(space: dict[str, Any], rows: list[list]) -> list[list[str]]:
    """Save references and images of the real scan one below the other, white at 1; return their names in order."""
    pictures = {("reference", name): space["scans"][name].reference for name in ("real", "simulated, truth")}
    for scan, where, name, setting, *_ in rows:
        if scan == "real" and where in SHOWN:
            pictures[where, name] = space["image"](scan, where, name, setting)
    sheet = np.concatenate([np.rint(255 * np.clip(x, 0, 1)) for x in pictures.values()])
    Image.fromarray(sheet.astype(np.uint8)).save(FOLDER / "realscan.webp", lossless=True, quality=100)
    return [list(name) for name in pictures]


if __name__ == "__main__":
    main()
