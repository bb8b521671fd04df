"""The trajectory player: shots drawn one after the other, with their gradients and the image so far."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import traitlets

from ..arrays.checks import check_positive, check_shape, check_shots, check_values
from ..arrays.libraries import Array
from ..operators.nufft import NUFFT
from ..sampling.compensation import density
from ..sampling.hardware import GAMMA, slew_rates
from .base import Widget, from_int16, source, to_int16

STILL = 256  # sides of the drawing in the still picture
LEAST, MOST = 16, 512  # sides; the browser uses a grid at least 1½ times as large


class TrajectoryPlayer(Widget):
    """Play the shots of trajectories in order, beside the gradients that they require and the image so far.

    The image is gridded in the browser from the samples played so far, j ≤ p, with the weights w of the whole
    trajectory (`density`): x = (S/e) Σ_{j≤p} w_j y_j exp(2πi k_j·r)/√N, where S is the number of shots and e (at least
    1) the number of echoes among the samples; an echo is the sample of a shot nearest to DC. So the mean of the image
    is correct from the first echo on, and the last image is Aᴴ W y. It agrees with `NUFFT` to 1e-3 of the peak.
    Gradients and slew rates are those of `gradients` and `slew_rates`; the path is red where they exceed a limit.

    Parameters
    ----------
    trajectories : mapping of str to array (shots, samples, 2)
        At least one, in cycles per pixel; samples ≥ 3. Stored as float32.
    data : mapping of str to array (shots · samples,), complex
        Samples of each, one shot after the other, as from `NUFFT`. Stored as int16, after weighting.
    shape : (H, W)
        Image grid, sides from 16 to 512.
    pixel_size, dwell : float
        In m and s, as in `gradients`.
    gradient, slew : float
        The limits shown, in mT/m and T/m/s.
    reference : array (H, W), optional
        The ground truth, for the grey scale, from 0 to max|reference|, and the PSNR of each image. Without it, the
        scale ends at the maximum of all last images, and there is no PSNR.

    Attributes
    ----------
    choice : int
        The trajectory that is played, counted from 0. Changing it on the screen keeps the share of shots played.
    shot : int
        The shot shown, counted from 1, initially at five eighths of all. Setting it shows the whole shot, and the image
        from all shots up to it.

    Raises
    ------
    TypeError, ValueError
        For invalid trajectories, for data that do not fit them, and for values of other shapes or out of range.

    References
    ----------
    Gridding: Jackson et al., Selection of a convolution function for Fourier inversion using gridding, IEEE Trans. Med.
    Imaging 10 (1991). Kernel: Barnett, Magland and af Klinteberg, A parallel nonuniform fast Fourier transform library,
    SIAM J. Sci. Comput. 41 (2019).

    Examples
    --------
    >>> from mrilab import NUFFT, radial, shepp_logan
    >>> k = radial(13, 64, golden=True)
    >>> y = NUFFT(k, (32, 32))(shepp_logan((32, 32)))
    >>> TrajectoryPlayer({"golden": k}, {"golden": y}, (32, 32), pixel_size=7e-3, dwell=1e-5)
    TrajectoryPlayer(golden: 13 shots of 64 samples)
    """

    _esm = source("fft.js", "ui.js", "gridding.js", "scan.js", "player.js")
    _css = source("ui.css", "player.css")
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    scans = traitlets.List(traitlets.Dict()).tag(sync=True)
    unit = traitlets.Float().tag(sync=True)
    dwell = traitlets.Float().tag(sync=True)
    limits = traitlets.List(traitlets.Float()).tag(sync=True)
    peak = traitlets.Float().tag(sync=True)
    reference = traitlets.Bytes().tag(sync=True)
    choice = traitlets.Int(0).tag(sync=True)
    shot = traitlets.Int(1).tag(sync=True)

    def __init__(
        self,
        trajectories: Mapping[str, Array],
        data: Mapping[str, Array],
        shape: tuple[int, int],
        pixel_size: float,
        dwell: float,
        *,
        gradient: float = 40.0,
        slew: float = 180.0,
        reference: Array | None = None,
    ):
        grid = _checked_shape(shape)
        if not trajectories or set(trajectories) != set(data):
            raise ValueError(f"data for {sorted(data)} do not fit trajectories {sorted(trajectories)}")
        limits = [check_positive("gradient", gradient), check_positive("slew", slew)]
        scans, last, counts = [], [], []
        for name, trajectory in trajectories.items():
            k = check_shots(trajectory, f"TrajectoryPlayer of {name!r}", (2,)).astype(np.float32)
            slew_rates(k, pixel_size, dwell)  # raises unless both are positive, and for shots that are too short
            weighted = (density(k, grid) * _checked_data(name, data[name], k)).astype(np.complex64)
            samples, scale = to_int16(weighted)
            counts.append(len(k))
            scans.append(
                {"name": name, "size": list(k.shape[:2]), "k": k.tobytes(), "samples": samples, "scale": scale}
            )
            last.append(0.0 if reference is not None else abs(NUFFT(k, grid).H(weighted)).max())
        truth = np.zeros((0,)) if reference is None else _checked_reference(reference, grid)
        peak = float(max(last) or truth.max())
        super().__init__(
            shape=list(grid),
            scans=scans,
            unit=GAMMA * dwell * pixel_size,  # Δk of 1 T/m in one dwell time
            dwell=dwell,
            limits=limits,
            peak=peak,
            shot=max(1, 5 * counts[0] // 8),
            reference=np.rint(truth * (65535 / peak)).astype("<u2").tobytes(),
        )

    @traitlets.validate("choice")
    def _valid_choice(self, proposal):
        return _within("trajectories, counted from 0", proposal["value"], 0, len(self.scans) - 1)

    @traitlets.validate("shot")
    def _valid_shot(self, proposal):
        return _within("shots, counted from 1", proposal["value"], 1, self.scans[self.choice]["size"][0])

    @traitlets.observe("choice")
    def _clip_shot(self, change):
        self.shot = min(self.shot, self.scans[change["new"]]["size"][0])

    def _still(self) -> dict[str, np.ndarray]:
        """Return the shots up to the one shown, white on grey ones that follow, and the image from them."""
        scan = self.scans[self.choice]
        k = np.frombuffer(scan["k"], np.float32).reshape(*scan["size"], 2)
        weighted = from_int16(scan["samples"], scan["scale"], (k.shape[0] * k.shape[1],))
        weighted[self.shot * k.shape[1] :] = 0
        edges = np.linspace(-0.5, 0.5, STILL + 1)

        def path(shots: np.ndarray) -> np.ndarray:
            return np.histogram2d(shots[..., 0].ravel(), shots[..., 1].ravel(), [edges, edges])[0] > 0

        title = f"{scan['name']}: {self.shot} of {k.shape[0]} shots"
        image = np.abs(NUFFT(k, tuple(self.shape)).H(weighted)) * (k.shape[0] / self.shot / self.peak)
        return {title: 0.35 * path(k) + 0.65 * path(k[: self.shot]), "image so far": image}

    def __repr__(self) -> str:
        sizes = [f"{s['name']}: {s['size'][0]} shots of {s['size'][1]} samples" for s in self.scans]
        return f"TrajectoryPlayer({', '.join(sizes)})"


def _within(what: str, value: int, first: int, last: int) -> int:
    if not first <= value <= last:
        raise ValueError(f"there are {last - first + 1} {what}, got {value}")
    return value


def _checked_shape(shape: Any) -> tuple[int, ...]:
    checked = check_shape(shape, "TrajectoryPlayer", ndims=(2,))
    if not all(LEAST <= n <= MOST for n in checked):
        raise ValueError(f"TrajectoryPlayer takes an image grid with sides from {LEAST} to {MOST}, got {checked}")
    return checked


def _checked_data(name: str, data: Array, k: np.ndarray) -> np.ndarray:
    y, count = check_values(data, f"data of {name!r}"), k.shape[0] * k.shape[1]
    if y.shape != (count,):
        raise ValueError(f"data of {name!r} must have shape ({count},) for a trajectory {k.shape}, got {y.shape}")
    if not y.any():
        raise ValueError(f"data of {name!r} of shape {y.shape} must not all be zero")
    return y


def _checked_reference(reference: Array, shape: tuple[int, ...]) -> np.ndarray:
    truth = check_values(reference, "the reference")
    if truth.shape != shape:
        raise ValueError(f"a reference of shape {truth.shape} does not fit an image grid of {shape}")
    if not truth.any():
        raise ValueError(f"the reference of shape {shape} must not be zero everywhere")
    return abs(truth)
