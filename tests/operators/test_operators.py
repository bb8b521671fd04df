"""One table for all operators: adjointness, and what goes in comes out."""

import numpy as np
import pytest
from helpers import LIBRARIES, PRECISIONS, draw, lines, unit_maps
from tables import OPERATORS, scans, scattered

from mrilab import FFT, BatchedSense, Coils, Identity, Mask, Wavelet, to_numpy

SHAPES = ((64, 64), (65, 33), (230, 180), (16, 48))


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("batch", [(), (2,), (2, 1)], ids=["single", "batch", "batch2"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", OPERATORS)
def test_adjoint_table(name, shape, batch, library, dtype):
    if batch and shape == (230, 180):
        batch = batch[:1]
    A = OPERATORS[name](shape)
    x = draw((*batch, *A.shape_in), library, dtype, seed=1)
    y = draw((*batch, *A.shape_out), library, dtype, seed=2)
    before = to_numpy(x).copy(), to_numpy(y).copy()
    Ax, Ahy = A(x), A.H(y)
    for out, shape_ in ((Ax, y.shape), (Ahy, x.shape)):
        assert type(out) is type(x)
        assert out.dtype == x.dtype
        assert tuple(out.shape) == tuple(shape_)
        assert getattr(out, "device", None) == getattr(x, "device", None)
    assert np.array_equal(to_numpy(x), before[0])
    assert np.array_equal(to_numpy(y), before[1])
    left = np.vdot(to_numpy(Ax).astype(complex), before[1])
    right = np.vdot(before[0], to_numpy(Ahy).astype(complex))
    scale = np.linalg.norm(to_numpy(Ax)) * np.linalg.norm(before[1])
    assert abs(left - right) <= (1e-6 if dtype == "complex64" else 1e-10) * scale


@pytest.mark.parametrize("batch", [(), (2, 1)], ids=["single", "batch"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", OPERATORS)
def test_fast_paths_equal_the_generic_one(name, shape, batch):
    """Complex NumPy arrays, in whatever layout, take the compiled loops where there are any; torch's never do."""
    A = OPERATORS[name](shape)
    for apply, core in ((A.op, A.shape_in), (A.adj_op, A.shape_out)):
        x = draw((*batch, *core))
        expected = to_numpy(apply(draw((*batch, *core), "torch")))
        turned = np.ascontiguousarray(x.swapaxes(-1, -2)).swapaxes(-1, -2)
        for layout in (x, turned, np.repeat(x, 2, axis=-1)[..., ::2]):
            assert np.linalg.norm(apply(layout) - expected) <= 1e-5 * np.linalg.norm(expected)


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_are_linear(name):
    A = OPERATORS[name]((16, 48))
    x, z = draw(A.shape_in, dtype="complex128", seed=1), draw(A.shape_in, dtype="complex128", seed=2)
    assert np.allclose(A((2 - 1j) * x + z), (2 - 1j) * A(x) + A(z), atol=1e-10)


@pytest.mark.parametrize("name", OPERATORS)
def test_lipschitz_bounds_the_norm(name):
    """A product of known norms is a bound; for one operator, or found by iteration, it is tight."""
    A = OPERATORS[name]((16, 16))
    exact = np.linalg.norm(A.as_scipy() @ np.eye(np.prod(A.shape_in)), 2) ** 2
    assert exact <= A.lipschitz() * (1 + 1e-6)
    if (len(A.factors) == 1 or name == "sum") and not name.startswith("BatchedSense"):  # a product under one name
        assert A.lipschitz() <= 1.05 * exact


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("mask", [lines, scattered, lambda s: np.ones(s, bool)], ids=["lines", "points", "full"])
def test_what_cancels_changes_no_distance(shape, mask, library):
    from mrilab import LeastSquares

    A = Mask(mask(shape)) @ FFT(shape) @ Coils(unit_maps(3, shape))
    y, x = A(draw(shape, library, seed=1)), draw(shape, library, seed=2)
    f = LeastSquares(A, y)
    direct = np.linalg.norm(to_numpy(A(x) - y)) ** 2 / 2
    assert f(x) == pytest.approx(direct, rel=1e-5)
    assert np.allclose(to_numpy(f.grad(x)), to_numpy(A.H(A(x) - y)), atol=2e-5)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_batch_of_scans_is_its_scans_one_by_one(shape, library):
    A, x = scans(shape), draw((2, *shape), library)
    singles = [Mask(mask) @ FFT(shape) @ Coils(smaps) for mask, smaps in zip(A.masks, A.smaps)]
    for b, single in enumerate(singles):
        for found, wanted in ((A(x), single(x[b])), (A.H(A(x)), single.gram(x[b])), (A.gram(x), single.gram(x[b]))):
            assert np.allclose(to_numpy(found[b]), to_numpy(wanted), atol=1e-4)
    assert A.lipschitz() == pytest.approx(max(single.lipschitz() for single in singles))
    A.check_data(A(x))
    with pytest.raises(ValueError, match="outside the masks"):
        A.check_data(A(x) + 1)


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda masks, smaps: (masks[0], smaps), r"got \(8, 6\) and \(2, 3, 8, 6\)"),
        (lambda masks, smaps: (masks[:1], smaps), r"masks of shape \(1, 8, 6\) do not fit"),
        (lambda masks, smaps: (masks, smaps.real), "complex numbers, got float32"),
        (lambda masks, smaps: (2 * masks, smaps), "only 0 and 1"),
        (lambda masks, smaps: (masks * np.arange(2)[:, None, None], smaps), "scan 0 of a batch of 2 samples nothing"),
        (lambda masks, smaps: (masks, smaps * np.arange(1, -1, -1)[:, None, None, None]), "scan 1 .* all zero"),
        (lambda masks, smaps: (masks, smaps / np.arange(2)[:, None, None, None]), "scan 0 .* NaN"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*divide by zero", "ignore:.*invalid value")
def test_a_batch_of_scans_that_is_none_says_so(spoil, said):
    masks, smaps = np.ones((2, 8, 6), np.float32), draw((2, 3, 8, 6))
    with pytest.raises((TypeError, ValueError), match=said):
        BatchedSense(*spoil(masks, smaps))


@pytest.mark.parametrize("n", [8, 9, 15])
def test_fft_is_the_centred_sum(n):
    x = draw((n,), dtype="complex128")
    k = np.arange(n) - n // 2
    assert np.allclose(FFT((n,))(x), np.exp(-2j * np.pi * np.outer(k, k) / n) @ x / np.sqrt(n))


def test_gradients_flow_through_operators():
    import torch

    shape = (16, 16)
    A = Mask(lines(shape)) @ FFT(shape) @ Coils(unit_maps(2, shape)) @ Wavelet("haar", shape, level=2).H
    x = draw(shape, "torch", "complex128").requires_grad_()
    y = draw(A.shape_out, "torch", "complex128", seed=4)
    (0.5 * torch.sum(torch.abs(A(x) - y) ** 2)).backward()
    assert torch.allclose(x.grad, A.H(A(x) - y).detach())


def test_shapes_lift_over_batch_axes():
    A = FFT((8, 6)) @ Coils(unit_maps(3, (8, 6)))
    assert (A.shape_in, A.shape_out) == ((8, 6), (3, 8, 6))
    assert (A.H.shape_in, A.H.shape_out) == ((3, 8, 6), (8, 6))
    with pytest.raises(ValueError, match=r"cannot compose \(8, 256, 256\) after \(128, 128\)"):
        Identity((8, 256, 256)) @ Identity((128, 128))


def test_numpy_scalars_keep_the_precision():
    assert (np.float64(2) * FFT((4, 4)))(draw((4, 4))).dtype == np.complex64
    assert (FFT((4, 4)) * 2).lipschitz() == 4
