"""Cycle spinning: the mean over all shifts, one random shift a step, and what a stochastic method arrives at."""

from itertools import product

import numpy as np
import pytest
from helpers import draw

from mrilab import (
    FFT,
    L1,
    OSCAR,
    CycleSpun,
    Diagonal,
    GroupL1,
    LeastSquares,
    Mask,
    UndecimatedWavelet,
    Wavelet,
    brain,
    condat_vu,
    fista,
    lambda_max,
    psnr,
    random_lines,
    simulate,
    to_numpy,
)

SHAPE, LEVEL = (16, 24), 2
PSI = Wavelet("db2", SHAPE, level=LEVEL)


def shifts():
    return product(range(2**LEVEL), repeat=2)


@pytest.mark.parametrize("norm", [L1(0.7), GroupL1(0.7, axis=-3)], ids=repr)
def test_the_value_is_the_mean_over_all_shifts(norm):
    x = draw((3, *SHAPE), dtype="complex128")
    values = [norm(PSI(np.roll(x, shift, (-2, -1)))) for shift in shifts()]
    assert np.isclose(CycleSpun(norm, PSI)(x), np.mean(values), rtol=1e-12)


@pytest.mark.parametrize("norm", [L1(0.7), GroupL1(0.7, axis=-3)], ids=repr)
def test_each_step_is_the_prox_of_one_shift_and_all_shifts_come(norm):
    x = draw((3, *SHAPE), dtype="complex128")
    terms = {shift: np.roll(x, shift, (-2, -1)) for shift in shifts()}
    terms = {
        shift: np.roll(PSI.H(norm.prox(PSI(rolled), 0.4)), [-n for n in shift], (-2, -1))
        for shift, rolled in terms.items()
    }
    g, seen = CycleSpun(norm, PSI, seed=3), set()
    for _ in range(200):
        p = g.prox(x, 0.4)
        found = [shift for shift, term in terms.items() if np.allclose(p, term, atol=1e-12)]
        assert len(found) == 1
        seen.add(found[0])
    assert len(seen) == 4**LEVEL


def test_a_seed_repeats_its_shifts_and_another_does_not():
    x = draw(SHAPE)
    first, again, other = (
        [g.prox(x, 1.0) for _ in range(5)] for g in (CycleSpun(L1(0.5), PSI, seed=s) for s in (4, 4, 5))
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def problem(noise=0.01):
    shape = (96, 96)
    fine = brain((192, 192), seed=3, split="test")
    one = np.ones((1, 192, 192), np.complex64)
    mask = random_lines(shape, 2.5, center=12, seed=0)
    y = simulate(fine, one, shape, noise=noise, seed=1)[0] * mask
    return LeastSquares(Mask(mask) @ FFT(shape), y), abs(FFT(shape).H(simulate(fine, one, shape)[0]))


def test_fista_comes_near_the_minimum_of_the_mean_and_beats_one_grid():
    f, ref = problem()
    Psi, level = Wavelet("sym8", ref.shape, level=3), 3
    lam = 3e-3 * lambda_max(f, L1(1.0), Psi)
    spun = fista(f, CycleSpun(L1(lam), Psi), max_iter=100)
    weights = [2.0**-level, *(2.0 ** (j - level) for j in range(level) for _ in range(3))]
    W = UndecimatedWavelet("sym8", ref.shape, level=level)
    weighted = Diagonal(np.broadcast_to(np.array(weights)[:, None, None], W.shape_out)) @ W
    least = condat_vu(f, L1(lam), weighted, max_iter=400).costs[-1]
    x = Psi.H(fista(LeastSquares(f.A @ Psi.H, f.y), L1(lam), max_iter=100).x)
    assert least < spun.costs[-1] < f(x) + CycleSpun(L1(lam), Psi)(x)
    assert psnr(spun.x, ref) > psnr(x, ref) + 0.5


def test_the_mean_of_late_iterates_is_closer_to_the_minimum_than_the_last():
    f, ref = problem()
    g = CycleSpun(L1(1e-3 * lambda_max(f, L1(1.0), Wavelet("sym8", ref.shape, 3))), Wavelet("sym8", ref.shape, 3))
    late: list[np.ndarray] = []
    last = fista(f, g, max_iter=100, callback=lambda k, x: late.append(x) if k > 80 else None)
    mean = np.mean(late, axis=0)
    assert f(mean) + g(mean) < last.costs[-1]


def test_torch_draws_the_same_shifts():
    torch = pytest.importorskip("torch")
    x = draw((2, *SHAPE))
    here, there = CycleSpun(L1(0.5), PSI, seed=1), CycleSpun(L1(0.5), PSI, seed=1)
    assert np.isclose(here(x), there(torch.as_tensor(x)))
    for _ in range(3):
        assert np.allclose(here.prox(x, 0.5), to_numpy(there.prox(torch.as_tensor(x), 0.5)), atol=1e-5)


def test_odd_sizes_keep_their_shape_and_small_steps_change_little():
    Psi = Wavelet("sym4", (33, 50), level=3)
    x, g = draw((33, 50)), CycleSpun(L1(1e-6), Psi)
    assert np.allclose(g.prox(x, 1.0), x, atol=1e-4)


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: CycleSpun(OSCAR(0.1, 1.0), PSI), "L1 or GroupL1"),
        (lambda: CycleSpun(L1(0.1), UndecimatedWavelet("db2", SHAPE, level=2)), "must be a Wavelet"),
        (lambda: CycleSpun(L1(0.1), PSI, seed=1.5), "seed"),
    ],
)
def test_what_it_does_not_take_is_named(make, says):
    with pytest.raises((TypeError, ValueError), match=says):
        make()


def test_an_image_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="CycleSpun"):
        CycleSpun(L1(0.1), PSI).prox(draw((16, 16)), 1.0)


@pytest.mark.parametrize("axis", [-1, -2, 1, 2])
def test_groups_within_the_image_are_refused(axis):
    """They would not move with it, so the value would not be the mean over all shifts."""
    g = CycleSpun(GroupL1(0.1, axis=axis), PSI)
    for use in (g, lambda x: g.prox(x, 1.0)):
        with pytest.raises(ValueError, match="in front of the image"):
            use(draw((3, *SHAPE)))
    assert CycleSpun(GroupL1(0.1, axis=0), PSI)(draw((3, *SHAPE))) > 0


def test_condat_vu_refuses_a_grid_that_changes():
    f, _ = problem()
    with pytest.raises(TypeError, match="dual variable of one grid"):
        condat_vu(f, CycleSpun(L1(0.1), Wavelet("sym8", f.A.shape_in, 3)), Wavelet("sym8", f.A.shape_in, 3))
