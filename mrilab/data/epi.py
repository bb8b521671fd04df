"""The Nyquist ghost of echo-planar imaging: lines that were acquired from right to left differ from the others.

A delay between gradient and receiver, and eddy currents, shift the lines of one direction relative to the others and
change their phase. Along the readout of the image, both are a phase c + s·x. Without correction it causes a second
image, half a field of view away.
"""

import warnings
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..arrays.libraries import Array, to_numpy
from ..operators.fourier import FFT
from .grid import Readout
from .raw import Raw
from .scan import Scan


def correct_epi(scan: Scan, reference: Scan, turned: Array | None = None) -> Scan:
    """Return an EPI scan whose lines of both directions agree: all from left to right, with one phase.

    A reference scan without phase encoding acquires the same line P(x) repeatedly, in alternating directions. With P₋ a
    line from right to left, P₊ its neighbours, and a sum over pairs and coils, a constant c and a slope s are fitted to
    the phase

        c + s·x ≈ ∠ Σ P₊(x) P₋(x)*,

    weighted by the squared magnitude. Each line from right to left is then multiplied by exp(i(c + s·x)) in the image
    along the readout. Neighbours on both sides are used, so a phase that drifts from line to line cancels.

    Parameters
    ----------
    scan : Scan
        The scan to correct, (…, C, H, W).
    reference : Scan
        The same sequence without phase encoding, (C, H', W) with H' ≥ 2, or (…, C, H', W) to correct each image by its
        own phase.
    turned : bool array (H,), optional
        The lines that were acquired, and are stored, from right to left. By default those that the file marks, which
        are already reversed; if it marks none, every other line, if the reference agrees with that.

    Raises
    ------
    ValueError
        For a reference of another width or number of coils, for a `turned` that does not fit, and if neither the file
        nor the reference shows which lines are turned.

    References
    ----------
    Bruder et al., Image reconstruction for echo planar imaging with nonequidistant k-space sampling, Magn. Reson. Med.
    23 (1992).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> line = np.zeros((1, 1, 16), complex)
    >>> line[..., 4:11] = rng.standard_normal(7) + 2
    >>> y = FFT((16,))(np.repeat(line, 8, axis=1)).astype(np.complex64)
    >>> delayed = y.copy()
    >>> delayed[:, 1::2] = FFT((16,))(line * np.exp(-0.2j * (np.arange(16) - 8)))[..., ::-1]
    >>> bool(np.allclose(correct_epi(Scan(delayed), Scan(delayed)).kspace, y, atol=1e-5))
    True
    """
    lead, coils, width = scan.kspace.shape[:-3], scan.kspace.shape[-3], scan.kspace.shape[-1]
    if reference.kspace.shape[-3] != coils or reference.kspace.shape[-1] != width or reference.kspace.shape[-2] < 2:
        raise ValueError(
            f"a reference for a scan {scan.kspace.shape} has {coils} coils, at least 2 lines and {width} samples, got "
            f"{reference.kspace.shape}"
        )
    if reference.kspace.shape[:-3] not in ((), lead):
        raise ValueError(f"one reference, or one for each of {lead} images, got the shape {reference.kspace.shape}")
    lines, back = _left_to_right(scan, turned, reference)
    known, known_back = _left_to_right(reference, turned, reference)
    F = FFT((width,))
    out = np.array(lines, np.complex64)
    for index in np.ndindex(lead):
        own = index if reference.kspace.ndim > 3 else ()
        ramp = _ramp(F.H(known[own]), known_back[own])
        if ramp is None:
            raise ValueError("the reference has no two neighbouring lines of different direction")
        rows = back[index]
        out[index][:, rows] = F(F.H(lines[index][:, rows]) * ramp)
    return replace(scan, kspace=out, turned=back)


def with_one_phase(lines: Sequence[Readout], references: Sequence[Readout]) -> tuple[list[Readout], bool]:
    """Return the readouts of a file corrected by its own phase-correction lines, and whether all of EPI's are.

    As `correct_epi`, for each image with lines of both directions. Its reference are the phase-correction lines of the
    same counters, or else of the same slice, that are as long, in the order of acquisition. An image whose
    phase-correction lines do not have both directions stays as it is.
    """
    both = {r.cell for r in lines if r.turned} & {r.cell for r in lines if not r.turned}
    alike: dict[tuple, list[Readout]] = defaultdict(list)
    for r in references:
        alike[r.cell, r.samples.shape].append(r)
        alike[r.cell[-1], r.samples.shape].append(r)
    ramps: dict[tuple, np.ndarray | None] = {}
    out = []
    for r in lines:
        if r.turned and r.cell in both:
            key, of_slice = (r.cell, r.samples.shape), (r.cell[-1], r.samples.shape)
            if key not in ramps:
                own = alike.get(key) or alike.get(of_slice) or []
                profiles = [_profiles(other) for other in own]
                ramps[key] = _ramp(np.stack(profiles, axis=1), np.array([o.turned for o in own])) if own else None
            if (ramp := ramps[key]) is not None:
                r = replace(r, samples=FFT(ramp.shape)(_profiles(r) * ramp)[:, ::-1])
        out.append(r)
    return out, bool(ramps) and all(ramp is not None for ramp in ramps.values())


def _profiles(readout: Readout) -> np.ndarray:
    """Return the image of each coil along a readout, whose samples are read from left to right."""
    samples = readout.samples[:, ::-1] if readout.turned else readout.samples
    return FFT(samples.shape[1:]).H(np.array(samples, np.complex64))


def alternates(kspace: np.ndarray) -> bool:
    """Return whether every other line of (C, H, W) is stored from right to left, by the profiles of neighbours.

    The magnitudes of neighbours must agree much better if every other line is reversed: 1 − cos of the angle between
    them must be less than half as large.

    >>> lines = np.zeros((1, 8, 16), np.complex64)
    >>> lines[:, ::2, 8], lines[:, ::2, 9], lines[:, 1::2, 7], lines[:, 1::2, 6] = 2, 1j, 2, 1j
    >>> alternates(lines)
    True
    """
    lines = kspace[:, kspace.any(axis=(0, 2))]
    pairs = lines.shape[1] // 2
    if pairs < 2 or not np.isfinite(lines).all():
        return False
    lines = lines.astype(complex) / max(np.abs(lines.real).max(), np.abs(lines.imag).max())  # no overflow
    F = FFT(lines.shape[-1:])
    there, back = lines[:, : 2 * pairs : 2], lines[:, 1 : 2 * pairs : 2]
    profiles = [abs(F.H(np.ascontiguousarray(part))) for part in (there, back, back[..., ::-1])]

    def apart(a: np.ndarray, b: np.ndarray) -> float:
        return 1 - float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))

    as_stored, turned_round = apart(profiles[0], profiles[1]), apart(profiles[0], profiles[2])
    return turned_round < 0.5 * as_stored


def warn_of_ghost(path: Path, raw: Raw) -> None:
    """Warn of EPI that no phase-correction lines of the file have corrected: neighbours have different directions."""
    if raw.one_phase:
        return
    if raw.turned is not None and raw.averages is not None:
        turned, there = (a.reshape(-1, a.shape[-1]) for a in (raw.turned, raw.averages.any(axis=-1)))
        differ = [row[sampled][1:] != row[sampled][:-1] for row, sampled in zip(turned, there)]
        mixed = float(np.concatenate(differ).mean()) > 0.5 if sum(map(len, differ)) else False
    else:
        mixed = not raw.volume and alternates(raw.kspace[(0,) * (raw.kspace.ndim - 3)])
    if mixed or raw.epi:
        text = f"{path}: lines of both readout directions make one image, as in EPI, which will have a Nyquist ghost: "
        warnings.warn(text + "correct_epi removes it, given a reference scan", stacklevel=3)


def _left_to_right(scan: Scan, turned: Array | None, reference: Scan) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines, all from left to right, and which of them (…, H) were reversed."""
    *lead, _, height, _ = scan.kspace.shape
    if turned is None and scan.turned is not None:
        return scan.kspace, scan.turned
    if turned is None:
        first = reference.kspace[(0,) * (reference.kspace.ndim - 3)]
        if not alternates(first):
            raise ValueError(
                "neither the file nor the profiles of the reference show which lines were acquired from right to left: "
                "give them as turned"
            )
        rows = np.arange(height) % 2 == 1
    else:
        rows = to_numpy(turned)
        if rows.dtype != bool or rows.ndim != 1 or len(rows) < height:
            raise ValueError(f"turned is a bool for each of {height} lines, got {rows.dtype} of shape {rows.shape}")
        rows = rows[:height]
    lines = scan.kspace.copy()
    lines[..., rows, :] = lines[..., rows, ::-1]
    return lines, np.broadcast_to(rows, (*lead, height))


def _ramp(profiles: np.ndarray, back: np.ndarray) -> np.ndarray | None:
    """Return exp(i(c + s·x)), by the phase c + s·x between neighbouring profiles (C, H, W) of the two directions.

    None if there are no such neighbours, or they are zero or not finite.
    """
    if not (back[:-1] != back[1:]).any():
        return None
    pairs = profiles[:, :-1] * profiles[:, 1:].conj()
    pairs = np.where(back[:-1, None], pairs.conj(), pairs)[:, back[:-1] != back[1:]]
    if not (pairs.any() and np.isfinite(pairs).all()):
        return None
    if pairs.shape[1] > 1 and pairs.shape[1] % 2:
        pairs = pairs[:, :-1]  # as many neighbours before as after, so that a drift of the phase cancels
    total = pairs.sum(axis=(0, 1)).astype(complex)
    x = np.arange(len(total)) - len(total) // 2
    slope = float(np.angle((total[1:] * total[:-1].conj()).sum()))
    constant = float(np.angle((total * np.exp(-1j * slope * x)).sum()))
    rest = np.angle(total * np.exp(-1j * (constant + slope * x)))  # small, so it is fitted without unwrapping
    more = np.polynomial.polynomial.polyfit(x, rest, 1, w=abs(total))
    return np.exp(1j * (constant + more[0] + (slope + more[1]) * x)).astype(np.complex64)
