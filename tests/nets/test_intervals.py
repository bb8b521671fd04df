"""Intervals: the smallest factor that keeps the promise, and the promise on heads that calibrated nothing."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mrilab.nets import interval_factor, share_inside


def heads(count, seed, shape=(6, 7)):
    """Errors that are heavy-tailed and differ from head to head, as a network's do, and unhelpful deviations."""
    rng = np.random.default_rng(seed)
    level = np.exp(rng.standard_normal((count, 1, 1)))
    errors = level * abs(rng.standard_t(3, (count, *shape)))
    where = rng.random((count, *shape)) < 0.7
    where[:, 0, 0] = True
    return errors, rng.random((count, *shape)) + 0.1, where


def misses(cases, t):
    return np.array([1 - share_inside(*case, t) for case in zip(*cases, strict=True)])


@given(st.integers(5, 30), st.sampled_from([0.5, 0.75, 0.8]), st.integers(0, 999))
@example(5, 0.75, 484)
def test_the_factor_is_the_smallest_that_keeps_the_bound(count, coverage, seed):
    cases = heads(count, seed)
    t = interval_factor(*cases, coverage=coverage)
    bound = (count + 1) * (1 - coverage) - 1
    assert misses(cases, t).sum() <= bound + 1e-9
    assert misses(cases, np.nextafter(t, 0)).sum() > bound - 1e-9  # a sum of shares may be the bound, but for rounding


def test_the_promise_holds_on_average_for_one_more_head():
    """Over 400 populations of 20 heads, which calibrate an interval for the 21st."""
    inside = []
    for seed in range(400):
        errors, deviations, where = heads(21, seed)
        t = interval_factor(errors[:20], deviations[:20], where[:20], coverage=0.8)
        inside.append(share_inside(errors[20], deviations[20], where[20], t))
    error = np.std(inside) / np.sqrt(len(inside))
    assert 0.8 - 2 * error < np.mean(inside) < 0.8 + 2 / 21 + 2 * error


def test_the_unit_of_the_deviation_cancels():
    errors, deviations, where = heads(20, 0)
    assert np.isclose(
        interval_factor(errors, 100 * deviations, where), interval_factor(errors, deviations, where) / 100
    )


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda e, d, w: (e[:5], d[:5], w[:5]), "5 heads are too few"),
        (lambda e, d, w: (e, d[:3], w), "20, 3, 20"),
        (lambda e, d, w: (e, 0 * d, w), "above 0"),
        (lambda e, d, w: (-e, d, w), "least error of -"),
        (lambda e, d, w: (e, d, np.zeros_like(w)), "selects no pixel"),
        (lambda e, d, w: (e, d[:, :2], w), r"\(6, 7\), \(2, 7\)"),
        (lambda e, d, w: (e * np.nan, d, w), "finite|NaN|nan"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(change, said):
    with pytest.raises(ValueError, match=said):
        interval_factor(*change(*heads(20, 0)))


@pytest.mark.parametrize("coverage", [0, 1, 1.5, -0.1])
def test_a_coverage_is_between_0_and_1(coverage):
    with pytest.raises(ValueError, match="coverage"):
        interval_factor(*heads(20, 0), coverage=coverage)
