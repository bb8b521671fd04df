"""The networks that the chapters use, with the weights that come with the package."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from .weights import load_weights

FOLDER = Path(__file__).parent / "stored"


def pretrained_names() -> list[str]:
    """Return the names of the networks that `pretrained` loads.

    >>> "unet-1" in pretrained_names()
    True
    """
    return sorted(path.stem for path in FOLDER.glob("*.safetensors"))


def pretrained(name: str, device: torch.device | str = "cpu") -> tuple[nn.Module, dict[str, Any]]:
    """Return (network, record): a trained network of the chapters on a device, and the record of its training.

    The number in a name is the number of coils of its training data. Nothing is downloaded, and no code is loaded.
    `pretrained(name, best_device())` uses a GPU if there is one. Raises ValueError for an unknown name, with the list
    of known names.

    >>> net, record = pretrained("unet-1")
    >>> record["settings"]["network"]
    'unet'
    """
    net, record = load_weights(path_of(name))
    return net.eval().to(device), record


def path_of(name: str) -> Path:
    """Return the path of the weights of a stored network. Raises as `pretrained`.

    >>> path_of("unet-1").name
    'unet-1.safetensors'
    """
    if name not in pretrained_names():
        raise ValueError(f"no network is called {name!r}; the names are {', '.join(pretrained_names())}")
    return FOLDER / f"{name}.safetensors"
