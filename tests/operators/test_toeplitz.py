"""The Toeplitz gram against A.H @ A, and least squares through it against `LeastSquares`."""

import numpy as np
import pytest
from helpers import LIBRARIES, PRECISIONS, draw, unit_maps
from hypothesis import given, settings
from hypothesis import strategies as st

from mrilab import (
    L1,
    Coils,
    FiniteDifference,
    GroupL1,
    LeastSquares,
    Wavelet,
    condat_vu,
    conjugate_gradient,
    fista,
    lambda_max,
    pogm,
    shepp_logan,
    to_numpy,
)
from mrilab.operators.diagonal import Diagonal
from mrilab.operators.fourier import FFT
from mrilab.operators.nufft import NUFFT
from mrilab.operators.toeplitz import ToeplitzGram, toeplitz_gram
from mrilab.problems.normal_equations import NormalEquations
from mrilab.sampling.compensation import density
from mrilab.sampling.trajectories import radial, seiffert

SHAPES = ((16, 16), (15, 9), (1, 6), (31, 64), (6, 5, 7), (24, 24, 20))
EXACT = {"complex64": 1e-5, "complex128": 1e-9}


def points(d, count=200, seed=3):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (count, d)).astype(np.float32)


def distance(a, b):
    return np.linalg.norm(to_numpy(a) - to_numpy(b)) / np.linalg.norm(to_numpy(b))


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_is_the_gram(shape, weighted, library, dtype):
    k = points(len(shape))
    weights = np.random.default_rng(1).uniform(0, 2, len(k)) if weighted else np.ones(len(k))
    A, G = NUFFT(k, shape), ToeplitzGram(NUFFT(k, shape), weights if weighted else None)
    x = draw((2, 3, *shape), library, dtype)
    before = to_numpy(x).copy()
    y = G(x)
    assert type(y) is type(x) and y.dtype == x.dtype and y.shape == x.shape
    assert distance(y, A.H(Diagonal(weights)(A(x)))) <= EXACT[dtype]
    assert distance(y[1, 2], G(x[1, 2])) <= EXACT[dtype] / 10
    assert np.array_equal(to_numpy(x), before)
    assert library == "torch" or y.flags.c_contiguous  # what the compiled kernels want


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 13), min_size=2, max_size=3).map(tuple), st.integers(1, 40), st.integers(0, 99))
def test_it_is_the_matrix_at_any_size(shape, count, seed):
    """The definition, with sums written out: t[r − s] = 1/N Σ w exp(2πi k·(r − s))."""
    k, weights = points(len(shape), count, seed), np.random.default_rng(seed).uniform(0, 2, count)
    r = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1).reshape(-1, len(shape))
    E = np.exp(-2j * np.pi * k.astype(float) @ r.T) / np.sqrt(len(r))
    x = draw(shape, dtype="complex128", seed=seed)
    expected = (E.conj().T @ (weights * (E @ x.ravel()))).reshape(shape)
    assert np.linalg.norm(ToeplitzGram(NUFFT(k, shape), weights)(x) - expected) <= 1e-9 * np.linalg.norm(expected)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_is_self_adjoint_and_no_energy_is_negative(shape, dtype):
    G = ToeplitzGram(NUFFT(points(len(shape), 50), shape))
    x, y = draw(shape, dtype=dtype), draw(shape, dtype=dtype, seed=1)
    scale = np.linalg.norm(x) * np.linalg.norm(y) * np.sqrt(G.lipschitz())
    assert abs(np.vdot(x, G(y)) - np.vdot(G(x), y)) <= (1e-6 if dtype == "complex64" else 1e-14) * scale
    assert np.vdot(x, G(x)).real > 0 and G.H is G


def test_psf_is_what_a_point_becomes():
    shape, k = (9, 12), points(2)
    A = NUFFT(k, shape)
    G, x = ToeplitzGram(A), np.zeros(shape, complex)
    x[2, 5] = 1
    assert G.psf.shape == (17, 23) and np.isclose(G.psf[8, 11], len(k) / 108)
    assert np.allclose(G.psf[8 - 2 : 8 + 7, 11 - 5 : 11 + 7], A.H(A(x)), atol=1e-9)


def test_a_cartesian_grid_has_the_identity_for_gram():
    shape = (12, 9)
    k = np.stack(np.meshgrid(*[(np.arange(n) - n // 2) / n for n in shape], indexing="ij"), axis=-1)
    x = draw((3, *shape))
    assert distance(ToeplitzGram(NUFFT(k, shape))(x), x) <= 1e-5


@pytest.mark.parametrize("library", LIBRARIES)
def test_products_with_weights_coils_and_wavelets(library):
    shape, k = (16, 24), radial(9, 48)
    A, S, Psi = NUFFT(k, shape), Coils(unit_maps(3, shape)), Wavelet("haar", shape, level=2)
    w = density(k, shape)
    for B in (A, A @ S, A @ Psi.H, A @ S @ Psi.H, Diagonal(w**0.5) @ A @ S, Diagonal(1j * w**0.5) @ Diagonal(w) @ A):
        G, x = toeplitz_gram(B), draw((2, *B.shape_in), library)
        assert (G.shape_in, G.shape_out) == (B.shape_in, B.shape_in)
        assert distance(G(x), B.H(B(x))) <= 1e-5
    assert np.isclose(np.sqrt(toeplitz_gram(A @ S).lipschitz()), (A @ S).lipschitz(), rtol=5e-3)


def test_gradients_flow():
    import torch

    G = toeplitz_gram(NUFFT(points(2, 20), (3, 4)) @ Coils(unit_maps(2, (3, 4))))
    x = draw(G.shape_in, "torch", "complex128").requires_grad_()
    assert torch.autograd.gradcheck(G.op, x)


@pytest.fixture(scope="module")
def scan():
    """Noisy spokes of a phantom, three coils."""
    shape, k = (24, 32), radial(12, 64, golden=True)
    A = NUFFT(k, shape) @ Coils(unit_maps(3, shape))
    return A, A(shepp_logan(shape)) + 0.01 * draw(A.shape_out), Wavelet("haar", shape, level=3)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_it_is_least_squares(scan, library, dtype):
    A, y, _ = scan
    y = draw((2, *A.shape_out), library, dtype) / 100 + (y.astype(dtype) if library == "numpy" else _torch(y, dtype))
    f, q, x = LeastSquares(A, y), NormalEquations(A, y), draw((2, *A.shape_in), library, dtype)
    assert abs(q(x) / f(x) - 1) <= 1e-5 and abs(q(0 * x) / f(0 * x) - 1) <= 1e-6
    assert distance(q.grad(x), f.grad(x)) <= EXACT[dtype] and q.grad(x).dtype == x.dtype
    assert q.zeros().shape == (2, *A.shape_in) and np.isclose(q.lipschitz, f.lipschitz, rtol=5e-3)
    assert np.isclose(lambda_max(q, L1(1.0)), lambda_max(f, L1(1.0)))


def _torch(y, dtype):
    import torch

    return torch.from_numpy(y.astype(dtype))


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_solvers_take_the_same_way(scan, library):
    A, y, Psi = scan
    y = y if library == "numpy" else _torch(y, "complex64")
    f, q = LeastSquares(A @ Psi.H, y), NormalEquations(A @ Psi.H, y)
    q.lipschitz = f.lipschitz
    h, p = LeastSquares(A, y), NormalEquations(A, y)
    p.lipschitz = h.lipschitz
    lam = 1e-3 * lambda_max(f, L1(1.0))
    tv = GroupL1(lam, axis=-3), FiniteDifference(A.shape_in)
    pairs = {
        "fista": [fista(one, L1(lam), max_iter=15) for one in (f, q)],
        "restart": [fista(one, L1(lam), max_iter=15, restart=True) for one in (f, q)],
        "pogm": [pogm(one, L1(lam), max_iter=15) for one in (f, q)],
        "tv": [condat_vu(one, *tv, max_iter=15, rho=0.9) for one in (h, p)],
    }
    for name, (plain, quick) in pairs.items():
        assert np.allclose(quick.costs, plain.costs, rtol=1e-4), name
        assert distance(quick.x, plain.x) <= 1e-3, name
        assert plain.costs[-1] < 0.05 * plain.costs[0], name  # or the comparison says little


def test_modopt_takes_it(scan):
    A, y, Psi = scan
    q, lam = NormalEquations(A @ Psi.H, y), 0.1
    own, modopt = (pogm(q, L1(lam), max_iter=30, engine=engine) for engine in ("own", "modopt"))
    assert np.allclose(own.costs, modopt.costs, rtol=1e-3)


def test_any_gram_will_do():
    F, y = FFT((6, 7)), draw((6, 7))
    x = draw((6, 7), seed=1)
    assert np.isclose(NormalEquations(F, y, F.gram)(x), LeastSquares(F, y)(x), rtol=1e-5)


def test_errors_say_what_came_in(scan):
    A, y, _ = scan
    nufft, maps = NUFFT(points(2), (8, 9)), Coils(unit_maps(2, (8, 9)))
    for call, error, words in (
        (lambda: ToeplitzGram(nufft @ maps), TypeError, "takes a NUFFT, got Composition"),
        (lambda: ToeplitzGram(nufft, np.ones(5)), ValueError, r"\(200,\), one for each .* got \(5,\)"),
        (lambda: ToeplitzGram(nufft, -np.ones(200)), ValueError, "got 200 others of 200"),
        (lambda: ToeplitzGram(nufft, np.full(200, np.nan)), ValueError, "finite and at least 0"),
        (lambda: ToeplitzGram(nufft, 1j * np.ones(200)), TypeError, "real numbers, got complex128"),
        (lambda: ToeplitzGram(nufft, [1.0]), TypeError, "expected a NumPy, torch or CuPy array, got list"),
        (lambda: ToeplitzGram(nufft)(np.ones((8, 9))), TypeError, "complex numbers, got float64"),
        (lambda: ToeplitzGram(nufft)(np.ones((9, 8), complex)), ValueError, r"\(..., 8, 9\), got \(9, 8\)"),
        (lambda: toeplitz_gram(FFT((8, 9)) @ maps), TypeError, "needs a NUFFT"),
        (lambda: toeplitz_gram(Diagonal(np.ones(3))), TypeError, "needs a NUFFT"),
        (lambda: toeplitz_gram(np.ones(3)), TypeError, "must be a LinearOperator, got ndarray"),
        (lambda: toeplitz_gram(Diagonal(np.ones((2, 200))) @ nufft @ maps), ValueError, r"got \(2, 200\)"),
        (lambda: NormalEquations(A, y, np.ones(3)), TypeError, "gram must be a LinearOperator, got ndarray"),
        (lambda: NormalEquations(A, y, ToeplitzGram(nufft)), ValueError, r"gram \(8, 9\).* \(24, 32\)"),
        (lambda: NormalEquations(A, y[:, :-1]), ValueError, "data of"),
    ):
        with pytest.raises(error, match=words):
            call()


def test_conjugate_gradients_take_the_gram():
    shape = (24, 32)
    A = NUFFT(radial(20, 64), shape) @ Coils(unit_maps(3, shape))
    y = A(draw((2, *shape)))
    usual, fast = (conjugate_gradient(kind(A, y), max_iter=8, lam=0.1) for kind in (LeastSquares, NormalEquations))
    assert distance(fast.x, usual.x) <= 1e-4
    assert np.allclose(fast.costs, usual.costs, atol=1e-5 * usual.costs[0])


def test_volumes():
    """A volume from Seiffert spirals and coils, of sizes that differ."""
    shape = (20, 24, 15)
    A = NUFFT(seiffert(40, 64), shape) @ Coils(unit_maps(2, shape))
    x = draw(shape)
    assert distance(toeplitz_gram(A)(x), A.H(A(x))) <= 1e-5
