"""Coil maps from the centre of k-space: ESPIRiT against the truth, its invariances, the block; low-resolution maps."""

import numpy as np
import pytest
from helpers import draw
from hypothesis import given, settings
from hypothesis import strategies as st

import mrilab as m
from mrilab.parallel.calibration import calibration_block
from mrilab.parallel.eigenmaps import pixel_operator
from mrilab.parallel.espirit import espirit
from mrilab.parallel.maps import low_resolution_smaps

SHAPE = (96, 96)


def scan(coils=8, shape=SHAPE, noise=0.0, seed=0, finer=2, raw=False):
    """Data from a finer grid, by normalised maps or raw fields, the maps on the grid of the data, and the head."""
    fine = tuple(finer * n for n in shape)
    x = m.brain(fine, seed, split="test")
    data = m.simulate(x, m.simulate_smaps(coils, fine, raw=raw), shape, noise=noise, seed=seed)
    x = m.brain(shape, seed, split="test")
    return data, m.simulate_smaps(coils, shape, raw=False), abs(x) > 0.05 * abs(x).max()


def error(maps, true, head):
    """‖S·phase − S_true‖ / ‖S_true‖ over the head, the phase chosen pixel by pixel."""
    maps = maps / np.maximum(np.linalg.norm(maps, axis=0), 1e-12)
    inner = (maps.conj() * true).sum(0)
    phase = np.exp(1j * np.angle(inner))
    return np.linalg.norm((maps * phase - true)[:, head]) / np.linalg.norm(true[:, head])


@pytest.fixture(scope="module")
def head_scan():
    return scan()


@pytest.mark.parametrize("coils, noise", [(8, 0.0), (8, 0.01), (8, 0.03), (32, 0.0), (32, 0.01)])
def test_maps_are_within_two_percent(coils, noise):
    data, true, head = scan(coils, noise=noise)
    assert error(espirit(data), true, head) <= 0.02


@pytest.mark.parametrize("shape", [(115, 90), (97, 75), (64, 81)])
def test_any_shape(shape):
    data, true, head = scan(8, shape)
    assert error(espirit(data), true, head) <= 0.02


@pytest.mark.parametrize("coils, seed", [(8, 0), (8, 1), (32, 1)])
def test_the_joint_fit_removes_the_bias_of_clean_data(coils, seed):
    data, true, head = scan(coils, seed=seed)
    assert error(espirit(data), true, head) < min(0.004, 0.5 * error(espirit(data, refine=False), true, head))


# At this size and noise, smoothness alone leaves more than 2 % in dark heads even if the image were known.
@pytest.mark.parametrize("coils, seed", [(8, 2), (32, 0), (32, 1), (32, 2)])
def test_the_joint_fit_helps_with_much_noise(coils, seed):
    data, true, head = scan(coils, (128, 128), noise=0.03, seed=seed)
    assert error(espirit(data), true, head) < 0.95 * error(espirit(data, refine=False), true, head)


# The third and fourth block hold 4 columns on one side of DC and 20 on the other.
@pytest.mark.parametrize("noise", [0.0, 0.01])
@pytest.mark.parametrize(
    "rows, columns", [((40, 72), (20, 60)), ((36, 54), (30, 66)), ((36, 60), (44, 68)), ((36, 60), (28, 52))]
)
def test_the_block_may_lean_and_need_not_be_square(rows, columns, noise):
    data, true, head = scan(noise=noise)
    kept = np.zeros_like(data)
    kept[:, slice(*rows), slice(*columns)] = data[:, slice(*rows), slice(*columns)]
    size = (rows[1] - rows[0], columns[1] - columns[0])
    assert error(espirit(kept, size), true, head) <= (0.01 if noise else 0.004)


def test_without_refinement_the_maps_are_eigenvectors_on_the_same_support(head_scan):
    data, *_ = head_scan
    maps, plain = espirit(data), espirit(data, refine=False)
    assert np.array_equal(maps.any(axis=0), plain.any(axis=0)) and not np.allclose(maps, plain, atol=1e-3)


def test_with_a_crop_the_sum_of_squares_is_one_in_the_support_and_zero_outside(head_scan):
    data, _, head = head_scan
    power = (abs(espirit(data, crop=0.95)) ** 2).sum(0)
    support = power > 0
    assert support[head].all() and 0.2 < support.mean() < 0.7
    assert np.allclose(power[support], 1, atol=1e-5)


@pytest.mark.parametrize("calib", [14, 24])
@pytest.mark.parametrize("coils, noise", [(2, 0.01), (8, 0.0), (16, 0.03)])
def test_maps_keep_the_head_and_fade_away_from_it(coils, noise, calib):
    data, _, head = scan(coils, noise=noise)
    weight = m.rss(espirit(data, calib))
    assert weight.max() <= 1 + 1e-5
    assert weight[head].min() > 0.5 and (weight[head] ** 2).mean() > 0.99
    assert weight[:4, :4].mean() < 0.5 * weight[head].mean()


def test_shading_of_the_array_costs_no_part_of_the_head():
    x = m.brain((192, 192), 0, split="test")
    data = m.simulate(x, m.simulate_smaps(8, (192, 192)), SHAPE, noise=0.005)
    head = abs(m.brain(SHAPE, 0, split="test")) > 0.05
    maps = espirit(data, 16)
    assert error(maps, m.simulate_smaps(8, SHAPE, raw=False), head) < 0.03 and m.rss(maps)[head].min() > 0.5


@pytest.mark.parametrize("calib", [16, 24])
@pytest.mark.parametrize("crop", [None, 0.95])
@pytest.mark.parametrize("shape, coils", [((48, 81), 4), ((81, 48), 6), ((48, 81), 8)])
def test_the_fit_is_left_where_the_object_reaches_into_the_coils(shape, coils, calib, crop):
    x, true = m.shepp_logan(shape), m.simulate_smaps(coils, shape, raw=False)
    data, seen = m.simulate(x, true, shape), abs(x) > 0.05
    maps, plain = (espirit(data, calib, crop=crop, refine=refine) for refine in (True, False))
    assert error(maps, true, seen) < 1.1 * error(plain, true, seen)
    cosine, before = (abs((s.conj() * true).sum(0))[seen] / np.maximum(m.rss(s)[seen], 1e-9) for s in (maps, plain))
    assert np.quantile(cosine, 0.01) > np.quantile(before, 0.01) - 0.01


def test_the_largest_eigenvalue_is_one_on_the_head(head_scan):
    data, _, head = head_scan
    block = data[:, 36:60, 36:60]
    distances = np.arange(-6, 6)
    waves = np.exp(2j * np.pi * np.outer((np.arange(96) - 48) / 96, distances))
    G = np.einsum("hu,wv,uvcd->hwcd", waves, waves, pixel_operator(block, 6, 0.01)[0], optimize=True)
    values = np.linalg.eigvalsh(G)
    assert values.min() > -1e-5 and values.max() < 1 + 1e-5
    assert abs(values[head][:, -1] - 1).max() < 0.01


def test_exact_where_the_model_is():
    """One grid on purpose: maps of few harmonics up to a common factor, so that the kernel annihilates exactly."""
    rng = np.random.default_rng(0)
    n, waves = 32, np.exp(2j * np.pi * np.outer(np.arange(32) - 16, [-1, 0, 1]) / 32)
    coefficients = rng.standard_normal((6, 3, 3)) + 1j * rng.standard_normal((6, 3, 3))
    maps = np.einsum("hu,wv,cuv->chw", waves, waves, coefficients)
    x = np.zeros((n, n))
    x[10:22, 8:24] = rng.uniform(0.5, 1, (12, 16))
    data = m.FFT((n, n))(maps * x)
    true = maps / np.linalg.norm(maps, axis=0)
    assert error(espirit(data, 32, 8, threshold=1e-4, refine=False), true, x > 0) < 1e-3


def test_scaling_changes_nothing_and_permutation_permutes(head_scan):
    data, *_ = head_scan
    maps, order = espirit(data), np.random.default_rng(0).permutation(8)
    assert np.allclose(espirit(data * np.complex64(1e4 * np.exp(1j))), maps, atol=1e-3)
    assert np.allclose(espirit(data[order]), maps[order], atol=1e-3)


def test_the_first_principal_channel_is_real(head_scan):
    data, *_ = head_scan
    u = np.linalg.svd(data[:, 36:60, 36:60].reshape(8, -1), full_matrices=False)[0][:, 0]
    along = np.tensordot(u.conj(), espirit(data), 1)
    along *= np.exp(-1j * np.angle(along[48, 48]))
    strong = abs(along) > 0.1
    assert abs(np.angle(along[strong])).max() < 1e-3


@settings(max_examples=10, deadline=None)
@given(coils=st.integers(1, 5), height=st.integers(8, 33), width=st.integers(8, 33), calib=st.integers(6, 8))
def test_shapes_norms_and_inputs(coils, height, width, calib):
    data = draw((coils, height, width))
    before = data.copy()
    for maps in (espirit(data, calib, 4), espirit(data, calib, 4, crop=0.95), low_resolution_smaps(data, calib)):
        power = (abs(maps) ** 2).sum(0)
        assert maps.shape == data.shape and maps.dtype == np.complex64
        assert power.max() < 1 + 1e-4
    for maps in (espirit(data, calib, 4, crop=0.95), low_resolution_smaps(data, calib)):
        power = (abs(maps) ** 2).sum(0)
        assert np.all((power == 0) | (abs(power - 1) < 1e-4))
    assert np.array_equal(data, before)


def test_one_coil_has_the_map_one(head_scan):
    data, _, head = head_scan
    S = espirit(data[:1])[0]
    assert S.real[head].min() > 0.8 and np.allclose(S.imag, 0, atol=1e-5) and 0 <= S.real.min() < S.real.max() < 1.0001


def test_low_resolution_maps_are_coarser_than_espirit(head_scan):
    data, true, head = head_scan
    assert error(espirit(data), true, head) < error(low_resolution_smaps(data), true, head) < 0.2


def test_torch_goes_in_and_out(head_scan):
    torch = pytest.importorskip("torch")
    small = head_scan[0][:2]
    for estimate in (espirit, low_resolution_smaps):
        S = estimate(torch.from_numpy(small))
        assert S.dtype == torch.complex64 and np.array_equal(S.numpy(), estimate(small))
        assert estimate(small.astype(complex)).dtype == np.complex128


@pytest.mark.parametrize("two_dimensional", [False, True])
def test_a_self_calibrated_image_loses_at_most_half_a_decibel(two_dimensional):
    shape = (128, 128)
    data, true, _ = scan(8, shape, noise=0.01)
    ref = m.Coils(true).H(m.FFT(shape).H(scan(8, shape)[0]))
    draw_mask = m.variable_density if two_dimensional else m.random_lines
    mask = draw_mask(shape, 4, center=24)
    Psi, y = m.Wavelet("sym8", shape, level=4), data * mask
    psnr, estimated = [], espirit(y)
    weight = m.rss(estimated)  # for both
    for maps in (true * weight, estimated):
        f = m.LeastSquares(m.Mask(mask) @ m.FFT(shape) @ m.Coils(maps) @ Psi.H, y)
        z = m.fista(f, m.L1(1e-3 * m.lambda_max(f, m.L1(1.0))), max_iter=60).x
        psnr.append(m.psnr(Psi.H(z) * weight, ref))
    assert psnr[1] > psnr[0] - 0.5, psnr


def holes(row, column):
    data = np.ones((2, 32, 32), np.complex64)
    data[:, row, column] = 0
    return data


FULL = draw((2, 32, 32))
CASES = {
    "real": (lambda f: f(FULL.real), TypeError, "takes complex numbers, got float32"),
    "NaN": (lambda f: f(FULL * np.nan), ValueError, "NaN"),
    "no coils": (lambda f: f(FULL[0]), ValueError, r"\(C, H, W\), got \(32, 32\)"),
    "list": (lambda f: f([1j]), TypeError, "got list"),
    "calib too large": (lambda f: f(FULL, 33), ValueError, "calib must be .* between 1 and 32, got 33"),
    "calib a fraction": (lambda f: f(FULL, 24.0), TypeError, "calib must be a whole number .* got 24.0"),
    "no DC": (lambda f: f(holes(16, 16)), ValueError, "not fully sampled: 1 zeros inside"),
    "a hole": (lambda f: f(holes(16, 18)), ValueError, "not fully sampled: 1 zeros inside"),
    "no line but a few": (
        lambda f: f(holes(slice(0, 14), slice(None)) * m.center_lines((32, 32), 6)),
        ValueError,
        "only",
    ),
}


@pytest.mark.parametrize("estimate", [espirit, low_resolution_smaps])
@pytest.mark.parametrize("case", CASES)
def test_bad_data_is_named(estimate, case):
    call, kind, message = CASES[case]
    with pytest.raises(kind, match=message):
        call(estimate)


@pytest.mark.parametrize(
    "options, kind, message",
    [
        ({"kernel": 25}, ValueError, "kernel of 25 does not fit"),
        ({"kernel": 6.0}, TypeError, "kernel must be a whole number.*, got 6.0"),
        ({"threshold": -0.1}, ValueError, "threshold must be .* got -0.1"),
        ({"threshold": 1}, ValueError, "no singular vector"),
        ({"crop": 1.1}, ValueError, "crop must be .* got 1.1"),
        ({"crop": float("nan")}, ValueError, "crop must be .* got nan"),
        ({"sets": 3}, ValueError, "sets must be .* between 1 and 2, got 3"),
        ({"sets": 2.0}, TypeError, "sets must be a whole number.*, got 2.0"),
    ],
)
def test_bad_options_are_named(options, kind, message):
    with pytest.raises(kind, match=message):
        espirit(FULL, **options)


def test_the_block_is_the_centre_of_full_data():
    for n, c in ((32, 24), (33, 24), (33, 7), (32, 7)):
        rows, columns = calibration_block(np.ones((1, n, n), complex), c)[1:]
        assert rows == columns == slice(n // 2 - c // 2, n // 2 - c // 2 + c)
