"""Fold-over: fewer lines fold the image of each coil, and several coils together unfold it."""

import numpy as np
import traitlets

from ..arrays.checks import check_mask, check_values
from ..arrays.libraries import Array
from ..simulation.atlas import pixel_size
from ..simulation.receivers import CYLINDER, LOOP, RING, SEGMENTS, WIRE
from .base import Widget, bits, from_int16, source, to_int16

LEAST, MOST = 16, 256  # sides; everything is recomputed at every change
RATES = range(1, 9)


class FoldOver(Widget):
    """Choose R and the number of coils: see each coil's image fold, SENSE unfold it, and the g-factor amplify noise.

    The coils are those of `simulate_smaps`, normalised; the unfolding and g those of `sense_unfold` and `g_factor`. All
    is computed in the browser, so it works on a page without a kernel. Every R-th line through DC is sampled, with
    white noise that is independent and of equal variance in all coils. Pixels that fold onto each other are marked.
    Scales are fixed: images from 0 to max|x|; errors from 0 to a fifth of that; the square root of a coil's image, from
    0 to the largest of all coils at R = 1; the logarithm of g, from 1 to 8. Pixels with g above 100 count as lost; with
    more pixels in a group than coils, g would be infinite. PSNR is that of `psnr` against |x|.

    Parameters
    ----------
    x : array (H, W), real or complex
        The image; sides from 16 to 256, H even. Each R from 1 to 8 that divides H can be chosen; for H = 120 these are
        all but 7. It is stored as int16, with an error of at most 1.5e-5 of its largest part.
    support : array (H, W) of bool or of zeros and ones, optional
        Where the object is. The reader can switch its use on, which leaves fewer pixels to unfold. None: not known.

    Attributes
    ----------
    accel, coils : int
        R, initially 2, and the number of coils, 1 to 8, initially 8.
    noise : float
        Standard deviation √E|n|² of the noise in per cent of max|x|, 0 to 5, initially 1.
    known : bool
        Whether the unfolding uses the support. With a live kernel, all four are updated by the widget, and can be set.

    Raises
    ------
    TypeError
        For an image that does not hold numbers.
    ValueError
        For an image of another shape, not finite or zero everywhere, and a support of another shape or other values.

    Examples
    --------
    >>> from mrilab import shepp_logan
    >>> FoldOver(shepp_logan((120, 120)))
    FoldOver(120 × 120, R = 2, 8 coils)
    """

    _esm = source("ui.js", "sense.js", "foldover.js")
    _css = source("ui.css", "foldover.css")
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    pixels = traitlets.Bytes().tag(sync=True)
    scale = traitlets.Float().tag(sync=True)
    support = traitlets.Bytes(None, allow_none=True).tag(sync=True)
    rates = traitlets.List(traitlets.Int()).tag(sync=True)
    geometry = traitlets.Dict().tag(sync=True)  # of the coils, in mm
    accel = traitlets.Int(2).tag(sync=True)
    coils = traitlets.Int(RING, min=1, max=RING).tag(sync=True)
    noise = traitlets.Float(1.0, min=0, max=5).tag(sync=True)
    known = traitlets.Bool(False).tag(sync=True)

    def __init__(self, x: Array, support: Array | None = None):
        image = _check(x)
        pixels, scale = to_int16(image)
        super().__init__(
            shape=list(image.shape),
            pixels=pixels,
            scale=scale,
            support=None if support is None else bits(check_mask(support, shape=image.shape)),
            rates=[rate for rate in RATES if image.shape[0] % rate == 0],
            geometry={
                "cylinder": CYLINDER,
                "loop": LOOP,
                "wire": WIRE,
                "segments": SEGMENTS,
                "pixel": pixel_size(image.shape),
            },
        )

    @traitlets.validate("accel")
    def _valid_accel(self, proposal):
        if proposal["value"] not in self.rates:
            raise ValueError(
                f"accel must be one of {self.rates}, which divide {self.shape[0]}, got {proposal['value']}"
            )
        return proposal["value"]

    @traitlets.validate("known")
    def _valid_known(self, proposal):
        if proposal["value"] and self.support is None:
            raise ValueError("known cannot be True: FoldOver was made without a support")
        return proposal["value"]

    def _still(self) -> dict[str, np.ndarray]:
        """Return the image, and how it folds in a coil that sees all of it alike."""
        x = from_int16(self.pixels, self.scale, tuple(self.shape))
        x /= np.abs(x).max()
        folded = sum(np.roll(x, n * self.shape[0] // self.accel, axis=0) for n in range(self.accel))
        return {"The image": np.abs(x), f"folded, R = {self.accel}": np.abs(folded)}

    def __repr__(self) -> str:
        height, width = self.shape
        return f"FoldOver({height} × {width}, R = {self.accel}, {self.coils} coil{'s' * (self.coils > 1)})"


def _check(x: Array) -> np.ndarray:
    """Return an image as a NumPy array; raise unless it is (H, W), finite, not zero, and can be folded."""
    image = check_values(x, "the image")
    if image.ndim != 2 or not all(LEAST <= n <= MOST for n in image.shape) or image.shape[0] % 2:
        raise ValueError(f"the image must be (H, W) with sides from {LEAST} to {MOST}, H even, got {image.shape}")
    if not image.any():
        raise ValueError(f"the image of shape {image.shape} is zero everywhere")
    return image
