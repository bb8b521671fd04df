"""The numbers and pictures of the page on a real scan are those of its cells, and are found again where the scan is."""

import json
import os
from itertools import product

import numpy as np
import pytest
from helpers import ROOT
from PIL import Image
from scipy.ndimage import binary_fill_holes

from book._notebooks import links, notebooks, pages
from book.figures import realscan
from mrilab.data.public import SCANS

FOLDER = ROOT / "mrilab" / "data"
PATH = ROOT / "book" / "realscan.md"
STORED = json.loads((FOLDER / "realscan.json").read_text())
ROWS = {tuple(row[:3]): row[3:] for row in STORED["rows"]}  # setting, PSNR, SSIM
SOME = [("real", "lines, 4×", "wavelet, spun"), ("real", "points, 4×", "SPIRiT"), ("real", "lines, 2×", "zero-filled")]
needs_scan = pytest.mark.skipif(not os.environ.get("MRILAB_SCANS"), reason="MRILAB_SCANS names no folder of real scans")


def test_they_were_stored_by_the_cells_that_the_page_shows():
    assert STORED["cells"] == realscan.digest(), "run `python -m book.figures.realscan` again"


def test_each_trial_is_there_once_with_its_source():
    scans, masks, methods = ({row[i] for row in STORED["rows"]} for i in range(3))
    assert set(ROWS) == set(product(scans, masks, methods)) and len(ROWS) == len(STORED["rows"])
    assert (len(scans), len(masks), len(methods)) == (3, 6, 12)
    scan, source = SCANS["head16"], STORED["source"]
    assert source["sha256"] == list(scan.sha256) and source["licence"] == scan.licence
    assert source["address"] == scan.address and STORED["date"].startswith("20")
    assert sum((FOLDER / name).stat().st_size for name in ("realscan.json", "realscan.webp")) < 1_000_000


def test_the_pictures_have_the_scores_of_the_table():
    with Image.open(FOLDER / "realscan.webp") as sheet:
        tiles = np.asarray(sheet.convert("L")).reshape(-1, 128, 128) / 255
    pictures = {tuple(name): tile for name, tile in zip(STORED["pictures"], tiles, strict=True)}
    reference = pictures["reference", "real"]
    head = binary_fill_holes(reference > 0.1)
    for where, method in pictures:
        if where != "reference":
            error = np.mean((pictures[where, method] - reference)[head] ** 2)
            assert abs(10 * np.log10(1 / error) - ROWS["real", where, method][1]) < 0.1, (where, method)


def test_its_notebook_runs_live_what_the_build_leaves_out():
    cells = notebooks.notebook(pages.read(PATH), links.Links()).cells
    live = [cell for cell in cells if "skip-execution" in cell.metadata.get("tags", [])]
    assert any("public_scan(" in cell.source for cell in live) and any("trial(" in cell.source for cell in live)
    assert all("..." not in cell.source and "stub" not in cell.metadata.tags for cell in live)
    assert {"torch", "formats"} <= set(notebooks.extras(pages.read(PATH)))


@needs_scan
def test_some_numbers_are_found_again():
    space = realscan.computed()
    for scan, where, name in SOME:
        image = space["image"](scan, where, name, ROWS[scan, where, name][0])
        quality, similarity = space["scores"](image, space["scans"][scan])
        assert abs(quality - ROWS[scan, where, name][1]) < 0.05, (scan, where, name)
        assert abs(similarity - ROWS[scan, where, name][2]) < 0.002, (scan, where, name)


@pytest.mark.audit
@needs_scan
def test_all_numbers_are_found_again():
    space = realscan.computed()
    for trial, (_, quality, _) in ROWS.items():
        assert abs(space["trial"](*trial)[1] - quality) < 0.05, trial
    for name, scan in space["scans"].items():
        found = space["facts"](scan) | {"sigma": scan.sigma}
        assert found == pytest.approx(STORED["facts"][name], rel=1e-3)
