"""All settings of a training, with checks, and as options of the command line."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from math import isfinite
from typing import Any

from .dataset import PATTERNS
from .devices import device_of
from .images import KINDS
from .unrolled import CONSISTENCY

TASKS = ("reconstruct", "self-supervised", "denoise")
JUDGES = ("hidden", "all")


def _setting(default: Any, text: str, *, least: float | None = None, known: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"help": text, "least": least, "known": known})


@dataclass(frozen=True)
class Settings:
    """The settings of a training: network, data, loop and machine.

    Raises TypeError for a value of the wrong type, ValueError for one that is out of range or unknown.

    >>> Settings(channels=8).channels
    8
    """

    network: str = _setting("unet", "the network", known=("unet", "unrolled", "denoiser"))
    channels: int = _setting(32, "channels of the U-Net's first level", least=1)
    pools: int = _setting(4, "how many times the U-Net halves the image", least=1)
    kind: str = _setting("complex", "input of a U-Net after zero-filling", known=KINDS)
    cascades: int = _setting(6, "iterations of the unrolled network", least=1)
    norm: bool = _setting(True, "instance normalisation in the U-Nets; without it, they have no bias either")
    consistency: str = _setting("gradient", "its data consistency", known=CONSISTENCY)
    band: float = _setting(1.0, "share of the rows of k-space, around the middle, that its U-Nets may fill", least=0)
    shared: bool = _setting(False, "one U-Net for all cascades")
    start: str = _setting("", "weights to begin with: a file, or the name of a stored network of this form")
    world: bool = _setting(False, "train on the randomised world, which chooses size, coils, mask and noise itself")
    data: str = _setting("", "folder of scans to train on; empty: the simulated brains")
    validation_data: str = _setting("", "folder of scans to validate on")
    height: int = _setting(192, "rows of a simulated image", least=8)
    width: int = _setting(192, "columns of a simulated image", least=8)
    coils: int = _setting(1, "coils of a simulated scan", least=1)
    accel: tuple = _setting((4.0,), "accelerations, of which each sample draws one", least=1)
    pattern: str = _setting("random_lines", "kind of mask", known=PATTERNS)
    noise: float = _setting(0.01, "noise added, for images of largest magnitude 1", least=0)
    levels: tuple = _setting((0.005, 0.5), "least and largest σ that a denoiser learns to remove", least=1e-6)
    train_slices: int = _setting(400, "simulated slices to train on", least=1)
    validation_slices: int = _setting(40, "simulated slices to validate on", least=1)
    epochs: int = _setting(40, "epochs at most", least=1)
    batch_size: int = _setting(4, "slices per step in each process", least=1)
    accumulate: int = _setting(1, "parts of a step whose gradients are added: less memory, the same step", least=1)
    learning_rate: float = _setting(1e-3, "learning rate of Adam, before its cosine decay", least=0)
    task: str = _setting("reconstruct", "what is learned, with targets or without", known=TASKS)
    judges: str = _setting("hidden", "the samples that judge self-supervised learning", known=JUDGES)
    loss: str = _setting("l1", "distance of images", known=("l1", "mse"))
    clip: float = _setting(0.0, "largest norm of a gradient, above which it is scaled down; 0: no limit", least=0)
    patience: int = _setting(10, "epochs without a lower validation loss before it stops", least=1)
    seed: int = _setting(0, "seed of weights, order, masks and noise", least=0)
    workers: int = _setting(0, "processes that load data", least=0)
    device: str = _setting("auto", "where to compute: a device of torch, such as cpu or cuda:1; auto takes a GPU")
    bf16: bool = _setting(False, "convolutions in bfloat16, or float16 on a GPU without it")
    compile: bool = _setting(False, "torch.compile the U-Nets")
    deterministic: bool = _setting(False, "the same results in each run, at some cost in speed")
    out: str = _setting("_build/training", "folder of the log, the checkpoint and the weights")
    cache: str = _setting("", "folder of complete slices; empty: in `out`")
    resume: bool = _setting(False, "go on from the checkpoint in `out`")

    def __post_init__(self):
        for item in fields(self):
            value, least, known = getattr(self, item.name), item.metadata["least"], item.metadata["known"]
            kind: Any = item.type
            wanted = (int, float) if kind is float else (kind,)
            if not isinstance(value, wanted) or (isinstance(value, bool) and kind is not bool):
                raise TypeError(f"{item.name} must be {kind.__name__}, got {value!r}")
            if known and value not in known:
                raise ValueError(f"unknown {item.name} {value!r}: it is one of {', '.join(map(repr, known))}")
            values: Any = value if kind is tuple else (value,)
            if not values or any(not isinstance(v, (int, float)) for v in values if kind is tuple):
                raise TypeError(f"{item.name} must be one or more numbers, got {value!r}")
            if least is not None and not all(v >= least and isfinite(v) for v in values):
                raise ValueError(f"{item.name} must be at least {least}, got {value!r}")
        device_of(self.device)
        if (self.network == "denoiser") != (self.task == "denoise"):
            raise ValueError(f"network 'denoiser' and task 'denoise' go together, got {self.network!r}, {self.task!r}")
        if len(self.levels) != 2 or self.levels[0] > self.levels[1]:
            raise ValueError(f"levels must be the least and the largest σ, got {self.levels!r}")
        if self.world and (self.data or self.batch_size != 1):
            raise ValueError("the randomised world takes batch_size 1, because its samples differ in size, and no data")
        if self.batch_size % self.accumulate:
            raise ValueError(f"accumulate must divide batch_size {self.batch_size}, got {self.accumulate}")
        if bool(self.data) != bool(self.validation_data):
            raise ValueError("data and validation_data go together: two folders, or none")

    def as_dict(self) -> dict[str, Any]:
        """Return the settings as a dict."""
        return asdict(self)


def from_dict(values: dict[str, Any]) -> Settings:
    """Return the settings in a mapping; raise ValueError for unknown names, with the list of known names.

    >>> from_dict({"pools": 3}).pools
    3
    """
    known = [item.name for item in fields(Settings)]
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValueError(f"unknown settings {unknown}; known are {', '.join(known)}")
    kept: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    return Settings(**kept)  # JSON and the command line have lists


def parse(arguments: Sequence[str] | None = None) -> Settings:
    """Return the settings given on the command line; an invalid one ends the program with a message.

    >>> parse(["--learning-rate", "0.01", "--shared"]).learning_rate
    0.01
    """
    parser = argparse.ArgumentParser(
        "python -m mrilab.nets.training", formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    for item in fields(Settings):
        name, text = "--" + item.name.replace("_", "-"), item.metadata["help"]
        if item.type is bool:
            parser.add_argument(name, action=argparse.BooleanOptionalAction, default=item.default, help=text)
        elif item.type is tuple:
            parser.add_argument(name, type=float, nargs="+", default=item.default, help=text)
        else:
            kind: Any = item.type
            known = item.metadata["known"] or None
            parser.add_argument(name, type=kind, choices=known, default=item.default, help=text)
    try:
        return from_dict(vars(parser.parse_args(arguments)))
    except ValueError as error:
        parser.error(str(error))
