"""Code that all widgets share: their source files, a still picture, and arrays sent to the browser and back."""

from base64 import b64encode
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import anywidget
import numpy as np

from ..arrays.checks import check_mask, check_values
from ..arrays.libraries import Array
from ..operators.fourier import FFT
from ..plots.images import panels

FOLDER = Path(__file__).parent
LEAST, MOST = 16, 1024  # sides of an image: powers of two, for the FFT in the browser


class Widget(anywidget.AnyWidget):
    """A widget that leaves a still picture beside itself, which viewers show that run none, as GitHub does."""

    _ipython_display_ = None  # else ipywidgets 7, which is Colab's, shows the widget and asks for nothing more

    def _still(self) -> Mapping[str, np.ndarray]:
        """Return what the still picture shows: titles, and grey images (H, W) from 0 to 1; nothing if there is none."""
        return {}

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle and (pictures := self._still()):
            bundle[0]["image/png"] = b64encode(png(pictures)).decode()
        return bundle


def png(pictures: Mapping[str, np.ndarray]) -> bytes:
    """Return grey images (H, W), 0 black and 1 white, side by side under their titles, as a PNG file.

    >>> png({"eye": np.eye(16)})[1:4]
    b'PNG'
    """
    figure, file = panels(pictures, columns=len(pictures), window=(0, 1)), BytesIO()
    figure.supxlabel("A still picture of a widget, which answers in Jupyter and on Colab.", fontsize=8)
    figure.savefig(file, format="png", dpi=80)
    return file.getvalue()


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


def from_int16(data: bytes, scale: float, shape: tuple[int, ...]) -> np.ndarray:
    """Return the image of `to_int16`, complex64.

    >>> from_int16(*to_int16(np.array([[2j, -2.0]])), (1, 2))
    array([[ 0.+2.j, -2.+0.j]], dtype=complex64)
    """
    real, imaginary = np.frombuffer(data, "<i2").reshape(2, *shape) * np.float32(scale)
    return real + 1j * imaginary


def sampled(x: np.ndarray, mask: np.ndarray) -> dict[str, np.ndarray]:
    """Return the still picture of a widget that samples: the mask Ω and |Fᴴ Ω F x|, x of magnitudes up to 1."""
    F = FFT(x.shape)
    return {f"Ω: {mask.sum()} of {mask.size} samples": mask, "|Fᴴ Ω F x|": np.abs(F.H(F(x) * mask))}


def bits(mask: np.ndarray, widget=None) -> bytes:
    """Return a mask as the bytes of `numpy.packbits`, as it is sent to the browser."""
    return np.packbits(mask).tobytes()


def mask_of(data, widget) -> np.ndarray:
    """Return the mask (H, W) of a widget from its bits."""
    shape = tuple(widget.shape)
    return np.unpackbits(np.frombuffer(data, np.uint8), count=int(np.prod(shape))).reshape(shape).astype(bool)
