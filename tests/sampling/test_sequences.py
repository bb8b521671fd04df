"""Diagrams of Cartesian lines: the samples stand on the grid, by spins whose phases are summed step by step too."""

import numpy as np
import pytest

from mrilab import gradients
from mrilab.sampling.hardware import GAMMA
from mrilab.sampling.sequences import KINDS, cartesian_diagram, path, waveforms

PIXEL, DWELL = 3.5e-3, 1.6e-5


def phases(diagram, ky, places, offset=0.0):
    """Phases in cycles of spins at `places` (y, x) in pixels, by the field that each feels; 180° negates them."""
    G, out = waveforms(diagram, ky) * 1e-3, [np.zeros(len(places))]
    hertz = GAMMA * PIXEL * G @ np.transpose(places) + offset * (np.arange(len(G)) >= diagram.excitation)[:, None]
    for t in range(1, diagram.end + 1):
        phase = out[-1] + DWELL * (hertz[t - 1] + hertz[t]) / 2 * (t > diagram.excitation)
        out.append(-phase if t == diagram.refocusing else phase)
    return np.array(out)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("samples", [8, 50, 128])
def test_samples_lie_on_the_grid(kind, samples):
    diagram, ky = cartesian_diagram(kind, samples, PIXEL, DWELL), -0.3
    k, j = path(diagram, ky), np.arange(samples)
    np.testing.assert_allclose(k[diagram.first + j, 1], (j - samples // 2) / samples, atol=1e-12)
    np.testing.assert_allclose(k[diagram.first + j, 0], ky, atol=1e-12)
    assert abs(k[diagram.echo, 1]) < 1e-12 and not k[: diagram.excitation].any()
    shots = k[None, diagram.first : diagram.first + samples]
    wave = waveforms(diagram, ky)[diagram.first : diagram.first + samples - 1]
    np.testing.assert_allclose(gradients(shots, PIXEL, DWELL)[0], wave, atol=1e-6)  # those that the path requires
    assert diagram.read[0, 0] >= 2 * diagram.excitation, "no gradient during the pulse"


@pytest.mark.parametrize("kind", KINDS)
def test_k_is_what_spins_say(kind):
    diagram, places = cartesian_diagram(kind, 32, PIXEL, DWELL), np.array([[0.0, 1.0], [1.0, 0.0], [-7.0, 11.0]])
    for ky in (-0.5, 0.25):
        np.testing.assert_allclose(phases(diagram, ky, places), path(diagram, ky) @ places.T, atol=1e-10)


def test_only_a_spin_echo_refocuses_an_offset():
    at_echo = {}
    for kind in KINDS:
        diagram = cartesian_diagram(kind, 32, PIXEL, DWELL)
        at_echo[kind] = phases(diagram, 0.0, np.zeros((1, 2)), offset=50.0)[diagram.echo, 0]
        time = DWELL * (diagram.echo - diagram.excitation)
    assert abs(at_echo["spin"]) < 50 * DWELL and abs(at_echo["gradient"]) > 0.04 and time > 0


def test_stronger_gradients_for_smaller_pixels_and_shorter_dwell_times():
    def strength(pixel, dwell):
        return abs(cartesian_diagram("gradient", 64, pixel, dwell).read[:, 1]).max()

    assert strength(PIXEL / 2, DWELL) == pytest.approx(2 * strength(PIXEL, DWELL))
    assert strength(PIXEL, DWELL / 4) == pytest.approx(4 * strength(PIXEL, DWELL))
    assert strength(PIXEL, DWELL) == pytest.approx(1e3 / (GAMMA * DWELL * 64 * PIXEL))  # Δk = 1/FOV in each step


@pytest.mark.parametrize(
    "changed, error, message",
    [
        ({"kind": "echo"}, ValueError, "'gradient', 'spin', got 'echo'"),
        ({"samples": 33}, ValueError, "even, got 33"),
        ({"samples": 6}, ValueError, "6"),
        ({"samples": 32.0}, TypeError, "samples"),
        ({"pixel_size": 0}, ValueError, "pixel_size"),
        ({"dwell": np.nan}, ValueError, "dwell"),
    ],
)
def test_bad_input_is_refused(changed, error, message):
    with pytest.raises(error, match=message):
        cartesian_diagram(**{"kind": "spin", "samples": 32, "pixel_size": PIXEL, "dwell": DWELL} | changed)
