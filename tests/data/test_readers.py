"""Raw k-space: four formats give one array, and what is broken is named."""

import os
import subprocess
import sys

import h5py
import ismrmrd
import numpy as np
import pytest
from helpers import draw
from hypothesis import given, settings
from hypothesis import strategies as st
from scan_files import header, line, lines_of, oversample, undersampled, write_fastmri, write_ismrmrd

from mrilab import FFT
from mrilab.data.bart import save_cfl
from mrilab.data.load import load_kspace
from mrilab.data.readout import crop_readout, split_readout
from mrilab.data.scan import DataError, Scan, sampling_mask


@settings(max_examples=8, deadline=None)
@given(
    sizes=st.tuples(st.integers(2, 3), st.integers(1, 3), st.integers(1, 9), st.integers(1, 9)),
    extra=st.integers(0, 9),
    seed=st.integers(0, 99),
)
def test_four_formats_give_the_same_array(tmp_path_factory, sizes, extra, seed):
    folder = tmp_path_factory.mktemp("formats")
    kspace = undersampled(*sizes, seed=seed)
    wide = oversample(kspace, sizes[-1] + extra)
    np.save(folder / "a.npy", kspace)
    save_cfl(folder / "b.cfl", kspace)
    write_fastmri(folder / "c.h5", kspace, sizes[-1] + extra)
    write_ismrmrd(folder / "d.h5", header(sizes[-1] + extra, sizes[-2], sizes[-1]), lines_of(wide))
    for name in ("a.npy", "b.cfl", "b.hdr", "b", "c.h5", "d.h5"):
        scan = load_kspace(folder / name)
        assert scan.kspace.dtype == np.complex64 and type(scan.kspace) is np.ndarray
        assert scan.kspace.shape == kspace.shape
        assert np.allclose(scan.kspace, kspace, atol=2e-6 * abs(kspace).max())
        assert np.array_equal(scan.mask, kspace.any(axis=1))
        assert scan.noise is None


def test_header_facts_become_voxels(tmp_path):
    kspace = undersampled(2, 3, 8, 6)
    write_fastmri(tmp_path / "c.h5", kspace, 12)
    write_ismrmrd(tmp_path / "d.h5", header(12, 8, 6), lines_of(oversample(kspace, 12)))
    for name in ("c.h5", "d.h5"):
        assert np.allclose(load_kspace(tmp_path / name).voxel_size, (6, 200 / 8, 100 / 6))
    save_cfl(tmp_path / "b", kspace)
    assert load_kspace(tmp_path / "b").voxel_size is None
    assert "2 slices, 3 coils on a grid of 8 × 6" in repr(load_kspace(tmp_path / "c.h5"))


def test_cropping_keeps_the_image_within_its_field_of_view():
    for old, new in ((12, 6), (13, 6), (12, 5), (13, 7), (10, 9)):
        wide = draw((2, 3, old))
        expected = FFT((old,)).H(wide)[..., old // 2 - new // 2 :][..., :new]
        assert np.allclose(FFT((new,)).H(crop_readout(wide, new)), expected, atol=1e-5)


def test_a_partial_echo_stays_partial():
    wide = oversample(draw((2, 4, 16)), 32)
    wide[..., :12] = 0
    cropped = crop_readout(wide, 16)
    assert np.array_equal(sampling_mask(cropped), np.arange(16)[None] >= np.full((4, 1), 6))


def test_fastmri_of_one_coil(tmp_path):
    kspace = undersampled(3, 1, 8, 6)
    scan = load_kspace(write_fastmri(tmp_path / "c.h5", kspace, 12, single=True, mask=False))
    assert np.allclose(scan.kspace, kspace, atol=1e-5)


def test_one_slice_of_fastmri_is_read_without_the_others(tmp_path):
    """The first holds NaN, which nobody sees who asks for the second."""
    kspace = undersampled(3, 2, 8, 6)
    path = write_fastmri(tmp_path / "c.h5", kspace, 12, mask=False)
    with h5py.File(path, "r+") as file:
        file["kspace"][0] = np.nan
    with pytest.raises(DataError, match="NaN"):
        load_kspace(path)
    scan = load_kspace(path, index=1)
    assert scan.kspace.shape == (2, 8, 6) and np.allclose(scan.kspace, kspace[1], atol=1e-5)
    with pytest.raises(DataError, match="3 slices; expected one with index 3"):
        load_kspace(path, index=3)
    with pytest.raises(ValueError, match="index"):
        load_kspace(path, index=-1)


def test_fastmri_without_a_header_is_not_cropped(tmp_path):
    kspace = undersampled(2, 2, 8, 6)
    with h5py.File(tmp_path / "c.h5", "w") as file:
        file.create_dataset("kspace", data=kspace.swapaxes(-1, -2), compression="gzip")
    scan = load_kspace(tmp_path / "c.h5")
    assert np.array_equal(scan.kspace, kspace)
    assert scan.voxel_size is None


def test_ismrmrd_sorts_turns_averages_and_leaves_out(tmp_path):
    kspace = undersampled(1, 2, 9, 8)[0]
    kspace[:, [0, 3]] = draw((2, 2, 8), seed=3)
    noise = draw((2, 5), seed=4)
    n = ismrmrd
    lines = [line(noise, 0, flags=[n.ACQ_IS_NOISE_MEASUREMENT]), line(noise, 0, flags=[n.ACQ_IS_NOISE_MEASUREMENT])]
    other = [n.ACQ_IS_NAVIGATION_DATA, n.ACQ_IS_PHASECORR_DATA, n.ACQ_IS_DUMMYSCAN_DATA, n.ACQ_IS_HPFEEDBACK_DATA]
    lines += [line(100 * draw((2, 8)), 4, flags=[flag]) for flag in other]
    for h in np.flatnonzero(kspace.any(axis=(0, 2)))[::-1]:
        if h == 3:
            lines += [line(kspace[:, h] * factor, h, average=a) for a, factor in enumerate((0.5, 1.5))]
        elif h == 0:
            lines.append(line(kspace[:, h, ::-1], h, flags=[n.ACQ_IS_REVERSE], center=3))
        else:
            lines.append(line(kspace[:, h], h, segment=h % 2))
    scan = load_kspace(write_ismrmrd(tmp_path / "d.h5", header(8, 9, 8), lines))
    assert np.allclose(scan.kspace, kspace, atol=1e-6)
    assert np.array_equal(scan.noise, np.concatenate([noise, noise], axis=1))
    assert scan.kspace.shape == (2, 9, 8)


def test_ismrmrd_partial_fourier_puts_dc_at_the_centre(tmp_path):
    kspace = draw((2, 12, 8))
    kspace[:, :4] = 0  # the first lines are not scanned: counter 0 is row 4, and the centre is counter 2
    lines = [line(kspace[:, h], h - 4) for h in range(4, 12)]
    scan = load_kspace(write_ismrmrd(tmp_path / "d.h5", header(8, 12, 8, center=2, max=7), lines))
    assert np.array_equal(scan.kspace, kspace)


def test_ismrmrd_partial_echo_goes_by_its_centre_and_discards(tmp_path):
    kspace = draw((2, 4, 8))
    kspace[..., :3] = 0
    lines = [line(kspace[:, h, 2:], h, center=2, discard_pre=1) for h in range(4)]
    scan = load_kspace(write_ismrmrd(tmp_path / "d.h5", header(8, 4, 8), lines))
    assert np.array_equal(scan.kspace, kspace)


def test_ismrmrd_counters_become_axes(tmp_path):
    kspace = draw((2, 3, 4, 2, 5, 6))  # repetitions, contrasts, slices, coils, lines, samples
    lines = [
        line(kspace[r, c, s, :, h], h, repetition=r, contrast=7 * c, slice=s) for r, c, s, h in np.ndindex(2, 3, 4, 5)
    ]
    assert np.array_equal(load_kspace(write_ismrmrd(tmp_path / "d.h5", header(6, 5, 6), lines)).kspace, kspace)


def test_ismrmrd_calibration_apart_from_the_scan_is_left_out(tmp_path):
    kspace = draw((1, 2, 6, 8))
    calibration = line(100 * draw((2, 8)), 3, flags=[ismrmrd.ACQ_IS_PARALLEL_CALIBRATION])
    for mode, same in (("separate", True), ("embedded", False)):
        more = f"<parallelImaging><calibrationMode>{mode}</calibrationMode></parallelImaging>"
        path = write_ismrmrd(tmp_path / f"{mode}.h5", header(8, 6, 8, more=more), [*lines_of(kspace), calibration])
        assert np.allclose(load_kspace(path).kspace, kspace[0]) == same


def test_a_3d_scan_is_a_stack_across_its_readout(tmp_path):
    volume = draw((3, 4, 5, 6))  # coils, step 2, step 1, readout
    wide = oversample(volume, 12)
    lines = [line(wide[:, z, y], y, kspace_encode_step_2=z) for z in range(4) for y in range(5)]
    from_ismrmrd = load_kspace(write_ismrmrd(tmp_path / "d.h5", header(12, 5, 6, z=4), lines))
    dims = [6, 5, 4, 3]
    volume.tofile(tmp_path / "b.cfl")
    (tmp_path / "b.hdr").write_text("# Dimensions\n" + " ".join(map(str, dims)) + "\n# Command\nbart\n")
    images = FFT((4, 5, 6)).H(volume)  # coils, z, y, x
    for scan in (from_ismrmrd, load_kspace(tmp_path / "b.cfl")):
        assert scan.kspace.shape == (6, 3, 5, 4)
        assert np.allclose(FFT((5, 4)).H(scan.kspace), images.transpose(3, 0, 2, 1), atol=1e-5)
    assert np.allclose(from_ismrmrd.voxel_size, (100 / 6, 200 / 5, 6 / 4))
    assert np.array_equal(split_readout(volume, 6).shape, (6, 3, 5, 4))


def test_a_bart_slice_of_two_phase_encodes(tmp_path):
    dims = [1, 7, 5, 3] + [1] * 12
    stored = draw(tuple(dims))
    stored.ravel(order="F").tofile(tmp_path / "b.cfl")
    (tmp_path / "b.hdr").write_text("# Dimensions\n" + " ".join(map(str, dims)) + " \n")
    assert np.array_equal(load_kspace(tmp_path / "b.cfl").kspace, stored.reshape(7, 5, 3).transpose(2, 0, 1))


def test_bart_files_hold_the_first_axis_fastest(tmp_path):
    kspace = draw((3, 7, 5))
    save_cfl(tmp_path / "b.v2", kspace)
    stored = np.fromfile(tmp_path / "b.v2.cfl", "<c8").reshape(5, 7, 1, 3, order="F")
    assert np.array_equal(stored[:, :, 0], kspace.transpose(2, 1, 0))
    assert (tmp_path / "b.v2.hdr").read_text().split("\n")[1] == "5 7 1 3 1 1 1 1 1 1 1 1 1 1 1 1"
    assert np.array_equal(load_kspace(tmp_path / "b.v2").kspace, kspace)
    assert sorted(os.listdir(tmp_path)) == ["b.v2.cfl", "b.v2.hdr"]


HEADERS = {
    "blank line": "# Dimensions\n\n5 7 1 3\n",
    "17 sizes": "# Dimensions\n5 7 1 3" + " 1" * 13 + "\n",
    "sizes on two lines": "# Dimensions\r\n5 7\r\n1 3\r\n# Command\r\n4 4\r\n",
    "no space, no end of line": "# Creator\nBART\n#Dimensions 5 7 1 3",
}


@pytest.mark.parametrize("header", HEADERS)
def test_headers_that_bart_reads_are_read(tmp_path, header):
    kspace = draw((3, 7, 5))
    save_cfl(tmp_path / "b", kspace)
    (tmp_path / "b.hdr").write_bytes(HEADERS[header].encode())
    assert np.array_equal(load_kspace(tmp_path / "b").kspace, kspace)


@pytest.mark.parametrize("suffixes", [("CFL", "HDR"), ("Cfl", "hdr"), ("cfl", "HDR")])
def test_suffixes_may_be_in_capitals(tmp_path, suffixes):
    kspace, (data, header) = draw((3, 7, 5)), suffixes
    save_cfl(tmp_path / "BRAIN[1]", kspace)
    (tmp_path / "BRAIN[1].cfl").rename(tmp_path / f"BRAIN[1].{data}")
    (tmp_path / "BRAIN[1].hdr").rename(tmp_path / f"BRAIN[1].{header}")
    for name in (f"BRAIN[1].{data}", f"BRAIN[1].{header}", "BRAIN[1]"):
        assert np.array_equal(load_kspace(tmp_path / name).kspace, kspace)


@pytest.mark.parametrize(
    "array, error", [(np.ones((3, 4, 5)), TypeError), (draw((4,)), ValueError), (draw((0, 4)), ValueError),
                     (draw((2, 2, 2, 2, 2)), ValueError), (np.full((2, 2), np.nan + 0j), ValueError)],
)  # fmt: skip
def test_what_save_cfl_refuses(tmp_path, array, error):
    with pytest.raises(error, match="save_cfl"):
        save_cfl(tmp_path / "b", array)
    assert not list(tmp_path.iterdir())


def test_npy_of_other_precision_and_order(tmp_path):
    kspace = draw((3, 4, 5), dtype="complex128")
    for i, stored in enumerate((kspace, np.asfortranarray(kspace), kspace.astype(">c16"))):
        np.save(tmp_path / f"{i}.npy", stored)
        assert np.array_equal(load_kspace(tmp_path / f"{i}.npy").kspace, kspace.astype(np.complex64))
    np.save(tmp_path / "m.npy", kspace.astype(np.complex64))
    mapped = load_kspace(tmp_path / "m.npy", mmap=True).kspace
    assert isinstance(mapped, np.memmap) and not mapped.flags.writeable
    (tmp_path / "m.npy").rename(tmp_path / "no_suffix")
    assert np.array_equal(load_kspace(str(tmp_path / "no_suffix")).kspace, mapped)


def test_a_mask_knows_arrays_and_axes():
    import torch

    kspace = undersampled(2, 3, 6, 4)
    assert np.array_equal(sampling_mask(torch.from_numpy(kspace)).numpy(), sampling_mask(kspace))
    with pytest.raises(ValueError, match=r"\(…, C, H, W\), got \(6, 4\)"):
        sampling_mask(kspace[0, 0])
    with pytest.raises(AttributeError):
        Scan(kspace).kspace = kspace


def test_reading_leaves_the_filters_of_warnings_alone(tmp_path):
    kspace = undersampled(1, 2, 8, 8)
    write_ismrmrd(tmp_path / "scan.h5", header(8, 8, 8), lines_of(kspace))
    code = """
import sys, warnings
from mrilab import load_kspace
before = [f for f in warnings.filters if f[2] is Warning]
load_kspace(sys.argv[1])
assert "ismrmrd" in sys.modules and [f for f in warnings.filters if f[2] is Warning] == before
"""
    subprocess.run([sys.executable, "-W", "ignore", "-c", code, str(tmp_path / "scan.h5")], check=True)


def test_each_measurement_of_an_ismrmrd_file_can_be_chosen(tmp_path):
    first, second = undersampled(1, 2, 8, 6), undersampled(1, 2, 8, 6, seed=1)
    path = tmp_path / "d.h5"
    for name, kspace in (("first", first), ("second", second)):
        with ismrmrd.Dataset(str(path), name, create_if_needed=True) as file:
            file.write_xml_header(header(6, 8, 6).encode())
            for acquisition in lines_of(kspace):
                file.append_acquisition(acquisition)
    for choice, kspace in ((None, first), (0, first), ("first", first), (1, second), ("second", second)):
        assert np.array_equal(load_kspace(path, measurement=choice).kspace, kspace[0])
    for choice in (2, -1, "third"):
        with pytest.raises(ValueError, match=rf"\['first', 'second'\]; expected one of number or name {choice!r}"):
            load_kspace(path, measurement=choice)


def test_ismrmrd_slices_lie_where_their_directions_say(tmp_path):
    kspace = draw((3, 2, 8, 6))
    told = {"read_dir": (0, 1, 0), "phase_dir": (0, 0, -1), "slice_dir": (-1, 0, 0)}  # sagittal
    lines = [
        line(kspace[s, :, h], h, slice=n, position=(-4.0 * s, 10, 20), **told)
        for h in range(8)
        for n, s in enumerate((1, 0, 2))  # numbered as they were acquired
    ]
    scan = load_kspace(write_ismrmrd(tmp_path / "d.h5", header(6, 8, 6), lines))
    assert np.array_equal(scan.kspace, kspace)
    for s in range(3):  # LPS+ becomes RAS+
        assert np.allclose(scan.affine @ [s, 4, 3, 1], [4 * s, -10, 20, 1])
    assert np.allclose(scan.affine[:3, :3].T, [[4, 0, 0], [0, 0, -25], [0, -100 / 6, 0]], atol=1e-5)
    assert load_kspace(write_ismrmrd(tmp_path / "e.h5", header(6, 8, 6), lines_of(kspace))).affine is None
