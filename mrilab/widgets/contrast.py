"""Contrast on sliders: TR, TE and the flip angle of a gradient or spin echo, and the image that they give."""

from collections.abc import Mapping

import numpy as np
import traitlets

from ..arrays.checks import check_positive, check_values
from ..arrays.libraries import Array
from ..simulation.contrast import HEAD, Tissue, gradient_echo, spin_echo
from .base import Widget, from_int16, source, to_int16

KINDS = ("gradient", "spin")
LEAST, MOST = 16, 256  # sides
MS = 1e-3
REPETITION = (5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 400, 500, 600, 800, 1000, 1500, 2000, 3000, 4000, 6000)
ECHO = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 35, 40, 50, 60, 70, 80, 90, 100, 120, 150, 200)


class Contrast(Widget):
    """Choose TR, TE and the flip angle of a spoiled gradient echo or a spin echo, and see which tissue is bright.

    The magnitude |Σ_t f_t PD_t S_t(TR, TE, α) + ε| is computed in the browser from the fractions f of the tissues, with
    S of `gradient_echo` and `spin_echo`; so it works on a page without a kernel. The noise ε is the same in all images,
    σ = `noise` where a full signal is 1. Curves show PD · S of each tissue against each of the three. The scan takes H
    repetitions. SNR is PD · S / σ, and contrast to noise the difference of this between the first two tissues. Ideal
    pulses of no duration; no slice, no blur.

    Parameters
    ----------
    fractions : array (T, H, W)
        The share of each tissue in each pixel, 0 to 1, as from `brain_tissues`; sides from 16 to 256. Stored in 255
        levels.
    tissues : mapping of str to Tissue
        T names with (T1, T2, T2*, PD), times in s, in the order of `fractions`; None: those of the heads.
    dephasing : array (H, W), optional
        R₂′ in 1/s of a field that is inhomogeneous, as from `r2prime_map`: gradient echoes decay by exp(−TE R₂′) in
        addition, spin echoes do not. Stored in 255 levels.
    noise : float
        σ, √E|ε|² of the complex noise.
    seed : int
        Seed of the noise.

    Attributes
    ----------
    kind : {"gradient", "spin"}
        Initially "spin".
    tr, te : int
        In ms, of `REPETITION` and `ECHO`, TE < TR; initially 500 and 12. Where TR falls to TE, TE becomes shorter.
    flip : int
        In degrees, 1 to 90, initially 90. With a live kernel all four are updated by the widget, and can be set.

    Raises
    ------
    TypeError, ValueError
        For fractions out of range or of another shape, other numbers of tissues, and times or rates that are negative.

    References
    ----------
    Ernst and Anderson, Rev. Sci. Instrum. 37 (1966); Hahn, Phys. Rev. 80 (1950).

    Examples
    --------
    >>> from mrilab import brain_tissues
    >>> Contrast(brain_tissues((64, 64), seed=3))
    Contrast(64 × 64: spin echo, TR 500 ms, TE 12 ms, 90°)
    """

    _esm = source("ui.js", "contrast.js")
    _css = source("ui.css", "contrast.css")
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    fractions = traitlets.Bytes().tag(sync=True)
    tissues = traitlets.List(traitlets.Dict()).tag(sync=True)
    dephasing = traitlets.Bytes(None, allow_none=True).tag(sync=True)
    fastest = traitlets.Float(0.0).tag(sync=True)
    epsilon = traitlets.Bytes().tag(sync=True)
    scale = traitlets.Float().tag(sync=True)
    noise = traitlets.Float().tag(sync=True)
    choices = traitlets.Dict({"tr": list(REPETITION), "te": list(ECHO)}).tag(sync=True)
    kind = traitlets.Enum(KINDS, "spin").tag(sync=True)
    tr = traitlets.Int(500).tag(sync=True)
    te = traitlets.Int(12).tag(sync=True)
    flip = traitlets.Int(90).tag(sync=True)

    def __init__(
        self,
        fractions: Array,
        tissues: Mapping[str, Tissue] | None = None,
        *,
        dephasing: Array | None = None,
        noise: float = 0.02,
        seed: int = 0,
    ):
        known = {name: Tissue(*times) for name, times in (HEAD if tissues is None else tissues).items()}
        for name, tissue in known.items():
            for field, value in tissue._asdict().items():
                check_positive(f"{field} of {name!r}", value)
        shares = _checked_fractions(fractions, len(known))
        rate = np.zeros(0) if dephasing is None else _checked_rate(dephasing, shares.shape[1:])
        fastest = float(rate.max(initial=0)) or 1.0
        rng = np.random.default_rng(seed)
        parts = rng.standard_normal((2, *shares.shape[1:])) / np.sqrt(2)
        epsilon, scale = to_int16(parts[0] + 1j * parts[1])
        super().__init__(
            shape=list(shares.shape[1:]),
            fractions=np.rint(255 * shares).astype(np.uint8).tobytes(),
            tissues=[{"name": name, **tissue._asdict()} for name, tissue in known.items()],
            dephasing=None if dephasing is None else np.rint(255 * rate / fastest).astype(np.uint8).tobytes(),
            fastest=fastest,
            epsilon=epsilon,
            scale=scale,
            noise=check_positive("noise", noise, or_zero=True),
        )

    @traitlets.validate("tr", "te")
    def _valid_time(self, proposal):
        name, value = proposal["trait"].name, proposal["value"]
        if value not in self.choices[name]:
            raise ValueError(f"{name} must be one of {self.choices[name]} ms, got {value}")
        if name == "te" and value >= self.tr:
            raise ValueError(f"te must be less than tr, {self.tr} ms, got {value}")
        return value

    @traitlets.validate("flip")
    def _valid_flip(self, proposal):
        if not 1 <= proposal["value"] <= 90:
            raise ValueError(f"flip must be from 1 to 90 degrees, got {proposal['value']}")
        return proposal["value"]

    @traitlets.observe("tr")
    def _shorten(self, change):
        self.te = min(self.te, max(te for te in ECHO if te < change["new"]))

    def signals(self) -> dict[str, float]:
        """Return PD · S of each tissue at the current settings."""
        tr, te = MS * self.tr, MS * self.te
        out = {}
        for tissue in self.tissues:
            if self.kind == "spin":
                S = spin_echo(tr, te, tissue["t1"], tissue["t2"], self.flip)
            else:
                S = gradient_echo(tr, te, self.flip, tissue["t1"], tissue["t2star"])
            out[tissue["name"]] = tissue["density"] * float(S)
        return out

    def image(self) -> np.ndarray:
        """Return the magnitude of the image on the screen, float64 (H, W)."""
        shares = np.frombuffer(self.fractions, np.uint8).reshape(-1, *self.shape) / 255
        x = np.einsum("t,thw->hw", list(self.signals().values()), shares)
        if self.kind == "gradient" and self.dephasing is not None:
            rate = np.frombuffer(self.dephasing, np.uint8).reshape(self.shape) * (self.fastest / 255)
            x = x * np.exp(-MS * self.te * rate)
        return abs(x + self.noise * from_int16(self.epsilon, self.scale, tuple(self.shape)))

    def _still(self) -> dict[str, np.ndarray]:
        """Return the image, with the brightest tissue as white."""
        title = f"{self.kind} echo, TR {self.tr} ms, TE {self.te} ms, {self.flip}°"
        return {title: np.minimum(1, self.image() / max(self.signals().values()))}

    def __repr__(self) -> str:
        height, width = self.shape
        return f"Contrast({height} × {width}: {self.kind} echo, TR {self.tr} ms, TE {self.te} ms, {self.flip}°)"


def _checked_fractions(fractions: Array, count: int) -> np.ndarray:
    shares = check_values(fractions, "fractions", "T, H, W", real=True)
    if len(shares) != count or not all(LEAST <= n <= MOST for n in shares.shape[1:]):
        raise ValueError(
            f"fractions must be ({count}, H, W) for {count} tissues, with sides from {LEAST} to {MOST}, "
            f"got {shares.shape}"
        )
    if shares.min() < 0 or shares.max() > 1 + 1e-4:
        raise ValueError(f"fractions must lie between 0 and 1, got {shares.min():.4g} to {shares.max():.4g}")
    return np.minimum(shares, 1)


def _checked_rate(dephasing: Array, shape: tuple[int, ...]) -> np.ndarray:
    rate = check_values(dephasing, "dephasing", "H, W", real=True)
    if rate.shape != shape or rate.min() < 0:
        raise ValueError(f"dephasing must be {shape} and at least 0, got {rate.shape} from {rate.min():.4g}")
    return rate
