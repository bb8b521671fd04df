"""ISMRMRD files: readouts in the order of acquisition, each with counters that give its place in k-space.

References
----------
Inati et al., ISMRM raw data format: a proposed standard for MRI raw datasets, Magn. Reson. Med. 77 (2017).
"""

import warnings
from pathlib import Path

import numpy as np

from .epi import with_one_phase
from .grid import LEADING, Axis, Readout, assemble, fit_axis
from .hdf5 import Encoding, check_stored, header_text, open_hdf5, read_header
from .raw import Raw
from .scan import DataError, Voxel

OTHERS = ["NAVIGATION_DATA", "HPFEEDBACK_DATA", "RTFEEDBACK_DATA", "DUMMYSCAN_DATA"]
OTHERS += ["SURFACECOILCORRECTIONSCAN_DATA", "PHASE_STABILIZATION", "PHASE_STABILIZATION_REFERENCE"]  # not of the image
BATCH = 512  # readouts read from the file at a time


def decode_ismrmrd(path: Path, *, measurement: int | str | None = None, encoding: int = 0) -> Raw:
    """Return a Cartesian ISMRMRD scan on its full grid, H = kspace_encode_step_1.

    - Lines are placed by their counters and the centre in the header (`encodingLimits`), so that DC is at H // 2 for
      partial Fourier too. Short readouts are placed by their `center_sample`, and reversed ones are turned around.
    - Averages are averaged. Repetition, set, phase, contrast and slice become leading axes, in this order, if the file
      has more than one. Slices keep their numbers in the file, unless their positions imply another order.
    - The width of the readout is that of the reconstruction matrix. H is the encoded size, including phase
      oversampling, which can only be cropped in the finished image.
    - It is a volume if kspace_encode_step_2 varies, whatever the z in the header.
    - Noise scans are returned separately. EPI is corrected by the phase correction lines of the file
      (`epi.with_one_phase`), which are no lines of an image. Navigators, feedback and dummy scans are left out, and
      calibration lines too if the header calls them separate or external.

    `measurement` is the number or the name of a group in the file, by default "dataset" or the first; `encoding` is the
    number of the encoding in the header. Raises DataError if the scan is not Cartesian, a counter lies outside the
    grid, or a slice has no lines, and ImportError without h5py and ismrmrd.
    """
    with open_hdf5(path) as file:
        try:
            with warnings.catch_warnings():  # importing ismrmrd resets the filters of all warnings
                import ismrmrd
        except ImportError as error:
            raise ImportError(f"reading {path.name} needs ismrmrd: pip install 'mrilab[formats]'") from error
        group = file[_choose(path, scan_groups(file), measurement)]
        encodings, data = read_header(path, header_text(path, group["xml"])), group["data"]
        if not {"head", "data"} <= set(data.dtype.names or ()):
            raise DataError(path, f"'data' of {str(data.dtype)[:60]}", "ISMRMRD's readouts, with 'head' and 'data'")
        _check_types(path, data.dtype)
        if not 0 <= encoding < len(encodings):
            raise DataError(path, f"{len(encodings)} encodings", f"one of number {encoding}")
        plan = encodings[encoding]
        if plan.trajectory not in ("cartesian", "epi"):
            raise DataError(path, f"a {plan.trajectory} trajectory", "a Cartesian one")
        check_stored(path, "data", data.size * data.dtype.itemsize)
        readouts, references, noise, dwells = [], [], [], {True: 0.0, False: 0.0}
        for start in range(0, data.size, BATCH):
            for acquisition in ismrmrd.file.Acquisitions(data)[start : start + BATCH]:
                quiet = bool(acquisition.is_flag_set(ismrmrd.ACQ_IS_NOISE_MEASUREMENT))
                if quiet:
                    noise.append(acquisition.data)
                elif acquisition.encoding_space_ref == encoding and _is_imaging(ismrmrd, acquisition, plan):
                    readout = _readout(acquisition, ismrmrd.ACQ_IS_REVERSE)
                    if acquisition.is_flag_set(ismrmrd.ACQ_IS_PHASECORR_DATA):
                        references.append(readout)
                        continue
                    readouts.append(readout)
                else:
                    continue
                dwells[quiet] = dwells[quiet] or float(acquisition.sample_time_us)
    if not readouts:
        raise DataError(path, f"a header and {len(noise)} noise scans, but no line of an image", "readouts")
    coils = len(readouts[0].samples)
    others = {len(samples) for samples in noise} - {coils}
    if others:
        raise DataError(path, f"noise of {sorted(others)} coils", f"all of {coils}")
    readouts, one_phase = with_one_phase(readouts, references)
    raw = _on_grid(path, readouts, plan)
    raw.one_phase = one_phase
    raw.noise = np.concatenate(noise, axis=1) if noise else None
    raw.dwell, raw.noise_dwell = dwells[False] or None, dwells[True] or None
    raw.noise_bandwidth, raw.epi = plan.noise_bandwidth, plan.trajectory == "epi"
    return raw


def scan_groups(file) -> list[str]:
    """Return the names of the groups of an open HDF5 file that contain ISMRMRD scans; the usual name is "dataset"."""
    return [name for name in sorted(file) if hasattr(file[name], "keys") and {"xml", "data"} <= set(file[name])]


def _check_types(path: Path, stored: np.dtype) -> None:
    """Raise DataError for numbers of another precision or byte order: ismrmrd takes the bytes of a file as they are."""
    import h5py

    samples = h5py.check_vlen_dtype(stored["data"])
    if samples not in (np.dtype("<f4"), np.dtype("<c8")) or stored["head"] != stored["head"].newbyteorder("<"):
        order = "little" if stored["head"] == stored["head"].newbyteorder("<") else "big"
        found = f"{order}-endian headers, and samples of {samples or stored['data']}"
        raise DataError(path, found, "little-endian headers, and samples of float32")


def _choose(path: Path, names: list[str], measurement: int | str | None) -> str:
    if measurement is None:
        return "dataset" if "dataset" in names else names[0]
    if isinstance(measurement, str) and measurement in names:
        return measurement
    if isinstance(measurement, int) and 0 <= measurement < len(names):
        return names[measurement]
    raise DataError(path, f"the measurements {names}", f"one of number or name {measurement!r}")


def _is_imaging(ismrmrd, acquisition, plan: Encoding) -> bool:
    """Return whether a readout is a line of the image, or one to correct their phase by."""
    if any(acquisition.is_flag_set(getattr(ismrmrd, f"ACQ_IS_{name}")) for name in OTHERS):
        return False
    apart = plan.calibration in ("separate", "external")
    return not (apart and acquisition.is_flag_set(ismrmrd.ACQ_IS_PARALLEL_CALIBRATION))


def _readout(acquisition, reverse: int) -> Readout:
    counters = acquisition.idx
    directions = np.array([acquisition.read_dir, acquisition.phase_dir, acquisition.slice_dir])
    told = bool(directions.any())
    return Readout(
        acquisition.data,
        acquisition.center_sample,
        (counters.kspace_encode_step_1, counters.kspace_encode_step_2),
        tuple(getattr(counters, name) for name in LEADING),
        turned=bool(acquisition.is_flag_set(reverse)),
        discard=(acquisition.discard_pre, acquisition.discard_post),
        place=np.array(acquisition.position) if told else None,
        directions=directions if told else None,
    )


def _on_grid(path: Path, readouts: list[Readout], plan: Encoding) -> Raw:
    """Return the readouts on the grid that follows from counters, limits and header, in this order of priority."""
    width, height, depth = plan.encoded

    def fit(number: int, counters: set[int], size: int) -> Axis:
        _, largest, centre = plan.limits.get(f"kspace_encoding_step_{number}", (None, None, None))
        return fit_axis(path, f"kspace_encode_step_{number}", counters, size, centre, largest)

    lines, partitions = ({r.steps[axis] for r in readouts} for axis in (0, 1))
    y = fit(1, lines, height)
    z = fit(2, partitions, depth) if len(partitions) > 1 else None  # without different partitions these are slices
    raw = assemble(path, readouts, width, y, z)
    raw.width, raw.voxel = plan.width, _voxel(plan, y.size, z.size if z else None)
    return raw


def _voxel(plan: Encoding, height: int, depth: int | None) -> Voxel | None:
    """Return the size of the encoded voxels in mm, along x, y, z; z is the slice thickness if there is no `depth`."""
    if plan.fov is None:
        return None
    x, y, z = plan.fov
    if depth is None and plan.encoded[2] > 1 and plan.recon_fov:  # the encoded z is not that of a slab
        z, depth = plan.recon_fov[2], plan.recon[2]
    return x / plan.encoded[0], y / height, z / (depth or 1)
