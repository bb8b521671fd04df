"""Siemens' raw data: real files beside twixtools' own arrays, several measurements, broken files, where slices lie."""

import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from helpers import draw
from hypothesis import given, settings
from hypothesis import strategies as st
from twix_files import BITS, END, Line, block, header_bytes, measurement, protocol, write_twix

from mrilab import DataError, load_kspace, save_nifti
from mrilab.data.load import Scan

twixtools = pytest.importorskip("twixtools")
K = draw((2, 8, 12))
PARTS = protocol(12, 8)
SCANS = os.environ.get("MRILAB_SCANS")
NAMES = ["head16", "head2", "phantom_gre", "phantom_epi", "phantom_epi_nope"]


def lines(kspace=K, **settings):
    return [Line(kspace[:, h], h, centres=(4, 0), **settings) for h in range(kspace.shape[1])]


def image_of(path):
    """The samples of a whole scan, as twixtools maps them: (C, H, W)."""
    scans = twixtools.read_twix(str(path), verbose=False, parse_pmu=False, parse_geometry=False)
    image = twixtools.map_twix(scans, verbose=False)[-1]["image"]
    image.flags["zf_missing_lines"] = False
    values = np.squeeze(image[:])  # (line, channel, column), axes of length 1 left out
    return np.moveaxis(values.reshape(values.shape[0], -1, values.shape[-1]), 1, 0)


@pytest.mark.skipif(not SCANS, reason="MRILAB_SCANS names no folder of real scans")
@pytest.mark.filterwarnings("ignore:.*Nyquist ghost")
@pytest.mark.parametrize("name", NAMES)
def test_real_scans_are_twixtools_arrays(name):
    scan = load_kspace(Path(SCANS) / f"{name}.dat")
    assert np.array_equal(scan.kspace, image_of(Path(SCANS) / f"{name}.dat"))
    assert scan.mask.all() and (scan.averages == 1).all() and scan.dwell in (10, 20) and scan.noise is None


@pytest.mark.parametrize("vb", [False, True])
def test_written_scans_are_twixtools_arrays(tmp_path, vb):
    path = write_twix(tmp_path / "x.dat", (protocol(12, 8, software="B17" if vb else "E11"), lines()), vb=vb)
    stored = twixtools.read_twix(str(path), verbose=False, parse_pmu=False, parse_geometry=False)[0]["mdb"]
    theirs = np.stack([block.data for block in stored if block.is_image_scan()], axis=1)
    assert np.array_equal(load_kspace(path).kspace, theirs) and np.array_equal(theirs, K)


def test_the_last_imaging_measurement_is_read_and_others_can_be(tmp_path):
    noise = [Line(draw((2, 64), seed=3), kind="noise")]
    other = draw((2, 8, 12), seed=1)
    path = write_twix(
        tmp_path / "x.dat", (protocol(12, 8, dwell=5), noise), (PARTS, lines(other)), (PARTS, lines()), (PARTS, noise)
    )
    assert np.array_equal(load_kspace(path).kspace, K)
    assert np.array_equal(load_kspace(path, measurement=2).kspace, K)
    earlier = load_kspace(path, measurement=1)
    assert np.array_equal(earlier.kspace, other) and np.array_equal(earlier.noise, noise[0].samples)
    assert (earlier.noise_dwell, earlier.dwell) == (5, 10)
    for number in (0, 3, 4, -1):
        with pytest.raises(DataError, match=rf"4 measurements, of which \[1, 2\] hold .*number {number}"):
            load_kspace(path, measurement=number)


def test_noise_of_other_coils_is_not_of_this_scan(tmp_path):
    path = write_twix(tmp_path / "x.dat", (PARTS, [Line(draw((3, 64)), kind="noise")]), (PARTS, lines()))
    assert load_kspace(path).noise is None


def test_a_choice_that_a_format_does_not_offer_is_refused(tmp_path):
    path = write_twix(tmp_path / "x.dat", (PARTS, lines()))
    with pytest.raises(ValueError, match="no choice of encoding"):
        load_kspace(path, encoding=1)
    path.rename(tmp_path / "no_suffix")
    assert np.array_equal(load_kspace(tmp_path / "no_suffix").kspace, K)


def test_blocks_of_the_heart_beat_are_passed_over(tmp_path):
    beat = Line(np.zeros((0, 0)), kind="sync")
    for vb in (False, True):
        path = write_twix(tmp_path / f"{vb}.dat", (PARTS, [beat, *lines()[:3], beat, *lines()[3:]]), vb=vb)
        assert np.array_equal(load_kspace(path).kspace, K)


def test_the_last_of_the_list_may_be_open(tmp_path):
    path = write_twix(tmp_path / "x.dat", (PARTS, lines()))
    content = bytearray(path.read_bytes())
    content[24:32] = bytes(8)
    path.write_bytes(content)
    assert np.array_equal(load_kspace(path).kspace, K)


def test_slices_lie_where_the_file_says(tmp_path):
    nibabel = pytest.importorskip("nibabel")
    stack = draw((3, 2, 8, 12))
    where = [(7.0, -20.0, 5.0 * s) for s in range(3)]  # left, back, head
    readouts = [Line(stack[s, :, h], h, cell={"slice": s}, place=where[s], centres=(4, 0))
                for h in range(8) for s in range(3)]  # fmt: skip
    scan = load_kspace(write_twix(tmp_path / "x.dat", (protocol(12, 8, fov=(240, 200, 3)), readouts)))
    assert np.allclose(scan.voxel_size, (3, 25, 20))
    for s in range(3):  # the centre of the slice is its pixel n // 2, and RAS+ has the other signs
        assert np.allclose(scan.affine @ [s, 4, 6, 1], [-7, 20, 5 * s, 1])
    step = scan.affine[:3, :3]  # columns: slice, row, column, which run to the head, to the front, to the left
    assert np.allclose(step.T, [[0, 0, 5], [0, 25, 0], [-20, 0, 0]])
    save_nifti(tmp_path / "x.nii", abs(scan.kspace[:, 0]), affine=scan.affine)
    stored = nibabel.load(tmp_path / "x.nii")
    assert np.allclose(stored.affine, scan.affine) and nibabel.aff2axcodes(stored.affine) == ("S", "A", "L")
    save_nifti(tmp_path / "y.nii", abs(scan.kspace[0, 0]), affine=scan.affine)
    assert np.allclose(nibabel.load(tmp_path / "y.nii").affine @ [4, 6, 0, 1], [-7, 20, 0, 1])


def test_a_volume_lies_where_the_file_says(tmp_path):
    volume = draw((2, 4, 8, 12))
    readouts = [Line(volume[:, z, y], y, z, place=(1.0, 2.0, 3.0), centres=(4, 2)) for z in range(4) for y in range(8)]
    scan = load_kspace(write_twix(tmp_path / "x.dat", (protocol(12, 8, 4, fov=(240, 200, 40)), readouts)))
    assert scan.kspace.shape == (12, 2, 8, 4) and np.allclose(scan.voxel_size, (20, 25, 10))
    assert np.allclose(scan.affine @ [6, 4, 2, 1], [-1, -2, 3, 1])
    assert np.allclose(scan.affine[:3, :3].T, [[-20, 0, 0], [0, 25, 0], [0, 0, 10]])


def test_what_is_not_told_is_not_guessed(tmp_path):
    scan = load_kspace(write_twix(tmp_path / "x.dat", (PARTS, lines())))
    assert scan.affine is None and scan.voxel_size is not None
    uneven = [Line(K[:, h], h, cell={"slice": s}, place=(0.0, 0.0, float(s * s)), centres=(4, 0))
              for h in range(8) for s in range(3)]  # fmt: skip
    assert load_kspace(write_twix(tmp_path / "y.dat", (PARTS, uneven))).affine is None
    scan = load_kspace(write_twix(tmp_path / "z.dat", (protocol(64, 64), lines(place=(0.0, 0.0, 0.0)))))
    assert isinstance(scan, Scan) and scan.affine is None and scan.voxel_size is None


def test_twofold_oversampling_is_known_where_no_header_tells_the_factor(tmp_path):
    for factor, width in (("", 6), (1, 12)):
        parts = protocol(6, 8, factor=factor)
        assert load_kspace(write_twix(tmp_path / f"{width}.dat", (parts, lines()))).kspace.shape == (2, 8, width)


def test_ramp_samples_are_read_as_they_are_with_a_warning(tmp_path):
    parts = PARTS | {"Meas": '<ParamLong."alRegridMode"> { 2 2 }\n'}
    with pytest.warns(UserWarning, match="ramps of the readout gradient"):
        assert np.array_equal(load_kspace(write_twix(tmp_path / "x.dat", (parts, lines()))).kspace, K)


VD = measurement(PARTS, lines())
VB = measurement(protocol(12, 8, software="B17"), lines(), vb=True)
START = 10240 + len(header_bytes(PARTS))
READOUT = 192 + 2 * (32 + 8 * 12)


def changed(at, *new, vb=False):
    """A good file with other bytes at a place of its choice."""

    def write(path):
        write_twix(path, (PARTS, lines()), vb=vb)
        content = bytearray(path.read_bytes())
        for value in new:
            content[at : at + len(value)] = value
        path.write_bytes(content)

    return write


def cut(length, vb=False):
    def write(path):
        write_twix(path, (PARTS, lines()), vb=vb)
        os.truncate(path, length)

    return write


def foreign(content):
    return lambda path: path.write_bytes(content)


def of(readouts, parts=PARTS, **settings):
    return lambda path: write_twix(path, (parts, readouts), **settings)


u32, u64, u16 = (lambda n, size=size: n.to_bytes(size, "little") for size in (4, 8, 2))
COUNTS = 192 - 192 + 48  # where a VD scan header has its numbers of samples and channels

BROKEN = {
    "empty": (foreign(b""), "an empty file"),
    "text": (foreign(b"patient left, bored " * 10), "begins b'patient '"),
    "a few bytes": (foreign(b"\0\0\0\0"), "begins b'.x00.x00.x00.x00'"),
    "zeros": (foreign(bytes(20000)), "begins b'.x00"),
    "ones": (foreign(b"\xff" * 20000), "begins b'.xff"),
    "a picture": (foreign(b"\x89PNG\r\n\x1a\n" + bytes(3000)), "begins b'.x89PNG"),
    "cut in its list": (cut(5000), "5000 bytes; expected 9736 of a list"),
    "cut before its header": (cut(10240), "10240 bytes; expected measurement 0"),
    "cut in its header": (cut(10300), "10300 bytes; expected measurement 0"),
    "cut in a readout": (cut(START + 3 * READOUT + 100), "expected measurement 0 of"),
    "cut after a readout": (cut(START + 3 * READOUT), "expected measurement 0 of"),
    "VB cut in its header": (cut(100, vb=True), "a header of .* bytes; expected one that fits the 100"),
    "VB cut in a readout": (cut(len(VB) - 1200, vb=True), "one that fits the .* bytes which are left"),
    "VB cut at its end mark": (cut(len(VB) - 288, vb=True), "8 readouts up to .* nothing follows"),
    "no measurement": (changed(4, u32(0)), "begins b'.x00"),
    "65 measurements": (changed(4, u32(65)), "x.dat: found"),
    "2 measurements of which 1 is there": (changed(4, u32(2)), "expected measurement 1 of .* bytes from byte 0 on"),
    "a measurement of 2^60 bytes": (changed(24, u64(1 << 60)), "measurement 0 of 1152921504606846976 bytes"),
    "a measurement from byte 2^60 on": (changed(16, u64(1 << 60)), "from byte 1152921504606846976 on"),
    "a measurement within the list": (changed(16, u64(8)), "from byte 8 on"),
    "a header of 0 bytes": (changed(10240, u32(0)), "a header of 0 bytes"),
    "a header of 2^32 bytes": (changed(10240, u32(2**32 - 1)), "a header of 4294967295 bytes"),
    "a header of 0 parts": (changed(10244, u32(0)), "a header of 0 parts"),
    "a header of 10^6 parts": (changed(10244, u32(10**6)), "a header of 1000000 parts"),
    "a header of zeros": (changed(10240, bytes(len(header_bytes(PARTS)))), "a header of 0 bytes"),
    "a header without names": (changed(10248, bytes(600)), "a header without a named part"),
    "an array of 10^9": (of(lines(), protocol(12, 8, more="sA.b[999999999].c\t = \t1")), "more than 9999 entries"),
    "a matrix of 10^300 and no room": (of([*lines(), Line(K[:, 0], 9999, centres=(4, 0))],
                                          protocol("1e300", "1e300")), "expected more, on the grid"),
    "readouts of zeros": (changed(START, bytes(8 * READOUT)), "a readout of 0 coils × 0 samples"),
    "a readout of 65535 samples": (changed(START + COUNTS, u16(65535)), "2 coils × 65535 samples"),
    "a readout of 65535 coils": (changed(START + COUNTS + 2, u16(65535)), "65535 coils × 12 samples"),
    "a readout of no samples": (changed(START + COUNTS, u16(0)), "2 coils × 0 samples"),
    "a beat of no length": (changed(START, u32(0) + bytes(36) + u64(1 << BITS["sync"])), "0 coils|2 coils"),
    "no end mark": (of(lines(), end=False), "8 readouts up to byte .* expected the scan's end mark"),
    "no lines": (of([]), "1 measurements, of which .. hold lines of an image and .. noise"),
    "noise alone": (of([Line(K[:, 0], kind="noise")]), r"of which \[\] hold lines of an image and \[0\] noise"),
    "radial": (of(lines(), protocol(12, 8, trajectory=2)), "the trajectory of number 2"),
    "two numbers of coils": (of([*lines(), Line(draw((3, 12)), 1, centres=(4, 0))]), r"readouts of \[2, 3\] coils"),
    "a line far away": (of([*lines(), Line(K[:, 0], 60000, centres=(4, 0))]), "192 samples|216 samples; expected more"),
    "NaN": (of(lines(K * np.nan)), "NaN or infinite values"),
    "only zeros": (of(lines(0 * K)), "nothing but zeros"),
    "stopped": (of([*lines(), Line(K[:, 0], 0, cell={"slice": 1, "repetition": 1}, centres=(4, 0))]), "was the scan"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_named(tmp_path, case):
    write, message = BROKEN[case]
    write(tmp_path / "x.dat")
    with pytest.raises(DataError, match=message) as caught:
        load_kspace(tmp_path / "x.dat")
    assert str(caught.value).startswith(f"{tmp_path}/x.dat: found ") and "; expected " in str(caught.value)


@pytest.mark.parametrize("vb", [False, True])
@settings(max_examples=25, deadline=None)
@given(part=st.floats(0, 0.999))
def test_a_file_cut_anywhere_is_named(tmp_path_factory, vb, part):
    path = tmp_path_factory.mktemp("cut") / "x.dat"
    write_twix(path, (PARTS, lines()), vb=vb)
    used = path.read_bytes().rindex(block(END, 8, vb)[:8]) if vb else 10240 + len(VD)  # what follows is padding
    os.truncate(path, int(part * used))
    with pytest.raises(DataError):
        load_kspace(path)


@pytest.mark.parametrize("vb", [False, True])
@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(VD) + 10239), junk=st.binary(min_size=1, max_size=40))
def test_a_spoilt_file_is_named_or_read(tmp_path_factory, vb, at, junk):
    path = tmp_path_factory.mktemp("spoilt") / "x.dat"
    changed(at % (len(VB) if vb else len(VD) + 10240), junk, vb=vb)(path)
    with suppress(DataError):
        assert load_kspace(path).kspace.ndim >= 3


def test_the_extra_is_named_where_it_is_missing(tmp_path, monkeypatch):
    path = write_twix(tmp_path / "x.dat", (PARTS, lines()))
    for name in [name for name in __import__("sys").modules if name.split(".")[0] == "twixtools"]:
        monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(ImportError, match=r"reading x.dat needs twixtools: pip install 'mrilab\[formats\]'"):
        load_kspace(path)
