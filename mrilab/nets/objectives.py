"""What a training minimises: the distance to the target, to samples that were hidden, or to an image without noise."""

import math

import torch
from torch import Tensor, nn

from .batches import Batch
from .settings import Settings
from .ssdu import split, ssdu_loss

SIGMAS = 0.005, 0.5  # the noise that a denoiser learns on, for images of largest magnitude about 1


def objective(s: Settings, net: nn.Module, batch: Batch, seed: int) -> Tensor:
    """Return the loss of a batch; `seed` draws what is held back, or the noise."""
    if s.task == "self-supervised":
        seen, _ = split(batch, seed)
        return ssdu_loss(net(seen.A, seen.y), batch)  # those held back cannot be copied
    return distance(s, estimate(s, net, batch, seed), batch.target)


def estimate(s: Settings, net: nn.Module, batch: Batch, seed: int) -> Tensor:
    """Return the images that the network gives: reconstructed, or denoised."""
    if s.task != "denoise":
        return net(batch.A, batch.y)
    generator = torch.Generator().manual_seed(seed)  # of the CPU: the same draws for every device
    least, most = (math.log(sigma) for sigma in SIGMAS)
    sigma = torch.exp(least + (most - least) * torch.rand(len(batch.target), generator=generator))
    noise = torch.randn(batch.target.shape, dtype=batch.target.dtype, generator=generator)  # E|n|² = 1
    noise, sigma = (part.to(batch.target.device, non_blocking=True) for part in (sigma[:, None, None] * noise, sigma))
    return net(batch.target + noise, sigma)


def distance(s: Settings, x: Tensor, target: Tensor) -> Tensor:
    """Return mean |x − target| or mean |x − target|², of magnitudes where the network gives no phase."""
    error = (x - (target if x.is_complex() else target.abs())).abs()
    return error.mean() if s.loss == "l1" else error.square().mean()
