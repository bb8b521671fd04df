"""Zero-shot learning: a network trained on the one scan that it is to reconstruct, split in three."""

from copy import deepcopy

import numpy as np
import torch
from torch import nn

from ..arrays.checks import check_positive, whole
from .batches import Batch
from .ssdu import split, ssdu_loss

FRACTIONS = {"judge": 0.2, "hide": 0.4}  # of Ω, and of what is left of it
CLIP = 0.1  # largest norm of a gradient


def zero_shot(
    net: nn.Module,
    batch: Batch,
    *,
    steps: int = 100,
    learning_rate: float = 3e-4,
    every: int = 10,
    patience: int = 3,
    seed: int = 0,
) -> tuple[nn.Module, list[dict[str, float]]]:
    """Return (network, log): a copy of `net` that was trained on the samples of `batch` alone, without a reference.

    The samples are split in three, Ω = Θ ∪ Λ ∪ Ξ. Ξ is drawn once. Θ and Λ are drawn anew in each step, which lowers

        ℓ(A_Λ f(A_Θ, y_Θ), y_Λ),

    with f the network and ℓ the `ssdu_loss`. After every few steps the network gets Θ ∪ Λ and is judged by Ξ, which it
    has never learned from: its weights are those of the least loss there, and it stops when that falls no more. At run
    time it gets all of Ω. Single samples are hidden, also of a mask of lines: a few lines would be a poor judge.

    `net` may have learned from other scans; a new one takes many more steps.

    Parameters
    ----------
    net : nn.Module
        Called as net(A, y), such as `Unrolled`. It is not changed.
    batch : Batch
        One scan, or the slices of one. Its targets are not used.
    steps : int
        Steps at most.
    learning_rate : float
        That of Adam.
    every : int
        Steps from one judgement to the next.
    patience : int
        Judgements without a lower loss before it stops.
    seed : int
        Seed of all splits.

    Returns
    -------
    network : nn.Module
    log : list of dict
        "step", "train_loss" (the mean since the row before; not in the first row) and "validation_loss", that on Ξ.

    Raises
    ------
    TypeError, ValueError
        For numbers that are not positive, and for scans with no samples outside the centre.

    References
    ----------
    Yaman, Hosseini and Akçakaya, Zero-shot self-supervised learning for MRI reconstruction, ICLR 2022.

    Examples
    --------
    >>> from mrilab.nets import Brains, Unrolled, collate
    >>> batch = collate([Brains("test", 1, shape=(16, 16), accel=2)[0]])
    >>> net, log = zero_shot(Unrolled(cascades=1, channels=2, pools=1), batch, steps=4, every=2)
    >>> [row["step"] for row in log]
    [0, 2, 4]
    """
    steps, every, patience = (
        whole(name, value, 1) for name, value in (("steps", steps), ("every", every), ("patience", patience))
    )
    net = deepcopy(net)
    optimizer = torch.optim.Adam(net.parameters(), lr=check_positive("learning_rate", learning_rate))
    seeds = np.random.default_rng(whole("seed", seed, 0)).integers(2**31, size=steps + 1).tolist()
    kept, gamma = split(batch, seeds[0], FRACTIONS["judge"], points=True)
    log, best = [{"step": 0, "validation_loss": _judged(net, kept, gamma)}], deepcopy(net.state_dict())
    losses = []
    for step in range(1, steps + 1):
        theta, hidden = split(kept, seeds[step], FRACTIONS["hide"], points=True)
        loss = ssdu_loss(net.train()(theta.A, theta.y), hidden)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), CLIP)
        optimizer.step()
        losses.append(float(loss.detach()))
        if step % every and step < steps:
            continue
        row = {"step": step, "train_loss": float(np.mean(losses)), "validation_loss": _judged(net, kept, gamma)}
        losses = []
        if row["validation_loss"] < min(earlier["validation_loss"] for earlier in log):
            best = deepcopy(net.state_dict())
        log.append(row)
        if len(log) - 1 - int(np.argmin([row["validation_loss"] for row in log])) >= patience:
            break
    net.load_state_dict(best)
    return net.eval(), log


@torch.no_grad()
def _judged(net: nn.Module, seen: Batch, judge: Batch) -> float:
    """Return the loss on samples that the network does not get."""
    return float(ssdu_loss(net.eval()(seen.A, seen.y), judge))
