"""Exercises of the chapter on the U-Net."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ..base import choice, exercise
from ..draws import network, noise, tensor


@exercise(
    "unet-channels",
    "unet",
    "hands a complex image to a network as two real channels",
    draw=lambda rng: {"x": noise(rng, 2, 5, 4)},
    minutes=5,
    level="easy",
    mistakes=[
        ("The phase is lost: the channels are real and imaginary part.", lambda x: np.stack([abs(x), abs(x)], axis=1)),
        ("Those are magnitude and phase; a phase jumps from π to −π.", lambda x: np.stack([abs(x), np.angle(x)], 1)),
        ("The channels are axis 1, after the batch.", lambda x: np.stack([x.real, x.imag], axis=0)),
        ("The channels come before H and W, not behind.", lambda x: np.stack([x.real, x.imag], axis=-1)),
        (
            "The second channel is the imaginary part, not that of the conjugate.",
            lambda x: np.stack([x.real, -x.imag], 1),
        ),
        ("The channels are real numbers: is anything complex left?", lambda x: np.stack([x, x.conj()], 1)),
        ("The real part comes first.", lambda x: np.stack([x.imag, x.real], axis=1)),
    ],
)
def channels(x):
    return np.stack([x.real, x.imag], axis=1)


def _losses(rng, trial):
    """Losses that fall and rise; in the second trial they fall with setbacks, in the third they come to a plateau."""
    count = 12
    if trial == 1:
        steps = np.arange(count) + rng.random(count) / 4
        return {"losses": [float(v) for v in np.where(steps % 4 < 2, 9 - steps, 12 - steps)], "patience": 3}
    if trial == 2:
        losses = [float(v) for v in np.maximum(4 - np.arange(count), int(rng.integers(1, 3)))]
        return {"losses": losses, "patience": int(rng.integers(2, 5))}
    fall = np.exp(-np.arange(count) / 3) + 0.02 * rng.random(count)
    rise = 0.03 * np.maximum(np.arange(count) - int(rng.integers(3, 6)), 0)
    return {"losses": [float(v) for v in fall + 6 * rise], "patience": int(rng.integers(2, 4))}


def _stop(losses, patience, equal=0, last=False, strict=True, reset=True):
    best = waited = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best] or (epoch and not strict and loss == losses[best]):
            best, waited = epoch, 0 if reset else waited
            continue
        waited += epoch > 0
        if waited >= patience + equal:
            return (epoch if last else best, epoch + 1)
    return (len(losses) - 1 if last else best, len(losses))


@exercise(
    "unet-stop",
    "unet",
    "stops early: finds the epoch whose weights are kept, and how many were run",
    draw=_losses,
    minutes=10,
    mistakes=[
        ("The weights kept are those of the best epoch, not of the last.", lambda v, p: _stop(v, p, last=True)),
        (
            "It stops one epoch too late: `patience` epochs without a better one are enough.",
            lambda v, p: _stop(v, p, 1),
        ),
        ("Epochs are counted from 0, but their number is not.", lambda v, p: (_stop(v, p)[0], _stop(v, p)[1] - 1)),
        (
            "In a row: each new lowest loss sets the count back to 0.",
            lambda v, p: _stop(v, p, reset=False),
        ),
        (
            "A loss that is as low as the best is not a new lowest one.",
            lambda v, p: _stop(v, p, strict=False),
        ),
        ("The number of the epoch is wanted, not its loss.", lambda v, p: (v[_stop(v, p)[0]], _stop(v, p)[1])),
        (
            "It stops one epoch too early: `patience` epochs in a row bring no new lowest loss.",
            lambda v, p: _stop(v, p, -1),
        ),
        ("It never stops: look at how long the best has not been beaten.", lambda v, p: (_stop(v, 99)[0], len(v))),
    ],
)
def stop(losses, patience):
    return _stop(losses, patience)


def _network(z):
    """Some function of normalised channels (2, H, W) that is not linear."""
    return np.tanh(z[::-1]) + 0.3


def _correct(x, net, axis=(-2, -1), center=True, joint=True, back=True, skip=True, root=np.sqrt, mean_back=0):
    mean = x.mean(axis=axis, keepdims=True) * center
    scale = root(np.mean((x - mean) ** 2, axis=None if joint else (-2, -1), keepdims=True))
    return skip * x + (scale if back else 1) * net((x - mean) / scale) + mean_back * mean


@exercise(
    "unet-normalise",
    "unet",
    "takes mean and scale out before a network, puts the scale back and adds the image",
    draw=lambda rng: {"x": rng.normal(rng.uniform(1, 3), [[[0.5]], [[2.0]]], (2, 5, 4)), "net": _network},
    minutes=15,
    mistakes=[
        ("Each channel has a mean of its own.", lambda x, net: _correct(x, net, axis=None)),
        ("One scale for both channels: two would change the phase.", lambda x, net: _correct(x, net, joint=False)),
        ("Multiply the network's answer by the scale again.", lambda x, net: _correct(x, net, back=False)),
        ("The network gives a correction: add x.", lambda x, net: _correct(x, net, skip=False)),
        ("s is a root: s² is the mean of the squares.", lambda x, net: _correct(x, net, root=np.asarray)),
        (
            "s² is the mean over all values of both channels.",
            lambda x, net: _correct(x, net, root=lambda v: np.sqrt(2 * v)),
        ),
        ("The mean need not come back: x, which is added, has it.", lambda x, net: _correct(x, net, mean_back=1)),
        ("x is added as it came in, with its mean.", lambda x, net: _correct(x, net, mean_back=-1)),
        ("Subtract the mean before you divide.", lambda x, net: _correct(x, net, center=False)),
    ],
)
def normalise(x, net):
    return _correct(x, net)


def _training(rng):
    data = (tensor(rng.normal(0, 1, (3, 2, 5, 4)).astype(np.float32)) for _ in range(2))
    return {
        "net": network(rng),
        **dict(zip(("x", "target"), data)),
        "rate": float(rng.uniform(0.1, 0.2)),
        "steps": int(rng.integers(3, 6)),
    }


def _fit(net, x, target, rate, steps, *, clear=True, total=lambda gap: (gap**2).mean(), only=None):
    """Return the losses before each step and after the last."""
    losses = []
    for _ in range(steps + 1):
        loss = total(net(x) - target)
        losses.append(float(loss.detach()))
        if clear:
            net.zero_grad()
        loss.backward()
        for weights in list(net.parameters())[:only]:
            weights.data -= rate * weights.grad
    return losses


def _optimised(net, x, target, rate, steps, name="SGD"):
    import torch

    losses, optimiser = [], getattr(torch.optim, name)(net.parameters(), lr=rate)
    for _ in range(steps + 1):
        loss = ((net(x) - target) ** 2).mean()
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return losses


@exercise(
    "unet-fit",
    "unet",
    "trains a small network by steps of gradient descent",
    draw=_training,
    tol=1e-3,
    minutes=15,
    second="The loss grows: a step may be too long, as for every gradient method.",
    mistakes=[
        ("Gradients add up: clear them before each backward.", lambda *a: _fit(*a, clear=False)),
        ("Nothing is learned: is there a step?", lambda net, x, t, rate, n: _fit(net, x, t, 0.0, n)),
        ("That climbs: the step goes against the gradient.", lambda net, x, t, rate, n: _fit(net, x, t, -rate, n)),
        ("The loss after the last step is wanted too: steps + 1 numbers.", lambda *a: _fit(*a)[:-1]),
        ("The loss before the first step is wanted too: steps + 1 numbers.", lambda *a: _fit(*a)[1:]),
        ("The loss is a mean over all values, not a sum.", lambda *a: _fit(*a, total=lambda gap: (gap**2).sum())),
        ("The loss has squares, not magnitudes.", lambda *a: _fit(*a, total=lambda gap: gap.abs().mean())),
        ("The loss has no half and no root here.", lambda *a: _fit(*a, total=lambda gap: (gap**2).mean() / 2)),
        ("The loss has no half and no root here.", lambda *a: _fit(*a, total=lambda gap: (gap**2).mean() ** 0.5)),
        (
            "That is Adam. Plain gradient descent is asked for.",
            lambda net, x, t, rate, n: _optimised(net, x, t, rate, n, "Adam"),
        ),
        ("All weights of the network take the step.", lambda *a: _fit(*a, only=1)),
    ],
)
def fit(net, x, target, rate, steps):
    return _optimised(net, x, target, rate, steps)  # so that torch.optim is loaded before the time of an answer starts


choice(
    "unet-choice",
    "unet",
    "knows which figure a test set can still give",
    {
        "a": "The loss that was minimised says how well the training slices were learned, by heart if need be.",
        "b": "The validation set chose the epoch, so its figure is the best of many draws: too good by a little.",
        "c": "The test slices chose nothing: neither weights, nor epoch, nor λ. That is what makes the figure fair.",
        "d": "With the best epoch on the test set, the test set has become a validation set, and there is none left.",
    },
    right=lambda: "c",
)
