"""What a GPU would have to do and to hold, counted here; and steps in parts, which hold less and do the same."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.distributed._tools.mem_tracker import MemTracker

from mrilab.nets import Settings, build, collate, train
from mrilab.nets.budget import COUNTED, T4, UTILISATION, Card, cost, plan
from mrilab.nets.objectives import objective
from mrilab.nets.population import Brains
from mrilab.nets.recipes import FULL, on_gpu

SMALL = {"channels": 4, "pools": 2, "height": 32, "width": 48, "batch_size": 4, "device": "cpu"}
KINDS = {
    "unet": {},
    "unrolled": {"network": "unrolled", "cascades": 2, "coils": 2},
    "cg": {"network": "unrolled", "cascades": 2, "consistency": "cg"},
    "self-supervised": {"network": "unrolled", "cascades": 2, "task": "self-supervised"},
    "denoiser": {"network": "denoiser", "task": "denoise"},
}


def batch_of(s):
    options = {"shape": (s.height, s.width), "coils": s.coils, "noise": s.noise}
    data = Brains("train", s.batch_size, **options)
    return collate([data[i] for i in range(len(data))])


def test_operations_are_those_of_the_convolutions():
    """2 k² per input channel and output value, forwards; twice that backwards, but no gradient of the data."""
    s = Settings(**SMALL)
    net, counts = build(s), []

    def count(layer, inputs, output):
        values = inputs[0].numel() * layer.out_channels
        if isinstance(layer, nn.Conv2d):
            values = output.numel() * layer.in_channels
        counts.append(2 * values * layer.kernel_size[0] * layer.kernel_size[1])

    for layer in net.modules():
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            layer.register_forward_hook(count)
    batch = batch_of(s)
    net(batch.A, batch.y)
    assert cost(s).operations == 3 * sum(counts) - counts[0]


@pytest.mark.parametrize("kind", KINDS)
def test_memory_is_enough_for_a_real_step_and_not_far_above(kind):
    """Against torch's own account of a step on the CPU, weights, gradients and Adam's averages included."""
    s = Settings(**SMALL | KINDS[kind])
    net, batch = build(s), batch_of(s)
    optimizer = torch.optim.Adam(net.parameters())

    def step():
        optimizer.zero_grad()
        objective(s, net, batch, 0).backward()
        optimizer.step()

    step()  # from now on there are averages
    tracker = MemTracker()
    tracker.track_external(net, optimizer)
    with tracker:
        step()
    (peak,) = (found["Total"] for found in tracker.get_tracker_snapshot("peak").values())
    counted = cost(s).memory
    print(f"{kind}: {counted / 1e6:.2f} MB counted, {peak / 1e6:.2f} MB at the peak")
    assert 0.99 * peak <= counted <= 1.2 * peak


def test_a_step_in_parts_is_the_same_step(tmp_path):
    s = Settings(**SMALL | {"train_slices": 8, "validation_slices": 2, "epochs": 2, "cache": str(tmp_path)})
    logs = [train(replace(s, accumulate=n, out=str(tmp_path / str(n)))) for n in (1, 2, 4)]
    for key in ("train_loss", "validation_loss", "psnr"):
        once, *others = ([row[key] for row in log] for log in logs)
        assert all(np.allclose(once, other, rtol=1e-4) for other in others), key


def test_parts_that_do_not_fit_the_step_say_so():
    with pytest.raises(ValueError, match="accumulate must divide batch_size 4, got 3"):
        Settings(accumulate=3)


@pytest.mark.parametrize("name", FULL)
def test_a_recipe_for_a_gpu_keeps_time_and_memory_of_a_t4(name, tmp_path):
    s = on_gpu(name, tmp_path, minutes=10)
    needed, steps = cost(s), s.epochs * (s.train_slices // s.batch_size)
    minutes = steps * needed.operations / (UTILISATION * T4.peak) / 60
    print(
        f"{name}: {steps} steps of {needed.operations:.2e} operations, {minutes:.1f} min, {needed.memory / 1e9:.1f} GB"
    )
    assert 0.9 * 10 * COUNTED < minutes <= 10 * COUNTED
    assert needed.memory < T4.memory


def test_a_step_that_is_too_large_is_cut_and_a_slice_that_is_too_large_is_refused():
    s = Settings(**SMALL | {"network": "unrolled", "cascades": 6, "train_slices": 8, "height": 64, "width": 64})
    whole = cost(s).memory
    half = plan(s, card=Card("half", 1e12, 0.8 * whole))
    assert half.accumulate == 2 and cost(half).memory <= 0.8 * 0.8 * whole
    with pytest.raises(ValueError, match=r"a slice of this training takes 0\.0 GB, too much for a tiny"):
        plan(s, card=Card("tiny", 1e12, 0.1 * whole))
    with pytest.raises(ValueError, match="too short for an epoch of 8 slices"):
        plan(s, card=Card("slow", 1e6, 1e12))
    with pytest.raises(ValueError, match="minutes must be"):
        plan(s, minutes=0)
    with pytest.raises(ValueError, match="'unet-8'; the names are unet-1, unrolled-1, ssdu-1"):
        on_gpu("unet-8", "nowhere")
