"""Phantoms, simulated coils and the simulated scan: what the course reconstructs must itself be right."""

import itertools
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mrilab.simulation import phantoms, receivers
from mrilab.simulation.atlas import FIELD_OF_VIEW, pixel_size, positions
from mrilab.simulation.phantoms import CONTRASTS, SPLITS, TISSUES, brain, shepp_logan
from mrilab.simulation.receivers import simulate_smaps
from mrilab.simulation.scanner import simulate

quick = settings(max_examples=40, deadline=None)
SHAPES = [(64, 64), (65, 33), (90, 70), (48, 96), (1, 1)]


def ifft2(kspace):
    """Centred, orthonormal inverse Fourier transform."""
    axes = (-2, -1)
    return np.fft.fftshift(np.fft.ifft2(np.fft.ifftshift(kspace, axes), norm="ortho"), axes)


@pytest.mark.parametrize("make", [shepp_logan, brain])
@pytest.mark.parametrize("shape", SHAPES)
def test_phantoms_are_complex_images_of_unit_magnitude(make, shape):
    image = make(shape)
    assert image.shape == shape and image.dtype == np.complex64
    assert abs(image).max() == pytest.approx(1, abs=1e-6)


def test_shepp_logan_has_the_values_of_the_table():
    image = shepp_logan((257, 257))
    assert (image.imag == 0).all()
    np.testing.assert_allclose(np.unique(image.real.round(6)), [0, 0.1, 0.2, 0.3, 0.4, 1], atol=1e-6)
    assert image[128, 128] == pytest.approx(0.2, abs=1e-6)
    # The skull is the outer ellipse less the inner one, so its area is known.
    ring = np.pi * (0.69 * 0.92 - 0.6624 * 0.874) / 4
    assert (image.real == 1).mean() == pytest.approx(ring, rel=0.03)


def test_shepp_logan_agrees_with_scikit_image():
    from skimage.data import shepp_logan_phantom

    theirs = shepp_logan_phantom()
    overlap = np.mean(abs(shepp_logan((400, 400)).real - theirs) < 0.05)
    assert overlap > 0.97  # theirs lies half a pixel aside, so the edges differ


@pytest.mark.parametrize("split", SPLITS)
def test_one_seed_is_one_brain(split):
    first, second, other = (brain((48, 48), seed, split=split) for seed in (4, 4, 5))
    assert (first == second).all()
    assert abs(abs(first) - abs(other)).max() > 0.2


def test_a_seed_gives_different_brains_to_the_splits():
    images = [abs(brain((48, 48), 4, split=split, contrast="T1")) for split in SPLITS]
    for a, b in itertools.combinations(images, 2):
        assert abs(a - b).max() > 0.2


def test_splits_share_no_height():
    bands = sorted((low, high, split) for split, pairs in SPLITS.items() for low, high in pairs)
    assert {split for *_, split in bands} == {"train", "validation", "test"}
    for (low, high, _), (next_low, _, _) in itertools.pairwise(bands):
        assert low < high < next_low


@pytest.mark.parametrize("split", SPLITS)
def test_heights_stay_in_the_bands_of_their_split_and_reach_all_of_them(split):
    heights = [phantoms._height(np.random.default_rng(seed), SPLITS[split]) for seed in range(300)]
    for low, high in SPLITS[split]:
        assert any(low <= height <= high for height in heights)
    assert all(any(low <= height <= high for low, high in SPLITS[split]) for height in heights)


@pytest.mark.parametrize("shape", [(61, 50), (60, 60), (96, 70)])
def test_a_brain_is_the_same_head_on_a_finer_grid(shape):
    double = tuple(2 * n for n in shape)
    fine, coarse = brain(double, 3), brain(shape, 3)
    # Pixel n // 2 is the middle of both grids.
    start = [d // 2 - 2 * (n // 2) for n, d in zip(shape, double)]
    samples = fine[start[0] :: 2, start[1] :: 2]
    scale = np.vdot(coarse, samples) / np.vdot(coarse, coarse)  # either is scaled to a largest magnitude of 1
    np.testing.assert_allclose(samples, scale * coarse, atol=1e-4)
    assert abs(scale) == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("seed", range(12))
def test_a_head_fits_its_field_of_view(seed):
    for shape in ((96, 80), (60, 96)):
        image = abs(brain(shape, seed))
        edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
        assert edge.max() == 0
        assert (
            0.15 < (image > 0.05).mean() * shape[0] * shape[1] * pixel_size(shape) ** 2 / np.prod(FIELD_OF_VIEW) < 0.8
        )


@pytest.mark.parametrize("seed", range(6))
def test_contrasts_show_one_head_with_fluid_dark_or_bright(seed):
    t1, t2 = (abs(brain((128, 128), seed, contrast=contrast)) for contrast in ("T1", "T2"))
    assert ((t1 > 0) == (t2 > 0)).mean() > 0.999
    fluid = t2 > 0.8 * t2.max()
    assert fluid.sum() > 20
    inside = t2 > 0.3 * t2.max()  # brain and fluid: fat and skin are dark in T2
    assert t1[fluid].mean() < 0.75 * np.median(t1[inside & ~fluid])


@pytest.mark.parametrize("contrast, order", [("T1", ("white", "grey", "fluid")), ("T2", ("fluid", "grey", "white"))])
def test_tissues_are_ordered_as_in_real_scans(contrast, order):
    for seed in range(200):
        signal = dict(zip(TISSUES, phantoms.signals(np.random.default_rng(seed), contrast)))
        values = [signal[name] for name in order]
        assert all(a > 1.08 * b for a, b in itertools.pairwise(values))


def test_contrast_none_draws_either():
    drawn = {
        contrast
        for seed in range(8)
        for contrast in CONTRASTS
        if (brain((24, 24), seed) == brain((24, 24), seed, contrast=contrast)).all()
    }
    assert drawn == set(CONTRASTS)


def test_phase_is_smooth_and_not_flat():
    image = brain((128, 128), 2)
    inside = abs(image) > 0.05
    steps = np.angle(image[1:] * image[:-1].conj())[inside[1:] & inside[:-1]]
    assert abs(steps).max() < 0.2
    assert np.angle(image[inside]).std() > 0.1


@pytest.mark.parametrize("options, message", [
    ({"split": "dev"}, "unknown split 'dev': it is one of 'train', 'validation', 'test'"),
    ({"contrast": "FLAIR"}, "unknown contrast 'FLAIR'"),
    ({"split": None}, "unknown split None"),
])  # fmt: skip
def test_unknown_names_raise(options, message):
    with pytest.raises(ValueError, match=message):
        brain((16, 16), **options)


@pytest.mark.parametrize("make", [shepp_logan, brain, lambda shape: simulate_smaps(2, shape)])
@pytest.mark.parametrize("shape", [(0, 4), (4, -1), (4,), 4, (4.0, 4), (True, 4)])
def test_bad_shapes_raise(make, shape):
    with pytest.raises((ValueError, TypeError), match="shape of an image"):
        make(shape)


@quick
@given(shape=st.tuples(st.integers(1, 300), st.integers(1, 300)))
def test_pixels_are_square_and_show_the_whole_head(shape):
    extent = np.array(shape) * pixel_size(shape)
    assert (extent >= np.array(FIELD_OF_VIEW) - 1e-9).all()
    assert np.isclose(extent, FIELD_OF_VIEW).any()
    for x, n in zip(positions(shape), shape):
        assert len(x) == n and x[n // 2] == 0
        np.testing.assert_allclose(np.diff(x), pixel_size(shape))


def test_the_package_is_quiet(capfd, recwarn):
    from mrilab.simulation.atlas import load_atlas

    load_atlas.cache_clear()
    brain((16, 16))
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_importing_leaves_is_light():
    import subprocess

    code = (
        "import sys, mrilab.sampling.masks, mrilab.simulation.phantoms, mrilab.simulation.scanner\n"
        "import mrilab.metrics, mrilab.plots\n"
        "heavy = 'scipy', 'nilearn', 'skimage', 'matplotlib', 'numba', 'torch', 'pandas'\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


# The scan

SIZES = st.tuples(st.integers(1, 7), st.integers(1, 7))


@quick
@given(shape=SIZES, more=st.tuples(st.integers(0, 6), st.integers(0, 6)), seed=st.integers(0, 99))
def test_simulate_is_the_fourier_sum_at_the_kept_frequencies(shape, more, seed):
    fine = tuple(n + m for n, m in zip(shape, more))
    rng = np.random.default_rng(seed)
    image = rng.standard_normal(fine) + 1j * rng.standard_normal(fine)
    maps = rng.standard_normal((2, *fine)) + 1j * rng.standard_normal((2, *fine))
    # y[k] = √(N/N') / √N' Σ_r x[r] exp(−2πi k·r / n'), k and r counted from n // 2 and n' // 2.
    fourier = [
        np.exp(-2j * np.pi * np.outer(np.arange(n) - n // 2, np.arange(f) - f // 2) / f) for n, f in zip(shape, fine)
    ]
    expected = (
        np.einsum("kr,crs,ls->ckl", fourier[0], maps * image, fourier[1]) * np.sqrt(np.prod(shape)) / np.prod(fine)
    )
    kspace = simulate(image, maps, shape)
    assert kspace.dtype == np.complex64
    np.testing.assert_allclose(kspace, expected, atol=2e-5)


@pytest.mark.parametrize("shape, fine", [((8, 8), (16, 16)), ((7, 9), (14, 18)), ((7, 8), (21, 16)), ((8, 6), (8, 6))])
def test_a_band_limited_image_is_recovered_exactly(shape, fine):
    # Frequencies that the coarse grid holds too, its Nyquist frequency apart: the coarse image samples the fine one.
    rng = np.random.default_rng(0)
    frequencies = [np.arange(-((n - 1) // 2), (n - 1) // 2 + 1) for n in shape]
    weights = rng.standard_normal([len(f) for f in frequencies]) + 0j

    def image(grid):
        waves = [np.exp(2j * np.pi * np.outer(f, (np.arange(n) - n // 2) / n)) for f, n in zip(frequencies, grid)]
        return np.einsum("kr,kl,ls->rs", waves[0], weights, waves[1])

    y = simulate(image(fine), np.ones((1, *fine)), shape)
    np.testing.assert_allclose(ifft2(y)[0], image(shape), atol=1e-4)


def test_truncation_rings_as_in_a_real_scan():
    # Gibbs: an edge overshoots by 9 % of its height, however fine the grid.
    edge = np.zeros((1024, 8))
    edge[256:768] = 1
    image = ifft2(simulate(edge, np.ones((1, 1024, 8)), (128, 8)))[0].real
    fine = np.fft.ifft(np.fft.ifftshift(np.pad(np.fft.fftshift(np.fft.fft(image[:, 0])), 448))).real * 8
    assert fine.max() == pytest.approx(1.0895, abs=0.01)


def test_noise_has_the_variance_asked_for():
    sigma, shape = 0.3, (200, 150)
    clean, noisy = (simulate(np.ones(shape), np.ones((3, *shape)), shape, noise=s, seed=7) for s in (0.0, sigma))
    noise = noisy - clean
    assert np.mean(abs(noise) ** 2) == pytest.approx(sigma**2, rel=0.02)
    assert np.mean(noise.real**2) == pytest.approx(sigma**2 / 2, rel=0.03)
    assert abs(np.mean(noise**2)) < 0.02 * sigma**2  # circular
    gram = np.einsum("cij,dij->cd", noise, noise.conj()) / np.prod(shape)
    np.testing.assert_allclose(gram, sigma**2 * np.eye(3), atol=0.03 * sigma**2)  # coils are independent
    assert np.mean(abs(ifft2(noise)) ** 2) == pytest.approx(sigma**2, rel=0.02)  # and in the units of the image


def test_noise_comes_from_the_seed_alone_and_inputs_stay():
    image, maps = brain((32, 32)), simulate_smaps(2, (32, 32))
    kept = image.copy(), maps.copy()
    runs = [simulate(image, maps, (16, 16), noise=0.1, seed=seed) for seed in (0, 0, 1)]
    assert (runs[0] == runs[1]).all() and (runs[0] != runs[2]).all()
    assert (image == kept[0]).all() and (maps == kept[1]).all()


def test_coils_combined_give_the_image_back():
    image, maps = brain((64, 64), 1), simulate_smaps(8, (64, 64), raw=False)
    combined = (maps.conj() * ifft2(simulate(image, maps, (64, 64)))).sum(0)
    np.testing.assert_allclose(combined, image, atol=1e-5)


ONES = np.ones((8, 8))
BAD_SCANS = [
    ((ONES, np.ones((2, 8, 6)), (4, 4)), {}, r"smaps of shape \(2, 8, 6\) do not fit an image of shape \(8, 8\)"),
    ((ONES, ONES[None], (9, 4)), {}, r"\(9, 4\) is impossible from an image of shape \(8, 8\)"),
    ((ONES, ONES[None], (0, 4)), {}, "H in the shape of k-space must be .*, got 0"),
    ((ONES, ONES[None], (4,)), {}, r"the shape of k-space is a pair \(H, W\), got \(4,\)"),
    ((ONES, ONES, (4, 4)), {}, r"smaps must have shape \(C, H, W\)"),
    ((ONES[None], ONES[None], (4, 4)), {}, r"image must have shape \(H, W\)"),
    ((np.full((8, 8), np.nan), ONES[None], (4, 4)), {}, "image holds 64 NaN or infinite"),
    ((ONES, np.full((1, 8, 8), np.inf), (4, 4)), {}, "smaps holds 64 NaN or infinite"),
    ((ONES, np.ones((0, 8, 8)), (4, 4)), {}, "must not be empty"),
    (
        (ONES, ONES[None], (4, 4)),
        {"noise": -0.1},
        "noise must be a finite number of at least 0, got -0.1",
    ),
    ((ONES, ONES[None], (4, 4)), {"noise": np.nan}, "noise must be"),
    ((np.full((8, 8), "a"), ONES[None], (4, 4)), {}, "must hold numbers"),
]


@pytest.mark.parametrize("arguments, options, message", BAD_SCANS)
def test_bad_scans_raise(arguments, options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        simulate(*arguments, **options)


# The coils


@quick
@given(n_coils=st.integers(1, 20), shape=st.tuples(st.integers(1, 90), st.integers(1, 90)), seeded=st.booleans())
def test_maps_have_unit_power_everywhere(n_coils, shape, seeded):
    maps = simulate_smaps(n_coils, shape, seed=3 if seeded else None, raw=False)
    assert maps.shape == (n_coils, *shape) and maps.dtype == np.complex64
    np.testing.assert_allclose((abs(maps) ** 2).sum(0), 1, atol=1e-5)


def test_a_ring_of_eight_has_its_symmetry():
    # On a grid of odd size the middle is a pixel, and turning the image by 90° turns coil c into coil c + 2.
    maps = abs(simulate_smaps(8, (95, 95)))
    for coil in range(8):
        np.testing.assert_allclose(np.rot90(maps[coil]), maps[(coil + 2) % 8], atol=1e-4)


def test_each_coil_sees_its_own_side():
    maps = abs(simulate_smaps(8, (95, 95)))
    assert maps[:, 47, 90].argmax() == 0 and maps[:, 4, 47].argmax() == 2 and maps[:, 47, 4].argmax() == 4


def test_field_of_a_loop_on_its_axis_is_the_textbooks():
    # B(s) = 2π R² / (R² + s²)^{3/2} along the axis, with the thickness of the wire added to the distance.
    x = np.linspace(-60, 60, 9)
    field = receivers.transverse_field(receivers.loops(1, None)[0], np.array([0.0]), x)
    squared = receivers.LOOP**2 + (receivers.CYLINDER - x) ** 2 + receivers.WIRE**2
    np.testing.assert_allclose(abs(field), 2 * np.pi * receivers.LOOP**2 / squared**1.5, rtol=0.02)
    assert abs(field.imag).max() < 1e-9 * abs(field.real).max()


def test_maps_on_a_finer_grid_are_the_same_maps():
    coarse, fine = (simulate_smaps(12, shape, raw=False) for shape in ((80, 64), (160, 128)))
    np.testing.assert_allclose(fine[:, ::2, ::2][:, 10:70, 10:54], coarse[:, 10:70, 10:54], atol=2e-3)


def test_maps_are_smooth_within_the_head():
    maps = simulate_smaps(32, (256, 256), raw=False)
    steps = abs(np.diff(maps, axis=-1))[:, 20:236, 50:206]
    assert steps.max() < 0.05


def test_maps_differ_by_seed_only():
    plain, again, one, two = (simulate_smaps(8, (32, 32), seed=seed) for seed in (None, None, 1, 2))
    assert (plain == again).all() and abs(one - two).max() > 0.1 and abs(plain - one).max() > 0.1


@pytest.mark.parametrize("n_coils, error", [(0, ValueError), (-3, ValueError), (2.0, TypeError), (True, TypeError)])
def test_bad_numbers_of_coils_raise(n_coils, error):
    with pytest.raises(error, match=f"number of coils must be .* got {n_coils}"):
        simulate_smaps(n_coils, (8, 8))
