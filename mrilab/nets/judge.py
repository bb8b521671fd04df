"""Every method on scans unlike those of the training: `python -m mrilab.nets.judge` writes stored/foreign.json.

It goes on where it was interrupted. MRILAB_SCANS names the folder of the raw scan, which is fetched otherwise.
"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays.libraries import Array
from ..files import read_json
from ..metrics import psnr, ssim
from ..operators.coils import rss
from ..progress import progress_bar
from .dataset import Sample
from .evaluate import sparse
from .foreign import NOISE, SETS, Foreign, atlas_head, noise_of
from .pretrained import FOLDER, pretrained, pretrained_names
from .results import asked_for, keep, note_test, show
from .trust import Reconstruct, image_of, operator_of

HEADS = 4  # of the validation split, on which λ is tuned
WORLD = ("world-unet", "world-unrolled")
SHOWN = ("zero-filled", "frame", "unet", "unrolled", *WORLD)


def head_of(target: Array) -> np.ndarray:
    """Return the pixels of a head, bool (H, W): magnitudes above a tenth of the largest, and what they enclose.

    >>> ring = np.ones((5, 5))
    >>> ring[2, 2] = 0
    >>> bool(head_of(ring)[2, 2])
    True
    """
    from scipy.ndimage import binary_fill_holes

    size = np.abs(target)
    return binary_fill_holes(size > 0.1 * size.max())


def psnr_inside(x: Array, ref: Array) -> float:
    """Return the PSNR (dB) of images (H, W) inside the head: errors outside do not count. Raises as `psnr`.

    >>> ref = np.pad(np.ones((4, 4)), 2)
    >>> round(psnr_inside(ref + 0.1, ref), 3)
    20.0
    """
    head = head_of(ref)
    return psnr(np.abs(x)[head][None], np.abs(ref)[head][None])


METRICS: dict[str, Callable[[Array, Array], float]] = {"inside": psnr_inside, "whole": psnr, "ssim": ssim}


def scores(reconstruct: Reconstruct, samples: Sequence[Sample]) -> dict[str, list[float]]:
    """Return the `METRICS` of rss(S) · x, one for each sample.

    >>> sample = Sample(*np.ones((4, 1, 8, 8), np.complex64))
    >>> found = scores(lambda A, y: A.H(y), [sample._replace(mask=np.ones((8, 8), bool), target=np.eye(8) + 1)])
    >>> sorted(found)
    ['inside', 'ssim', 'whole']
    """
    images = [rss(s.smaps) * image_of(reconstruct, operator_of(s), s.y) for s in samples]
    return {
        name: [round(float(metric(x, s.target)), 4) for x, s in zip(images, samples)]
        for name, metric in METRICS.items()
    }


def methods(coils: int) -> dict[str, Reconstruct]:
    """Return what is compared besides the frame: zero-filling, the networks of the atlas, and those of the world."""
    trained_with = 1 if coils == 1 else 8
    names = (f"unet-{trained_with}", f"unrolled-{trained_with}", *WORLD)
    nets = {name: pretrained(name)[0] for name in names if name in pretrained_names()}
    return {"zero-filled": lambda A, y: A.H(y), **nets}


def tuned(coils: int, noise: float) -> tuple[float, float]:
    """Return the fraction of λ_max with the highest mean PSNR on heads of the validation split, to a factor of 1.4.

    The second number is that PSNR. The heads are received by as many coils, with the noise of the test.
    """
    data = Foreign(partial(atlas_head, "validation"), HEADS, coils=coils, noise=noise)
    samples = [data[i] for i in range(HEADS)]

    def quality(step: int) -> float:
        return float(np.mean(scores(partial(sparse, fraction=_fraction(step)), samples)["inside"]))

    best = 0 if coils == 1 else -6
    known = {step: quality(step) for step in (best - 1, best, best + 1)}
    while (top := max(known, key=known.__getitem__)) in (min(known), max(known)):
        following = top - 1 if top == min(known) else top + 1
        known[following] = quality(following)
    return _fraction(top), known[top]


def _fraction(step: int) -> float:
    return float(f"{2e-3 * 2 ** (step / 2):.3g}")


def judge(path: Path, sets: Sequence[str] = tuple(SETS)) -> dict[str, Any]:
    """Fill the file of scores at `path`, one method on one set after another; return what is in it."""
    kept = read_json(path, "scores on foreign scans") if path.exists() else {"lambdas": {}, "noise": {}, "scores": {}}
    kept["seeds"] = "mask and noise of slice i: i"
    with progress_bar(len(sets), None) as bar:
        for name in sets:  # the quick ones
            data = SETS[name]
            rows = kept["scores"].setdefault(name, {})
            todo = {method: f for method, f in methods(data.coils).items() if method not in rows}
            samples = [data[i] for i in range(len(data))] if todo else []
            rows |= {method: scores(f, samples) for method, f in todo.items()}
            if samples and name.startswith("head16"):
                kept["noise"][name] = noise_share(data.complete(0, data.coils, data.shape), samples[0].target)
            keep(path, kept)
        for name in sets:
            data, rows = SETS[name], kept["scores"][name]
            if "frame" not in rows:
                noise = data.noise or NOISE  # what a raw scan has is in it
                setting = f"{data.coils} coils, noise {noise:g}"
                if setting not in kept["lambdas"]:
                    kept["lambdas"][setting] = tuned(data.coils, noise)
                frame = partial(sparse, fraction=kept["lambdas"][setting][0])
                rows["frame"] = scores(frame, [data[i] for i in range(len(data))])
                keep(path, kept)
            bar.update()
    return kept


def noise_share(kspace: Array, target: Array) -> float:
    """Return σ of complete k-space (C, H, W), as `noise_of`, over the mean of the reference (H, W) in the head.

    >>> rng = np.random.default_rng(0)
    >>> 0.9 < noise_share(rng.standard_normal((4, 64, 64)), np.ones((64, 64))) < 1.1
    True
    """
    return round(noise_of(kspace) / float(np.mean(np.abs(target)[head_of(target)])), 3)


def note_tests(kept: dict[str, Any]) -> None:
    """Write the mean PSNR inside the head on each set to the records of the networks of the world."""
    for name in WORLD:
        note_test(name, {data: round(float(np.mean(rows[name]["inside"])), 2) for data, rows in kept["scores"].items()})


def over_heads(kept: dict[str, Any], sets: Sequence[str], rival: str = "frame") -> list[dict[str, Any]]:
    """Return for each network its mean lead (dB, inside the head) on each set, and that over the sets, one a head.

    Each head counts once, however many slices it has: slices of one head are no independent draws. "low" and "high" are
    the ends of the 95 % interval of the mean, by Student's t, as a few heads are too few to be resampled.

    >>> rows = {"frame": {"inside": [30.0, 32.0]}, "net": {"inside": [31.0, 35.0]}}
    >>> over_heads({"scores": {"one head": rows, "another": rows}}, ["one head", "another"])[0]["mean"]
    2.0
    """
    from scipy.stats import t

    def lead(method: str, name: str) -> float:
        rows = kept["scores"][name]
        return float(np.mean(rows[method]["inside"]) - np.mean(rows[rival]["inside"]))

    table = []
    for method in kept["scores"][sets[0]]:
        if method not in ("zero-filled", rival):
            leads = {name: lead(method, name) for name in sets}
            values = list(leads.values())
            mean = float(np.mean(values))
            half = float(t.ppf(0.975, len(sets) - 1) * np.std(values, ddof=1) / np.sqrt(len(sets)))
            table.append({"method": method, **leads, "mean": mean, "low": mean - half, "high": mean + half})
    return table


def shown(kept: dict[str, Any], sets: Sequence[str], metric: str = "inside", digits: int = 1) -> list[dict[str, str]]:
    """Return a row of means for each set, as the chapters show them; networks of the atlas share a column.

    >>> shown({"scores": {"a": {"frame": {"inside": [30.0, 32.0]}}}}, ["a"])[0]["frame"]
    '31.0'
    """
    table = []
    for name in sets:
        rows = {method.removesuffix("-1").removesuffix("-8"): found for method, found in kept["scores"][name].items()}
        means = {method: f"{np.mean(rows[method][metric]):.{digits}f}" for method in SHOWN if method in rows}
        table.append({"data": name, **dict.fromkeys(SHOWN, "–"), **means})
    return table


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge all methods on the sets of the command line, or on all sets, and print the means."""
    out, sets = asked_for(arguments, "judge", __doc__, "foreign.json", SETS)
    kept = judge(out, sets)
    if out == FOLDER / "foreign.json":  # not for a trial
        note_tests(kept)
    show(shown(kept, sets))


if __name__ == "__main__":
    main()
