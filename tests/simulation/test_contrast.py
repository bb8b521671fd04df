"""Signal equations, by pulses and recovery one after the other; the tissues of the heads."""

import numpy as np
import pytest

import mrilab
from mrilab import brain_tissues, gradient_echo, spin_echo
from mrilab.simulation.contrast import HEAD, T2STAR
from mrilab.simulation.phantoms import TISSUES


def recover(M, t, t1):
    return 1 + (M - 1) * np.exp(-t / t1)


def after_many_pulses(kind, tr, te, flip, t1, decay):
    """What stands across the field at TE once the state repeats itself."""
    M, alpha = 1.0, np.deg2rad(flip)
    for _ in range(2000):
        across, along = M * np.sin(alpha), M * np.cos(alpha)
        if kind == "spin":
            along = -recover(along, te / 2, t1)  # the 180° pulse
        M = recover(along, tr - (te / 2 if kind == "spin" else 0), t1)
    return across * np.exp(-te / decay)


@pytest.mark.parametrize("tr, te, flip", [(0.02, 0.004, 15), (0.5, 0.012, 90), (0.3, 0.1, 60), (4.0, 0.09, 120)])
@pytest.mark.parametrize("t1, decay", [(0.83, 0.053), (4.0, 1.5)])
def test_the_equations_are_the_steady_state(tr, te, flip, t1, decay):
    found = gradient_echo(tr, te, flip, t1, decay), spin_echo(tr, te, t1, decay, flip)
    expected = [after_many_pulses(kind, tr, te, flip, t1, decay) for kind in ("gradient", "spin")]
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_a_gradient_echo_is_largest_at_the_ernst_angle():
    flip = np.linspace(0, 180, 18001)
    for tr, t1 in ((0.01, 1.33), (0.3, 0.83), (5.0, 0.8)):
        best = flip[np.argmax(gradient_echo(tr, tr / 2, flip, t1, 1.0))]
        assert best == pytest.approx(np.rad2deg(np.arccos(np.exp(-tr / t1))), abs=0.011)


def test_a_short_echo_time_leaves_the_formula_of_the_heads():
    simple = (1 - np.exp(-0.5 / 0.83)) * np.exp(-1e-4 / 0.08)
    assert spin_echo(0.5, 1e-4, 0.83, 0.08) == pytest.approx(simple, rel=3e-4)


def test_arguments_broadcast():
    t1, t2, *_ = np.transpose(list(HEAD.values()))
    assert spin_echo(0.5, np.array([[0.01], [0.02]]), t1, t2).shape == (2, 5)


@pytest.mark.parametrize(
    "changed, error, message",
    [
        ({"tr": 0.0}, ValueError, "tr must be above 0 s, got 0"),
        ({"te": 0.6}, ValueError, r"te must be less than tr, got te = 0.6 s, tr = 0.5 s"),
        ({"t1": np.array([1.0, -2.0])}, ValueError, "t1 must be above 0 s, got -2"),
        ({"flip": 181.0}, ValueError, "flip"),
        ({"tr": "long"}, TypeError, "tr"),
        ({"te": np.nan}, ValueError, "te"),
    ],
)
def test_bad_times_are_refused(changed, error, message):
    given = {"tr": 0.5, "te": 0.01, "t1": 0.8, "flip": 90.0} | changed
    with pytest.raises(error, match=message):
        gradient_echo(**given, t2star=0.05)
    with pytest.raises(error, match=message):
        spin_echo(**given, t2=0.08)


def test_no_tissue_has_a_longer_t2star_than_t2():
    assert list(T2STAR) == list(TISSUES) == list(HEAD)
    assert all(0 < tissue.t2star < tissue.t2 < tissue.t1 for tissue in HEAD.values())


@pytest.mark.parametrize("split", ["train", "test"])
def test_the_tissues_are_those_of_the_brain(split):
    """A brain is their sum in the brightness of each, times a grain of 2.5 per cent and a phase."""
    shape, fractions = (96, 80), brain_tissues((96, 80), 4, split=split)
    head = abs(mrilab.brain(shape, 4, split=split, contrast="T2"))
    grains = [head[here] for f in fractions if (here := f > 0.999).sum() > 20]
    assert len(grains) >= 2 and all(part.std() < 0.05 * part.mean() for part in grains)
    assert not head[fractions.sum(0) == 0].any() and head[fractions.sum(0) > 0.9].min() > 0
    with pytest.raises(ValueError, match="unknown split 'all'"):
        brain_tissues(shape, split="all")
