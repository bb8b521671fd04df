"""Solvers: one minimum, ModOpt's iterates, what a Result holds, and what stops a run."""

import tracemalloc
import warnings

import numpy as np
import pytest
from helpers import draw, lines
from scipy.sparse.linalg import cg

import mrilab
from mrilab import (
    FFT,
    L1,
    OSCAR,
    Coils,
    CycleSpun,
    FiniteDifference,
    GroupL1,
    Identity,
    LeastSquares,
    Mask,
    Smooth,
    UndecimatedWavelet,
    Wavelet,
    condat_vu,
    conjugate_gradient,
    fista,
    lambda_max,
    pogm,
    step_sizes,
    to_numpy,
    variable_density,
)


@pytest.fixture(params=["group", "l1", "oscar bands", "oscar"])
def problem(request, coil_problem):
    """(f in synthesis form, f in analysis form, g, Ψ): calibrationless for the group norm, SENSE for the others."""
    A, Psi, y = coil_problem
    if request.param == "group":
        A = A.factors[0] @ A.factors[1]
    f, h = LeastSquares(A @ Psi.H, y), LeastSquares(A, y)
    g = {
        "group": lambda lam: GroupL1(lam, axis=-3),
        "l1": L1,
        "oscar bands": lambda lam: OSCAR(lam, 1.0, Psi.bands),
        "oscar": lambda lam: OSCAR(lam, 0.5),
    }[request.param]
    return f, h, g(0.05 * lambda_max(f, g(1.0))), Psi


def close(a, b):
    return np.abs(a - b).max() <= 1e-5 * np.abs(b).max()


def test_one_minimum(problem):
    f, h, g, Psi = problem
    reference = fista(f, g, max_iter=400, restart=True).costs[-1]
    for cost in (
        fista(f, g, max_iter=1000).costs[-1],
        pogm(f, g, max_iter=300).costs[-1],
        condat_vu(h, g, Psi, max_iter=1000).costs[-1],
        fista(f, g, max_iter=1000, engine="modopt").costs[-1],
    ):
        assert cost == pytest.approx(reference, rel=1e-5)


@pytest.mark.parametrize("iterations", [1, 7, 60])
def test_pogm_and_condat_vu_follow_modopt(problem, iterations):
    f, h, g, Psi = problem
    ours, theirs = (pogm(f, g, max_iter=iterations, engine=engine) for engine in ("own", "modopt"))
    assert close(ours.x, theirs.x)
    assert np.allclose(ours.costs, theirs.costs, rtol=1e-5)
    ours, theirs = (condat_vu(h, g, Psi, max_iter=iterations, engine=engine) for engine in ("own", "modopt"))
    assert close(ours.x, theirs.x)
    assert np.allclose(ours.costs, theirs.costs, rtol=1e-5)


def test_torch_takes_the_same_path(problem):
    import torch

    f, h, g, Psi = problem
    t = LeastSquares(f.A, torch.from_numpy(f.y.copy()))  # f.y is read-only
    result = fista(t, g, max_iter=20)
    assert isinstance(result.x, torch.Tensor)
    assert result.x.dtype == torch.complex64
    assert close(to_numpy(result.x), fista(f, g, max_iter=20).x)
    assert np.allclose(
        condat_vu(LeastSquares(h.A, t.y), g, Psi, max_iter=20).costs, condat_vu(h, g, Psi, max_iter=20).costs
    )


@pytest.mark.parametrize("kind", ["group", "l1"])
def test_no_array_leaves_its_device_on_the_way(coil_problem, kind, monkeypatch):
    """A GPU's loop must not wait for copies to the host; torch on the CPU shows whether there would be any."""
    import torch

    A, Psi, y = coil_problem
    if kind == "group":
        A = A.factors[0] @ A.factors[1]
    g = GroupL1(0.01, axis=-3) if kind == "group" else L1(0.01)

    def costs(f, h, iterations):
        runs = (
            fista(f, g, max_iter=iterations),
            pogm(f, g, max_iter=iterations),
            condat_vu(h, g, Psi, max_iter=iterations),
        )
        return [run.costs for run in runs]

    here, there = ((LeastSquares(A @ Psi.H, v), LeastSquares(A, v)) for v in (y, torch.from_numpy(y)))
    costs(*there, 2)  # masks, maps and filters go over once
    for name in ("numpy", "cpu", "to", "tolist", "__array__"):
        monkeypatch.setattr(torch.Tensor, name, lambda *_, **__: pytest.fail("an array leaves its device"))
    assert np.allclose(costs(*here, 15), costs(*there, 15), rtol=1e-4)


RUNS = {
    "fista": lambda f, h, g, Psi, **options: fista(f, g, restart=True, **options),
    "pogm": lambda f, h, g, Psi, **options: pogm(f, g, **options),
    "condat_vu": lambda f, h, g, Psi, **options: condat_vu(h, g, Psi, **options),
    "relaxed": lambda f, h, g, Psi, **options: condat_vu(h, g, Psi, rho=0.9, **options),
}


@pytest.fixture(scope="module")
def large_problem():
    """Images and coefficients of 2 MB, large enough for memory that is used again, threads and gaps between rows."""
    shape = (128, 512)
    Psi, A = Wavelet("sym8", shape, level=3), Mask(lines(shape)) @ FFT(shape)
    y = A(A.H(draw((4, *shape))))
    return LeastSquares(A @ Psi.H, y), LeastSquares(A, y), GroupL1(0.1, axis=-3), Psi


@pytest.mark.parametrize("name", RUNS)
def test_what_was_handed_out_or_in_stays_as_it_is(large_problem, name):
    x0 = draw((4, 128, 512), seed=3)
    kept, seen = x0.copy(), []
    RUNS[name](*large_problem, x0=x0, max_iter=8, callback=lambda k, x: seen.append((x, x.copy())))
    assert np.array_equal(x0, kept)
    assert all(np.array_equal(x, copy) for x, copy in seen)


@pytest.mark.parametrize("library", ["numpy", "torch"])
@pytest.mark.parametrize("name", RUNS)
def test_operators_that_hand_on_what_they_get(name, library):
    """`Identity` returns its argument: nothing is written there, and both the minimiser and y come out as they are."""
    y, one = draw((32, 32), library), Identity((32, 32))
    kept, g = to_numpy(y).copy(), L1(0.3)
    f = LeastSquares(one, y)
    x = RUNS[name](f, f, g, one, max_iter=200).x
    assert np.allclose(to_numpy(x), g.prox(kept, 1.0), atol=1e-4)
    assert np.array_equal(to_numpy(y), kept)


@pytest.mark.parametrize("name", RUNS)
def test_a_gradient_that_is_kept_elsewhere_stays_as_it_is(name):
    """f(x) = Re⟨c, x⟩ + ½‖x‖² with a gradient array that the function itself writes into and holds."""

    class Linear(Smooth):
        lipschitz = 1.0
        c, held = draw((32, 32), seed=1), draw((32, 32), seed=2)

        def __call__(self, x):
            return float((self.c.conj() * x).real.sum() + 0.5 * (abs(x) ** 2).sum())

        def grad(self, x):
            np.add(self.c, x, out=self.held)
            self.kept = self.held.copy()
            return self.held

    f, g, one = Linear(), L1(0.3), Identity((32, 32))
    x = RUNS[name](f, f, g, one, x0=draw((32, 32), seed=4), max_iter=200).x
    assert np.allclose(x, g.prox(-f.c, 1.0), atol=1e-4)
    assert np.array_equal(f.held, f.kept)


@pytest.mark.parametrize("name", RUNS)
def test_memory_stays_flat(large_problem, name):
    """The same peak within the tenth iteration and within the thirtieth, to less than one array."""
    peaks = []

    def look(k, x):
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.reset_peak()

    tracemalloc.start()
    try:
        result = RUNS[name](*large_problem, max_iter=30, callback=look)
    finally:
        tracemalloc.stop()
    assert peaks[30] < peaks[10] + result.x.nbytes


def test_memory_of_a_volume_stays_flat():
    """The same peak within 20 iterations and within 40, to less than a volume."""
    shape = (32, 64, 64)
    mask = np.broadcast_to(variable_density(shape[:2], 3)[..., None], shape)
    A = Mask(mask) @ FFT(shape) @ Coils(draw((4, *shape)))
    f, g = LeastSquares(A, A(draw(shape, seed=1))), CycleSpun(L1(0.1), Wavelet("haar", shape[1:], level=2))
    for solve in (lambda n: fista(f, g, max_iter=n), lambda n: conjugate_gradient(f, max_iter=n)):
        peaks = []
        for n in (20, 40):
            tracemalloc.start()
            try:
                volume = solve(n).x
                peaks.append(tracemalloc.get_traced_memory()[1])
            finally:
                tracemalloc.stop()
        assert peaks[1] < peaks[0] + volume.nbytes


def test_complex128_stays_and_agrees(coil_problem):
    A, Psi, y = coil_problem
    results = [pogm(LeastSquares(A @ Psi.H, v), L1(0.01), max_iter=20) for v in (y, y.astype(complex))]
    assert [r.x.dtype for r in results] == [np.complex64, np.complex128]
    assert np.allclose(results[0].costs, results[1].costs, rtol=1e-5)


def test_a_batch_is_solved_slice_by_slice(coil_problem):
    A, Psi, y = coil_problem
    both = np.stack([y, 2 * y])
    batch = fista(LeastSquares(A @ Psi.H, both), L1(0.01), max_iter=15).x
    for x, data in zip(batch, both, strict=True):
        assert close(x, fista(LeastSquares(A @ Psi.H, data), L1(0.01), max_iter=15).x)


def test_the_momentum_is_the_textbooks():
    """FISTA's extrapolation is 0, 0.282, 0.434 …, read off its iterates on ½‖x − 1‖² with L = 2."""

    class Half(Smooth):
        lipschitz = 2.0

        def __call__(self, x):
            return 0.5 * float(((x - 1) ** 2).sum())

        def grad(self, x):
            return x - 1

    xs = []
    fista(Half(), L1(1e-12), np.zeros(1), max_iter=4, callback=lambda k, x: xs.append(float(x[0])))
    points = [2 * x - 1 for x in xs[1:]]  # x_k = (z + 1)/2
    betas = [(z - b) / (b - a) for a, b, z in zip(xs, xs[1:], points[1:], strict=False)]
    assert np.allclose(betas, [0.0, 0.2817, 0.4340], atol=1e-4)


def test_restart_helps_pogm(coil_problem):
    """AᴴA is a projection, so POGM over-steps: without restart it swings around the minimum."""
    A, Psi, y = coil_problem
    A = A.factors[0] @ A.factors[1]
    f = LeastSquares(A @ Psi.H, y)
    g = GroupL1(5e-3 * lambda_max(f, GroupL1(1.0, axis=-3)), axis=-3)
    best = pogm(f, g, max_iter=400).costs[-1]
    plain, restarted = (pogm(f, g, max_iter=80, restart=r).costs[-1] for r in (False, True))
    assert restarted - best < 0.2 * (plain - best)


@pytest.mark.parametrize("Psi", [UndecimatedWavelet("haar", (32, 32), 2), FiniteDifference((32, 32))], ids=repr)
def test_condat_vu_relaxed_and_plain_meet(Psi):
    A = Mask(lines((32, 32))) @ FFT((32, 32))
    y = A(np.pad(np.ones((12, 12)), 10).astype(np.complex64))
    f = LeastSquares(A, y)
    g = GroupL1(0.05, axis=-3) if isinstance(Psi, FiniteDifference) else L1(0.05)
    steps = {"tau": 0.5, "sigma": 1.0 / Psi.lipschitz()}
    plain, relaxed = (condat_vu(f, g, Psi, max_iter=2000, rho=rho, **steps).costs for rho in (1.0, 1.4))
    assert relaxed[-1] == pytest.approx(plain[-1], rel=1e-4)
    assert relaxed[50] < plain[50]


@pytest.mark.parametrize(
    "Psi",
    [Wavelet("sym8", (48, 48), level=2), UndecimatedWavelet("db4", (48, 48), level=2), FiniteDifference((48, 48))],
)
def test_a_small_dual_step_is_faster_for_a_small_lambda_and_slower_for_a_large_one(Psi):
    maps, mask = mrilab.simulate_smaps(8, (48, 48), raw=False), mrilab.random_lines((48, 48), 2, seed=0)
    y = mrilab.simulate(mrilab.brain((48, 48), 3), maps, (48, 48), noise=0.005) * mask
    f = LeastSquares(Mask(mask) @ FFT((48, 48)) @ mrilab.Coils(maps), y)
    top = lambda_max(f, L1(1.0), Psi)

    def cost(fraction, share):
        return condat_vu(f, L1(fraction * top), Psi, sigma=share / Psi.lipschitz(), max_iter=60).costs[-1]

    assert cost(1e-4, 0.03) < 0.999 * cost(1e-4, 0.5) and cost(1e-2, 0.5) < 0.999 * cost(1e-2, 0.03)


def test_step_condition_is_condats():
    f, Psi = LeastSquares(Identity((4,)), np.ones(4)), Identity((4,))
    assert step_sizes(f, Psi) == pytest.approx((0.99, 0.5))
    assert step_sizes(f, Psi, tau=1.0, sigma=0.5, rho=0.9) == (1.0, 0.5)  # equality: rho must be below 1
    with pytest.raises(ValueError, match="rho=1.0 must lie between 0 and 1"):
        step_sizes(f, Psi, tau=1.0, sigma=0.5)
    with pytest.raises(ValueError, match="at least L/2"):
        step_sizes(f, Psi, tau=2.0, sigma=0.5)


def test_conjugate_gradient_solves_the_normal_equations(coil_problem):
    A, _, y = coil_problem
    y = y.astype(complex)
    exact, _ = cg((A.gram + 0.1 * Identity(A.shape_in)).as_scipy(), A.H(y).ravel(), rtol=1e-12)
    for iterations in (60, 200):  # going on at the minimum does no harm
        x = conjugate_gradient(LeastSquares(A, y), lam=0.1, max_iter=iterations).x
        assert np.allclose(x.ravel(), exact, atol=1e-10)


def test_result_records_what_it_says(coil_problem):
    A, Psi, y = coil_problem
    f, g, seen = LeastSquares(A @ Psi.H, y), L1(0.01), []
    r = fista(
        f, g, max_iter=5, metrics={"norm": lambda x: float(np.linalg.norm(x))}, callback=lambda k, x: seen.append(k)
    )
    assert (len(r.costs), len(r.times), len(r.metrics["norm"]), r.iterations) == (6, 6, 6, 5)
    assert seen == [0, 1, 2, 3, 4, 5]
    assert r.costs[0] == pytest.approx(f(0 * r.x))
    assert r.costs[-1] == pytest.approx(f(r.x) + g(r.x), rel=1e-5)
    assert r.metrics["norm"][-1] == pytest.approx(np.linalg.norm(r.x))
    assert (np.diff(r.times) > 0).all()
    assert r.steps["lipschitz"] == 1
    cv = condat_vu(LeastSquares(A, y), g, Psi, max_iter=0)
    assert set(cv.steps) == {"lipschitz", "tau", "sigma", "rho"}
    assert len(cv.costs) == 1


def test_times_exclude_metrics(coil_problem, monkeypatch):
    """By a clock that moves in metrics alone."""
    A, Psi, y = coil_problem
    now = [0.0]
    monkeypatch.setattr("mrilab.solvers.loop.perf_counter", lambda: now[0])

    def slow(x):
        now[0] += 1
        return now[0]

    r = fista(LeastSquares(A @ Psi.H, y), L1(0.01), max_iter=3, metrics={"slow": slow})
    assert r.metrics["slow"][-1] == 4 and not r.times.any()


def test_warm_start_goes_on(coil_problem):
    A, Psi, y = coil_problem
    f, g = LeastSquares(A @ Psi.H, y), L1(0.01)
    half = pogm(f, g, max_iter=10)
    kept = half.x.copy()
    assert pogm(f, g, half.x, max_iter=10).costs[0] == pytest.approx(half.costs[-1], rel=1e-5)
    assert np.array_equal(half.x, kept)


def test_tolerance_stops_and_zero_does_not(coil_problem):
    A, Psi, y = coil_problem
    f, g = LeastSquares(A @ Psi.H, y), L1(0.01)
    assert fista(f, g, max_iter=200, tol=1e-4).iterations < 200
    assert fista(f, g, max_iter=200).iterations == 200


def test_ctrl_c_returns_what_was_reached(coil_problem):
    A, Psi, y = coil_problem
    f, g = LeastSquares(A @ Psi.H, y), L1(0.01)

    def interrupt(k, x):
        if k == 4:
            raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="stopped after 4 iterations"):
        r = fista(f, g, max_iter=50, callback=interrupt, metrics={"one": lambda x: 1.0})
    assert close(r.x, fista(f, g, max_iter=4).x)
    assert len(r.costs) == len(r.times) == len(r.metrics["one"]) == 5


def test_divergence_is_said(coil_problem):
    A, _, y = coil_problem

    class TooSteep(Smooth):
        lipschitz = 0.01

        def __call__(self, x):
            return float(np.sum(abs(A(x) - y) ** 2) / 2)

        def grad(self, x):
            return A.H(A(x) - y)

    warnings.simplefilter("ignore")  # NumPy's overflows on the way
    with pytest.raises(FloatingPointError, match="the cost is"):
        fista(TooSteep(), L1(0.01), np.zeros(A.shape_in, np.complex64), max_iter=100)


def test_modopts_own_prox_can_be_g(coil_problem):
    from modopt.opt.linear import Identity as ModOptIdentity
    from modopt.opt.proximity import SparseThreshold

    A, Psi, y = coil_problem
    f, lam = LeastSquares(A @ Psi.H, y), 0.01
    g = mrilab.ModOptProx(SparseThreshold(ModOptIdentity(), lam))
    assert close(fista(f, g, max_iter=10).x, fista(f, L1(lam), max_iter=10).x)


def test_five_lines_at_odd_sizes():
    """8×230×180 with a two-dimensional mask: the chapter's own lines, and a better image than zero-filling."""
    x = mrilab.brain((230, 180), seed=1)
    smaps = mrilab.simulate_smaps(8, (230, 180), raw=False)
    mask = mrilab.poisson_disc((230, 180), 6, center=24, seed=0)
    kspace = FFT((230, 180))(smaps * x) + 0.005 * draw((8, 230, 180))
    A, Psi = Mask(mask) @ FFT((230, 180)), Wavelet("sym8", (230, 180), level=4)
    f = LeastSquares(A @ Psi.H, (kspace * mask).astype(np.complex64))
    Z = fista(f, GroupL1(1e-3 * lambda_max(f, GroupL1(1.0, axis=-3)), axis=-3), max_iter=30).x
    zero_filled, found = mrilab.rss(A.H(f.y)), mrilab.rss(Psi.H(Z))
    assert mrilab.psnr(found, abs(x)) > mrilab.psnr(zero_filled, abs(x)) + 2
