"""Exercises of the chapter on a scan of one's own."""
# The objective says what a reference does.
# ruff: noqa: D103

import numpy as np

from ...channels import noise_covariance, prewhiten
from ..base import choice, exercise
from ..draws import noise


def _samples(rng):
    return {"n": (noise(rng, 3, 3) @ noise(rng, 3, 40)).astype(np.complex64)}


@exercise(
    "ownscan-corner",
    "ownscan",
    "estimates the noise covariance of channels from samples n (C, N) of mean zero",
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
    ],
)
def covariance(n):
    return noise_covariance(n)


def _channels(rng):
    n = noise(rng, 3, 3) @ noise(rng, 3, 60)
    return {"kspace": noise(rng, 3, 4, 5), "covariance": noise_covariance(n.astype(np.complex64))}


def _mix(M, y):
    return np.einsum("ab,bhw->ahw", M, y)


def _white(answer, inputs):
    """Any whitening will do: what counts is that noise of this covariance becomes white."""
    y, cov = inputs["kspace"].reshape(3, -1), inputs["covariance"]
    z = np.asarray(answer)
    if z.shape != inputs["kspace"].shape:
        return f"the shape is {z.shape}, but should be {inputs['kspace'].shape}"
    if z.dtype.kind not in "fciu":
        return "an array of numbers is asked for"
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
        "larger": "An image that has used the data explains them better than the truth: a misfit of 1 is too much.",
        "smaller": "The best image's misfit on the samples that it used is below 1. Which way must λ go to reach 1?",
        "the same": "The image has seen these samples, so its misfit at the best λ is below 1.",
        "none": "Misfits cross 1 within the six fractions.",
    },
    right="larger",
    minutes=20,
    level="medium",
)


def _curves(rng):
    valley = (np.arange(7) - rng.uniform(1, 5)) ** 2
    return {"fractions": np.geomspace(1e-4, 1e-1, 7), "errors": 1 + 0.1 * valley + 0.4 * rng.random((4, 7))}


@exercise(
    "ownscan-splits",
    "ownscan",
    "chooses the fraction with the smallest sum of the error curves (draws, fractions) of several draws",
    draw=_curves,
    trials=12,
    minutes=10,
    mistakes=[
        ("First sum the curves; one draw alone decides here.", lambda q, e: q[e[0].argmin()]),
        ("That is the index; the fraction is wanted.", lambda q, e: float(e.sum(0).argmin())),
        ("The smallest sum, not the largest.", lambda q, e: q[e.sum(0).argmax()]),
        ("Sum over the draws, axis 0.", lambda q, e: q[e.sum(1).argmin()]),
        ("The mean of the single choices is not the choice of the mean curve.", lambda q, e: np.mean(q[e.argmin(1)])),
    ],
)
def choose(fractions, errors):
    return fractions[errors.sum(0).argmin()]
