"""Answers to the exercises of the chapter on the U-Net, written from its page."""

import numpy as np


def by_slices(x):
    out = np.empty((x.shape[0], 2, *x.shape[1:]), np.float32)
    for i, image in enumerate(x):
        out[i, 0], out[i, 1] = image.real, image.imag
    return out


def by_view(x):
    return np.moveaxis(np.ascontiguousarray(x)[..., None].view(x.real.dtype), -1, 1)


def by_counting(losses, patience, reset=True, less=np.less):
    best, lowest, waited = 0, np.inf, 0
    for epoch in range(len(losses)):
        if less(losses[epoch], lowest):
            best, lowest, waited = epoch, losses[epoch], 0 if reset else waited
        else:
            waited += 1
            if waited == patience:
                return best, epoch + 1
    return best, len(losses)


def by_argmin(losses, patience):
    for n in range(1, len(losses) + 1):
        best = int(np.argmin(losses[:n]))
        if n - 1 - best >= patience:
            return [best, n]
    return [int(np.argmin(losses)), len(losses)]


def normalised(
    x, net, mean=lambda x: x.mean((1, 2), keepdims=True), spread=lambda d: np.sqrt(np.mean(d**2)), back=True
):
    m = mean(x)
    s = spread(x - m)
    return x + (s if back else 1) * net((x - m) / s)


def by_channels(x, net):
    m = [float(np.sum(c)) / c.size for c in x]
    s = (sum(float(((c - v) ** 2).sum()) for c, v in zip(x, m)) / x.size) ** 0.5
    return x + s * net(np.stack([(c - v) / s for c, v in zip(x, m)]).astype(x.dtype))


def by_optimiser(net, x, target, rate, steps, clear=True):
    import torch

    descent, losses = torch.optim.SGD(net.parameters(), lr=rate), []
    for step in range(steps + 1):
        loss = torch.nn.functional.mse_loss(net(x), target)
        losses.append(loss)
        if step < steps:
            if clear:
                descent.zero_grad()
            loss.backward()
            descent.step()
    return [loss.item() for loss in losses]


def by_functional(net, x, target, rate, steps):
    import torch

    weights, losses = {name: p.detach() for name, p in net.named_parameters()}, []

    def cost(weights):
        return torch.mean((torch.func.functional_call(net, weights, (x,)) - target) ** 2)

    for _ in range(steps):
        losses.append(float(cost(weights)))
        slopes = torch.func.grad(cost)(weights)
        weights = {name: p - rate * slopes[name] for name, p in weights.items()}
    return np.array([*losses, float(cost(weights))])


RIGHT = {
    "unet-fit": [by_optimiser, by_functional],
    "unet-channels": [
        by_slices,
        by_view,
        lambda x: np.concatenate([x.real[:, None], x.imag[:, None]], 1).astype(float),
    ],
    "unet-stop": [by_counting, by_argmin],
    "unet-normalise": [
        normalised,
        by_channels,
        lambda x, net: normalised(x, net, spread=np.std),
    ],
}

WRONG = {
    "unet-fit": [
        lambda net, x, t, rate, n: by_optimiser(net, x, t, rate, n, clear=False),
        lambda net, x, t, rate, n: by_optimiser(net, x, t, rate, n)[:-1],
        lambda net, x, t, rate, n: by_optimiser(net, x, t, rate / 2, n),
        lambda net, x, t, rate, n: [by_optimiser(net, x, t, rate, n)[-1]] * (n + 1),
        lambda net, x, t, rate, n: by_functional(net, t, x, rate, n),
    ],
    "unet-channels": [
        lambda x: np.stack([x.real, x.imag]),
        lambda x: np.stack([x.real, x.imag], axis=-1),
        lambda x: np.stack([abs(x), np.angle(x)], axis=1),
        lambda x: np.stack([x.imag, x.real], axis=1),
        lambda x: np.stack([x.real, -x.imag], axis=1),
        lambda x: np.concatenate([x.real, x.imag]).reshape(len(x), 2, *x.shape[1:]),
        lambda x: np.stack([x, x.conj()], axis=1),
    ],
    "unet-stop": [
        lambda v, p: by_counting(v, p, reset=False),
        lambda v, p: by_counting(v, p, less=np.less_equal),
        lambda v, p: (int(np.argmin(v)), len(v)),
        lambda v, p: by_counting(v, p + 1),
        lambda v, p: (by_counting(v, p)[0], by_counting(v, p)[1] - 1),
        lambda v, p: (v[by_counting(v, p)[0]], by_counting(v, p)[1]),
    ],
    "unet-normalise": [
        lambda x, net: normalised(x, net, mean=np.mean),
        lambda x, net: normalised(x, net, spread=lambda d: d.std((1, 2), keepdims=True)),
        lambda x, net: normalised(x, net, back=False),
        lambda x, net: normalised(x, net) - x,
        lambda x, net: normalised(x, net, spread=lambda d: np.mean(d**2)),
        lambda x, net: normalised(x, net) + x.mean((1, 2), keepdims=True),
        lambda x, net: normalised(x, net, spread=lambda d: np.sqrt((d**2).mean() * 2)),
        lambda x, net: normalised(x, net) - x.mean((1, 2), keepdims=True),
    ],
}
