"""The packed heads: what was packed comes back, and it is what it claims to be."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.ndimage import map_coordinates

from mrilab.simulation.atlas import ICBM152, load_atlas
from mrilab.simulation.pack_heads import levels, squared_depth
from mrilab.simulation.packing import pack, unpack

# Of the voxels in nilearn 0.14.1, as 256 levels; of the distance computed from its mask of the brain.
SHA256 = {
    "grey": "31aecb7be828c1bfb9ff518f94fe76c463e4ec834ac96c2de3449ec2122711f5",
    "white": "b0a50397bf25b0f407ca29e2cfefa2f49f094d06bc0aa2722f2f0b72fcd9b645",
    "squared_depth": "d48ce382944ed9a7525ea8e36d0795893ee41e1b47c9f3d423f79947e8c2923d",
}


@settings(max_examples=30, deadline=None)
@given(
    volume=st.sampled_from([np.uint8, np.int8, np.int16, np.uint32]).flatmap(
        lambda dtype: arrays.arrays(dtype, st.tuples(*3 * [st.integers(1, 6)]))
    )
)
def test_what_was_packed_comes_back(volume, tmp_path_factory):
    path = tmp_path_factory.mktemp("heads") / "volume.npz"
    pack(path, volume=volume)
    found = unpack(path, "volume")
    assert found.dtype == volume.dtype and np.array_equal(found, volume)


def test_packing_is_repeatable_and_small(tmp_path):
    ramp = np.broadcast_to(np.arange(100, dtype=np.uint8)[:, None], (50, 100, 20))
    files = [tmp_path / "one.npz", tmp_path / "two.npz"]
    for file in files:
        pack(file, ramp=ramp)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].stat().st_size < ramp.size / 50


def test_fractions_cannot_be_packed(tmp_path):
    with pytest.raises(TypeError, match="only whole numbers can be packed, grey is float64"):
        pack(tmp_path / "volume.npz", grey=np.ones((2, 2, 2)))
    assert not list(tmp_path.iterdir())


def test_levels_that_would_change_raise():
    with pytest.raises(ValueError, match="256 levels"):
        levels(np.float32([0.5]))


@pytest.mark.parametrize("name", SHA256)
def test_the_atlas_is_its_sources_voxel_by_voxel(name):
    assert hashlib.sha256(unpack(ICBM152, name).tobytes()).hexdigest() == SHA256[name]


def test_splines_pass_through_the_maps():
    atlas, rng = load_atlas(), np.random.default_rng(0)
    voxels = np.stack([rng.integers(0, n, 2000) for n in atlas.grey.shape])
    for spline, name in ((atlas.grey, "grey"), (atlas.white, "white")):
        values = map_coordinates(spline, voxels, order=3, mode="mirror", prefilter=False)
        np.testing.assert_allclose(values, unpack(ICBM152, name)[tuple(voxels)] / 255, atol=1e-6)


def test_depth_of_a_ball_is_the_distance_to_its_surface():
    # A ball of 8 pixels with a furrow of 3: closing fills the furrow, and moves the surface by two pixels at most.
    grid = np.stack(np.meshgrid(*3 * [np.arange(21) - 10], indexing="ij"))
    radius = np.sqrt((grid**2).sum(0))
    ball = (radius <= 8) & ~((abs(grid[0]) < 2) & (grid[2] > 0))
    squared = squared_depth(ball)
    assert squared.dtype == np.int16 and squared.shape == 3 * (21 + 24,)
    depth = np.sign(squared) * np.sqrt(abs(squared))
    inner = depth[12:-12, 12:-12, 12:-12]
    assert (inner[radius < 7] < 0).all() and not ball[radius < 7].all()  # in the furrow too
    far = radius > 10
    np.testing.assert_allclose(inner[far], (radius - 8)[far], atol=2)


def test_each_file_has_its_notice():
    notice = (ICBM152.parent / "NOTICE").read_text()
    for file in ICBM152.parent.glob("*.npz"):
        assert file.name in notice
