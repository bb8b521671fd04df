"""Scores on scans unlike those of the training: whole, as promised, and those of the stored weights."""

import json
import os

import numpy as np
import pytest
import torch

from mrilab import FFT, Mask, psnr
from mrilab.nets import ImageUNet, Unrolled, pretrained
from mrilab.nets.foreign import NOISE, SETS, noise_of
from mrilab.nets.judge import METRICS, SHOWN, WORLD, head_of, methods, over_heads, psnr_inside, scores, shown
from mrilab.nets.pretrained import FOLDER

BELOW: tuple[str, ...] = ()  # none
KEPT = json.loads((FOLDER / "foreign.json").read_text())


def mean(data, method):
    return np.mean(KEPT["scores"][data][method]["inside"])


def test_every_method_was_judged_on_every_slice():
    assert KEPT["scores"].keys() == SETS.keys() and KEPT["hardware"] and KEPT["date"]
    for name, rows in KEPT["scores"].items():
        assert set(methods(SETS[name].coils)) <= rows.keys()
        assert all(len(row[metric]) == len(SETS[name]) for row in rows.values() for metric in METRICS)
    assert len(SETS["Colin27, 1 coil"]) >= 40


@pytest.mark.parametrize("method", WORLD)
@pytest.mark.parametrize("data", [name for name in SETS if name not in BELOW])
def test_held_by_the_data_no_network_falls_below_zero_filling(data, method):
    assert mean(data, method) >= mean(data, "zero-filled")


def test_the_networks_of_the_world_lead_on_heads_that_none_has_seen():
    assert mean("Colin27, 1 coil", "world-unet") >= mean("Colin27, 1 coil", "frame")
    assert mean("Colin27, 1 coil", "world-unrolled") >= mean("Colin27, 1 coil", "frame") + 1
    assert mean("Colin27, 8 coils", "world-unrolled") >= mean("Colin27, 8 coils", "frame") + 0.5
    assert mean("in vivo, 1 coil", "world-unet") >= mean("in vivo, 1 coil", "frame")
    assert mean("in vivo, 1 coil", "world-unrolled") >= mean("in vivo, 1 coil", "frame") + 0.5
    for coils, atlas in (("1 coil", "unrolled-1"), ("8 coils", "unrolled-8")):
        assert mean(f"atlas, {coils}", "world-unrolled") >= mean(f"atlas, {coils}", atlas) - 2


@pytest.mark.parametrize("data", ["Colin27, 1 coil", "in vivo, 8 coils", "poisson disc, 8 coils"])
def test_the_scores_are_those_of_the_weights(data):
    samples = [SETS[data][i] for i in range(2)]
    for method, f in methods(SETS[data].coils).items():
        found = scores(f, samples)
        for metric in METRICS:
            assert found[metric] == pytest.approx(KEPT["scores"][data][method][metric][:2], rel=2e-3), (method, metric)


@pytest.mark.skipif(not os.environ.get("MRILAB_SCANS"), reason="MRILAB_SCANS names no folder of real scans")
def test_the_scores_of_the_raw_scan_are_those_of_the_weights():
    data = "head16, 8 coils, 4×"
    found = scores(pretrained("world-unrolled")[0], [SETS[data][0]])["inside"]
    assert found == pytest.approx(KEPT["scores"][data]["world-unrolled"]["inside"][:1], rel=2e-3)


def test_errors_outside_the_head_do_not_count():
    ref = np.zeros((16, 16))
    ref[4:12, 4:12] = 1
    ref[7, 7] = 0  # enclosed
    x = ref + 0.1
    assert head_of(ref).sum() == 64
    spoilt = x.copy()
    spoilt[0, 0] = 5
    assert psnr_inside(spoilt, ref) == psnr_inside(x, ref) == pytest.approx(20)
    assert psnr(spoilt, ref) < psnr(x, ref)


def test_a_sample_of_another_head_is_scanned_as_it_says():
    data = SETS["noise × 3, 8 coils"]
    sample = data[5]
    again = data[5]
    np.testing.assert_array_equal(sample.y, again.y)
    assert sample.mask[:, 0].sum() == 32 and not sample.y[:, ~sample.mask].any()
    outer = np.zeros_like(sample.mask)
    outer[:, :12] = outer[:, -12:] = True
    noise = np.sqrt(np.mean(abs(sample.y[:, sample.mask & outer]) ** 2))
    assert noise == pytest.approx(3 * NOISE, rel=0.25)
    with pytest.raises(IndexError, match="no slice 12"):
        data[12]


def test_noise_is_measured_at_the_corners():
    rng = np.random.default_rng(0)
    noise = 0.1 / np.sqrt(2) * (rng.standard_normal((4, 64, 48)) + 1j * rng.standard_normal((4, 64, 48)))
    noise[:, 32, 24] += 50
    assert noise_of(noise) == pytest.approx(0.1, rel=0.05)


def test_each_head_counts_once():
    """Two heads with leads of 1 and 3 dB, however many slices: the mean 2, with a standard error of 1."""

    def scored(lead, slices):
        return {"frame": {"inside": [30.0] * slices}, "net": {"inside": [30.0 + lead] * slices}}

    (row,) = over_heads({"scores": {"one": scored(1, 2), "another": scored(3, 200)}}, ["one", "another"])
    assert (row["method"], row["one"], row["another"], row["mean"]) == ("net", 1, 3, 2)
    assert row["high"] - 2 == 2 - row["low"] == pytest.approx(12.706, abs=1e-3)  # Student's t, one degree of freedom


def test_methods_share_columns_in_the_table():
    rows = shown(KEPT, ["Colin27, 1 coil", "Colin27, 8 coils"])
    assert all(list(row) == ["data", *SHOWN] and row["unrolled"] != "–" for row in rows)


@pytest.mark.parametrize("c", [1j, 0.01 * np.exp(2j), -300])
def test_without_normalisation_phase_and_unit_of_a_scanner_are_arbitrary(c):
    torch.manual_seed(0)
    net = Unrolled(cascades=2, channels=4, pools=2, norm=False, consistency="cg")
    for weights in net.parameters():
        if weights.ndim == 4:
            torch.nn.init.normal_(weights, std=0.1)
    A = Mask(np.random.default_rng(0).random((32, 32)) < 0.4) @ FFT((32, 32))
    y = A(torch.randn(1, 32, 32, dtype=torch.complex64) + 1)
    with torch.no_grad():
        x, scaled = net(A, y), net(A, c * y)
    assert torch.linalg.norm(x - A.H(y)) > 1e-3 * torch.linalg.norm(x)
    assert torch.allclose(scaled, c * x, rtol=1e-3, atol=1e-3 * abs(c) * float(x.abs().max()))
    zero = ImageUNet(channels=2, pools=1, norm=False)(torch.zeros(1, 8, 8, dtype=torch.complex64))
    assert torch.isfinite(zero.abs()).all()
