"""Metrics: the textbooks' formulas, on magnitudes, per slice, with nothing rescaled."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mrilab.metrics import nrmse, psnr, ssim, volume_scores

METRICS = [psnr, ssim, nrmse]
quick = settings(max_examples=30, deadline=None)


def images(seed=0, shape=(24, 20)):
    """A complex reference and an image near it."""
    rng = np.random.default_rng(seed)
    ref = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
    return ref + 0.2 * rng.standard_normal(shape), ref


def ssim_by_windows(x, ref):
    """Wang's formula, window by window, with the unbiased variances of scikit-image's default."""
    peak, values = ref.max(), []
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    for i in range(ref.shape[0] - 6):
        for j in range(ref.shape[1] - 6):
            a, b = x[i : i + 7, j : j + 7].ravel(), ref[i : i + 7, j : j + 7].ravel()
            cov = np.cov(a, b)
            luminance = (2 * a.mean() * b.mean() + c1) / (a.mean() ** 2 + b.mean() ** 2 + c1)
            values.append(luminance * (2 * cov[0, 1] + c2) / (cov[0, 0] + cov[1, 1] + c2))
    return np.mean(values)


def test_known_values():
    ref = np.zeros((10, 10))
    ref[5, 5] = 2.0
    x = ref + 0.2  # mean squared error 0.04, peak 2
    assert psnr(x, ref) == pytest.approx(10 * np.log10(4 / 0.04))
    assert nrmse(x, ref) == pytest.approx(0.2 * 10 / 2)


@quick
@given(seed=st.integers(0, 1000))
def test_ssim_is_wangs_formula(seed):
    x, ref = images(seed)
    assert ssim(x, ref) == pytest.approx(ssim_by_windows(abs(x), abs(ref)), abs=1e-9)


@quick
@given(seed=st.integers(0, 1000), scale=st.floats(0.01, 100))
def test_psnr_and_nrmse_tell_the_same_error(seed, scale):
    x, ref = (scale * a for a in images(seed))
    rms = nrmse(x, ref) * np.linalg.norm(ref) / np.sqrt(ref.size)
    assert psnr(x, ref) == pytest.approx(20 * np.log10(abs(ref).max() / rms))


@pytest.mark.parametrize("metric", METRICS)
def test_only_magnitudes_count_and_units_do_not(metric):
    x, ref = images()
    value = metric(x, ref)
    assert metric(x * np.exp(2.1j), abs(ref)) == pytest.approx(value)
    assert metric(1e-4 * x, 1e-4 * ref) == pytest.approx(value)


def test_a_perfect_image():
    _, ref = images()
    assert psnr(ref, ref) == np.inf
    assert ssim(ref, ref) == pytest.approx(1)
    assert nrmse(ref, ref) == 0


def test_brightness_is_not_rescaled_away():
    # The upstream trap: min-max scaling of both images makes 0.1 a + 7 perfect.
    _, ref = images()
    x = 0.1 * abs(ref) + 7
    assert ssim(x, ref) < 0.3 and psnr(x, ref) < 0 and nrmse(x, ref) > 1


@pytest.mark.parametrize("metric", METRICS)
def test_slices_count_one_by_one(metric):
    pairs = [images(seed) for seed in range(6)]
    x, ref = (np.stack(arrays).reshape(2, 3, 24, 20) for arrays in zip(*pairs))
    ref[0, 0] *= 50  # a bright slice must not set the peak of the others
    x[0, 0] *= 50
    assert metric(x, ref) == pytest.approx(np.mean([metric(a, b) for a, b in pairs]))


@pytest.mark.parametrize("metric", METRICS)
def test_results_are_floats_from_any_library_and_inputs_stay(metric):
    torch = pytest.importorskip("torch")
    x, ref = (a.astype(np.complex64) for a in images())
    kept = x.copy(), ref.copy()
    value = metric(x, ref)
    assert type(value) is float
    assert (x == kept[0]).all() and (ref == kept[1]).all()
    assert metric(torch.from_numpy(x).requires_grad_(), torch.from_numpy(ref)) == pytest.approx(value)
    assert metric(torch.from_numpy(x), ref) == pytest.approx(value)


ONES = np.ones((8, 8))
BAD = [
    (np.ones((8, 9)), ONES, ValueError, r"shape \(8, 9\) cannot be compared with a reference of shape \(8, 8\)"),
    (ONES[None], ONES, ValueError, "cannot be compared"),
    (np.ones((0, 8)), np.ones((0, 8)), ValueError, r"not be empty, got shape \(0, 8\)"),
    (np.ones(8), np.ones(8), ValueError, r"\(..., H, W\).*got \(8,\)"),
    (np.full((8, 8), np.nan), ONES, ValueError, "the image holds 64 NaN"),
    (ONES, np.full((8, 8), np.inf), ValueError, "the reference holds 64 NaN"),
    (ONES, np.zeros((8, 8)), ValueError, "zero everywhere"),
    (np.ones((2, 8, 8)), np.stack([ONES, 0 * ONES]), ValueError, "zero everywhere"),
    ([[1.0]], ONES, TypeError, "got list"),
    (np.full((8, 8), "a"), ONES, TypeError, "must hold numbers"),
]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("x, ref, error, message", BAD)
def test_bad_input_raises(metric, x, ref, error, message):
    with pytest.raises(error, match=message):
        metric(x, ref)


def test_ssim_needs_room_for_its_window():
    with pytest.raises(ValueError, match=r"7 × 7, which do not fit an image of shape \(6, 9\)"):
        ssim(np.ones((6, 9)), np.ones((6, 9)))
    assert psnr(np.zeros((1, 1)), np.ones((1, 1))) == 0


def test_a_volume_has_one_peak_and_a_centre():
    """By the definitions of fastMRI: the maximum of the volume for all slices, inside 320 × 320 pixels."""
    from skimage.metrics import structural_similarity

    rng = np.random.default_rng(0)
    ref = rng.random((3, 341, 300)) * np.array([0.0, 0.3, 1.0])[:, None, None]
    x = ref + 0.05 * rng.standard_normal(ref.shape)
    x[:, :10] = 99  # outside
    found = volume_scores(1j * x, ref)
    a, b = abs(x[:, 10:330]), ref[:, 10:330]
    assert found["psnr"] == pytest.approx(10 * np.log10(b.max() ** 2 / np.mean((a - b) ** 2)))
    assert found["nmse"] == pytest.approx(np.linalg.norm(a - b) ** 2 / np.linalg.norm(b) ** 2)
    similar = [structural_similarity(one, other, data_range=b.max()) for one, other in zip(a, b, strict=True)]
    assert found["ssim"] == pytest.approx(np.mean(similar))


@pytest.mark.parametrize("shape", [(8, 8), (1, 2, 8, 8)])
def test_a_volume_has_three_axes(shape):
    with pytest.raises(ValueError, match="one shape"):
        volume_scores(np.ones(shape), np.ones(shape))
    with pytest.raises(ValueError, match="zero everywhere"):
        volume_scores(np.ones((2, 8, 8)), np.zeros((2, 8, 8)))
    with pytest.raises(ValueError, match="side"):
        volume_scores(np.ones((2, 8, 8)), np.ones((2, 8, 8)), side=6)
