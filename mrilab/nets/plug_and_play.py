"""Plug and play: a solver of the sparse chapters with a learned denoiser in place of the prox."""

import torch
from torch import Tensor, nn

from ..arrays.checks import check_positive, whole
from ..operators.linop import LinearOperator
from .consistency import solve


@torch.no_grad()
def plug_and_play(
    A: LinearOperator,
    y: Tensor,
    denoiser: nn.Module,
    *,
    noise: float,
    strength: float = 1.0,
    sigma: float = 0.1,
    iterations: int = 12,
    cg_steps: int = 6,
) -> Tensor:
    """Reconstruct images (B, H, W) by half-quadratic splitting with D(x, σ) as the prior.

    z_k = argmin ½‖A z − y‖² + ½ μ_k ‖z − x_k‖² by conjugate gradients, then x_{k+1} = D(z_k, σ_k), where σ_k decreases
    geometrically from `sigma` to the `noise` of the scan, and μ_k = strength · noise² / σ_k². The denoiser does not
    depend on A, so one can be used for all masks and coils. The method minimises no known cost, and its convergence is
    not proved.

    Parameters
    ----------
    A : LinearOperator
        The operator of a batch, such as `BatchedSense`, or of one image (H, W).
    y : tensor, complex64 (B, …)
        The data.
    denoiser : nn.Module
        Called as denoiser(x, sigma), with sigma of shape (B,), such as `Denoiser`.
    noise : float
        σ of the samples, E|ε|² = σ².
    strength, sigma : float
        Weight of the prior, and the first σ, at least `noise`. Both should be tuned on validation data.
    iterations, cg_steps : int
        Denoising steps, and iterations of each data step.

    Raises
    ------
    TypeError, ValueError
        If a number is not positive, or sigma is below the noise.

    References
    ----------
    Venkatakrishnan, Bouman and Wohlberg, Plug-and-play priors for model based reconstruction, GlobalSIP 2013; the
    schedule: Zhang et al., Plug-and-play image restoration with deep denoiser prior, IEEE Trans. Pattern Anal. Mach.
    Intell. 44 (2022), eq. 14.

    Examples
    --------
    >>> from mrilab import FFT, Mask, random_lines
    >>> A = Mask(random_lines((16, 16), accel=2, seed=0)) @ FFT((16, 16))
    >>> y = A(torch.ones(1, 16, 16, dtype=torch.complex64))
    >>> plug_and_play(A, y, lambda x, sigma: x, noise=0.01).shape
    torch.Size([1, 16, 16])
    """
    noise, strength, sigma = (
        check_positive(name, value) for name, value in (("noise", noise), ("strength", strength), ("sigma", sigma))
    )
    if sigma < noise:
        raise ValueError(f"sigma={sigma:g} must not be below noise={noise:g}")
    iterations, cg_steps = whole("iterations", iterations, 1), whole("cg_steps", cg_steps, 1)
    start = x = A.H(y)
    gram = A.gram
    for k in range(iterations):
        level = sigma * (noise / sigma) ** (k / max(iterations - 1, 1))
        mu = y.new_full((), strength * noise**2 / level**2, dtype=torch.float32)
        z = x + solve(gram, start - gram(x), mu, cg_steps)
        x = denoiser(z, z.new_full(z.shape[:1], level, dtype=torch.float32))
    return x
