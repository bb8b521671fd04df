"""What a real scan adds: shading, correlated noise, and a field that is not even."""

import numpy as np
import pytest

from mrilab import FFT, Coils, brain, coil_covariance, field_map, r2prime_map, rss, simulate, simulate_smaps
from mrilab.simulation.coupling import mixing_matrix

SHAPE = (24, 18)
RNG = np.random.default_rng(0)
IMAGE = RNG.standard_normal(SHAPE) + 1j * RNG.standard_normal(SHAPE)
MAPS = RNG.standard_normal((2, *SHAPE)) + 1j * RNG.standard_normal((2, *SHAPE))


@pytest.mark.parametrize("n_coils", [1, 5, 8, 20])
@pytest.mark.parametrize("seed", [None, 3])
def test_raw_fields_are_the_maps_times_one_shading(n_coils, seed):
    shape = (40, 33)
    raw, maps = (simulate_smaps(n_coils, shape, seed=seed, raw=r) for r in (True, False))
    shading = rss(raw)
    assert raw.dtype == np.complex64 and shading[20, 16] == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(raw / shading, maps, atol=1e-5)


def test_raw_fields_shade_and_do_not_depend_on_the_grid():
    coarse, fine = (rss(simulate_smaps(8, shape)) for shape in ((60, 60), (120, 120)))
    np.testing.assert_allclose(fine[::2, ::2][6:54, 6:54], coarse[6:54, 6:54], rtol=2e-3)
    head = abs(brain((60, 60), 1)) > 0.05
    assert coarse[head].max() > 1.5 * coarse[head].min()


def test_normalising_in_the_reconstruction_shows_the_shading():
    # Sᴴ F^H y with S = raw / rss(raw) is rss(raw) · m: the reference carries the shading.
    image, raw = brain((48, 48), 1), simulate_smaps(8, (48, 48))
    y = simulate(image, raw, (48, 48))
    combined = Coils(raw / rss(raw)).H(FFT((48, 48)).H(y))
    np.testing.assert_allclose(combined, rss(raw) * image, atol=1e-5)


@pytest.mark.parametrize("n_coils", [1, 4, 8, 32])
@pytest.mark.parametrize("seed", [None, 1])
def test_covariance_is_one_and_neighbours_share_most(n_coils, seed):
    covariance = coil_covariance(n_coils, seed=seed)
    assert np.trace(covariance) == pytest.approx(n_coils)
    assert np.linalg.eigvalsh(covariance)[0] > 0.1  # what channels make themselves
    if n_coils == 8:
        first = covariance[0]
        assert first[1] > 0.1 and first[1] == pytest.approx(first[7], rel=0.3)
        assert first[1] > first[2] > first[4]


def test_noise_has_the_covariance_asked_for():
    covariance = coil_covariance(4) + 0.2j * np.triu(np.ones((4, 4)), 1) - 0.2j * np.tril(np.ones((4, 4)), -1)
    nothing, maps = np.zeros((200, 200)), np.ones((4, 200, 200))
    noise = simulate(nothing, maps, (200, 200), noise=0.3, seed=2, covariance=covariance)
    found = np.einsum("cij,dij->cd", noise, noise.conj()) / 200**2
    np.testing.assert_allclose(found, 0.09 * covariance, atol=0.09 * 0.03)
    again = simulate(nothing, maps, (200, 200), noise=0.3, seed=2, covariance=covariance)
    assert (noise == again).all()


def test_identity_covariance_changes_nothing():
    plain, mixed = (simulate(IMAGE, MAPS, (12, 9), noise=0.1, covariance=c) for c in (None, np.eye(2)))
    np.testing.assert_allclose(plain, mixed, atol=1e-6)


def test_samples_are_the_sum_over_turning_and_decaying_spins():
    field, decay = 30 * RNG.standard_normal(SHAPE), 20 * RNG.random(SHAPE)
    shape, echo, readout = (12, 9), 0.02, 0.008
    y = simulate(IMAGE, MAPS, shape, field=field, r2star=decay, echo_time=echo, readout_time=readout)
    r, c = np.mgrid[: SHAPE[0], : SHAPE[1]]
    for k, m in ((0, 0), (6, 4), (11, 8), (3, 5)):
        time = echo + readout * (m - 4) / 9
        waves = np.exp(-2j * np.pi * ((k - 6) * (r - 12) / SHAPE[0] + (m - 4) * (c - 9) / SHAPE[1]))
        spins = IMAGE * MAPS * np.exp((2j * np.pi * field - decay) * time)
        expected = (spins * waves).sum((1, 2)) * np.sqrt(12 * 9) / IMAGE.size
        np.testing.assert_allclose(y[:, k, m], expected, atol=1e-4)


def test_without_readout_time_all_samples_see_the_echo_time():
    field = 30 * RNG.standard_normal(SHAPE)
    y = simulate(IMAGE, MAPS, (12, 9), field=field, r2star=25.0, echo_time=0.02)
    turned = IMAGE * np.exp((2j * np.pi * field - 25) * 0.02)
    np.testing.assert_allclose(y, simulate(turned, MAPS, (12, 9)), atol=1e-5)
    np.testing.assert_allclose(
        simulate(IMAGE, MAPS, (12, 9), field=0 * field, echo_time=0.1, readout_time=0.01),
        simulate(IMAGE, MAPS, (12, 9)),
        atol=1e-4,
    )


def test_off_resonance_moves_a_point_along_the_readout():
    # f · readout_time = 3 cycles over the readout are as many pixels, towards the first column.
    point = np.zeros((16, 16))
    point[5, 6] = 1
    y = simulate(point, np.ones((1, 16, 16)), (16, 16), field=np.full((16, 16), 300.0), readout_time=0.01)
    image = abs(FFT((16, 16)).H(y[0]))
    assert np.unravel_index(image.argmax(), image.shape) == (5, 3)


def test_field_of_the_head_is_odd_where_air_is_and_grows_with_b0():
    low, high = (field_map((64, 64), height=-20.0, tesla=t) for t in (1.5, 3.0))
    np.testing.assert_allclose(high, 2 * low, rtol=1e-4, atol=1e-3)
    inside = abs(brain((64, 64), 0)) > 0.2
    near, far = (abs(field_map((64, 64), height=z))[inside].std() for z in (-20.0, 40.0))
    assert near > far  # the sinuses lie below
    assert (field_map((64, 64), seed=1) == field_map((64, 64), seed=1)).all()
    assert abs(field_map((64, 64), seed=1) - field_map((64, 64), seed=2)).max() > 0.1


def test_decay_follows_the_change_of_the_field_through_the_slice():
    faces = [field_map((64, 54), height=z, seed=2) for z in (-22.0, -18.0)]
    decay = r2prime_map((64, 54), height=-20.0, thickness=4.0, seed=2)
    inside = abs(brain((64, 54), 0)) > 0.2
    # `field_map` is shimmed at each face, which the decay is not: the two differ by a mean and slopes at most.
    assert np.corrcoef(decay[inside], np.pi * abs(faces[1] - faces[0])[inside])[0, 1] > 0.95
    thin, thick, strong = (
        r2prime_map((48, 40), height=10.0, **o) for o in ({"thickness": 1.0}, {"thickness": 2.0}, {"tesla": 6.0})
    )
    assert thick.mean() == pytest.approx(2 * thin.mean(), rel=0.01)
    np.testing.assert_allclose(strong, 2 * r2prime_map((48, 40), height=10.0), rtol=1e-3, atol=1e-2)


def test_a_thick_slice_darkens_above_the_sinuses():
    grid, te = (64, 64), 0.03
    inside = abs(brain(grid, 0)) > 0.2
    losses = []
    for height in (-20.0, 40.0):
        decay = r2prime_map(grid, height=height)
        y = simulate(np.ones(grid), np.ones((1, *grid)), grid, r2star=decay, echo_time=te)
        left = abs(FFT(grid).H(y[0]))
        np.testing.assert_allclose(left, np.exp(-te * decay), atol=1e-4)
        losses.append(left[inside].min())
    assert losses[0] < 0.05 < 0.2 < losses[1]


@pytest.mark.parametrize("thickness", [0, -1.0, np.inf, "4"])
def test_bad_thickness_raises(thickness):
    with pytest.raises((TypeError, ValueError), match="thickness"):
        r2prime_map((8, 8), thickness=thickness)


@pytest.mark.parametrize("options, message", [
    ({"covariance": np.eye(3)}, r"covariance of 2 coils must be \(2, 2\), got \(3, 3\)"),
    ({"covariance": np.array([[1, 0.5], [0, 1]])}, "must be Hermitian"),
    ({"covariance": np.array([[1, 2], [2, 1]])}, "must be positive definite"),
    ({"field": np.ones((3, 3))}, r"field of shape \(3, 3\) does not fit an image of shape \(24, 18\)"),
    ({"field": np.full(SHAPE, np.nan)}, "field holds 432 NaN"),
    ({"r2star": -1.0}, "r2star must be 0 or more, got -1.0"),
    ({"echo_time": -0.1}, "echo_time"),
    ({"readout_time": np.inf}, "readout_time"),
])  # fmt: skip
def test_bad_effects_raise(options, message):
    with pytest.raises(ValueError, match=message):
        simulate(IMAGE, MAPS, (12, 9), **options)


def test_mixing_is_a_factor_of_the_covariance():
    covariance = coil_covariance(6)
    factor = mixing_matrix(covariance, 6)
    np.testing.assert_allclose(factor @ factor.conj().T, covariance, atol=1e-6)
