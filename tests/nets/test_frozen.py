"""The samples behind the stored weights and tables stay as they were, whatever `simulate` learns to do."""

import numpy as np
import pytest

from mrilab.nets import Brains
from mrilab.nets.evaluate import NOISE, SHAPE
from mrilab.nets.in_vivo import InVivo
from mrilab.nets.shifts import OwnGrid

SMALL = {"shape": (64, 48), "accel": 4, "noise": 0.01}

# ‖y‖, ⟨w, y⟩ and Σ S with w = cos(0), cos(1), …, and ‖target‖, measured before raw fields became the default.
FIGURES = {
    "one coil": (15.55802, -1.821460 - 0.835183j, 3072, 16.31120),
    "training, 4 coils": (12.26723, -1.035314 + 0.611878j, 31.50278 + 53.20014j, 12.85863),
    "test, 8 coils": (15.47460, 0.052693 - 6.187564j, -72.53013 - 30.68450j, 16.30607),
    "own grid": (18.78960, 1.224211 - 1.904071j, 2.890422 + 11.30329j, 20.13162),
    "table, 8 coils": (41.10929, -5.634843 + 0.116189j, 27.88373 + 166.0476j, 42.87989),
    "in vivo, 8 coils": (32.94492, -5.404905 - 1.118803j, -343.4497 - 267.3672j, 33.38596),
}
SAMPLES = {
    "one coil": lambda: Brains("test", 2, coils=1, **SMALL)[1],
    "training, 4 coils": lambda: Brains("train", 1, coils=4, **SMALL)[0],
    "test, 8 coils": lambda: Brains("test", 2, coils=8, **SMALL)[1],
    "own grid": lambda: OwnGrid("test", 1, coils=8, **SMALL)[0],
    "table, 8 coils": lambda: Brains("test", 1, shape=SHAPE, coils=8, accel=4, noise=NOISE)[0],
    "in vivo, 8 coils": lambda: InVivo(coils=8, accel=4, noise=0.01)[12],
}


@pytest.mark.parametrize("name", FIGURES)
def test_samples_are_those_of_the_stored_networks(name):
    sample = SAMPLES[name]()
    length, weighted, maps, target = FIGURES[name]
    weights = np.cos(np.arange(sample.y.size)).reshape(sample.y.shape)
    assert np.linalg.norm(sample.y) == pytest.approx(length, rel=1e-5)
    assert np.vdot(weights, sample.y) == pytest.approx(weighted, abs=2e-4)
    assert sample.smaps.sum(dtype=complex) == pytest.approx(maps, abs=2e-3)
    assert np.linalg.norm(sample.target) == pytest.approx(target, rel=1e-5)
    np.testing.assert_allclose((abs(sample.smaps) ** 2).sum(0), 1, atol=1e-5)
