"""All that computes, on a second device: the CPU's results, and no copy to the host where work is repeated."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from helpers import draw, lines, unit_maps
from second_device import DEVICE, SecondDevice
from tables import OPERATORS

import mrilab
from mrilab import (
    FFT,
    L1,
    OSCAR,
    BatchedSense,
    Coils,
    CycleSpun,
    GroupL1,
    Identity,
    LeastSquares,
    LocallyLowRank,
    Mask,
    NuclearNorm,
    Parts,
    Row,
    TemporalDifference,
    TemporalFFT,
    Wavelet,
    condat_vu,
    conjugate_gradient,
    fista,
    pogm,
    to_numpy,
)
from mrilab.nets import (
    Brains,
    Denoiser,
    ImageUNet,
    Settings,
    Unrolled,
    ZeroFilledUNet,
    ensemble,
    image_of,
    lesion_test,
    load_weights,
    operator_of,
    plug_and_play,
    pretrained,
    residual,
    stability,
    train,
)
from mrilab.nets.batches import Batch
from mrilab.nets.evaluate import scores, sparse
from mrilab.nets.objectives import objective

SHAPE = (32, 24)
WAITING = ("to host", "wait", "upload")


@pytest.fixture(autouse=True)
def one_thread():
    """Arrays are small, and two threads wait for each other where other programs run."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def second():
    with SecondDevice() as opened:
        yield opened


def both(call, *arrays):
    """What a function gives on the CPU and on the second device, there called twice; and what the second call cost."""
    here = call(*arrays)
    with SecondDevice() as second:
        far = [x.to(DEVICE) for x in arrays]
        call(*far)
        second.events.clear()
        there = call(*far)
        assert there.device == DEVICE
        events = list(second.events)
        return to_numpy(here), to_numpy(there), events


def close(a, b, tolerance=1e-5):
    return np.linalg.norm(a - b) <= tolerance * np.linalg.norm(a)


# --- the device itself


def mask_of_the_cpu():
    x = torch.ones(3, 4).to(DEVICE)
    return torch.ones(3, 4, dtype=torch.bool) * x


def generator_of_the_cpu():
    return torch.rand(3, device=DEVICE, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    "fault, said",
    [
        (
            mask_of_the_cpu,
            r"a host tensor \(3, 4\) among .* test_second_device.py:\d+ mask_of_the_cpu",
        ),
        (generator_of_the_cpu, r"a generator of cpu .* generator_of_the_cpu"),
        (lambda: torch.ones(2).to(DEVICE).numpy(), "copy it to the host first"),
        (lambda: np.asarray(torch.ones(2).to(DEVICE)), "copy it to the host first"),
    ],
)
def test_what_a_gpu_would_refuse_is_refused(second, fault, said):
    with pytest.raises((RuntimeError, TypeError), match=said):
        fault()


@pytest.mark.parametrize(
    "look, kind",
    [
        (lambda x: x.sum().item(), "wait"),
        (lambda x: float(x[0]), "wait"),
        (lambda x: bool((x > 0).all()), "wait"),
        (lambda x: x.tolist(), "wait"),
        (lambda x: x[x > 0], "wait"),
        (lambda x: x.nonzero(), "wait"),
        (lambda x: x.cpu(), "to host"),
        (lambda x: to_numpy(x), "to host"),
        (lambda x: x + torch.ones(2).to(DEVICE), "upload"),
        (lambda x: torch.ones(2).copy_(x), "to host"),
    ],
)
def test_a_look_in_a_loop_is_noted_at_its_line(second, look, kind):
    x = torch.ones(2).to(DEVICE)
    second.events.clear()
    for _ in range(3):
        look(x)
    assert second.count(kind) == 3
    assert all("test_second_device.py" in line or "to_numpy" in line for line in second.where(kind))


def test_a_faulty_operator_is_caught(second):
    """A mask left on the host, as `Constant` would not leave it, and an operator that looks at its argument."""

    class Careless(Mask):
        def _op(self, x):
            return torch.from_numpy(self.mask.copy()) * x

    class Curious(Mask):
        def _op(self, x):
            return super()._op(x) if x.abs().max().item() > 0 else x

    x = draw(SHAPE, "torch").to(DEVICE)
    with pytest.raises(RuntimeError, match="a host tensor"):
        Careless(lines(SHAPE))(x)
    A = Curious(lines(SHAPE))
    A(x)
    second.events.clear()
    A(x)
    assert second.count("wait") == 1


def test_cuda_s_rule_on_deterministic_algorithms_holds():
    """In a backward pass, whose errors come when the device is left."""

    def step():
        with SecondDevice():
            x = torch.ones(1, 1, 4, 4).to(DEVICE).requires_grad_()
            torch.nn.functional.pad(x, (0, 1, 0, 1), mode="reflect").sum().backward()

    torch.use_deterministic_algorithms(True)
    try:
        with pytest.raises(RuntimeError, match="no deterministic implementation"):
            step()
    finally:
        torch.use_deterministic_algorithms(False)


# --- operators and solvers


def test_the_table_has_every_public_operator():
    made = {type(A) for A in (make(SHAPE) for make in OPERATORS.values())}
    public = {getattr(mrilab, name) for name in mrilab.__all__ if isinstance(getattr(mrilab, name), type)}
    operators = {kind for kind in public if issubclass(kind, mrilab.LinearOperator)}
    assert operators - made == {mrilab.LinearOperator, mrilab.NUFFT, mrilab.ToeplitzGram, mrilab.Diagonal}


OTHERS = {
    "Diagonal": lambda shape: mrilab.Diagonal(draw(shape)),
    "ToeplitzGram": lambda shape: mrilab.ToeplitzGram(mrilab.NUFFT(np.zeros((3, 2)), shape)),
}


@pytest.mark.parametrize("name", [*OPERATORS, *OTHERS])
def test_operators(name):
    A = (OPERATORS | OTHERS)[name](SHAPE)
    for apply, core in ((A.op, A.shape_in), (A.adj_op, A.shape_out)):
        here, there, events = both(apply, draw(core, "torch"))
        assert close(here, there)
        assert not events


PSI = Wavelet("haar", SHAPE, level=2)
SENSE = Mask(lines(SHAPE)) @ FFT(SHAPE) @ Coils(unit_maps(2, SHAPE))
DATA = SENSE(draw(SHAPE, "torch"))
OWN = Mask(lines(SHAPE)) @ FFT(SHAPE) @ PSI.H


def series(y):
    """Three frames."""
    return torch.stack([y, y.flip(0), 2j * y])


SOLVERS = {
    "fista": lambda y, k: fista(LeastSquares(SENSE @ PSI.H, y), L1(0.05), max_iter=k, restart=True),
    "fista, groups": lambda y, k: fista(LeastSquares(OWN, y), GroupL1(0.05, axis=-3), max_iter=k),
    "fista, cycle spinning": lambda y, k: fista(LeastSquares(SENSE, y), CycleSpun(L1(0.05), PSI), max_iter=k),
    "fista, nuclear norm": lambda y, k: fista(LeastSquares(SENSE, series(y)), NuclearNorm(0.05), max_iter=k),
    "fista, locally low rank": lambda y, k: fista(LeastSquares(SENSE, series(y)), LocallyLowRank(0.05), max_iter=k),
    "fista, low rank plus sparse": lambda y, k: fista(
        LeastSquares(SENSE @ Row([Identity((3, *SHAPE)), TemporalFFT((3, *SHAPE)).H]), series(y)),
        Parts([NuclearNorm(0.05), L1(0.02)]),
        max_iter=k,
    ),
    "condat_vu, temporal": lambda y, k: condat_vu(
        LeastSquares(SENSE, series(y)), L1(0.02), TemporalDifference((3, *SHAPE)), max_iter=k
    ),
    "fista, OSCAR": lambda y, k: fista(LeastSquares(OWN, y), OSCAR(0.01, 1.0, PSI.bands), max_iter=k),
    "pogm": lambda y, k: pogm(LeastSquares(SENSE @ PSI.H, y), L1(0.05), max_iter=k),
    "condat_vu": lambda y, k: condat_vu(LeastSquares(SENSE, y), L1(0.05), PSI, max_iter=k),
    "conjugate_gradient": lambda y, k: conjugate_gradient(LeastSquares(SENSE, y), lam=0.1, max_iter=k),
}


@pytest.mark.parametrize("name", SOLVERS)
def test_solvers(name):
    """Numbers of eight bytes are read (costs, restarts), the image never; OSCAR takes one round trip a prox."""
    here, there, _ = both(lambda y: SOLVERS[name](y, 6).x, DATA)
    assert close(here, there, 1e-4)
    found = {}
    with SecondDevice() as second:
        y = DATA.to(DEVICE)
        for iterations in (3, 6):
            second.events.clear()
            SOLVERS[name](y, iterations)
            found[iterations] = [second.count(kind) for kind in WAITING]
            assert all(event.nbytes <= 8 for event in second.events if event.kind == "wait")
    copies, waits, uploads = np.subtract(found[6], found[3]) / 3
    assert copies == uploads == (1 if "OSCAR" in name else 0)
    assert waits <= 6


# --- networks


def batched(coils=2, scans=2):
    masks = np.stack([lines(SHAPE, seed) for seed in range(scans)])
    return BatchedSense(masks, np.stack([unit_maps(coils, SHAPE, seed) for seed in range(scans)]))


SMALL = {"channels": 4, "pools": 2}
NETWORKS = {
    "U-Net": lambda: ZeroFilledUNet(ImageUNet(**SMALL)),
    "U-Net of magnitudes": lambda: ZeroFilledUNet(ImageUNet(kind="magnitude", **SMALL)),
    "gradient": lambda: Unrolled(cascades=2, **SMALL),
    "conjugate gradients": lambda: Unrolled(cascades=2, consistency="cg", **SMALL),
}


def denoise(net, x):
    return net(x, torch.full_like(x[:, 0, 0].real, 0.1))


@pytest.mark.parametrize("name", [*NETWORKS, "denoiser", "plug and play"])
def test_networks(name):
    A = batched()
    net = NETWORKS[name]() if name in NETWORKS else Denoiser(**SMALL)
    y = A(draw(A.shape_in, "torch")).to(torch.complex64)

    @torch.no_grad()
    def call(y):
        if name in NETWORKS:
            return net.to(y.device)(A, y)
        if name == "denoiser":
            return denoise(net.to(y.device), y[:, 0])
        return plug_and_play(A, y, net.to(y.device), noise=0.01, iterations=2)

    here, there, events = both(call, y)
    assert close(here, there, 1e-4)
    assert not events


# --- training

TASKS = {
    "reconstruct": {},
    "unrolled": {"network": "unrolled", "consistency": "cg", "cascades": 2, "coils": 2},
    "self-supervised": {"network": "unrolled", "task": "self-supervised", "cascades": 2},
    "denoise": {"network": "denoiser", "task": "denoise"},
}


def settings(task, folder, **options):
    size = {"height": 32, "width": 33, "train_slices": 4, "validation_slices": 1, "batch_size": 2, "epochs": 2}
    return Settings(**SMALL | size | TASKS[task] | options, out=str(folder), device="cpu")


@pytest.mark.parametrize("task", TASKS)
def test_training(task, tmp_path):
    """The CPU's losses; the width is odd, so that a deterministic training meets what reflects."""
    here = train(settings(task, tmp_path / "here"))
    s = replace(settings(task, tmp_path / "there", deterministic=True), device=str(DEVICE))
    waits = []
    with SecondDevice() as second:
        for slices in (4, 8):
            second.events.clear()
            train(replace(s, epochs=1, train_slices=slices, out=str(tmp_path / str(slices))))
            waits.append([second.count(kind) for kind in WAITING])
        there = train(s)
    for key in ("train_loss", "validation_loss", "psnr", "zero_filled_psnr"):
        assert np.allclose([row[key] for row in here], [row[key] for row in there], rtol=2e-3), key
    assert waits[0] == waits[1], "a step copies or waits"
    a, b = (load_weights(tmp_path / where / "weights.safetensors")[0].state_dict() for where in ("here", "there"))
    assert all(torch.allclose(a[name], b[name], atol=1e-2) for name in a)


def step_operations(batch, net):
    """Operations of a training step without the optimizer, and those of its U-Nets."""
    s = Settings(network="unrolled", consistency="cg")
    with SecondDevice() as second:
        there, far = batch.to(DEVICE), net.to(DEVICE)
        second.operations = 0
        objective(s, far, there, 0).backward()
        whole, second.operations = second.operations, 0
        for correct in far.correct:
            correct(there.target.detach().requires_grad_()).abs().sum().backward()
        return whole, second.operations


def test_a_step_of_conjugate_gradients_is_few_operations():
    """Forwards and backwards, four cascades: the count does not grow with the batch."""
    counts = []
    for scans in (4, 8):
        A = batched(scans=scans)
        y = A(draw(A.shape_in, "torch")).to(torch.complex64)
        batch = Batch(y, A.H(y), A.masks.copy(), torch.from_numpy(A.smaps.copy()).to(y.dtype))
        counts.append(step_operations(batch, Unrolled(cascades=4, consistency="cg", **SMALL)))
    print(f"operations of a step, and those of its U-Nets: {counts}")
    assert counts[0] == counts[1]
    assert counts[0][0] - counts[0][1] <= 1300


# --- trained networks and their tests


def test_pretrained_networks_are_put_on_the_device(second):
    net, _ = pretrained("unet-1", DEVICE)
    assert {p.device for p in net.parameters()} == {DEVICE}


def on_both(call):
    """What a test of trust gives with a network of the CPU, and with the same one on the second device."""
    torch.manual_seed(0)
    net = Unrolled(cascades=2, **SMALL)
    here = call(net, "cpu")
    with SecondDevice() as second:
        net.to(DEVICE)
        call(net, DEVICE)
        second.events.clear()
        return here, call(net, DEVICE), second.events


HEAD = {"shape": (32, 32), "coils": 2, "noise": 0.01}


def test_tests_of_trust():
    sample = Brains("test", 1, **HEAD)[0]
    A = operator_of(sample)

    here, there, events = on_both(lambda net, device: image_of(net, A, torch.from_numpy(sample.y).to(device)))
    assert close(here, there, 1e-4)
    assert [event.kind for event in events if event.nbytes > sample.y[0].nbytes] == ["upload"]  # the scan
    assert sum(event.kind == "to host" for event in events) == 1  # the image

    here, there, _ = on_both(lambda net, device: stability(net, A, sample.y, steps=3, draws=2))
    assert np.isclose(here.worst, there.worst, rtol=1e-3) and np.isclose(here.random, there.random, rtol=1e-3)
    assert close(here.delta, there.delta, 1e-2) and close(here.after, there.after, 1e-3)

    waits = [
        sum(e.kind in WAITING for e in on_both(lambda net, _, n=n: stability(net, A, sample.y, steps=n, draws=n))[2])
        for n in (1, 4)
    ]
    assert waits[0] == waits[1]

    here, there, _ = on_both(lambda net, device: ensemble([net, lambda A, y: A.H(y)], A, sample.y)[1])
    assert close(here, there, 1e-4)
    here, there, _ = on_both(
        lambda net, device: lesion_test(net, [6.0], [0.3], count=1, shape=(32, 32), noise=0.0).ravel()
    )
    assert close(here, there, 1e-3)
    with SecondDevice():
        x, y = torch.from_numpy(sample.target).to(DEVICE), torch.from_numpy(sample.y).to(DEVICE)
        assert np.isclose(residual(A, x, y, 0.01), residual(A, sample.target, sample.y, 0.01))


def test_evaluation():
    data = Brains("test", 2, **HEAD)
    for method in (None, lambda A, y: A.H(y), lambda A, y: sparse(A, y, 2e-3, iterations=5)):
        here, there, _ = on_both(lambda net, device, method=method: scores(method or net, data, device))
        for metric in ("psnr", "ssim", "nrmse"):
            assert np.allclose(here[metric], there[metric], rtol=1e-3)


@pytest.mark.parametrize("half", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("task", ["unrolled", "denoise"])
def test_half_precision_stays_in_the_convolutions(task, half, tmp_path, monkeypatch):
    """As on a GPU with bfloat16, and on one that has to scale float16: close to float32, operators in complex64."""
    seen = set()
    adjoint = BatchedSense._adj_op

    def watched(self, y):
        seen.add(y.dtype)
        return adjoint(self, y)

    monkeypatch.setattr(BatchedSense, "_adj_op", watched)
    whole = train(settings(task, tmp_path / "whole"))
    monkeypatch.setattr("mrilab.nets.training.half_precision", lambda device: half)
    found = train(settings(task, tmp_path / "half", bf16=True))
    again = train(settings(task, tmp_path / "half", bf16=True, epochs=2, resume=True))
    assert found == again
    assert np.allclose([row["train_loss"] for row in found], [row["train_loss"] for row in whole], rtol=0.1)
    assert all(np.isfinite(row["psnr"]) for row in found)
    assert seen == {torch.complex64}


def test_compile_takes_every_u_net(monkeypatch, tmp_path):
    from mrilab.nets import UNet

    compiled = []
    monkeypatch.setattr(UNet, "compile", lambda self: compiled.append(self))
    for task, count in (("reconstruct", 1), ("unrolled", 2), ("denoise", 1)):
        compiled.clear()
        train(settings(task, tmp_path / task, compile=True, epochs=1))
        assert len(compiled) == count


@pytest.mark.gpu
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("bf16", [False, True])
def test_training_on_a_gpu(task, bf16, tmp_path):
    """What the second device cannot show: CUDA's own rules, and the 16 bits of the GPU at hand."""
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    here = train(settings(task, tmp_path / "here"))
    there = train(replace(settings(task, tmp_path / "there", deterministic=True, bf16=bf16), device="cuda"))
    for a, b in zip(here, there, strict=True):
        assert np.isclose(a["train_loss"], b["train_loss"], rtol=0.1 if bf16 else 1e-2)
