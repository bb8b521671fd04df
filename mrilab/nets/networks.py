"""Creating a network from settings."""

from typing import Any

from torch import nn

from .images import Denoiser, ImageUNet, ZeroFilledUNet
from .settings import Settings
from .unrolled import Unrolled


def build(settings: Settings) -> nn.Module:
    """Return the network for the settings. It is called as net(A, y), a denoiser as net(x, sigma).

    >>> count_parameters(build(Settings(kind="magnitude")))
    7756097
    """
    size: Any = {"channels": settings.channels, "pools": settings.pools, "norm": settings.norm}
    if settings.network == "denoiser":
        return Denoiser(**size)
    if settings.network == "unet":
        return ZeroFilledUNet(ImageUNet(kind=settings.kind, **size))
    form: Any = {"cascades": settings.cascades, "consistency": settings.consistency, "shared": settings.shared}
    return Unrolled(band=settings.band, **form, **size)


def count_parameters(net: nn.Module) -> int:
    """Return the number of learned parameters.

    >>> count_parameters(nn.Linear(2, 1))
    3
    """
    return sum(p.numel() for p in net.parameters())
