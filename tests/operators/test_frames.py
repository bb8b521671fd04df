"""The time axis: an operator for each frame, spectra and differences along time, and sums of parts."""

import numpy as np
import pytest
from helpers import draw, lines, unit_maps

from mrilab import (
    FFT,
    L1,
    NUFFT,
    Coils,
    Diagonal,
    Frames,
    Identity,
    LeastSquares,
    LocallyLowRank,
    Mask,
    NuclearNorm,
    Parts,
    Row,
    TemporalDifference,
    TemporalFFT,
    condat_vu,
    fista,
    radial,
)

SHAPE = (12, 10)


def frames():
    return [Mask(lines(SHAPE, seed)) @ FFT(SHAPE) @ Coils(unit_maps(3, SHAPE)) for seed in range(4)]


def test_each_frame_has_its_own_operator():
    singles = frames()
    A, x = Frames(singles), draw((2, 4, *SHAPE))
    for t, single in enumerate(singles):
        assert np.array_equal(A(x)[:, t], single(x[:, t]))
        assert np.allclose(A.H(A(x))[:, t], single.gram(x[:, t]), atol=1e-5)


def test_golden_angle_frames_have_the_largest_norm_of_a_frame():
    k = radial(12, 24, golden=True).reshape(4, 3, 24, 2)
    singles = [Diagonal(np.full(72, 1.0 + t)) @ NUFFT(spokes, SHAPE) for t, spokes in enumerate(k)]
    A = Frames(singles)
    exact = np.linalg.norm(A.as_scipy() @ np.eye(np.prod(A.shape_in)), 2) ** 2
    assert A.norm2 is None
    assert exact <= A.lipschitz() <= 1.01 * exact
    assert A.lipschitz() == singles[-1].lipschitz()


def test_data_are_checked_frame_by_frame():
    A = Frames(frames())
    y = A(draw(A.shape_in))
    LeastSquares(A, y)
    with pytest.raises(ValueError, match="outside the mask"):
        LeastSquares(A, y + 1)
    with pytest.raises(ValueError, match=r"Frames\(4 × .* takes arrays of shape"):
        LeastSquares(A, y[:3])


@pytest.mark.parametrize(
    "make, says",
    [
        (lambda: Frames([]), "at least one operator"),
        (lambda: Frames([Identity((2,)), L1(1.0)]), "got L1 in it"),
        (lambda: Row([Identity((2,)), Identity((3,))]), r"number 0 maps \(2,\) → \(2,\), number 1 \(3,\) → \(3,\)"),
        (lambda: TemporalFFT((8, 8)), "3 positive sizes"),
        (lambda: TemporalDifference((1, 8, 8)), "at least 2 frames"),
        (lambda: Parts([]), "at least one regulariser"),
        (lambda: Parts([Identity((2,))]), "got Identity"),
        (lambda: Parts([L1(1.0), L1(1.0)])(np.ones((3, 2))), r"2 parts along the first axis, got an array \(3, 2\)"),
    ],
)
def test_what_does_not_fit_is_refused(make, says):
    with pytest.raises((TypeError, ValueError), match=says):
        make()


@pytest.mark.parametrize("frames", [7, 8])
def test_the_temporal_spectrum_is_the_sum(frames):
    x, T = draw((frames, 3, 4), dtype="complex128"), TemporalFFT((frames, 3, 4))
    f, t = np.arange(frames)[:, None] - frames // 2, np.arange(frames)
    direct = np.tensordot(np.exp(-2j * np.pi * f * t / frames) / np.sqrt(frames), x, 1)
    assert np.allclose(T(x), direct)
    assert np.allclose(T.H(direct), x)


def test_differences_along_time():
    x = draw((5, 3, 4), dtype="complex128")
    d = TemporalDifference((5, 3, 4))(x)
    assert np.array_equal(d[:-1], np.diff(x, axis=0))
    assert not d[-1].any()


def test_parts_are_separated():
    """A background of rank 1 and a few frequencies of a few pixels, from all samples: each part is found."""
    T, rng = TemporalFFT((16, 12, 12)), np.random.default_rng(0)
    background = np.broadcast_to(draw((12, 12), dtype="complex128"), (16, 12, 12))
    spectrum = np.zeros((16, 12, 12), complex)
    spectrum[(rng.integers(1, 7, 6), *rng.integers(0, 12, (2, 6)))] = 8
    f = LeastSquares(Row([Identity(background.shape), T.H]), background + T.H(spectrum))
    g = Parts([NuclearNorm(0.3), L1(0.06)])
    low, sparse = fista(f, g, max_iter=300, restart=True).x
    assert np.linalg.norm(sparse - spectrum) < 0.1 * np.linalg.norm(spectrum)
    assert np.linalg.norm(low - background) < 0.1 * np.linalg.norm(background)
    assert np.linalg.matrix_rank(low.reshape(16, -1), tol=1e-6) <= 2


def test_condat_vu_refuses_parts_with_a_grid_that_moves():
    f, g = LeastSquares(Identity((2, 3, 8, 8)), draw((2, 3, 8, 8))), Parts([L1(0.1), LocallyLowRank(0.1)])
    with pytest.raises(TypeError, match="one grid"):
        condat_vu(f, g, Identity((2, 3, 8, 8)))
