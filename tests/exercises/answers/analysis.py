"""Answers to the exercises of the chapter `analysis`, written from their texts."""

import numpy as np
import torch

from mrilab import FiniteDifference, GroupL1, Identity, LeastSquares, condat_vu


def by_pixels(x, length=np.hypot):
    rows, columns = x.shape
    total = 0.0
    for i in range(rows):
        for j in range(columns):
            down = abs(x[i + 1, j] - x[i, j]) if i + 1 < rows else 0
            across = abs(x[i, j + 1] - x[i, j]) if j + 1 < columns else 0
            total += length(down, across)
    return total


def by_padding(x, mode="edge"):
    wide = np.pad(x, ((0, 1), (0, 1)), mode=mode)
    d = np.stack([wide[1:, :-1] - x, wide[:-1, 1:] - x])
    return np.sqrt((abs(d) ** 2).sum(0)).sum()


def losses(lam=0.5, r=(4, 8, 16), at=(32, 32)):
    down, across = np.indices((64, 64))
    out = []
    for radius in r:
        disc = np.array(np.hypot(down - 32, across - 32) <= radius, complex)
        f = LeastSquares(Identity((64, 64)), disc)
        x = condat_vu(f, GroupL1(lam, axis=-3), FiniteDifference((64, 64)), sigma=0.5, max_iter=300).x
        out.append(1 - x[at].real)
    return out


def proof(x, u, f, g, Psi, inner=lambda a, b: (a * b.conj()).sum().real, norm=np.linalg.norm):
    z = Psi(x)
    return norm(f.grad(x) + Psi.H(u)) / norm(f.grad(np.zeros_like(x))), (g(z) - inner(z, u)) / g(z)


def cut(u, lam):
    out = u.copy().ravel()
    for i, value in enumerate(out):
        if abs(value) > lam:
            out[i] = lam * value / abs(value)
    return out.reshape(u.shape)


RIGHT = {
    "analysis-step": [
        lambda s, L, n: 2 / (L + 2 * s * n),
        lambda s, L, n: np.float32(1 / (L / 2 + s * n)),
        lambda s, L, n: torch.tensor(1 / (L / 2 + s * n)),
        1.11,
        10 / 9,
    ],
    "analysis-disc": [lambda lam: np.round(losses(), 3), lambda lam: tuple(np.float32(losses()))],
    "analysis-certificate": [proof, lambda *a: np.array(proof(*a)), lambda *a: [torch.tensor(v) for v in proof(*a)]],
    "analysis-tv": [by_pixels, by_padding, lambda x: torch.tensor(by_padding(x)), lambda x: by_padding(x) + 0j],
    "analysis-dual": [
        cut,
        lambda u, lam: u / np.maximum(1, abs(u) / lam),
        lambda u, lam: np.minimum(abs(u), lam) * np.exp(1j * np.angle(u)),
        lambda u, lam: torch.as_tensor(u) * torch.clamp(lam / torch.as_tensor(abs(u)), max=1),
    ],
}
WRONG = {
    "analysis-step": [
        lambda s, L, n: 1 / (L / 2 + s * np.sqrt(n)),
        lambda s, L, n: 1 / (s * n),
        lambda s, L, n: 1 / abs(L / 2 - s * n),
        lambda s, L, n: 1000 / (L / 2 + s * n),
        lambda s, L, n: 0.9 / (L / 2 + s * n),
    ],
    "analysis-disc": [
        lambda lam: losses()[0],
        lambda lam: losses(r=(8, 16, 32)),
        lambda lam: [100 * x for x in losses()],
        lambda lam: [-x for x in losses()],
        lambda lam: losses(at=(32, 36)),
    ],
    "analysis-certificate": [
        lambda *a: proof(*a, norm=lambda r: np.linalg.norm(r) ** 2),
        lambda *a: proof(*a, inner=lambda z, u: abs(np.vdot(z, u))),
        lambda x, u, f, g, Psi: (np.linalg.norm(f.grad(x)) / np.linalg.norm(f.grad(0 * x)), proof(x, u, f, g, Psi)[1]),
        lambda x, u, f, g, Psi: proof(x, u, f, g, Psi)[0],
        lambda x, u, f, g, Psi: (proof(x, u, f, g, Psi)[0], g(Psi(x)) - np.vdot(Psi(x), u).real),
        lambda x, u, f, g, Psi: (proof(x, u, f, g, Psi)[0], abs(1 - np.vdot(Psi(x), u).real / g(u))),
    ],
    "analysis-tv": [
        lambda x: by_padding(abs(x)),
        lambda x: by_padding(x, mode="constant"),
        lambda x: np.sqrt(by_padding(x)),
        lambda x: by_padding(x) / x.size,
        lambda x: by_pixels(x, length=max),
        lambda x: np.sqrt((abs(np.diff(x, axis=0)) ** 2).sum() + (abs(np.diff(x, axis=1)) ** 2).sum()),
        lambda x: by_padding(x.real),
        lambda x: np.linalg.norm([np.diff(x, axis=0, append=x[-1:]), np.diff(x, axis=1, append=x[:, -1:])], axis=0),
    ],
    "analysis-dual": [
        lambda u, lam: np.clip(u, -lam, lam),
        lambda u, lam: lam * u / max(np.linalg.norm(u), lam),
        lambda u, lam: u * np.minimum(1, lam / abs(u) ** 2),
        lambda u, lam: u / np.maximum(abs(u), lam),
        lambda u, lam: u * np.maximum(1, lam / abs(u)),
        lambda u, lam: np.where(abs(u) > lam, lam, u),
    ],
}
