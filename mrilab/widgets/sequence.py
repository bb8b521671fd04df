"""The pulse sequence of a Cartesian scan, walked through: pulses, the path of k, the image so far."""

from typing import Any

import numpy as np
import traitlets

from ..arrays.libraries import Array
from ..sampling.sequences import KINDS, Diagram, cartesian_diagram
from .base import Widget, check_image, from_int16, sampled, source, to_int16


class Sequence(Widget):
    """Walk through the pulse sequence of a Cartesian scan, line by line, as a gradient echo or as a spin echo.

    Beside the diagram of one repetition, with RF pulses, Gy, Gx and the samples, stand the path of k(t) that its
    gradients give (`cartesian_diagram`), with the samples taken so far, and the image Fᴴ Ω F x from these samples Ω.
    Lines come from ky = −½ on. All is computed in the browser, so it works on a page without a kernel. Relaxation,
    noise and the selection of a slice are left out. Grey scales are fixed: images from 0 to max|x|, k-space as log₁₀
    over 4.5 decades.

    Parameters
    ----------
    x : array (H, W), real or complex
        The image; sides are powers of two, 16 to 1024; some 64 lines can still be told apart. It is stored as int16,
        with an error of at most 1.5e-5 of its largest part.
    pixel_size, dwell : float
        In m, and in s from sample to sample: they set the strength of the gradients.

    Attributes
    ----------
    kind : {"gradient", "spin"}
        The echo, initially "gradient".
    line : int
        The line that is played, counted from 1; those before it are complete. Initially five eighths of H.
    time : int
        The time in it, in steps of the dwell time. Initially the middle of the echo. With a live kernel all three are
        updated by the widget, and can be set.

    Raises
    ------
    TypeError, ValueError
        For an image that `KSpacePainter` would not take, and for sizes or times that are not positive.

    References
    ----------
    Twieg, The k-trajectory formulation of the NMR imaging process, Med. Phys. 10 (1983).

    Examples
    --------
    >>> from mrilab import shepp_logan
    >>> Sequence(shepp_logan((64, 64)), pixel_size=3.7e-3, dwell=2e-5)
    Sequence(64 × 64, gradient echo, line 40)
    """

    _esm = source("fft.js", "ui.js", "designs.js", "walk.js", "sequence.js")
    _css = source("ui.css", "sequence.css")
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    pixels = traitlets.Bytes().tag(sync=True)
    scale = traitlets.Float().tag(sync=True)
    dwell = traitlets.Float().tag(sync=True)
    diagrams = traitlets.Dict().tag(sync=True)
    kind = traitlets.Enum(KINDS, KINDS[0]).tag(sync=True)
    line = traitlets.Int(1).tag(sync=True)
    time = traitlets.Int(0).tag(sync=True)

    def __init__(self, x: Array, pixel_size: float, dwell: float):
        image = check_image(x)
        height, width = image.shape
        diagrams = {kind: cartesian_diagram(kind, width, pixel_size, dwell) for kind in KINDS}
        pixels, scale = to_int16(image)
        super().__init__(
            shape=[height, width],
            pixels=pixels,
            scale=scale,
            dwell=float(dwell),
            diagrams={kind: _plain(diagram) for kind, diagram in diagrams.items()},
            line=5 * height // 8,
            time=diagrams[KINDS[0]].echo,
        )

    @traitlets.validate("line")
    def _valid_line(self, proposal):
        return _within("line", proposal["value"], 1, self.shape[0])

    @traitlets.validate("time")
    def _valid_time(self, proposal):
        return _within("time", proposal["value"], 0, self.diagrams[self.kind]["end"])

    @traitlets.observe("kind")
    def _clip_time(self, change):
        self.time = min(self.time, self.diagrams[change["new"]]["end"])

    def mask(self) -> np.ndarray:
        """Return the samples that have been taken, boolean (H, W): lines before this one, and part of it."""
        height, width = self.shape
        mask = np.zeros((height, width), bool)
        mask[: self.line - 1] = True
        mask[self.line - 1, : max(0, self.time - self.diagrams[self.kind]["first"] + 1)] = True
        return mask

    def _still(self) -> dict[str, np.ndarray]:
        x = from_int16(self.pixels, self.scale, tuple(self.shape))
        return sampled(x / np.abs(x).max(), self.mask())

    def __repr__(self) -> str:
        height, width = self.shape
        return f"Sequence({height} × {width}, {self.kind} echo, line {self.line})"


def _plain(diagram: Diagram) -> dict[str, Any]:
    """Return a diagram as numbers and lists, which travel to the browser."""
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in diagram._asdict().items()
    }


def _within(name: str, value: int, first: int, last: int) -> int:
    if not first <= value <= last:
        raise ValueError(f"{name} must be from {first} to {last}, got {value}")
    return value
