"""Proximity operators, held to their optimality conditions and to slow, obvious references."""

import numpy as np
import pytest
from helpers import LIBRARIES, PRECISIONS, draw
from hypothesis import given, settings
from hypothesis import strategies as st

import mrilab
from mrilab import L1, OSCAR, GroupL1, Identity, LeastSquares, LocallyLowRank, NuclearNorm, Parts, lambda_max, to_numpy
from mrilab.arrays.sums import Sum, lazy
from mrilab.solvers.fused import conjugate_prox, prox, stored_prox

BANDS = [(..., slice(0, 3), slice(0, 4)), (..., slice(0, 3), slice(4, 9)), (..., slice(3, 7), slice(None))]
REGULARISERS = {
    "L1": L1(0.7),
    "GroupL1 coils": GroupL1(0.7, axis=-3),
    "GroupL1 first": GroupL1(0.7, axis=0),
    "GroupL1 last": GroupL1(0.7, axis=-1),
    "OSCAR": OSCAR(0.5, 2.0),
    "OSCAR flat": OSCAR(0.5, 0.0),
    "OSCAR bands": OSCAR(0.5, 1.0, BANDS),
    "NuclearNorm": NuclearNorm(0.7),
    "NuclearNorm volumes": NuclearNorm(0.7, axis=-4),
    "NuclearNorm tall": NuclearNorm(0.7, axis=-2),
    "LocallyLowRank": LocallyLowRank(0.7, block=4, seed=None),
    "Parts": Parts([NuclearNorm(0.7), L1(0.3)]),
}


@pytest.mark.parametrize("dtype", [*PRECISIONS, "float64"])
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("step", [0.3, 1.0, 20.0])
@pytest.mark.parametrize("name", REGULARISERS)
def test_prox_is_optimal(name, step, library, dtype):
    """(z − p)/s is a subgradient of g at p = prox(z, s): its dual norm is at most 1, and Re⟨p, z − p⟩ = s·g(p)."""
    g = REGULARISERS[name]
    z = draw((2, 3, 7, 9), library, "complex128")
    z = (
        z.real
        if dtype == "float64"
        else (z.astype(dtype) if library == "numpy" else z.to(getattr(__import__("torch"), dtype)))
    )
    before = to_numpy(z).copy()
    p = g.prox(z, step)
    assert type(p) is type(z)
    assert (p.dtype, p.shape) == (z.dtype, z.shape)
    assert np.array_equal(to_numpy(z), before)
    tolerance = 2e-5 if dtype == "complex64" else 1e-10
    assert g.dual_norm((z - p) / step) <= 1 + tolerance
    p_, z_ = to_numpy(p).astype(complex), before.astype(complex)
    assert np.vdot(p_, z_ - p_).real == pytest.approx(step * g(p), rel=tolerance, abs=tolerance)


@pytest.mark.parametrize("name", REGULARISERS)
def test_dual_norm_is_the_supremum(name):
    """dual_norm(v) = max Re⟨v, z⟩ over g(z) ≤ 1: no z exceeds it, the prox points to one that reaches it."""
    g, v = REGULARISERS[name], draw((2, 3, 7, 9), dtype="complex128")
    bound = g.dual_norm(v)
    for seed in range(20):
        z = draw(v.shape, dtype="complex128", seed=seed)
        assert np.vdot(v, z).real <= bound * g(z) * (1 + 1e-12)
    nearly_zero = g.prox(v, bound * (1 - 1e-6))  # just before everything vanishes, only the steepest direction is left
    assert np.vdot(v, nearly_zero).real == pytest.approx(bound * g(nearly_zero), rel=1e-4)
    assert not g.prox(v, bound * (1 + 1e-9)).any()


@pytest.mark.parametrize("name", REGULARISERS)
def test_norm_axioms(name):
    g = REGULARISERS[name]
    x, z = draw((2, 3, 7, 9), seed=1), draw((2, 3, 7, 9), seed=2)
    assert g(x + z) <= g(x) + g(z)
    assert g(2j * x) == pytest.approx(2 * g(x))
    assert g(0 * x) == 0


def slow_oscar_prox(z, weights):
    """The definition, one pooled pair at a time."""
    order = np.argsort(-abs(z), kind="stable")
    blocks = []
    for value in abs(z[order]) - weights:
        blocks.append([value])
        while len(blocks) > 1 and np.mean(blocks[-2]) <= np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    fit = np.maximum(np.concatenate([[np.mean(b)] * len(b) for b in blocks]), 0)
    p = np.zeros_like(z)
    p[order] = fit * np.exp(1j * np.angle(z[order]))
    return p


@given(st.integers(1, 60), st.floats(0, 5), st.floats(0.01, 3), st.integers(0, 1000), st.booleans())
@settings(max_examples=100, deadline=None)
def test_oscar_prox_equals_a_slow_reference(n, slope, lam, seed, ties):
    z = draw((n,), dtype="complex128", seed=seed)
    if ties:
        z = np.round(z)
    weights = np.array([lam * (1 + slope * (n - i) / max(n - 1, 1)) for i in range(1, n + 1)])
    g = OSCAR(lam, slope)
    assert np.abs(g.prox(z, 0.8) - slow_oscar_prox(z, 0.8 * weights)).max() < 1e-6
    assert g(z) == pytest.approx(np.sum(weights * np.sort(abs(z))[::-1]))


def test_oscar_between_l1_and_equal_magnitudes():
    z = draw((40,), dtype="complex128")
    assert np.allclose(OSCAR(0.3, 0).prox(z, 1.0), L1(0.3).prox(z, 1.0))
    steep = np.abs(OSCAR(0.01, 500.0).prox(z, 1.0))
    assert len(np.unique(np.round(steep[steep > 0], 9))) < len(np.unique(np.round(abs(z), 9))) / 2


def test_oscar_bands_are_separate_groups():
    z = draw((2, 7, 9), dtype="complex128")
    p = OSCAR(0.5, 1.0, BANDS).prox(z, 1.0)
    for band in BANDS:
        assert np.allclose(p[band], OSCAR(0.5, 1.0).prox(z[band], 1.0))
    assert not np.allclose(p, OSCAR(0.5, 1.0).prox(z, 1.0))


def test_group_keeps_or_drops_all_coils():
    p = GroupL1(2.0, axis=-3).prox(draw((4, 30, 30)), 1.0)
    assert set((p != 0).sum(0).ravel()) == {0, 4}


@pytest.mark.parametrize("g", [L1(0.1), GroupL1(0.1, axis=-3), OSCAR(0.1, 1.0)], ids=repr)
def test_lambda_max_is_where_the_solution_vanishes(g):
    y = draw((3, 8, 8), dtype="complex128")
    f = LeastSquares(Identity((8, 8)), y)
    lam = lambda_max(f, g)
    make = {"L1": lambda v: L1(v), "GroupL1": lambda v: GroupL1(v, -3), "OSCAR": lambda v: OSCAR(v, 1.0)}[
        type(g).__name__
    ]
    assert not mrilab.fista(f, make(lam * 1.0001), max_iter=3).x.any()
    assert mrilab.fista(f, make(lam * 0.999), max_iter=3).x.any()


def test_nan_stays_visible():
    z = np.array([np.nan, 1.0], complex)
    assert np.isnan(L1(0.1).prox(z, 1.0)[0])
    assert np.isnan(L1(0.1).prox(np.array([np.nan, 1.0]), 1.0)[0])


@pytest.mark.parametrize("name", REGULARISERS)
def test_strides_and_libraries_change_nothing(name):
    """Complex NumPy arrays take the compiled loops, torch and double-length strides the generic path or a copy."""
    import torch

    g, wide = REGULARISERS[name], draw((2, 3, 7, 18))
    z = wide[..., ::2]
    expected = g.prox(np.ascontiguousarray(z), 0.8)
    assert np.allclose(g.prox(z, 0.8), expected, atol=1e-6)
    assert np.allclose(g.prox(torch.from_numpy(np.ascontiguousarray(z)), 0.8).numpy(), expected, atol=1e-6)
    assert g(z) == pytest.approx(g(np.ascontiguousarray(z)), rel=1e-6)


@pytest.mark.parametrize("library", [*LIBRARIES, "gaps"])
@pytest.mark.parametrize("name", REGULARISERS)
def test_prox_of_a_sum_and_of_the_conjugate(name, library):
    """One pass over memory gives what the sum, its prox and Moreau's identity give one after the other."""
    g, sigma, coeffs = REGULARISERS[name], 0.4, (1.5, -0.5, 0.25)
    arrays = [draw((2, 3, 7, 9), "numpy" if library == "gaps" else library, seed=i) for i in range(3)]
    if library == "gaps":
        arrays = [np.repeat(x, 2, axis=-1)[..., ::2] for x in arrays]
    before = [to_numpy(x).copy() for x in arrays]
    z, expected = Sum(*zip(coeffs, arrays, strict=True)), sum(c * x for c, x in zip(coeffs, before, strict=True))
    p, dual = prox(g, 1 / sigma, z).value(), conjugate_prox(g, sigma, sigma * z).value()
    assert np.allclose(to_numpy(p), g.prox(expected, 1 / sigma), atol=1e-6)
    assert np.allclose(to_numpy(dual), sigma * (expected - g.prox(expected, 1 / sigma)), atol=1e-6)
    stored, p = (to_numpy(x.value()) for x in stored_prox(g, 1 / sigma, z))
    assert np.allclose(stored, expected, atol=1e-6)
    assert np.allclose(p, g.prox(expected, 1 / sigma), atol=1e-6)
    assert all(np.array_equal(to_numpy(x), kept) for x, kept in zip(arrays, before, strict=True))


@pytest.mark.parametrize("shape", [(2, 3, 7, 9), (2, 3, 40, 30)], ids=str)
@pytest.mark.parametrize("name", [name for name in REGULARISERS if "bands" not in name])
def test_the_result_may_lie_in_one_of_the_arrays(name, shape):
    g, arrays = REGULARISERS[name], [draw(shape, seed=i) for i in range(3)]
    coeffs = (1.5, -0.5, 0.25)
    z = Sum(*zip(coeffs, arrays, strict=True))
    expected, dual = prox(g, 0.4, z).value(), conjugate_prox(g, 2.5, 2.5 * z).value()
    copies = [x.copy() for x in arrays]
    over = prox(g, 0.4, Sum(*zip(coeffs, copies, strict=True)), over=lazy(copies[1])).value()
    assert np.allclose(over, expected, atol=1e-6)
    assert np.allclose(conjugate_prox(g, 2.5, 2.5 * z, over=lazy(arrays[2])).value(), dual, atol=1e-6)


def test_a_prox_of_ones_own_is_asked():
    """A subclass that overrides prox is not passed over by the fused pass."""

    class Halved(L1):
        def prox(self, z, step):
            return 0.5 * z

    z = draw((4, 4))
    assert np.array_equal(prox(Halved(0.1), 1.0, lazy(z)).value(), 0.5 * z)
