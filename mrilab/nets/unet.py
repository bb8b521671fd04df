"""The U-Net of Ronneberger et al. (2015), in the form that fastMRI made the baseline of MR reconstruction."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..arrays.checks import whole


class UNet(nn.Module):
    """An encoder that halves the image and doubles the channels, a decoder that undoes it, and skips between the two.

    A level applies two convolutions of 3 × 3, each followed by instance normalisation and a leaky ReLU. On the way
    down, averages over 2 × 2 pixels; on the way up, transposed convolutions of 2 × 2. What the encoder saw at a level
    is laid beside what the decoder has there, so that detail need not pass through the bottleneck. A convolution of
    1 × 1 ends it. With 32 channels, 4 pools and 1 → 1 it has the 7,756,097 parameters of fastMRI's.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input (B, in, H, W) and of the output (B, out, H, W), real.
    channels : int
        Channels of the first level.
    pools : int
        How often the image is halved. Odd sizes are met by reflection, so any H and W from 2^(pools + 1) up will do.

    Raises
    ------
    TypeError, ValueError
        For numbers that are not whole or below 1, and for an input of another shape or one too small.

    References
    ----------
    Ronneberger, Fischer and Brox, U-Net, MICCAI 2015; Zbontar et al., fastMRI, arXiv:1811.08839, section 5.

    Examples
    --------
    >>> net = UNet(2, 2, channels=4, pools=2)
    >>> net(torch.zeros(1, 2, 33, 40)).shape
    torch.Size([1, 2, 33, 40])
    """

    def __init__(self, in_channels: int, out_channels: int, *, channels: int = 32, pools: int = 4):
        super().__init__()
        self.in_channels = whole("in_channels", in_channels, 1)
        whole("out_channels", out_channels, 1)
        self.pools = whole("pools", pools, 1)
        widths = [whole("channels", channels, 1) * 2**level for level in range(pools + 1)]  # e.g. 32, 64, …, 512
        self.down = nn.ModuleList(
            _level(inside, outside) for inside, outside in zip([in_channels, *widths[:-2]], widths[:-1])
        )
        self.bottom = _level(widths[-2], widths[-1])
        self.enlarge = nn.ModuleList(_enlarge(2 * width, width) for width in reversed(widths[:-1]))
        self.up = nn.ModuleList(_level(2 * width, width) for width in reversed(widths[:-1]))
        self.last = nn.Conv2d(channels, out_channels, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        self._check(x)
        skips: list[Tensor] = []
        for level in self.down:
            x = level(x)
            skips.append(x)  # (B, channels · 2^l, H / 2^l, W / 2^l)
            x = functional.avg_pool2d(x, 2)
        x = self.bottom(x)
        for enlarge, level in zip(self.enlarge, self.up):
            skip = skips.pop()
            x = level(torch.cat([_fit(enlarge(x), skip), skip], dim=1))
        return self.last(x)

    def _check(self, x: Tensor) -> None:
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            raise ValueError(f"the U-Net takes (B, {self.in_channels}, H, W), got {tuple(x.shape)}")
        if min(x.shape[-2:]) < 2 ** (self.pools + 1):
            raise ValueError(
                f"a U-Net of {self.pools} pools takes images of {2 ** (self.pools + 1)} pixels a side or more, "
                f"got {tuple(x.shape[-2:])}"
            )


def _level(inside: int, outside: int) -> nn.Sequential:
    """Two convolutions of 3 × 3; normalisation takes the mean away, so they need no bias."""
    return nn.Sequential(
        nn.Conv2d(inside, outside, kernel_size=3, padding=1, bias=False),
        nn.InstanceNorm2d(outside),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(outside, outside, kernel_size=3, padding=1, bias=False),
        nn.InstanceNorm2d(outside),
        nn.LeakyReLU(0.2, inplace=True),
    )


def _enlarge(inside: int, outside: int) -> nn.Sequential:
    return nn.Sequential(
        nn.ConvTranspose2d(inside, outside, kernel_size=2, stride=2, bias=False),
        nn.InstanceNorm2d(outside),
        nn.LeakyReLU(0.2, inplace=True),
    )


def _fit(x: Tensor, skip: Tensor) -> Tensor:
    """Halving an odd side drops a row or a column: a reflection puts it back."""
    rows, columns = (wanted - n for wanted, n in zip(skip.shape[-2:], x.shape[-2:]))
    return functional.pad(x, (0, columns, 0, rows), mode="reflect") if rows or columns else x
