"""Noise of a simulated receiver, written to files: after whitening, its variance is 1 in every sample."""

from dataclasses import replace

import numpy as np
import pytest
from scan_files import write_ismrmrd
from test_grids import XML, _acquisition
from twix_files import Line, protocol, write_twix

from mrilab import load_kspace, noise_covariance, scan_covariance, whiten

COILS, HEIGHT, WIDTH = 8, 64, 128
RNG = np.random.default_rng(3)
MIXING = np.eye(COILS) + 0.3 * np.eye(COILS, k=1) + 0.2j * np.eye(COILS, k=-2)
MIXING[3] *= 4


def receive(shape, dwell, scale=1e-4):
    """Noise of all coils (C, …, n): its power is proportional to the bandwidth, and the band's edges are filtered."""
    count = shape[-1]
    frequency = abs(np.arange(count) - count // 2) / (count / 2)
    amplitude = np.where(frequency < 0.6, 1.0, np.cos((frequency - 0.6) / 0.4 * np.pi / 2.2))
    white = RNG.standard_normal((COILS, *shape, 2)) @ [1, 1j] / np.sqrt(2)
    samples = np.fft.ifft(np.fft.ifftshift(amplitude * white, axes=-1), axis=-1, norm="ortho")
    return (scale / np.sqrt(dwell) * np.tensordot(MIXING, samples, 1)).astype(np.complex64)


def relative_bandwidth():
    frequency = abs(np.arange(512) - 256) / 256
    return float(np.where(frequency < 0.6, 1.0, np.cos((frequency - 0.6) / 0.4 * np.pi / 2.2) ** 2).mean())


def scan_lines(average, dwell, factor):
    """A scan of nothing but noise: `average` says how often line h is acquired."""
    return [
        Line(receive((factor * WIDTH,), dwell), h, cell={"average": a}, centres=(HEIGHT // 2, 0), dwell=dwell)
        for h in range(HEIGHT)
        for a in range(average(h))
    ]


def quiet(dwell, count=256, readouts=96):
    return [Line(receive((count,), dwell), kind="noise", dwell=dwell) for _ in range(readouts)]


def ismrmrd_file(folder, lines, noise, factor, bandwidth=None):
    xml = XML.format(x=factor * WIDTH, y=HEIGHT, z=1, rx=WIDTH, fx=200, limits="<encodingLimits/>")
    xml = xml.replace("<fieldOfView_mm><x>200<", f"<fieldOfView_mm><x>{factor * 200}<", 1)
    if bandwidth:
        system = f"<relativeReceiverNoiseBandwidth>{bandwidth}</relativeReceiverNoiseBandwidth>"
        xml = xml.replace(
            "<experimental", f"<acquisitionSystemInformation>{system}</acquisitionSystemInformation><experimental", 1
        )
    return write_ismrmrd(folder / "x.h5", xml, [_acquisition(line) for line in noise + lines])


def twix_file(folder, lines, noise, factor, dwell, noise_dwell):
    """The noise is a measurement of its own, before the scan."""
    before = (protocol(128, 1, dwell=noise_dwell), noise)
    return write_twix(folder / "x.dat", before, (protocol(WIDTH, HEIGHT, factor=factor, dwell=dwell), lines))


AVERAGES = {"one": lambda h: 1, "four": lambda h: 4, "incomplete": lambda h: 3 if h < 40 else 1}
AVERAGES["gaps"] = lambda h: h % 8 > 0
KINDS = ["ismrmrd", "ismrmrd that tells its bandwidth", "twix"]
SCANS = [(kind, 10, 10, 1, "one") for kind in KINDS] + [(kind, 12.5, 5, 2, "four") for kind in KINDS]
SCANS += [(kind, 4, 30, 2, "incomplete") for kind in KINDS] + [
    ("twix", 4, 30, 1, "gaps"),
    ("ismrmrd", 4, 30, 1, "four"),
]


@pytest.mark.parametrize("kind, dwell, noise_dwell, factor, average", SCANS)
def test_whitened_noise_has_variance_one(tmp_path, kind, dwell, noise_dwell, factor, average):
    lines, noise = scan_lines(AVERAGES[average], dwell, factor), quiet(noise_dwell)
    if kind == "twix":
        path = twix_file(tmp_path, lines, noise, factor, dwell, noise_dwell)
    else:
        path = ismrmrd_file(tmp_path, lines, noise, factor, relative_bandwidth() if "bandwidth" in kind else None)
    scan = load_kspace(path)
    assert (scan.dwell, scan.noise_dwell, scan.band) == (dwell, noise_dwell, 1 / factor)
    white = whiten(scan).kspace
    samples = white[:, scan.mask]
    assert samples.size >= 50_000
    assert np.mean(abs(samples) ** 2) == pytest.approx(1, rel=0.02)
    assert abs(noise_covariance(samples) - np.eye(COILS)).max() < 0.05


@pytest.mark.parametrize("vb", [False, True])
def test_noise_within_a_twix_scan_has_the_scanners_own_dwell_time(tmp_path, vb):
    noise_dwell = (1e6 / 130 if vb else 7680) / 256
    lines, noise = scan_lines(AVERAGES["one"], 8, 2), quiet(noise_dwell)
    software = "B17" if vb else "E11"
    parts = protocol(WIDTH, HEIGHT, factor=2, dwell=8, software=software)
    scan = load_kspace(write_twix(tmp_path / "x.dat", (parts, noise + lines), vb=vb))
    assert scan.noise_dwell == pytest.approx(noise_dwell)
    assert np.mean(abs(whiten(scan).kspace) ** 2) == pytest.approx(1, rel=0.02)


def test_a_volume_of_asymmetric_echoes(tmp_path):
    """Across a transformed readout the noise of a sample is the mean over its readout."""
    count, depth, dwell = 32, 64, 10
    kept = 20
    lines = [
        Line(receive((count,), dwell)[:, count - kept :], y, z, centre=count // 2 - (count - kept), centres=(16, 32))
        for z in range(depth)
        for y in range(32)
        for _ in range(1 + y % 2)
    ]
    noise = quiet(dwell)
    path = write_twix(tmp_path / "x.dat", (protocol(128, 1, dwell=10), noise), (protocol(count, 32, depth), lines))
    scan = load_kspace(path)
    assert scan.kspace.shape == (count, COILS, 32, depth)
    assert np.allclose(np.unique(scan.averages), [1.6, 3.2])
    assert np.mean(abs(whiten(scan).kspace) ** 2) == pytest.approx(1, rel=0.02)


def test_a_scan_without_noise_cannot_be_whitened(tmp_path):
    scan = load_kspace(twix_file(tmp_path, scan_lines(AVERAGES["one"], 10, 1), quiet(10), 1, 10, 10))
    for without in (replace(scan, noise=None), whiten(scan)):
        with pytest.raises(ValueError, match="holds no noise scan"):
            whiten(without)
    longer = replace(scan, noise_dwell=40.0)
    assert np.allclose(scan_covariance(longer), 4 * scan_covariance(scan))
    unknown = replace(scan, noise_dwell=None, dwell=None)
    assert np.allclose(scan_covariance(unknown), scan_covariance(scan))
