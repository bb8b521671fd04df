"""Images to reconstruct: the Shepp-Logan phantom, and a population of brains.

No two brains are equal, but all are deformations of one averaged atlas (see `atlas`), so a network trained on them has
seen only one anatomy. The splits are neighbouring slices of one head. Test it on another one, `colin`, and on real
images too.
"""

import numpy as np

from .atlas import load_atlas, pixel_size, positions
from .fields import smooth_field

# Heights of the slices' centres in MNI mm, from the brain stem to near the top. Each band of 12 mm is divided among the
# splits, with gaps: every split covers the whole anatomy, but no centre lies at a height of another split. Slices are
# tilted by a few degrees, so away from their centres they extend into neighbouring bands.
SPLITS = {
    name: tuple((base + low, base + high) for base in range(-18, 54, 12))
    for name, low, high in (("train", 0.0, 7.0), ("validation", 7.5, 9.25), ("test", 9.75, 11.5))
}

# T1 in s, T2 in s, proton density, at 3 T. Relaxation times of brain: Wansapura et al., J. Magn. Reson. Imaging 9
# (1999); of fat: de Bazelaire et al., Radiology 230 (2004); of muscle, used for skin: Stanisz et al., Magn. Reson. Med.
# 54 (2005). The others are round values. Bone has no signal, and its marrow that of fat.
TISSUES = {
    "grey": (1.33, 0.110, 0.86),
    "white": (0.83, 0.080, 0.77),
    "fluid": (4.00, 1.500, 1.00),
    "fat": (0.38, 0.068, 0.60),
    "skin": (1.41, 0.050, 0.70),
}

# Lowest and highest repetition and echo times of a spin echo, in s.
CONTRASTS = {"T1": ((0.35, 0.60), (0.008, 0.015)), "T2": ((3.5, 6.0), (0.080, 0.110))}

# Modified Shepp-Logan (Toft 1996): intensity, half axes (x, y), centre (x, y), angle in degrees.
ELLIPSES = (
    (1.0, 0.69, 0.92, 0.0, 0.0, 0.0),
    (-0.8, 0.6624, 0.874, 0.0, -0.0184, 0.0),
    (-0.2, 0.11, 0.31, 0.22, 0.0, -18.0),
    (-0.2, 0.16, 0.41, -0.22, 0.0, 18.0),
    (0.1, 0.21, 0.25, 0.0, 0.35, 0.0),
    (0.1, 0.046, 0.046, 0.0, 0.1, 0.0),
    (0.1, 0.046, 0.046, 0.0, -0.1, 0.0),
    (0.1, 0.046, 0.023, -0.08, -0.605, 0.0),
    (0.1, 0.023, 0.023, 0.0, -0.606, 0.0),
    (0.1, 0.023, 0.046, 0.06, -0.605, 0.0),
)


def shepp_logan(shape: tuple[int, int] = (256, 256)) -> np.ndarray:
    """Return the Shepp-Logan head phantom with the contrasts of Toft, scaled to `shape` and to largest magnitude 1.

    It is a sum of ellipses, as complex64 (H, W) with imaginary part 0. Raises as `pixel_size` for an invalid shape.

    References
    ----------
    Shepp and Logan, The Fourier reconstruction of a head section, IEEE Trans. Nucl. Sci. 21 (1974); the contrasts:
    Toft, The Radon transform: theory and implementation, PhD thesis, Technical University of Denmark (1996).

    Examples
    --------
    >>> float(abs(shepp_logan((64, 48))).max())
    1.0
    """
    pixel_size(shape)
    rows, columns = ((np.arange(n) - n // 2) / (n / 2) for n in shape)
    y, x = np.meshgrid(-rows, columns, indexing="ij")
    image = np.zeros(shape)
    for value, half_x, half_y, x0, y0, angle in ELLIPSES:
        turn = np.exp(-1j * np.deg2rad(angle)) * (x - x0 + 1j * (y - y0))
        image[(turn.real / half_x) ** 2 + (turn.imag / half_y) ** 2 <= 1] += value
    return (image / image.max()).astype(np.complex64)


def brain(
    shape: tuple[int, int] = (256, 256), seed: int = 0, *, split: str = "train", contrast: str | None = None
) -> np.ndarray:
    """Return a slice of a random head, with spin-echo contrast S = PD (1 − exp(−TR/T1)) exp(−TE/T2) and smooth phase.

    Complex64 (H, W) with largest magnitude 1, front up, square pixels, and a field of view of 236 mm (see
    `pixel_size`). Height, tilt, size, deformation, layers of the head, relaxation times, TR, TE, texture and phase are
    drawn from `split` and `seed`; "train", "validation" and "test" share neither random numbers nor heights (`SPLITS`).
    The same seed gives the same head at every shape and with both contrasts, "T1" and "T2" (None: random). Pixels are
    samples of a continuous head: for averages over pixels, as in a scan, use a finer shape and `simulate`. All heads
    are deformations of one averaged atlas. Raises ValueError for an unknown split or contrast.

    >>> image = brain((96, 80), seed=3, contrast="T1")
    >>> image.shape, image.dtype, round(float(abs(image).max()), 6)
    ((96, 80), dtype('complex64'), 1.0)
    """
    for name, value, known in (("split", split, SPLITS), ("contrast", contrast, CONTRASTS)):
        if value not in known and (name, value) != ("contrast", None):
            raise ValueError(f"unknown {name} {value!r}: it is one of {', '.join(map(repr, known))}")
    rng = np.random.default_rng([list(SPLITS).index(split), seed])
    fractions = tissue_fractions(rng, _slice(rng, shape, SPLITS[split]))
    grain = 1 + 0.025 * texture(rng, shape)
    phase = smooth_field(rng, shape, 4)
    # The contrast is drawn last, so the head does not depend on it.
    image = np.einsum("t,thw->hw", signals(rng, contrast), fractions) * grain
    return (image / image.max() * np.exp(1j * phase)).astype(np.complex64)


def brain_tissues(shape: tuple[int, int] = (256, 256), seed: int = 0, *, split: str = "train") -> np.ndarray:
    """Return how much of each pixel of `brain` is each tissue, float32 (5, H, W): grey, white, fluid, fat and skin.

    The sum over the tissues is at most 1; bone and air have none. Arguments and errors are those of `brain`.

    >>> fractions = brain_tissues((96, 80), seed=3)
    >>> fractions.shape, bool((fractions.sum(0) <= 1 + 1e-5).all())
    ((5, 96, 80), True)
    """
    if split not in SPLITS:
        raise ValueError(f"unknown split {split!r}: it is one of {', '.join(map(repr, SPLITS))}")
    rng = np.random.default_rng([list(SPLITS).index(split), seed])
    return tissue_fractions(rng, _slice(rng, shape, SPLITS[split]))


def _slice(rng: np.random.Generator, shape: tuple[int, int], bands: tuple) -> np.ndarray:
    """Return the MNI coordinates (3, H, W) in mm of a tilted, scaled and deformed slice."""
    centre = np.array([0.0, -17.0, _height(rng, bands)])
    angles = rng.normal(0, (0.08, 0.05, 0.10)).clip(-0.2, 0.2)
    return plane(rng, shape, centre, angles, rng.uniform(0.97, 1.10, 3))


def plane(
    rng: np.random.Generator, shape: tuple[int, int], centre: np.ndarray, angles: np.ndarray, scale: np.ndarray
) -> np.ndarray:
    """Return the MNI coordinates (3, H, W) in mm of a slightly deformed plane through `centre`.

    An axial plane is rotated by the angles (radians) about x, y and z; a larger scale shows a smaller head.
    """
    rows, columns = positions(shape)
    x = columns + 2.5 * smooth_field(rng, shape, 7)
    y = 2.5 * smooth_field(rng, shape, 7) - rows[:, None]
    matrix = (_rotation(angles) * scale)[:, :2]
    return np.einsum("ij,jhw->ihw", matrix, np.stack([x, y])) + np.reshape(centre, (3, 1, 1))


def _height(rng: np.random.Generator, bands: tuple) -> float:
    """Return a height in mm within one of the bands."""
    return rng.uniform(*bands[rng.integers(len(bands))])


def _rotation(angles: np.ndarray) -> np.ndarray:
    """Return the matrix of a rotation about x, then y, then z."""
    matrix = np.eye(3)
    for angle, i, j in zip(angles, (1, 0, 0), (2, 2, 1)):
        turn = np.eye(3)
        turn[[i, j], [i, j]] = np.cos(angle)
        turn[i, j], turn[j, i] = -np.sin(angle), np.sin(angle)
        matrix = turn @ matrix
    return matrix


def tissue_fractions(rng: np.random.Generator, points: np.ndarray) -> np.ndarray:
    """Return the fraction of each tissue of `TISSUES` at the points (3, H, W), float32 (5, H, W)."""
    atlas = load_atlas()
    depth = _interpolate(atlas.depth, points - atlas.origin[:, None, None], 2.0)
    depth *= 1 + 0.12 * smooth_field(rng, depth.shape, 9)  # skull and scalp of varying thickness
    fluid, bone, fat, skin = np.cumsum(rng.uniform((0.5, 4.0, 2.5, 1.2), (2.5, 7.0, 5.0, 2.0)))
    marrow = fluid + (bone - fluid) * np.array([0.35, 0.65])
    inside = depth < fluid + 1
    brain_points = points[:, inside] - atlas.origin[:, None]
    matter = [_interpolate(volume, brain_points, 1.0) for volume in (atlas.grey, atlas.white)]
    # The average of many heads is blurred; squaring restores edges as sharp as those of one head.
    shares = np.square([*matter, 1 - np.sum(matter, 0)])
    out = np.zeros((len(TISSUES), *depth.shape), np.float32)
    out[:3, inside] = shares / shares.sum(0) * _layer(depth[inside], -np.inf, fluid)
    out[3] = 0.5 * _layer(depth, *marrow) + _layer(depth, bone, fat)
    out[4] = _layer(depth, fat, skin)
    return out


def _interpolate(volume: np.ndarray, points: np.ndarray, spacing: float) -> np.ndarray:
    """Return the cubic spline with coefficients `volume` at the points (3, ...) in mm from its first voxel."""
    from scipy.ndimage import map_coordinates

    return map_coordinates(volume, points / spacing, order=3, mode="nearest", prefilter=False, output=np.float32)


def _layer(depth: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return 1 between two depths in mm and 0 elsewhere, with edges of 1 mm."""
    return np.clip(depth - low + 0.5, 0, 1) * np.clip(high - depth + 0.5, 0, 1)


def signals(rng: np.random.Generator, contrast: str | None) -> np.ndarray:
    """Return the spin-echo signal of each tissue; relaxation times and densities vary randomly by a few per cent."""
    spread = rng.uniform(0.94, 1.06, (3, 1)) * rng.uniform(0.975, 1.025, (3, len(TISSUES)))  # per head, per tissue
    t1, t2, density = np.array(list(TISSUES.values())).T * spread
    drawn, times = rng.choice(list(CONTRASTS)), rng.random(2)
    (tr_low, tr_high), (te_low, te_high) = CONTRASTS[contrast or drawn]
    tr, te = tr_low + (tr_high - tr_low) * times[0], te_low + (te_high - te_low) * times[1]
    return density * (1 - np.exp(-tr / t1)) * np.exp(-te / t2)


def texture(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Return smooth noise (H, W) of about unit variance and a grain of 2 mm."""
    from scipy.ndimage import map_coordinates

    grain = np.stack(np.meshgrid(*positions(shape), indexing="ij")) / 2.0
    noise = rng.normal(size=(128, 128)).astype(np.float32)
    return 2.1 * map_coordinates(noise, grain, order=3, mode="grid-wrap", prefilter=False)
