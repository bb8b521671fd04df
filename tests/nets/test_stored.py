"""The weights that come with the package: whole, small, told where from, and as good as the table says."""

import json

import numpy as np
import pytest

from mrilab.nets import Brains, count_parameters, pretrained, pretrained_names
from mrilab.nets.evaluate import METRICS, NOISE, SHAPE, networks, row_of, scores
from mrilab.nets.pretrained import FOLDER
from mrilab.nets.recipes import RECIPES, recipe
from mrilab.nets.settings import from_dict

TABLE = json.loads((FOLDER / "table.json").read_text())


def mean(coils, accel, method):
    return np.mean(row_of(TABLE, coils, accel, method)["psnr"])


def test_there_is_one_for_each_recipe():
    assert set(pretrained_names()) == set(RECIPES)


def test_they_are_small():
    assert sum(path.stat().st_size for path in FOLDER.glob("*.safetensors")) <= 12e6


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_each_says_where_it_comes_from(name):
    net, record = pretrained(name)
    wanted = recipe(name, "out").as_dict()
    stored = from_dict(record["settings"]).as_dict()  # a setting that came later has its default
    assert all(stored[key] == wanted[key] for key in wanted.keys() - {"out", "cache", "resume"})
    assert "/" not in record["settings"].get("out", "") + record["settings"].get("cache", "")
    assert record["seed"] == wanted["seed"] and len(record["sha256"]) == 64
    assert all(record[key] for key in ("commit", "data", "hardware", "date", "validation", "test"))
    assert not record["commit"].endswith("-dirty")
    assert count_parameters(net) > 1000
    log = np.genfromtxt(FOLDER / f"{name}.csv", delimiter=",", names=True)
    assert log["validation_loss"].min() == pytest.approx(record["validation"]["validation_loss"])


@pytest.mark.parametrize("coils", [1, 8])
def test_the_table_is_what_the_weights_give(coils):
    data = Brains("test", 1, shape=SHAPE, coils=coils, accel=4, noise=NOISE)
    for method, name in networks(coils).items():
        found = scores(pretrained(name)[0], data)
        for metric in METRICS:
            kept = row_of(TABLE, coils, 4, method)[metric][0]
            assert found[metric][0] == pytest.approx(kept, rel=2e-3), (method, metric)


def test_the_table_is_whole():
    assert TABLE["slices"] >= 100
    methods = ("zero-filled", "sparse", "U-Net", "unrolled", "self-supervised", "plug and play")
    for coils, accel, method in [(c, a, m) for c in (1, 8) for a in (4, 8) for m in methods]:
        row = row_of(TABLE, coils, accel, method)
        assert all(len(row[key]) == TABLE["slices"] for key in (*METRICS, "seconds"))


def test_learning_beats_sparsity():
    assert mean(1, 4, "U-Net") >= mean(1, 4, "sparse") + 2
    assert mean(8, 4, "unrolled") >= max(mean(8, 4, "sparse"), mean(8, 4, "U-Net")) + 2
