"""The grid of a TWIX scan: what counters, their centres and a protocol that may be another sequence's tell of it."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from .grid import Axis, Readout, assemble, fit_axis
from .raw import Raw
from .scan import DataError, Voxel

CARTESIAN = 1


def on_grid(path: Path, lines: Sequence[Readout], centres: set[tuple[int, int]], header: dict[str, Any]) -> Raw:
    """Return the lines on their grid; `centres` are what their headers call the counters Lin and Par at DC."""
    yaps = header.get("MeasYaps", {})
    trajectory = number(yaps, "sKSpace", "ucTrajectory")
    if trajectory is not None and trajectory != CARTESIAN:
        raise DataError(path, f"the trajectory of number {trajectory:g}", "a Cartesian one, of number 1")
    planned = _planned(yaps)
    base, factor = number(yaps, "sKSpace", "lBaseResolution"), _oversampling(header)
    full = round(base * factor) if base else 0
    echoes = {(r.samples.shape[1], r.centre, r.turned) for r in lines}
    steps = [{r.steps[axis] for r in lines} for axis in (0, 1)]
    middles = [max(pair[axis] for pair in centres) or None for axis in (0, 1)]  # 0 is one that was never set
    protocol = all(_is_part(full, *echo) for echo in echoes) and _is_filled(planned[0], steps[0], middles[0])
    width = full if protocol else max(_whole(*echo) for echo in echoes)
    y = _axis(path, "Lin", steps[0], planned[0] if protocol else 0, middles[0])
    z = _axis(path, "Par", steps[1], planned[1] if protocol else 0, middles[1]) if len(steps[1]) > 1 else None
    raw = assemble(path, lines, width, y, z)
    if protocol:
        raw.width, raw.voxel = round(width / factor), _voxel(yaps, int(base or 0), planned, y, z)
    return raw


def number(tree: Any, *path: str | int) -> float | None:
    """Return a number in nested dictionaries and lists, or None where there is none.

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
    return float(tree) if isinstance(tree, (int, float)) and not isinstance(tree, bool) else None


def _oversampling(header: dict[str, Any]) -> float:
    """Return how many samples are received for each that is left; 1 where no header tells it."""
    for part in ("Dicom", "Meas"):
        factor = number(header, part, "flReadoutOSFactor")
        if factor is not None and 1 <= factor <= 8:
            return factor
    return 1.0


def _planned(yaps: Any) -> tuple[int, int]:
    """Return the lines and partitions of the protocol, those that oversample included; 0 where it tells none."""
    sizes = []
    for name, oversampling in (("lPhaseEncodingLines", "dPhase"), ("lPartitions", "dSlice")):
        more = number(yaps, "sKSpace", f"{oversampling}OversamplingForDialog") or 0.0
        sizes.append(round((number(yaps, "sKSpace", name) or 0) * (1 + more)))
    return sizes[0], sizes[1]


def _is_part(full: int, count: int, centre: int, turned: bool) -> bool:
    """Say whether a readout is one of `full` samples or a part of it, which then reaches one of its ends."""
    seen = count - 1 - centre if turned else centre
    return count == full or (centre > 0 and _reaches(full, full // 2 - seen, full // 2 - seen + count - 1, 2))


def _is_filled(planned: int, counters: set[int], centre: int | None) -> bool:
    """Say whether counters can be those of a phase encode of `planned` lines: they reach one of its ends."""
    offset = 0 if centre is None else planned // 2 - centre
    gap = max((b - a for a, b in pairwise(sorted(counters))), default=1)
    first, last = min(counters) + offset, max(counters) + offset
    return _reaches(planned, first, last, gap) and (centre is not None or last >= planned - gap)


def _reaches(size: int, first: int, last: int, slack: int) -> bool:
    return first >= -1 and last <= size and (first < slack or last >= size - slack)


def _whole(count: int, centre: int, turned: bool) -> int:
    """Return the samples of the whole readout that this one is, or is a part of, where no protocol tells."""
    seen = count - 1 - centre if turned else centre
    return count if centre == 0 or abs(seen - count // 2) <= 1 else 2 * max(seen, count - seen)


def _axis(path: Path, name: str, counters: set[int], planned: int, centre: int | None) -> Axis:
    """Return the grid of a phase encode, the protocol's where the counters are its own."""
    if planned and _is_filled(planned, counters, centre):
        try:
            return fit_axis(path, name, counters, planned, centre)
        except DataError:  # the counters say more than the protocol
            pass
    return fit_axis(path, name, counters, 1, centre)


def _voxel(yaps: Any, base: int, planned: tuple[int, int], y: Axis, z: Axis | None) -> Voxel | None:
    """Return the size in mm along readout, phase encode and slice that the protocol of the first slice tells."""
    first = ("sSliceArray", "asSlice", 0)
    read, phase, thickness = (number(yaps, *first, name) for name in ("dReadoutFOV", "dPhaseFOV", "dThickness"))
    lines = number(yaps, "sKSpace", "lPhaseEncodingLines")
    partitions = number(yaps, "sKSpace", "lPartitions")
    if not (read and phase and thickness and lines and base and y.size == planned[0]):
        return None
    if z is not None:
        if not partitions or z.size != planned[1]:
            return None
        thickness /= partitions
    return read / base, phase / lines, thickness
