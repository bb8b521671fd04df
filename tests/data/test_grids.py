"""Files of single readouts, ISMRMRD and TWIX of VB and VD, whose grid is known: every kind of scan in each format."""

from contextlib import nullcontext

import ismrmrd
import numpy as np
import pytest
from helpers import draw
from scan_files import line, oversample, write_ismrmrd
from twix_files import Line, protocol, write_twix

from mrilab import load_kspace

COUNTERS = ("repetition", "set", "phase", "contrast", "slice")
FLAGS = {"noise": [ismrmrd.ACQ_IS_NOISE_MEASUREMENT], "phasecor": [ismrmrd.ACQ_IS_PHASECORR_DATA]}
FLAGS |= {"reference": [ismrmrd.ACQ_IS_PARALLEL_CALIBRATION], "feedback": [ismrmrd.ACQ_IS_RTFEEDBACK_DATA]}
FLAGS |= {"reference and image": [ismrmrd.ACQ_IS_PARALLEL_CALIBRATION_AND_IMAGING]}
XML = """<?xml version="1.0"?>
<ismrmrdHeader xmlns="http://www.ismrm.org/ISMRMRD">
 <experimentalConditions><H1resonanceFrequency_Hz>123000000</H1resonanceFrequency_Hz></experimentalConditions>
 <encoding>
  <encodedSpace><matrixSize><x>{x}</x><y>{y}</y><z>{z}</z></matrixSize>
   <fieldOfView_mm><x>{fx}</x><y>200</y><z>6</z></fieldOfView_mm></encodedSpace>
  <reconSpace><matrixSize><x>{rx}</x><y>{y}</y><z>1</z></matrixSize>
   <fieldOfView_mm><x>200</x><y>200</y><z>6</z></fieldOfView_mm></reconSpace>
  {limits}
  <trajectory>cartesian</trajectory>
  <parallelImaging><accelerationFactor><kspace_encoding_step_1>1</kspace_encoding_step_1>
   <kspace_encoding_step_2>1</kspace_encoding_step_2></accelerationFactor>
   <calibrationMode>separate</calibrationMode></parallelImaging>
 </encoding>
</ismrmrdHeader>"""
LIMIT = "<{0}><minimum>0</minimum><maximum>{1}</maximum><center>{2}</center></{0}>"


class Plan:
    """A scan as it was planned: what both headers say. `centre` are the counters at DC, None where nobody says."""

    def __init__(self, x, y, z=1, *, centre=(None, None), most=(None, None), factor=1, header=None):
        self.x, self.y, self.z, self.centre, self.most, self.factor = x, y, z, centre, most, factor
        self.header = header or (x, y, z)  # what the headers say, where that is another scan's


def write(path, kind, plan, lines):
    x, y, z = plan.header
    if kind != "ismrmrd":
        parts = protocol(round(x / plan.factor), y, z, factor=plan.factor, software="B17" if kind == "vb" else "E11")
        for item in lines:
            item.centres = tuple(c or 0 for c in plan.centre)
        return write_twix(path / "x.dat", (parts, lines), vb=kind == "vb")
    limits = "".join(
        LIMIT.format(f"kspace_encoding_step_{n + 1}", size - 1 if most is None else most, centre)
        for n, (size, most, centre) in enumerate(zip((plan.y, plan.z), plan.most, plan.centre))
        if centre is not None
    )
    xml = XML.format(
        x=x, y=y, z=z, rx=round(x / plan.factor), fx=200, limits=f"<encodingLimits>{limits}</encodingLimits>"
    )
    xml = xml.replace("<x>200</x><y>200</y><z>6</z></fieldOfView_mm></encoded", f"<x>{200 * plan.factor}</x>"
                      "<y>200</y><z>6</z></fieldOfView_mm></encoded")  # fmt: skip
    return write_ismrmrd(path / "x.h5", xml, [_acquisition(item) for item in lines])


def _acquisition(item):
    flags = FLAGS.get(item.kind, []) + ([ismrmrd.ACQ_IS_REVERSE] if item.turned else [])
    told = {}
    if item.place is not None:
        told = {"position": item.place, "read_dir": (1, 0, 0), "phase_dir": (0, -1, 0), "slice_dir": (0, 0, 1)}
    pre, post = item.discard
    counters = {"kspace_encode_step_2": item.step2, "sample_time_us": item.dwell} | item.cell
    return line(
        item.samples,
        item.step1,
        flags=flags,
        center=item.centre,
        discard_pre=pre,
        discard_post=post,
        **counters,
        **told,
    )


def turn(item):
    """The readout as it comes when the gradient is negative."""
    count = item.samples.shape[1]
    centre = count // 2 if item.centre is None else item.centre
    return Line(**(vars(item) | {"samples": item.samples[:, ::-1], "turned": True, "centre": count - 1 - centre}))


def plain(kspace, *, first=0, **cell):
    """The sampled lines of (C, H, W), counted from the row `first` on."""
    return [Line(kspace[:, h], h - first, cell=dict(cell)) for h in range(kspace.shape[1]) if kspace[:, h].any()]


def stack(kspace, order=None, numbers=None, name="slice"):
    """Lines of (n, C, H, W), with the counter `name`."""
    numbers = numbers or range(len(kspace))
    order = order or range(len(kspace))
    return [Line(kspace[n, :, h], h, cell={name: numbers[n]}) for h in range(kspace.shape[2]) for n in order]


def volume_lines(volume, first=(0, 0)):
    """The sampled lines of (C, Z, Y, W)."""
    _, depth, height, _ = volume.shape
    return [
        Line(volume[:, z, y], y - first[0], z - first[1])
        for z in range(depth)
        for y in range(height)
        if volume[:, z, y].any()
    ]


def split(volume):
    """What a volume (C, Z, Y, W) becomes: slices across its readout."""
    from mrilab import FFT

    return np.moveaxis(FFT(volume.shape[-1:]).H(volume), -1, 0).swapaxes(-1, -2)


CASES = {}


def case(function):
    CASES[function.__name__.replace("_", " ")] = function
    return function


def full(height=8, width=12, seed=0):
    return draw((2, height, width), seed=seed)


def without(kspace, rows):
    kspace = kspace.copy()
    kspace[:, rows] = 0
    return kspace


@case
def all_lines():
    k = full()
    return Plan(12, 8, centre=(4, 0)), plain(k), k


@case
def odd_sizes():
    k = full(7, 9)
    return Plan(9, 7, centre=(3, 0)), plain(k), k


@case
def oversampled_twice():
    k = full()
    return Plan(24, 8, centre=(4, 0), factor=2), plain(oversample(k, 24)), k


@case
def last_line_first():
    k = full()
    return Plan(12, 8, centre=(4, 0)), plain(k)[::-1], k


@case
def some_lines():
    k = without(full(16), [1, 2, 5, 9, 10, 14])
    return Plan(12, 16, centre=(8, 0)), plain(k), k


@case
def every_third_line():
    k = without(full(16), [h for h in range(16) if h % 3 != 2])
    return Plan(12, 16, centre=(8, 0)), plain(k), k


@case
def every_third_line_and_no_centre_told():
    k = without(full(15), [h for h in range(15) if h % 3])
    return Plan(12, 15), plain(k), k


@case
def partial_fourier_that_begins_late():
    k = without(full(12), range(4))
    return Plan(12, 12, centre=(2, 0), most=(7, 0)), plain(k, first=4), k


@case
def partial_fourier_that_ends_early():
    k = without(full(12), range(8, 12))
    return Plan(12, 12, centre=(6, 0), most=(7, 0)), plain(k), k


@case
def all_turned():
    k = full()
    return Plan(12, 8, centre=(4, 0)), [turn(item) for item in plain(k)], k


@case
def all_turned_with_the_centre_of_the_others():
    k = full()
    return Plan(12, 8, centre=(4, 0)), [Line(**(vars(turn(i)) | {"centre": 6})) for i in plain(k)], k


@case
def every_other_turned():
    k = full()
    return Plan(12, 8, centre=(4, 0)), [turn(i) if n % 2 else i for n, i in enumerate(plain(k))], k


def partial(kspace, missing, centre=None):
    """Lines without their first samples."""
    middle = kspace.shape[-1] // 2 - missing
    return [Line(i.samples[:, missing:], i.step1, centre=middle, cell=i.cell) for i in plain(kspace)]


@case
def asymmetric_echoes():
    k = full()
    k[..., :4] = 0
    return Plan(12, 8, centre=(4, 0)), partial(k, 4), k


@case
def asymmetric_echoes_without_their_ends():
    k = full()
    k[..., 9:] = 0
    return Plan(12, 8, centre=(4, 0)), [Line(i.samples[:, :9], i.step1, centre=6) for i in plain(k)], k


@case
def turned_asymmetric_echoes():
    k = full()
    k[..., :4] = 0
    return Plan(12, 8, centre=(4, 0)), [turn(i) for i in partial(k, 4)], k


@case
def turned_asymmetric_echoes_whose_centre_is_one_too_high():
    k = full()
    k[..., :4] = 0
    lines = [turn(i) for i in partial(k, 4)]
    return Plan(12, 8, centre=(4, 0)), [Line(**(vars(i) | {"centre": i.centre + 1})) for i in lines], k


@case
def turned_echoes_without_their_ends_whose_centre_is_one_too_high():
    k = full()
    k[..., 9:] = 0
    lines = [turn(Line(i.samples[:, :9], i.step1, centre=6)) for i in plain(k)]
    return Plan(12, 8, centre=(4, 0)), [Line(**(vars(i) | {"centre": i.centre + 1})) for i in lines], k


@case
def bipolar_asymmetric_echoes():
    k = draw((2, 2, 8, 12))
    k[0, ..., :4], k[1, ..., 8:] = 0, 0
    there = [Line(i.samples, i.step1, centre=i.centre, cell={"contrast": 0}) for i in partial(k[0], 4)]
    back = [turn(Line(i.samples[:, :8], i.step1, centre=6, cell={"contrast": 1})) for i in plain(k[1])]
    return Plan(12, 8, centre=(4, 0)), [item for pair in zip(there, back) for item in pair], k


@case
def there_and_back_in_one_line():
    k = full()
    halves = [(Line(i.samples[:, 3:], i.step1, centre=3), turn(Line(i.samples[:, :9], i.step1, centre=6)))
              for i in plain(k)]  # fmt: skip
    return Plan(12, 8, centre=(4, 0)), [item for pair in halves for item in pair], k


@case
def discarded_samples():
    k = full()
    k[..., :2] = 0
    wrong = np.full((2, 2), 9 + 9j, np.complex64)
    lines = [Line(np.hstack([wrong, i.samples[:, 2:]]), i.step1, centre=6, discard=(2, 0)) for i in plain(k)]
    return Plan(12, 8, centre=(4, 0)), lines, k


@case
def slices_out_of_order():
    k = draw((5, 2, 8, 12))
    return Plan(12, 8, centre=(4, 0)), stack(k, order=[1, 3, 0, 2, 4]), k


@case
def gaps_in_slice_numbers():
    k = draw((3, 2, 8, 12))
    return Plan(12, 8, centre=(4, 0)), stack(k, numbers=[0, 2, 7]), k


@case
def slices_numbered_as_they_were_acquired():
    k, acquired = draw((4, 2, 8, 12)), [1, 3, 0, 2]
    lines = [
        Line(k[s, :, h], h, cell={"slice": n}, place=(3.0, -2.0, 5.0 * s))
        for h in range(8)
        for n, s in enumerate(acquired)
    ]
    return Plan(12, 8, centre=(4, 0)), lines, k


@case
def averages():
    k = full()
    return Plan(12, 8, centre=(4, 0)), plain(k * 0.5, average=0) + plain(k * 1.5, average=1), k


@case
def incomplete_averages():
    k = full()
    return Plan(12, 8, centre=(4, 0)), plain(k) + plain(k * 0.5, average=1)[:3] + plain(k * 1.5, average=2)[:3], k


@case
def repetitions():
    k = draw((3, 2, 8, 12))
    return Plan(12, 8, centre=(4, 0)), stack(k, name="repetition"), k


@case
def sets():
    k = draw((3, 2, 8, 12))
    return Plan(12, 8, centre=(4, 0)), stack(k, name="set"), k


@case
def echoes_of_other_numbers():
    k = draw((3, 2, 8, 12))
    return Plan(12, 8, centre=(4, 0)), stack(k, name="contrast", numbers=[1, 4, 5]), k


@case
def phases():
    k = draw((3, 2, 8, 12))
    return Plan(12, 8, centre=(4, 0)), stack(k, name="phase"), k


@case
def repetitions_of_echoes_of_slices():
    k = draw((2, 2, 3, 2, 8, 12))
    lines = [Line(k[r, e, s, :, h], h, cell={"repetition": r, "contrast": e, "slice": s})
             for r, h, s, e in np.ndindex(2, 8, 3, 2)]  # fmt: skip
    return Plan(12, 8, centre=(4, 0)), lines, k


@case
def segments_are_no_axis():
    k = full()
    return Plan(12, 8, centre=(4, 0)), [Line(**(vars(i) | {"cell": {"segment": i.step1 % 3}})) for i in plain(k)], k


@case
def a_volume():
    v = draw((2, 4, 8, 12))
    return Plan(12, 8, 4, centre=(4, 2)), volume_lines(v), split(v)


@case
def a_volume_oversampled():
    v = draw((2, 4, 8, 12))
    return Plan(24, 8, 4, centre=(4, 2), factor=2), volume_lines(oversample(v, 24)), split(v)


@case
def a_volume_of_some_lines():
    v = draw((2, 4, 8, 12))
    v[:, np.random.default_rng(0).random((4, 8)) < 0.4] = 0
    v[:, 2, 4], v[:, 3, 7], v[:, 0, 0] = 1, 1j, 2
    return Plan(12, 8, 4, centre=(4, 2)), volume_lines(v), split(v)


@case
def partial_fourier_in_both_phase_encodes():
    v = draw((2, 8, 12, 6))
    v[:, :2], v[:, :, :4] = 0, 0
    return Plan(6, 12, 8, centre=(2, 2), most=(7, 5)), volume_lines(v, first=(4, 2)), split(v)


@case
def a_noise_scan():
    k = full()
    return Plan(12, 8, centre=(4, 0)), [Line(9 * draw((2, 40)), kind="noise"), *plain(k)], k


@case
def phase_correction_and_feedback_are_left_out():
    k = full()
    others = [Line(9 * draw((2, 12)), 4, kind=kind) for kind in ("phasecor", "feedback")]
    return Plan(12, 8, centre=(4, 0)), others + plain(k), k


@case
def calibration_apart_is_left_out():
    k = without(full(), [1, 3, 6])
    more = [Line(9 * draw((2, 12)), h, kind="reference") for h in range(3, 6)]
    both = [Line(**(vars(i) | {"kind": "reference and image"})) if i.step1 == 4 else i for i in plain(k)]
    return Plan(12, 8, centre=(4, 0)), more + both, k


@case
def slices_whose_header_tells_two_partitions():
    k = draw((3, 2, 8, 12))
    return Plan(12, 8, centre=(4, 1), most=(7, 1), header=(12, 8, 2)), stack(k), k


@case
def partitions_that_the_header_does_not_tell():
    v = draw((2, 4, 8, 12))
    return Plan(12, 8, 4, centre=(4, 2), header=(12, 8, 1)), volume_lines(v), split(v)


@case
def no_limits():
    k = full()
    return Plan(12, 8), plain(k), k


@case
def more_lines_than_the_header_has():
    k = full(16)
    return Plan(12, 16, centre=(8, 0), header=(12, 8, 1)), plain(k), k


@case
def a_header_that_nobody_filled():
    k = full(16)
    return Plan(12, 16, header=(12, 1, 1)), plain(k), k


@case
def another_scans_header():
    k = full(16)
    return Plan(12, 16, centre=(8, 0), header=(24, 32, 1)), plain(k), k


@case
def a_centre_beside_the_middle():
    k = full()
    return Plan(12, 8, centre=(3, 0)), plain(k), k


BOTH = [(name, kind) for name in CASES for kind in ("ismrmrd", "vb", "vd")]
BOTH.remove(("another scans header", "ismrmrd"))  # a converter writes the header of the scan


@pytest.mark.parametrize("name, kind", BOTH)
def test_every_readout_is_in_its_place(tmp_path, name, kind):
    plan, lines, expected = CASES[name]()
    ghost = pytest.warns(match="Nyquist ghost") if name == "every other turned" else nullcontext()
    with ghost:
        scan = load_kspace(write(tmp_path, kind, plan, lines))
    assert scan.kspace.shape == expected.shape
    assert np.allclose(scan.kspace, expected, atol=2e-6 * abs(expected).max())
    assert np.array_equal(scan.mask, expected.any(axis=-3))
    if "volume" not in name and "part" not in name:
        assert np.array_equal(scan.averages > 0, scan.mask)


@pytest.mark.parametrize("kind", ["ismrmrd", "vb", "vd"])
def test_each_sample_knows_how_often_it_was_averaged(tmp_path, kind):
    plan, lines, _ = CASES["incomplete averages"]()
    averages = load_kspace(write(tmp_path, kind, plan, lines)).averages
    assert averages[:, 0].tolist() == [3, 3, 3, 1, 1, 1, 1, 1] and (averages == averages[:, :1]).all()
    plan, lines, _ = CASES["there and back in one line"]()
    (tmp_path / "x.h5").unlink(missing_ok=True)
    assert load_kspace(write(tmp_path, kind, plan, lines)).averages[5].tolist() == [1] * 3 + [2] * 6 + [1] * 3
