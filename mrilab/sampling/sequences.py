"""Pulse sequences of Cartesian lines: when pulses, gradients and samples come, and the path of k that follows."""

from typing import NamedTuple

import numpy as np

from ..arrays.checks import check_positive, whole
from .hardware import GAMMA

KINDS = ("gradient", "spin")
PULSE, RAMP, GAP = 30, 5, 5  # steps: an RF pulse, the rise of a gradient, a pause


class Diagram(NamedTuple):
    """The repetition of one line. Times are whole steps of the dwell time; gradients are straight between corners.

    Attributes
    ----------
    kind : str
        "gradient" for a gradient echo, "spin" for a spin echo.
    samples : int
        W, the points of the line.
    unit : float
        mT/m that move k by one cycle per pixel in one step: 1000 / (γ/2π · dwell · pixel size).
    excitation, refocusing : int
        The centres of the pulses; `refocusing` is −1 for a gradient echo.
    first, echo, end : int
        When the first sample and that at kx = 0 are taken, and when all gradients are over. Sample j of W is taken at
        `first` + j. Until the next excitation nothing more happens.
    read, phase : array (points, 2)
        Corners of Gx, and of Gy for a line at ky = 1 cycle per pixel: time and amplitude in mT/m.
    """

    kind: str
    samples: int
    unit: float
    excitation: int
    refocusing: int
    first: int
    echo: int
    end: int
    read: np.ndarray
    phase: np.ndarray


def cartesian_diagram(kind: str, samples: int, pixel_size: float, dwell: float) -> Diagram:
    """Return the pulses and gradients of a Cartesian line: a gradient echo or a spin echo.

    The readout moves k by Δk = γ/2π · G · dwell = 1/FOV from sample to sample. Before it one lobe of Gx goes to the
    edge, kx = −W/2 · Δk, and one of Gy to the line. In a spin echo both come before the 180° pulse, which turns k to
    −k, so they have the opposite sign; the pulse stands half way between the excitation and kx = 0, when spins of every
    frequency are in phase again.

    Parameters
    ----------
    kind : {"gradient", "spin"}
        The echo.
    samples : int
        W, even and at least 8.
    pixel_size, dwell : float
        In m, and in s from sample to sample.

    Raises
    ------
    TypeError, ValueError
        For another kind, an odd number of samples or fewer than 8, and sizes or times that are not positive.

    References
    ----------
    Hahn, Spin echoes, Phys. Rev. 80 (1950); Edelstein et al., Spin warp NMR imaging and applications to human
    whole-body imaging, Phys. Med. Biol. 25 (1980).

    Examples
    --------
    >>> diagram = cartesian_diagram("gradient", 64, pixel_size=4e-3, dwell=2e-5)
    >>> k = path(diagram, 0.125)  # (k_y, k_x)
    >>> k[diagram.first].round(6).tolist(), k[diagram.echo].round(6).tolist()
    ([0.125, -0.5], [0.125, 0.0])
    """
    if kind not in KINDS:
        raise ValueError(f"the kind of a diagram is one of {', '.join(map(repr, KINDS))}, got {kind!r}")
    if whole("samples", samples, 8) % 2:
        raise ValueError(f"samples must be even, got {samples}")
    unit = 1e3 / (GAMMA * check_positive("dwell", dwell) * check_positive("pixel_size", pixel_size))
    half, excitation, begin = samples // 2, PULSE // 2, PULSE + GAP
    duration = half + 3 * RAMP  # of the lobes, which makes that along x about as strong as the readout
    if kind == "spin":
        refocusing = begin + duration + GAP + PULSE // 2
        echo, sign = 2 * refocusing - excitation, -1
    else:
        refocusing, echo, sign = -1, begin + duration + RAMP + half, 1
    first = echo - half
    lobe = _trapezoid(begin, duration, sign * unit / (duration - RAMP))  # to k = 1, or −1 before a 180° pulse
    readout = _trapezoid(first - RAMP, samples + 2 * RAMP, unit / samples)
    back = lobe * [1, -(half + RAMP / 2) / samples]  # to kx = −½, together with the rise of the readout
    read = np.concatenate([back, readout])
    return Diagram(kind, samples, unit, excitation, refocusing, first, echo, first + samples + RAMP, read, lobe)


def _trapezoid(start: int, duration: int, height: float) -> np.ndarray:
    """Return the corners of a gradient that rises, stays and falls."""
    times = [start, start + RAMP, start + duration - RAMP, start + duration]
    return np.stack([times, [0.0, height, height, 0.0]], axis=1)


def waveforms(diagram: Diagram, ky: float) -> np.ndarray:
    """Return the gradients (Gy, Gx) in mT/m at each step, (end + 1, 2), of the line at `ky` in cycles per pixel.

    >>> G = waveforms(cartesian_diagram("spin", 64, pixel_size=4e-3, dwell=2e-5), -0.5)
    >>> G.shape, G.max(axis=0).round(1).tolist()
    ((227, 2), [3.5, 4.6])
    """
    t = np.arange(diagram.end + 1)
    return np.stack([ky * np.interp(t, *diagram.phase.T), np.interp(t, *diagram.read.T)], axis=-1)


def path(diagram: Diagram, ky: float) -> np.ndarray:
    """Return the path (k_y, k_x) in cycles per pixel at each step, (end + 1, 2), of the line at `ky`.

    It is the integral of γ/2π · G since the excitation, and 0 before. The 180° pulse turns k to −k.
    """
    G = waveforms(diagram, ky)
    k = np.zeros_like(G)
    k[1:] = np.cumsum((G[1:] + G[:-1]) / 2, axis=0) / diagram.unit  # exact: corners stand at whole steps
    if diagram.refocusing >= 0:
        k[diagram.refocusing :] -= 2 * k[diagram.refocusing]
    return k
