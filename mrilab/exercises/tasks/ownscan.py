"""Exercises of the chapter on a scan of one's own."""
# The objective of an exercise is the docstring of its reference.
# ruff: noqa: D103

import numpy as np

from ...parallel.channels import noise_covariance, prewhiten
from ..base import choice, exercise
from ..draws import noise

choice(
    "ownscan-choice",
    "ownscan",
    "knows what stays unpredicted on samples that were left out",
    {
        "a": "Their noise is independent of all that the image has seen, so no image predicts it, nor does the truth.",
        "b": "The truth leaves the noise alone: its energy over that of the samples. No image goes lower, on average.",
        "c": "1 is what a black image leaves: it predicts nothing.",
        "d": "The image is not needed, only its noise, and after whitening that is known: variance 1 in each sample.",
    },
    right=lambda: "b",
)


def _samples(rng):
    return {"n": (noise(rng, 3, 3) @ noise(rng, 3, 40)).astype(np.complex64)}


@exercise(
    "ownscan-corner",
    "ownscan",
    "estimates the noise covariance of channels from samples n (C, T) of mean zero",
    draw=_samples,
    tol=1e-3,
    minutes=10,
    level="easy",
    mistakes=[
        ("The conjugate is forgotten: n nᴴ.", lambda n: n @ n.T / n.shape[1]),
        ("It is turned: rows are the first channel, [n nᴴ]_{ab} = n_a n_b*.", lambda n: n.conj() @ n.T / n.shape[1]),
        ("Divide by the number of samples, not of channels.", lambda n: n @ n.conj().T / n.shape[0]),
        ("The covariance is (C, C): samples are axis 1.", lambda n: n.conj().T @ n / n.shape[0]),
        ("Not divided by the number of samples.", lambda n: n @ n.conj().T),
        (
            "Noise of different channels is correlated: the entries beside the diagonal count.",
            lambda n: np.diag(np.mean(abs(n) ** 2, axis=1)),
        ),
        ("That is the correlation: a covariance keeps the variances of the channels.", np.corrcoef),
    ],
)
def covariance(n):
    return noise_covariance(n)


def _predicted(rng):
    shape = 3, 6, 5
    return {"predicted": noise(rng, *shape), "y": noise(rng, *shape), "held": rng.random(shape[1:]) < 0.3}


def _unseen(p, y, held, square=True, relative=True):
    size = [np.linalg.norm(z[..., held]) for z in (p - y, y if relative else np.ones_like(y))]
    return float(size[0] / size[1]) ** (2 if square else 1)


@exercise(
    "ownscan-error",
    "ownscan",
    "computes the prediction error e on the samples that were left out, relative to their energy",
    draw=_predicted,
    tol=1e-3,
    minutes=5,
    level="easy",
    mistakes=[
        ("Only the samples that were left out count, above and below.", lambda p, y, h: _unseen(p, y, h | True)),
        (
            "That is the error on the samples that were used: `held` marks those left out.",
            lambda p, y, h: _unseen(p, y, ~h),
        ),
        (
            "The sums go over all channels before the division: that is a mean of ratios, one for each channel.",
            lambda p, y, h: np.mean([_unseen(a, b, h) for a, b in zip(p, y)]),
        ),
        (
            "Sum first, then divide: that is a mean of ratios, one for each sample.",
            lambda p, y, h: np.mean(abs((p - y) / y)[:, h] ** 2),
        ),
        (
            "Sum squares: the norm is not a sum of magnitudes.",
            lambda p, y, h: abs(p - y)[:, h].sum() / abs(y)[:, h].sum(),
        ),
        ("The norms are squared.", lambda p, y, h: _unseen(p, y, h, square=False)),
        (
            "Divide by the energy of the samples, not by their number.",
            lambda p, y, h: _unseen(p, y, h, relative=False),
        ),
        (
            "Divide by the energy of the samples that were left out, not of all.",
            lambda p, y, h: _unseen(p * h, y * h, h | True) * np.linalg.norm(y * h) ** 2 / np.linalg.norm(y) ** 2,
        ),
        (
            "Magnitudes hide errors of the phase: subtract complex numbers.",
            lambda p, y, h: _unseen(abs(p), abs(y), h),
        ),
    ],
)
def error(predicted, y, held):
    return _unseen(predicted, y, held)


def _channels(rng):
    n = noise(rng, 3, 3) @ noise(rng, 3, 60)
    return {"kspace": noise(rng, 3, 4, 5), "covariance": noise_covariance(n.astype(np.complex64))}


def _power(covariance, power):
    values, vectors = np.linalg.eigh(covariance)
    return vectors * values**power @ vectors.conj().T


def _mix(M, y):
    return np.einsum("ab,bhw->ahw", M, y)


def _white(answer, inputs):
    """Any whitening will do: what counts is that noise of this covariance becomes white."""
    y, cov = inputs["kspace"].reshape(3, -1), inputs["covariance"]
    z = np.asarray(answer)
    if z.shape != inputs["kspace"].shape:
        return f"the shape is {z.shape}, but should be {inputs['kspace'].shape}"
    if z.dtype.kind not in "fciu":
        return "expected an array of numbers"
    M = np.linalg.lstsq(y.T, z.reshape(3, -1).T, rcond=None)[0].T
    if not np.abs(M @ y - z.reshape(3, -1)).max() < 1e-2 * max(1, np.abs(z).max()):
        return "the channels are not mixed by one matrix"
    return None if np.abs(M @ cov @ M.conj().T - np.eye(3)).max() < 1e-2 else "noise of this covariance is not white"


@exercise(
    "ownscan-whiten",
    "ownscan",
    "prewhitens channels (C, H, W) so that noise of the given covariance becomes white",
    draw=_channels,
    accept=_white,
    minutes=15,
    mistakes=[
        ("That mixes by the Cholesky factor; its inverse is wanted.", lambda y, c: _mix(np.linalg.cholesky(c), y)),
        ("That is the inverse of the covariance: you want its root.", lambda y, c: _mix(np.linalg.inv(c), y)),
        ("That is a root of the covariance; its inverse is wanted.", lambda y, c: _mix(_power(c, 0.5), y)),
        (
            "The covariance is that of n nᴴ: it was conjugated or transposed on the way.",
            lambda y, c: _mix(_power(c.conj(), -0.5), y),
        ),
        (
            "Each channel is scaled alone; their correlation stays.",
            lambda y, c: y / np.sqrt(np.diag(c).real)[:, None, None],
        ),
        (
            "The Cholesky factor L has L Lᴴ = covariance: invert L, not Lᴴ.",
            lambda y, c: _mix(np.linalg.inv(np.linalg.cholesky(c).conj().T), y),
        ),
    ],
)
def whiten(kspace, covariance):
    return prewhiten(kspace, covariance)


choice(
    "ownscan-discrepancy",
    "ownscan",
    "knows which λ the rule “misfit = noise” takes",
    {
        "a": "An image that has used the data explains them better than the truth: a misfit of 1 is too much.",
        "b": "The best image's misfit on the samples that it used is below 1. Which way must λ go to reach 1?",
        "c": "The image has seen these samples, so its misfit at the best λ is below 1.",
        "d": "Misfits cross 1 within the six fractions.",
    },
    right=lambda: "a",
    minutes=20,
    level="medium",
)
