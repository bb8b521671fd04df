"""Trajectories: where they run, the acceleration that they have, and the weights of their samples."""

import warnings

import numpy as np
import pytest
from helpers import draw
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mrilab import FFT, shepp_logan
from mrilab.operators.nufft import NUFFT
from mrilab.sampling.compensation import density
from mrilab.sampling.trajectories import (
    cones,
    nyquist_shots,
    radial,
    seiffert,
    shots_for,
    spiral,
    stack_of,
    trajectory_acceleration,
)

SHOTS, SAMPLES, FLAG = st.integers(1, 70), st.integers(2, 200), st.booleans()
TURNS = st.floats(0, 12)


def norms(k):
    return np.linalg.norm(k.astype(float), axis=-1)


@settings(max_examples=60, deadline=None)
@given(SHOTS, SAMPLES, TURNS, FLAG, FLAG)
def test_planar_shots_visit_dc_and_reach_the_edge(shots, samples, turns, golden, in_out):
    for k in (
        radial(shots, samples, golden=golden, in_out=in_out),
        spiral(shots, samples, turns=turns, golden=golden, in_out=in_out),
    ):
        assert k.shape == (shots, samples, 2) and k.dtype == np.float32
        assert abs(k).max() <= 0.5 and norms(k).max() <= 0.5 + 1e-7
        assert np.allclose(norms(k).max(axis=1), 0.5, atol=1e-7)
        assert not k[:, samples // 2 if in_out else 0].any()
        if in_out and samples % 2:
            assert np.allclose(k, -k[:, ::-1], atol=1e-7)


@settings(max_examples=25, deadline=None)
@given(SHOTS, st.integers(2, 60), st.floats(0.1, 6))
def test_solid_shots_visit_dc_and_reach_the_edge(shots, samples, turns):
    for k in (
        cones(shots, samples, turns=turns),
        seiffert(shots, samples, turns=turns),
        cones(shots, samples, turns=0),
    ):
        assert k.shape == (shots, samples, 3) and k.dtype == np.float32
        assert abs(k).max() <= 0.5 and norms(k).max() <= 0.5 + 1e-7
        assert np.allclose(norms(k[:, -1]), 0.5, atol=1e-6)
        assert not k[:, 0].any()
        assert np.all(np.diff(norms(k)) > 0)


def test_spokes_are_those_of_mrinufft():
    from mrinufft import initialize_2D_radial

    for ours, theirs in ((False, "uniform"), (True, "mri-golden")):
        k = initialize_2D_radial(21, 33, tilt=2 * np.pi * (np.sqrt(5) - 1) / 2 if ours else theirs, in_out=True)
        assert np.allclose(radial(21, 33, golden=ours), k[..., ::-1], atol=1e-6)


@pytest.mark.parametrize("in_out", [True, False])
def test_spirals_are_archimedean_and_run_at_constant_speed(in_out):
    turns, k = 6, spiral(3, 2001, turns=6, in_out=in_out)[0].astype(float)
    steps = norms(np.diff(k, axis=0))[norms(k[1:]) > 0.03]  # a chord is shorter where the path bends
    assert steps.max() / steps.min() < 1.01
    arm = k[norms(k) > 0.01][-900:] if in_out else k[norms(k) > 0.01]
    angle = np.unwrap(np.arctan2(arm[:, 0], arm[:, 1]))
    assert np.allclose(np.diff(angle) / np.diff(norms(arm)), 2 * np.pi * turns / 0.5, rtol=1e-2)
    assert np.allclose(spiral(7, 40, turns=0), radial(7, 40), atol=1e-6)
    assert np.allclose(spiral(1, 41), spiral(1, 2001)[:, ::50], atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.integers(16, 400), st.integers(16, 400), st.floats(1, 30), TURNS, FLAG, FLAG)
def test_asked_acceleration_is_got(height, width, accel, turns, in_out, golden):
    shape = (height, width)
    nyquist = nyquist_shots(shape, turns=turns, in_out=in_out)
    assume(accel <= nyquist)
    shots = shots_for(shape, accel, turns=turns, in_out=in_out)
    assert shots >= 1 and abs(shots - nyquist / accel) <= 0.5
    k = spiral(shots, 1000, turns=turns, golden=golden, in_out=in_out)
    assert trajectory_acceleration(k, shape) == pytest.approx(nyquist / shots, rel=1e-3)


@settings(max_examples=20, deadline=None)
@given(st.integers(8, 40), st.floats(1, 20))
def test_asked_acceleration_is_got_in_3d(n, accel):
    shape = (n, n - 2, n - 4)
    shots = shots_for(shape, accel, in_out=False)
    assert abs(shots - np.pi * n**2 / accel) <= 0.5
    assert trajectory_acceleration(cones(shots, 40, turns=0), shape) == pytest.approx(accel, rel=0.5 / shots + 1e-3)


@pytest.mark.parametrize("turns", [0, 1, 4, 9.5])
@pytest.mark.parametrize("in_out", [True, False])
def test_nyquist_leaves_gaps_of_one_over_n(turns, in_out):
    """Measured: how far the path of one shot at the edge is from that of its neighbour."""
    shots = 30
    n = shots / nyquist_shots((100, 100), turns=turns, in_out=in_out) * 100  # for which `shots` are just Nyquist's
    arms = spiral(shots, 60001, turns=turns, in_out=in_out).astype(float)
    end = arms[0, np.flatnonzero(norms(arms[0]) < 0.49)[-1]]
    gap = min(norms(arm - end).min() for arm in arms[1:])
    assert gap * n == pytest.approx(1, rel=0.05)


def test_known_numbers():
    assert nyquist_shots((256, 256)) == pytest.approx(np.pi / 2 * 256)
    assert nyquist_shots((64, 256), in_out=False) == pytest.approx(np.pi * 256)
    assert nyquist_shots((256, 200), turns=16) == pytest.approx(256 / (4 * 16), rel=1e-3)
    assert nyquist_shots((32, 32, 32), in_out=False) == pytest.approx(np.pi * 32**2)


def test_golden_spokes_stay_even_when_more_are_added():
    for shots in (13, 34, 50):
        k = radial(89, 9, golden=True)[:shots, -1].astype(float)
        gaps = np.diff(np.sort(np.arctan2(k[:, 0], k[:, 1]) % np.pi), append=np.inf)[:-1]
        assert gaps.max() < 3 * np.pi / shots


def test_stack_repeats_its_plane():
    plane = spiral(3, 40, turns=2)
    k = stack_of(plane, 5).reshape(5, 3, 40, 3)
    assert np.array_equal(k[2, ..., 1:], plane) and not k[2, ..., 0].any()
    assert np.allclose(k[:, 0, 0, 0], (np.arange(5) - 2) / 5)
    assert trajectory_acceleration(k[0, ..., 1:], (48, 48)) == trajectory_acceleration(plane, (48, 48))


def disc_limited(n):
    """A phantom whose spectrum ends on the disc that radial trajectories cover."""
    F, k = FFT((n, n)), (np.arange(n) - n // 2) / n
    return F.H(F(shepp_logan((n, n)).astype(complex)) * (k**2 + k[:, None] ** 2 < 0.25))


def gridding_error(k, w, truth):
    A = NUFFT(k, truth.shape)
    return np.linalg.norm(A.H(w * A(truth)) - truth) / np.linalg.norm(truth)


@pytest.mark.parametrize("method", ["pipe", "voronoi", "analytic"])
@pytest.mark.parametrize("golden", [False, True])
def test_weights_grid_a_full_scan(method, golden):
    """Right in scale: Σ w / N is the disc's π/4, and gridding is close without any factor."""
    truth = disc_limited(64)
    k = radial(150 if golden else 101, 128, golden=golden)
    w = density(k, (64, 64), method)
    assert w.shape == (k.size // 2,) and w.dtype == np.float64 and np.all(w > 0)
    assert w.sum() / 64**2 == pytest.approx(np.pi / 4, rel=0.02)
    assert gridding_error(k, w, truth) < (0.12 if golden else 0.08)


def test_weights_of_the_methods_agree_between_samples_that_are_dense():
    k = radial(101, 128)
    inside = ((norms(k) > 0.05) & (norms(k) < 0.45)).ravel()
    analytic, voronoi, pipe = (density(k, (64, 64), m)[inside] for m in ("analytic", "voronoi", "pipe"))
    assert np.allclose(voronoi, analytic, rtol=0.01)
    assert np.allclose(pipe, analytic, rtol=0.1)


@pytest.mark.parametrize("method", ["pipe", "voronoi"])
def test_weights_of_a_cartesian_grid_are_one(method):
    grid = np.stack(np.meshgrid(*[(np.arange(n) - n // 2) / n for n in (12, 15)], indexing="ij"), axis=-1)
    w = density(grid, (12, 15), method).reshape(12, 15)
    assert np.allclose(w[1:-1, 1:-1], 1, rtol=1e-4)
    assert w.sum() == pytest.approx(12 * 15, rel=1e-3)


def test_voronoi_divides_a_cell_among_those_who_share_it():
    k = np.random.default_rng(0).uniform(-0.5, 0.5, (300, 2))
    twice = density(np.concatenate([k, k]), (16, 16), "voronoi")
    once = density(k, (16, 16), "voronoi")
    assert np.allclose(twice, np.concatenate([once, once]) / 2)
    assert once.sum() == pytest.approx(256, rel=1e-3)


def test_pipe_gives_no_sample_more_than_a_grid_point():
    k = radial(10, 128)
    assert density(k, (64, 64), "pipe").max() <= 1.001
    assert density(k, (64, 64), "analytic").max() > 4


@pytest.mark.parametrize("in_out", [True, False])
def test_analytic_weights_fill_the_ball(in_out):
    spokes = cones(600, 24, turns=0)
    assert density(spokes, (20, 20, 20), "analytic").sum() == pytest.approx(np.pi / 6 * 20**3)
    k = spiral(8, 900, turns=5, in_out=in_out)
    analytic, voronoi = (density(k, (64, 64), method) for method in ("analytic", "voronoi"))
    inside = ((norms(k) > 0.15) & (norms(k) < 0.4)).ravel()
    assert np.allclose(analytic[inside], voronoi[inside], rtol=0.05)


def test_pipe_grids_a_volume():
    truth = np.zeros((16, 16, 16), complex)
    truth[5:11, 4:12, 6:10] = 1
    k = stack_of(radial(26, 32), 16)
    plane = np.tile(density(radial(26, 32), (16, 16)), 16)
    assert np.allclose(density(k, truth.shape), plane, rtol=0.01)
    assert gridding_error(k, plane, truth) < 0.25


def test_why_the_densities_are_not_those_of_mrinufft():
    """Its Pipe blurs, its Voronoi takes ½ for −½ and has no volumes in 3-D."""
    from mrinufft import get_density
    from mrinufft.density.geometry_based import voronoi_unique

    truth, k = disc_limited(64), radial(101, 128)
    grid = np.array(np.meshgrid(*[np.linspace(-0.4, 0.4, 6)] * 3)).reshape(3, -1).T + 0.02 * draw((216, 3)).real
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = np.real(get_density("pipe")(k, (64, 64), backend="finufft"))
        volumes = voronoi_unique(grid)[(abs(grid) < 0.3).all(axis=1)]
    theirs *= 64**2 * np.pi / 4 / theirs.sum()
    assert gridding_error(k, density(k, (64, 64)), truth) < 0.2 * gridding_error(k, theirs, truth)
    seen = []
    get_density("voronoi").__globals__["flat_traj"](lambda traj: seen.append(traj))(np.array([[0.5, 0.0], [0.1, 0.2]]))
    assert seen[0][0, 0] == -0.5
    assert np.mean(volumes) > 5 * 0.16**3


K = radial(6, 16)
SHORT = 0.4 * K
ERRORS = {
    "no shots": (lambda: radial(0, 8), ValueError, "shots must be .* at least 1, got 0"),
    "one sample": (lambda: spiral(4, 1), ValueError, "samples must be .* at least 2, got 1"),
    "fractional shots": (lambda: cones(2.5, 8), TypeError, "shots must be a whole number .*, got 2.5"),
    "negative turns": (
        lambda: spiral(4, 8, turns=-1),
        ValueError,
        "turns must be a finite number of at least 0, got -1",
    ),
    "NaN turns": (lambda: cones(4, 8, turns=float("nan")), ValueError, "turns must be .* got nan"),
    "seiffert without turns": (lambda: seiffert(4, 8, turns=0), ValueError, "turns above 0, got 0"),
    "unknown keyword": (lambda: radial(4, 8, tilt="golden"), TypeError, "tilt"),
    "accel below 1": (lambda: shots_for((64, 64), 0.5), ValueError, "accel on .* between 1 and 100.5, got 0.5"),
    "accel above Nyquist": (lambda: shots_for((64, 64), 9, turns=8), ValueError, "between 1 and 2"),
    "accel NaN": (lambda: shots_for((64, 64), float("nan")), ValueError, "accel .* got nan"),
    "accel text": (lambda: shots_for((64, 64), "4"), TypeError, "accel .* got '4'"),
    "spirals in 3-D": (lambda: shots_for((8, 8, 8), 2, turns=3), ValueError, "in 3-D takes turns=0"),
    "shape a number": (lambda: nyquist_shots(64), TypeError, "takes a shape such as"),
    "short of the edge": (lambda: trajectory_acceleration(SHORT, (64, 64)), ValueError, "one ends at 0.2"),
    "flat": (
        lambda: trajectory_acceleration(K.reshape(-1, 2), (64, 64)),
        ValueError,
        r"\(shots, samples, 2\), got \(96, 2\)",
    ),
    "2-D on 3-D": (lambda: trajectory_acceleration(K, (8, 8, 8)), ValueError, r"\(\.\.\., 3\), got \(6, 16, 2\)"),
    "stack of a volume": (lambda: stack_of(cones(3, 8), 4), ValueError, r"\(\.\.\., 2\), got \(3, 8, 3\)"),
    "stack of nothing": (lambda: stack_of(K, 0), ValueError, "slices must be .* at least 1, got 0"),
    "unknown method": (lambda: density(K, (8, 8), "cells"), ValueError, "unknown method 'cells' of density"),
    "no iterations": (lambda: density(K, (8, 8), iterations=0), ValueError, "iterations must be .* at least 1, got 0"),
    "voronoi in 3-D": (lambda: density(cones(3, 8), (8, 8, 8), "voronoi"), ValueError, "is for 2-D, got .* 3-D"),
    "voronoi of one spoke": (lambda: density(K[:1], (8, 8), "voronoi"), ValueError, "one line; these 16 do"),
    "analytic without shots": (lambda: density(K[0], (8, 8), "analytic"), ValueError, r"got \(16, 2\)"),
    "density outside": (lambda: density(3 * K, (8, 8)), ValueError, "got values up to 1.5"),
    "density of a list": (lambda: density([[0.0, 0.0]], (8, 8)), TypeError, "array, got list"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_bad_input_is_named(case):
    call, error, message = ERRORS[case]
    with pytest.raises(error, match=message):
        call()


def test_a_missing_install_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "mrinufft", None)
    for make in (cones, seiffert):
        with pytest.raises(ImportError, match=r"mrilab\[nufft\]"):
            make(2, 8)
    assert radial(2, 8).shape == spiral(2, 8).shape
