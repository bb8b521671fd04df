"""SPIRiT and SAKE: equal to the matrices that they never form, and better than what is missing."""

import numpy as np
import pytest
from helpers import draw

from mrilab import (
    FFT,
    Identity,
    LeastSquares,
    Mask,
    brain,
    conjugate_gradient,
    psnr,
    random_lines,
    rss,
    sake,
    simulate,
    simulate_smaps,
    spirit,
    variable_density,
)
from mrilab.parallel.calibration import calibration_matrix
from mrilab.parallel.sake import subspace


@pytest.fixture(scope="module")
def scan():
    """Six coils on 64 × 64, and their noise-free root sum of squares."""
    shape, maps, head = (64, 64), simulate_smaps(6, (128, 128)), brain((128, 128), seed=1, contrast="T1")
    return simulate(head, maps, shape, noise=0.01, seed=0), rss(FFT(shape).H(simulate(head, maps, shape)))


def completed(y, mask, **options):
    """SPIRiT's k-space, as the page writes it."""
    G, F = spirit(y, 24, **options), FFT(mask.shape)
    E = G + (-1) * Identity(G.shape_in)
    f = LeastSquares(E @ F.H @ Mask(~mask), -E(F.H(y)))
    return y + ~mask * conjugate_gradient(f, max_iter=20).x


def test_spirit_is_a_circular_convolution_with_ridge_weights():
    """Every coil by least squares of its own, and the sum over neighbours written out."""
    y, kernel, regularisation = draw((2, 12, 13), dtype="complex128"), 3, 1e-3
    A = calibration_matrix(y, 1, (kernel, kernel))
    mu, F = regularisation * np.linalg.norm(A, 2) ** 2, FFT((12, 13))
    expected = np.zeros_like(y)
    for c in range(2):
        j = c * 9 + 4
        B = np.delete(A, j, axis=1)
        w = np.insert(np.linalg.solve(B.conj().T @ B + mu * np.eye(17), B.conj().T @ A[:, j]), j, 0)
        for source, row, column in np.ndindex(2, 3, 3):
            neighbour = np.roll(y[source], (1 - row, 1 - column), axis=(0, 1))
            expected[c] += w.reshape(2, 3, 3)[source, row, column] * neighbour
    G = spirit(y, (12, 13), kernel, regularisation)
    assert np.allclose(F(G(F.H(y))), expected, atol=1e-10)


@pytest.mark.parametrize("shape, kernel", [((9, 8), 3), ((8, 11), 2)])
def test_sake_projects_the_patches_of_all_places(shape, kernel):
    y, F, rank = draw((2, *shape), dtype="complex128"), FFT(shape), 4
    wrapped = np.pad(y, ((0, 0), (0, kernel - 1), (0, kernel - 1)), mode="wrap")
    H = calibration_matrix(wrapped, 1, (kernel, kernel))
    V = np.linalg.svd(H, full_matrices=False)[2][:rank].conj().T
    low = (H @ V @ V.conj().T).reshape(*shape, 2, kernel, kernel)
    expected = np.zeros_like(y)
    for i, j in np.ndindex(kernel, kernel):
        expected += np.roll(low[..., i, j].transpose(2, 0, 1), (i, j), axis=(1, 2)) / kernel**2
    assert np.allclose(F(subspace(F.H(y), rank, kernel)(F.H(y))), expected, atol=1e-10)


def test_a_full_rank_changes_nothing_but_the_missing_samples(scan):
    y, mask = scan[0], variable_density((64, 64), 3, center=4, seed=0)
    assert np.allclose(sake(y * mask, 6 * 9, kernel=3, max_iter=2), y * mask, atol=1e-5)
    filled = sake(y * mask, 20, kernel=3, max_iter=3)
    assert np.array_equal(filled * mask, y * mask) and np.all(filled[:, ~mask].any(axis=0))


def test_both_unfold_what_sparsity_alone_does_not(scan):
    y, reference = scan
    F, mask = FFT((64, 64)), variable_density((64, 64), 3, center=24, seed=0)
    blurred = psnr(rss(F.H(y * mask)), reference)
    assert psnr(rss(F.H(completed(y * mask, mask, regularisation=1e-2))), reference) > blurred + 8
    assert psnr(rss(F.H(sake(y * mask, 30, max_iter=25))), reference) > blurred + 6


def test_lines_are_filled_too(scan):
    y, reference = scan
    F, mask = FFT((64, 64)), random_lines((64, 64), 2, center=24, seed=0)
    blurred = psnr(rss(F.H(y * mask)), reference)
    assert psnr(rss(F.H(completed(y * mask, mask))), reference) > blurred + 5


def test_arguments_are_checked():
    y = draw((2, 16, 16))
    for options in ({"kernel": 4}, {"kernel": 1}, {"kernel": 17}, {"regularisation": -1.0}):
        with pytest.raises(ValueError, match=next(iter(options))):
            spirit(y, 16, **options)
    for options in ({"rank": 0}, {"rank": 51}, {"rank": 3, "kernel": 9}, {"rank": 3, "max_iter": -1}):
        with pytest.raises(ValueError, match=list(options)[-1]):
            sake(y, **options)
    with pytest.raises(TypeError, match="complex"):
        sake(y.real, 3)
