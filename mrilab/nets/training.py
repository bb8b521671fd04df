"""Training by `python -m mrilab.nets.training --help`, or with `torchrun -m mrilab.nets.training` on several GPUs."""

import csv
import os
import shutil
import subprocess
import warnings
from contextlib import nullcontext
from datetime import UTC, datetime
from math import cos, pi
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, Subset

from ..files import atomic, reading
from ..progress import progress_bar
from .batches import collate
from .dataset import Slices
from .devices import device_of, half_precision, hardware
from .networks import build
from .objectives import estimate, objective
from .population import Brains
from .pretrained import path_of, pretrained_names
from .scans import ScanFolder, check_apart
from .settings import Settings, parse
from .unet import UNet
from .weights import load_weights, save_weights
from .world import COILS, World

Sets = tuple[Slices | World, Slices | World]  # training and validation
MACHINE = ("out", "cache", "resume", "workers")  # settings that do not change the result


def datasets(s: Settings) -> Sets:
    """Return the training and the validation set: simulated brains, the randomised world, or folders of scans."""
    if s.world:
        coils = (1,) if s.task == "denoise" else COILS  # a denoiser sees the targets alone
        training = World("train", s.train_slices, coils=coils, seed=s.seed)
        return training, World("validation", s.validation_slices, coils=coils)
    options: Any = {"accel": s.accel, "pattern": s.pattern, "noise": s.noise, "seed": s.seed}
    options["cache"] = s.cache or Path(s.out) / "cache"
    if s.data:
        scans = ScanFolder(s.data, "train", **options), ScanFolder(s.validation_data, "validation", **options)
        check_apart(*scans)
        return scans
    options |= {"shape": (s.height, s.width), "coils": s.coils}
    return Brains("train", s.train_slices, **options), Brains("validation", s.validation_slices, **options)


def train(s: Settings, sets: Sets | None = None) -> list[dict[str, float]]:
    """Train the network of the settings; return the log, with one row per epoch.

    Writes to `s.out`: log.csv, checkpoint.pt after every epoch, and weights.safetensors of the best epoch with its
    JSON. With `resume`, an interrupted training continues after its last complete epoch, with the same result as an
    uninterrupted one. With torchrun, each process takes `batch_size` slices per step, and gradients are averaged.

    With `start`, it begins with the weights of another training, to go on with other data.

    Raises FileExistsError if `s.out` contains a checkpoint and `resume` is off; ValueError if its settings differ, or
    if there are fewer slices than one step needs; WeightsError for a `start` of another form.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as out:
    ...     s = Settings(channels=2, pools=1, height=16, width=16, train_slices=2, validation_slices=1, epochs=1,
    ...                  batch_size=2, device="cpu", out=out)
    ...     log = train(s)
    >>> log[0]["epoch"]
    1
    """
    rank, world = (int(os.environ.get(name, default)) for name, default in (("RANK", 0), ("WORLD_SIZE", 1)))
    device = device_of(s.device)
    if device.type == "cuda" and device.index is None:
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))
        torch.cuda.set_device(device)
    owner = world > 1 and not dist.is_initialized()
    if owner:
        dist.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo")
    before = torch.are_deterministic_algorithms_enabled()
    if s.deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
    try:
        return _train(s, sets or datasets(s), rank, world, device)
    finally:
        torch.use_deterministic_algorithms(before)
        if owner:
            dist.destroy_process_group()


def _train(s: Settings, sets: Sets, rank: int, world: int, device: torch.device):
    training, validation = sets
    torch.manual_seed(s.seed)
    net = build(s)
    if s.start:
        load_weights(path_of(s.start) if s.start in pretrained_names() else s.start, net)
    net.to(device)
    if s.compile:
        for part in net.modules():
            if isinstance(part, UNet):
                part.compile()
    model = DistributedDataParallel(net) if world > 1 else net
    half = half_precision(device) if s.bf16 else None
    if s.bf16 and half is None:
        warnings.warn(f"{device} has no fast 16-bit numbers: continuing in float32", stacklevel=2)
    scaler = torch.amp.GradScaler(device.type, enabled=half is torch.float16)
    # The fused optimizer looks for overflows itself; for any other the scaler would make the GPU wait at each step.
    optimizer = torch.optim.Adam(net.parameters(), lr=s.learning_rate, fused=scaler.is_enabled() or None)
    sampler: DistributedSampler = DistributedSampler(training, world, rank, seed=s.seed, drop_last=True)
    options: Any = {"num_workers": s.workers, "collate_fn": collate, "pin_memory": device.type == "cuda"}
    batches = DataLoader(training, s.batch_size, sampler=sampler, drop_last=True, **options)
    share = Subset(validation, range(rank, len(validation), world))
    checks = DataLoader(share, 1, **options)
    if not len(batches):
        raise ValueError(f"{len(training)} slices are too few for a step of {s.batch_size} in {world} processes")
    log, best = _begin(s, net, optimizer, scaler)
    for epoch in range(len(log), s.epochs):
        if log and epoch - min(log, key=lambda row: row["validation_loss"])["epoch"] >= s.patience:
            break
        start = perf_counter()
        training.set_epoch(epoch)
        sampler.set_epoch(epoch)
        model.train()
        total = torch.zeros((), dtype=torch.float64, device=device)  # read once an epoch: a look makes a GPU wait
        with progress_bar(len(batches), None if rank == 0 else False) as bar:
            for step, batch in enumerate(batches):
                done = (epoch * len(batches) + step) / (s.epochs * len(batches))
                for group in optimizer.param_groups:  # a cosine decay to 0
                    group["lr"] = s.learning_rate * (1 + cos(pi * done)) / 2
                optimizer.zero_grad()
                for part in batch.parts(s.accumulate):  # on the device one after the other
                    with precision(device, half):
                        value = objective(s, model, part.to(device), _seed(s, epoch, step, rank)) / s.accumulate
                    scaler.scale(value).backward()
                    total += value.detach()
                if s.clip:
                    scaler.unscale_(optimizer)
                    nn.utils.clip_grad_norm_(net.parameters(), s.clip)
                scaler.step(optimizer)
                scaler.update()
                bar.update()
        row = {"epoch": epoch + 1, "train_loss": _average(total[None], len(batches))[0]}
        row |= validate(s, net, checks, device, half)
        if not log or row["validation_loss"] < min(r["validation_loss"] for r in log):
            best = {name: value.detach().cpu().clone() for name, value in net.state_dict().items()}
        log.append(row | {"seconds": perf_counter() - start})
        if rank == 0:
            _save(s, net, optimizer, scaler, log, best)
    if rank == 0:
        net.load_state_dict(best)
        save_weights(net, Path(s.out) / "weights.safetensors", _record(s, sets, log, device, world))
    return log


def precision(device: torch.device, half: torch.dtype | None):
    """Return a context that computes convolutions in 16 bits; FFTs and data consistency stay in float32."""
    return nullcontext() if half is None else torch.autocast(device.type, half)


@torch.no_grad()
def validate(
    s: Settings, net: nn.Module, batches: DataLoader, device: torch.device, half: torch.dtype | None = None
) -> dict[str, float]:
    """Return the mean loss, the PSNR and the PSNR of zero-filling over the validation set, from all processes.

    The loss is that of the task, so self-supervised training is stopped by samples, never by targets.
    """
    net.eval()
    sums = torch.zeros(3, dtype=torch.float64, device=device)
    for number, batch in enumerate(batches):
        batch = batch.to(device)
        with precision(device, half):
            value = objective(s, net, batch, number)
            x = estimate(s, net, batch, number)
        zero_filled = batch.weight * batch.A.H(batch.y)
        sums += torch.stack([value.double(), _psnr(x, batch.target), _psnr(zero_filled, batch.target)])
    return dict(zip(("validation_loss", "psnr", "zero_filled_psnr"), _average(sums, len(batches))))


def _psnr(x: Tensor, ref: Tensor) -> Tensor:
    """`mrilab.psnr` where the images lie, as the host need not see them."""
    x, ref = x.abs().double(), ref.abs().double()
    error = (x - ref).square().mean(dim=(-2, -1))
    return (10 * (ref.amax(dim=(-2, -1)).square() / error).log10()).mean()


def _seed(s: Settings, *where: int) -> int:
    """Return the seed of one step, from epoch, step and process, so that a resumed training draws the same numbers."""
    return int(np.random.SeedSequence([s.seed, *where]).generate_state(1, np.uint64)[0] >> 1)


def _average(sums: Tensor, count: int) -> list[float]:
    """Return the sums over all processes, divided by the sum of their counts."""
    values = torch.cat([sums, torch.full_like(sums[:1], count)])
    if dist.is_initialized():
        dist.all_reduce(values)
    return (values[:-1] / values[-1]).tolist()


def _begin(
    s: Settings, net: nn.Module, optimizer: torch.optim.Optimizer, scaler: torch.amp.GradScaler
) -> tuple[list, dict]:
    """Return the log and the best weights so far; if there is a checkpoint, restore the state from it."""
    path = Path(s.out) / "checkpoint.pt"
    if not path.exists():
        return [], {}
    if not s.resume:
        raise FileExistsError(f"{path} already exists: resume it, or choose another folder")
    with reading(path, "a checkpoint; remove it to start again"):
        state = torch.load(path, map_location="cpu", weights_only=True)  # numbers and text, no code
    now = s.as_dict()
    other = [k for k, v in state["settings"].items() if k not in MACHINE and now.get(k) != v]
    if other:
        raise ValueError(f"{path} is of a training with other {other}: {[state['settings'][k] for k in other]}")
    net.load_state_dict(state["net"])
    optimizer.load_state_dict(state["optimizer"])
    scaler.load_state_dict(state["scaler"])
    torch.set_rng_state(state["rng"])
    return state["log"], state["best"]


def _save(
    s: Settings,
    net: nn.Module,
    optimizer: torch.optim.Optimizer,
    scaler: torch.amp.GradScaler,
    log: list,
    best: dict,
) -> None:
    """Write checkpoint and log. Sampler, masks and noise are determined by seed and epoch, so they have no state."""
    out = Path(s.out)
    out.mkdir(parents=True, exist_ok=True)
    state = {"settings": s.as_dict(), "net": net.state_dict(), "optimizer": optimizer.state_dict(), "log": log}
    state["scaler"] = scaler.state_dict()
    with atomic(out / "checkpoint.pt") as part:
        torch.save(state | {"best": best, "rng": torch.get_rng_state()}, part)
    with atomic(out / "log.csv") as part, open(part, "w", newline="") as file:
        writer = csv.DictWriter(file, list(log[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(log)


def _record(s: Settings, sets: Sets, log: list, device: torch.device, world: int) -> dict[str, Any]:
    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=40"]
    known = shutil.which("git") and subprocess.run(git, capture_output=True, text=True).stdout.strip()
    best = min(log, key=lambda row: row["validation_loss"])
    return {
        "settings": s.as_dict(),
        "seed": s.seed,
        "commit": known or "unknown",
        "data": [f"{type(data).__name__} {data.split}, {len(data)} slices" for data in sets],
        "hardware": f"{world} × {hardware(device)}, torch {torch.__version__}",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "validation": best,
        "test": None,
    }


if __name__ == "__main__":
    train(parse())
