"""Gradients and slew rates in their units, and the projection on what the hardware allows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mrilab.sampling.hardware import GAMMA, gradients, project, slew_rates, step_limits
from mrilab.sampling.trajectories import cones, radial, spiral

PIXEL, DWELL = 0.236 / 128, 1e-5


def norms(v):
    return np.linalg.norm(np.asarray(v, float), axis=-1)


def keeps(s, alpha, beta, echo):
    return (
        (norms(np.diff(s.astype(float), axis=1)) <= alpha).all()
        and (norms(np.diff(s.astype(float), 2, axis=1)) <= beta).all()
        and norms(s).max() <= 0.5
        and not s[:, echo].any()
    )


def test_a_constant_gradient_and_a_ramp_come_back():
    t = DWELL * np.arange(-64, 65)
    k = GAMMA * np.stack([0.010 * t, 0.5 * 150.0 * t**2], axis=-1) * PIXEL  # 10 mT/m along y, 150 T/m/s along x
    g = gradients(k[None], PIXEL, DWELL)
    assert g.shape == (1, 128, 2) and np.allclose(g[..., 0], 10)
    assert np.allclose(g[0, :, 1], 1e3 * 150 * (t[1:] + t[:-1]) / 2)
    s = slew_rates(k[None], PIXEL, DWELL)
    assert s.shape == (1, 127, 2) and np.allclose(s[..., 0], 0, atol=1e-6) and np.allclose(s[..., 1], 150)


def test_a_circle_has_the_acceleration_of_a_circle():
    radius, omega = 0.2, 2 * np.pi / 2e-3
    t = DWELL * np.arange(300)
    k = radius * np.stack([np.sin(omega * t), np.cos(omega * t)], axis=-1)[None]
    assert np.allclose(norms(gradients(k, PIXEL, DWELL)), 1e3 * radius / PIXEL * omega / GAMMA, rtol=1e-3)
    assert np.allclose(norms(slew_rates(k, PIXEL, DWELL)), radius / PIXEL * omega**2 / GAMMA, rtol=1e-3)


def test_limits_are_those_of_the_gradients():
    alpha, beta = step_limits(PIXEL, DWELL, gradient=30, slew=100)
    step = np.array([[[0.0, 0.0], [alpha, 0.0], [alpha, beta]]])
    assert np.isclose(norms(gradients(step, PIXEL, DWELL))[0, 0], 30)
    bend = np.array([[[0.0, 0.0], [0.0, 0.0], [beta * 0.6, beta * 0.8]]])
    assert np.isclose(norms(slew_rates(bend, PIXEL, DWELL))[0, 0], 100)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(1, 4), st.integers(8, 150), st.sampled_from([2, 3]), st.booleans(), st.floats(0.5, 5), st.integers(0, 9)
)
def test_projected_curves_keep_every_limit(shots, samples, d, in_out, slack, seed):
    rng = np.random.default_rng(seed)
    alpha, beta = slack / samples, slack * 4 / samples**2
    c = np.cumsum(rng.standard_normal((shots, samples, d)), axis=1) / samples**0.5
    s = project(c, alpha, beta, in_out=in_out)
    assert s.dtype == np.float32 and s.shape == c.shape
    assert keeps(s, alpha, beta, samples // 2 if in_out else 0)


@pytest.mark.parametrize("max_iter", [1, 7])
def test_limits_hold_even_where_the_iterations_do_not_do(max_iter):
    k = np.random.default_rng(0).uniform(-1, 1, (3, 100, 2))
    assert keeps(project(k, 0.02, 0.001, max_iter=max_iter), 0.02, 0.001, 50)


def test_what_can_be_played_is_not_changed():
    alpha, beta = step_limits(PIXEL, DWELL)
    for k, in_out in ((0.99 * radial(5, 512), True), (0.99 * cones(4, 400, turns=0), False)):
        assert np.allclose(project(k, alpha, beta, in_out=in_out), k, atol=1e-6)
    s = project(spiral(3, 512, turns=3), alpha, beta)
    assert np.allclose(project(s, alpha, beta), s, atol=1e-5)
    assert 0.49 <= norms(s).max() <= 0.5


def test_the_projection_is_the_nearest_curve():
    """⟨c − P(c), q − P(c)⟩ ≤ 0 for every q that keeps the limits: what tells a projection from any feasible point."""
    alpha, beta = 0.03, 0.002
    rng = np.random.default_rng(0)
    c = radial(1, 101) + 0.05 * rng.standard_normal((1, 101, 2))
    p = project(c, alpha, beta, tol=1e-5, max_iter=50_000).astype(float)
    gap = np.sum((c - p) ** 2)
    assert gap > 0.1
    others = [
        project(p + size * rng.standard_normal(p.shape), alpha, beta) for size in (1e-3, 1e-2, 0.1) for _ in "1234"
    ]
    for q in [*others, 0 * p, 0.9 * p, project(-c, alpha, beta)]:
        assert np.sum((c - p) * (q - p)) <= 2e-3 * gap


def test_the_projection_agrees_with_another_solver():
    from scipy.optimize import minimize

    samples, alpha, beta = 15, 0.11, 0.04
    c = 0.3 * np.random.default_rng(1).standard_normal((1, samples, 2))

    def spare(x):
        s = x.reshape(samples, 2)
        parts = (s, 0.5), (np.diff(s, axis=0), alpha), (np.diff(s, 2, axis=0), beta)
        return np.concatenate([limit**2 - np.sum(v**2, axis=-1) for v, limit in parts])

    limits = [{"type": "ineq", "fun": spare}, {"type": "eq", "fun": lambda x: x.reshape(samples, 2)[samples // 2]}]
    slow = minimize(
        lambda x: 0.5 * np.sum((x - c.ravel()) ** 2),
        np.zeros(2 * samples),
        jac=lambda x: x - c.ravel(),
        constraints=limits,
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert slow.success
    assert np.allclose(project(c, alpha, beta, tol=1e-5, max_iter=50_000), slow.x.reshape(1, samples, 2), atol=1e-3)


def test_shots_are_projected_each_alone():
    c = np.random.default_rng(2).uniform(-0.4, 0.4, (3, 64, 2))
    together = project(c, 0.03, 0.003, tol=1e-4)
    assert np.allclose(together[1:2], project(c[1:2], 0.03, 0.003, tol=1e-4), atol=1e-3)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: gradients(radial(2, 8)[0], 1e-3, 1e-5), r"\(8, 2\)"),
        (lambda: gradients(radial(2, 8), 0, 1e-5), "pixel_size"),
        (lambda: slew_rates(radial(2, 2), 1e-3, 1e-5), "samples ≥ 3"),
        (lambda: slew_rates(radial(2, 8), 1e-3, -1), "dwell"),
        (lambda: step_limits(1e-3, 1e-5, slew=-1), "slew"),
        (lambda: project(radial(2, 8), 0.1, 0), "beta"),
        (lambda: project(radial(2, 8), 0.1, 1e-9), "must exceed"),
        (lambda: project(radial(2, 8), 0.1, 0.1, radius=0.7), "radius ≤ ½"),
        (lambda: project(np.full((1, 8, 2), np.nan), 0.1, 0.1), "16 NaN"),
    ],
)
def test_bad_values_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_complex_curves_are_refused():
    with pytest.raises(TypeError, match="complex"):
        gradients(radial(2, 8) + 0j, 1e-3, 1e-5)
