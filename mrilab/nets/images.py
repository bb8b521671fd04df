"""A U-Net on images: complex numbers as channels, the scale taken out and put back; after zero-filling, or on noise."""

import torch
from torch import Tensor, nn

from ..operators.linop import LinearOperator
from .unet import UNet

KINDS = ("complex", "magnitude")


class ImageUNet(nn.Module):
    """A U-Net that corrects images (B, H, W): x ↦ x + σ · U((x − μ) / σ).

    μ and σ are the mean and the standard deviation of each image, so that cx gives c times the result for c > 0: raw
    data come in all units, and a network would have to learn each. `kind="complex"` hands real and imaginary part to
    the U-Net as two channels and returns a complex image; "magnitude" works on |x| alone and returns a real one, the
    phase lost.

    Parameters
    ----------
    channels, pools : int
        As of `UNet`.
    kind : {"complex", "magnitude"}
        What the U-Net sees.

    Raises
    ------
    ValueError
        For another kind, and for an input that is not a batch of images, complex64 (B, H, W).

    References
    ----------
    Normalisation as in Sriram et al., End-to-end variational networks, MICCAI 2020.

    Examples
    --------
    >>> net = ImageUNet(channels=4, pools=2, kind="magnitude")
    >>> net(torch.ones(3, 32, 32, dtype=torch.complex64)).dtype
    torch.float32
    """

    def __init__(self, *, channels: int = 32, pools: int = 4, kind: str = "complex"):
        super().__init__()
        if kind not in KINDS:
            raise ValueError(f"unknown kind {kind!r}: it is one of {', '.join(map(repr, KINDS))}")
        self.kind = kind
        count = 2 if kind == "complex" else 1
        self.unet = UNet(count, count, channels=channels, pools=pools)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 3 or not x.is_complex():
            raise ValueError(f"an image network takes complex images (B, H, W), got {x.dtype} {tuple(x.shape)}")
        channels = torch.view_as_real(x).movedim(-1, 1) if self.kind == "complex" else x.abs()[:, None]
        mean = channels.mean(dim=(-2, -1), keepdim=True)  # (B, 2 or 1, 1, 1)
        centred = channels - mean
        scale = centred.square().mean(dim=(-3, -2, -1), keepdim=True).sqrt().clamp_min(torch.finfo(mean.dtype).tiny)
        out = channels + scale * self.unet((centred / scale).contiguous()).float()  # autocast gives bfloat16
        return torch.view_as_complex(out.movedim(1, -1).contiguous()) if self.kind == "complex" else out[:, 0]


class ZeroFilledUNet(nn.Module):
    """Zero-filling, then an image network that mends what it can: x = U(Aᴴ y).

    The network sees the operator only through Aᴴ: nothing makes the result agree with the data.

    Examples
    --------
    >>> from mrilab import FFT, Mask, random_lines
    >>> A = Mask(random_lines((32, 32), accel=2)) @ FFT((32, 32))
    >>> ZeroFilledUNet(ImageUNet(channels=4, pools=2))(A, torch.zeros(1, 32, 32, dtype=torch.complex64)).shape
    torch.Size([1, 32, 32])
    """

    def __init__(self, correct: ImageUNet):
        super().__init__()
        self.correct = correct

    def forward(self, A: LinearOperator, y: Tensor) -> Tensor:
        return self.correct(A.H(y))


class Denoiser(nn.Module):
    """A U-Net that takes white noise of known strength out of images (B, H, W): D(x, σ) = x + σ U(x / σ, b).

    σ, the standard deviation E|n|² = σ² of the complex noise, has shape (B,). Dividing by it makes one network serve
    all units. b is a chequerboard of ±1, the noise's own height, beside which the network sees how far the image stands
    above the noise. A channel of a constant would not tell: the instance normalisation takes it away, and with it the
    scale of x / σ.

    Raises
    ------
    ValueError
        For images that are not complex64 (B, H, W), or a sigma that is not positive, of shape (B,).

    Examples
    --------
    >>> Denoiser(channels=4, pools=2)(torch.ones(3, 32, 32, dtype=torch.complex64), torch.full((3,), 0.1)).shape
    torch.Size([3, 32, 32])
    """

    def __init__(self, *, channels: int = 16, pools: int = 3):
        super().__init__()
        self.unet = UNet(3, 2, channels=channels, pools=pools)

    def forward(self, x: Tensor, sigma: Tensor) -> Tensor:
        if x.ndim != 3 or not x.is_complex():
            raise ValueError(f"a denoiser takes complex images (B, H, W), got {x.dtype} {tuple(x.shape)}")
        if sigma.shape != x.shape[:1] or not bool((sigma > 0).all()):
            raise ValueError(
                f"sigma must be positive, of shape {tuple(x.shape[:1])}, got {tuple(sigma.shape)}: {sigma}"
            )
        sigma = sigma[:, None, None, None]
        channels = torch.view_as_real(x).movedim(-1, 1)  # (B, 2, H, W)
        rows, columns = (torch.arange(n, device=x.device) for n in x.shape[1:])
        board = 1.0 - 2 * ((rows[:, None] + columns) % 2)  # (H, W)
        seen = torch.cat([channels / sigma, board.expand_as(channels[:, :1])], dim=1)
        out = channels + sigma * self.unet(seen.contiguous()).float()
        return torch.view_as_complex(out.movedim(1, -1).contiguous())
