"""Densities: probabilities on any grid, right by brute force; masks and points drawn from them, exact in number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from mrilab.operators.fourier import FFT
from mrilab.operators.wavelets import Wavelet
from mrilab.sampling.densities import (
    decay_density,
    draw_mask,
    energy_density,
    lloyd_mask,
    lloyd_points,
    wavelet_density,
)
from mrilab.sampling.masks import variable_density

SIDES = st.integers(4, 40)
SHAPES = st.tuples(SIDES, SIDES)
DRAWS = [draw_mask, lloyd_mask]
quick = settings(max_examples=40, deadline=None)
WHITE = np.random.default_rng(0).standard_normal((3, 12, 9))


def is_density(p, shape):
    return p.shape == shape and p.dtype == np.float64 and (p > 0).all() and np.isclose(p.sum(), 1)


def mirrored(p):
    """The density at −k, of which the first row and column have themselves as partners at even sizes."""
    return np.roll(np.flip(p), [1 - n % 2 for n in p.shape], (0, 1))


@quick
@given(shape=SHAPES, cutoff=st.floats(1e-3, 2), decay=st.floats(0, 6), pixel=st.floats(0.2, 5))
def test_decay_is_a_symmetric_density_with_its_peak_at_dc(shape, cutoff, decay, pixel):
    p = decay_density(shape, cutoff, decay, pixel=(pixel, 1.0))
    assert is_density(p, shape)
    assert p[shape[0] // 2, shape[1] // 2] == p.max()
    np.testing.assert_allclose(p[1:, 1:], mirrored(p)[1:, 1:], rtol=1e-9)


def test_decay_is_flat_then_a_power_of_the_distance():
    p = decay_density((64, 48), 0.25, 3.0)
    k = np.hypot(*np.ix_(np.linspace(-1, 1, 64, endpoint=False), np.linspace(-1, 1, 48, endpoint=False)))
    assert np.ptp(p[k <= 0.25]) < 1e-15
    np.testing.assert_allclose((p * k**3)[k > 0.25], p.max() * 0.25**3)


def test_pixels_turn_circles_into_ellipses():
    # Pixels twice as high reach half as far in cycles per mm: the same distance is twice as many steps across the grid.
    p = decay_density((64, 64), 0.1, 2.0, pixel=(2.0, 1.0))
    np.testing.assert_allclose(p[32 + 20, 32], p[32, 32 + 10])
    np.testing.assert_allclose(p, decay_density((64, 64), 0.1, 2.0, pixel=(6.0, 3.0)))
    assert (decay_density((64, 64), 0.1, 2.0, pixel=(1.0, 2.0)) == p.T).all()


@quick
@given(shape=SHAPES, power=st.floats(0.5, 3), smooth=st.floats(0, 3))
def test_energy_is_a_density_symmetric_for_real_images(shape, power, smooth):
    p = energy_density(np.random.default_rng(1).standard_normal((3, *shape)), power=power, smooth=smooth)
    assert is_density(p, shape)
    np.testing.assert_allclose(p, mirrored(p), rtol=1e-6)


def test_energy_is_the_root_of_the_mean_power():
    k = np.fft.fftshift(np.fft.fft2(WHITE), axes=(-2, -1))
    rms = np.sqrt(np.mean(abs(k) ** 2, axis=0))
    np.testing.assert_allclose(energy_density(WHITE, smooth=0), rms / rms.sum())
    np.testing.assert_allclose(energy_density(WHITE, power=2, smooth=0), rms**2 / (rms**2).sum())
    np.testing.assert_allclose(energy_density(7 * WHITE), energy_density(WHITE[:, None]))
    rough, smoothed = (np.std(energy_density(WHITE, smooth=s)) for s in (0, 2))
    assert smoothed < rough / 2


@pytest.mark.parametrize("shape", [(16, 16), (32, 8), (15, 9), (20, 13)])
@pytest.mark.parametrize("name, level", [("haar", 1), ("haar", 3), ("db4", 2), ("sym8", 2)])
def test_wavelet_density_equals_brute_force(shape, name, level):
    Psi, F = Wavelet(name, shape, level), FFT(shape)
    n = int(np.prod(Psi.shape_out))
    A = F(Psi.H(np.eye(n, dtype=np.complex128).reshape(n, *Psi.shape_out)))  # A[j, k]: atom j at the frequency k
    loudest = np.max(abs(A), axis=0) ** 2
    p = wavelet_density(Psi)
    assert is_density(p, shape)
    np.testing.assert_allclose(p, loudest / loudest.sum(), rtol=1e-8)
    np.testing.assert_allclose(p, mirrored(p), rtol=1e-8)


def test_wavelet_density_is_optimal():
    # No density has a smaller max ‖a_k‖²/p(k): at the optimum the ratio is one constant.
    Psi = Wavelet("db4", (32, 32), 3)
    p = wavelet_density(Psi)
    unit = np.eye(1024, dtype=np.complex128).reshape(-1, 32, 32)
    loudest = np.max(abs(FFT((32, 32))(Psi.H(unit))), axis=0) ** 2
    np.testing.assert_allclose(loudest / p, loudest.sum())
    for other in (np.full((32, 32), 1 / 1024), decay_density((32, 32))):
        assert (loudest / other).max() > 1.5 * loudest.sum()


@pytest.mark.parametrize("make", DRAWS)
@quick
@given(shape=SHAPES, fraction=st.floats(0, 1), decay=st.floats(0, 4))
def test_points_asked_are_points_got(make, shape, fraction, decay):
    size = shape[0] * shape[1]
    accel = min(size, float(size**fraction))
    mask = make(decay_density(shape, 0.2, decay), accel)
    assert mask.shape == shape and mask.dtype == bool
    assert np.count_nonzero(mask) == round(size / accel)
    assert mask[shape[0] // 2, shape[1] // 2]


@pytest.mark.parametrize("make", [*DRAWS, lloyd_points])
def test_seed_alone_decides_and_input_stays(make):
    p = decay_density((40, 32))
    kept = p.copy()
    a, b, c = (make(p, 5, seed=seed) for seed in (0, 0, 1))
    assert (a == b).all() and (a != c).any()
    np.random.seed(1)  # noqa: NPY002 — the global generator must play no part
    assert (make(p, 5) == a).all() and (p == kept).all()
    np.testing.assert_allclose(make(10 * p, 5), a, atol=1e-9)  # any weights will do


def test_draws_follow_the_density():
    p = np.array([[4.0, 1.0, 2.0, 1.0]] * 16)
    hits = sum(draw_mask(p, 12, seed=s).astype(float) for s in range(6000))
    hits[8, 2] = np.nan  # DC is always in
    np.testing.assert_allclose(np.nanmean(hits, axis=0) / np.nanmean(hits[:, 1]), p[0], rtol=0.12)


def test_draws_with_replacement_lose_what_is_drawn_twice():
    p = decay_density((64, 64), 0.1, 3)
    got = [np.count_nonzero(draw_mask(p, 4, replace=True, seed=s)) for s in range(20)]
    dc = np.zeros(p.shape, bool)
    dc[32, 32] = True
    expected = 1 + np.sum(1 - (1 - p[~dc]) ** 1023)
    assert abs(np.mean(got) - expected) < 10 and expected < 700
    assert draw_mask(p, 4, replace=True, center=9)[28:37, 28:37].all()


def test_no_point_where_the_density_is_zero():
    p = decay_density((32, 32))
    p[:, :10] = 0
    for make in DRAWS:
        assert not make(p, 4)[:, :10].any()
    assert (lloyd_points(p, 50)[:, 1] > (9.5 - 16) / 32).all()


def test_variable_density_is_a_draw_from_its_own_density():
    k = np.ix_(*((np.arange(n) - n // 2) / (n // 2 + 1) for n in (33, 20)))
    weights = (1 - np.hypot(*k) / np.sqrt(2)) ** 3
    assert (draw_mask(weights, 4, seed=5) == variable_density((33, 20), 4, center=0, seed=5)).all()


def quantisation_error(p, points):
    """Σ w |x − nearest point|² over the grid, w = p²."""
    x = np.argwhere(np.ones(p.shape)) - [n // 2 for n in p.shape]
    return np.sum(p.ravel() ** 2 * cKDTree(points * p.shape).query(x)[0] ** 2)


def test_each_step_of_lloyd_lowers_the_error_and_parts_the_points():
    p = decay_density((64, 64), 0.2, 1.0)
    runs = [lloyd_points(p, 200, iterations=n) for n in (0, 1, 3, 10, 40)]
    errors = [quantisation_error(p, points) for points in runs]
    assert (np.diff(errors) < 0).all() and errors[-1] < 0.6 * errors[0]
    gaps = [cKDTree(points).query(points, 2)[0][:, 1].min() for points in runs]
    assert gaps[-1] > 2 * gaps[0]


def test_lloyd_points_are_as_dense_as_the_density():
    p = np.ones((64, 64))
    p[:, 32:] = 3.0
    points = lloyd_points(p, 400, iterations=100)
    assert points.shape == (400, 2) and abs(points).max() < 0.5
    assert 0.7 < np.mean(points[:, 1] > 0) < 0.77  # ¾ but for the edges; with w = p instead of p² it would be 0.63


def test_lloyd_points_of_a_flat_density_form_a_lattice():
    distance = cKDTree(points := lloyd_points(np.ones((64, 64)), 64, iterations=200)).query(points, 2)[0][:, 1]
    assert distance.min() > 0.65 * np.sqrt(2 / np.sqrt(3) / 64)  # of the spacing of the hexagonal lattice


@pytest.mark.parametrize("shape", [(64, 64), (45, 31)])
def test_lloyd_mask_keeps_points_apart_and_caps_the_centre(shape):
    p = decay_density(shape, 0.2, 2.0)

    def nearest(mask):  # of the outer points, where there are few
        points = np.argwhere(mask)
        distance = cKDTree(points).query(points, 2)[0][:, 1]
        return distance[np.hypot(*((points / shape - 0.5) * 2).T) > 0.6]

    even, drawn = lloyd_mask(p, 8), draw_mask(p, 8)
    assert nearest(even).mean() > 1.3 * nearest(drawn).mean()
    sharp = lloyd_mask(decay_density(shape, 0.1, 3.0), 8)
    middle = tuple(slice(n // 2 - 1, n // 2 + 2) for n in shape)
    assert sharp[middle].all()


BAD = [
    (lambda: decay_density((8, 8), 0), ValueError, "cutoff"),
    (lambda: decay_density((8, 8), decay=-1), ValueError, "decay.*-1"),
    (lambda: decay_density((8, 8), pixel=(1, 2, 3)), ValueError, r"two axes, got \(1, 2, 3\)"),
    (lambda: decay_density((8, 8), pixel=(1, 0)), ValueError, "pixel"),
    (lambda: decay_density(8), TypeError, "got 8"),
    (lambda: energy_density(np.zeros((2, 8, 8))), ValueError, "zero everywhere"),
    (lambda: energy_density(np.full((8, 8), np.nan)), ValueError, "finite"),
    (lambda: energy_density(np.ones(8)), ValueError, r"got \(8,\)"),
    (lambda: energy_density(WHITE, power=0), ValueError, "power"),
    (lambda: energy_density(WHITE, smooth=-1), ValueError, "smooth"),
    (lambda: wavelet_density("sym8"), TypeError, "Wavelet, got str"),
    (lambda: draw_mask(np.ones(8), 2), ValueError, r"got \(8,\)"),
    (lambda: draw_mask(np.ones((8, 8)) * 1j, 2), TypeError, "real numbers, got complex128"),
    (lambda: draw_mask(-np.ones((8, 8)), 2), ValueError, "nowhere negative"),
    (lambda: lloyd_mask(np.zeros((8, 8)), 2), ValueError, "not zero everywhere"),
    (lambda: draw_mask(np.full((8, 8), np.inf), 2), ValueError, "finite"),
    (lambda: draw_mask(np.eye(8), 4), ValueError, "16 points cannot be drawn from a density with only 8 above 0"),
    (lambda: lloyd_mask(np.eye(8), 4), ValueError, "16 points cannot be drawn"),
    (lambda: lloyd_points(np.eye(8), 9), ValueError, "9 points cannot be drawn from a density with only 8"),
    (lambda: lloyd_points(np.eye(8), 0), ValueError, "between 1 and 64, got 0"),
    (lambda: lloyd_points(np.eye(8), 4, iterations=-1), ValueError, "iterations.*-1"),
    (lambda: draw_mask(np.ones((8, 8)), 0.5), ValueError, "accel on a grid of .* got 0.5"),
    (lambda: draw_mask(np.ones((8, 8)), 16, center=3), ValueError, "a centre of 9 points is larger than the 4"),
    (lambda: lloyd_mask(np.ones((8, 8)), 65), ValueError, "accel .* got 65"),
]


@pytest.mark.parametrize("call, error, message", BAD)
def test_bad_input_is_restated(call, error, message):
    with pytest.raises(error, match=message):
        call()
