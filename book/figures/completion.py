"""Completion of k-space on a real head: the numbers and the picture that the page `completion` shows.

MRILAB_SCANS=folder python book/figures/completion.py writes completion.json and completion.webp beside this file. Every
method takes the best of its settings on this scan itself, so all are flattered alike.
"""

import json
from datetime import date
from itertools import product
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from scipy import ndimage

from mrilab import (
    FFT,
    L1,
    Coils,
    GroupL1,
    Identity,
    LeastSquares,
    Mask,
    Wavelet,
    compress_coils,
    conjugate_gradient,
    espirit,
    fista,
    lambda_max,
    public_scan,
    random_lines,
    rss,
    sake,
    spirit,
    variable_density,
)
from mrilab.data.public import SCANS

HERE = Path(__file__).parent
FRACTIONS = {"group-lasso": (5e-5, 1e-4, 2e-4, 4e-4, 1.6e-3, 3.2e-3), "ESPIRiT": (7.5e-5, 1.5e-4, 3e-4, 6e-4, 1.2e-3)}
SETTINGS = {
    "SPIRiT": list(product((1e-3, 1e-2, 1e-1), (10, 20, 40))),  # regularisation, iterations
    "SAKE": list(product((30, 40, 55), (10, 20, 40))),  # rank, iterations
}


def main() -> None:
    """Run all methods on both masks, and store what they give."""
    full = public_scan("head16").kspace
    shape = full.shape[-2:]
    truth = rss(FFT(shape).H(full))
    full, truth = full / truth.max(), truth / truth.max()
    inside = ndimage.binary_fill_holes(truth > 0.1)
    virtual = compress_coils(full, 8)[0]
    masks = {
        "points": variable_density(shape, 4, center=24, seed=0),
        "points, no centre": variable_density(shape, 4, center=2, seed=0),
        "lines": random_lines(shape, 4, center=24, seed=0),
    }
    rows, pictures = [], {"all samples": truth}
    for name, mask in masks.items():
        for method, (score, setting, image) in reconstruct(virtual * mask, mask, truth, inside).items():
            rows.append({"mask": name, "method": method, "PSNR (dB)": round(score, 2), "setting": setting})
            print(rows[-1], flush=True)
            if name == "points":
                pictures[method] = image
    scan = SCANS["head16"]
    source = {"address": scan.address, "licence": scan.licence, "citation": scan.citation, "sha256": scan.sha256[0]}
    stored = {"scan": source, "date": f"{date.today()}", "coils": 8, "rows": rows}
    (HERE / "completion.json").write_text(json.dumps(stored, indent=1) + "\n")
    draw(pictures, truth)


def reconstruct(y, mask, truth, inside):
    """Return the best PSNR inside the head, its setting and its image, for each method."""
    shape = mask.shape
    F, W = FFT(shape), Wavelet("sym8", shape, level=4)

    def sparse(S, norm, fraction):
        f = LeastSquares(Mask(mask) @ F @ S @ W.H, y)
        return rss(S(W.H(fista(f, norm(fraction * lambda_max(f, norm(1.0))), max_iter=60).x)))

    def completed(regularisation, iterations):
        G = spirit(y, 24, regularisation=regularisation)
        E = G + (-1) * Identity(G.shape_in)
        f = LeastSquares(E @ F.H @ Mask(~mask), -E(F.H(y)))
        return rss(F.H(y + conjugate_gradient(f, max_iter=iterations).x * ~mask))

    methods = {
        "zero-filled": ([()], lambda: rss(F.H(y))),
        "group-lasso": (
            [(q,) for q in FRACTIONS["group-lasso"]],
            lambda q: sparse(Identity(shape), lambda lam: GroupL1(lam, axis=-3), q),
        ),
        "SAKE": (SETTINGS["SAKE"], lambda rank, n: rss(F.H(sake(y, rank, max_iter=n)))),
    }
    if mask[tuple(slice(n // 2 - 12, n // 2 + 12) for n in shape)].all():
        S = Coils(espirit(y, 24))
        methods["SPIRiT"] = SETTINGS["SPIRiT"], completed
        methods["ℓ1, ESPIRiT's maps"] = [(q,) for q in FRACTIONS["ESPIRiT"]], lambda q: sparse(S, L1, q)
    found = {}
    for name, (settings, run) in methods.items():
        tried = [(setting, run(*setting)) for setting in settings]
        scores = [10 * np.log10(1 / np.mean((image - truth)[inside] ** 2)) for _, image in tried]
        best = int(np.argmax(scores))
        found[name] = float(scores[best]), *tried[best]
    return found


def draw(pictures, truth):
    """Save the images, with four times their errors below, in the style of the pages."""
    plt.rc_file(HERE.parent / "matplotlibrc")
    figure, axes = plt.subplots(2, len(pictures), figsize=(2.2 * len(pictures), 4.9), layout="constrained")
    for (name, image), (above, below) in zip(pictures.items(), axes.T):
        above.imshow(image, cmap="gray", vmin=0, vmax=0.8)
        below.imshow(4 * abs(image - truth), cmap="gray", vmin=0, vmax=0.8)
        above.set_title(name, fontsize=11)
        above.set_axis_off()
        below.set_axis_off()
    axes[1, 0].set_title("error, four times", fontsize=11)
    figure.savefig(HERE / "completion.webp", dpi=110, pil_kwargs={"quality": 85})


if __name__ == "__main__":
    main()
