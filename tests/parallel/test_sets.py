"""Two sets of maps at a pixel: an object larger than the field of view, which one set cannot explain."""

import numpy as np
import pytest

from mrilab import (
    FFT,
    L1,
    Coils,
    CoilSets,
    LeastSquares,
    Mask,
    UndecimatedWavelet,
    brain,
    condat_vu,
    conjugate_gradient,
    espirit,
    lambda_max,
    random_lines,
    rss,
    simulate_smaps,
)

WIDTH = 96


def folded(rows, coils=8, noise=0.003):
    """Coil images of a head on a field of view of so many rows, its noisy samples, and where it folds."""
    head = brain((WIDTH, WIDTH), 1, split="test")
    images = simulate_smaps(coils, (WIDTH, WIDTH)) * head
    out, places = np.zeros((coils, rows, WIDTH), np.complex64), np.zeros((rows, WIDTH), int)
    for row in range(WIDTH):
        at = (row - WIDTH // 2 + rows // 2) % rows
        out[:, at] += images[:, row]
        places[at] += abs(head[row]) > 0.05
    parts = np.random.default_rng(0).standard_normal((2, *out.shape)) * noise / np.sqrt(2)
    return out, (FFT(out.shape[1:])(out) + parts[0] + 1j * parts[1]).astype(np.complex64), places


def operator(maps):
    return CoilSets(maps) if maps.ndim == 4 else Coils(maps)


def unexplained(maps, kspace, images):
    """The share of the coil images that maps cannot hold, with all samples known."""
    A = FFT(images.shape[1:]) @ operator(maps)
    x = conjugate_gradient(LeastSquares(A, kspace), max_iter=30).x
    return np.linalg.norm(operator(maps)(x) - images) / np.linalg.norm(images)


def reconstructed(maps, kspace, images):
    """The error of the picture from half of the lines, at the best of three λ."""
    shape = images.shape[1:]
    mask = random_lines(shape, 2, center=24, seed=0)
    f = LeastSquares(Mask(mask) @ FFT(shape) @ operator(maps), kspace * mask)
    Psi = UndecimatedWavelet("db2", shape, level=3)
    top = lambda_max(f, L1(1.0), Psi)
    pictures = [rss(operator(maps)(condat_vu(f, L1(q * top), Psi, sigma=0.05, max_iter=60).x)) for q in (1e-3, 3e-3)]
    return min(np.linalg.norm(picture - rss(images)) for picture in pictures) / np.linalg.norm(rss(images))


@pytest.mark.parametrize("rows, coils", [(72, 8), (60, 8), (60, 16)])
def test_one_set_fails_where_the_object_folds_and_two_hold(rows, coils):
    images, kspace, places = folded(rows, coils)
    one, two = espirit(kspace, 24), espirit(kspace, 24, sets=2)
    assert unexplained(one, kspace, images) > 0.1 and unexplained(two, kspace, images) < 0.02
    assert reconstructed(two, kspace, images) < 0.6 * reconstructed(one, kspace, images)
    assert rss(two)[1][places == 2].min() > 0.5


@pytest.mark.parametrize("calib", [16, 24])
def test_where_nothing_folds_a_second_set_changes_nothing_in_the_object(calib):
    images, kspace, places = folded(WIDTH)
    one, two = espirit(kspace, calib, refine=False), espirit(kspace, calib, sets=2)
    assert np.allclose(two[0], one) and (rss(two)[1][places == 1] ** 2).mean() < 0.01
    assert reconstructed(two, kspace, images) < 1.02 * reconstructed(one, kspace, images)


@pytest.mark.parametrize("crop", [None, 0.8])
@pytest.mark.parametrize("rows", [60, WIDTH])
def test_sets_are_orthogonal_and_their_operator_does_not_amplify(rows, crop):
    _, kspace, _ = folded(rows)
    maps = espirit(kspace, 24, crop=crop, sets=2)
    assert maps.shape == (2, *kspace.shape) and maps.dtype == np.complex64
    assert abs((maps[0].conj() * maps[1]).sum(axis=0)).max() < 1e-5
    assert rss(maps).max() < 1 + 1e-5 and CoilSets(maps).lipschitz() <= 1
    x = np.random.default_rng(1).standard_normal((2, *maps.shape[2:])) + 0j
    assert np.allclose(rss(CoilSets(maps)(x)), np.sqrt(((rss(maps) * abs(x)) ** 2).sum(axis=0)), atol=1e-4)


def test_one_set_of_sets_is_coils():
    maps = simulate_smaps(4, (17, 12))
    x = np.random.default_rng(2).standard_normal((17, 12)) + 0j
    assert np.allclose(CoilSets(maps[None])(x[None]), Coils(maps)(x))
    assert np.isclose(CoilSets(maps[None]).lipschitz(), Coils(maps).lipschitz())


def test_two_sets_of_one_coil_are_refused():
    with pytest.raises(ValueError, match="2 sets of maps need as many coils, got 1"):
        espirit(np.ones((1, 32, 32), complex), sets=2)
