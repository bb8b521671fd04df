"""Every widget of the package, and one example of each."""

from inspect import isclass

import anywidget
import numpy as np

import mrilab
from mrilab import widgets
from mrilab.widgets import (
    Compare,
    Contrast,
    FoldOver,
    KSpacePainter,
    Movie,
    ProgressBoard,
    Sequence,
    SparseSolver,
    TrajectoryPlayer,
    explore,
)

WIDGETS = [thing for thing in vars(widgets).values() if isclass(thing) and issubclass(thing, anywidget.AnyWidget)]
HEAD = mrilab.brain((64, 64), seed=1)


def player(k):
    y = mrilab.NUFFT(k, HEAD.shape)(HEAD)
    return TrajectoryPlayer({"radial": k}, {"radial": y}, HEAD.shape, pixel_size=4e-3, dwell=1e-5)


EXAMPLES = {
    "Compare": lambda: Compare(HEAD, {"half as bright": 0.5 * HEAD}),
    "Contrast": lambda: Contrast(mrilab.brain_tissues((64, 64), seed=1)),
    "Explorer": lambda: explore(lambda factor: factor * HEAD, factor=[0.25, 0.5, 1.0]),
    "FoldOver": lambda: FoldOver(HEAD),
    "KSpacePainter": lambda: KSpacePainter(HEAD),
    "Movie": lambda: Movie(np.stack([HEAD, 0.5 * HEAD, HEAD]), {"darker": 0.5 * np.stack([HEAD] * 3)}),
    "ProgressBoard": lambda: ProgressBoard([("kspace", "k-space", [("kspace-dc", "ex-kspace-dc", 5)])], dict, print),
    "Sequence": lambda: Sequence(HEAD, pixel_size=4e-3, dwell=2e-5),
    "SparseSolver": lambda: SparseSolver(HEAD),
    "TrajectoryPlayer": lambda: player(mrilab.radial(8, 64)),
}
