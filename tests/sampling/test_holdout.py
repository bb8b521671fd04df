"""λ without a ground truth: what is held back, and that the λ chosen by it is near the best."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mrilab import (
    FFT,
    L1,
    Coils,
    LeastSquares,
    Mask,
    Wavelet,
    brain,
    center_box,
    choose_lambda,
    fista,
    lambda_max,
    leave_out,
    psnr,
    random_lines,
    simulate,
    simulate_smaps,
    variable_density,
)


@given(st.integers(12, 60), st.integers(12, 60), st.floats(0.05, 0.5), st.booleans(), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_kept_and_held_make_up_the_mask(height, width, share, lines, seed):
    mask = (random_lines if lines else variable_density)((height, width), 2, center=4, seed=seed)
    kept, held = leave_out(mask, share, keep=4, seed=seed)
    assert (kept | held).sum() == mask.sum() == kept.sum() + held.sum()
    assert not (held & center_box(mask.shape, 4)).any()
    units = mask[:, 0] if lines else mask
    wanted, got = share * units.sum(), held[:, 0].sum() if lines else held.sum()
    assert abs(got - wanted) <= 1 or got == (units.sum() - 4 * (lines or 4)) - 1
    assert not lines or (held == held[:, :1]).all()
    assert (leave_out(mask, share, keep=4, seed=seed)[1] == held).all()
    assert held.any() and kept[height // 2, width // 2]


def test_seeds_hold_back_other_samples():
    mask = variable_density((64, 64), 4)
    assert (leave_out(mask, seed=0)[1] != leave_out(mask, seed=1)[1]).any()


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("noise", [0.005, 0.03])
def test_the_choice_is_near_the_best(lines, noise):
    shape, fine = (96, 80), (192, 160)
    image, smaps = brain(fine, 2, split="validation"), simulate_smaps(6, fine)
    F = FFT(shape) @ Coils(simulate_smaps(6, shape, raw=False))
    reference = abs(F.H(simulate(image, smaps, shape)))
    mask = random_lines(shape, 3, center=16, seed=1) if lines else variable_density(shape, 5, center=16, seed=1)
    y = mask * simulate(image, smaps, shape, noise=noise)
    Psi = Wavelet("sym4", shape, level=3)

    def reconstruct(y, mask, fraction):
        f = LeastSquares(Mask(mask) @ F @ Psi.H, y)
        return Psi.H(fista(f, L1(fraction * lambda_max(f, L1(1.0))), max_iter=60).x)

    fractions = 10.0 ** (np.arange(-15, -3) / 3)
    choice = choose_lambda(lambda *args: F(reconstruct(*args)), y, mask, fractions, keep=16)
    best = fractions[np.argmax([psnr(reconstruct(y, mask, t), reference) for t in fractions])]
    assert 1 / 3 <= choice.fraction / best <= 3
    assert choice.errors.min() == choice.errors[list(choice.fractions).index(choice.fraction)]


def test_the_samples_held_back_are_not_seen():
    mask = variable_density((32, 32), 2, seed=3)
    y = mask * np.ones((2, 32, 32), np.complex64)
    _, held = leave_out(mask, 0.2, keep=4, seed=5)

    def predict(kspace, kept, fraction):
        assert not kspace[:, held].any() and not (kept & held).any()
        return (1 - abs(fraction - 0.2)) * np.ones_like(y)

    choice = choose_lambda(predict, y, mask, [0.5, 0.2, 0.1], share=0.2, keep=4, seed=5)
    assert choice.fraction == 0.2
    assert np.allclose(choice.errors, [0.01, 0, 0.09], atol=1e-6)
    assert (y == mask).all()


def test_an_edge_is_warned_of():
    mask = variable_density((32, 32), 2)
    with pytest.warns(UserWarning, match=r"the best fraction, 0\.01, is at the edge"):
        choose_lambda(lambda y, m, t: t * mask, mask + 0j, mask, [0.001, 0.01], keep=4)


BROKEN = {
    "share": (lambda m: leave_out(m, 1.0), "share must be a number strictly between 0 and 1, got 1.0"),
    "mask": (lambda m: leave_out(m[0]), r"mask of shape \(H, W\), got \(16,\)"),
    "nothing to spare": (
        lambda m: leave_out(center_box((16, 16), 4), keep=4),
        "only 0 points lie outside the box of 4",
    ),
    "no candidates": (lambda m: choose_lambda(lambda *a: 0, m + 0j, m, [], keep=2), "no fractions"),
    "negative": (lambda m: choose_lambda(lambda *a: 0, m + 0j, m, [-1.0], keep=2), "-1.0"),
    "shape": (
        lambda m: choose_lambda(lambda *a: np.zeros((2, 2)), m + 0j, m, [0.1], keep=2),
        r"shape \(2, 2\), the data are \(16, 16\)",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_errors_restate_the_input(case):
    call, message = BROKEN[case]
    with pytest.raises(ValueError, match=message):
        call(variable_density((16, 16), 2))
