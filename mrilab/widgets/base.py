"""Code that all widgets share: their source files, and arrays sent to the browser and back."""

from pathlib import Path

import numpy as np

from ..arrays.checks import check_mask, check_values
from ..arrays.libraries import Array

FOLDER = Path(__file__).parent
LEAST, MOST = 16, 1024  # sides of an image: powers of two, for the FFT in the browser


def source(*names: str) -> str:
    """Return the named files joined: a widget is one ES module and one style sheet, without a build step.

    >>> source("fft.js").splitlines()[1]
    'class FFT2 {'
    """
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


def check_image(x: Array, name: str = "the image") -> np.ndarray:
    """Return an image as a NumPy array (H, W); raise unless it is finite, not zero, and its sides are powers of two."""
    image = check_values(x, name)
    sides = {2**i for i in range(20) if LEAST <= 2**i <= MOST}
    if image.ndim != 2 or not sides.issuperset(image.shape):
        raise ValueError(
            f"{name} must be (H, W) with sides that are powers of two, {LEAST} to {MOST}, got {image.shape}"
        )
    if not image.any():
        raise ValueError(f"{name} of shape {image.shape} is zero everywhere")
    return image


def fixed_mask(mask: Array, shape: tuple[int, ...]) -> np.ndarray:
    """Return a mask as a boolean copy that is read-only, because a change in place would not reach the browser.

    >>> fixed_mask(np.eye(2), (2, 2)).flags.writeable
    False
    """
    copy = check_mask(mask, shape=shape)
    copy.flags.writeable = False
    return copy


def to_int16(x: np.ndarray) -> tuple[bytes, float]:
    """Return (bytes, scale) of an image: real part, then imaginary part, as int16 in units of `scale`.

    This is half the size of complex64, with an error of at most scale/2, 1.5e-5 of the largest part.

    >>> data, scale = to_int16(np.array([[1.0, -0.5]]))
    >>> np.frombuffer(data, "<i2")
    array([ 32767, -16384,      0,      0], dtype=int16)
    """
    parts = np.stack([x.real, x.imag]).astype(np.float64)
    scale = float(np.abs(parts).max()) / 32767
    return np.rint(parts / scale).astype("<i2").tobytes(), scale


def bits(mask: np.ndarray, widget=None) -> bytes:
    """Return a mask as the bytes of `numpy.packbits`, as it is sent to the browser."""
    return np.packbits(mask).tobytes()


def mask_of(data, widget) -> np.ndarray:
    """Return the mask (H, W) of a widget from its bits."""
    shape = tuple(widget.shape)
    return np.unpackbits(np.frombuffer(data, np.uint8), count=int(np.prod(shape))).reshape(shape).astype(bool)
