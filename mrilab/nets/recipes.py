"""Training of all networks of the chapters: `python -m mrilab.nets.recipes`, or `… unet-1 ssdu-8` for some of them.

`on_gpu` has a second recipe for three of them: networks of the size that papers use, for as long as a reader waits.
"""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from ..files import atomic
from .budget import plan
from .pretrained import FOLDER
from .settings import Settings
from .training import train
from .weights import load_weights, save_weights

# With 128 × 128 and bfloat16, each takes minutes on two cores of a CPU that supports bfloat16.
COMMON: dict[str, Any] = {
    "height": 128,
    "width": 128,
    "accel": (4.0, 8.0),
    "noise": 0.01,
    "train_slices": 480,
    "validation_slices": 24,
}
COMMON |= {"pools": 3, "learning_rate": 2e-3, "bf16": True, "patience": 100}
UNROLLED: dict[str, Any] = {"network": "unrolled", "channels": 8, "cascades": 4, "epochs": 25}
MODL = UNROLLED | {"coils": 8, "consistency": "cg"}  # four gradient steps are too few for eight coils
SELF: dict[str, Any] = {"task": "self-supervised", "judges": "all"}
HIDDEN: dict[str, Any] = {"task": "self-supervised", "judges": "hidden", "band": 7 / 8}

ATLAS: dict[str, dict[str, Any]] = {  # trained on the heads of one atlas
    "unet-1": {"channels": 16, "epochs": 64},
    "unrolled-1": UNROLLED,
    "gradient-8": UNROLLED | {"coils": 8, "epochs": 20},
    "unrolled-8": MODL | {"epochs": 14},
    "unet-8": {"channels": 16, "coils": 8, "epochs": 25},
    "ssdu-1": UNROLLED | SELF,
    "ssdu-8": MODL | HIDDEN | {"epochs": 14},
    **{f"ensemble-{seed}": {"channels": 8, "epochs": 15, "seed": seed} for seed in range(1, 5)},
    **{f"cascades-{n}": UNROLLED | {"cascades": n, "channels": 6, "pools": 2, "epochs": 10} for n in (1, 2, 4, 8)},
}

# Trained on the randomised world, for scans of any head, mask and array: up to two hours each on one core.
RANDOM: dict[str, Any] = {"world": True, "norm": False, "batch_size": 1, "clip": 0.1, "patience": 100}
RANDOM |= {"train_slices": 400, "validation_slices": 24, "channels": 16}
HELD: dict[str, Any] = RANDOM | {"network": "unrolled", "consistency": "cg"}  # held by the data
WORLD: dict[str, dict[str, Any]] = {
    "world-unet": HELD | {"cascades": 1, "pools": 4, "epochs": 16},
    "world-unrolled": HELD | {"cascades": 4, "pools": 3, "epochs": 24},
    "denoiser": RANDOM | {"network": "denoiser", "task": "denoise", "loss": "mse", "pools": 3, "epochs": 18},
}
IN_8_BITS = ("unet-8", "gradient-8", "ssdu-8", *WORLD)  # so that all take at most 12 MB

RECIPES = {name: COMMON | options for name, options in ATLAS.items()} | WORLD


CASCADES: dict[str, Any] = {"channels": 18, "pools": 4, "cascades": 8}
FULL: dict[str, dict[str, Any]] = {  # fastMRI's U-Net of 7.8 million parameters, and cascades as large
    "unet-1": {"channels": 32, "pools": 4},
    "unrolled-1": CASCADES,
    "ssdu-1": CASCADES,
}


def recipe(name: str, folder: str | Path) -> Settings:
    """Return the settings of a recipe, with log and checkpoints in `folder`.

    >>> recipe("ssdu-1", "out").task
    'self-supervised'
    """
    options = RECIPES[name]
    return Settings(**options, out=str(Path(folder) / name), cache=str(Path(folder) / "cache"), resume=True)


def on_gpu(name: str, folder: str | Path, minutes: float = 10.0) -> Settings:
    """Return the settings to train a network in full on a GPU: as many epochs as a T4 has time for, by `plan`.

    The data are those of the recipe on the CPU. Goes on where an earlier training in `folder` was interrupted. The
    minutes are counted from operations and were not measured. Raises ValueError for a network that has no such recipe.

    References
    ----------
    The sizes: Zbontar et al., fastMRI: an open dataset and benchmarks for accelerated MRI, arXiv:1811.08839 (2018);
    Sriram et al., End-to-end variational networks for accelerated MRI reconstruction, MICCAI 2020.

    Examples
    --------
    >>> s = on_gpu("unet-1", "unet-on-gpu")
    >>> s.epochs > RECIPES["unet-1"]["epochs"], s.bf16
    (True, True)
    """
    if name not in FULL:
        raise ValueError(f"no recipe for a GPU is called {name!r}; the names are {', '.join(FULL)}")
    options = RECIPES[name] | FULL[name]
    return plan(Settings(**options, out=str(folder), resume=True), minutes)


def follow(name: str, folder: str | Path) -> None:
    """Train the network of a recipe, continuing an interrupted training, and store its weights in 16 or 8 bits."""
    s = recipe(name, folder)
    train(s)
    net, record = load_weights(Path(s.out) / "weights.safetensors")
    del record["settings"]["out"], record["settings"]["cache"]  # paths of a machine
    FOLDER.mkdir(exist_ok=True)
    dtype = torch.int8 if name in IN_8_BITS else torch.float16
    save_weights(net, FOLDER / f"{name}.safetensors", record | {"stored": str(dtype)[6:]}, dtype=dtype)
    with atomic(FOLDER / f"{name}.csv") as part:
        shutil.copy(Path(s.out) / "log.csv", part)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train the networks named on the command line, or all that have no weights yet."""
    parser = argparse.ArgumentParser("python -m mrilab.nets.recipes", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(RECIPES)}; none: all that are missing")
    parser.add_argument("--out", default="_build/nets", help="folder of logs, checkpoints and slices")
    asked = parser.parse_args(arguments)
    if unknown := sorted(set(asked.names) - set(RECIPES)):
        parser.error(f"unknown recipes {', '.join(unknown)}: there are {', '.join(RECIPES)}")
    missing = [name for name in RECIPES if not (FOLDER / f"{name}.safetensors").exists()]
    for name in asked.names or missing:
        print(f"{name}, on {torch.get_num_threads()} threads", flush=True)
        follow(name, asked.out)


if __name__ == "__main__":
    main()
