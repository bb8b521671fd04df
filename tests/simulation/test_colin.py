"""The second head: where its slices lie, how they are turned, and what their contrasts hold."""

import hashlib

import numpy as np
import pytest

from mrilab import brain, colin
from mrilab.simulation.colin import CENTRE, COLIN27, ORIGIN, PLANES
from mrilab.simulation.packing import unpack

SHA256 = "f5a6ac5d280552d299bc4fb0e6724485f25bad45f69117e87fa5880ebdcce7af"  # of the voxels of ch2.nii.gz


def test_the_head_is_its_source_voxel_by_voxel():
    voxels = unpack(COLIN27, "t1")
    assert voxels.shape == (181, 217, 181) and hashlib.sha256(voxels.tobytes()).hexdigest() == SHA256
    assert COLIN27.stat().st_size < 3.5e6


@pytest.mark.parametrize("plane", PLANES)
def test_a_slice_through_voxels_shows_them(plane):
    # On a grid of 1 mm whose middle pixel is the middle of the volume, pixels are voxels: rows run down, columns up.
    up, along, across, _ = PLANES[plane]
    image = abs(colin((236, 236), plane=plane, position=5.0))
    voxels = unpack(COLIN27, "t1").astype(float)
    middle = (CENTRE - ORIGIN).astype(int)
    for dr, dc in ((0, 0), (30, -20), (-40, 35)):
        at = middle.copy()
        at[up], at[along], at[across] = middle[up] - dr, middle[along] + dc, 5 - ORIGIN[across]
        ratio = image[118 + dr, 118 + dc] / image[118, 118]
        centre = middle.copy()
        centre[across] = 5 - ORIGIN[across]
        assert ratio == pytest.approx(voxels[tuple(at)] / voxels[tuple(centre)], rel=1e-3)


@pytest.mark.parametrize("plane", PLANES)
@pytest.mark.parametrize("contrast", ["T1", "T2"])
def test_slices_are_complex_images_of_unit_magnitude(plane, contrast):
    image = colin((97, 128), 3, plane=plane, contrast=contrast)
    assert image.shape == (97, 128) and image.dtype == np.complex64
    assert abs(image).max() == pytest.approx(1, abs=1e-6)
    assert (abs(image) == 0).mean() > 0.2  # air around the head
    assert np.angle(image[abs(image) > 0.1]).std() > 0.05


def test_seeds_draw_slices_and_phases():
    first, again, other = colin((64, 64), 1), colin((64, 64), 1), colin((64, 64), 2)
    assert (first == again).all() and abs(abs(first) - abs(other)).max() > 0.2
    one, two = (colin((64, 64), seed, position=10.0) for seed in (1, 2))
    np.testing.assert_allclose(abs(one), abs(two), atol=1e-6)
    assert abs(np.angle(one * two.conj())[abs(one) > 0.1]).max() > 0.1


def test_a_finer_grid_shows_the_same_head():
    fine, coarse = colin((192, 160), 3), colin((96, 80), 3)
    samples = fine[::2, ::2]
    scale = np.vdot(coarse, samples) / np.vdot(coarse, coarse)
    np.testing.assert_allclose(samples, scale * coarse, atol=1e-4)


def test_fluid_is_dark_in_t1_and_bright_in_t2():
    # In the middle of the lateral ventricle, and in the white matter beside it.
    t1, t2 = (abs(colin((236, 236), plane="axial", position=20.0, contrast=c)) for c in ("T1", "T2"))
    rows, columns = np.mgrid[:236, :236] - 118
    ventricles = (abs(columns) < 20) & (abs(rows) < 20) & (t1 < 0.2)
    assert ventricles.sum() > 100
    white = (abs(columns) < 40) & (abs(rows) < 50) & (t1 > 0.5)
    assert t1[white].mean() > 3 * t1[ventricles].mean() and t2[ventricles].mean() > 2 * t2[white].mean()


def test_it_is_another_head_than_the_atlas():
    # No slice of the atlas correlates with one of Colin's as slices of the atlas do with each other.
    def likeness(a, b):
        return np.corrcoef(abs(a).ravel(), abs(b).ravel())[0, 1]

    atlas = [brain((96, 96), seed, split=split, contrast="T1") for split in ("train", "test") for seed in range(4)]
    own = max(likeness(a, b) for a in atlas[:4] for b in atlas[4:])
    assert max(likeness(a, colin((96, 96), position=z)) for a in atlas for z in (0.0, 20.0, 40.0)) < own


@pytest.mark.parametrize("options, message", [
    ({"plane": "oblique"}, "unknown plane 'oblique': it is one of 'axial', 'coronal', 'sagittal'"),
    ({"contrast": "PD"}, "unknown contrast 'PD': it is one of 'T1', 'T2'"),
    ({"position": 200.0}, "axial slices of this head lie from -71 to 109 mm, got position 200.0"),
    ({"shape": (236, 190), "plane": "sagittal"}, r"sagittal head is .* \(236, 190\) shows 236 mm × 190 mm"),
    ({"shape": (0, 4)}, "shape of an image"),
])  # fmt: skip
def test_bad_slices_raise(options, message):
    with pytest.raises(ValueError, match=message):
        colin(**{"shape": (64, 64), **options})


def test_without_scalp_the_brain_stays_and_the_air_grows():
    whole, brain_alone = (abs(colin((96, 96), 1, position=20.0, scalp=scalp)) for scalp in (True, False))
    kept = brain_alone > 0
    assert 0.4 < kept.sum() / (whole > 0.05).sum() < 0.8 and kept[48, 48]
    ratio = brain_alone[40:56, 40:56] / whole[40:56, 40:56]
    assert ratio == pytest.approx(ratio[8, 8], rel=1e-3) and ratio[8, 8] > 1  # the brightest was scalp
