"""Learning without targets: hidden samples, plugged-in denoisers, and that no target is looked at."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from mrilab import FFT, Mask, center_lines, random_lines
from mrilab.nets import (
    Brains,
    Denoiser,
    Settings,
    Unrolled,
    collate,
    plug_and_play,
    pretrained,
    split,
    ssdu_loss,
    train,
)
from mrilab.nets.networks import build
from mrilab.nets.objectives import objective


@pytest.fixture
def batch():
    data = Brains("train", 2, shape=(32, 32), coils=2, accel=2)
    return collate([data[0], data[1]])


def test_the_split_shares_out_what_was_acquired(batch):
    seen, hidden = split(batch, seed=3, fraction=0.4)
    assert not (seen.masks & hidden.masks).any()
    assert np.array_equal(seen.masks | hidden.masks, batch.masks)
    assert torch.equal(seen.y + hidden.y, batch.y)
    centre = 5  # of the 16 lines, as `random_lines` has it
    assert seen.masks[:, 14:19].all()
    assert (abs(hidden.masks[:, :, 0].sum(axis=1) - 0.4 * (16 - centre)) <= 1).all()
    again, other = split(batch, seed=3)[1], split(batch, seed=4)[1]
    assert np.array_equal(again.masks, hidden.masks) and not np.array_equal(other.masks, hidden.masks)


def test_lines_are_hidden_as_lines_and_points_as_points(batch):
    hidden = split(batch, seed=3)[1].masks
    assert np.array_equal(hidden, np.broadcast_to(hidden[..., :1], hidden.shape)) and hidden.any()
    points = Brains("train", 1, shape=(32, 32), accel=2, pattern="variable_density")
    hidden = split(collate([points[0]]), seed=3)[1].masks
    rows = hidden.sum(axis=-1)
    assert (split(batch, seed=3, points=True)[1].masks.sum(axis=-1) % 32).any()
    assert ((rows > 0) & (rows < collate([points[0]]).masks.sum(axis=-1))).sum() > 16


@pytest.mark.parametrize("fraction", [0, 1, -0.1, float("nan")])
def test_a_fraction_that_is_none_says_so(batch, fraction):
    with pytest.raises(ValueError, match="between 0 and 1"):
        split(batch, seed=0, fraction=fraction)


def test_a_scan_of_the_centre_alone_says_so(batch):
    batch.masks[:] = center_lines((32, 32), 1)
    with pytest.raises(ValueError, match="no samples outside its centre"):
        split(batch, seed=0)


def test_the_loss_is_zero_at_the_truth_and_one_at_zero(batch):
    """Without noise, on one grid: y = A x."""
    batch.y = batch.A(batch.target)
    hidden = split(batch, seed=0)[1]
    assert ssdu_loss(batch.target, hidden) < 1e-6
    assert abs(ssdu_loss(torch.zeros_like(batch.target), hidden) - 1) < 1e-6


def test_self_supervision_never_looks_at_a_target(batch):
    s = Settings(network="unrolled", task="self-supervised", channels=2, pools=1, cascades=1)
    net = build(s)
    value = objective(s, net, batch, seed=1)
    batch.target = torch.full_like(batch.target, complex("nan"))
    assert objective(s, net, batch, seed=1) == value


def test_what_goes_in_judges_only_if_asked():
    """Zero-filling of one coil keeps what it has seen and predicts nothing."""
    batch = collate([Brains("train", 1, shape=(32, 32), accel=2)[0]])
    s = Settings(network="unrolled", task="self-supervised")
    assert objective(s, lambda A, y: A.H(y), batch, seed=1) == pytest.approx(1, abs=1e-3)
    assert objective(replace(s, judges="all"), lambda A, y: A.H(y), batch, seed=1) < 0.5


@pytest.mark.parametrize("band", [-0.1, 1.5, float("nan")])
def test_a_band_that_is_none_says_so(band):
    with pytest.raises(ValueError, match="band must be"):
        Unrolled(band=band)


@pytest.mark.parametrize(("judges", "consistency", "most"), [("all", "gradient", 0.95), ("hidden", "cg", 0.97)])
def test_self_supervision_learns(tmp_path, judges, consistency, most):
    s = Settings(network="unrolled", task="self-supervised", channels=4, pools=1, cascades=2, height=32, width=32)
    options = s.as_dict() | {
        "judges": judges,
        "consistency": consistency,
        "coils": 2,
        "train_slices": 8,
        "validation_slices": 2,
        "epochs": 15,
        "device": "cpu",
    }
    log = train(Settings(**options | {"out": str(tmp_path), "batch_size": 2, "learning_rate": 1e-2}))
    assert log[-1]["validation_loss"] < most * log[0]["validation_loss"]
    assert log[-1]["psnr"] > log[0]["psnr"] + 0.5  # which no loss has seen


def test_for_a_denoiser_half_the_error_is_worth_the_same_at_every_strength(batch):
    s = Settings(network="denoiser", task="denoise")
    parts = torch.tensor([[1.0, 1.0], [0.5, 1.0], [1.0, 0.5]])[..., None, None]
    whole, *halved = (
        objective(s, lambda x, sigma, part=part: batch.target + part * (x - batch.target), batch, seed=0)
        for part in parts
    )
    for value in halved:
        assert torch.allclose(whole - value, torch.tensor(2.0).log() / 2, atol=1e-5)


def test_a_denoiser_serves_all_units():
    torch.manual_seed(0)
    net, x = Denoiser(channels=4, pools=2), torch.randn(2, 32, 32, dtype=torch.complex64)
    sigma = torch.tensor([0.1, 0.3])
    assert torch.allclose(net(1000 * x, 1000 * sigma), 1000 * net(x, sigma), rtol=1e-4, atol=1e-2)


def test_a_denoiser_sees_how_strong_the_noise_is():
    torch.manual_seed(0)
    net, x = Denoiser(channels=4, pools=2), torch.randn(1, 32, 32, dtype=torch.complex64)
    weak, strong = ((net(x, sigma) - x) / sigma for sigma in (torch.tensor([0.05]), torch.tensor([1.0])))
    assert torch.linalg.norm(weak - strong) > 0.05 * torch.linalg.norm(strong)


@pytest.mark.parametrize("x, sigma", [((2, 8, 8), [0.1]), ((2, 8, 8), [0.1, 0.0]), ((8, 8), [0.1] * 8)])
def test_a_denoiser_names_what_it_takes(x, sigma):
    with pytest.raises(ValueError, match="denoiser takes|sigma must be positive"):
        Denoiser(channels=2, pools=1)(torch.ones(x, dtype=torch.complex64), torch.tensor(sigma))


@pytest.fixture
def scan():
    A = Mask(random_lines((32, 32), accel=2, seed=0)) @ FFT((32, 32))
    x = torch.randn(2, 32, 32, dtype=torch.complex64, generator=torch.Generator().manual_seed(1))
    return A, x, A(x)


def test_plug_and_play_solves_its_two_equations(scan):
    """With a denoiser that returns the truth the result is the truth; one that returns its input leaves Aᴴ y."""
    A, x, y = scan
    assert torch.equal(plug_and_play(A, y, lambda z, sigma: x, noise=0.01), x)
    assert torch.allclose(plug_and_play(A, y, lambda z, sigma: z, noise=0.01), A.H(y), atol=1e-3)


def test_plug_and_play_is_the_quadratic_prior_for_a_linear_denoiser(scan):
    """D(z) = z / 2 and constant σ: the fixed point solves (AᴴA + μ) z = Aᴴ y + μ z / 2."""
    A, _, y = scan
    x = plug_and_play(A, y, lambda z, sigma: z / 2, noise=0.1, sigma=0.1, iterations=60, cg_steps=20)
    z = 2 * x
    assert torch.allclose(A.H(A(z)) + z / 2, A.H(y), atol=1e-4)


def test_the_noise_falls_from_sigma_to_that_of_the_scan(scan):
    A, _, y = scan
    seen = []
    plug_and_play(A, y, lambda z, sigma: seen.append(float(sigma[0])) or z, noise=0.01, sigma=0.16, iterations=5)
    assert np.allclose(seen, [0.16, 0.08, 0.04, 0.02, 0.01], rtol=1e-5)


@pytest.mark.parametrize("wrong", [{"noise": 0}, {"sigma": 0.001}, {"strength": -1}, {"iterations": 0}])
def test_plug_and_play_refuses_numbers_that_are_none(scan, wrong):
    A, _, y = scan
    with pytest.raises((ValueError, TypeError), match=next(iter(wrong))):
        plug_and_play(A, y, lambda z, sigma: z, **{"noise": 0.01} | wrong)


def test_an_unknown_network_lists_those_there_are():
    with pytest.raises(ValueError, match="no network is called 'resnet'"):
        pretrained("resnet")
