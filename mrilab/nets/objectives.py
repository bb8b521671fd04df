"""The loss of a training: the distance to the target, to hidden samples, or to the image without noise."""

import math

import torch
from torch import Tensor, nn

from .batches import Batch
from .settings import Settings
from .ssdu import split, ssdu_loss


def objective(s: Settings, net: nn.Module, batch: Batch, seed: int) -> Tensor:
    """Return the loss of a batch; `seed` is that of the hidden samples, or of the noise."""
    if s.task == "self-supervised":
        seen, _ = split(batch, seed)
        return ssdu_loss(net(seen.A, seen.y), batch)  # the network cannot copy the hidden samples
    return distance(s, estimate(s, net, batch, seed), batch.target)


def estimate(s: Settings, net: nn.Module, batch: Batch, seed: int) -> Tensor:
    """Return the image of the network: rss(S) · x of a reconstruction x, or the denoised target."""
    if s.task != "denoise":
        return batch.weight * net(batch.A, batch.y)
    generator = torch.Generator().manual_seed(seed)  # on the CPU, so that the draws do not depend on the device
    least, most = (math.log(sigma) for sigma in s.levels)
    sigma = torch.exp(least + (most - least) * torch.rand(len(batch.target), generator=generator))
    noise = torch.randn(batch.target.shape, dtype=batch.target.dtype, generator=generator)  # E|ε|² = 1
    noise, sigma = (part.to(batch.target.device, non_blocking=True) for part in (sigma[:, None, None] * noise, sigma))
    return net(batch.target + noise, sigma)


def distance(s: Settings, x: Tensor, target: Tensor) -> Tensor:
    """Return mean |x − target| or mean |x − target|², of magnitudes if the network gives no phase."""
    error = (x - (target if x.is_complex() else target.abs())).abs()
    return error.mean() if s.loss == "l1" else error.square().mean()
