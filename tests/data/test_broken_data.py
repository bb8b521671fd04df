"""Files that are broken: every one gives a DataError that names it, none hangs, and none is half loaded."""

import os

import h5py
import ismrmrd
import numpy as np
import pytest
from helpers import draw
from hypothesis import given, settings
from hypothesis import strategies as st
from scan_files import header, line, lines_of, undersampled, write_fastmri, write_ismrmrd

from mrilab.data.bart import save_cfl
from mrilab.data.load import load_kspace
from mrilab.data.scan import DataError

KSPACE = undersampled(2, 2, 6, 4)


def spoilt(value):
    kspace = KSPACE.copy()
    kspace[1, 0, 3, 2] = value
    return kspace


def npy(array, **settings):
    def write(folder):
        np.save(folder / "x.npy", array, **settings)
        return folder / "x.npy"

    return write


def text(name, content):
    def write(folder):
        (folder / name).write_bytes(content)
        return folder / name

    return write


def pair(dims="4 6 1 2", numbers=48, comment="# Dimensions"):
    """A BART pair; None leaves a file out."""

    def write(folder):
        if dims is not None:
            (folder / "x.hdr").write_text(f"{comment}\n{dims}\n")
        if numbers is not None:
            draw((numbers,)).tofile(folder / "x.cfl")
        return folder / ("x.hdr" if numbers is None else "x.cfl")

    return write


def pair_of(array):
    def write(folder):
        np.ravel(array).tofile(folder / "x.cfl")
        (folder / "x.hdr").write_text("# Dimensions\n4 6 1 2 1 1 1 1 1 1 1 1 1 2\n")
        return folder / "x.cfl"

    return write


def hdf5(**datasets):
    def write(folder):
        with h5py.File(folder / "x.h5", "w") as file:
            for name, value in datasets.items():
                file[name] = value
        return folder / "x.h5"

    return write


def never_written(shape):
    def write(folder):
        with h5py.File(folder / "x.h5", "w") as file:
            file.create_dataset("kspace", shape, "c8", chunks=(1,) * len(shape))
        return folder / "x.h5"

    return write


def half_written(folder):
    with h5py.File(folder / "x.h5", "w") as file:
        stored = file.create_dataset("kspace", (3, 2, 4, 6), "c8", chunks=(1, 2, 4, 6))
        stored[0] = draw((2, 4, 6))
    return folder / "x.h5"


def mrd(lines, xml=None):
    return lambda folder: write_ismrmrd(folder / "x.h5", xml or header(4, 6, 4), lines)


def cut(write, part):
    """The first part of what `write` writes."""

    def cut_short(folder):
        path = write(folder)
        os.truncate(path, int(part * path.stat().st_size))
        return path

    return cut_short


def folder_of_that_name(folder):
    (folder / "x.h5").mkdir()
    return folder / "x.h5"


def pipe(folder):
    os.mkfifo(folder / "x.npy")
    return folder / "x.npy"


def npy_header(shape):
    content = f"{{'descr': '<c8', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(content).to_bytes(2, "little") + content.encode() + bytes(64)


LINES = list(lines_of(KSPACE))
NOISE = line(draw((2, 4)), 0, flags=[ismrmrd.ACQ_IS_NOISE_MEASUREMENT])
FASTMRI = lambda folder: write_fastmri(folder / "x.h5", KSPACE, 8)  # noqa: E731
HUGE = "1000000 1000000 1 8"

BROKEN = {
    "a folder": (folder_of_that_name, "found a folder"),
    "a pipe": (pipe, "found no regular file"),
    "empty .npy": (text("x.npy", b""), "an empty file"),
    "empty .h5": (text("x.h5", b""), "an empty file"),
    "text as .npy": (text("x.npy", b"k-space"), "begins b'k-spac'; expected b'.x93NUMPY'"),
    "text as .h5": (text("x.h5", b"k-space, honestly"), "begins b'k-space,'; expected HDF5"),
    "a picture": (text("x.png", b"\x89PNG\r\n\x1a\n"), "begins b'.x89PNG.*; expected NumPy's"),
    "npz": (text("x.npz", b"PK\x03\x04" + bytes(50)), "begins b'PK"),
    "npy cut": (cut(npy(KSPACE), 0.7), "cannot be read"),
    "npy cut in its header": (cut(npy(KSPACE), 0.05), "cannot be read"),
    "npy too long": (text("x.npy", npy_header((2, 2, 1)) + b"more"), "196 bytes; expected 160"),
    "npy of objects": (npy(np.array([[[1j, None]]]), allow_pickle=True), "cannot be read"),
    "npy of 10^12": (text("x.npy", npy_header((10, 10**6, 10**5))), "cannot be read"),
    "npy of 10^30": (text("x.npy", npy_header((10**10, 10**10, 10**10))), "cannot be read"),
    "npy of 2^64": (text("x.npy", npy_header((2**32, 2**32, 1))), "cannot be read"),
    "npy of negative size": (text("x.npy", npy_header((2, -2, 2))), "x.npy: found"),
    "npy real": (npy(KSPACE.real), "float32 numbers of shape .2, 2, 6, 4."),
    "npy without coils": (npy(KSPACE[0, 0]), r"shape \(6, 4\); expected \(…, coils"),
    "npy of no coils": (npy(KSPACE[:, :0]), "x.npy: found"),
    "npy NaN": (npy(spoilt(np.nan)), "1 NaN or infinite values among 96"),
    "npy infinite": (npy(spoilt(np.inf * 1j)), "1 NaN or infinite"),
    "npy too large for complex64": (npy(spoilt(0).astype(complex) * 1e300), "NaN or infinite"),
    "npy of zeros": (npy(0 * KSPACE), "nothing but zeros"),
    "bart header alone": (pair(numbers=None), "no x.cfl beside it"),
    "bart data alone": (pair(dims=None), "no x.hdr beside it"),
    "bart cut": (pair(numbers=47), "376 bytes; expected 384: 4 × 6"),
    "bart too long": (pair(numbers=49), "392 bytes; expected 384"),
    "bart data empty": (pair(numbers=0), "x.cfl: found an empty file"),
    "bart of 10^12": (pair(HUGE), "384 bytes; expected 64000000000000"),
    "bart of 10^270": (pair(" ".join(["9" * 18] * 15)), "384 bytes; expected"),
    "bart size of 10^19": (pair("9" * 19), "found the sizes"),
    "bart size 0": (pair("4 6 1 0"), "sizes '4 6 1 0'"),
    "bart size -1": (pair("4 6 1 -2"), "sizes '4 6 1 -2'"),
    "bart size no number": (pair("4 six 1 2"), "sizes '4 six 1 2'"),
    "bart without sizes": (pair(""), "found the sizes ''"),
    "bart of 17 axes": (pair("4 6 1 2" + " 1" * 12 + " 2"), "found the sizes"),
    "bart of another header": (pair(comment="# Sizes"), "begins '# Sizes'"),
    "bart NaN": (pair_of(spoilt(np.nan)), "1 NaN or infinite"),
    "bart of zeros": (pair_of(0 * KSPACE), "nothing but zeros"),
    "h5 of nothing": (hdf5(), r"HDF5 with \[\]"),
    "h5 of other things": (hdf5(image=np.ones(3)), r"HDF5 with \['image'\]"),
    "h5 cut": (cut(FASTMRI, 0.6), "HDF5 that cannot be read"),
    "h5 cut at its signature": (cut(FASTMRI, 0.002), "x.h5: found"),
    "h5 of another version": (text("x.h5", b"\x89HDF\r\n\x1a\n" + bytes(200)), "x.h5: found"),
    "fastmri real": (hdf5(kspace=KSPACE.real), "kspace: float32"),
    "fastmri of two axes": (hdf5(kspace=KSPACE[0, 0]), r"kspace: complex64 \(6, 4\)"),
    "fastmri of no coils": (hdf5(kspace=KSPACE[:, :0]), r"kspace: complex64 \(2, 0, 6, 4\)"),
    "fastmri kspace a folder": (hdf5(**{"kspace/x": 1}), "kspace: none"),
    "fastmri NaN": (hdf5(kspace=spoilt(np.nan)), "NaN or infinite"),
    "fastmri never written": (never_written((2, 2, 4, 6)), "never written"),
    "fastmri of 10^12": (never_written((10, 1, 10**6, 10**5)), "for the 8e.12 bytes that 'kspace' claims"),
    "fastmri half written": (half_written, "only zeros in 2 of 3 slices"),
    "fastmri mask of another size": (hdf5(kspace=KSPACE, mask=np.ones(7)), "mask of 7 lines; expected 4"),
    "fastmri mask of no line": (hdf5(kspace=KSPACE, mask=np.zeros(4)), "samples where its own mask has none"),
    "fastmri header no XML": (hdf5(kspace=KSPACE, ismrmrd_header="<ismrmrd"), "not XML"),
    "fastmri header of nothing": (hdf5(kspace=KSPACE, ismrmrd_header="<a/>"), "without <encoding>"),
    "fastmri header a number": (hdf5(kspace=KSPACE, ismrmrd_header=7), "x.h5: found"),
    "fastmri header of another size": (hdf5(kspace=KSPACE, ismrmrd_header=header(9, 4, 6)), "6 samples; expected 9"),
    "mrd without lines": (mrd([NOISE]), "a header and 1 noise scans"),
    "mrd without XML": (mrd(LINES, "nothing"), "not XML"),
    "mrd of sizes that are none": (mrd(LINES, header(4, 6, 4).replace("<y>6<", "<y>six<")), "sizes cannot be read"),
    "mrd of size 0": (mrd(LINES, header(4, 0, 4)), "matrix .4, 0, 1.; expected sizes"),
    "mrd of 10^12": (mrd(LINES, header(4, 10**12, 4, center=10**12 // 2)), "expected more, on the grid"),
    "mrd radial": (mrd(LINES, header(4, 6, 4, trajectory="radial")), "radial trajectory; expected a Cartesian"),
    "mrd line outside": (mrd([*LINES, line(draw((2, 4)), 6)]), "kspace_encode_step_1 6 with the centre at 3"),
    "mrd readout too long": (mrd([*LINES, line(draw((2, 5)), 1)]), "readout of 5 samples"),
    "mrd readout off centre": (mrd([line(draw((2, 3)), 1, center=3)]), "with the centre at sample 3"),
    "mrd readout discarded": (mrd([line(draw((2, 4)), 1, discard_pre=4)]), "readout of 0 samples"),
    "mrd of two coil counts": (mrd([*LINES, line(draw((3, 4)), 1)]), r"coils; expected|of \[2, 3\] coils"),
    "mrd of no coils": (mrd([line(draw((0, 4)), 1)]), r"of \[0\] coils"),
    "mrd noise of other coils": (mrd([*LINES, line(draw((3, 4)), 0, flags=[19])]), r"of \[3\] coils"),
    "mrd NaN": (mrd(list(lines_of(spoilt(np.nan)))), "NaN or infinite"),
    "mrd NaN in the noise": (mrd([*LINES, line(np.full((2, 4), np.nan), 0, flags=[19])]), "noise samples"),
    "mrd stopped": (mrd([*LINES, line(draw((2, 4)), 1, repetition=1)]), "3 of the 2 × 1 × 1 × 1 × 2 images"),
    "mrd cut": (cut(mrd(LINES), 0.8), "HDF5 that cannot be read"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_named(tmp_path, case):
    write, message = BROKEN[case]
    path = write(tmp_path)
    with pytest.raises(DataError, match=message) as caught:
        load_kspace(path)
    assert str(caught.value).startswith(f"{tmp_path}/x.")
    assert "; expected " in str(caught.value)


@pytest.mark.parametrize("name", ["x.npy", "x.cfl", "x.hdr", "x.h5", "x", "no/such/folder.h5"])
def test_a_missing_file_is_missing(tmp_path, name):
    with pytest.raises(FileNotFoundError, match=os.path.basename(name).split(".")[0]):
        load_kspace(tmp_path / name)


MAGICS = [b"", b"\x93NUMPY\x01\x00", b"\x89HDF\r\n\x1a\n"]
WRITERS = {"npy": npy(KSPACE), "bart": pair_of(KSPACE), "fastmri": FASTMRI, "mrd": mrd(LINES)}


@pytest.mark.parametrize("kind", WRITERS)
@settings(max_examples=15, deadline=None)
@given(part=st.floats(0, 0.999))
def test_a_file_cut_anywhere_is_named(tmp_path_factory, kind, part):
    path = cut(WRITERS[kind], part)(tmp_path_factory.mktemp("cut"))
    with pytest.raises(DataError):
        load_kspace(path)


@settings(max_examples=40, deadline=None)
@given(
    content=st.binary(min_size=1, max_size=300),
    start=st.sampled_from([b"", b"\x93NUMPY\x01\x00", b"\x89HDF\r\n\x1a\n"]),
)
def test_noise_is_no_file(tmp_path_factory, content, start):
    folder = tmp_path_factory.mktemp("noise")
    for name in ("x", "x.npy", "x.h5"):
        with pytest.raises(DataError):
            load_kspace(text(name, start + content)(folder))
    (folder / "y.hdr").write_bytes(content)
    with pytest.raises(DataError):
        load_kspace(text("y.cfl", content)(folder))


@pytest.mark.parametrize("missing, name", [("h5py", "c.h5"), ("ismrmrd", "d.h5")])
def test_the_extra_is_named_where_it_is_missing(tmp_path, monkeypatch, missing, name):
    write_fastmri(tmp_path / "c.h5", KSPACE, 4)
    write_ismrmrd(tmp_path / "d.h5", header(4, 6, 4), LINES)
    monkeypatch.setitem(__import__("sys").modules, missing, None)
    with pytest.raises(ImportError, match=rf"reading {name} needs {missing}: pip install 'mrilab\[formats\]'"):
        load_kspace(tmp_path / name)


def test_a_pair_that_was_half_saved_is_found_out(tmp_path):
    save_cfl(tmp_path / "x", KSPACE)
    before = (tmp_path / "x.hdr").read_text()
    save_cfl(tmp_path / "x", KSPACE[:, :1])
    (tmp_path / "x.hdr").write_text(before)  # as if the power had gone between the two names
    with pytest.raises(DataError, match="expected 768"):
        load_kspace(tmp_path / "x")
