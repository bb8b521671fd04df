"""The denoiser: ahead of a frame at every σ, near the networks of one σ, and not spoilt by a σ that is told wrongly."""

import json

import numpy as np
import pytest

from mrilab.nets import pretrained
from mrilab.nets.denoising import ALONE, COUNT, LEVELS, TOLD, errors, images, shown, shrunk, told
from mrilab.nets.pretrained import FOLDER

KEPT = json.loads((FOLDER / "denoising.json").read_text())
SIGMAS = KEPT["levels"]


def means(rows):
    return np.mean(rows, axis=-1)


def test_everything_was_measured_on_every_image():
    assert set(SIGMAS) == {*LEVELS, *ALONE} and sorted(SIGMAS) == SIGMAS
    rows = [*KEPT["denoiser"].values(), KEPT["frame"]]
    assert len(KEPT["denoiser"]) == len(TOLD) and all(np.shape(r) == (len(SIGMAS), COUNT) for r in rows)
    assert np.shape(list(KEPT["alone"].values())) == (len(ALONE), COUNT) and KEPT["hardware"] and KEPT["date"]


def test_it_is_ahead_of_a_frame_at_every_strength():
    assert (means(KEPT["denoiser"]["1"]) < means(KEPT["frame"])).all()


def test_told_rightly_it_is_near_the_network_of_one_strength():
    for sigma, special in KEPT["alone"].items():
        here = means(KEPT["denoiser"]["1"])[SIGMAS.index(float(sigma))]
        assert 20 * np.log10(here / np.mean(special)) < 0.3, sigma


def test_told_wrongly_it_still_denoises():
    assert means(KEPT["denoiser"]["1.5"])[SIGMAS.index(0.1)] <= 0.5
    for factor, rows in KEPT["denoiser"].items():
        assert (means(rows) >= means(KEPT["denoiser"]["1"]) - 5e-3).all(), f"told {factor} σ it does better"


def test_the_errors_are_those_of_the_weights():
    clean, net = images()[:2], pretrained("denoiser")[0]
    for factor in ("1", "1.5"):
        found = errors(told(net, float(factor) * 0.1), clean, 0.1)
        assert found == pytest.approx(KEPT["denoiser"][factor][SIGMAS.index(0.1)][:2], rel=2e-3)


def test_an_error_is_counted_in_units_of_the_noise():
    clean = images()[:1]
    assert errors(lambda noisy: noisy, clean, 0.2) == pytest.approx([1.0], rel=0.02)
    assert errors(lambda noisy: clean[0], clean, 0.2) == [0.0]
    assert errors(shrunk(0.02), clean, 0.1)[0] < 0.9


def test_each_strength_has_its_row():
    assert [row["σ"] for row in shown(KEPT)] == [f"{sigma:g}" for sigma in SIGMAS]
