"""SENSE, its g-factor and GRAPPA: exact where theory says so, and noise as it predicts."""

import numpy as np
import pytest
from helpers import draw, unit_maps

from mrilab import FFT, Coils, center_lines, psnr, regular_lines, rss
from mrilab.parallel.grappa import grappa
from mrilab.parallel.sense import g_factor, sense_unfold
from mrilab.simulation.phantoms import brain
from mrilab.simulation.receivers import simulate_smaps
from mrilab.simulation.scanner import simulate


def head_of(image):
    """The head and a margin of a few pixels."""
    from scipy.ndimage import binary_dilation, binary_fill_holes

    return binary_dilation(binary_fill_holes(abs(image) > 0.05 * abs(image).max()), iterations=2)


def scan(shape, coils, accel, *, masked=True, offset=0):
    """A noiseless scan on the grid of the reconstruction, on purpose: image, maps, every R-th line."""
    x, smaps = brain(shape, seed=2, contrast="T1"), simulate_smaps(coils, shape, raw=False)
    head = head_of(x)
    smaps *= head | (not masked)
    y = simulate(x * (head | (not masked)), smaps, shape) * np.roll(regular_lines(shape, accel), offset, axis=0)
    return x * (head | (not masked)), smaps, y


SIZES = [(96, 96), (64, 48), (72, 65), (45, 33), (63, 70), (60, 40), (12, 7), (15, 15)]


@pytest.mark.parametrize("shape, accel", [(shape, R) for shape in SIZES for R in (2, 3, 4, 5, 7) if shape[0] % R == 0])
@pytest.mark.parametrize("offset", [0, 1])
def test_regular_lines_fold_the_image_with_known_phases(shape, accel, offset):
    x, F = draw(shape), FFT(shape)
    folded = F.H(F(x) * np.roll(regular_lines(shape, accel), offset, axis=0))
    shift = shape[0] // accel
    expected = sum(
        np.exp(2j * np.pi * offset * n / accel) * np.roll(x, n * shift, axis=0) / accel for n in range(accel)
    )
    assert abs(folded - expected).max() < 1e-5


@pytest.mark.parametrize("offset", [0, 1])
@pytest.mark.parametrize(
    "shape, accel, coils",
    [(s, R, C) for s in SIZES[:6] for R, C in ((1, 1), (2, 4), (2, 8), (3, 8), (4, 8)) if s[0] % R == 0],
)
def test_noiseless_data_unfold_exactly(shape, accel, coils, offset):
    x, smaps, y = scan(shape, coils, accel, offset=offset)
    image = sense_unfold(y, smaps, accel)
    assert image.dtype == np.complex64
    assert abs(image - x).max() < 1e-4
    assert (image[~smaps.any(axis=0)] == 0).all()


def test_maps_without_a_support_unfold_exactly_too():
    x, smaps, y = scan((96, 80), 8, 2, masked=False)
    assert abs(sense_unfold(y, smaps, 2) - x).max() < 1e-4


def test_unfolding_is_weighted_least_squares():
    """One dense problem: m minimises the residual in the metric Ψ⁻¹ over the sampled lines."""
    shape, coils, accel = (12, 5), 4, 3
    smaps = unit_maps(coils, shape)
    smaps[:, 2:4, 1] = 0
    half = draw((coils, coils), dtype="complex128", seed=3)
    cov = half @ half.conj().T
    rows = np.flatnonzero(regular_lines(shape, accel)[:, 0])
    y = np.zeros((coils, *shape), complex)
    y[:, rows] = draw((coils, rows.size, shape[1]), dtype="complex128", seed=4)
    image = sense_unfold(y, smaps, accel, cov)
    basis = np.eye(60).reshape(60, *shape).astype(complex)
    dense = FFT(shape)(Coils(smaps)(basis))[:, :, rows].reshape(60, coils, -1)
    white = np.linalg.inv(np.linalg.cholesky(cov))
    A, b = (white @ dense).reshape(60, -1).T, (white @ y[:, rows].reshape(coils, -1)).ravel()
    solution = np.linalg.lstsq(A, b, rcond=1e-10)[0].reshape(shape)
    np.testing.assert_allclose(image, solution, atol=1e-9)
    seen = smaps.any(axis=0).ravel()
    normal = A[:, seen].conj().T @ A[:, seen]
    full = np.einsum("chw,cd,dhw->hw", smaps.conj(), np.linalg.inv(cov), smaps).real.ravel()[seen]
    expected = np.zeros(60)
    # Of the sampled lines the noise is that of σ = 1 a sample, so √R stands beside g.
    expected[seen] = np.sqrt(np.diag(np.linalg.inv(normal)).real * full / accel)
    np.testing.assert_allclose(g_factor(smaps, accel, cov).ravel(), expected, rtol=1e-6)


@pytest.mark.parametrize("correlated", [False, True])
def test_g_agrees_with_400_replicas(correlated):
    shape, coils, accel = (96, 96), 8, 4
    smaps = simulate_smaps(coils, shape)
    head = head_of(brain(shape, seed=2, contrast="T1"))
    smaps *= head
    colour = np.eye(coils) + (0.3 * draw((coils, coils)) if correlated else 0)
    cov = colour @ colour.conj().T
    mask, square = regular_lines(shape, accel), np.zeros(shape)
    for seed in range(8):
        noise = draw((50, coils, *shape), seed=seed) / np.sqrt(2)  # E|ε|² = 1
        noise = np.einsum("cd,bdhw->bchw", colour.astype(np.complex64), noise, optimize=True) * mask
        square += (abs(sense_unfold(noise, smaps, accel, cov)) ** 2).sum(axis=0)
    full = 1 / np.einsum("chw,cd,dhw->hw", smaps.conj(), np.linalg.inv(cov), smaps).real[head]
    measured = np.sqrt(square[head] / 400 / accel / full)
    deviation = abs(measured / g_factor(smaps, accel, cov)[head] - 1)
    assert np.median(deviation) <= 0.03
    assert np.percentile(deviation, 99) <= 0.08


def test_g_is_at_least_one_and_ignores_scale():
    smaps = unit_maps(5, (24, 10))
    g = g_factor(smaps, 4)
    assert (g >= 1 - 1e-12).all() and g.max() > 1.1
    np.testing.assert_allclose(g_factor(smaps * 1e-3, 4, 7 * np.eye(5)), g, rtol=1e-6)
    np.testing.assert_allclose(g_factor(smaps, 1), 1, rtol=1e-9)


def test_pixels_that_coils_cannot_tell_apart():
    smaps = unit_maps(4, (12, 5)).astype(np.complex64)
    smaps[:, 6:, 2] = 1j * smaps[:, :6, 2]  # alike but for a factor
    x = draw((12, 5))
    y = FFT((12, 5))(Coils(smaps)(x)) * regular_lines((12, 5), 2)
    g, image = g_factor(smaps, 2), sense_unfold(y, smaps, 2)
    assert np.isinf(g[:, 2]).all() and np.isfinite(np.delete(g, 2, axis=1)).all()
    others = [0, 1, 3, 4]
    assert np.isfinite(image).all() and abs(image - x)[:, others].max() < 1e-4
    top, bottom = image[:6, 2], image[6:, 2]
    np.testing.assert_allclose(top + 1j * bottom, (x[:6] + 1j * x[6:])[:, 2], atol=1e-4)  # what the data say


def test_fewer_coils_than_pixels_will_do_where_the_support_is_small():
    smaps, x = unit_maps(2, (12, 6)), draw((12, 6))
    smaps[:, :6] = 0  # of four pixels in a group, two are in the head
    x[:6] = 0
    y = FFT((12, 6))(Coils(smaps)(x).astype(np.complex64)) * regular_lines((12, 6), 4)
    assert abs(sense_unfold(y, smaps, 4) - x).max() < 1e-4
    assert (g_factor(smaps, 4)[:6] == 0).all() and np.isfinite(g_factor(smaps, 4)).all()


def test_sense_takes_batches_libraries_and_precisions():
    import torch

    _, smaps, y = scan((64, 48), 6, 2)
    before = y.copy()
    one = sense_unfold(y, smaps, 2)
    many = sense_unfold(np.stack([y, 2j * y])[:, None], smaps, 2)
    assert many.shape == (2, 1, 64, 48)
    np.testing.assert_allclose(many[1, 0], 2j * one, atol=1e-5)
    assert sense_unfold(y.astype(complex), smaps, 2).dtype == np.complex128
    tensor = sense_unfold(torch.from_numpy(y), torch.from_numpy(smaps), 2)
    assert tensor.dtype == torch.complex64 and np.array_equal(tensor.numpy(), one)
    assert (y == before).all()


@pytest.fixture(scope="module")
def noisy():
    """A brain on a finer grid, eight coils, noise of 1 % of the largest magnitude."""
    shape = (192, 192)
    fine, maps = brain((384, 384), seed=3, split="test", contrast="T1"), simulate_smaps(8, (384, 384))
    clean = simulate(fine, maps, shape)
    reference = rss(FFT(shape).H(clean))
    smaps = simulate_smaps(8, shape, raw=False) * head_of(reference)
    return shape, reference, smaps, simulate(fine, maps, shape, noise=0.01, seed=1), clean


def test_grappa_loses_at_most_one_decibel_to_sense(noisy):
    shape, reference, smaps, kspace, _ = noisy
    regular, calibration = regular_lines(shape, 2), center_lines(shape, 24)
    sense = psnr(sense_unfold(kspace * regular, smaps, 2), reference)
    filled = FFT(shape).H(grappa(kspace * (regular | calibration), 2))
    zero_filled = FFT(shape).H(kspace * (regular | calibration))
    combined = psnr(Coils(smaps).H(filled), reference)
    assert combined >= sense - 1
    assert combined >= psnr(Coils(smaps).H(zero_filled), reference) + 10
    head = smaps.any(axis=0)
    assert psnr(rss(filled) * head, reference) >= sense - 1  # no maps: the root sum of squares, in the head


@pytest.mark.parametrize("accel, gain", [(2, 30), (3, 25), (4, 17)])
def test_grappa_fills_most_of_what_is_missing(noisy, accel, gain):
    shape, *_, clean = noisy
    y = clean * (regular_lines(shape, accel) | center_lines(shape, 24))
    missing, wrong = (np.linalg.norm(k - clean) for k in (y, grappa(y, accel)))
    assert 20 * np.log10(missing / wrong) > gain


@pytest.mark.parametrize("shape", [(65, 48), (64, 33), (70, 64)])
@pytest.mark.parametrize("accel, kernel", [(2, (4, 5)), (3, (2, 3)), (4, (3, 5)), (5, (2, 1)), (3, (5, 5))])
def test_grappa_at_any_size_keeps_what_was_acquired(shape, accel, kernel):
    full = simulate(brain(shape, seed=1), simulate_smaps(8, shape), shape)
    mask = regular_lines(shape, accel) | center_lines(shape, 24)
    y = full * mask
    before = y.copy()
    filled = grappa(y, accel, 24, kernel)
    assert filled.shape == y.shape and filled.dtype == np.complex64
    assert (filled[:, mask] == y[:, mask]).all() and (y == before).all()
    assert filled.any(axis=(0, 2)).all()
    assert np.linalg.norm(filled - full) < 0.8 * np.linalg.norm(y - full)


def test_grappa_is_exact_where_its_model_is():
    """Two coils see a point and its mirror image as plane waves: then every line follows from its neighbours."""
    rows, columns = np.mgrid[-24:24, -20:20]
    waves = [np.exp(2j * np.pi * (rows * a + columns * b)) for a, b in ((0.11, 0.2), (-0.21, 0.05))]
    full = np.stack([waves[0] + 0.5 * waves[1], 0.3j * waves[0] - waves[1]])
    y = full * (regular_lines((48, 40), 2) | center_lines((48, 40), 20))
    filled = grappa(y, 2, 20, (2, 3), 0.0)
    inside = np.s_[:, 4:-4, 1:-1]  # where no neighbour lies beyond the grid
    np.testing.assert_allclose(filled[inside], full[inside], atol=1e-6)


@pytest.mark.parametrize("offset", [0, 1])
def test_grappa_finds_the_regular_lines(offset):
    full = simulate(brain((64, 64), seed=1), simulate_smaps(8, (64, 64)), (64, 64))
    regular = (np.arange(64) % 3 == (32 + offset) % 3)[:, None] & np.ones((64, 64), bool)
    y = full * (regular | center_lines((64, 64), 24))
    assert np.linalg.norm(grappa(y, 3) - full) < 0.5 * np.linalg.norm(y - full)


def test_grappa_returns_full_data_and_torch_tensors():
    import torch

    full = simulate(brain((48, 48), seed=1), simulate_smaps(4, (48, 48)), (48, 48))
    assert (grappa(full, 2) == full).all() and (grappa(full, 1) == full).all()
    y = full * (regular_lines((48, 48), 2) | center_lines((48, 48), 16))
    tensor = grappa(torch.from_numpy(y), 2, 16)
    assert tensor.dtype == torch.complex64 and np.array_equal(tensor.numpy(), grappa(y, 2, 16))
    assert grappa(y.astype(complex), 2, 16).dtype == np.complex128


SHAPE = (32, 24)
MAPS = unit_maps(4, SHAPE).astype(np.complex64)
FULL = draw((4, *SHAPE))
EVERY_2 = FULL * regular_lines(SHAPE, 2)
GRAPPA = FULL * (regular_lines(SHAPE, 2) | center_lines(SHAPE, 16))
NAN = np.where(np.arange(24) == 3, np.nan, EVERY_2).astype(np.complex64)

CASES = {
    "R does not divide H": (lambda: sense_unfold(EVERY_2, MAPS, 3), ValueError, "accel 3 does not divide the 32"),
    "R a fraction": (lambda: g_factor(MAPS, 2.0), TypeError, "accel must be a whole number .*, got 2.0"),
    "R zero": (lambda: g_factor(MAPS, 0), ValueError, "between 1 and 32, got 0"),
    "calibration lines kept": (lambda: sense_unfold(GRAPPA, MAPS, 2), ValueError, "24 of 32 lines; drop calibration"),
    "another R": (lambda: sense_unfold(EVERY_2, MAPS, 4), ValueError, "lines that are 4 apart, got data on 16 of 32"),
    "data of another shape": (lambda: sense_unfold(EVERY_2[:3], MAPS, 2), ValueError, r"got \(3, 32, 24\)"),
    "real data": (lambda: sense_unfold(EVERY_2.real, MAPS, 2), TypeError, "complex numbers, got float32"),
    "NaN in data": (lambda: sense_unfold(NAN, MAPS, 2), ValueError, "NaN"),
    "real maps": (lambda: g_factor(MAPS.real, 2), TypeError, "smaps takes complex numbers, got float32"),
    "maps without coils": (lambda: g_factor(MAPS[0], 2), ValueError, r"\(C, H, W\), got \(32, 24\)"),
    "maps with NaN": (lambda: g_factor(MAPS * np.nan, 2), ValueError, "smaps got 3072 NaN or infinite"),
    "list as maps": (lambda: g_factor([1j], 2), TypeError, "got list"),
    "noise of other coils": (lambda: g_factor(MAPS, 2, np.eye(3)), ValueError, r"\(4, 4\) for 4 coils, got \(3, 3\)"),
    "noise not Hermitian": (lambda: g_factor(MAPS, 2, np.triu(np.ones((4, 4)))), ValueError, "not Hermitian"),
    "noise not positive": (lambda: g_factor(MAPS, 2, -np.eye(4)), ValueError, "not positive definite"),
    "GRAPPA, no calibration": (lambda: grappa(EVERY_2, 2), ValueError, "24 lines around line 16, but 12 .* line 5"),
    "GRAPPA, irregular": (lambda: grappa(FULL * center_lines(SHAPE, 24), 2), ValueError, "needs every 2-th line"),
    "GRAPPA, few calibration lines": (lambda: grappa(GRAPPA, 2, 4), ValueError, "calib 4 must hold the kernel's 7"),
    "GRAPPA, too many": (lambda: grappa(GRAPPA, 2, 40), ValueError, "calib 40"),
    "GRAPPA, even kernel": (lambda: grappa(GRAPPA, 2, 16, (4, 4)), ValueError, r"odd number .* got \(4, 4\)"),
    "GRAPPA, one line": (lambda: grappa(GRAPPA, 2, 16, (1, 3)), ValueError, "lines of the kernel .* at least 2, got 1"),
    "GRAPPA, kernel a number": (lambda: grappa(GRAPPA, 2, 16, 5), TypeError, "kernel is a pair .* got 5"),
    "GRAPPA, R a fraction": (lambda: grappa(GRAPPA, 2.0), TypeError, "accel must be a whole number .*, got 2.0"),
    "GRAPPA, R too large": (lambda: grappa(GRAPPA, 33), ValueError, "between 1 and 32, got 33"),
    "GRAPPA, negative": (lambda: grappa(GRAPPA, 2, 16, regularisation=-1.0), ValueError, "of at least 0, got -1.0"),
    "GRAPPA, batch": (lambda: grappa(GRAPPA[None], 2), ValueError, r"\(C, H, W\), got \(1, 4, 32, 24\)"),
    "GRAPPA, real": (lambda: grappa(GRAPPA.real, 2), TypeError, "grappa takes complex numbers, got float32"),
    "GRAPPA, NaN": (lambda: grappa(NAN, 2), ValueError, "NaN"),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_named(case):
    call, error, message = CASES[case]
    with pytest.raises(error, match=message):
        call()
