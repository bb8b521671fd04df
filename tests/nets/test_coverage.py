"""What the intervals of the ensemble hold: the promise on other heads, and what was found where nothing is promised."""

import json

import numpy as np
import pytest

from mrilab.nets.coverage import OTHERS, measure
from mrilab.nets.foreign import SETS
from mrilab.nets.pretrained import FOLDER

KEPT = json.loads((FOLDER / "coverage.json").read_text())
HEADS = "atlas, other heads"


def test_every_head_was_measured():
    assert KEPT["heads"] >= 60 and KEPT["hardware"] and KEPT["date"]
    counts = {HEADS: KEPT["heads"]} | {name: len(SETS[name]) for name in OTHERS}
    assert {name: len(shares) for name, shares in KEPT["inside"].items()} == counts


def test_nine_pixels_in_ten_of_other_heads_are_inside():
    shares = KEPT["inside"][HEADS]
    error = np.std(shares, ddof=1) / np.sqrt(len(shares))
    assert 0.87 < np.mean(shares) < 0.93 and error < 0.01


def test_the_shares_are_those_of_the_weights():
    """With 12 heads instead of 60, so the factor is another one; it grows with their number."""
    few = measure(heads=12, others=())
    assert 0.5 * KEPT["factor"] < few["factor"] < 3 * KEPT["factor"]
    assert 0.8 < np.mean(few["inside"][HEADS]) == pytest.approx(np.mean(KEPT["inside"][HEADS]), abs=0.1)
