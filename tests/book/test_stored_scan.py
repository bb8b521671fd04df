"""The numbers of a real scan on the page about completion are those that its script stored."""

import json
import re

from helpers import ROOT

STORED = json.loads((ROOT / "book" / "figures" / "completion.json").read_text())
PAGE = (ROOT / "book" / "completion.md").read_text()


def test_the_table_is_what_was_stored():
    table = [[cell.strip() for cell in row.strip("|\n ").split("|")] for row in re.findall(r"(?m)^\|.*$", PAGE)]
    masks = table[0][1:]
    shown = {(mask, row[0]): cell for row in table[2:] for mask, cell in zip(masks, row[1:]) if cell != "–"}
    stored = {(row["mask"], row["method"]): f"{row['PSNR (dB)']:.1f}" for row in STORED["rows"]}
    assert shown == stored


def test_the_picture_is_small_and_its_source_is_named():
    assert (ROOT / "book" / "figures" / "completion.webp").stat().st_size < 300_000
    assert STORED["scan"]["licence"] in PAGE and STORED["date"] in PAGE and STORED["scan"]["sha256"][:12] in PAGE
