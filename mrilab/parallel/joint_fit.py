"""A joint fit of coil maps and an image to the calibration block, the last step of `espirit`."""

from collections.abc import Callable

import numpy as np

HARMONICS = 9  # number along each axis of a map
FIELD = 1.5  # their period in units of the field of view, so that maps need not be periodic on the image
MARGIN = 8  # points by which the grid of the fit exceeds the block along each axis
STEPS = 3  # Gauss-Newton steps
RIDGE = 1e-4  # of the image whose misfit is computed, in units of ‖S‖²
DAMPING = 0.03  # damping of the first step, halved at each further step


def fit_maps(block: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the maps that explain the block (C, h, w) best, as coefficients (C, q, q) of `harmonics`, and the noise.

    The model is y_c = crop F(s_c ρ) + noise with s_c(r) = Σ_q a_cq exp(2πi q·r/(1.5 n)): few harmonics on a field of
    view larger than the image. Unknown are the coefficients a and the image ρ on the coarse grid:

        min Σ_c ‖y_c − crop F(s_c ρ)‖² + σ² Σ_cq |a_cq|²/τ_q + σ²‖ρ‖²/mean|ρ|².

    For given ρ, a is the solution of a small linear problem with the same matrix for all coils. The remaining problem
    in ρ is minimised by damped Gauss-Newton steps (variable projection), each solved by conjugate gradients. The noise
    σ² is estimated from the residual, and the variance τ_q of a harmonic from the coefficients of all coils and their
    uncertainty (EM), so no smoothness is prescribed. Where the image is dark, the maps follow from bright surroundings.

    `start` (C, h + 8, w + 8) are maps on a coarse grid over the same field of view, with Σ|s|² = 1. The result is
    complex128, of free common factor at each pixel; the noise is the variance of what is left, as a share of the
    block's mean energy. The work is O(C (h + w)³).

    References
    ----------
    Ying and Sheng, Joint image reconstruction and sensitivity estimation in SENSE (JSENSE), Magn. Reson. Med. 57
    (2007); Uecker et al., Image reconstruction by regularized nonlinear inversion, Magn. Reson. Med. 60 (2008).
    """
    from scipy.sparse.linalg import LinearOperator, cg

    size = start.shape[1:]
    y = _scaled(block)
    forward, adjoint = _transform(block.shape[1:], size)
    down, along = (_harmonics(n) for n in size)
    V = np.einsum("hu,wv->uvhw", down, along).reshape(-1, *size)

    def project(data: np.ndarray) -> np.ndarray:  # the part that coefficients cannot fit, up to the penalty
        return data - (inverse @ (P.conj() @ data.T)).T @ P

    q2 = np.add.outer(*2 * [(np.arange(HARMONICS) - HARMONICS // 2) ** 2]).ravel()
    image, variance, noise = np.sum(start.conj() * adjoint(y), axis=0), (1.0 + q2) ** -2, 1e-3
    variance /= variance.sum()
    for step in range(STEPS + 1):
        P = forward(image * V)
        gram, Py = P.conj() @ P.T, P.conj() @ y.T
        for _ in range(2 if step else 10):
            inverse = variance[:, None] * np.linalg.inv(gram * variance + noise * np.eye(len(V)))
            a = inverse @ Py
            residual = y - a.T @ P
            freedom = y.size - len(y) * np.trace(inverse @ gram).real - y.shape[1]
            noise = max(np.linalg.norm(residual) ** 2 / max(freedom, 0.1 * y.size), 1e-10)
            variance = np.mean(np.abs(a) ** 2, axis=1) + noise * np.diag(inverse).real
        if step == STEPS:
            break
        s = np.tensordot(a.T, V, 1)
        ridge = noise / np.mean(np.abs(image) ** 2)
        damping = ridge + DAMPING / 2**step * np.mean(np.abs(s) ** 2) * y.size / image.size

        def normal(x: np.ndarray, s: np.ndarray = s, damping: float = damping) -> np.ndarray:
            change = np.sum(s.conj() * adjoint(project(forward(s * x.reshape(size)))), axis=0)
            return (change + damping * x.reshape(size)).ravel()

        slope = np.sum(s.conj() * adjoint(residual), axis=0) - ridge * image
        A = LinearOperator((image.size, image.size), normal, dtype=complex)
        image = image + cg(A, slope.ravel(), rtol=1e-3, maxiter=30)[0].reshape(size)
    return a.T.reshape(-1, HARMONICS, HARMONICS), float(noise)


def misfit(block: np.ndarray, maps: np.ndarray) -> float:
    """Return min_ρ ‖y − crop F(s ρ)‖² / ‖y‖² of maps s (C, h + 8, w + 8), with ρ by 30 conjugate gradients."""
    from scipy.sparse.linalg import LinearOperator, cg

    y, size = _scaled(block), maps.shape[1:]
    forward, adjoint = _transform(block.shape[1:], size)

    def normal(x: np.ndarray) -> np.ndarray:
        return np.sum(maps.conj() * adjoint(forward(maps * x.reshape(size))), axis=0).ravel() + RIDGE * x

    A = LinearOperator((maps[0].size, maps[0].size), normal, dtype=complex)
    image = cg(A, np.sum(maps.conj() * adjoint(y), axis=0).ravel(), rtol=1e-4, maxiter=30)[0]
    return float(np.linalg.norm(y - forward(maps * image.reshape(size))) ** 2 / y.size)


def _scaled(block: np.ndarray) -> np.ndarray:
    """Return the samples of each coil in a row, complex128, of mean energy 1."""
    y = block.reshape(len(block), -1).astype(np.complex128)
    return y / np.sqrt(np.mean(np.abs(y) ** 2))


def _transform(block: tuple[int, ...], size: tuple[int, ...]) -> tuple[Callable, Callable]:
    """Return crop F from images (C, *size) to the samples (C, N) of a block, and its adjoint."""
    rows, columns = (_waves(k, n) / np.sqrt(n) for k, n in zip(block, size))

    def forward(images: np.ndarray) -> np.ndarray:
        return (rows @ images @ columns.T).reshape(len(images), -1)

    def adjoint(data: np.ndarray) -> np.ndarray:
        return rows.conj().T @ data.reshape(-1, *block) @ columns.conj()

    return forward, adjoint


def harmonics(coefficients: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Return the maps of these coefficients on a grid of `shape`: complex128 (C, H, W)."""
    down, along = (_harmonics(n) for n in shape)
    return down @ coefficients @ along.T


def _waves(k: int, n: int) -> np.ndarray:
    return np.exp(-2j * np.pi * np.outer(np.arange(k) - k // 2, np.arange(n) - n // 2) / n)


def _harmonics(n: int) -> np.ndarray:
    """Return the harmonics at the n points of an axis, (n, HARMONICS)."""
    q = np.arange(HARMONICS) - HARMONICS // 2
    return np.exp(2j * np.pi * np.outer((np.arange(n) - n // 2) / n, q) / FIELD)
