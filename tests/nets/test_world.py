"""The randomised world, and networks without normalisation that are trained on it."""

import numpy as np
import pytest
import skimage
import torch
from helpers import draw
from test_models import problem

from mrilab import BatchedSense, acceleration, rss
from mrilab.nets import Denoiser, Settings, UNet, Unrolled, World, scene, scenes, train
from mrilab.nets.batches import collate
from mrilab.nets.objectives import estimate
from mrilab.nets.scenes import PHOTOGRAPHS, head

PLAIN = {"channels": 4, "pools": 2, "norm": False}


def learned(net):
    """Return the network with a last layer that is not 0, as after training."""
    torch.manual_seed(0)
    for name, weights in net.named_parameters():
        if name.endswith("last.weight"):
            torch.nn.init.normal_(weights, std=0.2)
    return net


@pytest.mark.parametrize("seed", range(8))
def test_a_scene_is_an_image_of_largest_magnitude_one(seed):
    image = scene((60, 47), np.random.default_rng(seed))
    assert image.shape == (60, 47) and image.dtype == np.complex64 and np.isfinite(image).all()
    assert abs(image).max() == pytest.approx(1, abs=1e-5)


def test_heads_come_in_all_planes_and_contrasts():
    """Across heads, the share of bright pixels varies widely: with one contrast and plane it would not."""
    heads = [head((64, 64), np.random.default_rng(seed)) for seed in range(20)]
    areas = [(h > 0.05 * h.max()).mean() for h in heads]
    medians = [np.median(h[h > 0.05 * h.max()]) / h.max() for h in heads]
    assert max(areas) > 2 * min(areas) and max(medians) > 2 * min(medians)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_every_photograph_comes_with_scikit_image(monkeypatch, name):
    """Nothing is downloaded: without its fetcher scikit-image has what lies in its own folder."""
    monkeypatch.setattr("skimage.data._fetchers._image_fetcher", None)
    assert np.ptp(getattr(skimage.data, name)()) > 100
    monkeypatch.setattr(scenes, "PHOTOGRAPHS", (name,))
    assert np.ptp(scenes.photograph((32, 32), np.random.default_rng(0))) > 0.1


def test_samples_depend_on_split_seed_epoch_and_index_alone():
    world = World("train", 3, coils=[1])
    first = world[1]
    np.testing.assert_array_equal(world[1].y, first.y)
    others = [World("validation", 3, coils=[1])[1], World("train", 3, coils=[1], seed=1)[1], world[2]]
    world.set_epoch(1)
    others.append(world[1])
    assert all(o.y.shape != first.y.shape or not np.array_equal(o.y, first.y) for o in others)
    fixed = World("test", 2, coils=[1])
    before = fixed[0].y
    fixed.set_epoch(5)
    np.testing.assert_array_equal(fixed[0].y, before)


@pytest.mark.parametrize("coils", [1, 2, 8])
def test_samples_are_scans_with_the_target_that_their_maps_show(coils):
    """On complete data without noise the target is rss(S) x with S x ≈ the coil images, so it explains the samples."""
    for index in range(3):
        y, mask, smaps, target = World("test", 3, coils=[coils])[index]
        assert y.shape == smaps.shape == (coils, *mask.shape) and mask.dtype == bool and not y[:, ~mask].any()
        assert 1.5 < acceleration(mask) <= 8.2 and np.mean(abs(target) ** 2) == pytest.approx(0.04, rel=1e-4)
        weight = rss(smaps)
        A = BatchedSense(mask[None], smaps[None])
        x = np.divide(target, weight, out=np.zeros_like(target), where=weight > 0.05)
        middle = tuple(slice(n // 2 - 4, n // 2 + 5) for n in mask.shape)  # where the signal is far above the noise
        error = (A(x[None])[0] - y)[:, *middle]
        assert np.linalg.norm(error) < 0.25 * np.linalg.norm(y[:, *middle])


def test_what_cannot_be_asked_of_the_world_says_so():
    with pytest.raises(ValueError, match="unknown split 'tain'"):
        World("tain", 2)
    with pytest.raises(ValueError, match="number of coils"):
        World("train", 2, coils=[0])
    with pytest.raises(IndexError, match="no sample 2"):
        World("train", 2)[2]
    with pytest.raises(ValueError, match="batch_size 1"):
        Settings(world=True, batch_size=4)


@pytest.mark.parametrize("size", [1e-6, 1e6])
def test_without_normalisation_a_network_is_homogeneous(size):
    A, y, _ = problem()
    unet, unrolled, denoiser = (learned(net) for net in (UNet(2, 2, **PLAIN), Unrolled(**PLAIN), Denoiser(**PLAIN)))
    x, sigma, channels = draw((2, 20, 17), "torch"), torch.tensor([0.1, 0.2]), torch.randn(2, 2, 20, 17)
    for small, one in (
        (unet(size * channels), unet(channels)),
        (unrolled(A, size * y), unrolled(A, y)),
        (denoiser(size * x, size * sigma), denoiser(x, sigma)),
    ):
        assert torch.linalg.norm(small / size - one) < 1e-4 * torch.linalg.norm(one)


def test_without_normalisation_a_part_of_the_image_does_not_change_the_rest():
    """Instance normalisation couples distant pixels; a network without it only sees its receptive field."""
    x = torch.randn(1, 2, 96, 96)
    bright = x.clone()
    bright[..., :8, :8] += 100
    for norm, far in ((True, 1e-2), (False, 0.0)):
        net = learned(UNet(2, 2, channels=4, pools=1, norm=norm))
        change = (net(bright) - net(x))[..., 48:, 48:].abs().max()
        assert (change > far) if norm else change == far


def test_a_new_network_without_normalisation_is_the_identity_before_data_consistency():
    x = draw((1, 32, 32), "torch")
    assert torch.equal(Denoiser(**PLAIN)(x, torch.tensor([0.1])), x)


def test_the_image_of_weak_maps_is_weighted():
    """Maps of half the size let x grow to twice the size; what is compared with the target is rss(S) x."""
    sample = World("test", 1, coils=[1])[0]
    batch = collate([sample])
    half = collate([sample._replace(smaps=sample.smaps / 2)])
    settings = Settings(network="unrolled", cascades=1, consistency="cg", world=True, batch_size=1, **PLAIN)
    x = estimate(settings, lambda A, y: torch.ones_like(y[:, 0]), half, 0)
    torch.testing.assert_close(x.abs(), torch.full_like(x.abs(), 0.5))
    torch.testing.assert_close(batch.weight, torch.ones_like(batch.weight))


def test_training_on_the_world_lowers_the_loss(tmp_path):
    options = {"network": "unrolled", "cascades": 1, "consistency": "cg", "world": True, "batch_size": 1, "clip": 1.0}
    options |= PLAIN | {"train_slices": 12, "validation_slices": 4, "learning_rate": 3e-3, "device": "cpu"}
    log = train(Settings(epochs=3, out=str(tmp_path), **options))
    assert log[-1]["validation_loss"] < log[0]["validation_loss"]
    assert log[-1]["psnr"] > log[-1]["zero_filled_psnr"]
