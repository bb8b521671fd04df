"""The k-space painter: a mask painted by hand, with the image, PSF and PSNR that follow from it."""

import numpy as np
import traitlets

from ..arrays.libraries import Array
from ..sampling.masks import center_box
from .base import Widget, bits, check_image, fixed_mask, from_int16, mask_of, sampled, source, to_int16


class KSpacePainter(Widget):
    """Paint a mask Ω over the k-space of an image, and see Fᴴ Ω F x, the PSF, the acceleration and the PSNR change.

    Paint and erase with a round brush, by mouse, finger or keyboard, or choose a design: every R-th line and a central
    box, equal to `regular_lines` and `center_box`; random lines and points with the densities of `random_lines` and
    `variable_density`, but other random numbers; spokes at the golden angle, rounded to the grid. All is computed in
    the browser, so it works on a page without a kernel. Scales are fixed: magnitudes from 0 to max|x|, the PSF as
    log₁₀ from −3 to 0, k-space as log₁₀ over 4.5 decades. PSNR is that of `psnr` against |x|.

    Parameters
    ----------
    x : array (H, W), real or complex
        The image; sides are powers of two, 16 to 1024. It is stored as int16, with an error of at most 1.5e-5 of its
        largest part.
    mask : array (H, W) of bool or of zeros and ones, optional
        The initial mask; None: a central box of H/8 × W/8.
    challenge : pair (float, float), optional
        A PSNR in dB to be reached, and the largest share of the samples, at most 1: the widget says how far it is.

    Attributes
    ----------
    mask : array (H, W) of bool
        The mask on the screen, as a read-only array, phase encode along axis −2, DC at (H // 2, W // 2). With a live
        kernel it is updated a quarter of a second after the last stroke; setting it changes the picture.

    Raises
    ------
    TypeError
        For an image that does not hold numbers.
    ValueError
        For an image of another shape, not finite or zero everywhere, a mask of another shape or other values, and a
        challenge whose share is not within 0 and 1.

    Examples
    --------
    >>> from mrilab import acceleration, shepp_logan
    >>> painter = KSpacePainter(shepp_logan((64, 64)))
    >>> painter
    KSpacePainter(64 × 64, 64 of 4096 samples)
    >>> acceleration(painter.mask)
    64.0
    """

    _esm = source("fft.js", "ui.js", "designs.js", "brush.js", "painter.js")
    _css = source("ui.css", "painter.css")
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    pixels = traitlets.Bytes().tag(sync=True)
    scale = traitlets.Float().tag(sync=True)
    challenge = traitlets.List(traitlets.Float()).tag(sync=True)
    mask = traitlets.Any().tag(sync=True, to_json=bits, from_json=mask_of)

    def __init__(self, x: Array, mask: Array | None = None, challenge: tuple[float, float] | None = None):
        image = check_image(x)
        if challenge is not None and not 0 < challenge[1] <= 1:
            raise ValueError(f"the share of samples of a challenge is above 0 and at most 1, got {challenge[1]}")
        height, width = image.shape
        pixels, scale = to_int16(image)
        first = center_box((height, width), (height // 8, width // 8)) if mask is None else mask
        start = fixed_mask(first, image.shape)
        super().__init__(shape=[height, width], pixels=pixels, scale=scale, mask=start, challenge=list(challenge or ()))

    @traitlets.validate("mask")
    def _valid_mask(self, proposal):
        return fixed_mask(proposal["value"], tuple(self.shape))

    def _still(self) -> dict[str, np.ndarray]:
        x = from_int16(self.pixels, self.scale, tuple(self.shape))
        return sampled(x / np.abs(x).max(), self.mask)

    def __repr__(self) -> str:
        height, width = self.shape
        return f"KSpacePainter({height} × {width}, {self.mask.sum()} of {self.mask.size} samples)"
