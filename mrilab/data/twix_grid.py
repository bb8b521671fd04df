"""The grid of a TWIX scan, from counters, their centres, and a protocol that may not be that of the sequence."""

import warnings
from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any

from .grid import Axis, Readout, assemble, fit_axis
from .raw import Raw
from .scan import DataError, Voxel

CARTESIAN = 1


def on_grid(path: Path, lines: Sequence[Readout], centres: set[tuple[int, int]], header: dict[str, Any]) -> Raw:
    """Return the lines on their grid; `centres` are the counters (Lin, Par) at DC in the headers of the lines."""
    yaps = header.get("MeasYaps") or header.get("Phoenix") or {}
    trajectory = number(yaps, "sKSpace", "ucTrajectory")
    if trajectory is not None and trajectory != CARTESIAN:
        raise DataError(path, f"the trajectory of number {trajectory:g}", "a Cartesian one, of number 1")
    planned = _planned(yaps)
    echoes = {(r.samples.shape[1], r.centre, r.turned) for r in lines}
    base = number(yaps, "sKSpace", "lBaseResolution") or 0.0
    factor = _oversampling(header) or (2.0 if {echo[0] for echo in echoes} == {2 * base} else 1.0)
    full = round(base * factor)
    steps = [{r.steps[axis] for r in lines} for axis in (0, 1)]
    middles = [max(pair[axis] for pair in centres) or None for axis in (0, 1)]  # 0 means that it was not set
    protocol = all(_is_part(full, *echo) for echo in echoes) and _is_filled(planned[0], steps[0], middles[0])
    width = full if protocol else max(_whole(*echo) for echo in echoes)
    y = _axis(path, "Lin", steps[0], planned[0] if protocol else 0, middles[0])
    z = _axis(path, "Par", steps[1], planned[1] if protocol else 0, middles[1]) if len(steps[1]) > 1 else None
    raw = assemble(path, lines, width, y, z)
    if (number(header, "Meas", "alRegridMode", 0) or 1) > 1:
        text = (
            "samples were acquired on the ramps of the readout gradient: they are read as they are, and not regridded"
        )
        warnings.warn(f"{path}: {text}", stacklevel=4)
    raw.epi = (number(yaps, "sFastImaging", "lEPIFactor") or 1) > 1
    if protocol:
        raw.width, raw.voxel = round(width / factor), _voxel(yaps, int(base), planned, y, z)
    return raw


def number(tree: Any, *path: str | int) -> float | None:
    """Return a number in nested dictionaries and lists, or None if there is none.

    >>> number({"slices": [{"thickness": 3.0}]}, "slices", 0, "thickness")
    3.0
    """
    for key in path:
        if isinstance(tree, dict):
            tree = tree.get(key)
        elif isinstance(tree, list) and isinstance(key, int) and key < len(tree):
            tree = tree[key]
        else:
            return None
    if isinstance(tree, str) and tree.startswith("0x"):
        try:
            return float(int(tree, 16))
        except ValueError:
            return None
    known = isinstance(tree, (int, float)) and not isinstance(tree, bool) and isfinite(tree)
    return float(tree) if known else None


def _oversampling(header: dict[str, Any]) -> float | None:
    """Return the oversampling factor of the readout, or None if the header does not give it."""
    for part in ("Dicom", "Meas"):
        factor = number(header, part, "flReadoutOSFactor")
        if factor is not None and 1 <= factor <= 8:
            return factor
    return None


def _planned(yaps: Any) -> tuple[int, int]:
    """Return the numbers of lines and partitions in the protocol, including oversampling, or 0 if not given."""
    sizes = []
    for name, oversampling in (("lPhaseEncodingLines", "dPhase"), ("lPartitions", "dSlice")):
        more = number(yaps, "sKSpace", f"{oversampling}OversamplingForDialog") or 0.0
        sizes.append(round((number(yaps, "sKSpace", name) or 0) * (1 + more)))
    return sizes[0], sizes[1]


def _is_part(full: int, count: int, centre: int, turned: bool) -> bool:
    """Return whether a readout has `full` samples, or is a part of such a readout that reaches one of its ends."""
    seen = count - 1 - centre if turned else centre
    return count == full or (centre > 0 and _reaches(full, full // 2 - seen, full // 2 - seen + count - 1, 2))


def _is_filled(planned: int, counters: set[int], centre: int | None) -> bool:
    """Return whether counters can be those of a phase encode with `planned` lines, that is, reach one of its ends."""
    offset = 0 if centre is None else planned // 2 - centre
    gap = max((b - a for a, b in pairwise(sorted(counters))), default=1)
    first, last = min(counters) + offset, max(counters) + offset
    return _reaches(planned, first, last, gap) and (centre is not None or last >= planned - gap)


def _reaches(size: int, first: int, last: int, slack: int) -> bool:
    return first >= -1 and last <= size and (first < slack or last >= size - slack)


def _whole(count: int, centre: int, turned: bool) -> int:
    """Return the number of samples of the complete readout, from this readout or a part of it, without a protocol."""
    seen = count - 1 - centre if turned else centre
    return count if centre == 0 or abs(seen - count // 2) <= 1 else 2 * max(seen, count - seen)


def _axis(path: Path, name: str, counters: set[int], planned: int, centre: int | None) -> Axis:
    """Return the grid of a phase encode: that of the protocol if the counters fit it."""
    if planned and _is_filled(planned, counters, centre):
        try:
            return fit_axis(path, name, counters, planned, centre)
        except DataError:  # the counters exceed the protocol
            pass
    return fit_axis(path, name, counters, 1, centre)


def _voxel(yaps: Any, base: int, planned: tuple[int, int], y: Axis, z: Axis | None) -> Voxel | None:
    """Return the size in mm along readout, phase encode and slice, from the protocol of the first slice."""
    first = ("sSliceArray", "asSlice", 0)
    read, phase, thickness = (number(yaps, *first, name) for name in ("dReadoutFOV", "dPhaseFOV", "dThickness"))
    lines = number(yaps, "sKSpace", "lPhaseEncodingLines")
    partitions = number(yaps, "sKSpace", "lPartitions")
    if not (read and phase and thickness and lines and base and y.size == planned[0]):
        return None
    if min(read, phase, thickness) < 0:
        return None
    if z is not None:
        if not partitions or z.size != planned[1]:
            return None
        thickness /= partitions
    return read / base, phase / lines, thickness
