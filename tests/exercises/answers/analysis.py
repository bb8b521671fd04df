"""Answers to the exercises of the chapter `analysis`, written from their texts."""

import numpy as np
import torch


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
    "analysis-certificate": [proof, lambda *a: np.array(proof(*a)), lambda *a: [torch.tensor(v) for v in proof(*a)]],
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
    "analysis-certificate": [
        lambda *a: proof(*a, norm=lambda r: np.linalg.norm(r) ** 2),
        lambda *a: proof(*a, inner=lambda z, u: abs(np.vdot(z, u))),
        lambda x, u, f, g, Psi: (np.linalg.norm(f.grad(x)) / np.linalg.norm(f.grad(0 * x)), proof(x, u, f, g, Psi)[1]),
        lambda x, u, f, g, Psi: proof(x, u, f, g, Psi)[0],
        lambda x, u, f, g, Psi: (proof(x, u, f, g, Psi)[0], g(Psi(x)) - np.vdot(Psi(x), u).real),
        lambda x, u, f, g, Psi: (proof(x, u, f, g, Psi)[0], abs(1 - np.vdot(Psi(x), u).real / g(u))),
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
