"""Images out: what another program reads back, and what is refused before a file is touched."""

import numpy as np
import pytest
from helpers import draw

from mrilab.data.export import save_image, save_nifti, save_png
from mrilab.files import atomic


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("shape", [(5, 7), (3, 5, 7)])
@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_nifti_holds_the_array_and_its_voxels(tmp_path, suffix, shape, library):
    nibabel = pytest.importorskip("nibabel")
    image = draw(shape, library)
    save_image(tmp_path / f"x{suffix}", image, voxel_size=(4.0, 1.5, 0.5))
    stored = nibabel.load(tmp_path / f"x{suffix}")
    assert stored.get_data_dtype() == np.float32
    assert np.array_equal(np.asarray(stored.dataobj), np.abs(np.asarray(image)))
    assert stored.header.get_zooms() == (4.0, 1.5, 0.5)[-len(shape) :]
    assert stored.header.get_xyzt_units()[0] == "mm"


def test_the_affine_shows_slices_upright_about_the_origin(tmp_path):
    nibabel = pytest.importorskip("nibabel")
    save_nifti(tmp_path / "x.nii", np.ones((3, 5, 7)), (4.0, 1.5, 0.5))
    affine = nibabel.load(tmp_path / "x.nii").affine
    step = {name: affine[:3, i].tolist() for i, name in enumerate(("slice", "row", "column"))}
    assert step == {"slice": [0, 0, 4], "row": [0, -1.5, 0], "column": [0.5, 0, 0]}
    assert np.allclose(affine @ [1, 2, 3, 1], [0, 0, 0, 1])
    save_nifti(tmp_path / "y.nii", np.ones((5, 7)), (1.5, 0.5))
    assert np.allclose(nibabel.load(tmp_path / "y.nii").affine @ [2, 3, 0, 1], [0, 0, 0, 1])


def read_png(path):
    from matplotlib.image import imread

    picture = np.rint(255 * imread(path)).astype(int)
    assert (picture[..., :1] == picture[..., :3]).all()
    return picture[..., 0]


def test_png_maps_the_window_to_grey_and_clips(tmp_path):
    image = np.array([[-1.0, 0.0, 1.0], [2.0, 3.0, 9.0]])
    assert save_png(tmp_path / "x.png", image, window=(1, 3)) == (1.0, 3.0)
    assert read_png(tmp_path / "x.png").tolist() == [[0, 0, 0], [128, 255, 255]]
    assert save_png(tmp_path / "y.png", image) == (0.0, 9.0)
    assert read_png(tmp_path / "y.png").tolist() == [[0, 0, 28], [57, 85, 255]]


def test_png_is_within_half_a_grey_level(tmp_path):
    image = draw((33, 40))
    _, high = save_png(tmp_path / "x.png", image)
    assert high == abs(image).max()
    assert abs(read_png(tmp_path / "x.png") / 255 - abs(image) / high).max() <= 0.5 / 255 + 1e-6


def test_an_image_of_zeros_is_black(tmp_path):
    assert save_png(tmp_path / "x.png", np.zeros((2, 2))) == (0.0, 1.0)
    assert not read_png(tmp_path / "x.png").any()


def spoilt(value):
    image = np.ones((4, 4))
    image[1, 2] = value
    return image


REFUSED = {
    "NaN": (spoilt(np.nan), {}, "1 NaN or infinite"),
    "infinite": (spoilt(np.inf), {}, "1 NaN or infinite"),
    "too large for float32": (spoilt(1e300), {}, "1 NaN or infinite"),
    "empty": (np.ones((0, 4)), {}, r"not be empty, got shape \(0, 4\)"),
    "one axis": (np.ones(4), {}, r"got \(4,\)"),
    "coils": (np.ones((2, 2, 4, 4)), {}, r"got \(2, 2, 4, 4\)"),
    "text": (np.full((4, 4), "a"), {}, "numbers, got <U1"),
}


@pytest.mark.parametrize("suffix", [".png", ".nii", ".nii.gz"])
@pytest.mark.parametrize("case", REFUSED)
def test_no_image_no_file(tmp_path, case, suffix):
    image, settings, message = REFUSED[case]
    (tmp_path / f"x{suffix}").write_text("what was there")
    with pytest.raises((TypeError, ValueError), match=message):
        save_image(tmp_path / f"x{suffix}", image, **settings)
    assert [p.read_text() for p in tmp_path.iterdir()] == ["what was there"]


def test_a_png_of_negative_values_has_a_window(tmp_path):
    image = -np.arange(1.0, 5.0).reshape(2, 2)
    assert save_png(tmp_path / "x.png", image) == (-4.0, 0.0)
    assert save_png(tmp_path / "x.png", -np.ones((2, 2))) == (-1.0, 0.0)
    assert save_png(tmp_path / "x.png", np.zeros((2, 2))) == (0.0, 1.0)


@pytest.mark.parametrize("window", [(1, 1), (2, 1), (0, np.inf), (np.nan, 1)])
def test_windows_that_are_none(tmp_path, window):
    with pytest.raises(ValueError, match="low < high"):
        save_png(tmp_path / "x.png", np.ones((4, 4)), window)


@pytest.mark.parametrize("size", [(1, 0, 1), (1, -1, 1), (1, np.nan, 1), (1, 1, 1, 1), (1,)])
def test_voxels_that_are_none(tmp_path, size):
    with pytest.raises(ValueError, match="voxel_size"):
        save_nifti(tmp_path / "x.nii", np.ones((4, 4)), size)


def test_paths_that_cannot_be_written(tmp_path):
    for name in ("x.jpg", "x", "x.nii.zip"):
        with pytest.raises(ValueError, match="suffix"):
            save_image(tmp_path / name, np.ones((4, 4)))
    with pytest.raises(ValueError, match=r"ends in \.png"):
        save_png(tmp_path / "x.nii", np.ones((4, 4)))
    with pytest.raises(ValueError, match=r"ends in \.nii"):
        save_nifti(tmp_path / "x.png", np.ones((4, 4)))
    with pytest.raises(FileNotFoundError, match="folder .*nowhere"):
        save_png(tmp_path / "nowhere" / "x.png", np.ones((4, 4)))
    (tmp_path / "x.png").mkdir()
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        save_png(tmp_path / "x.png", np.ones((4, 4)))


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "x.txt"
    path.write_text("old")

    def write():
        with atomic(path) as part:
            part.write_text("half of the n")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert [p.name for p in tmp_path.iterdir()] == ["x.txt"]
    assert path.read_text() == "old"
