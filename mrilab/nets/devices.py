"""Devices: by name, what they are called, and 16-bit numbers where these are quick."""

import platform

import torch

from ..arrays.libraries import best_device


def device_of(name: str) -> torch.device:
    """Return the device of a name, the best one for "auto"; raise ValueError for a name that torch does not know.

    >>> device_of("cuda:1")
    device(type='cuda', index=1)
    """
    try:
        return torch.device(best_device() if name == "auto" else name)
    except RuntimeError as error:
        raise ValueError(f"unknown device {name!r}: {str(error).splitlines()[0]}") from error


def hardware(device: torch.device | str) -> str:
    """Return the name of a device, such as "Tesla T4" or "x86_64 CPU".

    >>> hardware("cpu").endswith(" CPU")
    True
    """
    named = getattr(torch.get_device_module(device), "get_device_name", None)
    return f"{platform.machine()} CPU" if named is None else named(device)


def half_precision(device: torch.device) -> torch.dtype | None:
    """Return the 16-bit type in which convolutions are quick: bfloat16, float16 on a GPU without it, or None.

    GPUs before Ampere, such as a T4, emulate bfloat16, which is slower than float32. Numbers in float16 end at 65504
    and get lost below 6e-8, so a training in it has to scale its loss.

    >>> half_precision(torch.device("cpu")) in (torch.bfloat16, None)
    True
    """
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    if device.type == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return torch.bfloat16
    return None
