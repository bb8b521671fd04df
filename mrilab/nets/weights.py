"""Weights on disk: safetensors, which cannot contain code, and a JSON file with the record of their training."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn

from ..files import atomic
from .networks import build
from .settings import from_dict


class WeightsError(ValueError):
    """An error in a file of weights; the message names what was found and what was expected.

    >>> raise WeightsError("a.safetensors: found 3 bytes; expected weights")
    Traceback (most recent call last):
    mrilab.nets.weights.WeightsError: a.safetensors: found 3 bytes; expected weights
    """


def save_weights(net: nn.Module, path: str | os.PathLike, record: dict[str, Any], *, half: bool = False) -> Path:
    """Write the weights to `path`, and `record` with their SHA-256 to the .json file beside it.

    `half` stores float16: half the size, with three correct digits per weight. Raises WeightsError unless
    `record["settings"]` describes this network.

    >>> from tempfile import TemporaryDirectory
    >>> from mrilab.nets import Settings
    >>> settings = Settings(channels=2, pools=1)
    >>> with TemporaryDirectory() as folder:
    ...     path = save_weights(build(settings), folder + "/net.safetensors", {"settings": settings.as_dict()})
    ...     net, record = load_weights(path)
    """
    path = Path(path)
    dtype = torch.float16 if half else torch.float32
    state = {name: value.detach().to("cpu", dtype).contiguous() for name, value in net.state_dict().items()}
    _compare(path, state, build(from_dict(record["settings"])))
    data = save(state)
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
        state = load(data)
    except SafetensorError as error:
        raise WeightsError(f"{path}: found no safetensors ({error}); expected weights") from error
    net = build(settings) if net is None else net
    _compare(path, state, net)
    net.load_state_dict(state)
    return net, record


def _compare(path: Path, state: dict, net: nn.Module) -> None:
    stored = {name: tuple(value.shape) for name, value in state.items()}
    wanted = {name: tuple(value.shape) for name, value in net.state_dict().items()}
    for name in sorted(stored.keys() | wanted.keys()):
        if stored.get(name) != wanted.get(name):
            raise WeightsError(
                f"{path}: found weights with {name} {stored.get(name, 'missing')}; "
                f"expected {type(net).__name__} with {name} {wanted.get(name, 'missing')}"
            )
