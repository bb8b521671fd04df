"""Pulseq files, written by pypulseq: where and when they sample, and what is refused."""

import numpy as np
import pypulseq as pp
import pytest

from mrilab import read_pulseq

FOV, N, DWELL = 0.24, 32, 2e-5


def line(samples=N, dwell=DWELL, sign=1):
    read = pp.make_trapezoid("x", flat_area=sign * samples / FOV, flat_time=samples * dwell)
    return read, pp.make_adc(samples, dwell=dwell, delay=read.rise_time)


def pulse(angle=np.pi / 2, use="excitation"):
    return pp.make_block_pulse(angle, duration=1e-3, use=use)


def written(blocks, path):
    seq = pp.Sequence()
    for block in blocks:
        seq.add_block(*block)
    seq.write(str(path))
    return path


def scan(ky, spin=False):
    """The blocks of one line, in cycles per field of view; the 180° pulse turns what comes before it."""
    read, adc = line()
    sign = -1 if spin else 1
    before = [(pulse(),)]
    before += [(pp.make_trapezoid("x", area=-sign * read.area / 2), pp.make_trapezoid("y", area=sign * ky / FOV))]
    return [*before, *([(pulse(np.pi, "refocusing"),)] if spin else []), (read, adc)]


@pytest.mark.parametrize("spin", [False, True])
def test_lines_lie_where_the_gradients_lead(tmp_path, spin):
    path = written([block for ky in (-5, 0, 7) for block in scan(ky, spin)], tmp_path / "lines.seq")
    played = read_pulseq(path, FOV / N)
    assert played.trajectory.shape == (3, N, 2) and played.trajectory.dtype == np.float32
    np.testing.assert_allclose(played.trajectory[..., 0], np.array([[-5], [0], [7]]) / N + np.zeros(N), atol=1e-5)
    centred = (np.arange(N) + 0.5) / N - 0.5  # in the middle of each dwell time
    np.testing.assert_allclose(played.trajectory[..., 1], centred + np.zeros((3, 1)), atol=1e-5)
    np.testing.assert_allclose(np.diff(played.times), DWELL, rtol=1e-6)
    assert played.dwell == pytest.approx(DWELL) and played.excitations.shape == (3,)
    assert played.excitations[0] == pytest.approx(0.5e-3) and (played.times[:, 0] > played.excitations).all()


def test_a_coarser_pixel_is_refused_with_the_largest_that_fits(tmp_path):
    path = written(scan(0), tmp_path / "line.seq")
    with pytest.raises(ValueError, match=r"line.seq samples up to .* beyond ½: its pixels are 7.7\d* mm or less"):
        read_pulseq(path, 2 * FOV / N)
    with pytest.raises(ValueError, match="pixel_size"):
        read_pulseq(path, 0.0)


def test_shots_of_two_lengths_and_files_without_samples_are_refused(tmp_path):
    two = written([(pulse(),), line(), line(16)], tmp_path / "two.seq")
    with pytest.raises(ValueError, match="one length and dwell time, got 16 samples of 20 µs, 32 samples of 20 µs"):
        read_pulseq(two, FOV / N)
    with pytest.raises(ValueError, match="got none"):
        read_pulseq(written([(pulse(),)], tmp_path / "pulse.seq"), FOV / N)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # pypulseq leaves it open
def test_what_is_no_pulseq_file_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file .*nowhere.seq"):
        read_pulseq(tmp_path / "nowhere.seq", 1e-3)
    (tmp_path / "text.seq").write_text("[BLOCKS]\nnot numbers at all\n")
    with pytest.raises(ValueError, match="text.seq is no Pulseq file"):
        read_pulseq(tmp_path / "text.seq", 1e-3)
