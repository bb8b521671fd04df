"""Series of images side by side: played, frame by frame, with a row of each against time."""

from collections.abc import Mapping

import numpy as np
import traitlets

from ..arrays.checks import check_values
from ..arrays.libraries import Array
from .base import Widget, source

BYTES = 400_000  # of all frames, at one byte a pixel


class Movie(Widget):
    """Play series of magnitudes |x| side by side, and show one row of each against time, its x–t profile.

    All share one grey scale, from 0 to max|reference|. Under each series stands its PSNR in the frame that is shown,
    with max|reference| of the whole series as its peak. Frames are stored with 256 grey levels.

    Parameters
    ----------
    reference : array (T, H, W), real or complex
        The true series, of at least two frames.
    series : mapping of str to array (T, H, W)
        At least one reconstruction.
    where : bool array (H, W), optional
        The pixels over which the PSNR is computed. None: all.

    Attributes
    ----------
    frame : int
        The frame on the screen, from 0; initially the middle one.
    row : int
        The row that is shown against time, from 0; initially the middle one.

    Raises
    ------
    TypeError
        If an array does not hold numbers.
    ValueError
        If shapes differ or are not (T, H, W) with two frames or more, if values are not finite, if the reference is
        zero everywhere, if there are no series, or if all of them have more than 400,000 pixels; for a `where` of
        another shape, or without a pixel; and for a frame or a row that does not exist.

    Examples
    --------
    >>> t = np.arange(6)[:, None, None]
    >>> x = np.abs(np.arange(16) - 8 - t) * np.ones((16, 1))
    >>> Movie(x, {"darker": 0.5 * x})
    Movie(6 frames of 16 × 16: reference, darker)
    """

    _esm = source("ui.js", "movie.js")
    _css = source("ui.css", "movie.css")
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    levels = traitlets.Bytes().tag(sync=True)
    scores = traitlets.List(traitlets.List(traitlets.Float())).tag(sync=True)
    frame = traitlets.Int().tag(sync=True)
    row = traitlets.Int().tag(sync=True)

    def __init__(self, reference: Array, series: Mapping[str, Array], where: Array | None = None):
        truth = np.abs(check_values(reference, "the reference", "T, H, W"))
        if len(truth) < 2 or not truth.any():
            raise ValueError(f"the reference must have two frames or more, not all zero, got shape {truth.shape}")
        if not series:
            raise ValueError("Movie takes at least one series beside the reference, got none")
        others = {name: np.abs(check_values(x, f"the series {name!r}", "T, H, W")) for name, x in series.items()}
        for name, x in others.items():
            if x.shape != truth.shape:
                raise ValueError(f"the series {name!r} has shape {x.shape}, the reference {truth.shape}")
        stack = np.stack([truth, *others.values()])
        if stack.size > BYTES:
            raise ValueError(f"{len(stack)} series of shape {truth.shape} are {stack.size} pixels, {BYTES} at most")
        inside = np.ones(truth.shape[1:], bool) if where is None else check_values(where, "where", "H, W").astype(bool)
        if inside.shape != truth.shape[1:] or not inside.any():
            raise ValueError(f"where must be of shape {truth.shape[1:]} and not empty, got {inside.shape}")
        white = truth.max()
        errors = np.mean((stack[1:] - truth)[..., inside].astype(float) ** 2, axis=-1)
        super().__init__(
            shape=list(truth.shape),
            names=["reference", *others],
            levels=np.rint(255 * np.minimum(stack / white, 1)).astype(np.uint8).tobytes(),
            scores=(10 * np.log10(float(white) ** 2 / np.maximum(errors, 1e-30))).tolist(),
            frame=truth.shape[0] // 2,
            row=truth.shape[1] // 2,
        )

    @traitlets.validate("frame", "row")
    def _valid_place(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        count = self.shape[("frame", "row").index(name)]
        if not 0 <= value < count:
            raise ValueError(f"{name} must be from 0 to {count - 1}, got {value}")
        return value

    def _still(self) -> dict[str, np.ndarray]:
        frames = np.frombuffer(self.levels, np.uint8).reshape(-1, *self.shape) / 255
        return {f"{name}, frame {self.frame}": x[self.frame] for name, x in zip(self.names, frames)}

    def __repr__(self) -> str:
        frames, height, width = self.shape
        return f"Movie({frames} frames of {height} × {width}: {', '.join(self.names)})"
