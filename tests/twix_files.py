"""Writes Siemens' raw data from the structure of the format, block by block, for the tests of what reads them."""

import struct
from dataclasses import dataclass, field

import numpy as np

BITS = {"end": 0, "feedback": 1, "sync": 5, "phasecor": 21, "reference": 22, "reference and image": 23, "turned": 24}
BITS |= {"noise": 25, "first": 28}
DIRECTIONS = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])  # readout, phase encode, slice


@dataclass
class Line:
    """A readout (C, n) as a scanner writes it, in whichever format: `cell` holds counters by ISMRMRD's names."""

    samples: np.ndarray
    step1: int = 0
    step2: int = 0
    centre: int | None = None
    turned: bool = False
    kind: str = "image"
    cell: dict = field(default_factory=dict)
    discard: tuple[int, int] = (0, 0)
    place: tuple[float, float, float] | None = None
    centres: tuple[int, int] = (0, 0)  # the counters at DC, which TWIX writes into each line
    dwell: float = 10.0


def protocol(
    base, lines, partitions=1, *, factor=1.0, dwell=10.0, fov=(200.0, 200.0, 6.0), trajectory=1, software="E11", more=""
):
    """The parts of a header, as Siemens names them."""
    meas = f"""### ASCCONV BEGIN ###
sKSpace.lBaseResolution\t = \t{base}
sKSpace.lPhaseEncodingLines\t = \t{lines}
sKSpace.lPartitions\t = \t{partitions}
sKSpace.ucTrajectory\t = \t{trajectory}
sSliceArray.asSlice[0].dReadoutFOV\t = \t{fov[0]}
sSliceArray.asSlice[0].dPhaseFOV\t = \t{fov[1]}
sSliceArray.asSlice[0].dThickness\t = \t{fov[2]}
sRXSPEC.alDwellTime[0]\t = \t{round(1000 * dwell)}
{more}
### ASCCONV END ###
"""
    dicom = f'<ParamString."SoftwareVersions"> {{ "syngo MR {software}" }}\n'
    dicom += f'<ParamDouble."flReadoutOSFactor"> {{ <Precision> 6 {factor} }}\n'
    return {"Config": "", "Dicom": dicom, "MeasYaps": meas}


def header_bytes(parts, vb=False):
    body = b""
    for name, text in parts.items():
        body += name.encode() + b"\0" + struct.pack("<I", len(text) + 2) + text.encode() + b"\n\0"
    length = max((8 + len(body) + 31) // 32 * 32, 10240 if vb else 0)  # by its length some readers tell VB from VD
    return struct.pack("<II", length, len(parts)) + body.ljust(length - 8, b"\0")


def block(line, number, vb):
    """A readout with its headers; `kind` "end" and "sync" are blocks without samples."""
    counters = [line.step1, *(line.cell.get(n, 0) for n in ("average", "slice")), line.step2]
    counters += [line.cell.get(n, 0) for n in ("contrast", "phase", "repetition", "set", "segment")] + [0] * 5
    coils, count = line.samples.shape
    bits = [line.kind] if line.kind in BITS else []
    bits += ["turned"] if line.turned else []
    mask = sum(1 << BITS[name] for name in bits)
    centre = count // 2 if line.centre is None else line.centre
    quaternion = (0, 0, 0, 0)
    if (
        line.place is not None
    ):  # rows (1, 0, 0), (0, 1, 0), (0, 0, 1) for readout, phase encode and slice: a mirrored one
        quaternion = (np.sqrt(0.5), 0, 0, -np.sqrt(0.5))  # phase encode along −y, readout along +x, slice along z
    where = struct.pack("<7f", *(line.place or (0, 0, 0)), *quaternion)
    apart = line.kind in ("end", "sync")
    extra = 160 if apart else 0

    def scan_header(length, head, tail):
        middle = struct.pack(
            "<QHH14H2HHHfIHH", mask, count, coils, *counters, *line.discard, centre, 0, 0, 0, *line.centres
        )
        return struct.pack("<IiIII", length, 1, number, 0, 0) + head + middle + tail

    values = np.ascontiguousarray(line.samples, "<c8")
    if vb:
        tail = bytes(16) + where
        if apart:
            return scan_header(128 + extra, b"", tail + bytes(4)) + bytes(extra)
        size = coils * (128 + 8 * count)
        return b"".join(
            scan_header(size, b"", tail + struct.pack("<HH", channel, 0)) + row.tobytes()
            for channel, row in enumerate(values)
        )
    size = 192 + (extra if apart else coils * (32 + 8 * count))
    out = scan_header(size, struct.pack("<HHiiii", 0, 0, 0, 0, 0, 0), where + bytes(48 + 8 + 2 + 2 + 4))
    if apart:
        return out + bytes(extra)
    for channel, row in enumerate(values):
        out += struct.pack("<IiIiIIHHI", 32 + 8 * count, 1, number, 0, 0, 0, channel, 0, 0) + row.tobytes()
    return out


END = Line(np.zeros((0, 0)), kind="end")


def measurement(parts, lines, vb=False, end=True):
    lines = [*lines, END] if end else lines
    return header_bytes(parts, vb) + b"".join(block(line, number, vb) for number, line in enumerate(lines))


def write_twix(path, *measurements, vb=False, end=True):
    """Each measurement is a pair: the parts of its header, and its lines."""
    if vb:
        ((parts, lines),) = measurements
        path.write_bytes(measurement(parts, lines, vb=True, end=end))
        return path
    listing, body, start = struct.pack("<II", 0, len(measurements)), b"", 10240
    for number, (parts, lines) in enumerate(measurements):
        data = measurement(parts, lines, end=end)
        listing += struct.pack("<IIQQ64s64s", number, number, start + len(body), len(data), b"name", b"protocol")
        body += data.ljust((len(data) + 511) // 512 * 512, b"\0")
    path.write_bytes(listing.ljust(start, b"\0") + body)
    return path
