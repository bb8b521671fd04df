"""The networks: their size and shapes, gradients through A, data consistency, weights on the disk."""

import hashlib
import json

import numpy as np
import pytest
import torch
from helpers import draw, lines, unit_maps
from safetensors.torch import load_file, save_file

from mrilab import FFT, BatchedSense, Coils, Identity, Mask
from mrilab.nets import (
    Each,
    ImageUNet,
    Settings,
    UNet,
    Unrolled,
    WeightsError,
    ZeroFilledUNet,
    build,
    count_parameters,
    load_weights,
    save_weights,
)
from mrilab.nets.consistency import solve

SMALL = {"channels": 4, "pools": 2}
TINY = Settings(channels=2, pools=1)


def problem(shape=(20, 17), coils=3, batch=2):
    """Operators of different masks and maps, and data of random images."""
    seeds = range(batch)
    A = BatchedSense(np.stack([lines(shape, s) for s in seeds]), np.stack([unit_maps(coils, shape, s) for s in seeds]))
    x = draw((batch, *shape), "torch")
    return A, A(x), x


def test_the_unet_is_as_large_as_fastmri_s():
    assert count_parameters(UNet(1, 1, channels=32, pools=4)) == 7_756_097


@pytest.mark.parametrize("shape", [(32, 32), (33, 47), (16, 21)])
@pytest.mark.parametrize("kind", ["complex", "magnitude"])
def test_any_size_comes_out_as_it_went_in(shape, kind):
    x = ImageUNet(kind=kind, **SMALL)(draw((2, *shape), "torch"))
    assert x.shape == (2, *shape) and x.is_complex() == (kind == "complex")


def test_the_unit_of_the_data_does_not_matter():
    A, y, _ = problem()
    for net in (ZeroFilledUNet(ImageUNet(**SMALL)), Unrolled(cascades=2, **SMALL)):
        a, b = net(A, y), net(A, 1e-5 * y)
        assert torch.linalg.norm(1e5 * b - a) < 1e-3 * torch.linalg.norm(a)


@pytest.mark.parametrize("wrong", [{"channels": 0}, {"pools": 0}, {"channels": 2.5}])
def test_a_unet_refuses_sizes_that_are_none(wrong):
    with pytest.raises((TypeError, ValueError), match=next(iter(wrong))):
        UNet(1, 1, **wrong)


def test_a_unet_names_what_it_takes():
    with pytest.raises(ValueError, match=r"takes \(B, 1, H, W\), got \(1, 2, 32, 32\)"):
        UNet(1, 1, **SMALL)(torch.zeros(1, 2, 32, 32))
    with pytest.raises(ValueError, match="at least 8 pixels per side"):
        UNet(1, 1, **SMALL)(torch.zeros(1, 1, 7, 32))
    with pytest.raises(ValueError, match="complex images"):
        ImageUNet(**SMALL)(torch.zeros(1, 32, 32))


@pytest.mark.parametrize("consistency", ["gradient", "cg"])
def test_gradients_flow_through_the_operator_to_every_cascade(consistency):
    A, y, x = problem()
    net = Unrolled(cascades=3, consistency=consistency, **SMALL)
    (net(A, y) - x).abs().mean().backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None and torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().max() > 0 or name.endswith("last.bias"), name


def test_a_batch_is_its_items_one_by_one():
    A, y, x = problem()
    singles = [Mask(mask) @ FFT(x.shape[1:]) @ Coils(smaps) for mask, smaps in zip(A.masks, A.smaps)]
    each = Each(singles)
    assert torch.allclose(each(x), y, atol=1e-5) and torch.allclose(each.H(y), A.H(y), atol=1e-5)
    for b, single in enumerate(singles):
        assert torch.equal(each(x)[b], single(x[b]))
    with pytest.raises(ValueError, match="operators of one shape"):
        Each([Identity((2,)), Identity((3,))])


def test_data_consistency_solves_its_equation():
    A, y, x = problem()
    lam, b = torch.tensor(0.1), A.H(y) + 0.1 * x
    z = solve(A.gram, b, lam, 40)
    assert torch.linalg.norm(A.gram(z) + lam * z - b) < 1e-4 * torch.linalg.norm(b)
    assert not solve(A.gram, 0 * b, lam, 3).any()
    assert torch.allclose(solve(Identity((20, 17)), b, lam, 12), b / 1.1, rtol=1e-5)  # there after one


@pytest.mark.parametrize("steps", [1, 3])
def test_the_gradient_of_data_consistency_is_that_of_its_iterations(steps):
    """Against finite differences, far from convergence."""
    A, _, _ = problem((5, 4), coils=2)
    b, lam = draw((2, 5, 4), "torch", "complex128").requires_grad_(), torch.tensor(0.3, dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda b, lam: solve(A.gram, b, lam, steps), (b, lam.requires_grad_()))


def test_a_small_lambda_makes_the_result_agree_with_the_data():
    """One coil: where k-space was sampled, the result has it; an untrained U-Net alone has not."""
    shape = (24, 24)
    A = Mask(lines(shape)) @ FFT(shape)
    y = A(draw((1, *shape), "torch"))
    net = Unrolled(cascades=1, consistency="cg", **SMALL)
    with torch.no_grad():
        net.weight.fill_(-12.0)
        assert torch.linalg.norm(A(net(A, y)) - y) < 1e-3 * torch.linalg.norm(y)
        alone = ZeroFilledUNet(net.correct[0])(A, y)
        assert torch.linalg.norm(A(alone) - y) > 1e-2 * torch.linalg.norm(y)


@pytest.mark.parametrize("dtype, steps", [(torch.float16, 2**11), (torch.int8, 254)])
def test_rounded_weights_are_near(tmp_path, dtype, steps):
    """Each filter to half a step of its largest weight, in the part of the space that 16 or 8 bits take."""
    net = build(TINY)
    whole = save_weights(net, tmp_path / "whole.safetensors", {"settings": TINY.as_dict()})
    small = save_weights(net, tmp_path / "small.safetensors", {"settings": TINY.as_dict()}, dtype=dtype)
    assert small.stat().st_size < whole.stat().st_size * dtype.itemsize / 4 + 20_000
    for name, weights in load_weights(small)[0].named_parameters():
        gap = (weights - net.get_parameter(name)).abs().flatten(1) if weights.ndim > 1 else torch.zeros(1, 1)
        largest = net.get_parameter(name).abs().reshape(len(gap), -1).amax(1)
        assert (gap.amax(1) <= 1.01 * largest / steps).all(), name


def test_weights_come_back_as_they_went(tmp_path):
    net = build(TINY)
    path = save_weights(net, tmp_path / "a.safetensors", {"settings": TINY.as_dict(), "seed": 3})
    again, record = load_weights(path)
    assert record["seed"] == 3
    assert all(torch.equal(a, b) for a, b in zip(net.state_dict().values(), again.state_dict().values()))


def spoil(tmp_path, case):
    path = save_weights(build(TINY), tmp_path / "a.safetensors", {"settings": TINY.as_dict()})
    beside = path.with_suffix(".json")
    if case == "truncated":
        path.write_bytes(path.read_bytes()[:-5])
    elif case == "foreign":
        import hashlib

        torch.save({"a": 1}, path)
        record = json.loads(beside.read_text())
        beside.write_text(json.dumps(record | {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}))
    elif case == "no json":
        beside.write_text("hello")
    elif case == "other settings":
        beside.write_text(json.dumps({"sha256": "", "settings": {"channelz": 3}}))
    return path


@pytest.mark.parametrize(
    "case, said",
    [
        ("truncated", r"a.safetensors: found \d+ bytes of SHA-256 .*; expected"),
        ("foreign", "found no safetensors"),
        ("no json", "a.json: found no record of weights"),
        ("other settings", "unknown settings.*channelz"),
    ],
)
def test_spoilt_weights_say_so(tmp_path, case, said):
    with pytest.raises(WeightsError, match=said):
        load_weights(spoil(tmp_path, case))


def test_filters_of_8_bits_need_their_scales(tmp_path):
    path = save_weights(build(TINY), tmp_path / "a.safetensors", {"settings": TINY.as_dict()}, dtype=torch.int8)
    state = load_file(path)
    lost = next(name for name in state if name.endswith(".scale"))
    save_file({name: value for name, value in state.items() if name != lost}, path)
    beside = path.with_suffix(".json")
    record = json.loads(beside.read_text()) | {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    beside.write_text(json.dumps(record))
    with pytest.raises(WeightsError, match=f"8-bit weights without '{lost}'"):
        load_weights(path)


def test_weights_of_another_network_name_both(tmp_path):
    with pytest.raises(WeightsError, match=r"found weights with .* expected Unrolled with"):
        load_weights(spoil(tmp_path, "none"), Unrolled(cascades=1, **SMALL))
    with pytest.raises(FileNotFoundError):
        load_weights(tmp_path / "none.safetensors")


@pytest.mark.gpu
def test_the_networks_give_on_a_gpu_what_they_give_here():
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    A, y, _ = problem()
    net = Unrolled(cascades=2, **SMALL)
    with torch.no_grad():
        here, there = net(A, y), net.cuda()(A, y.cuda()).cpu()
    assert np.allclose(here, there, atol=1e-2 * float(here.abs().max()))
