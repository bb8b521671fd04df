"""Every public function on every kind of array: the value and precision of an ordinary array, or an error of our own.

A row is a function, a column a kind of array that real work brings along: files of the other byte order, memory maps,
views, torch's lazy ones. The right value is what the function gives for an ordinary array of the same numbers.
"""

import warnings

import numpy as np
import pytest
from helpers import draw, lines, unit_maps

import mrilab as m
from mrilab.arrays.libraries import to_numpy

SHAPE = (16, 16)
COILS = unit_maps(3, SHAPE).astype(np.complex64)
LINES = lines(SHAPE)
A = m.Mask(LINES) @ m.FFT(SHAPE) @ m.Coils(COILS)
PSI, FRAME = m.Wavelet("db4", SHAPE, level=2), m.UndecimatedWavelet("db4", SHAPE, level=2)
NUFFT = m.NUFFT(m.radial(4, 16), SHAPE)
CROWDED = m.simulate(m.shepp_logan((32, 32)), m.simulate_smaps(3, (32, 32)), (32, 32))

OPERATORS = {
    "Identity": m.Identity(SHAPE),
    "FFT": m.FFT(SHAPE),
    "Mask": m.Mask(LINES),
    "Diagonal": m.Diagonal(LINES + 0.5),
    "Coils": m.Coils(COILS),
    "NUFFT": NUFFT,
    "ToeplitzGram": m.ToeplitzGram(NUFFT),
    "Wavelet": PSI,
    "UndecimatedWavelet": FRAME,
    "FiniteDifference": m.FiniteDifference(SHAPE),
    "sum": m.FFT(SHAPE) + 2 * m.Identity(SHAPE),
    "product": A,
}
REGULARISERS = {
    "L1": m.L1(0.5),
    "GroupL1": m.GroupL1(0.5, axis=-3),
    "OSCAR": m.OSCAR(0.2, 1.0),
    "OSCAR of bands": m.OSCAR(0.2, 1.0, PSI.bands),
}


def data(shape):
    return lambda: draw(shape)


def solved(solve):
    """A solver's x, whose data are of the kind in question."""
    return lambda y: solve(m.LeastSquares(A, y)).x


SOLVERS = {
    "fista": lambda f: m.fista(f, m.L1(0.01), max_iter=3),
    "pogm": lambda f: m.pogm(f, m.OSCAR(0.01, 1.0), max_iter=3),
    "condat_vu": lambda f: m.condat_vu(f, m.L1(0.01), PSI, max_iter=3),
    "conjugate_gradient": lambda f: m.conjugate_gradient(f, max_iter=3),
}
SCAN = {"kspace": lambda: CROWDED}
ZERO = np.zeros(SHAPE, np.complex64)
Y = A(draw(SHAPE))

# name: (function, its argument as an ordinary array)
TABLE = {f"{name}, op": (T.op, data(T.shape_in)) for name, T in OPERATORS.items()}
TABLE |= {f"{name}, adjoint": (T.adj_op, data(T.shape_out)) for name, T in OPERATORS.items()}
TABLE |= {f"{name}, prox": (lambda z, g=g: g.prox(z, 1.0), data((3, *SHAPE))) for name, g in REGULARISERS.items()}
TABLE |= {f"{name}, value": (g, data((3, *SHAPE))) for name, g in REGULARISERS.items()}
TABLE |= {f"{name}, dual norm": (g.dual_norm, data((3, *SHAPE))) for name, g in REGULARISERS.items()}
TABLE |= {f"{name} of data": (solved(solve), lambda: Y) for name, solve in SOLVERS.items()}
TABLE |= {
    "fista from x0": (lambda x: m.fista(m.LeastSquares(A, like(x, Y)), m.L1(0.01), x, max_iter=2).x, data(SHAPE)),
    "lambda_max": (lambda y: m.lambda_max(m.LeastSquares(A, y), m.L1(1.0), PSI), lambda: Y),
    "cost": (lambda y: m.LeastSquares(A, y)(like(y, ZERO)), lambda: Y),
    "Coils of maps": (lambda maps: m.Coils(maps)(like(maps, draw(SHAPE))), lambda: COILS),
    "Diagonal of d": (lambda d: m.Diagonal(d)(like(d, draw(SHAPE))), data(SHAPE)),
    "rss": (m.rss, data((3, *SHAPE))),
    "psnr": (lambda x: m.psnr(x, abs(draw(SHAPE, seed=3))), data(SHAPE)),
    "ssim": (lambda x: m.ssim(abs(draw(SHAPE, seed=3)), x), data(SHAPE)),
    "nrmse": (lambda x: m.nrmse(x, abs(draw(SHAPE, seed=3))), data(SHAPE)),
    "espirit": (lambda y: m.espirit(y, calib=16, kernel=4), lambda: CROWDED),
    "low_resolution_smaps": (lambda y: m.low_resolution_smaps(y, 16), lambda: CROWDED),
    "noise_covariance": (m.noise_covariance, data((3, 64))),
    "prewhiten": (lambda y: m.prewhiten(y, np.diag([1.0, 2.0, 3.0])), lambda: CROWDED),
    "compress_coils": (lambda y: m.compress_coils(y, 2)[0], lambda: CROWDED),
    "mix_channels": (lambda y: m.mix_channels(np.ones((2, 3)), y), lambda: CROWDED),
    "sense_unfold": (
        lambda y: m.sense_unfold(y, m.simulate_smaps(3, (32, 32)), 2),
        lambda: CROWDED * m.regular_lines((32, 32), 2),
    ),
    "g_factor": (lambda maps: m.g_factor(maps, 2), lambda: m.simulate_smaps(3, (32, 32))),
    "grappa": (
        lambda y: m.grappa(y, 2, 16),
        lambda: CROWDED * (m.regular_lines((32, 32), 2) | m.center_lines((32, 32), 16)),
    ),
}


def like(x, const):
    """An ordinary array in the library of x and in the precision that x has for us."""
    if type(x).__module__ == "torch":
        import torch

        return torch.from_numpy(const).to(x.dtype)
    return const.astype("complex128" if x.dtype.itemsize == 16 else "complex64")


def memory_mapped(x, folder):
    np.save(folder / "x.npy", x)
    return np.load(folder / "x.npy", mmap_mode="r")


def misaligned(x):
    raw = np.empty(x.nbytes + 1, np.uint8)[1:].view(x.dtype).reshape(x.shape)
    raw[...] = x
    return raw


def tensor(x):
    import torch

    return torch.from_numpy(x.copy())


def read_only(x):
    x = x.copy()
    x.flags.writeable = False
    return x


def hiding(x):
    hidden = np.zeros(x.shape, bool)
    hidden.flat[0] = True
    return np.ma.masked_array(x, hidden)


def negative_bit(x):
    """A view whose numbers torch negates when they are read."""
    import torch

    return torch._neg_view(-tensor(x))


# name: (how to make it of an ordinary array and a folder, the error it may raise)
KINDS = {
    "big-endian, single": (lambda x, _: x.astype(">c8"), None),
    "big-endian, double": (lambda x, _: x.astype(">c16"), None),
    "Fortran order": (lambda x, _: np.asfortranarray(x), None),
    "negative strides": (lambda x, _: x[..., ::-1].copy()[..., ::-1], None),
    "read-only": (lambda x, _: read_only(x), None),
    "memory-mapped": (memory_mapped, None),
    "misaligned": (lambda x, _: misaligned(x), None),
    "masked, nothing hidden": (lambda x, _: np.ma.masked_array(x), None),
    "lazily conjugated": (lambda x, _: tensor(x.conj()).conj(), None),
    "negative bit": (lambda x, _: negative_bit(x), None),
    "requires grad": (lambda x, _: tensor(x).requires_grad_(), None),
    "long double": (lambda x, _: x.astype(np.clongdouble), "clongdouble|complex256"),
    "masked": (lambda x, _: hiding(x), "masked array .* hides 1 of"),
}
ANY_PRECISION = ("psnr", "ssim", "nrmse", "Diagonal of d")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", TABLE)
def test_every_kind_of_array(name, kind, tmp_path):
    function, ordinary = TABLE[name]
    make, error = KINDS[kind]
    x = ordinary().astype("complex128" if "double" in kind else "complex64")
    odd = make(x, tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if error is not None and not (kind == "long double" and name in ANY_PRECISION):
            with pytest.raises(TypeError, match=error):
                function(odd)
            return
        result = function(odd)
    expected = function(x)
    single = np.asarray(to_numpy(result) if hasattr(result, "dtype") else result)
    np.testing.assert_allclose(single, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())
    if hasattr(expected, "dtype") and kind != "long double":
        assert str(result.dtype).removeprefix("torch.") == str(expected.dtype)
        assert type(result) is np.ndarray or type(result).__module__ == "torch"


HALVES = {"float16": lambda x: x.real.astype(np.float16), "torch's half": lambda x: tensor(x.real).half()}


@pytest.mark.parametrize("kind", HALVES)
def test_half_precision_is_refused_by_name(kind):
    x = HALVES[kind](draw(SHAPE))
    for function in (PSI, m.Mask(LINES), m.L1(1.0), m.Identity(SHAPE)):
        with pytest.raises(TypeError, match="single or double precision, got .*float16"):
            function(x)


def test_metrics_take_whole_numbers_for_what_they_are():
    x = np.full(SHAPE, -(2**15), np.int16)  # its magnitude is no int16
    assert m.nrmse(x, x) == 0 and m.nrmse(x, np.full(SHAPE, 2.0**15)) == 0
    assert m.psnr(x, x) == np.inf


def test_a_masked_mask_does_not_sample_what_it_hides():
    with pytest.raises(TypeError, match="hides 1 of 256"):
        m.Mask(hiding(np.ones(SHAPE, bool)))


def test_arrays_are_the_operators_own():
    maps, y, d, path = COILS.copy(), Y.copy(), LINES + 0.5, m.radial(4, 16).copy()
    mask = LINES.copy()
    S, f, D, N, M = m.Coils(maps), m.LeastSquares(A, y), m.Diagonal(d), m.NUFFT(path, SHAPE), m.Mask(mask)
    x = draw(SHAPE)
    before = [S(x), D(x), N(x), M(x), f.grad(x), f(x), m.lambda_max(f, m.L1(1.0)), m.fista(f, m.L1(0.1), max_iter=2).x]
    maps *= 2
    y *= 10
    d *= 3
    path *= 0.5
    mask[:] = True
    after = [S(x), D(x), N(x), M(x), f.grad(x), f(x), m.lambda_max(f, m.L1(1.0)), m.fista(f, m.L1(0.1), max_iter=2).x]
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(old, new)
    for kept in (S.smaps, f.y, D.d, N.trajectory, M.mask):
        with pytest.raises(ValueError, match="read-only"):
            kept[...] = 0


def test_gradients_flow_through_a_solver_only_when_asked_for():
    y = tensor(Y).requires_grad_()
    f, g = m.LeastSquares(A, y), m.L1(0.01)
    for solve in (m.fista, m.pogm):
        assert not solve(f, g, max_iter=2).x.requires_grad
        assert solve(f, g, max_iter=2, differentiable=True).x.requires_grad
    x0 = tensor(draw(SHAPE)).requires_grad_()
    assert not m.fista(f, g, x0, max_iter=0).x.requires_grad
    with pytest.raises(ValueError, match="no gradients"):
        m.conjugate_gradient(f, differentiable=True)


def test_a_mask_of_lines_asks_for_its_axis():
    chosen = LINES[:, 0]
    with pytest.raises(ValueError, match=r"Mask\(mask, \(16, 16\), axis=-2\)"):
        m.Mask(chosen) @ m.FFT(SHAPE) @ m.Coils(COILS)
    with pytest.raises(ValueError, match="along which axes"):
        m.Mask(chosen) @ (m.FFT(SHAPE) @ m.Coils(COILS))
    np.testing.assert_array_equal(m.Mask(chosen, SHAPE, axis=-2).mask, LINES)
    np.testing.assert_array_equal(m.Mask(chosen, SHAPE, axis=1).mask, LINES.T)
    np.testing.assert_array_equal(m.Mask(chosen[:, None], SHAPE).mask, LINES)
    assert (m.Mask(chosen) @ m.FFT((16,))).shape_in == (16,)
    for bad in ({"shape": SHAPE}, {"shape": (8, 16), "axis": -2}, {"axis": -2}):
        with pytest.raises(ValueError, match="axis|axes"):
            m.Mask(chosen, **bad)


@pytest.mark.parametrize("scale", [1e-30, 1e-25, 1.0, 1e20, 1e30])
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("g", [m.L1, lambda lam: m.GroupL1(lam, axis=0)], ids=["L1", "GroupL1"])
@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_shrinkage_knows_no_scale(g, dtype, scale, library):
    z = draw((3, 700), dtype=dtype)
    to = tensor if library == "torch" else np.asarray
    expected = g(0.5).prox(z, 1.0)
    scaled = to_numpy(g(0.5 * scale).prox(to((scale * z).astype(dtype)), 1.0)).astype(complex) / scale
    np.testing.assert_allclose(scaled, expected, rtol=2e-5, atol=2e-6)
    value = g(0.5 * scale)(to((scale * z).astype(dtype))) / scale**2
    assert value == pytest.approx(g(0.5)(z), rel=1e-5)


def test_shrinkage_keeps_nan_and_infinity():
    z = np.array([[np.nan, np.inf, 0.0, 1.0], [1.0, 2.0, 0.0, -np.inf]], np.complex64)
    assert np.isnan(m.L1(0.5)(z)) and m.L1(0.5)(z[1:]) == np.inf
    assert m.GroupL1(0.5, axis=0)(z[:, 1:2]) == np.inf
