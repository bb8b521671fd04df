"""The live sparse solver: ISTA, FISTA and POGM in the browser, with λ, mask and wavelet changed while they run."""

import numpy as np
import traitlets

from ..arrays.libraries import Array
from ..operators.fourier import FFT, Mask
from ..operators.wavelets import Wavelet, filters
from ..problems.least_squares import LeastSquares
from ..problems.regularisers import L1, lambda_max
from ..sampling.masks import variable_density
from ..solvers.fista import fista
from .base import Widget, bits, check_image, fixed_mask, from_int16, mask_of, sampled, source, to_int16

LEVEL = 4
WAVELETS = ("haar", "db4", "sym8")


class SparseSolver(Widget):
    """Solve min_z ½‖Ω F Ψᴴ z − y‖² + λ‖z‖₁ step by step: image, error, coefficients and cost at every iteration.

    One coil, y = Ω F x, Ψ = Wavelet(wavelet, shape, level=4). The iterations are those of `fista` or `pogm` from zero,
    in single precision; ISTA is FISTA without momentum. Mask, λ, wavelet and solver may change while it runs: it
    continues from the current iterate, as with x0=. All is computed in the browser, so it works on a page without a
    kernel. PSNR is that of `psnr` against |reference|; the grey scale runs from 0 to max|reference|.

    Parameters
    ----------
    x : array (H, W), real or complex
        Fᴴ of the full k-space, including noise; sides are powers of two, 16 to 1024. It is stored as int16, with an
        error of at most 1.5e-5 of its largest part.
    reference : array (H, W), optional
        The image for comparison; None: x. It is stored as 16-bit magnitudes.
    mask : array (H, W) of bool or of zeros and ones, optional
        The initial Ω, DC at (H // 2, W // 2); None: `variable_density` at acceleration 4.
    **state
        Initial values of the attributes below.

    Attributes
    ----------
    mask : array (H, W) of bool
        Ω, as a read-only array. With a kernel, this and the following attributes are updated by the widget, and may be
        set.
    algorithm : {"ista", "fista", "pogm"}
        Initially "fista".
    wavelet : {"haar", "db4", "sym8"}
        Initially "sym8".
    fraction : float
        λ / λ_max, from 1e-5 to 1; initially 1e-3. λ_max depends on mask and wavelet.
    step : float
        The step size in units of 1/L = 1, from 0.1 to 2.2; initially 1.
    restart : bool
        The restart of `fista` and `pogm`; initially False.
    iterations : int
        How many it runs by itself when it first comes into view; initially 30.

    Raises
    ------
    TypeError
        For an image that does not hold numbers, and for unknown keywords.
    ValueError
        For an image of another shape, not finite or zero everywhere, and a mask of another shape or other values.
    traitlets.TraitError
        For attributes of other values than those above.

    Examples
    --------
    >>> from mrilab import shepp_logan
    >>> SparseSolver(shepp_logan((64, 64)), fraction=1e-2)
    SparseSolver(64 × 64, 1024 of 4096 samples, fista, sym8, λ = 0.01 λ_max)
    """

    _esm = source(
        *("fft.js", "wavelet.js", "ui.js", "designs.js"),
        *("solver-steps.js", "solver-run.js", "solver-chart.js", "solver.js"),
    )
    _css = source("ui.css", "solver.css")
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    pixels = traitlets.Bytes().tag(sync=True)
    scale = traitlets.Float().tag(sync=True)
    truth = traitlets.Bytes().tag(sync=True)
    peak = traitlets.Float().tag(sync=True)
    filters = traitlets.Dict().tag(sync=True)
    level = traitlets.Int(LEVEL).tag(sync=True)
    mask = traitlets.Any().tag(sync=True, to_json=bits, from_json=mask_of)
    algorithm = traitlets.Enum(("ista", "fista", "pogm"), "fista").tag(sync=True)
    wavelet = traitlets.Enum(WAVELETS, "sym8").tag(sync=True)
    fraction = traitlets.Float(1e-3, min=1e-5, max=1.0).tag(sync=True)
    step = traitlets.Float(1.0, min=0.1, max=2.2).tag(sync=True)
    restart = traitlets.Bool(False).tag(sync=True)
    iterations = traitlets.Int(30, min=0).tag(sync=True)

    def __init__(self, x: Array, reference: Array | None = None, mask: Array | None = None, **state):
        unknown = state.keys() - {"algorithm", "wavelet", "fraction", "step", "restart", "iterations"}
        if unknown:
            raise TypeError(f"SparseSolver has no attribute {', '.join(map(repr, sorted(unknown)))} to set")
        image = check_image(x)
        truth = np.abs(image if reference is None else check_image(reference, "the reference"))
        if truth.shape != image.shape:
            raise ValueError(f"the reference has shape {truth.shape}, the image {image.shape}")
        pixels, scale = to_int16(image)
        first = variable_density(image.shape, min(4, image.size)) if mask is None else mask
        super().__init__(
            shape=list(image.shape),
            pixels=pixels,
            scale=scale,
            truth=np.rint(truth / truth.max() * 65535).astype("<u2").tobytes(),
            peak=float(truth.max()),
            filters={name: [list(taps) for taps in filters(name)] for name in WAVELETS},
            mask=fixed_mask(first, image.shape),
            **state,
        )

    @traitlets.validate("mask")
    def _valid_mask(self, proposal):
        return fixed_mask(proposal["value"], tuple(self.shape))

    def _still(self) -> dict[str, np.ndarray]:
        """Return where every solver begins, and how far FISTA comes in the iterations that run by themselves."""
        x = from_int16(self.pixels, self.scale, tuple(self.shape)) / self.peak
        F, Psi = FFT(x.shape), Wavelet(self.wavelet, x.shape, self.level)
        f = LeastSquares(Mask(self.mask) @ F @ Psi.H, F(x) * self.mask)
        z = fista(f, L1(self.fraction * lambda_max(f, L1(1.0))), max_iter=self.iterations).x
        return sampled(x, self.mask) | {f"{self.iterations} iterations of FISTA": np.abs(Psi.H(z))}

    def __repr__(self) -> str:
        height, width = self.shape
        return (
            f"SparseSolver({height} × {width}, {self.mask.sum()} of {self.mask.size} samples, {self.algorithm}, "
            f"{self.wavelet}, λ = {self.fraction:g} λ_max)"
        )
