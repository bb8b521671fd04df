"""Makes the twin of a figure for dark pages: what is written on the page turns light, and pictures stay as they are.

Figures are drawn without a background (`book/matplotlibrc`). Text, axes and curves are thin; a picture is an area, in
which a grey level is data. Colours that are no greys are seen on both pages.
"""

import numpy as np
from PIL import Image
from scipy.ndimage import maximum_filter, minimum_filter

AREA = 24  # pixels: no stroke of a letter is as thick
INK = 232  # grey level of what was black
GREY = 60  # a colour whose channels differ by less is partly a grey


def areas(alpha: np.ndarray) -> np.ndarray:
    """Return where a picture is: a morphological opening of what hides the page, (H, W)."""
    return maximum_filter(minimum_filter(np.uint8(alpha == 255), AREA, mode="constant"), AREA, origin=-1) > 0


def darken(picture: Image.Image) -> Image.Image:
    """Return the twin: greys outside of areas are turned round."""
    pixels = np.array(picture.convert("RGBA"))
    alpha = pixels[..., 3]
    written = (alpha > 0) & ~areas(alpha)
    colour = pixels[written, :3].astype(np.float32)
    grey = np.clip(1 - np.ptp(colour, axis=-1, keepdims=True) / GREY, 0, 1)
    turned = INK - 0.75 * colour.mean(-1, keepdims=True)
    pixels[written, :3] = (grey * turned + (1 - grey) * colour).round()
    return Image.fromarray(pixels)
