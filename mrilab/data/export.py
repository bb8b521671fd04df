"""Writing images: NIfTI for volumes with their voxel size, PNG for pages."""

import os
from pathlib import Path

import numpy as np

from ..arrays.checks import check_values
from ..arrays.libraries import Array
from ..files import atomic


def save_image(path: str | os.PathLike, image: Array, **settings) -> None:
    """Write an image in the format of the path's suffix: `save_nifti` for .nii and .nii.gz, `save_png` for .png.

    `settings` are the keyword arguments of these two. Raises ValueError for another suffix.

    >>> save_image("brain.jpg", np.ones((4, 4)))
    Traceback (most recent call last):
    ValueError: cannot write brain.jpg: the suffix is .png, .nii or .nii.gz
    """
    name = Path(path).name.lower()
    if name.endswith((".nii", ".nii.gz")):
        save_nifti(path, image, **settings)
    elif name.endswith(".png"):
        save_png(path, image, **settings)
    else:
        raise ValueError(f"cannot write {path}: the suffix is .png, .nii or .nii.gz")


def save_nifti(
    path: str | os.PathLike,
    image: Array,
    voxel_size: tuple[float, ...] = (1.0, 1.0, 1.0),
    affine: Array | None = None,
) -> None:
    """Write the magnitude of an image (H, W) or of slices (D, H, W) as NIfTI, float32, with its place or voxel size.

    The array in the file has the same axes in the same order. A `Scan` has an `affine` if its file contains the
    position in the patient. Without one, columns run along x, rows along −y, slices along z, and the centre is at the
    origin, so that viewers show slices upright. These directions are a convention: left and right of the patient are
    then not known, and the affine has the code "aligned" instead of "scanner".

    Parameters
    ----------
    path : str or path
        Ends in .nii or .nii.gz. The file is written atomically.
    image : array (H, W) or (D, H, W)
        Real numbers are stored as they are, complex ones as magnitudes; the phase is lost.
    voxel_size : (float, float, float)
        Millimetres along (D, H, W), as in a `Scan`. A pair is (H, W), with a thickness of 1 mm. Ignored if there is an
        affine.
    affine : array (4, 4), optional
        From the indices (slice, row, column) to millimetres (RAS+), as `Scan.affine`. An image (H, W) is slice 0.

    Raises
    ------
    TypeError
        If the image does not hold numbers.
    ValueError
        For another suffix or shape, an empty image, NaN, sizes that are not positive, and an affine that is singular or
        has another last row than (0, 0, 0, 1).
    ImportError
        Without nibabel.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import nibabel
    >>> with TemporaryDirectory() as folder:
    ...     save_nifti(folder + "/brain.nii", np.ones((3, 5, 4)), voxel_size=(5.0, 1.2, 0.9))
    ...     stored = nibabel.load(folder + "/brain.nii")
    ...     print(stored.shape, *stored.header.get_zooms())
    (3, 5, 4) 5.0 1.2 0.9
    """
    path = Path(path)
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        raise ValueError(f"cannot write {path}: a NIfTI file ends in .nii or .nii.gz")
    values = _magnitude(image, "save_nifti", (2, 3))
    placed = affine is not None
    matrix = _check_affine(affine) if placed else _upright(_sizes(voxel_size), (1, 1, 1, *values.shape)[-3:])
    if values.ndim == 2:  # NIfTI has a third axis, of length 1: the slices
        matrix = matrix[:, [1, 2, 0, 3]]
    try:
        import nibabel
    except ImportError as error:
        raise ImportError(f"writing {path.name} needs nibabel: pip install nibabel") from error
    stored = nibabel.Nifti1Image(values, matrix)
    stored.header.set_xyzt_units("mm")
    stored.set_sform(matrix, code="scanner" if placed else "aligned")
    stored.set_qform(matrix, code="unknown")
    with atomic(path) as part:
        nibabel.save(stored, part)


def save_png(path: str | os.PathLike, image: Array, window: tuple[float, float] | None = None) -> tuple[float, float]:
    """Write an image (H, W) as an 8-bit grey PNG of the same size, and return the window that was used.

    The window (low, high) is mapped to black and white, and values outside are clipped. The default is from 0 to the
    maximum of the image, or from its minimum to 0 if all values are negative. To compare pictures, give all of them the
    same window. Complex numbers are shown by their magnitude.

    Raises TypeError if the image does not hold numbers; ValueError for another suffix or shape, an empty image, NaN,
    and a window without low < high.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     save_png(folder + "/brain.png", np.array([[0, 1j], [2, -4]]))
    (0.0, 4.0)
    """
    path = Path(path)
    if not path.name.lower().endswith(".png"):
        raise ValueError(f"cannot write {path}: a PNG file ends in .png")
    values = _magnitude(image, "save_png", (2,))
    if window is None:
        top = float(values.max())
        window = (0.0, top or 1.0) if top >= 0 else (float(values.min()), 0.0)  # an image of zeros is black
    low, high = map(float, window)
    if not -np.inf < low < high < np.inf:
        raise ValueError(f"window must be (low, high) with low < high, got {window!r}")
    import matplotlib.image

    grey = np.rint(255 * np.clip((values.astype(np.float64) - low) / (high - low), 0, 1)).astype(np.uint8)
    with atomic(path) as part:
        matplotlib.image.imsave(part, np.repeat(grey[..., None], 3, axis=-1), format="png")
    return low, high


def _magnitude(image: Array, who: str, dimensions: tuple[int, ...]) -> np.ndarray:
    """Return a float32 image: real values as they are, complex ones by magnitude; raise if it is not one."""
    shapes = [{2: "H, W", 3: "D, H, W"}[n] for n in dimensions]
    values = check_values(image, f"the image of {who}", *shapes)
    with np.errstate(over="ignore"):
        values = (abs(values) if values.dtype.kind == "c" else values).astype(np.float32)
    return check_values(values, f"the image of {who}, in single precision,")


def _upright(steps: tuple[float, ...], shape: tuple[int, ...]) -> np.ndarray:
    """Return an affine that shows slices (D, H, W) upright, the centre at the origin."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.array([[0, 0, steps[2]], [0, -steps[1], 0], [steps[0], 0, 0]])
    matrix[:3, 3] = -0.5 * matrix[:3, :3] @ (np.array(shape) - 1)
    return matrix


def _check_affine(affine: Array) -> np.ndarray:
    matrix = check_values(affine, "an affine", "4, 4", real=True)
    if matrix.shape != (4, 4):
        raise ValueError(f"an affine must have shape (4, 4), got {matrix.shape}")
    if not np.array_equal(matrix[3], [0, 0, 0, 1]) or abs(np.linalg.det(matrix)) < 1e-12:
        raise ValueError(f"an affine ends in (0, 0, 0, 1) and can be inverted, got {matrix.tolist()}")
    return matrix.astype(np.float64)


def _sizes(voxel_size: tuple[float, ...]) -> tuple[float, ...]:
    steps = tuple(map(float, voxel_size))
    if len(steps) not in (2, 3) or not all(0 < step < np.inf for step in steps):
        raise ValueError(f"voxel_size is (slice, H, W) or (H, W) in mm, above 0, got {voxel_size!r}")
    return (1.0,) * (3 - len(steps)) + steps
