"""Masks: the acceleration asked for is the one got, with the centre and DC in, whatever the shape."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mrilab.sampling.masks import (
    acceleration,
    center_box,
    center_lines,
    poisson_disc,
    random_lines,
    regular_lines,
    variable_density,
)

SIDES = st.integers(1, 70)
SHAPES = st.tuples(SIDES, SIDES)
FRACTIONS = st.floats(0, 1)
LINES = [regular_lines, random_lines]
POINTS = [variable_density, poisson_disc]
quick = settings(max_examples=60, deadline=None)


def accel_between(most, fraction):
    """An acceleration between 1 and `most`, spread evenly over the logarithm."""
    return min(most, float(most**fraction))


def count_lines(mask):
    """The number of lines, which must each be sampled in full."""
    assert (mask.any(axis=1) == mask.all(axis=1)).all()
    return int(mask.any(axis=1).sum())


@pytest.mark.parametrize("make", LINES)
@quick
@given(shape=SHAPES, fraction=FRACTIONS)
def test_lines_asked_are_lines_got(make, shape, fraction):
    accel = accel_between(shape[0], fraction)
    mask = make(shape, accel)
    assert mask.shape == shape and mask.dtype == bool
    assert abs(count_lines(mask) - shape[0] / accel) <= 1
    assert mask[shape[0] // 2, shape[1] // 2]


@pytest.mark.parametrize("make", POINTS)
@quick
@given(shape=SHAPES, fraction=FRACTIONS, decay=st.floats(0, 6))
def test_points_asked_are_points_got(make, shape, fraction, decay):
    size = shape[0] * shape[1]
    accel = accel_between(size, fraction)
    mask = make(shape, accel, decay=decay)
    assert mask.shape == shape and mask.dtype == bool
    assert np.count_nonzero(mask) == round(size / accel)
    assert mask[shape[0] // 2, shape[1] // 2]


@quick
@given(shape=SHAPES, fraction=FRACTIONS, part=FRACTIONS)
def test_center_lines_are_all_sampled_or_refused(shape, fraction, part):
    accel, center = accel_between(shape[0], fraction), int(part * shape[0])
    if max(center, 1) > shape[0] / accel:
        with pytest.raises(ValueError, match=f"a centre of {center} lines is larger than"):
            random_lines(shape, accel, center=center)
    else:
        mask = random_lines(shape, accel, center=center)
        assert abs(count_lines(mask) - shape[0] / accel) <= 1
        assert mask[center_lines(shape, max(center, 1))].all()


@pytest.mark.parametrize("make", POINTS)
@quick
@given(shape=SHAPES, fraction=FRACTIONS, parts=st.tuples(FRACTIONS, FRACTIONS))
def test_center_box_is_all_sampled_or_refused(make, shape, fraction, parts):
    size = shape[0] * shape[1]
    accel = accel_between(size, fraction)
    box = tuple(max(1, int(part * n)) for part, n in zip(parts, shape))
    if box[0] * box[1] > size / accel:
        with pytest.raises(ValueError, match=f"a centre of {box[0] * box[1]} points is larger than"):
            make(shape, accel, center=box)
    else:
        mask = make(shape, accel, center=box)
        assert mask[center_box(shape, box)].all()
        assert np.count_nonzero(mask) == round(size / accel)


@pytest.mark.parametrize("make", [random_lines, *POINTS])
def test_seed_alone_decides(make):
    masks = [make((96, 80), 4, seed=seed) for seed in (0, 0, 1)]
    assert (masks[0] == masks[1]).all()
    assert (masks[0] != masks[2]).any()
    np.random.seed(1)  # noqa: NPY002 — the global generator must play no part
    assert (make((96, 80), 4) == masks[0]).all()


@pytest.mark.parametrize("make", [random_lines, *POINTS])
def test_full_sampling_is_had_at_accel_one(make):
    assert make((33, 20), 1).all()


@quick
@given(shape=SHAPES, accel=st.integers(1, 70))
def test_regular_lines_are_equally_spaced_through_dc(shape, accel):
    assume(accel <= shape[0])
    lines = np.flatnonzero(regular_lines(shape, accel)[:, 0])
    assert (np.diff(lines) == accel).all() and shape[0] // 2 in lines
    assert lines[0] < accel and shape[0] - 1 - lines[-1] < accel  # none is left out at the ends


def test_regular_lines_alias_onto_shifted_copies():
    # The point spread function of every R-th line is R equal peaks, H/R apart.
    psf = abs(np.fft.ifft(np.fft.ifftshift(regular_lines((64, 1), 4)[:, 0])))
    np.testing.assert_allclose(psf[::16], 1 / 4, atol=1e-12)
    assert np.delete(psf, np.arange(0, 64, 16)).max() < 1e-12


@quick
@given(shape=SHAPES, part=FRACTIONS)
def test_center_lines_lie_around_dc(shape, part):
    n = max(1, int(part * shape[0]))
    lines = np.flatnonzero(center_lines(shape, n)[:, 0]) - shape[0] // 2
    assert len(lines) == n and (np.diff(lines) == 1).all()
    assert -lines[0] == n // 2  # as many below DC as above, or one more
    assert (center_lines(shape, n) == center_box(shape, (n, shape[1]))).all()


def test_default_center_is_that_of_fastmri():
    assert random_lines((256, 8), 4)[256 // 2 - 10 : 256 // 2 + 10].all()  # 8 % of the lines at R = 4 …
    assert random_lines((256, 8), 8)[256 // 2 - 5 : 256 // 2 + 5].all()  # … and 4 % at R = 8


@pytest.mark.parametrize("make", [random_lines, *POINTS])
def test_density_falls_towards_the_edge_and_decay_zero_is_flat(make):
    def density(decay):
        lines = np.mean([make((64, 64), 4, center=0, decay=decay, seed=s).mean(axis=1) for s in range(30)], axis=0)
        distance = abs(np.arange(64) - 32)
        return [lines[(distance >= low) & (distance < low + 8)].mean() for low in (2, 12, 22)]

    inner, middle, outer = density(3.0)
    assert inner > 1.3 * middle > 1.5 * outer
    np.testing.assert_allclose(density(0.0), 0.25, rtol=0.15)


def test_draws_follow_the_density():
    # With few draws of many, drawing without replacement is nearly with it: frequencies must follow (1 − |k|)^decay.
    hits = sum(random_lines((32, 1), 8, center=0, decay=1.0, seed=s)[:, 0].astype(float) for s in range(4000))
    weight = 1 - abs(np.arange(32) - 16) / 17
    outer = abs(np.arange(32) - 16) > 5
    ratio = hits[outer] / weight[outer]
    np.testing.assert_allclose(ratio, ratio.mean(), rtol=0.2)


def nearest_neighbours(mask):
    """Distance of each random sample (all but DC) to the nearest other."""
    mask[mask.shape[0] // 2, mask.shape[1] // 2] = False
    points = np.argwhere(mask)
    distance2 = ((points[:, None] - points) ** 2).sum(-1)
    np.fill_diagonal(distance2, distance2.max())
    return np.sqrt(distance2.min(axis=1))


def test_poisson_disc_keeps_samples_apart():
    options = {"center": 0, "decay": 0, "seed": 2}
    apart, iid = poisson_disc((64, 64), 8, **options), variable_density((64, 64), 8, **options)
    assert nearest_neighbours(apart).min() >= 2 > nearest_neighbours(iid).min()
    assert nearest_neighbours(apart).mean() > 1.4 * nearest_neighbours(iid).mean()


@pytest.mark.parametrize("shape", [(230, 180), (512, 512)])
def test_poisson_disc_meets_the_acceleration_at_the_sizes_of_scans(shape):
    assert acceleration(poisson_disc(shape, 4)) == pytest.approx(4, rel=1e-4)


def test_acceleration_counts_any_array():
    torch = pytest.importorskip("torch")
    assert acceleration(np.array([1, 0, 0, 2])) == 2.0
    assert acceleration(torch.tensor([True, False, False])) == 3.0
    assert isinstance(acceleration(np.ones((2, 2), bool)), float)


BAD = [
    (lambda: regular_lines((64, 64), 0.5), ValueError, "accel on 64 lines must be a number between 1 and 64, got 0.5"),
    (lambda: random_lines((64, 64), 65), ValueError, "accel on 64 lines must be .*, got 65"),
    (lambda: random_lines((64, 64), float("nan")), ValueError, "accel .* got nan"),
    (lambda: random_lines((64, 64), "4"), TypeError, "accel .* got '4'"),
    (lambda: random_lines((64, 64), True), TypeError, "accel .* got True"),
    (lambda: variable_density((64, 64), 0.99), ValueError, r"accel on a grid of \(64, 64\) must be .*, got 0.99"),
    (lambda: variable_density((4, 4), 17), ValueError, "between 1 and 16"),
    (lambda: poisson_disc((64, 64), float("inf")), ValueError, "accel .* got inf"),
    (
        lambda: random_lines((256, 256), 8, center=40),
        ValueError,
        "40 lines is larger than the 32 lines of accel 8 on 256",
    ),
    (lambda: random_lines((256, 256), 8, center=2.5), TypeError, "whole number .*, got 2.5"),
    (lambda: random_lines((256, 256), 8, center=-1), ValueError, "between 0 and 256, got -1"),
    (lambda: variable_density((64, 64), 4, center=(8, 65)), ValueError, "between 0 and 64, got 65"),
    (
        lambda: poisson_disc((64, 64), 4, center=33),
        ValueError,
        "1089 points is larger than the 1024 points of accel 4",
    ),
    (lambda: poisson_disc((64, 64), 4, center=(1, 2, 3)), ValueError, r"one size or 2, got \(1, 2, 3\)"),
    (lambda: random_lines((64, 64), 4, decay=-1), ValueError, "decay must be a finite number of at least 0, got -1"),
    (lambda: poisson_disc((64, 64), 4, decay=float("inf")), ValueError, "decay"),
    (lambda: center_lines((64, 64), 0), ValueError, "between 1 and 64, got 0"),
    (lambda: center_lines((64, 64), 65), ValueError, "between 1 and 64, got 65"),
    (lambda: center_box((64, 64), 0), ValueError, "got 0"),
    (lambda: center_box((64,), 2), TypeError, r"pair \(H, W\), got \(64,\)"),
    (lambda: regular_lines(64, 2), TypeError, "got 64"),
    (lambda: regular_lines((64, 0), 2), ValueError, "W in the shape of a mask must be .*, got 0"),
    (lambda: regular_lines((64.0, 64), 2), TypeError, "H in .* must be a whole number .*, got 64.0"),
    (lambda: acceleration(np.zeros((3, 3))), ValueError, r"shape \(3, 3\) that samples nothing"),
    (lambda: acceleration([1, 0]), TypeError, "got list"),
]


@pytest.mark.parametrize("call, error, message", BAD)
def test_bad_input_is_restated(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("make", [*LINES, *POINTS])
def test_unknown_keywords_raise(make):
    with pytest.raises(TypeError):
        make((64, 64), 4, centre=8)
