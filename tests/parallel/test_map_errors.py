"""Errors of ESPIRiT's maps by default: at most 10 % above those of the default before soft weights, on 24 scans."""

import numpy as np
import pytest

from mrilab import brain, colin, espirit, rss, shepp_logan, simulate, simulate_smaps

HEADS = {"brain": lambda shape: brain(shape, 1, split="test"), "colin": colin, "Shepp-Logan": shepp_logan}
# Head, coils, grid, calibration block and noise; then the errors before soft weights (crop 0.95, the joint fit
# kept at every pixel), on scans by normalised maps and by raw fields. They count pixels that those maps held as 0 too.
TABLE = [
    ("brain", 4, (96, 96), 24, 0.005, 0.00548, 0.00302),
    ("brain", 8, (96, 96), 24, 0.0, 0.00193, 0.00185),
    ("brain", 8, (115, 90), 24, 0.005, 0.00682, 0.00298),
    ("brain", 8, (64, 81), 16, 0.02, 0.03211, 0.01418),
    ("brain", 16, (96, 96), 16, 0.005, 0.02450, 0.00471),
    ("brain", 16, (96, 96), 24, 0.02, 0.02994, 0.01363),
    ("brain", 32, (81, 96), 24, 0.005, 0.01549, 0.00739),
    ("brain", 8, (96, 96), (16, 24), 0.005, 0.00723, 0.00332),
    ("colin", 8, (96, 96), 24, 0.005, 0.00490, 0.00257),
    ("colin", 16, (90, 96), 16, 0.01, 0.01252, 0.00557),
    ("Shepp-Logan", 8, (48, 81), 24, 0.0, 0.09579, 0.14523),
    ("Shepp-Logan", 6, (81, 48), 16, 0.005, 0.08216, 0.24776),
]


def error(maps, true, inside):
    """‖S·phase − S_true‖ / ‖S_true‖ inside, of maps of norm 1, with the best phase at each pixel."""
    maps = maps / np.maximum(rss(maps), 1e-12)
    phase = np.exp(1j * np.angle((maps.conj() * true).sum(0)))
    return np.linalg.norm((maps * phase - true)[:, inside]) / np.linalg.norm(true[:, inside])


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("head, coils, shape, calib, noise, former, former_raw", TABLE)
def test_maps_are_as_good_as_before_soft_weights(head, coils, shape, calib, noise, former, former_raw, raw):
    fine = (2 * shape[0], 2 * shape[1])
    data = simulate(HEADS[head](fine), simulate_smaps(coils, fine, raw=raw), shape, noise=noise, seed=0)
    true, image = simulate_smaps(coils, shape, raw=False), abs(HEADS[head](shape))
    inside = image > 0.05 * image.max()
    soft, cropped = espirit(data, calib), espirit(data, calib, crop=0.95)
    assert error(soft, true, inside) <= 1.1 * (former_raw if raw else former)
    # Soft weights hold all of the head. Where a crop holds it too, the maps are as good.
    held = inside & cropped.any(axis=0)
    assert soft.any(axis=0)[inside].all()
    assert error(soft, true, held) <= 1.1 * error(cropped, true, held)
