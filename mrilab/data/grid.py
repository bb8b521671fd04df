"""Single readouts with counters, as scanners write them, placed on the k-space grid: for ISMRMRD and TWIX."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .raw import Geometry, Raw
from .scan import DataError

LEADING = ("repetition", "set", "phase", "contrast", "slice")  # counters that become axes, in this order
SPARSEST = 2000  # if the grid is larger than the data by more than this factor, the header is wrong


@dataclass
class Readout:
    """A readout (C, n) as it was received, with the contents of its header.

    `centre` is the index of the sample at DC, 0 if the file does not give it; `discard` are the numbers of invalid
    samples at both ends. `steps` are the counters of the two phase encodes, `cell` those of `LEADING`. `place` is the
    centre of its slice, `directions` are the directions of readout, phase encode and slice (LPS+, mm).
    """

    samples: np.ndarray
    centre: int
    steps: tuple[int, int]
    cell: tuple[int, ...]
    turned: bool = False
    discard: tuple[int, int] = (0, 0)
    place: np.ndarray | None = None
    directions: np.ndarray | None = None


@dataclass
class Axis:
    """A phase encode axis: the size of its grid, and the offset from a counter to the index of its row."""

    size: int
    offset: int


def fit_axis(
    path: Path, name: str, counters: Iterable[int], size: int, centre: int | None = None, largest: int | None = None
) -> Axis:
    """Return the axis for a set of counters, with DC at n // 2.

    `size` is the size in the header, or 1 if there is none; `centre` is the counter at DC, and `largest` the largest
    planned counter. If counters exceed the size in the header, the size follows from `largest`; without it, the
    smallest size that contains all counters is used. If the counters fill the grid completely, a centre beside its
    middle is taken to be the middle.
    """
    first, last = min(counters), max(counters)
    planned = last if largest is None or largest < last else largest
    sizes = [size] if size > 1 or last == 0 else [_smallest(planned + 1, centre)]
    sizes += [_smallest(largest + 1, centre)] if largest is not None and size <= last <= largest else []
    for n in sizes:
        offset = 0 if centre is None else n // 2 - centre
        if first + offset >= 0 and last + offset < n:
            return Axis(n, offset)
        if abs(offset) <= 1 and last < n:
            return Axis(n, 0)
    outside = last if last + offset >= n else first
    found = f"{name} {outside} with the centre at {n // 2 - offset}"
    raise DataError(path, found, f"a line within the {n} of its header")


def _smallest(count: int, centre: int | None) -> int:
    """Return the smallest even size, or `count` itself, for which `count` lines have their centre at n // 2."""
    if centre is None or centre in (count // 2, count // 2 - 1):
        return count
    return 2 * max(centre, count - centre)


def assemble(path: Path, readouts: Sequence[Readout], width: int, y: Axis, z: Axis | None) -> Raw:
    """Return the grid (…, C, Y, X), or (…, C, Z, Y, X) if there is a `z`, with every readout in its place.

    Each sample that was acquired more than once is averaged. Slices are in the order of their counters, unless their
    positions show that this is only the order of acquisition; then they are sorted along their normal.
    """
    coils = {len(r.samples) for r in readouts}
    if len(coils) > 1 or 0 in coils:
        wanted = f"all of {len(readouts[0].samples) or 'some'}"
        raise DataError(path, f"readouts of {sorted(coils)} coils", wanted)
    depth = z.size if z else 1
    counts = _counts(path, readouts)
    lead, stored = tuple(map(len, counts)), sum(r.samples.size for r in readouts)
    if np.prod([*lead, *coils, depth, y.size, width], dtype=float) > SPARSEST * stored:
        raise DataError(path, f"{stored} samples", f"more, on the grid {(width, y.size, depth)} of its header")
    grid = np.zeros((*lead, *coils, depth, y.size, width), np.complex64)
    averages = np.zeros((*lead, depth, y.size, width), np.float32)
    turned = np.zeros((*lead, depth, y.size), bool)
    index = [{value: i for i, value in enumerate(values)} for values in counts]
    for r in readouts:
        cell = tuple(index[axis][value] for axis, value in enumerate(r.cell))
        samples, first = _place(path, r, width)
        row, partition = r.steps[0] + y.offset, r.steps[1] + z.offset if z else 0
        inside = slice(first, first + samples.shape[1])
        grid[cell][:, partition, row, inside] += samples
        averages[cell][partition, row, inside] += 1
        turned[cell][partition, row] |= r.turned
    grid /= np.maximum(averages, 1)[..., None, :, :, :]
    order, geometry = _geometry(readouts, counts[-1])
    if not np.array_equal(order, np.arange(len(order))):
        grid, averages = grid.take(order, axis=len(lead) - 1), averages.take(order, axis=len(lead) - 1)
        turned = turned.take(order, axis=len(lead) - 1)
    lead = tuple(n for n in lead if n > 1)
    shape = grid.shape[len(counts) :]
    grid, averages = grid.reshape(lead + shape), averages.reshape(lead + shape[1:])
    turned = turned.reshape(lead + shape[1:-1])
    if z is None:
        grid, averages, turned = grid[..., 0, :, :], averages[..., 0, :, :], turned[..., 0, :]
    marked = turned if turned.any() else None
    return Raw(grid, z is not None, averages=averages, turned=marked, geometry=geometry)


def _counts(path: Path, readouts: Sequence[Readout]) -> list[list[int]]:
    """Return the values of each leading counter; raise DataError unless there are lines for each combination."""
    counts = [sorted({r.cell[axis] for r in readouts}) for axis in range(len(LEADING))]
    lead, cells = tuple(map(len, counts)), len({r.cell for r in readouts})
    if cells < np.prod(lead, dtype=float):
        raise DataError(
            path,
            f"lines for {cells} of the {' × '.join(map(str, lead))} images counted by {', '.join(LEADING)}",
            "lines for each of them: was the scan stopped?",
        )
    return counts


def _place(path: Path, readout: Readout, width: int) -> tuple[np.ndarray, int]:
    """Return the samples from left to right, and the index of their first one on a grid of `width`."""
    samples, centre, (before, after) = readout.samples, readout.centre, readout.discard
    if readout.turned:
        samples, centre, before, after = samples[:, ::-1], samples.shape[1] - 1 - centre, after, before
    samples, centre = samples[:, before : samples.shape[1] - after], centre - before
    count = samples.shape[1]
    first = width // 2 - centre
    # A complete readout fills the grid. Its centre is often 0 in files or, if it is reversed, that of the others.
    if count == width and (readout.centre == 0 or abs(centre - width // 2) <= 1):
        first = 0
    # So is the centre of a reversed partial readout, which would then miss its end of the grid by one sample.
    elif readout.turned and (first + count == width + 1 or (first == 1 and first + count < width)):
        first -= 1
    if count == 0 or first < 0 or first + count > width:
        found = f"a readout of {count} samples with the centre at sample {centre}"
        raise DataError(path, found, f"one that fits the {width} of its header, whose centre is {width // 2}")
    return samples, first


def _geometry(readouts: Sequence[Readout], slices: list[int]) -> tuple[np.ndarray, Geometry | None]:
    """Return the order of the slices along their normal, and their geometry if all are known and parallel, or None."""
    order = np.arange(len(slices))
    first = {r.cell[-1]: r for r in reversed(readouts)}
    places, directions = ([getattr(first[s], name) for s in slices] for name in ("place", "directions"))
    if any(value is None for value in places + directions):
        return order, None
    axes = np.asarray(directions, float)
    rigid = np.allclose(axes[0] @ axes[0].T, np.eye(3), atol=1e-3)
    if not rigid or not np.allclose(axes, axes[0], atol=1e-3):
        return order, None
    centres = np.asarray(places, float)
    heights = centres @ axes[0][2]
    steps = np.diff(heights)
    if len(slices) > 1 and not ((steps > 0).all() or (steps < 0).all()):
        if len(np.unique(heights.round(3))) < len(heights):  # equal positions are not valid
            return order, None
        order = np.argsort(heights)
    return order, Geometry(axes[0], centres[order])
