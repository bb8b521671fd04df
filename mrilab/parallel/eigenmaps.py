"""The matrix of ESPIRiT at each pixel: its coefficients from a calibration block, and its first eigenvectors."""

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np

from .calibration import calibration_matrix

BLOCK = 64 * 2**20  # bytes of the operator that one thread holds at a time
SETTLED = 3e-4  # residual of an eigenvector, relative to its eigenvalue


def pixel_operator(block: np.ndarray, kernel: int, threshold: float) -> tuple[np.ndarray, float]:
    """Return the coefficients of G at the distances −kernel … kernel − 1, complex64 (2·kernel, 2·kernel, C, C).

    And the variance of the noise as a share of the block's mean energy, from the weakest singular values.
    """
    A = calibration_matrix(block, 1, (kernel, kernel))
    threshold = max(threshold, 1e-6)  # smaller values are rounding errors
    values, vectors = np.linalg.eigh(_gram(A))
    keep = values > threshold**2 * values[-1]
    basis = vectors[:, keep] if len(A) >= A.shape[1] else A.T @ (vectors[:, keep] / np.sqrt(values[keep])).conj()
    noise = _weakest(values) / _weakest_of_noise(block.shape, kernel) / np.mean(np.abs(block) ** 2)
    patches = basis.reshape(len(block), kernel, kernel, -1)
    spectrum = np.fft.fft2(patches, (2 * kernel, 2 * kernel), axes=(1, 2)).transpose(1, 2, 0, 3)
    correlation = np.fft.ifft2(spectrum @ spectrum.conj().swapaxes(-1, -2), axes=(0, 1))
    return (np.fft.fftshift(correlation, axes=(0, 1)) / kernel**2).astype(np.complex64), float(noise)


def _gram(A: np.ndarray) -> np.ndarray:
    """Return the smaller of the two Gram matrices of A."""
    return A @ A.conj().T if len(A) < A.shape[1] else A.T @ A.conj()


def _weakest(values: np.ndarray) -> float:
    """Return the mean of the smallest tenth of eigenvalues in ascending order: patches of an object do not reach it."""
    return float(values[: -(-len(values) // 10)].clip(0).mean())


@lru_cache
def _weakest_of_noise(shape: tuple[int, ...], kernel: int) -> float:
    """Return the same of a block of white noise of variance 1."""
    parts = np.random.default_rng(0).standard_normal((2, *shape)) / np.sqrt(2)
    A = calibration_matrix(parts[0] + 1j * parts[1], 1, (kernel, kernel))
    return _weakest(np.linalg.eigvalsh(_gram(A)))


def principal(
    operator: np.ndarray, shape: tuple[int, ...], least: float, others: np.ndarray | None = None, sets: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return G's first eigenvectors (sets, C, H, W), their values (sets, H, W), and what other maps lose (H, W).

    Both are 0 where the value is below `least`. Other maps s (C, H, W) of norm 1 lose 1 − sᴴG s / v of the first v.
    """
    from ..arrays.threads import workers

    coils, reach = operator.shape[-1], len(operator) // 2
    height, width = shape
    down, along = (
        np.exp(2j * np.pi * np.outer(np.arange(n) - n // 2, np.arange(-reach, reach)) / n).astype(np.complex64)
        for n in shape
    )
    half = np.tensordot(along, operator, axes=(1, 1)).swapaxes(0, 1).reshape(2 * reach, -1)  # (2·kernel, W·C·C)
    maps = np.zeros((sets, coils, height, width), np.complex64)
    eigenvalues, lost = np.zeros((sets, height, width), np.float32), np.zeros(shape, np.float32)

    def solve(rows: slice) -> None:
        G = (down[rows] @ half).reshape(-1, width, coils, coils)
        # The Frobenius norm bounds the eigenvalue, which excludes most pixels without an object.
        flat = G.reshape(*G.shape[:2], -1).view(np.float32)
        chosen = np.einsum("hwi,hwi->hw", flat, flat) >= 0.999 * least**2
        G = G[chosen]
        found: list[np.ndarray] = []
        for k in range(sets):
            values, vectors = _first_eigenpairs(G)
            for earlier in found:  # exactly orthogonal, so that sets of weights up to 1 have a norm up to 1
                vectors -= np.sum(earlier.conj() * vectors, axis=1, keepdims=True) * earlier
                vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)
            found.append(vectors)
            kept = values >= least
            maps[k, :, rows][:, chosen] = np.where(kept, vectors.T, 0)
            eigenvalues[k, rows][chosen] = np.where(kept, values, 0)
            if k == 0 and others is not None:
                s = others[:, rows][:, chosen].T[..., None]
                quotients = np.sum((s.conj() * (G @ s)).real, axis=(1, 2))
                lost[rows][chosen] = 1 - quotients / np.maximum(values, 1e-30)
            if k + 1 < sets:  # without this pair, the next one is the first
                G = G - values[:, None, None] * vectors[:, :, None] * vectors[:, None].conj()

    step = max(1, BLOCK // (8 * width * coils**2))
    with ThreadPoolExecutor(workers()) as pool:
        list(pool.map(solve, (slice(i, i + step) for i in range(0, height, step))))
    return maps, eigenvalues, lost


def _first_eigenpairs(G: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest eigenvalues (N,) of G (N, C, C), Hermitian positive semidefinite, and their vectors (N, C).

    The power method takes 24 steps, eight at a time, in a sixth of the time of `eigh` at 32 coils. `eigh` computes the
    few eigenvectors that have not converged.
    """
    if len(G) == 0:
        return np.zeros(0, np.float32), np.zeros(G.shape[:2], np.complex64)
    eighth = G @ G
    # Without scaling, powers of a small G (far from the object, with crop=0) would underflow.
    eighth /= np.maximum(np.abs(eighth).max(axis=(1, 2), keepdims=True), 1e-30)
    eighth = eighth @ eighth
    eighth = eighth @ eighth
    strongest = np.einsum("ncc->nc", eighth.real).argmax(axis=1)
    v = eighth[np.arange(len(G)), :, strongest][..., None]
    for _ in range(2):
        v = eighth @ (v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-30))
    v /= np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-30)
    Gv = G @ v
    values = np.sum((v.conj() * Gv).real, axis=(1, 2))
    unsettled = np.linalg.norm(Gv - values[:, None, None] * v, axis=(1, 2)) > SETTLED * values
    if unsettled.any():
        exact, vectors = np.linalg.eigh(G[unsettled])
        values[unsettled], v[unsettled] = exact[:, -1], vectors[:, :, -1:]
    return values, v[..., 0]
