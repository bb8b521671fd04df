"""Unrolled reconstruction: a few iterations of a solver, with a small network in place of the prox."""

import torch
from torch import Tensor, nn

from ..arrays.checks import whole, within
from ..operators.linop import LinearOperator
from .consistency import solve
from .images import ImageUNet

CONSISTENCY = ("gradient", "cg")


class Unrolled(nn.Module):
    """An unrolled network: cascades of data consistency and a learned correction, starting from x₀ = Aᴴ y.

    With R_k an `ImageUNet`, x ↦ x + σ U_k((x − μ) / σ), cascade k is either

    - "gradient", the variational network: x ← R_k(x) − η_k Aᴴ(A x − y), with a learned step η_k;
    - "cg", MoDL: x ← argmin ‖A x − y‖² + λ_k ‖x − R_k(x_k)‖² = (AᴴA + λ_k)⁻¹(Aᴴy + λ_k R_k(x_k)), by conjugate
      gradients, with a learned weight λ_k.

    A is any operator of `mrilab` whose images are (H, W), of a batch `BatchedSense`; gradients flow through it.

    Parameters
    ----------
    cascades : int
        Number of iterations.
    channels, pools, norm
        Of the `ImageUNet` in each cascade.
    consistency : {"gradient", "cg"}
        The type of data consistency.
    shared : bool
        Whether all cascades share one network, as in MoDL.
    cg_steps : int
        Conjugate gradient iterations per cascade.
    band : float
        The share of the rows of k-space, around the middle, in which R_k may differ from 0. Below 1, it leaves to the
        data the rows that hardly any mask of a training has, of which it can have learned nothing.

    Raises
    ------
    ValueError
        For another consistency, a band that is not from 0 to 1, and for data that do not fit A or the U-Net.

    References
    ----------
    Hammernik et al., Learning a variational network for reconstruction of accelerated MRI data, Magn. Reson. Med. 79
    (2018); Sriram et al., End-to-end variational networks for accelerated MRI reconstruction, MICCAI 2020; Aggarwal,
    Mani and Jacob, MoDL: model-based deep learning architecture for inverse problems, IEEE Trans. Med. Imaging 38
    (2019).

    Examples
    --------
    >>> from mrilab import FFT, Mask, random_lines
    >>> A = Mask(random_lines((32, 32), accel=2)) @ FFT((32, 32))
    >>> y = torch.ones(1, 32, 32, dtype=torch.complex64)
    >>> Unrolled(cascades=2, channels=4, pools=2)(A, A(y)).shape
    torch.Size([1, 32, 32])
    """

    def __init__(
        self,
        *,
        cascades: int = 6,
        channels: int = 16,
        pools: int = 3,
        norm: bool = True,
        consistency: str = "gradient",
        shared: bool = False,
        cg_steps: int = 6,
        band: float = 1.0,
    ):
        super().__init__()
        if consistency not in CONSISTENCY:
            raise ValueError(f"unknown consistency {consistency!r}: it is one of {', '.join(map(repr, CONSISTENCY))}")
        self.cascades, self.cg_steps = whole("cascades", cascades, 1), whole("cg_steps", cg_steps, 1)
        self.consistency, self.band = consistency, within("band", band, 0, 1)
        count = 1 if shared else cascades
        self.correct = nn.ModuleList(ImageUNet(channels=channels, pools=pools, norm=norm) for _ in range(count))
        # The weight of "cg" is log λ, so λ > 0; initially λ = 0.05. That of "gradient" is η, initially 1.
        self.weight = nn.Parameter(torch.full((cascades,), 1.0 if consistency == "gradient" else -3.0))

    def forward(self, A: LinearOperator, y: Tensor) -> Tensor:
        start = x = A.H(y)  # (B, H, W)
        gram = A.gram
        for k in range(self.cascades):
            corrected = inner_rows(self.correct[k % len(self.correct)](x), self.band)
            if self.consistency == "gradient":
                x = corrected - self.weight[k] * (gram(x) - start)
            else:
                x = corrected + solve(gram, start - gram(corrected), self.weight[k].exp(), self.cg_steps)
        return x


def inner_rows(x: Tensor, band: float) -> Tensor:
    """Return images (B, H, W) of which k-space keeps a share of its rows, around the middle, and else is 0.

    >>> chequered = torch.tensor([[[1.0 + 0j], [-1.0], [1.0], [-1.0]]])
    >>> bool(inner_rows(chequered, 0.75).abs().max() < 1e-6), bool(inner_rows(chequered, 1.0).abs().min() == 1)
    (True, True)
    """
    if band >= 1:
        return x
    kept = torch.fft.fftfreq(x.shape[-2], device=x.device).abs() <= band / 2  # in the order of torch's FFT
    return torch.fft.ifft(kept[:, None] * torch.fft.fft(x, dim=-2), dim=-2)
