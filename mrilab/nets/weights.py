"""Weights on disk: safetensors, which cannot contain code, and a JSON file with the record of their training."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from ..files import atomic
from .networks import build
from .settings import from_dict

SCALE = ".scale"  # ends the name of the scales of a filter stored as int8


class WeightsError(ValueError):
    """An error in a file of weights; the message names what was found and what was expected.

    >>> raise WeightsError("a.safetensors: found 3 bytes; expected weights")
    Traceback (most recent call last):
    mrilab.nets.weights.WeightsError: a.safetensors: found 3 bytes; expected weights
    """


def save_weights(
    net: nn.Module, path: str | os.PathLike, record: dict[str, Any], *, dtype: torch.dtype = torch.float32
) -> Path:
    """Write the weights to `path`, and `record` with their SHA-256 to the .json file beside it.

    As float16 they take half of the space, with three correct digits per weight. As int8 they take a quarter: each
    filter is w ≈ s q, with whole numbers |q| ≤ 127 and a scale s of its own. Raises WeightsError unless
    `record["settings"]` describes this network, ValueError for another dtype.

    >>> from tempfile import TemporaryDirectory
    >>> from mrilab.nets import Settings
    >>> settings = Settings(channels=2, pools=1)
    >>> with TemporaryDirectory() as folder:
    ...     path = save_weights(build(settings), folder + "/net.safetensors", {"settings": settings.as_dict()})
    ...     net, record = load_weights(path)
    """
    if dtype not in (torch.float32, torch.float16, torch.int8):
        raise ValueError(f"weights are stored as float32, float16 or int8, got {dtype}")
    path = Path(path)
    state = {name: value.detach().float().cpu().contiguous() for name, value in net.state_dict().items()}
    _compare(path, state, build(from_dict(record["settings"])))
    data = save(_rounded(state) if dtype == torch.int8 else {name: value.to(dtype) for name, value in state.items()})
    with atomic(path) as part:
        part.write_bytes(data)
    with atomic(path.with_suffix(".json")) as part:
        part.write_text(json.dumps({**record, "sha256": hashlib.sha256(data).hexdigest()}, indent=1) + "\n")
    return path


def load_weights(path: str | os.PathLike, net: nn.Module | None = None) -> tuple[nn.Module, dict[str, Any]]:
    """Return (network, record): `net` with the weights, or the network that the record describes. No code is run.

    Raises FileNotFoundError, or WeightsError for a file that is cut off, changed, of another format or network.
    """
    path = Path(path)
    beside = path.with_suffix(".json")
    data = path.read_bytes()
    try:
        record = json.loads(beside.read_text())
        wanted, settings = record["sha256"], from_dict(record["settings"])
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{beside}: found no record of weights ({error}); expected settings and sha256") from error
    found = hashlib.sha256(data).hexdigest()
    if found != wanted:
        raise WeightsError(f"{path}: found {len(data)} bytes of SHA-256 {found[:12]}…; expected {wanted[:12]}…")
    try:
        state = _unrounded(load(data))
    except SafetensorError as error:
        raise WeightsError(f"{path}: found no safetensors ({error}); expected weights") from error
    except KeyError as error:
        raise WeightsError(f"{path}: found 8-bit weights without {error}; expected one scale a filter") from error
    net = build(settings) if net is None else net
    _compare(path, state, net)
    net.load_state_dict(state)
    return net, record


def _rounded(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return each filter as whole numbers of 8 bits, and beside it its scale; vectors stay as they are."""
    packed = {}
    for name, value in state.items():
        if value.ndim < 2:
            packed[name] = value
            continue
        scale = value.abs().amax(dim=tuple(range(1, value.ndim)), keepdim=True) / 127
        packed[name] = (value / scale.clamp_min(torch.finfo(scale.dtype).tiny)).round().to(torch.int8)
        packed[name + SCALE] = scale
    return packed


def _unrounded(packed: dict[str, Tensor]) -> dict[str, Tensor]:
    state = {name: value for name, value in packed.items() if not name.endswith(SCALE)}
    return {name: packed[name + SCALE] * w if w.dtype == torch.int8 else w for name, w in state.items()}


def _compare(path: Path, state: dict, net: nn.Module) -> None:
    stored = {name: tuple(value.shape) for name, value in state.items()}
    wanted = {name: tuple(value.shape) for name, value in net.state_dict().items()}
    for name in sorted(stored.keys() | wanted.keys()):
        if stored.get(name) != wanted.get(name):
            raise WeightsError(
                f"{path}: found weights with {name} {stored.get(name, 'missing')}; "
                f"expected {type(net).__name__} with {name} {wanted.get(name, 'missing')}"
            )
