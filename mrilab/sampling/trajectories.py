"""Non-Cartesian trajectories: the paths of a scan through k-space, and their acceleration.

A trajectory is a float32 array of shape (shots, samples, d) in cycles per pixel, within [-½, ½], the last axis in the
order of the image's axes, (y, x) or (z, y, x). Every shot reaches |k| = ½ and visits DC: at sample samples // 2 if it
runs in and out (`in_out`), else at its first sample.
"""

from math import pi, sqrt

import numpy as np

from ..arrays.checks import check_positive, check_shape, check_shots, whole, within
from ..arrays.libraries import Array
from ..operators.nufft import import_mrinufft

GOLDEN = (sqrt(5) - 1) / 2


def radial(shots: int, samples: int, *, golden: bool = False, in_out: bool = True) -> np.ndarray:
    """Return straight spokes through DC (or from DC outwards: `in_out=False`), at equal or golden angles.

    Spoke i lies at the angle iπ/shots from the x axis, or, if `golden`, at iπ(√5 − 1)/2 = i · 111.25°, which covers
    k-space nearly evenly after any number of spokes; for centre-out spokes the angles are twice as large. Sample j of S
    lies at k = ½(j − S//2)/(S//2): if S is odd, both ends have |k| = ½; if S is even, the last sample lies one step
    short of ½, as on a Cartesian line. Returns float32 (shots, samples, 2). Raises TypeError or ValueError unless
    shots ≥ 1 and samples ≥ 2.

    References
    ----------
    Lauterbur, Image formation by induced local interactions, Nature 242 (1973); golden angle: Winkelmann et al., An
    optimal radial profile order based on the golden ratio for time-resolved MRI, IEEE Trans. Med. Imaging 26 (2007).

    Examples
    --------
    >>> radial(2, 5)[0, :, 1]
    array([-0.5 , -0.25,  0.  ,  0.25,  0.5 ], dtype=float32)
    """
    return _turned(shots, samples, 0.0, golden, in_out)


def spiral(shots: int, samples: int, *, turns: float = 8.0, golden: bool = False, in_out: bool = True) -> np.ndarray:
    """Return interleaved Archimedean spirals at constant speed: |k| = ½u at the angle 2π · turns · u, 0 ≤ u ≤ 1.

    Each shot runs in along one arm and out along the opposite one (or from DC outwards: `in_out=False`), with `turns`
    revolutions between DC and the edge; turns = 0 gives spokes. Neighbouring samples lie at most 1/n apart, as a grid
    of n pixels requires, if samples is at least about π · n · turns (half as many from DC outwards). Angles, result and
    errors as in `radial`; turns ≥ 0.

    References
    ----------
    Ahn, Kim and Cho, High-speed spiral-scan echo planar NMR imaging, IEEE Trans. Med. Imaging 5 (1986).

    Examples
    --------
    >>> k = spiral(4, 101, turns=2)
    >>> k.shape, float(abs(k).max()), abs(k[:, 50]).max()
    ((4, 101, 2), 0.5, np.float32(0.0))
    """
    return _turned(shots, samples, _turns(turns), golden, in_out)


def _turned(shots, samples, turns, golden, in_out):
    shots, samples = whole("shots", shots, 1), whole("samples", samples, 2)
    u = np.linspace(0, 1, 20 * samples + 1)
    speed = np.sqrt(1 + (2 * pi * turns * u) ** 2)
    path = np.concatenate([[0], np.cumsum(speed[1:] + speed[:-1])])
    j = np.arange(samples)
    t = (j - samples // 2) / (samples // 2) if in_out else j / (samples - 1)
    radius = np.interp(abs(t), path / path[-1], u)
    tilt = (pi if in_out else 2 * pi) * (GOLDEN if golden else 1 / shots)
    k = 0.5 * np.sign(t) * radius * np.exp(2j * pi * turns * radius + 1j * tilt * np.arange(shots)[:, None])
    return np.stack([k.imag, k.real], axis=-1).astype(np.float32)


def cones(shots: int, samples: int, *, turns: float = 5.0) -> np.ndarray:
    """Return 3-D cones from DC outwards: spirals on cones whose axes are spread over the sphere by golden angles.

    turns = 0 gives straight 3-D spokes. Computed by `initialize_3D_cones` of mri-nufft. Returns float32 (shots,
    samples, 3). Raises TypeError or ValueError unless shots ≥ 1, samples ≥ 2 and turns ≥ 0, and ImportError if
    mri-nufft is missing.

    References
    ----------
    Irarrazabal and Nishimura, Fast three dimensional magnetic resonance imaging, Magn. Reson. Med. 33 (1995).

    Examples
    --------
    >>> cones(8, 64).shape
    (8, 64, 3)
    """
    shots, samples, turns = whole("shots", shots, 1), whole("samples", samples, 2), _turns(turns)
    make = import_mrinufft().initialize_3D_cones
    return _to_zyx(make(shots, samples, nb_zigzags=turns) if turns else make(shots, samples, width=0))


def seiffert(shots: int, samples: int, *, turns: float = 1.0) -> np.ndarray:
    """Return Seiffert spirals from DC outwards: 3-D curves that fill the ball of k-space, rotated by golden angles.

    `turns` is the number of revolutions of a shot around the sphere; |k| grows as the square root of time. Computed by
    `initialize_3D_seiffert_spiral` of mri-nufft. Returns float32 (shots, samples, 3). Errors as in `cones`; turns > 0.

    References
    ----------
    Speidel, Metze and Rasche, Efficient 3D low-discrepancy k-space sampling using highly adaptable Seiffert spirals,
    IEEE Trans. Med. Imaging 38 (2019).

    Examples
    --------
    >>> seiffert(8, 64).shape
    (8, 64, 3)
    """
    shots, samples = whole("shots", shots, 1), whole("samples", samples, 2)
    if not _turns(turns):
        raise ValueError(f"a Seiffert spiral takes turns above 0, got {turns!r}")
    return _to_zyx(import_mrinufft().initialize_3D_seiffert_spiral(shots, samples, nb_revolutions=turns))


def _to_zyx(trajectory):
    return np.clip(trajectory[..., ::-1], -0.5, 0.5).astype(np.float32)


def stack_of(trajectory: Array, slices: int) -> np.ndarray:
    """Return a 2-D trajectory repeated in each of `slices` planes: a stack of stars or of spirals.

    The planes lie on a Cartesian grid along z, k_z = (i − slices // 2)/slices. The acceleration of the stack is that of
    one plane. Returns float32 (slices · shots, samples, 3). Raises TypeError or ValueError unless the trajectory has
    the shape (shots, samples, 2) and slices ≥ 1.

    >>> stack_of(radial(3, 8), 4).shape
    (12, 8, 3)
    """
    plane, slices = check_shots(trajectory, "stack_of", (2,)), whole("slices", slices, 1)
    planes = np.tile(plane, (slices, 1, 1))
    z = np.repeat((np.arange(slices) - slices // 2) / slices, len(plane))
    z = np.broadcast_to(z[:, None, None], (*planes.shape[:2], 1))
    return np.concatenate([z, planes], axis=-1).astype(np.float32)


def nyquist_shots(shape: tuple[int, ...], *, turns: float = 0.0, in_out: bool = True) -> float:
    """Return Nyquist's number of shots, not rounded: with it, the gaps at the edge of k-space are 1/n wide.

    The edge is a circle of length π (in 3-D a sphere of area π). A shot that runs in and out has two ends on it. If a
    path reaches the edge at the angle ψ to the radius, the gap beside it is narrower by cos ψ. With n the longest side
    of the grid and d its number of axes, N = π n^(d−1) cos ψ / ends. For spokes that is the well-known π n / 2; for
    spirals cos ψ = 1/√(1 + (2π · turns)²), and N ≈ n / (4 · turns). In 3-D, turns = 0 is a 3-D radial scan.

    >>> nyquist_shots((256, 256)), nyquist_shots((256, 256), turns=8)
    (402.1238596594935, 7.998417...)
    """
    shape = check_shape(shape, "nyquist_shots", ndims=(2, 3))
    if len(shape) == 3 and turns:
        raise ValueError("nyquist_shots in 3-D takes turns=0; for other trajectories use trajectory_acceleration")
    return pi * max(shape) ** (len(shape) - 1) / (2 if in_out else 1) / sqrt(1 + (2 * pi * _turns(turns)) ** 2)


def shots_for(shape: tuple[int, ...], accel: float, *, turns: float = 0.0, in_out: bool = True) -> int:
    """Return the number of shots for acceleration R: n = round(N/R), N being Nyquist's number, so |n − N/R| ≤ ½.

    Raises ValueError unless 1 ≤ R ≤ N. Other parameters as in `nyquist_shots`.

    >>> shots_for((256, 256), 4), trajectory_acceleration(radial(shots_for((256, 256), 4), 512), (256, 256))
    (101, 3.98...)
    """
    nyquist = nyquist_shots(shape, turns=turns, in_out=in_out)
    return max(1, round(nyquist / within(f"accel on {tuple(shape)}", accel, 1, nyquist)))


def trajectory_acceleration(trajectory: Array, shape: tuple[int, ...]) -> float:
    """Return the acceleration R = N / shots of a trajectory, N being Nyquist's number of shots (`nyquist_shots`).

    The angle ψ at which a shot reaches the edge is measured on its outermost step, and averaged over all shots. For a
    stack, give one plane, trajectory[:shots, :, 1:]. Raises ValueError if a shot does not end at the edge of k-space.

    >>> round(trajectory_acceleration(spiral(2, 1000, turns=8), (256, 256)), 2)
    4.0
    """
    shape = check_shape(shape, "trajectory_acceleration", ndims=(2, 3))
    k = check_shots(trajectory, "trajectory_acceleration", (len(shape),))
    first, last = np.linalg.norm(k[:, 0], axis=-1), np.linalg.norm(k[:, -1], axis=-1)
    edge, inner = np.where((first > last)[:, None, None], k[:, :2], k[:, :-3:-1]).swapaxes(0, 1)
    radius, inner_radius = np.linalg.norm(edge, axis=-1), np.linalg.norm(inner, axis=-1)
    step = radius - inner_radius
    if np.min(radius) < 0.49 or np.min(step) <= 0:
        raise ValueError(f"shots must end at the edge, |k| = ½; one ends at {np.min(radius):.3g} or runs along it")
    chord = np.linalg.norm(edge / radius[:, None] - inner / inner_radius[:, None], axis=-1)
    along = radius * 2 * np.arcsin(np.minimum(chord / 2, 1))
    ends = 1 + np.mean(np.minimum(first, last) > radius - 1.5 * step)
    return float(pi * max(shape) ** (len(shape) - 1) * np.mean(step / np.hypot(step, along)) / ends / len(k))


def _turns(turns):
    return check_positive("turns", turns, or_zero=True)
