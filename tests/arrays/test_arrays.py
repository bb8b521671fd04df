"""Array libraries, fused passes and recycled memory: equal to plain NumPy, whatever the number of threads."""

import gc

import numpy as np
import pytest
from helpers import LIBRARIES, PRECISIONS, draw, lines
from hypothesis import given, settings
from hypothesis import strategies as st

from mrilab import FFT, Coils, GroupL1, Identity, LeastSquares, Mask, Wavelet, best_device, like, to_device, to_numpy
from mrilab.arrays import threads
from mrilab.arrays.libraries import namespace
from mrilab.arrays.memory import SMALL, empty
from mrilab.arrays.sums import combine, inner, inners, lazy
from mrilab.problems.rewriting import SampledFFT, slicewise


@given(st.lists(st.integers(1, 40), min_size=1, max_size=3), st.lists(st.floats(-3, 3), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_combine_is_a_linear_combination(shape, coeffs):
    arrays = [draw(shape, dtype="complex128", seed=i) for i in range(len(coeffs))]
    expected = sum(c * x for c, x in zip(coeffs, arrays, strict=True))
    assert np.allclose(combine(*zip(coeffs, arrays, strict=True)), expected)
    views = [np.repeat(x, 2, axis=-1)[..., ::2] for x in arrays]  # not contiguous: the generic path
    assert np.allclose(combine(*zip(coeffs, views, strict=True)), expected)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("library", LIBRARIES)
def test_combine_and_inner_in_every_library(library, dtype):
    x, y = draw((3, 50), library, dtype, seed=1), draw((3, 50), library, dtype, seed=2)
    out = combine((2.0, x), (-1.0, y))
    assert (type(out), out.dtype) == (type(x), x.dtype)
    assert np.allclose(to_numpy(out), 2 * to_numpy(x) - to_numpy(y))
    product = np.vdot(to_numpy(x), to_numpy(y)).real
    assert inner(x, y) == pytest.approx(product, rel=1e-5)
    size = np.linalg.norm(to_numpy(x)) ** 2
    assert inners(2 * lazy(y) - x, x, 3 * lazy(x)) == pytest.approx([2 * product - size, 6 * product - 3 * size])


def test_combine_writes_into_out_and_nowhere_else():
    x, y = draw((5, 7)), draw((5, 7), seed=1)
    kept = x.copy()
    out = combine((1.0, x), (1.0, y), out=y)
    assert out is y
    assert np.array_equal(x, kept)
    assert np.allclose(y, kept + draw((5, 7), seed=1))


def test_terms_that_name_one_array_are_added_first():
    x = draw((5, 7))
    assert not combine((1e8, x), (1.0, x), (-1e8, x), (-1.0, x)).any()
    assert inner(2 * lazy(x) - x, x) == pytest.approx(np.linalg.norm(x) ** 2)


def test_a_residual_leaves_what_an_operator_hands_on():
    """`Identity` returns its argument itself; the data are subtracted from it in place only where it is nobody's."""
    x = draw((40, 50))
    kept = x.copy()
    assert np.allclose(LeastSquares(Identity(x.shape), kept)(x), 0)
    assert np.array_equal(x, kept)


@pytest.mark.parametrize("images, data", [((4,), (4,)), ((2, 2), (2, 2)), ((3,), ()), ((), (3,)), ((), ())], ids=str)
@pytest.mark.parametrize("dtypes", [("complex64", "complex64"), ("complex64", "complex128")], ids=str)
@pytest.mark.parametrize("shape", [(128, 192), (10, 12)], ids=str)  # large enough for slice by slice, and not
@pytest.mark.parametrize("coils", [0, 3])
def test_a_residual_is_a_difference(coils, shape, dtypes, images, data):
    A, Psi = SampledFFT(lines(shape)), Wavelet("haar", shape, level=1)
    A = A @ Coils(draw((coils, *shape))) @ Psi.H if coils else A @ Psi.H
    x, y = draw((*images, *shape), dtype=dtypes[0]), draw((*data, *A.shape_out), dtype=dtypes[1], seed=1)
    kept = x.copy(), y.copy()
    expected = A(x) - y
    found = slicewise(A).residual(x, y)
    assert found.dtype == expected.dtype
    assert np.linalg.norm(found - expected) <= 1e-6 * np.linalg.norm(expected)
    assert np.array_equal(x, kept[0])
    assert np.array_equal(y, kept[1])


@pytest.mark.parametrize("batch", [(), (2,)], ids=str)
@pytest.mark.parametrize("shape", [(128, 192), (32, 512), (3, 96, 80), (9, 12)], ids=str)
@pytest.mark.parametrize("mask", [lines, lambda s: draw(s).real > 0], ids=["lines", "points"])
def test_coil_by_coil_as_all_together(mask, shape, batch):
    """Images and volumes, large enough for one coil at a time and not, against the operator as it is written; with 512
    columns the FFT leaves gaps between rows.
    """
    A = Mask(mask(shape)) @ FFT(shape) @ Coils(draw((2, *shape), seed=1)) @ (2.0 * Identity(shape))
    x, y = draw((*batch, *shape), seed=2), A(draw((*batch, *shape), seed=3))
    f, difference = LeastSquares(A, y), A(x) - y
    assert f(x) == pytest.approx(np.linalg.norm(difference) ** 2 / 2, rel=1e-5)
    expected = A.H(difference)
    assert np.linalg.norm(f.grad(x) - expected) <= 1e-5 * np.linalg.norm(expected)


def test_inner_sums_in_double_precision():
    x = np.full(3_000_001, 0.1, np.float32)
    assert inner(x, x) == pytest.approx(x.size * float(np.float32(0.1)) ** 2, rel=1e-6)


@pytest.mark.parametrize("cores", [1, 3, 7])
def test_results_do_not_depend_on_the_number_of_threads(monkeypatch, cores):
    z = draw((5, 128, 192))
    A = slicewise(SampledFFT(lines((128, 192))) @ Wavelet("sym8", (128, 192), level=3).H)
    Psi, g, S = Wavelet("sym8", (128, 192), level=3), GroupL1(0.5, axis=-3), Coils(draw((5, 128, 192), seed=1))

    def everything():
        applied = [B(z) for B in (Psi, Psi.H, S, S.H, A, A.gram)]
        return *applied, g.prox(z, 1.0), combine((0.5, z), (2.0, z)), g(z), inner(z, z)

    expected = everything()
    monkeypatch.setattr(threads, "workers", lambda: cores)
    for ours, theirs in zip(everything(), expected, strict=True):
        assert np.allclose(ours, theirs, rtol=1e-6, atol=0)


def test_memory_is_used_again_but_never_while_somebody_looks():
    shape = (SMALL // 8, 2)
    first = empty(shape, np.float64)
    address, view = first.ctypes.data, first[10:20, 1]
    view[:] = 7
    del first
    gc.collect()
    second = empty(shape, np.float64)
    second.fill(0)
    assert second.ctypes.data != address  # the view still holds the memory
    assert (view == 7).all()
    del view
    gc.collect()
    assert empty(shape, np.float64).ctypes.data == address


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_like_takes_over_library_and_precision(dtype):
    import torch

    x = draw((2, 3), "torch", dtype)
    single = dtype == "complex64"
    assert like(x, np.ones(3, bool)).dtype == (torch.float32 if single else torch.float64)
    assert like(x, np.ones(3, np.complex128)).dtype == x.dtype
    assert isinstance(like(to_numpy(x), torch.ones(3)), np.ndarray)


def test_devices():
    import torch

    y = draw((2, 2))
    assert to_device(y, "cpu") is y
    assert isinstance(to_device(torch.from_numpy(y), "cpu"), torch.Tensor)
    y.flags.writeable = False  # as data that an operator keeps
    assert to_device(y[..., ::-1], "meta").shape == y.shape  # "meta" is a device without memory
    assert best_device() == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(TypeError, match=r"got list: \[1, 2\]"):
        namespace([1, 2])


@pytest.mark.gpu
def test_the_seed_runs_on_a_gpu():
    """Costs equal the CPU's, and everything stays on the device."""
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    from mrilab import FFT, LeastSquares, Mask, fista, lambda_max, random_lines

    shape = (128, 128)
    A, Psi = Mask(random_lines(shape, 4)) @ FFT(shape), Wavelet("sym8", shape, level=4)
    y = A(draw((8, *shape)))
    f, t = LeastSquares(A @ Psi.H, y), LeastSquares(A @ Psi.H, to_device(y, "cuda"))
    g = GroupL1(0.05 * lambda_max(f, GroupL1(1.0, axis=-3)), axis=-3)
    here, there = fista(f, g, max_iter=20), fista(t, g, max_iter=20)
    assert there.x.is_cuda
    assert np.allclose(here.costs, there.costs, rtol=1e-4)
