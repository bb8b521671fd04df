"""Lines of both readout directions: found, warned of, and made one image without a ghost."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scan_files import header, line, write_ismrmrd
from scipy import ndimage
from test_grids import Plan, turn, write
from twix_files import Line, protocol, write_twix

from mrilab import FFT, Scan, correct_epi, load_kspace, rss
from mrilab.data.epi import alternates

SCANS = os.environ.get("MRILAB_SCANS")
HEIGHT, WIDTH = 24, 30
X = np.arange(WIDTH) - WIDTH // 2
BACK = np.arange(HEIGHT) % 2 == 1


def coil_images():
    """Two coils see an object without symmetry, in the middle half of its field of view."""
    h, w = np.mgrid[:HEIGHT, :WIDTH]
    inside = (abs(h - HEIGHT // 2) < HEIGHT // 5) & (abs(w - WIDTH // 2) < WIDTH // 3)
    values = inside * (1 + 0.5 * np.sin(w / 2) + w / WIDTH + 1j * h / HEIGHT)
    return np.stack([values * (w + 3), values * (WIDTH - w + 5j)]).astype(np.complex64)


def echo_train(images, constant=0.7, slope=0.11, drift=0.05):
    """k-space whose odd lines are delayed, all from left to right, with a phase that drifts from line to line."""
    F = FFT((WIDTH,))
    kspace = FFT((HEIGHT, WIDTH))(images)
    delay = np.where(BACK[:, None], np.exp(-1j * (constant + slope * X)), 1)
    return F(F.H(kspace) * delay * np.exp(1j * drift * np.arange(HEIGHT))[:, None]).astype(np.complex64)


def scans(**settings):
    """The scan, and its reference without phase encoding: the central line again and again."""
    images = coil_images()
    plain = np.zeros_like(images)
    plain[:, HEIGHT // 2] = images.sum(axis=1)
    return echo_train(images, **settings), echo_train(plain, **settings)


def ghost(kspace):
    """Energy outside the object, over that within."""
    image = rss(FFT(kspace.shape[-2:]).H(kspace))
    inside = abs(coil_images()).sum(axis=0) > 0
    return float((image[~inside] ** 2).sum() / (image[inside] ** 2).sum())


def as_stored(kspace):
    """Every other line from right to left, as the receiver had it."""
    kspace = kspace.copy()
    kspace[:, BACK] = kspace[:, BACK, ::-1]
    return kspace


@pytest.mark.parametrize("constant, slope", [(0.0, 0.0), (0.7, 0.11), (-2.5, 0.4), (3.0, -0.3)])
def test_the_ghost_goes(constant, slope):
    kspace, reference = scans(constant=constant, slope=slope, drift=0.0)
    fixed = correct_epi(Scan(as_stored(kspace)), Scan(as_stored(reference)))
    assert ghost(fixed.kspace) < 1e-8 < 1e-3 < ghost(as_stored(kspace))
    assert np.array_equal(fixed.turned, BACK)
    assert np.allclose(fixed.kspace[:, ~BACK], kspace[:, ~BACK], atol=1e-4)


def test_a_drift_of_the_phase_does_not_disturb_the_estimate():
    kspace, reference = scans(drift=0.3)
    still, _ = scans(drift=0.0)
    fixed = correct_epi(Scan(as_stored(kspace)), Scan(as_stored(reference))).kspace
    undrifted = fixed * np.exp(-0.3j * np.arange(HEIGHT))[:, None]
    assert ghost(undrifted) < 1e-5 < ghost(still)


def test_noise_and_a_short_reference():
    kspace, reference = scans(drift=0.0)
    rng = np.random.default_rng(0)
    noisy = reference + 0.02 * abs(reference).max() * (rng.standard_normal(reference.shape) + 0j).astype(np.complex64)
    for lines in (2, 3, HEIGHT):
        stored = replace(Scan(as_stored(noisy)[:, :lines]))
        assert ghost(correct_epi(Scan(as_stored(kspace)), stored, turned=BACK).kspace) < 2e-3


def test_each_image_by_its_own_reference():
    first, second = scans(constant=0.5), scans(constant=-1.0, slope=0.2)
    pair, references = (np.stack([as_stored(a), as_stored(b)]) for a, b in zip(first, second))
    fixed = correct_epi(Scan(pair), Scan(references)).kspace
    for one, stored, reference in zip(fixed, pair, references):
        assert np.allclose(one, correct_epi(Scan(stored), Scan(reference)).kspace, atol=1e-4)


@pytest.mark.parametrize("kind", ["ismrmrd", "vd"])
def test_a_file_whose_lines_are_marked(tmp_path, kind):
    kspace, reference = scans(drift=0.0)
    read = []
    for name, samples in (("scan", kspace), ("reference", reference)):
        (tmp_path / name).mkdir()
        lines = [Line(samples[:, h], h) for h in range(HEIGHT)]
        lines = [turn(line) if h % 2 else line for h, line in enumerate(lines)]
        path = write(tmp_path / name, kind, Plan(WIDTH, HEIGHT, centre=(HEIGHT // 2, 0)), lines)
        with pytest.warns(UserWarning, match="both readout directions make one image, as in EPI.*correct_epi"):
            read.append(load_kspace(path))
    assert np.array_equal(read[0].turned, BACK)
    assert ghost(correct_epi(*read).kspace) < 1e-8 < ghost(read[0].kspace)


def with_phase_lines(kspace, reference, directions=(False, True, False), **cell):
    """The lines of a scan, some lines of its reference in these directions, marked as such, before them."""
    lines = [Line(reference[:, turned * 1], HEIGHT // 2, kind="phasecor", cell=cell) for turned in directions]
    lines = [turn(line) if turned else line for line, turned in zip(lines, directions)]
    image = [Line(kspace[:, h], h, cell=cell) for h in range(HEIGHT)]
    return [*lines, *(turn(line) if h % 2 else line for h, line in enumerate(image))]


@pytest.mark.parametrize("kind", ["ismrmrd", "vd", "vb"])
@pytest.mark.parametrize("constant, slope", [(0.7, 0.11), (-2.5, 0.3)])
def test_a_file_with_phase_correction_lines_is_read_without_a_ghost(tmp_path, kind, constant, slope):
    kspace, reference = scans(constant=constant, slope=slope, drift=0.0)
    plan = Plan(WIDTH, HEIGHT, centre=(HEIGHT // 2, 0))
    scan = load_kspace(write(tmp_path, kind, plan, with_phase_lines(kspace, reference)))  # a warning is an error
    assert scan.kspace.shape == kspace.shape and np.array_equal(scan.turned, BACK)
    assert ghost(scan.kspace) < 1e-8 < 1e-3 < ghost(kspace)
    assert np.allclose(scan.kspace[:, ~BACK], kspace[:, ~BACK], atol=1e-5)


@pytest.mark.parametrize("kind", ["ismrmrd", "vd"])
def test_each_slice_is_corrected_by_its_own_lines(tmp_path, kind):
    pair = [scans(constant=0.5, drift=0.0), scans(constant=-1.0, slope=0.2, drift=0.0)]
    lines = [
        line for s, (kspace, reference) in enumerate(pair) for line in with_phase_lines(kspace, reference, slice=s)
    ]
    scan = load_kspace(write(tmp_path, kind, Plan(WIDTH, HEIGHT, centre=(HEIGHT // 2, 0)), lines))
    assert scan.kspace.shape == (2, 2, HEIGHT, WIDTH) and max(map(ghost, scan.kspace)) < 1e-8


@pytest.mark.parametrize("kind", ["ismrmrd", "vd"])
@pytest.mark.parametrize("directions", [(), (False, False), (True,)])
def test_without_phase_lines_of_both_directions_epi_warns(tmp_path, kind, directions):
    kspace, reference = scans(drift=0.0)
    path = write(tmp_path, kind, Plan(WIDTH, HEIGHT), with_phase_lines(kspace, reference, directions))
    with pytest.warns(UserWarning, match="Nyquist ghost"):
        assert np.allclose(load_kspace(path).kspace, kspace)


@pytest.mark.parametrize("kind", ["ismrmrd", "vd"])
def test_echoes_of_one_direction_each_stay_as_they_are(tmp_path, kind):
    kspace, reference = scans(drift=0.0)
    lines = [Line(reference[:, h], HEIGHT // 2, kind="phasecor") for h in (0, 1)]
    lines += [Line(kspace[:, h], h, cell={"contrast": e}) for e in (0, 1) for h in range(HEIGHT)]
    lines = [turn(line) if line.cell.get("contrast") or n == 1 else line for n, line in enumerate(lines)]
    scan = load_kspace(write(tmp_path, kind, Plan(WIDTH, HEIGHT, centre=(HEIGHT // 2, 0)), lines))
    assert np.allclose(scan.kspace, kspace)


def test_lines_that_are_not_marked_are_found_by_their_profiles(tmp_path):
    kspace, reference = scans()
    assert alternates(as_stored(kspace)) and alternates(as_stored(reference))
    assert not alternates(kspace) and not alternates(FFT((HEIGHT, WIDTH))(coil_images()))
    lines = [Line(as_stored(kspace)[:, h], h) for h in range(HEIGHT)]
    with pytest.warns(UserWarning, match="Nyquist ghost"):
        load_kspace(write(tmp_path, "vd", Plan(WIDTH, HEIGHT, centre=(HEIGHT // 2, 0)), lines))


@pytest.mark.parametrize("kind", ["ismrmrd", "vd"])
def test_a_header_that_names_epi_warns(tmp_path, kind):
    kspace = FFT((HEIGHT, WIDTH))(coil_images())
    lines = [Line(kspace[:, h], h, centres=(HEIGHT // 2, 0)) for h in range(HEIGHT)]
    if kind == "ismrmrd":
        xml = header(WIDTH, HEIGHT, WIDTH, trajectory="epi")
        path = write_ismrmrd(tmp_path / "x.h5", xml, [line(item.samples, item.step1) for item in lines])
    else:
        parts = protocol(WIDTH, HEIGHT, more=f"sFastImaging.lEPIFactor\t = \t{HEIGHT}")
        path = write_twix(tmp_path / "x.dat", (parts, lines))
    with pytest.warns(UserWarning, match="as in EPI"):
        scan = load_kspace(path)
    assert np.array_equal(scan.kspace, kspace)


def test_what_does_not_fit_is_refused():
    kspace, reference = (Scan(as_stored(part)) for part in scans())
    plain = Scan(FFT((HEIGHT, WIDTH))(coil_images()))
    with pytest.raises(ValueError, match="give them as turned"):
        correct_epi(plain, plain)
    with pytest.raises(ValueError, match=r"has 2 coils, at least 2 lines and 30 samples, got \(1, 24, 30\)"):
        correct_epi(kspace, Scan(reference.kspace[:1]))
    with pytest.raises(ValueError, match="one reference, or one for each"):
        correct_epi(kspace, Scan(reference.kspace[None]))
    with pytest.raises(ValueError, match=r"turned is a bool for each of 24 lines, got bool of shape \(3,\)"):
        correct_epi(kspace, reference, turned=BACK[:3])
    with pytest.raises(ValueError, match="no two neighbouring lines"):
        correct_epi(kspace, reference, turned=np.zeros(HEIGHT, bool))


@pytest.mark.skipif(not SCANS, reason="MRILAB_SCANS names no folder of real scans")
def test_the_phantom_without_its_ghost():
    with pytest.warns(UserWarning, match=r"phantom_epi.dat: lines of both"):
        scan = load_kspace(Path(SCANS) / "phantom_epi.dat")
    with pytest.warns(UserWarning, match="Nyquist ghost"):
        reference = load_kspace(Path(SCANS) / "phantom_epi_nope.dat")
    fixed = correct_epi(scan, reference)
    before, after = (rss(FFT(s.kspace.shape[-2:]).H(s.kspace)) ** 2 for s in (scan, fixed))
    height = after.shape[0]
    inside = ndimage.binary_closing(after > 0.02 * np.percentile(after, 99), iterations=4)
    inside = ndimage.binary_dilation(
        ndimage.binary_opening(ndimage.binary_fill_holes(inside), iterations=4), iterations=3
    )
    shifted = np.roll(inside, height // 2, axis=0)
    outside, nothing = shifted & ~inside, ~(shifted | inside)
    energies = [image[outside].sum() - image[nothing].mean() * outside.sum() for image in (before, after)]
    assert outside.sum() > 2000 and nothing.sum() > 2000
    assert energies[1] < energies[0] / 50
