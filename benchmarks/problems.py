"""The problems of the pages' comparisons, on validation heads: each method as a solver of one number, λ.

A page's scan and solvers are written here once more, as the page has them, with other heads and other masks. What λ it
gets is in `mrilab/studies/strengths.json`, from `benchmarks/strengths.py`.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from mrilab import (
    FFT,
    L1,
    NUFFT,
    Coils,
    CycleSpun,
    Diagonal,
    FiniteDifference,
    GroupL1,
    LeastSquares,
    Mask,
    NormalEquations,
    ToeplitzGram,
    UndecimatedWavelet,
    Wavelet,
    brain,
    condat_vu,
    density,
    fista,
    lambda_max,
    radial,
    random_lines,
    rss,
    shots_for,
    simulate,
    simulate_smaps,
    variable_density,
)

SEEDS = (0, 1)  # two validation heads, each with a noise and a mask of its own


class Case(NamedTuple):
    """One scan: `image(lam)` reconstructs it."""

    image: Callable[[float], np.ndarray]
    lambda_max: float
    sigma: float
    reference: np.ndarray


def in_synthesis(f, norm, Psi, iterations, combine=abs):
    """FISTA on f, whose unknowns are the coefficients of Ψ."""
    return lambda lam: combine(Psi.H(fista(f, norm(lam), max_iter=iterations).x)), lambda_max(f, norm(1.0))


def in_analysis(f, norm, Psi, iterations, step, x0=None):
    """Condat-Vu on f, whose unknown is the image."""
    return (
        lambda lam: condat_vu(f, norm(lam), Psi, x0, sigma=step, max_iter=iterations).x,
        lambda_max(f, norm(1.0), Psi),
    )


def group(lam):
    return GroupL1(lam, axis=-3)


@cache
def one_coil(side, sigma, seed, contrast=None):
    """k-space of a head that one even coil sees, and its image without noise."""
    fine, F = (2 * side, 2 * side), FFT((side, side))
    head = brain(fine, seed=seed, split="validation", contrast=contrast)
    even = np.ones((1, *fine), np.complex64)
    noisy, clean = (simulate(head, even, F.shape_in, noise=s, seed=seed)[0] for s in (sigma, 0))
    return noisy, F.H(clean)


def analysis(method):
    shape, sigma = (160, 160), 0.02
    W, U, D = Wavelet("sym8", shape, 4), UndecimatedWavelet("sym8", shape, 4), FiniteDifference(shape)
    for seed in SEEDS:
        kspace, reference = one_coil(160, sigma, seed, "T1")
        mask = variable_density(shape, accel=4, seed=seed)
        A, y = Mask(mask) @ FFT(shape), kspace * mask
        solver = {
            "orthogonal, synthesis": lambda A=A, y=y: in_synthesis(LeastSquares(A @ W.H, y), L1, W, 40),
            "undecimated, synthesis": lambda A=A, y=y: in_synthesis(LeastSquares(A @ U.H, y), L1, U, 40),
            "undecimated, analysis": lambda A=A, y=y: in_analysis(LeastSquares(A, y), L1, U, 60, 0.1),
            "total variation": lambda A=A, y=y: in_analysis(LeastSquares(A, y), group, D, 120, 0.03),
        }[method]
        yield Case(*solver(), sigma, reference)


def spinning(method):
    where, method = method.split(", ")
    shape, fine, sigma, level = (112, 112), (224, 224), 0.005, 4
    F, S, loops = FFT(shape), Coils(simulate_smaps(4, shape, raw=False)), simulate_smaps(4, fine)
    Psi, U = Wavelet("sym8", shape, level), UndecimatedWavelet("sym8", shape, level)
    sample = {"lines": random_lines, "points": variable_density}[where]
    for seed in SEEDS:
        head = brain(fine, seed=seed, split="validation", contrast="T1")
        mask = sample(shape, 4, center=20, seed=seed)
        y = mask * simulate(head, loops, shape, noise=sigma, seed=seed)
        f = LeastSquares(Mask(mask) @ F @ S, y)
        top = lambda_max(f, L1(1.0), Psi)
        solver = {
            "one grid": lambda f=f: in_synthesis(LeastSquares(f.A @ Psi.H, f.y), L1, Psi, 60),
            "spun": lambda f=f, top=top: (
                lambda lam: fista(f, CycleSpun(L1(lam), Psi, seed=0), max_iter=60).x,
                top,
            ),
            "undecimated frame": lambda f=f: in_analysis(f, L1, U, 100, 0.05),
        }[method]
        yield Case(*solver(), sigma, abs(S.H(F.H(simulate(head, loops, shape)))))


def noncartesian(method):
    n, sigma = 160, 0.03
    shape, fine = (n, n), (2 * n, 2 * n)
    k = radial(shots_for(shape, 4), 2 * n, golden=True)
    A, even = NUFFT(k, shape), np.ones((1, 2 * n, 2 * n), np.complex64)
    w = density(k, shape).astype(np.float32)
    root, gram = np.sqrt(w), ToeplitzGram(A, w)
    W, D, U = Wavelet("sym8", shape, 4), FiniteDifference(shape), UndecimatedWavelet("sym4", shape, level=3)
    for seed in SEEDS:
        head = brain(fine, seed=seed, split="validation", contrast="T1")
        noise = np.random.default_rng(seed).standard_normal((2, k.size // 2), np.float32)
        y = NUFFT(k / 2, fine)(head) / 2 + np.float32(sigma / np.sqrt(2)) * (noise[0] + 1j * noise[1])
        B, x0 = Diagonal(root) @ A, A.H(w * y)
        f = NormalEquations(B @ W.H, root * y) if method == "orthogonal" else NormalEquations(B, root * y, gram)
        f.lipschitz = float(np.sqrt(gram.lipschitz()))
        if method == "orthogonal":
            solver = in_synthesis(f, L1, W, 60)
        else:
            norm, Psi = {"total variation": (group, D), "undecimated": (L1, U)}[method]
            solver = in_analysis(f, norm, Psi, 100, None, x0)
        yield Case(*solver, sigma, abs(FFT(shape).H(simulate(head, even, shape)[0])))


def calibrationless(method):
    shape, fine, sigma = (512, 512), (1024, 1024), 0.004
    Psi, smaps = Wavelet("sym8", shape, level=4), simulate_smaps(32, fine)
    for seed in SEEDS:
        head = brain(fine, seed=seed, split="validation", contrast="T1")
        mask = random_lines(shape, accel=4, center=32, seed=seed)
        y = mask * simulate(head, smaps, shape, noise=sigma, seed=seed)
        f = LeastSquares(Mask(mask) @ FFT(shape) @ Psi.H, y)
        norm = {"group-lasso": group}[method]
        yield Case(*in_synthesis(f, norm, Psi, 30, rss), sigma, rss(FFT(shape).H(simulate(head, smaps, shape))))


PROBLEMS = {
    analysis: ("orthogonal, synthesis", "undecimated, synthesis", "undecimated, analysis", "total variation"),
    spinning: tuple(f"{m}, {s}" for m in ("lines", "points") for s in ("one grid", "spun", "undecimated frame")),
    noncartesian: ("orthogonal", "total variation", "undecimated"),
    calibrationless: ("group-lasso",),
}
NAMES = {f"{page.__name__}, {method}": (page, method) for page, methods in PROBLEMS.items() for method in methods}
