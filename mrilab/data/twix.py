"""Siemens' raw data, TWIX (`meas_….dat`), of software VB, VD and VE: a header of text, then readouts with counters.

The layouts of the blocks, the names of their flags and the parser of the header are those of twixtools. The loop over
blocks is here, because it must stop at, and report, the place where a file is cut off or broken.
"""

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from .epi import with_one_phase
from .grid import Readout
from .raw import Raw
from .scan import DataError
from .twix_grid import on_grid

MOST_PARTS = 32  # a header has about six parts
NO_IMAGE = ["RTFEEDBACK", "HPFEEDBACK", "REFPHASESTABSCAN", "PHASESTABSCAN", "RETRO_DUMMYSCAN"]
NO_IMAGE += ["SLICE_ACCEL_REFSCAN", "SLICE_ACCEL_PHASCOR", "noname60"]
COUNTERS = ("Rep", "Set", "Phs", "Eco", "Sli")  # those of `grid.LEADING`


def is_twix(start: bytes) -> bool:
    """Return whether the first 16 bytes of a file are those of a TWIX file, of VB, VD or VE.

    >>> is_twix(b"k-space, honestly")
    False
    """
    return len(start) >= 16 and (_is_vb(start) or _is_vd(start))


def _is_vb(start: bytes) -> bool:
    """Return whether a file begins with the length of a header, the number of its parts, and the name of the first."""
    return 0 < int.from_bytes(start[4:8], "little") <= MOST_PARTS and bool(
        re.match(rb"[A-Za-z]{4,}(\0|$)", start[8:16])
    )


def _is_vd(start: bytes) -> bool:
    """Return whether a file begins with a small number, and the number of measurements, at most 64."""
    return int.from_bytes(start[:4], "little") < 10000 and 1 <= int.from_bytes(start[4:8], "little") <= 64


@dataclass
class _Measurement:
    """One measurement of a file: its position, its header, and its readouts of each kind."""

    start: int
    end: int
    header: dict[str, Any] = field(default_factory=dict)
    lines: list[Readout] = field(default_factory=list)
    references: list[Readout] = field(default_factory=list)
    centres: set[tuple[int, int]] = field(default_factory=set)
    noise: list[np.ndarray] = field(default_factory=list)


def decode_twix(path: Path, *, measurement: int | None = None) -> Raw:
    """Return a Cartesian TWIX scan on its grid, H = the counter Lin.

    - Lines are placed by their counters and centres. The matrix of the protocol is used only if the counters fit it,
      because other sequences, such as Pulseq's, do not set it. Otherwise nothing is cropped, and there is no voxel
      size.
    - Averages are averaged. Rep, Set, Phs, Eco and Sli become leading axes, in this order, if the file has more than
      one; slices are in the order of their positions. It is a volume if Par varies.
    - Readouts that are marked as reflected are turned around. Oversampling is removed if the header gives it.
    - Noise scans are returned separately; if the chosen measurement has none, those of an earlier one are used.
    - EPI is corrected by the phase correction lines of the file (`epi.with_one_phase`), which are no lines of an image.
      Feedback, stabilisation and separate calibration lines are left out.

    `measurement` counts from 0; the default is the last one with lines of an image. Raises DataError if the scan is not
    Cartesian, cut off or without an end mark, and ImportError without twixtools.
    """
    try:
        import twixtools.hdr_def
        import twixtools.mdh_def
        import twixtools.twixprot  # noqa: F401
    except ImportError as error:
        raise ImportError(f"reading {path.name} needs twixtools: pip install 'mrilab[formats]'") from error
    stored = np.memmap(path, np.uint8, mode="r")
    if not is_twix(bytes(stored[:16])):
        raise DataError(path, f"a file that begins {bytes(stored[:8])!r}", "a TWIX file of VB, VD or VE")
    vb = _is_vb(bytes(stored[:16]))
    found = [_read(path, stored, *span, vb) for span in ([(0, stored.size)] if vb else _spans(path, stored))]
    imaging = [number for number, m in enumerate(found) if m.lines]
    number = (imaging or [0])[-1] if measurement is None else measurement
    if number not in imaging:
        quiet = [i for i, m in enumerate(found) if m.noise]
        has = f"{len(found)} measurements, of which {imaging} hold lines of an image and {quiet} noise"
        raise DataError(path, has, "lines of an image" if measurement is None else f"some in number {measurement!r}")
    chosen = found[number]
    lines, one_phase = with_one_phase(chosen.lines, chosen.references)
    raw = on_grid(path, lines, chosen.centres, chosen.header)
    raw.one_phase, raw.dwell = one_phase, _dwell(chosen.header)
    _add_noise(raw, [m for m in found[: number + 1] if m.noise], chosen, vb)
    return raw


def _spans(path: Path, stored: np.ndarray) -> list[tuple[int, int]]:
    """Return the first byte of each measurement of a VD or VE file, and the one after its last."""
    from twixtools.hdr_def import MultiRaidFileHeader

    if stored.size < MultiRaidFileHeader.itemsize:
        raise DataError(path, f"{stored.size} bytes", f"{MultiRaidFileHeader.itemsize} of a list of measurements")
    listing = stored[: MultiRaidFileHeader.itemsize].view(MultiRaidFileHeader)[0]
    spans = []
    count = int(listing["hdr"]["count_"])
    for number, entry in enumerate(listing["entry"][:count]):
        start, length = int(entry["off_"]), int(entry["len_"])
        if length == 0 and number == count - 1:  # left open by the scanner: up to the end of the file
            length = stored.size - start
        if not MultiRaidFileHeader.itemsize <= start < start + length <= stored.size:
            found = f"{stored.size} bytes"
            raise DataError(path, found, f"measurement {number} of {length} bytes from byte {start} on, as it lists")
        spans.append((start, start + length))
    return spans


def _read(path: Path, stored: np.ndarray, start: int, end: int, vb: bool) -> _Measurement:
    """Return the header and the readouts of one measurement."""
    from twixtools.mdh_def import mask_dict

    measurement = _Measurement(start, end)
    measurement.header, length = _header(path, stored, start, end)
    no_image = sum(1 << mask_dict[name] for name in NO_IMAGE)
    for mdh, samples in _blocks(path, stored, start + length, end, vb):
        flags = int(mdh["EvalInfoMask"])

        def has(name: str, flags=flags) -> bool:
            return bool(flags >> mask_dict[name] & 1)

        if has("NOISEADJSCAN"):
            measurement.noise.append(samples)
        elif flags & no_image or (has("PATREFSCAN") and not has("PATREFANDIMASCAN")):
            continue
        elif has("PHASCOR"):
            measurement.references.append(_readout(mdh, samples, has("REFLECT")))
        else:
            measurement.lines.append(_readout(mdh, samples, has("REFLECT")))
            measurement.centres.add((int(mdh["CenterLin"]), int(mdh["CenterPar"])))
    return measurement


def _header(path: Path, stored: np.ndarray, start: int, end: int) -> tuple[dict[str, Any], int]:
    """Return the parsed parts of the header of a measurement, and its length in bytes."""
    from twixtools.twixprot import parse_twix_hdr

    length, parts = (int(number) for number in stored[start : start + 8].view("<u4")) if end - start >= 8 else (0, 0)
    if not 8 < length <= end - start:
        raise DataError(path, f"a header of {length} bytes", f"one that fits the {end - start} of its measurement")
    if not 0 < parts <= MOST_PARTS:
        raise DataError(path, f"a header of {parts} parts", f"1 to {MOST_PARTS}")
    if re.search(rb"\w\[\d{5,}\]\S*\s*=", bytes(stored[start : start + length])):  # the parser would make such a list
        raise DataError(path, "a protocol with an array of more than 9999 entries", "a protocol in text")
    try:
        with open(path, "rb") as file, redirect_stdout(StringIO()):  # it prints warnings
            file.seek(start)
            header = parse_twix_hdr(file)
    except Exception as error:  # a parser of regular expressions can fail in many ways
        found = f"a header that cannot be read ({type(error).__name__}: {str(error)[:200]})"
        raise DataError(path, found, "a protocol in text") from error
    if not header:
        raise DataError(path, "a header without a named part", "a protocol in text")
    return header, length


def _blocks(path: Path, stored: np.ndarray, start: int, end: int, vb: bool) -> Iterator[tuple[np.void, np.ndarray]]:
    """Yield the header and the samples (C, n) of each readout up to the end mark."""
    from twixtools import mdh_def

    head = np.dtype(mdh_def.VB17_header if vb else mdh_def.Scan_header)
    channel = head.itemsize if vb else np.dtype(mdh_def.Channel_header).itemsize
    at, count = start, 0
    while True:
        if at + head.itemsize > end:
            raise DataError(path, f"{count} readouts up to byte {at}, where nothing follows", "the scan's end mark")
        mdh = stored[at : at + head.itemsize].view(head)[0]
        flags = int(mdh["EvalInfoMask"])
        if flags >> mdh_def.mask_dict["ACQEND"] & 1:
            return
        coils, samples = int(mdh["UsedChannels"]), int(mdh["SamplesInScan"])
        apart = flags >> mdh_def.mask_dict["SYNCDATA"] & 1  # physiological signals
        size = (0 if vb else head.itemsize) + coils * (channel + 8 * samples)
        size = int(mdh["FlagsAndDMALength"]) % 2**25 if apart else size
        if size < head.itemsize or at + size > end or not (apart or (coils and samples)):
            found = f"a readout of {coils} coils × {samples} samples at byte {at}"
            raise DataError(path, found, f"one that fits the {end - at} bytes which are left")
        if not apart:
            row = np.dtype([("head", "V", channel), ("samples", "<c8", samples)])
            yield mdh, stored[at + size - coils * row.itemsize : at + size].view(row)["samples"]
            count += 1
        at += size


def _readout(mdh: np.void, samples: np.ndarray, turned: bool) -> Readout:
    counter, place = mdh["Counter"], mdh["SliceData"]["SlicePos"]
    directions = _directions(mdh["SliceData"]["Quaternion"])
    return Readout(
        np.ascontiguousarray(samples),
        int(mdh["CenterCol"]),
        (int(counter["Lin"]), int(counter["Par"])),
        tuple(int(counter[name]) for name in COUNTERS),
        turned,
        (int(mdh["CutOff"]["Pre"]), int(mdh["CutOff"]["Post"])),
        None if directions is None else np.array([place["Sag"], place["Cor"], place["Tra"]], float),
        directions,
    )


def _directions(quaternion: np.ndarray) -> np.ndarray | None:
    """Return readout, phase encode and slice direction (rows, LPS+) of a unit quaternion, its real part first."""
    q = np.asarray(quaternion, float)
    if not abs(q @ q - 1) < 1e-3:  # zeros if the sequence does not set it
        return None
    a, v = q[0], q[1:]
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    phase, read, across = ((a * a - v @ v) * np.eye(3) + 2 * np.outer(v, v) + 2 * a * cross).T
    return np.stack([read, phase, across])


def _dwell(header: dict[str, Any]) -> float | None:
    """Return the microseconds between two samples, as in the header for the first kind of readout."""
    times = header.get("MeasYaps", {}).get("sRXSPEC", {}).get("alDwellTime")
    first = times[0] if isinstance(times, list) and times else None
    return first / 1000 if isinstance(first, (int, float)) and first > 0 else None


def _add_noise(raw: Raw, quiet: list[_Measurement], chosen: _Measurement, vb: bool) -> None:
    """Add the noise of the same measurement, or of the last one before it with the same number of coils."""
    coils = len(chosen.lines[0].samples)
    fitting = [m for m in quiet if {len(samples) for samples in m.noise} == {coils}]
    if not fitting:
        return
    source = fitting[-1]
    raw.noise = np.ascontiguousarray(np.concatenate(source.noise, axis=1))
    if source is not chosen:
        raw.noise_dwell = _dwell(source.header)
    else:  # noise readouts within a scan take 1 / 130 s, independent of its dwell time; 7.68 ms from VD on
        raw.noise_dwell = (1e6 / 130 if vb else 7680.0) / source.noise[0].shape[1]
