"""Weights of fastMRI's U-Net in ours, and ours in fastMRI's: the same network with other names of its layers."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from pickle import UnpicklingError

import torch
from torch import Tensor

from ..files import atomic
from .unet import UNet
from .weights import WeightsError

STEP = re.compile(r"up_transpose_conv\.\d+\.layers\.0\.weight$")  # one for each pool
FIRST, SECOND = ("0", "0"), ("3", "4")  # places of the two convolutions of a level: here, and there with dropout


def fastmri_names(pools: int) -> dict[str, str]:
    """Return the name of each weight of a `UNet` in fastMRI's `Unet` of as many pools.

    References
    ----------
    The class `Unet` of fastMRI's repository, version 0.3.0; Zbontar et al., fastMRI: an open dataset and benchmarks for
    accelerated MRI, arXiv:1811.08839 (2018).

    Examples
    --------
    >>> fastmri_names(4)["down.0.0.weight"]
    'down_sample_layers.0.layers.0.weight'
    """
    deepest = pools - 1  # the last step of the decoder, which fastMRI joins with the last layer
    levels = {"bottom": "conv"}
    levels |= {f"down.{k}": f"down_sample_layers.{k}" for k in range(pools)}
    levels |= {f"up.{k}": f"up_conv.{k}" + (".0" if k == deepest else "") for k in range(pools)}
    names = {f"enlarge.{k}.0.weight": f"up_transpose_conv.{k}.layers.0.weight" for k in range(pools)}
    for ours, theirs in levels.items():
        names |= {f"{ours}.{here}.weight": f"{theirs}.layers.{there}.weight" for here, there in (FIRST, SECOND)}
    return names | {f"last.{part}": f"up_conv.{deepest}.1.{part}" for part in ("weight", "bias")}


def load_fastmri(path: str | os.PathLike) -> UNet:
    """Return a `UNet` with the weights in a file of fastMRI's U-Net; its output is the same, bit by bit.

    The file is one of `torch.save`, with the state of the network itself, or of a training by Lightning (its
    `state_dict`, where names begin with `unet.`). Channels and pools follow from the weights. No code is run.

    Parameters
    ----------
    path : path
        A .pt or .ckpt file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    WeightsError
        For a file that is cut off or contains more than numbers, and for weights of another network.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = save_fastmri(UNet(1, 1, channels=2, pools=3), folder + "/unet.pt")
    ...     load_fastmri(path).pools
    3
    """
    path = Path(path)
    state = _state(path)
    first, pools = state.get("down_sample_layers.0.layers.0.weight"), sum(bool(STEP.match(name)) for name in state)
    last = state.get(f"up_conv.{pools - 1}.1.weight")
    if first is None or first.ndim != 4 or last is None or last.ndim != 4:
        raise WeightsError(f"{path}: found {_some(state)}; expected weights of fastMRI's U-Net")
    names = fastmri_names(pools)
    net = UNet(first.shape[1], len(last), channels=len(first), pools=pools)
    wanted = {names[name]: value.shape for name, value in net.state_dict().items()}
    for name in sorted(wanted.keys() | state.keys()):
        found = tuple(state[name].shape) if name in state else "missing"
        if found != tuple(wanted.get(name, ())):
            raise WeightsError(f"{path}: found {name} {found}; expected {tuple(wanted.get(name, ())) or 'none'}")
    net.load_state_dict({ours: state[theirs] for ours, theirs in names.items()})
    return net


def save_fastmri(net: UNet, path: str | os.PathLike) -> Path:
    """Write the weights of a `UNet` under fastMRI's names, for `Unet.load_state_dict`; return the path.

    Raises TypeError for another network, ValueError for a U-Net without normalisation, which fastMRI does not have.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = save_fastmri(UNet(1, 1, channels=2, pools=1), folder + "/unet.pt")
    ...     sorted(torch.load(path, weights_only=True))[0]
    'conv.layers.0.weight'
    """
    if not isinstance(net, UNet):
        raise TypeError(f"fastMRI's names are those of a UNet, got {type(net).__name__}")
    if net.last.bias is None:
        raise ValueError("fastMRI's U-Net has normalisation and a bias, got a UNet with norm=False")
    names = fastmri_names(net.pools)
    state = {names[name]: value.detach().cpu() for name, value in net.state_dict().items()}
    with atomic(Path(path)) as part:
        torch.save(state, part)
    return Path(path)


def _state(path: Path) -> dict[str, Tensor]:
    """Return the named tensors in a file, without the prefix and the loss of a training by Lightning."""
    data = path.read_bytes()
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, ValueError, KeyError, UnpicklingError) as error:
        raise WeightsError(f"{path}: found {len(data)} bytes that are no weights ({str(error)[:200]})") from error
    if isinstance(state, Mapping) and isinstance(state.get("state_dict"), Mapping):
        state = {k.removeprefix("unet."): v for k, v in state["state_dict"].items() if k.startswith("unet.")}
    if not isinstance(state, Mapping) or not all(isinstance(value, Tensor) for value in state.values()):
        raise WeightsError(f"{path}: found {_some(state)}; expected named tensors")
    return {re.sub(r"^module\.", "", str(name)): value for name, value in state.items()}


def _some(state) -> str:
    return f"the names {sorted(map(str, state))[:3]}" if isinstance(state, Mapping) else type(state).__name__
