"""The loss of a training: the distance to the target, to hidden samples, or to the image without noise."""

import math

import torch
from torch import Tensor, nn

from .batches import Batch
from .settings import Settings
from .ssdu import split, ssdu_loss


def objective(s: Settings, net: nn.Module, batch: Batch, seed: int) -> Tensor:
    """Return the loss of a batch; `seed` is that of the hidden samples, or of the noise.

    A denoiser's is the mean log of each image's distance: so images of all σ count alike, in dB. Where all samples
    judge self-supervised learning, it pays to copy the noise of those seen. The hidden ones alone suit a network whose
    last step is data consistency; any other would be free to spoil what it has seen.
    """
    if s.task == "self-supervised":
        seen, hidden = split(batch, seed)
        return ssdu_loss(net(seen.A, seen.y), hidden if s.judges == "hidden" else batch)
    errors = distance(s, estimate(s, net, batch, seed), batch.target)
    return errors.log().mean() if s.task == "denoise" else errors.mean()


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
    """Return mean |x − target| or mean |x − target|² of each image, of magnitudes if the network gives no phase."""
    error = (x - (target if x.is_complex() else target.abs())).abs()
    return (error if s.loss == "l1" else error.square()).mean(dim=(-2, -1))
