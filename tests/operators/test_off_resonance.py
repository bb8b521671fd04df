"""Off-resonance by time segments: equal to the sum over the pixels, to the error that it states."""

import numpy as np
import pytest
from helpers import draw, unit_maps

from mrilab import FFT, NUFFT, Coils, LeastSquares, Mask, OffResonance, brain, conjugate_gradient, simulate, spiral

SHAPE = (24, 20)


def shim(shape=SHAPE, spread=100.0, seed=0):
    """A smooth field over twice `spread` Hz, and a dip like that near the sinuses."""
    y, x = np.mgrid[: shape[0], : shape[1]] / max(shape) - 0.5
    return spread * (np.sin(3 * x + 2 * y**2 + seed) - 1.5 * np.exp(-40 * ((x - 0.1) ** 2 + (y + 0.3) ** 2)))


def direct(k, field, times):
    """The sum over the pixels as a matrix, in double precision."""
    shape = field.shape
    r = np.moveaxis(np.indices(shape), 0, -1).reshape(-1, 2) - np.array(shape) // 2
    waves = -2j * np.pi * k.reshape(-1, 2).astype(float) @ r.T
    return np.exp(waves + 2j * np.pi * np.outer(times, field.ravel())) / np.sqrt(field.size)


def grid(shape=SHAPE):
    axes = [(np.arange(n) - n // 2) / n for n in shape]
    return np.stack(np.meshgrid(*axes, indexing="ij"), -1)


def gap(found, wanted):
    return np.linalg.norm(found - wanted) / np.linalg.norm(wanted)


def read(name, duration):
    """An operator, its trajectory, and the times of its samples; DC at 1 ms."""
    if name == "spiral":
        k = spiral(3, 240, turns=3)
        times = np.tile(np.linspace(-duration / 2, duration / 2, 240), (3, 1)) + 1e-3
        return NUFFT(k, SHAPE), k, times
    lines = np.linspace(-duration / 2, duration / 2, SHAPE[0])[:, None] * np.ones(SHAPE)
    return FFT(SHAPE), grid(), lines + np.linspace(0, 3e-4, SHAPE[1]) + 1e-3


@pytest.mark.parametrize("name", ["spiral", "lines"])
@pytest.mark.parametrize("duration", [2e-3, 8e-3, 40e-3])
@pytest.mark.parametrize("tol", [1e-3, 1e-5])
def test_it_equals_the_sum_to_the_error_that_it_states(name, duration, tol):
    F, k, times = read(name, duration)
    A = OffResonance(F, shim(), times, tol=tol)
    matrix = direct(k, shim(), times.ravel())
    assert A.error <= tol
    for image in (draw(SHAPE, dtype="complex128"), brain(SHAPE).astype(complex), np.ones(SHAPE, complex)):
        assert gap(A(image).ravel(), matrix @ image.ravel()) <= tol
    y = draw(A.shape_out, dtype="complex128", seed=3)
    assert gap(A.H(y).ravel(), matrix.conj().T @ y.ravel()) <= 2 * tol


@pytest.mark.parametrize("segments", [6, 8, 10])
def test_the_stated_error_is_that_of_an_image_of_noise(segments):
    """At the worst time, so no less than the mean over the samples, and of its order."""
    F, k, times = read("spiral", 20e-3)
    A = OffResonance(F, shim(), times, segments=segments)
    x = draw((50, *SHAPE), dtype="complex128", seed=1)
    wanted = x.reshape(50, -1) @ direct(k, shim(), times.ravel()).T
    errors = np.linalg.norm(A(x) - wanted, axis=0) / np.linalg.norm(wanted, axis=0)
    assert 0.7 * errors.max() < A.error < 1.4 * errors.max()


def test_the_number_of_segments_is_the_least():
    F, _, times = read("spiral", 20e-3)
    A = OffResonance(F, shim(), times)
    assert OffResonance(F, shim(), times, segments=A.segments - 1).error > 1e-3
    fewer = [OffResonance(F, shim(spread=spread), times).segments for spread in (0.0, 10.0, 50.0, 100.0)]
    assert fewer[0] == 1 and fewer == sorted(set(fewer))


def test_no_other_weights_are_better():
    F, _, times = read("lines", 20e-3)
    A = OffResonance(F, shim(), times, segments=6)
    t, centres = A.times.ravel(), A.centres

    def error(weights):
        model = weights.T @ np.exp(2j * np.pi * np.outer(centres, shim().ravel()))
        return np.linalg.norm(model - np.exp(2j * np.pi * np.outer(t, shim().ravel())))

    optimal = A._weights.value.reshape(6, -1)
    hats = np.array([np.interp(t, centres, row) for row in np.eye(6)])  # between neighbours, linearly
    best = error(optimal)
    assert best < error(hats) / 2
    for seed in range(3):
        assert best < error(optimal + 0.01 * draw(optimal.shape, dtype="complex128", seed=seed))


def test_it_is_what_the_scanner_does():
    """`simulate` sums column by column, with the same sign and the same centre."""
    image, field, duration = brain(SHAPE), shim(spread=60.0), 15e-3
    y = simulate(image, np.ones((1, *SHAPE)), SHAPE, field=field, echo_time=4e-3, readout_time=duration)[0]
    times = 4e-3 + duration * (np.arange(SHAPE[1]) - SHAPE[1] // 2)[None] / SHAPE[1]
    assert gap(OffResonance(FFT(SHAPE), field, times, tol=1e-5)(image), y) < 1e-4


def test_a_constant_field_is_a_phase_of_the_samples():
    F, _, times = read("spiral", 20e-3)
    x = draw(SHAPE, dtype="complex128")
    A = OffResonance(F, np.full(SHAPE, 80.0), times)
    assert A.segments == 1
    assert np.allclose(A(x), np.exp(2j * np.pi * 80 * times.ravel()) * F(x), atol=1e-10)


def test_it_composes_with_masks_and_coils_and_solves():
    smaps, mask = unit_maps(3, SHAPE), np.arange(24)[:, None] % 2 * np.ones(SHAPE) == 0
    times = np.linspace(0, 30e-3, 24)[:, None]
    A = OffResonance(Mask(mask) @ FFT(SHAPE), shim(), times, tol=1e-5) @ Coils(smaps)
    x = draw((2, *SHAPE), dtype="complex128")
    full = direct(grid(), shim(), (times * np.ones(SHAPE)).ravel())
    wanted = (x[:, None] * smaps).reshape(2, 3, -1) @ full.T * mask.ravel()
    assert gap(A(x), wanted.reshape(2, 3, *SHAPE)) < 1e-5
    f = LeastSquares(A, A(x))  # zero outside the mask, which it checks
    assert gap(conjugate_gradient(f, max_iter=80).x, x) < 1e-2
    with pytest.raises(ValueError, match="outside the mask"):
        LeastSquares(A, A(x) + 1)


def test_masked_data_of_the_operator_alone_are_checked():
    A = OffResonance(Mask(np.eye(24, 20) > 0) @ FFT(SHAPE), shim(), np.zeros((1, 1)))
    with pytest.raises(ValueError, match="outside the mask"):
        LeastSquares(A, np.ones(SHAPE, complex))


@pytest.mark.parametrize(
    "change, error, said",
    [
        ({"F": np.eye(3)}, TypeError, "takes a linear operator, got ndarray"),
        ({"field": np.zeros((20, 24))}, ValueError, r"shape of the image, \(24, 20\), got \(20, 24\)"),
        ({"field": 1j * shim()}, TypeError, "the field must hold real numbers, got complex128"),
        ({"field": np.full(SHAPE, np.nan)}, ValueError, "the field holds 480 NaN"),
        ({"times": np.zeros(20)}, ValueError, r"shape of the samples, \(24, 20\), or 1 along an axis, got \(20,\)"),
        ({"times": np.zeros((24, 2))}, ValueError, r"got \(24, 2\)"),
        ({"times": np.full((24, 1), np.inf)}, ValueError, "the times holds? 24 NaN or infinite"),
        ({"times": np.arange(24.0)[:, None]}, ValueError, "times over 23 s turn the phase .* give Hz and seconds"),
        ({"segments": 0}, ValueError, "segments must be a whole number of at least 1, got 0"),
        ({"segments": 2.5}, TypeError, "segments must be a whole number"),
        ({"tol": 1e-9}, ValueError, "tol must be a number between 1e-06 and 1"),
    ],
)
def test_what_does_not_fit_says_so(change, error, said):
    arguments = {"F": FFT(SHAPE), "field": shim(), "times": np.linspace(0, 0.01, 24)[:, None]} | change
    with pytest.raises(error, match=said):
        OffResonance(**arguments)


def test_times_of_another_trajectory_are_refused():
    with pytest.raises(ValueError, match=r"the samples, \(720,\), or 1 along an axis, got \(3, 200\)"):
        OffResonance(NUFFT(spiral(3, 240), SHAPE), shim(), np.zeros((3, 200)))
