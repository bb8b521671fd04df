"""Bad input raises before work starts, and the message restates it: one row a kind."""

import numpy as np
import pytest
from helpers import draw, lines, unit_maps

import mrilab as m

SHAPE = (32, 32)
MASK = lines(SHAPE)
A = m.Mask(MASK) @ m.FFT(SHAPE) @ m.Coils(unit_maps(3, SHAPE))
Y = A(draw(SHAPE))
PSI = m.Wavelet("haar", SHAPE, level=2)
F = m.LeastSquares(A, Y)
G = m.L1(0.1)


def spoilt(value):
    y = Y.copy()
    y[0, 16, 3] = value
    return y


def outside():
    y = Y.copy()
    y[:, np.flatnonzero(~MASK[:, 0])[0]] = 1
    return y


CASES = {
    "NaN in k-space": (lambda: m.LeastSquares(A, spoilt(np.nan)), ValueError, "1 NaN or infinite values of 3072"),
    "infinite k-space": (lambda: m.LeastSquares(A, spoilt(np.inf)), ValueError, "NaN or infinite"),
    "real k-space": (
        lambda: m.LeastSquares(A, Y.real),
        TypeError,
        r"complex numbers, got float32 of shape \(3, 32, 32\)",
    ),
    "integer k-space": (lambda: m.LeastSquares(A, Y.real.astype(int)), TypeError, "floating-point numbers, got int64"),
    "real image": (lambda: A(np.ones(SHAPE)), TypeError, "complex numbers, got float64"),
    "mask of another shape": (lambda: m.Mask(MASK[:16]) @ m.FFT(SHAPE), ValueError, r"\(16, 32\) after \(32, 32\)"),
    "data of another shape": (
        lambda: m.LeastSquares(A, Y[..., :16]),
        ValueError,
        r"\(\.\.\., 3, 32, 32\), got \(3, 32, 16\)",
    ),
    "empty mask": (lambda: m.Mask(np.zeros(SHAPE, bool)), ValueError, "none of its 1024 samples"),
    "mask without size": (lambda: m.Mask(np.zeros((0, 4), bool)), ValueError, r"empty mask, of shape \(0, 4\)"),
    "mask of other values": (lambda: m.Mask(np.full(SHAPE, 0.5)), ValueError, "only 0 and 1, got float64"),
    "mask with NaN": (lambda: m.Mask(np.full(SHAPE, np.nan)), ValueError, "only 0 and 1"),
    "samples outside the mask": (lambda: m.LeastSquares(A, outside()), ValueError, "96 samples outside the mask"),
    "lambda zero": (lambda: m.L1(0), ValueError, "lam must be a finite number above 0, got 0"),
    "lambda negative": (lambda: m.GroupL1(-1.0, axis=-3), ValueError, "above 0, got -1.0"),
    "lambda NaN": (lambda: m.OSCAR(float("nan"), 1.0), ValueError, "above 0, got nan"),
    "lambda a string": (lambda: m.L1("0.1"), TypeError, "lam must be a number above 0, got '0.1'"),
    "lambda an array": (lambda: m.L1(np.ones(3)), TypeError, "lam must be a number"),
    "negative slope": (lambda: m.OSCAR(0.1, -1.0), ValueError, "slope must be a finite number of at least 0, got -1.0"),
    "group axis missing": (
        lambda: m.GroupL1(0.1, axis=-4)(Y),
        ValueError,
        r"axis -4 of an array of shape \(3, 32, 32\)",
    ),
    "step zero": (lambda: G.prox(Y, 0.0), ValueError, "step must be a finite number above 0"),
    "unknown wavelet": (lambda: m.Wavelet("sym88", SHAPE), ValueError, "unknown wavelet 'sym88'; did you mean sym8"),
    "wavelet not orthogonal": (lambda: m.Wavelet("bior4.4", SHAPE), ValueError, "not orthogonal"),
    "continuous wavelet": (lambda: m.UndecimatedWavelet("morl", SHAPE), ValueError, "unknown wavelet 'morl'"),
    "too many levels": (lambda: m.Wavelet("haar", SHAPE, level=6), ValueError, r"level 6 is too many .*: at most 5"),
    "level zero": (lambda: m.Wavelet("haar", SHAPE, level=0), ValueError, "level must be a whole number of at least 1"),
    "3-D wavelet": (lambda: m.Wavelet("haar", (8, 8, 8)), ValueError, "2 positive sizes"),
    "shape a number": (lambda: m.FFT(32), TypeError, "takes a shape such as"),
    "shape negative": (lambda: m.FFT((32, -1)), ValueError, "positive sizes"),
    "unknown keyword": (lambda: m.fista(F, G, maxiter=3), TypeError, "maxiter"),
    "unknown engine": (lambda: m.fista(F, G, engine="pysap"), ValueError, "unknown engine 'pysap'"),
    "unknown name": (lambda: m.FISTA, AttributeError, "FISTA"),
    "negative max_iter": (lambda: m.fista(F, G, max_iter=-1), ValueError, "max_iter must be a whole number"),
    "fractional max_iter": (lambda: m.pogm(F, G, max_iter=2.5), TypeError, "max_iter must be a whole number"),
    "negative tol": (lambda: m.fista(F, G, tol=-1e-3), ValueError, "tol must be"),
    "NaN tol": (lambda: m.condat_vu(F, G, PSI, tol=float("nan")), ValueError, "tol must be"),
    "sigma_bar over 1": (
        lambda: m.pogm(F, G, sigma_bar=1.5),
        ValueError,
        "sigma_bar must be .* between 0 and 1, got 1.5",
    ),
    "unstable steps": (lambda: m.condat_vu(F, G, PSI, tau=3.0), ValueError, "tau=3"),
    "negative tau": (lambda: m.condat_vu(F, G, PSI, tau=-1.0), ValueError, "tau must be"),
    "Psi no operator": (lambda: m.condat_vu(F, G, "sym8"), TypeError, "Psi must be a LinearOperator, got str"),
    "f and g swapped": (lambda: m.fista(G, F), TypeError, "f must be LeastSquares .* got L1"),
    "g a number": (lambda: m.fista(F, 0.1), TypeError, "g must be a regulariser .* got float: 0.1"),
    "A no operator": (lambda: m.LeastSquares(np.eye(3), Y), TypeError, "A must be a LinearOperator, got ndarray"),
    "x0 of another shape": (lambda: m.fista(F, G, draw((16, 16))), ValueError, r"got \(16, 16\)"),
    "x0 of another precision": (lambda: m.fista(F, G, draw(SHAPE, dtype="complex128")), TypeError, "x0 is complex128"),
    "modopt without restart": (lambda: m.pogm(F, G, restart=False, engine="modopt"), ValueError, "always restarts"),
    "accel below 1": (lambda: m.random_lines(SHAPE, 0.5), ValueError, "0.5"),
    "accel above the lines": (lambda: m.random_lines(SHAPE, 33), ValueError, "33"),
    "accel NaN": (lambda: m.variable_density(SHAPE, float("nan")), (ValueError, TypeError), "nan"),
    "centre above the budget": (lambda: m.random_lines(SHAPE, 4, center=9), ValueError, "9"),
    "coils of another size": (
        lambda: m.FFT(SHAPE) @ m.Coils(unit_maps(3, (16, 16))),
        ValueError,
        r"\(32, 32\) after \(3, 16, 16\)",
    ),
    "coils too few in the data": (lambda: m.LeastSquares(A, Y[:2]), ValueError, r"got \(2, 32, 32\)"),
    "sets without coils": (lambda: m.CoilSets(np.ones((3, 8, 8), complex)), ValueError, r"got \(3, 8, 8\)"),
    "sets not complex": (lambda: m.CoilSets(np.ones((2, 3, 8, 8))), TypeError, "complex numbers, got float64"),
    "sets all zero": (lambda: m.CoilSets(np.zeros((2, 3, 8, 8), complex)), ValueError, "all zero"),
    "sets with NaN": (lambda: m.CoilSets(np.full((2, 3, 8, 8), np.nan + 0j)), ValueError, "NaN"),
    "maps not complex": (lambda: m.Coils(np.ones((3, 8, 8))), TypeError, "complex numbers, got float64"),
    "maps all zero": (lambda: m.Coils(np.zeros((3, 8, 8), complex)), ValueError, "all zero"),
    "maps with NaN": (lambda: m.Coils(np.full((3, 8, 8), np.nan + 0j)), ValueError, "NaN"),
    "maps without coils": (lambda: m.Coils(np.ones(8, complex)), ValueError, r"got \(8,\)"),
    "empty k-space": (lambda: m.LeastSquares(A, Y[None][:0]), ValueError, r"empty array of shape \(0, 3, 32, 32\)"),
    "list as k-space": (lambda: m.LeastSquares(A, Y.tolist()), TypeError, "NumPy, torch or CuPy array, got list"),
    "None as k-space": (lambda: m.LeastSquares(A, None), TypeError, "got NoneType"),
    "string as mask": (lambda: m.Mask("lines"), TypeError, "got str"),
    "list as image": (lambda: A([1, 2]), TypeError, "got list"),
    "string in prox": (lambda: G.prox("z", 1.0), TypeError, "got str"),
    "None to rss": (lambda: m.rss(None), TypeError, "got NoneType"),
    "adding other shapes": (lambda: m.FFT((4, 4)) + m.FFT((8, 8)), ValueError, r"cannot add \(4, 4\)"),
    "torch tensor to modopt": (lambda: modopt_on_torch(), TypeError, "takes NumPy arrays"),
}


def modopt_on_torch():
    import torch

    return m.fista(m.LeastSquares(A, torch.from_numpy(Y)), G, engine="modopt")


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_named(case):
    call, error, message = CASES[case]
    before = Y.copy()
    with pytest.raises(error, match=message):
        call()
    assert np.array_equal(Y, before)


def test_nothing_runs_before_the_check():
    calls = []
    with pytest.raises(TypeError):
        m.fista(F, 0.1, callback=lambda k, x: calls.append(k))
    assert calls == []
