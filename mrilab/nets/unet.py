"""The U-Net, in the form that fastMRI uses as baseline of MR reconstruction."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..arrays.checks import whole

SLOPE = 0.2  # of the leaky ReLU


class UNet(nn.Module):
    """An encoder that halves the image and doubles the channels, a decoder that reverses this, and skip connections.

    Each level applies two convolutions of 3 × 3, each followed by instance normalisation and a leaky ReLU. The encoder
    averages over 2 × 2 pixels; the decoder uses transposed convolutions of 2 × 2. At each level, the channels of the
    encoder are concatenated to those of the decoder, so that details bypass the bottleneck. The last layer is a
    convolution of 1 × 1. With 32 channels, 4 pools and 1 → 1 it has 7,756,097 parameters, as that of fastMRI.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input (B, in, H, W) and of the output (B, out, H, W), real.
    channels : int
        Channels of the first level.
    pools : int
        How many times the image is halved. Odd sizes are padded by reflection, so any H and W ≥ 2^(pools + 1) work.
    norm : bool
        Without normalisation there is no bias either, and the network is homogeneous, U(c x) = c U(x) for c > 0. It
        then works for images of every brightness and for noise of another strength than in training.

    Raises
    ------
    TypeError, ValueError
        For numbers that are not whole or below 1, and for an input of another shape or that is too small.

    References
    ----------
    Ronneberger, Fischer and Brox, U-Net: convolutional networks for biomedical image segmentation, MICCAI 2015; Zbontar
    et al., fastMRI: an open dataset and benchmarks for accelerated MRI, arXiv:1811.08839 (2018), section 5. Without
    bias: Mohan et al., Robust and interpretable blind image denoising via bias-free convolutional neural networks, ICLR
    2020.

    Examples
    --------
    >>> net = UNet(2, 2, channels=4, pools=2)
    >>> net(torch.zeros(1, 2, 33, 40)).shape
    torch.Size([1, 2, 33, 40])
    """

    def __init__(self, in_channels: int, out_channels: int, *, channels: int = 32, pools: int = 4, norm: bool = True):
        super().__init__()
        self.in_channels = whole("in_channels", in_channels, 1)
        whole("out_channels", out_channels, 1)
        self.pools = whole("pools", pools, 1)
        widths = [whole("channels", channels, 1) * 2**level for level in range(pools + 1)]  # e.g. 32, 64, …, 512
        self.down = nn.ModuleList(
            _level(inside, outside, norm) for inside, outside in zip([in_channels, *widths[:-2]], widths[:-1])
        )
        self.bottom = _level(widths[-2], widths[-1], norm)
        self.enlarge = nn.ModuleList(_enlarge(2 * width, width, norm) for width in reversed(widths[:-1]))
        self.up = nn.ModuleList(_level(2 * width, width, norm) for width in reversed(widths[:-1]))
        self.last = nn.Conv2d(channels, out_channels, kernel_size=1, bias=norm)
        if not norm:
            self._keep_variance()

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

    def _keep_variance(self) -> None:
        """Draw weights that keep the variance from layer to layer, which normalisation did; the last layer is 0.

        So a network that corrects images starts as the identity.
        """
        for module in self.modules():
            if isinstance(module, nn.ConvTranspose2d):  # each output pixel has one input pixel
                nn.init.normal_(module.weight, std=(2 / (1 + SLOPE**2) / module.in_channels) ** 0.5)
            elif isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, SLOPE)
        nn.init.zeros_(self.last.weight)

    def _check(self, x: Tensor) -> None:
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            raise ValueError(f"the U-Net takes (B, {self.in_channels}, H, W), got {tuple(x.shape)}")
        if min(x.shape[-2:]) < 2 ** (self.pools + 1):
            raise ValueError(
                f"a U-Net of {self.pools} pools takes images of at least {2 ** (self.pools + 1)} pixels per side, "
                f"got {tuple(x.shape[-2:])}"
            )


def _level(inside: int, outside: int, norm: bool) -> nn.Sequential:
    """Return two convolutions of 3 × 3, without bias, because normalisation removes the mean."""
    first = nn.Conv2d(inside, outside, kernel_size=3, padding=1, bias=False)
    second = nn.Conv2d(outside, outside, kernel_size=3, padding=1, bias=False)
    return nn.Sequential(first, *_activation(outside, norm), second, *_activation(outside, norm))


def _enlarge(inside: int, outside: int, norm: bool) -> nn.Sequential:
    larger = nn.ConvTranspose2d(inside, outside, kernel_size=2, stride=2, bias=False)
    return nn.Sequential(larger, *_activation(outside, norm))


def _activation(channels: int, norm: bool) -> list[nn.Module]:
    return [nn.InstanceNorm2d(channels)] * norm + [nn.LeakyReLU(SLOPE, inplace=True)]


def _fit(x: Tensor, skip: Tensor) -> Tensor:
    """Pad by reflection the row or column that was lost by halving an odd side.

    torch's own `pad` would do, but its gradient is not deterministic on CUDA.
    """
    for axis in (-2, -1):
        if x.shape[axis] < skip.shape[axis]:
            x = torch.cat([x, x.narrow(axis, x.shape[axis] - 2, 1)], dim=axis)
    return x
