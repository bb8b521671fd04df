"""The chest that beats: what moves is what its truth says, and all else stands still."""

import numpy as np
import pytest

from mrilab import beating_chest

TIMES = np.linspace(0, 1.6, 33)
SHAPE = (160, 160)
PIXEL = 236 / 160  # mm


@pytest.mark.parametrize("seed", range(3))
def test_the_blood_pool_has_the_stated_area(seed):
    """The heart's bright pixels change with π r², and with the right ventricle, which contracts likewise."""
    chest = beating_chest(SHAPE, TIMES, seed)
    bright = (abs(chest.images) * chest.heart).clip(0.5, None).sum((1, 2)) * PIXEL**2  # wall and less count as 0.5
    area = np.pi * chest.radius**2
    slope = np.polyfit(area, bright, 1)[0]
    assert np.corrcoef(area, bright)[0, 1] > 0.995
    assert chest.radius.max() > 1.3 * chest.radius.min()
    assert slope > 0.5  # the left ventricle alone: a contrast of 0.5


@pytest.mark.parametrize("seed", range(3))
def test_the_lesion_gains_its_uptake_and_nothing_else_changes(seed):
    chest = beating_chest(SHAPE, TIMES, seed)
    images = abs(chest.images)
    assert np.allclose(images[:, chest.lesion].max(1), 0.4 + chest.uptake, atol=1e-5)
    near = np.zeros(SHAPE, bool)
    for shift in np.ndindex(5, 5):  # edges are a pixel wide
        near |= np.roll(chest.lesion | chest.heart, np.subtract(shift, 2), (0, 1))
    assert np.ptp(images[:, ~near], axis=0).max() < 1e-6
    assert not (chest.lesion & chest.heart).any()
    assert images.max() == pytest.approx(1)


def test_it_beats_two_or_three_times():
    for seed in range(10):
        radius = beating_chest((8, 8), np.arange(0, 2.4, 0.01), seed).radius
        beats = np.flatnonzero((radius[1:-1] > radius[:-2]) & (radius[1:-1] >= radius[2:]))
        assert all(60 <= n <= 80 for n in np.diff(beats))
        assert 2 <= len(beats) <= 4


def test_a_seed_is_one_chest_on_every_grid_and_at_all_times():
    chest, fine = beating_chest((40, 40), TIMES, 3), beating_chest(SHAPE, TIMES, 3)
    assert np.array_equal(chest.radius, fine.radius)
    gap = abs(chest.images - fine.images[:, ::4, ::4])  # the same places, but for the width of the edges
    assert np.mean(gap < 1e-3) > 0.75
    later = beating_chest((40, 40), TIMES[5:7], 3)
    assert np.array_equal(later.images, chest.images[5:7])
    assert not np.array_equal(beating_chest((40, 40), TIMES, 4).images, chest.images)


@pytest.mark.parametrize(
    "arguments, says",
    [
        (((32,), TIMES), "shape of an image"),
        (((32, 32), TIMES[None]), "times"),
        (((32, 32), np.array([0.0, np.nan])), "times"),
        (((32, 32), TIMES, -1), "seed"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, says):
    with pytest.raises((TypeError, ValueError), match=says):
        beating_chest(*arguments)
