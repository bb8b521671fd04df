"""U-Nets on images, with complex numbers as channels and normalised scale: after zero-filling, or for denoising."""

import torch
from torch import Tensor, nn

from ..operators.linop import LinearOperator
from .unet import UNet

KINDS = ("complex", "magnitude")


class ImageUNet(nn.Module):
    """A U-Net that corrects images (B, H, W): x ↦ x + σ · U((x − μ) / σ).

    μ and σ are the mean and the standard deviation of each image. So the result for c x is c times that for x, c > 0,
    and the network need not learn the units of the data. With `kind="complex"`, the U-Net gets real and imaginary part
    as two channels, and the result is complex; with "magnitude" it gets |x|, and the result is real, without a phase.

    Parameters
    ----------
    channels, pools, norm
        As in `UNet`. Without `norm`, the image is not normalised either, but turned: x ↦ x + p U(p̄ x), with p the phase
        of Σ x |x|. So for complex images the result for c x is c times that for x for every complex c: the phase of a
        scanner is as arbitrary as its units.
    kind : {"complex", "magnitude"}
        The input of the U-Net.

    Raises
    ------
    ValueError
        For another kind, and for an input that is not a batch of images, complex64 (B, H, W).

    References
    ----------
    The normalisation: Sriram et al., End-to-end variational networks for accelerated MRI reconstruction, MICCAI 2020.

    Examples
    --------
    >>> net = ImageUNet(channels=4, pools=2, kind="magnitude")
    >>> net(torch.ones(3, 32, 32, dtype=torch.complex64)).dtype
    torch.float32
    """

    def __init__(self, *, channels: int = 32, pools: int = 4, kind: str = "complex", norm: bool = True):
        super().__init__()
        if kind not in KINDS:
            raise ValueError(f"unknown kind {kind!r}: it is one of {', '.join(map(repr, KINDS))}")
        self.kind, self.norm = kind, norm
        count = 2 if kind == "complex" else 1
        self.unet = UNet(count, count, channels=channels, pools=pools, norm=norm)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 3 or not x.is_complex():
            raise ValueError(f"an image network takes complex images (B, H, W), got {x.dtype} {tuple(x.shape)}")
        channels = torch.view_as_real(x).movedim(-1, 1) if self.kind == "complex" else x.abs()[:, None]
        out = channels + self._correction(channels)
        return torch.view_as_complex(out.movedim(1, -1).contiguous()) if self.kind == "complex" else out[:, 0]

    def _correction(self, channels: Tensor) -> Tensor:
        """Return σ U((x − μ) / σ), or without normalisation U(x), in float32: autocast gives bfloat16."""
        if not self.norm:
            return self._turned(channels) if self.kind == "complex" else self.unet(channels.contiguous()).float()
        mean = channels.mean(dim=(-2, -1), keepdim=True)  # (B, 2 or 1, 1, 1)
        centred = channels - mean
        scale = centred.square().mean(dim=(-3, -2, -1), keepdim=True).sqrt().clamp_min(torch.finfo(mean.dtype).tiny)
        return scale * self.unet((centred / scale).contiguous()).float()

    def _turned(self, channels: Tensor) -> Tensor:
        """Return p U(p̄ x), complex numbers as two channels (B, 2, H, W)."""
        real, imag = channels.unbind(dim=1)
        size = torch.hypot(real, imag)
        total = torch.complex((real * size).sum(dim=(-2, -1)), (imag * size).sum(dim=(-2, -1)))  # Σ x |x|, (B,)
        phase = torch.sgn(total + torch.finfo(size.dtype).tiny)[:, None, None]
        seen = torch.view_as_real(torch.complex(real, imag) * phase.conj()).movedim(-1, 1)
        out = self.unet(seen.contiguous()).float()
        return torch.view_as_real(torch.complex(*out.unbind(dim=1)) * phase).movedim(-1, 1)


class ZeroFilledUNet(nn.Module):
    """Zero-filling, followed by an image network: x = U(Aᴴ y).

    The operator enters only as Aᴴ, so the result need not agree with the data. The network that ends in data
    consistency, argmin ‖A x − y‖² + λ ‖x − U(Aᴴ y)‖², is `Unrolled` with one cascade of type "cg".

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
    """A U-Net that removes white noise of known strength from complex images (B, H, W).

    σ of shape (B,) is the standard deviation of the complex noise, E|ε|² = σ². Without `norm` it is a third channel:

        D(x, σ) = x + U(x, σ),   D(c x, c σ) = c D(x, σ),

    because U is homogeneous. With it, D(x, σ) = x + σ U(x / σ, b). b is a chequerboard of ±1, the standard deviation of
    the noise in x / σ; it shows the network how large the image is compared to the noise. A constant channel would not:
    instance normalisation removes it, and with it the scale of x / σ. Both work for all units.

    Parameters
    ----------
    channels, pools, norm
        As in `UNet`.

    Raises
    ------
    ValueError
        For images that are not complex64 (B, H, W), or a sigma of another shape than (B,) or, on the CPU and not
        compiled, not positive.

    References
    ----------
    The channel of the noise level: Zhang et al., Plug-and-play image restoration with deep denoiser prior, IEEE Trans.
    Pattern Anal. Mach. Intell. 44 (2022).

    Examples
    --------
    >>> Denoiser(channels=4, pools=2)(torch.ones(3, 32, 32, dtype=torch.complex64), torch.full((3,), 0.1)).shape
    torch.Size([3, 32, 32])
    """

    def __init__(self, *, channels: int = 16, pools: int = 3, norm: bool = True):
        super().__init__()
        self.norm = norm
        self.unet = UNet(3, 2, channels=channels, pools=pools, norm=norm)

    def forward(self, x: Tensor, sigma: Tensor) -> Tensor:
        if x.ndim != 3 or not x.is_complex():
            raise ValueError(f"a denoiser takes complex images (B, H, W), got {x.dtype} {tuple(x.shape)}")
        # Its values are looked at where nobody waits for them: a GPU would, and a look breaks a compiled graph.
        looked = sigma.is_cpu and not torch.compiler.is_compiling()
        if sigma.shape != x.shape[:1] or (looked and not bool((sigma > 0).all())):
            raise ValueError(
                f"sigma must be positive, of shape {tuple(x.shape[:1])}, got {tuple(sigma.shape)}: {sigma}"
            )
        sigma = sigma[:, None, None, None]
        channels = torch.view_as_real(x).movedim(-1, 1)  # (B, 2, H, W)
        level, unit = (chequerboard(x), sigma) if self.norm else (sigma, torch.ones_like(sigma))
        seen = torch.cat([channels / unit, level.expand_as(channels[:, :1])], dim=1)
        out = channels + unit * self.unet(seen.contiguous()).float()
        return torch.view_as_complex(out.movedim(1, -1).contiguous())


def chequerboard(x: Tensor) -> Tensor:
    """Return a real image (H, W) of ±1 on the device of x (..., H, W).

    >>> chequerboard(torch.zeros(1, 3))
    tensor([[ 1., -1.,  1.]])
    """
    rows, columns = (torch.arange(n, device=x.device) for n in x.shape[-2:])
    return 1.0 - 2 * ((rows[:, None] + columns) % 2)
