"""Two reconstructions in one frame with a wipe between them, their errors on one scale, and a loupe."""

from collections.abc import Mapping

import numpy as np
import traitlets

from ..arrays.checks import check_values
from ..arrays.libraries import Array
from ..metrics import nrmse, psnr, ssim
from .base import Widget, source

LEAST, MOST = 32, 1024  # sides; the loupe is 32 pixels wide


class Compare(Widget):
    """Compare magnitudes |x| with a wipe, their errors ||x| − |reference|| on one scale, and details with a loupe.

    The grey scale runs from 0 to max|reference| until Black and White are moved (both in per cent of max|reference|);
    errors are white at max|reference| / gain. Scores are those of `psnr`, `ssim` and `nrmse`.

    Parameters
    ----------
    reference : array (H, W), real or complex
        The ground truth; sides from 32 to 1024.
    images : mapping of str to array (H, W)
        At least one reconstruction. All are stored as 16-bit magnitudes, with errors of at most 8e-6 of the largest.

    Attributes
    ----------
    left, right : int
        The image on each side: 0 is the reference, then `images` in their order. Initially the first of `images` and
        the last; if there is only one, this one and the reference.
    wipe : int
        Position of the wipe, 0 to 100 per cent of the width.

    Raises
    ------
    TypeError
        If an array does not hold numbers.
    ValueError
        If shapes differ, or are not (H, W) with sides from 32 to 1024; if values are not finite, if the reference is
        zero everywhere, or there are no images.

    Examples
    --------
    >>> from mrilab import shepp_logan
    >>> x = shepp_logan((64, 64))
    >>> Compare(x, {"half as bright": 0.5 * x})
    Compare(64 × 64: reference, half as bright)
    """

    _esm = source("ui.js", "compare.js")
    _css = source("ui.css", "compare.css")
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    scores = traitlets.List(traitlets.Unicode()).tag(sync=True)
    levels = traitlets.Bytes().tag(sync=True)
    scale = traitlets.Float().tag(sync=True)
    left = traitlets.Int().tag(sync=True)
    right = traitlets.Int().tag(sync=True)
    wipe = traitlets.Int(50, min=0, max=100).tag(sync=True)

    def __init__(self, reference: Array, images: Mapping[str, Array]):
        if not images:
            raise ValueError("Compare takes at least one image beside the reference, got none")
        truth = check_values(reference, "the reference")
        if truth.ndim != 2 or not all(LEAST <= n <= MOST for n in truth.shape):
            raise ValueError(f"the reference must be (H, W) with sides from {LEAST} to {MOST}, got {truth.shape}")
        scores, others = ["the reference"], []
        for image in images.values():  # the metrics raise for images that cannot be compared
            x = check_values(image, "an image")
            others.append(x)
            scores.append(f"{psnr(x, truth):.2f} dB, SSIM {ssim(x, truth):.3f}, NRMSE {nrmse(x, truth):.3f}")
        magnitudes = np.abs(np.stack([truth, *others]))
        scale = float(magnitudes.max()) / 65535
        super().__init__(
            shape=list(truth.shape),
            names=["reference", *images],
            scores=scores,
            levels=np.rint(magnitudes / scale).astype("<u2").tobytes(),
            scale=scale,
            left=1,
            right=len(images) if len(images) > 1 else 0,
        )

    @traitlets.validate("left", "right")
    def _valid_side(self, proposal):
        if not 0 <= proposal["value"] < len(self.names):
            raise ValueError(f"there are {len(self.names)} images, counted from 0, got {proposal['value']}")
        return proposal["value"]

    def _still(self) -> dict[str, np.ndarray]:
        levels = np.frombuffer(self.levels, "<u2").reshape(-1, *self.shape)
        images = levels / levels[0].max()
        edge = round(self.wipe / 100 * self.shape[1])
        shown = np.hstack([images[self.left][:, :edge], images[self.right][:, edge:]])
        sides = f"{self.names[self.left]} | {self.names[self.right]}"
        return {sides: shown, "Error ×5": 5 * np.abs(shown - images[0])}

    def __repr__(self) -> str:
        height, width = self.shape
        return f"Compare({height} × {width}: {', '.join(self.names)})"
