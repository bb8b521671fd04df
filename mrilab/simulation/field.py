"""Effects of an inhomogeneous field on a scan: phase, decay, and shifts along the readout."""

import numpy as np

from ..arrays.checks import check_positive, check_values, within
from ..arrays.libraries import Array
from .atlas import load_atlas, positions

HERTZ = 42.577e6  # per tesla, of protons
AIR = 9.4e-6  # susceptibility of air minus that of tissue
SCALP = 12.0  # mm from the surface of the brain to the air
VOXEL = 4.0  # mm, of the grid on which the field is computed


def field_map(shape: tuple[int, int], *, height: float = 0.0, tesla: float = 3.0, seed: int = 0) -> np.ndarray:
    """Return the off-resonance in Hz in an axial slice, caused by air around and inside the head, float32 (H, W).

    A susceptibility χ causes the field B₀ (⅓ − k_z²/|k|²) χ(k), with B₀ upwards. χ is that of tissue within 12 mm of
    the brain of the atlas, and that of air elsewhere; the neck continues below. The sinuses are a ball of air of random
    radius (12 to 18 mm) and position, about 45 mm in front of the origin and 35 mm below. The shim removes the mean and
    the slopes over the slice. The atlas is neither tilted nor deformed, so the field fits `brain` and `colin` roughly.

    Parameters
    ----------
    shape : (int, int)
        The grid of the image, as in `brain`.
    height : float
        Height of the slice in MNI mm.
    tesla : float
        B₀ in tesla.
    seed : int
        Seed of radius and position of the sinuses.

    References
    ----------
    Marques and Bowtell, Application of a Fourier-based method for rapid calculation of field inhomogeneity due to
    spatial variation of magnetic susceptibility, Concepts Magn. Reson. B 25 (2005).

    Examples
    --------
    >>> field = field_map((64, 64), height=-10.0)
    >>> field.shape, field.dtype, bool(20 < abs(field).max() < 2000)
    ((64, 64), dtype('float32'), True)
    """
    (field,), (inside,) = _fields(shape, [height], tesla, seed)
    return _shimmed(field, inside).astype(np.float32)


def r2prime_map(
    shape: tuple[int, int], *, height: float = 0.0, thickness: float = 4.0, tesla: float = 3.0, seed: int = 0
) -> np.ndarray:
    """Return the rate R₂′ = π |Δf| in 1/s at which spins in a thick slice get out of phase, float32 (H, W).

    Δf is the difference of the field of `field_map` between the two faces of the slice, without its mean and slopes, as
    the shim leaves it. If the frequencies in a voxel had a Lorentzian distribution with this full width at half
    maximum, its signal after the echo time TE would be smaller by exp(−TE R₂′). Give `simulate` R₂* = R₂ + R₂′ as its
    `r2star`. Differences of the field within the plane are in the simulation already, if its grid is finer.

    Parameters
    ----------
    shape, height, tesla, seed
        As in `field_map`.
    thickness : float
        Thickness of the slice in mm, above 0.

    References
    ----------
    Yablonskiy and Haacke, Theory of NMR signal behavior in magnetically inhomogeneous tissues: the static dephasing
    regime, Magn. Reson. Med. 32 (1994); Fernández-Seara and Wehrli, Postprocessing technique to correct for background
    gradients in image-based R2* measurements, Magn. Reson. Med. 44 (2000).

    Examples
    --------
    >>> from mrilab import simulate
    >>> grid, low = (64, 64), {"height": -20.0}
    >>> decay = r2prime_map(grid, **low)
    >>> image, field, TE = np.ones(grid), field_map(grid, **low), 0.03
    >>> y = simulate(image, np.ones((1, *grid)), grid, field=field, r2star=decay + 1 / 0.08, echo_time=TE)
    >>> decay.shape, decay.dtype, bool(decay.min() >= 0)
    ((64, 64), dtype('float32'), True)
    """
    check_positive("thickness", thickness)
    faces = [height - thickness / 2, height, height + thickness / 2]
    (low, _, high), (_, inside, _) = _fields(shape, faces, tesla, seed)
    return (np.pi * np.abs(_shimmed(high - low, inside))).astype(np.float32)


def _fields(shape: tuple[int, int], heights: list[float], tesla: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the field in Hz before the shim, and where tissue is, in slices at some heights: (heights, H, W) each."""
    from scipy.ndimage import map_coordinates

    within("tesla", tesla, 0)
    rows, columns = positions(shape)
    tissue, corner = _head(np.random.default_rng(seed))
    points = np.stack(np.meshgrid(columns, -17.0 - rows, heights, indexing="ij")).transpose(0, 3, 2, 1)
    where = (points - corner[:, None, None, None]) / VOXEL
    field = map_coordinates(-AIR * HERTZ * tesla * _dipole(tissue), where, order=1, mode="nearest")
    return field, map_coordinates(tissue, where, order=1) > 0.5


def _shimmed(field: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return the field of a slice without the mean and the slopes that it has inside."""
    y, x = np.indices(field.shape)
    slopes = np.stack([np.ones(field.shape), x, y], -1)
    if inside.sum() <= 3:
        return field
    return field - slopes @ np.linalg.lstsq(slopes[inside], field[inside], rcond=None)[0]


def _head(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return 1 in tissue and 0 in air, float32 (X, Y, Z), with a margin of air, and the MNI mm of its first voxel."""
    atlas = load_atlas()
    depth = atlas.depth[::2, ::2, ::2]  # spline coefficients, which are close to the depth, because it is smooth
    margin = 24
    tissue = np.pad(np.clip(0.5 + (SCALP - depth) / VOXEL, 0, 1), margin, mode="edge")
    for axis in (0, 1):
        tissue[(slice(None),) * axis + (slice(0, margin),)] = tissue[
            (slice(None),) * axis + (slice(-margin, None),)
        ] = 0
    tissue[:, :, -margin:] = 0
    corner = atlas.origin - margin * VOXEL
    grid = np.meshgrid(*(c + VOXEL * np.arange(n) for c, n in zip(corner, tissue.shape)), indexing="ij", sparse=True)
    centre = np.array([0.0, 45.0, -35.0]) + rng.uniform(-4, 4, 3)
    tissue[sum((g - c) ** 2 for g, c in zip(grid, centre)) < rng.uniform(12, 18) ** 2] = 0
    return tissue, corner


def _dipole(tissue: np.ndarray) -> np.ndarray:
    """Return the field of this susceptibility in units of B₀, with circular boundaries."""
    from scipy.fft import fftn, ifftn

    k = np.meshgrid(*map(np.fft.fftfreq, tissue.shape), indexing="ij", sparse=True)
    squared = k[0] ** 2 + k[1] ** 2 + k[2] ** 2
    squared[0, 0, 0] = 1
    kernel = 1 / 3 - k[2] ** 2 / squared
    kernel[0, 0, 0] = 0
    return ifftn(kernel * fftn(tissue)).real


def check_rate(
    field: Array | None, r2star: Array | float, echo_time: float, readout_time: float, shape: tuple[int, ...]
) -> np.ndarray | None:
    """Return 2πi f − R₂* in 1/s, complex64, or None if both are zero; raise ValueError for invalid arguments."""
    within("echo_time", echo_time, 0)
    within("readout_time", readout_time, 0)
    if field is None and np.ndim(r2star) == 0 and r2star == 0:
        return None
    field = np.zeros(shape) if field is None else check_values(field, "the field", "H, W", real=True)
    decay = check_values(np.asarray(r2star) if np.isscalar(r2star) else r2star, "r2star", real=True)
    for name, array in (("field", field), ("r2star", decay)):
        if array.shape not in (shape, ()):
            raise ValueError(f"a {name} of shape {array.shape} does not fit an image of shape {shape}")
    if (decay < 0).any():
        raise ValueError(f"r2star must be 0 or more, got {decay.min()}")
    return (2j * np.pi * field - decay).astype(np.complex64)


def column_by_column(
    image: np.ndarray, smaps: np.ndarray, rate: np.ndarray, echo_time: float, readout_time: float, out: np.ndarray
) -> None:
    """Write the k-space to `out` (C, H, W), whose columns are measured one after another, by a sum for each column."""
    from scipy.fft import fft

    fine_h, fine_w = image.shape
    height, width = out.shape[1:]
    x = np.arange(fine_w) - fine_w // 2
    kept = np.arange(height) - height // 2
    for column in range(width):
        k = column - width // 2
        time = echo_time + readout_time * k / width
        turned = image * np.exp(rate * time - 2j * np.pi * k * x / fine_w).astype(np.complex64)
        lines = np.einsum("chw,hw->ch", smaps, turned) / np.sqrt(fine_w)
        out[:, :, column] = fft(np.roll(lines, -(fine_h // 2), 1), axis=1, norm="ortho")[:, kept]


def cropped_fft(image: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return the centred, orthonormal transform, cropped to `shape` around DC after each axis to save work."""
    from scipy.fft import fft

    for axis in (1, 0):
        size, wanted = image.shape[axis], shape[axis]
        line = fft(np.roll(image, -(size // 2), axis), axis=axis, norm="ortho", workers=-1)
        # DC comes first, then the frequencies 1, 2, …, and the negative ones last.
        image = np.take(line, np.arange(wanted) - wanted // 2, axis=axis)
    return image
