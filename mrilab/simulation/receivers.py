"""Coil sensitivities, simulated with the law of Biot and Savart for loops around the head of `phantoms.brain`."""

import numpy as np

from ..arrays.checks import whole
from .atlas import pixel_size, positions

CYLINDER = 125.0  # mm, radius on which the loops lie
RING = 8  # largest number of coils in a ring
LOOP = 40.0  # mm, radius of a coil
WIRE = 10.0  # mm, thickness of a wire, which keeps the field finite where it crosses the slice
SEGMENTS = 32  # straight segments of a loop
KNOT = 3.0  # mm, distance of the points where the field is computed; splines interpolate between them


def simulate_smaps(n_coils: int, shape: tuple[int, int], *, seed: int | None = None, raw: bool = True) -> np.ndarray:
    """Return the receive sensitivities S_c ∝ B_x − iB_y of loops around the head, complex64 (C, H, W).

    B is the field of loop c with unit current, by the law of Biot and Savart: B(r) = Σ dl × (r − l) / |r − l|³ over its
    segments. Loops of radius 40 mm form rings of up to 8 on a cylinder of radius 125 mm; with an even number of rings,
    the slice lies midway between the two central ones. The pixels are those of `phantoms.brain`, with a field of view
    of 236 mm. A seed rotates and shifts the array at random, like heads in different positions; without a seed (None)
    it is always the same.

    The fields are those of a scanner, scaled to rss(S) = √(Σ_c |S_c|²) = 1 at the middle pixel, (H // 2, W // 2). A
    scan by them is shaded: brighter near the loops. A reconstruction uses S / rss(S), the normalised maps, which
    `raw=False` returns. It shows rss(S)·m instead of the image m, so rss(S)·m is the reference to compare it with.

    Raises TypeError or ValueError unless n_coils is a whole number above 0 and `shape` a pair of them.

    References
    ----------
    Roemer et al., The NMR phased array, Magn. Reson. Med. 16 (1990).

    Examples
    --------
    >>> fields = simulate_smaps(8, (32, 32))
    >>> shading = np.sqrt((abs(fields) ** 2).sum(0))
    >>> round(float(shading[16, 16]), 4), bool(shading.max() > 2)
    (1.0, True)
    >>> maps = simulate_smaps(8, (32, 32), raw=False)
    >>> maps.shape, bool(np.allclose(maps, fields / shading, atol=1e-5))
    ((8, 32, 32), True)
    """
    n_coils = whole("the number of coils", n_coils, 1)
    from scipy.interpolate import RectBivariateSpline

    rows, columns = positions(shape)
    knots = [_knots(pixel_size(shape) * n) for n in shape]
    smaps = np.empty((n_coils, *shape), dtype=np.complex64)
    power = np.zeros(shape, dtype=np.float32)
    for smap, loop in zip(smaps, loops(n_coils, seed)):
        field = transverse_field(loop, -knots[0][:, None], knots[1])
        smap.real = RectBivariateSpline(*knots, field.real)(rows, columns)
        smap.imag = RectBivariateSpline(*knots, field.imag)(rows, columns)
        power += smap.real**2 + smap.imag**2
    np.sqrt(power, out=power)
    for smap in smaps:
        smap /= power[shape[0] // 2, shape[1] // 2] if raw else power
    return smaps


def loops(n_coils: int, seed: int | None) -> list[np.ndarray]:
    """Return the corners of each loop in mm, (SEGMENTS + 1, 3), the last equal to the first."""
    n_rings = -(-n_coils // RING)
    turn, shift = 0.0, np.zeros(3)
    if seed is not None:
        rng = np.random.default_rng(seed)
        turn, shift = rng.uniform(0, 2 * np.pi), rng.uniform(-5, 5, 3)
    around = np.linspace(0, 2 * np.pi, SEGMENTS + 1)
    loops = []
    for ring, coils in enumerate(np.array_split(np.arange(n_coils), n_rings)):
        height = 1.2 * LOOP * (ring - (n_rings - 1) / 2)
        for coil in range(len(coils)):
            # Every second ring is rotated by half a coil.
            angle = turn + 2 * np.pi * (coil + ring % 2 / 2) / len(coils)
            outward, along = np.array([np.cos(angle), np.sin(angle), 0]), np.array([-np.sin(angle), np.cos(angle), 0])
            centre = CYLINDER * outward + [0, 0, height] + shift
            loops.append(centre + LOOP * np.stack([np.cos(around), np.sin(around)], 1) @ np.stack([along, [0, 0, 1]]))
    return loops


def transverse_field(loop: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return B_x − iB_y in the plane z = 0, complex128, up to a factor."""
    field = np.zeros(np.broadcast_shapes(y.shape, x.shape), dtype=complex)
    for (lx, ly, lz), (dx, dy, dz) in zip((loop[1:] + loop[:-1]) / 2, np.diff(loop, axis=0)):
        rx, ry, rz = x - lx, y - ly, -lz
        distance2 = rx**2 + ry**2 + (rz**2 + WIRE**2)
        field += (dy * rz - dz * ry - 1j * (dz * rx - dx * rz)) / (distance2 * np.sqrt(distance2))
    return field


def _knots(length: float) -> np.ndarray:
    """Return the positions along an axis of this length in mm where the fields are computed."""
    return np.linspace(-length / 2, length / 2, int(np.ceil(length / KNOT)) + 1)
