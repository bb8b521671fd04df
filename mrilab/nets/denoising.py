"""How well the denoiser removes noise, told its σ rightly or not: `python -m mrilab.nets.denoising`.

Writes stored/denoising.json. The images are slices of Colin27, from which nothing was learned. The denoiser is compared
with networks that were trained on for one σ alone, and with a frame whose λ is the best for these very images.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ..files import read_json
from ..operators.fourier import FFT
from ..operators.linop import Identity
from ..operators.undecimated import UndecimatedWavelet
from ..problems.least_squares import LeastSquares
from ..problems.regularisers import L1
from ..solvers.condat_vu import condat_vu
from .foreign import second_head
from .pretrained import FOLDER, pretrained
from .recipes import RECIPES
from .results import keep, show
from .settings import Settings
from .training import train
from .weights import load_weights

LEVELS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)  # σ, for images of largest magnitude 1
ALONE = (0.02, 0.1, 0.2)  # σ of the networks that were trained for it alone
TOLD = (0.5, 1.0, 1.5, 2.0)  # what the denoiser is told, in units of σ
COUNT, SHAPE = 6, (128, 128)
THRESHOLDS = (0.14, 0.2, 0.28, 0.4, 0.56)  # λ of the frame, in units of σ

Remove = Callable[[np.ndarray], np.ndarray]


def images() -> list[np.ndarray]:
    """Return slices of Colin27 in three planes, complex64 (H, W), of largest magnitude 1."""
    found = [FFT(SHAPE).H(second_head(COUNT, i, 1, SHAPE))[0] for i in range(COUNT)]
    return [image / abs(image).max() for image in found]


def errors(remove: Remove, clean: Sequence[np.ndarray], sigma: float) -> list[float]:
    """Return the root mean square of remove(x + ε) − x in units of σ, for each image; ε has the seed of its number.

    >>> 0.98 < errors(lambda noisy: noisy, [np.zeros((64, 64), np.complex64)], sigma=0.1)[0] < 1.02
    True
    """
    found = []
    for number, x in enumerate(clean):
        white = np.random.default_rng(number).standard_normal((*x.shape, 2), dtype=np.float32).view(np.complex64)
        noisy = x + np.float32(sigma / np.sqrt(2)) * white[..., 0]
        found.append(round(float(np.sqrt(np.mean(abs(remove(noisy) - x) ** 2)) / sigma), 4))
    return found


def told(net: nn.Module, sigma: float) -> Remove:
    """Return x ↦ D(x, σ) for one image (H, W)."""

    @torch.no_grad()
    def remove(noisy: np.ndarray) -> np.ndarray:
        return net(torch.from_numpy(noisy)[None], torch.tensor([sigma], dtype=torch.float32))[0].numpy()

    return remove


def shrunk(lam: float) -> Remove:
    """Return x ↦ argmin ½‖z − x‖² + λ‖Ψz‖₁, with the undecimated sym8 frame Ψ, by Condat-Vu."""
    Psi = UndecimatedWavelet("sym8", SHAPE, level=3)
    return lambda noisy: condat_vu(LeastSquares(Identity(SHAPE), noisy), L1(lam), Psi, max_iter=25, progress=False).x


def alone(sigma: float, folder: Path) -> nn.Module:
    """Return the denoiser, trained on for this σ alone."""
    options = RECIPES["denoiser"] | {"start": "denoiser", "levels": (sigma, sigma), "epochs": 3, "learning_rate": 5e-4}
    out = folder / f"alone-{sigma:g}"
    train(Settings(**options, out=str(out), resume=True))
    return load_weights(out / "weights.safetensors")[0].eval()


def measure(path: Path, folder: Path) -> dict[str, Any]:
    """Write the errors of all methods at all σ to the file at `path`, and return them; goes on if interrupted."""
    clean, levels = images(), sorted({*LEVELS, *ALONE})
    if path.exists():
        kept = read_json(path, "errors of the denoiser")
    else:
        net = pretrained("denoiser")[0]
        kept = {"images": f"{COUNT} slices of Colin27", "levels": levels, "alone": {}}
        kept["denoiser"] = {
            f"{factor:g}": [errors(told(net, factor * sigma), clean, sigma) for sigma in levels] for factor in TOLD
        }
        kept["frame"] = [
            min((errors(shrunk(c * sigma), clean, sigma) for c in THRESHOLDS), key=np.mean) for sigma in levels
        ]
        keep(path, kept)
    for sigma in ALONE:
        if f"{sigma:g}" not in kept["alone"]:
            kept["alone"][f"{sigma:g}"] = errors(told(alone(sigma, folder), sigma), clean, sigma)
            keep(path, kept)
    return kept


def shown(kept: dict[str, Any]) -> list[dict[str, str]]:
    """Return a row of mean errors, in units of σ, for each σ."""
    table = []
    for k, sigma in enumerate(kept["levels"]):
        means = {f"told {factor} σ": np.mean(rows[k]) for factor, rows in kept["denoiser"].items()}
        means["frame"] = np.mean(kept["frame"][k])
        row = {"σ": f"{sigma:g}"} | {name: f"{value:.3f}" for name, value in means.items()}
        special = kept["alone"].get(f"{sigma:g}")
        table.append(row | {"trained for it alone": f"{np.mean(special):.3f}" if special else "–"})
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser("python -m mrilab.nets.denoising", description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER / "denoising.json", help="file for the errors")
    parser.add_argument("--folder", type=Path, default=Path("_build/nets"), help="for the networks of one σ")
    asked = parser.parse_args(arguments)
    show(shown(measure(asked.out, asked.folder)))


if __name__ == "__main__":
    main()
