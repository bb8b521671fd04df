"""ISMRMRD files: readouts in the order of the scan, each with counters that say where it belongs.

Source: Inati et al., ISMRM Raw data format: a proposed standard for MRI raw datasets, Magn. Reson. Med. 77 (2017).
"""

import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .hdf5 import Encoding, check_stored, header_text, open_hdf5, read_header
from .scan import DataError, Scan, crop_readout, finish, split_readout

LEADING = ("repetition", "set", "phase", "contrast", "slice")  # counters that become axes, the last the innermost
OTHERS = ["NAVIGATION_DATA", "PHASECORR_DATA", "HPFEEDBACK_DATA", "RTFEEDBACK_DATA", "DUMMYSCAN_DATA"]
OTHERS += ["SURFACECOILCORRECTIONSCAN_DATA", "PHASE_STABILIZATION", "PHASE_STABILIZATION_REFERENCE"]  # no image lines
BATCH = 512  # readouts taken from the file at a time
SPARSEST = 2000  # a grid so many times larger than the data is a fault of the header


@dataclass
class _Readout:
    """One line of k-space: its samples (C, n), its place on the grid, and which slice and repetition it is of."""

    samples: np.ndarray
    first: int
    line: int
    partition: int
    cell: tuple[int, ...]


def read_ismrmrd(path: str | os.PathLike, *, encoding: int = 0) -> Scan:
    """Return a Cartesian ISMRMRD scan on its full grid, complex64 (…, C, H, W), H = kspace_encode_step_1.

    - Lines go where the counters and the header's centre (`encodingLimits`) say, so that DC is at H // 2 for partial
      Fourier too; short readouts go by their `center_sample`, and reversed ones are turned round.
    - Averages are averaged. Repetition, set, phase, contrast and slice become leading axes, in this order, where the
      file counts more than one. Slices keep the file's numbering, which may be the order of acquisition.
    - The readout is cropped, in image space, to the reconstruction matrix; H is the encoded one, phase oversampling
      included, since that is cropped off the finished image.
    - A 3-D scan comes as a stack of slices across its readout, (…, W', C, kspace_encode_step_1, kspace_encode_step_2).
    - Noise scans are returned in `noise`. Navigators, phase correction, feedback and dummy scans are left out, and
      calibration lines too where the header calls them separate or external.

    `encoding` chooses among the header's encodings; readouts of others are left out. No Nyquist ghost of an EPI scan is
    corrected. Raises FileNotFoundError, DataError for any other file, for one that is not Cartesian, for counters
    outside the grid and for a slice without a line, and ImportError without h5py and ismrmrd.
    """
    path = Path(path)
    with open_hdf5(path) as file:
        try:
            with warnings.catch_warnings():  # ismrmrd's import makes all warnings visible, the caller's too
                import ismrmrd
        except ImportError as error:
            raise ImportError(f"reading {path.name} needs ismrmrd: pip install 'mrilab[formats]'") from error
        names = scan_groups(file)
        if not names:
            raise DataError(path, f"HDF5 with {sorted(file)[:8]}", "ISMRMRD's 'dataset' with 'xml' and 'data'")
        group = file["dataset" if "dataset" in names else names[0]]
        encodings, data = read_header(path, header_text(path, group["xml"])), group["data"]
        if not {"head", "data"} <= set(data.dtype.names or ()):
            raise DataError(path, f"'data' of {str(data.dtype)[:60]}", "ISMRMRD's readouts, with 'head' and 'data'")
        if not 0 <= encoding < len(encodings):
            raise DataError(path, f"{len(encodings)} encodings", f"one of number {encoding}")
        plan = encodings[encoding]
        if plan.trajectory not in ("cartesian", "epi"):
            raise DataError(path, f"a {plan.trajectory} trajectory", "a Cartesian one")
        check_stored(path, "data", data.size * data.dtype.itemsize)
        readouts, noise = [], []
        for start in range(0, data.size, BATCH):
            for acquisition in ismrmrd.file.Acquisitions(data)[start : start + BATCH]:
                if acquisition.is_flag_set(ismrmrd.ACQ_IS_NOISE_MEASUREMENT):
                    noise.append(acquisition.data)
                elif acquisition.encoding_space_ref == encoding and _is_imaging(ismrmrd, acquisition, plan):
                    readouts.append(_place(path, acquisition, plan, ismrmrd.ACQ_IS_REVERSE))
    if not readouts:
        raise DataError(path, f"a header and {len(noise)} noise scans, but no line of an image", "readouts")
    for samples in (r.samples for r in readouts), noise:
        coils = {len(s) for s in samples}
        if len(coils | {len(readouts[0].samples)}) > 1 or 0 in coils:
            raise DataError(path, f"readouts of {sorted(coils)} coils", f"all of {len(readouts[0].samples) or 'some'}")
    kspace = crop_readout(_assemble(path, readouts, plan), plan.width)
    quiet = np.concatenate(noise, axis=1) if noise else None
    if not _is_volume(plan):
        return finish(path, kspace[..., 0, :, :], plan.voxel(2, 1, 0), quiet)
    return finish(path, split_readout(kspace, kspace.shape[-1]), plan.voxel(0, 1, 2), quiet)


def scan_groups(file) -> list[str]:
    """Return the names of the groups of an open HDF5 file that hold an ISMRMRD scan; its own name is "dataset"."""
    return [name for name in sorted(file) if hasattr(file[name], "keys") and {"xml", "data"} <= set(file[name])]


def _is_volume(plan: Encoding) -> bool:
    return plan.encoded[2] > 1


def _is_imaging(ismrmrd, acquisition, plan: Encoding) -> bool:
    """Say whether a readout is a line of the image."""
    if any(acquisition.is_flag_set(getattr(ismrmrd, f"ACQ_IS_{name}")) for name in OTHERS):
        return False
    apart = plan.calibration in ("separate", "external")
    return not (apart and acquisition.is_flag_set(ismrmrd.ACQ_IS_PARALLEL_CALIBRATION))


def _place(path: Path, acquisition, plan: Encoding, reverse: int) -> _Readout:
    """Return a readout with its place on the encoded grid; raise DataError if that is outside."""
    width, height, depth = plan.encoded
    counters = acquisition.idx
    samples, centre = acquisition.data, acquisition.center_sample - acquisition.discard_pre
    samples = samples[:, acquisition.discard_pre : samples.shape[1] - acquisition.discard_post]
    count = samples.shape[1]
    if acquisition.is_flag_set(reverse):
        samples, centre = samples[:, ::-1], count - 1 - centre
    # A whole readout fills the grid: its centre_sample is often left at 0 or, if it is reversed, at that of the others.
    whole = count == width and (acquisition.center_sample == 0 or abs(centre - width // 2) <= 1)
    first = 0 if whole else width // 2 - centre
    if count == 0 or first < 0 or first + count > width:
        found = f"a readout of {count} samples with the centre at sample {centre}"
        raise DataError(path, found, f"one that fits the {width} of its header, whose centre is {width // 2}")
    place = []
    for step, size in (("kspace_encode_step_1", height), ("kspace_encode_step_2", depth)):
        counter = getattr(counters, step)
        centre = plan.limits.get(step.replace("encode", "encoding"), (0, 0, size // 2))[2] if size > 1 else counter
        place.append(counter - centre + size // 2)
        if not 0 <= place[-1] < size:
            found = f"{step} {counter} with the centre at {centre}"
            raise DataError(path, found, f"a line within the {size} of its header")
    return _Readout(samples, first, place[0], place[1], tuple(getattr(counters, name) for name in LEADING))


def _assemble(path: Path, readouts: list[_Readout], plan: Encoding) -> np.ndarray:
    """Return the grid (…, C, Z, Y, X) with every readout in its place, repeated ones averaged."""
    width, height, depth = plan.encoded
    counts = [sorted({r.cell[axis] for r in readouts}) for axis in range(len(LEADING))]
    lead = tuple(map(len, counts))
    cells = {r.cell for r in readouts}
    if len(cells) < np.prod(lead, dtype=float):
        raise DataError(
            path,
            f"lines for {len(cells)} of the {' × '.join(map(str, lead))} images counted by {', '.join(LEADING)}",
            "some for every one: was the scan stopped?",
        )
    coils, stored = len(readouts[0].samples), sum(r.samples.size for r in readouts)
    size = len(cells) * coils * depth * height * width
    if size > SPARSEST * stored:
        raise DataError(path, f"{stored} samples", f"more, on the grid {plan.encoded} of its header")
    grid = np.zeros((*lead, coils, depth, height, width), np.complex64)
    hits = np.zeros((*lead, depth, height), np.float32)
    index = [{value: i for i, value in enumerate(values)} for values in counts]
    for r in readouts:
        cell = tuple(index[axis][value] for axis, value in enumerate(r.cell))
        grid[cell][:, r.partition, r.line, r.first : r.first + r.samples.shape[1]] += r.samples
        hits[cell][r.partition, r.line] += 1
    grid /= np.maximum(hits, 1)[..., None, :, :, None]
    return grid.reshape(*(n for n in lead if n > 1), coils, depth, height, width)
