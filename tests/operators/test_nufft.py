"""The non-uniform Fourier transform against its definition, and the diagonal that carries density weights."""

import copy
import pickle
import sys
import warnings

import numpy as np
import pytest
from helpers import LIBRARIES, PRECISIONS, draw, unit_maps
from hypothesis import given, settings
from hypothesis import strategies as st

from mrilab import FFT, L1, Coils, LeastSquares, Wavelet, fista, lambda_max, shepp_logan, to_numpy
from mrilab.operators.diagonal import Diagonal
from mrilab.operators.nufft import NUFFT
from mrilab.sampling.compensation import density
from mrilab.sampling.trajectories import radial, stack_of

SHAPES = ((16, 16), (15, 9), (6, 5, 7), (4, 8, 8))
EXACT = {"complex64": 1e-5, "complex128": 1e-9}


def points(d, count=150, seed=3):
    """Random points of k-space, all of its corners among them; exact in single precision."""
    corners = np.array(np.meshgrid(*[[-0.5, 0.0, 0.5]] * d)).reshape(d, -1).T
    return np.concatenate([corners, np.random.default_rng(seed).uniform(-0.5, 0.5, (count, d))]).astype(np.float32)


def matrix(k, shape):
    """The definition: 1/√N exp(−2πi k·r), r counted from n // 2."""
    r = np.stack(np.meshgrid(*[np.arange(n) - n // 2 for n in shape], indexing="ij"), axis=-1).reshape(-1, len(shape))
    return np.exp(-2j * np.pi * k.astype(float) @ r.T) / np.sqrt(len(r))


def distance(a, b):
    return np.linalg.norm(to_numpy(a) - b) / np.linalg.norm(b)


def grid(shape):
    """The points of the Cartesian grid."""
    axes = [(np.arange(n) - n // 2) / n for n in shape]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_it_is_the_direct_sum(shape, library, dtype):
    k = points(len(shape))
    A, M = NUFFT(k, shape), matrix(k, shape)
    x, y = draw(shape, library, dtype, seed=1), draw((len(k),), library, dtype, seed=2)
    assert distance(A(x), M @ to_numpy(x).ravel()) <= EXACT[dtype]
    assert distance(A.H(y), (M.conj().T @ to_numpy(y)).reshape(shape)) <= EXACT[dtype]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(2, 12), min_size=2, max_size=3).map(tuple), st.integers(1, 40), st.integers(0, 99))
def test_it_is_the_direct_sum_at_any_size(shape, count, seed):
    k = np.random.default_rng(seed).uniform(-0.5, 0.5, (count, len(shape))).astype(np.float32)
    x = draw(shape, seed=seed)
    expected = matrix(k, shape) @ x.ravel()
    assert np.linalg.norm(NUFFT(k, shape)(x) - expected) <= 1e-5 * np.linalg.norm(x)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("shape", [(32, 32), (33, 20), (64, 17), (9, 8, 6)], ids=str)
def test_it_is_the_fft_on_a_cartesian_grid(shape, dtype):
    A, F, x = NUFFT(grid(shape), shape), FFT(shape), draw((2, *shape), dtype=dtype)
    assert distance(A(x).reshape(x.shape), F(x)) <= EXACT[dtype]
    assert distance(A.H(F(x).reshape(2, -1)), x) <= EXACT[dtype]


def test_single_precision_loses_what_the_docstring_says():
    k, shape = points(2, 2000), (256, 256)
    A, x = NUFFT(k, shape), draw(shape)
    assert distance(A(x), A(x.astype(complex))) <= 1e-6 + 5e-8 * 256


OPERATORS = {
    "nufft": lambda s: NUFFT(points(len(s)), s),
    "coils": lambda s: NUFFT(points(len(s)), s) @ Coils(unit_maps(3, s)),
    "synthesis": lambda s: NUFFT(points(2), s[-2:]) @ Wavelet("haar", s[-2:], level=1).H,
    "weighted": lambda s: Diagonal(np.linspace(0, 2, 150 + 3 ** len(s))) @ NUFFT(points(len(s)), s),
    "phase": lambda s: Diagonal(np.exp(1j * np.arange(s[-1]))) @ Diagonal(2 * np.ones(s[-2:], int)),
}


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("batch", [(), (5,), (2, 1)], ids=["single", "batch", "batch2"])
@pytest.mark.parametrize("shape", SHAPES[:-1], ids=str)
@pytest.mark.parametrize("name", OPERATORS)
def test_adjoint_table(name, shape, batch, library, dtype):
    A = OPERATORS[name](shape)
    x = draw((*batch, *A.shape_in), library, dtype, seed=1)
    y = draw((*batch, *A.shape_out), library, dtype, seed=2)
    before = to_numpy(x).copy(), to_numpy(y).copy()
    Ax, Ahy = A(x), A.H(y)
    for out, like in ((Ax, y), (Ahy, x)):
        assert type(out) is type(x) and out.dtype == x.dtype and tuple(out.shape) == tuple(like.shape)
    assert np.array_equal(to_numpy(x), before[0]) and np.array_equal(to_numpy(y), before[1])
    gap = np.vdot(to_numpy(Ax).astype(complex), before[1]) - np.vdot(before[0], to_numpy(Ahy).astype(complex))
    scale = np.linalg.norm(to_numpy(Ax)) * np.linalg.norm(before[1])
    assert abs(gap) <= (1e-6 if dtype == "complex64" else 1e-10) * scale


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_batch_is_its_images_one_by_one(library):
    """mri-nufft leaves out the images that its `n_trans` does not divide."""
    A, x = NUFFT(points(2), (12, 9)), draw((7, 12, 9), library)
    y = A(x)
    for one, image in zip(y, x, strict=True):
        assert distance(A(image), to_numpy(one)) <= 1e-6
    assert distance(A.H(y)[3], to_numpy(A.H(y[3]))) <= 1e-6


def test_arrays_may_lie_in_memory_in_any_way():
    import torch

    A, x = NUFFT(points(2), (12, 12)), draw((12, 12))
    expected = A(np.ascontiguousarray(x.conj().T))
    frozen = x.conj().T.copy()[::-1, ::-1]
    frozen.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # finufft copies, with a word about it
        assert distance(A(x.conj().T), expected) <= 1e-6
        assert distance(A(torch.from_numpy(x).mH), expected) <= 1e-6
        assert distance(A(frozen), A(frozen.copy())) <= 1e-6


def test_gradients_flow_both_ways_and_twice():
    import torch

    A = NUFFT(points(2, 20), (5, 6)) @ Coils(unit_maps(2, (5, 6)))
    x = draw(A.shape_in, "torch", "complex128").requires_grad_()
    y = draw(A.shape_out, "torch", "complex128", seed=4).requires_grad_()
    (0.5 * torch.sum(torch.abs(A(x) - y) ** 2)).backward()
    assert torch.allclose(x.grad, A.H(A(x) - y).detach())
    assert torch.allclose(y.grad, (y - A(x)).detach())
    assert torch.autograd.gradcheck(A.op, x) and torch.autograd.gradcheck(A.adj_op, y)
    assert torch.autograd.gradgradcheck(A.op, x) and torch.autograd.gradgradcheck(A.adj_op, y)


def test_solvers_run_through_it():
    """Compressed sensing from 2-fold under-sampled spokes and 3 coils, better than gridding."""
    shape = (48, 40)
    truth = shepp_logan(shape).astype(np.complex64)
    k = radial(38, 96)
    A, Psi = NUFFT(k, shape) @ Coils(unit_maps(3, shape)), Wavelet("haar", shape, level=3)
    y = A(truth)
    f = LeastSquares(A @ Psi.H, y)
    top = lambda_max(f, L1(1.0))
    assert not np.any(fista(f, L1(1.001 * top), max_iter=5).x)
    result = fista(f, L1(1e-3 * top), max_iter=60)
    gridding = A.H(Diagonal(density(k, shape))(y))
    assert np.all(np.diff(result.costs[:10]) < 0)
    assert distance(Psi.H(result.x), truth) < 0.5 * distance(gridding, truth)


@pytest.mark.parametrize("shape", [(8, 9), (5, 4, 3)], ids=str)
def test_lipschitz_is_the_squared_norm(shape):
    k = points(len(shape))
    exact = np.linalg.norm(matrix(k, shape), 2) ** 2
    assert exact <= NUFFT(k, shape).lipschitz() <= 1.01 * exact


def test_the_compensated_adjoint_is_no_inverse():
    """Aᴴ W A misses x by 4 % at Nyquist's number of spokes and by 40 % at a quarter of them; least squares less."""
    shape = (32, 32)
    inside = np.linalg.norm(grid(shape), axis=-1) < 0.45
    truth = FFT(shape).H(inside * FFT(shape)(shepp_logan(shape).astype(complex)))
    for shots, least, most in ((51, 0.02, 0.08), (13, 0.3, 0.5)):
        k = radial(shots, 64)
        A, w = NUFFT(k, shape), density(k, shape)
        error = distance(A.H(Diagonal(w)(A(truth))), truth)
        assert least < error < most
        f = LeastSquares(Diagonal(w**0.5) @ A, w**0.5 * A(truth))
        assert distance(fista(f, L1(1e-9), max_iter=20).x, truth) < 0.95 * error


def test_a_stack_is_an_fft_along_z():
    plane, shape = radial(5, 12), (6, 8, 7)
    x = draw(shape)
    along_z = np.moveaxis(FFT((6,))(np.moveaxis(x, 0, -1)), -1, 0)
    expected = NUFFT(plane, shape[1:])(along_z).ravel()
    assert distance(NUFFT(stack_of(plane, 6), shape)(x), expected) <= 1e-5


def test_what_mrinufft_does_otherwise():
    """Scaled by 1/√(2^d); with `density=` its adjoint is not the adjoint."""
    from mrinufft import get_operator

    k, shape = points(2), (16, 16)
    x, y = draw(shape), draw((len(k),), seed=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain = get_operator("finufft")(k, shape)
        weighted = get_operator("finufft")(k, shape, density=np.linspace(0, 1, len(k), dtype=np.float32))
    assert distance(2 * plain.op(x), NUFFT(k, shape)(x)) <= 1e-5
    assert abs(np.vdot(weighted.op(x), y) / np.vdot(x, weighted.adj_op(y)) - 1) > 0.1


def test_it_is_silent(capfd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for dtype in PRECISIONS:
            A = NUFFT(points(2), (64, 48))
            A.H(A(draw((64, 48), dtype=dtype)))
    assert capfd.readouterr() == ("", "")


def test_plans_are_made_once_and_left_behind_by_copies():
    A, x = NUFFT(points(2), (12, 12)), draw((2, 12, 12))
    y = A(x)
    plan = next(iter(A._plans.values()))
    A.H(A(x))
    assert list(A._plans.values()) == [plan]
    A(x.astype(complex)), A(x[0])
    assert len(A._plans) == 3
    for other in (copy.deepcopy(A), pickle.loads(pickle.dumps(A))):
        assert np.allclose(other(x), y, atol=1e-5) and len(A._plans) == 3


def test_a_missing_install_is_named(monkeypatch):
    import mrinufft

    A = NUFFT(points(2), (8, 8))
    monkeypatch.setattr(mrinufft, "check_backend", lambda name: False)
    with pytest.raises(ImportError, match=r"needs finufft: pip install 'mrilab\[nufft\]'"):
        A(draw((8, 8)))
    monkeypatch.setitem(sys.modules, "mrinufft", None)
    with pytest.raises(ImportError, match=r"pip install 'mrilab\[nufft\]'"):
        NUFFT(points(2), (8, 8))


@pytest.mark.gpu
@pytest.mark.parametrize("dtype", PRECISIONS)
def test_on_the_gpu(dtype):
    torch = pytest.importorskip("torch")
    pytest.importorskip("cufinufft")
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    A, x = NUFFT(points(2), (16, 15)), draw((3, 16, 15), "torch", dtype)
    z = x.cuda().requires_grad_()
    y = A(z)
    assert y.is_cuda and y.dtype == x.dtype and distance(y, to_numpy(A(x))) <= EXACT[dtype]
    (0.5 * torch.sum(torch.abs(y) ** 2)).backward()
    assert distance(z.grad, to_numpy(A.H(A(x)))) <= EXACT[dtype]


def bad(index, value):
    k = points(2).copy()
    k[index] = value
    return k


GOOD = points(2)
ERRORS = {
    "outside": (lambda: NUFFT(6.3 * GOOD, (8, 8)), ValueError, r"\[-½, ½\], in cycles per pixel, got .* up to 3.15"),
    "NaN": (lambda: NUFFT(bad(5, np.nan), (8, 8)), ValueError, "2 NaN or infinite values of 318"),
    "infinite": (lambda: NUFFT(bad((0, 0), np.inf), (8, 8)), ValueError, "1 NaN or infinite values"),
    "3-D on 2-D": (lambda: NUFFT(points(3), (8, 8)), ValueError, r"shape \(\.\.\., 2\), got \(177, 3\)"),
    "transposed": (lambda: NUFFT(GOOD.T, (8, 8)), ValueError, r"got \(2, 159\)"),
    "one number": (lambda: NUFFT(np.float32(0.1) * np.ones(2, np.float32), (8, 8)), ValueError, r"got \(2,\)"),
    "empty": (lambda: NUFFT(GOOD[:0], (8, 8)), ValueError, r"empty trajectory of shape \(0, 2\)"),
    "complex trajectory": (lambda: NUFFT(GOOD + 0j, (8, 8)), TypeError, "real numbers, got complex64"),
    "whole numbers": (lambda: NUFFT(np.zeros((3, 2), int), (8, 8)), TypeError, "real numbers, got int64"),
    "list": (lambda: NUFFT([[0.0, 0.0]], (8, 8)), TypeError, "array, got list"),
    "shape of 1-D": (lambda: NUFFT(GOOD, (8,)), ValueError, r"2 or 3 positive sizes, got \(8,\)"),
    "real image": (lambda: NUFFT(GOOD, (8, 8))(np.ones((8, 8))), TypeError, "complex numbers, got float64"),
    "real data": (lambda: NUFFT(GOOD, (8, 8)).H(np.ones(159)), TypeError, "complex numbers, got float64"),
    "other image": (lambda: NUFFT(GOOD, (8, 8))(draw((8, 9))), ValueError, r"\(\.\.\., 8, 8\), got \(8, 9\)"),
    "other data": (lambda: NUFFT(GOOD, (8, 8)).H(draw((158,))), ValueError, r"\(\.\.\., 159\), got \(158,\)"),
    "other coils": (
        lambda: NUFFT(GOOD, (8, 8)) @ Coils(unit_maps(2, (8, 9))),
        ValueError,
        r"\(8, 8\) after \(2, 8, 9\)",
    ),
    "diagonal of a list": (lambda: Diagonal([1.0]), TypeError, "array, got list"),
    "diagonal of text": (lambda: Diagonal(np.array(["a"])), TypeError, "must hold numbers"),
    "empty diagonal": (lambda: Diagonal(np.ones((2, 0))), ValueError, r"got shape \(2, 0\)"),
    "scalar diagonal": (lambda: Diagonal(np.array(2.0)), ValueError, r"got shape \(\)"),
    "NaN in a diagonal": (lambda: Diagonal(np.array([1, np.nan])), ValueError, "1 NaN or infinite values of 2"),
    "complex diagonal, real x": (lambda: Diagonal(np.ones(3, complex))(np.ones(3)), TypeError, "complex numbers"),
    "diagonal of another size": (
        lambda: Diagonal(np.ones(3)) @ NUFFT(GOOD, (8, 8)),
        ValueError,
        r"\(3,\) after \(159,\)",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_bad_input_is_named(case):
    call, error, message = ERRORS[case]
    with pytest.raises(error, match=message):
        call()


def test_diagonal_keeps_precision_and_kind():
    D = Diagonal(np.array([1.0, -3.0]))
    assert D.lipschitz() == 9 and D(np.ones(2, np.float32)).dtype == np.float32
    assert Diagonal(np.array([1j, 2]))(draw((4, 2))).dtype == np.complex64
    assert np.array_equal(Diagonal(np.array([True, False]))(np.ones(2)), [1, 0])
