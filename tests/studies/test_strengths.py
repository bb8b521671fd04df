"""The strengths of the pages: all are stored, used, and better than a third or three times; the rule for λ."""

import re

import numpy as np
import pytest
from helpers import ROOT

from benchmarks import rule
from benchmarks import strengths as script
from benchmarks.problems import NAMES, Case
from mrilab import psnr
from mrilab.files import BrokenFileError
from mrilab.studies import strengths
from mrilab.studies.strengths import strength, tuning

STORED = strengths.read()
PART_2 = ("sparsity", "denoising", "synthesis", "pogm", "analysis", "variation", "spinning", "noncartesian", "weights")
PART_2 += ("selfcalibrated", "withmaps", "calibrationless", "oscar", "completion", "ownscan", "studies", "tenlines")
NUMBER = r"(\d[\d.]*+(?:e-?\d+)?+)"  # whole: none of its digits is given back
LITERAL = re.compile(
    rf"(?<![\w.]){NUMBER} \* (?:lambda_max|top)\b"
    rf"|\b(?:L1|GroupL1|OSCAR|TV|pixels)\({NUMBER}(?! \*)|\b(?:fraction|lam\w*) = {NUMBER}(?! \*)"
)
TAUGHT = {  # strengths that compare no methods: what the page does with them stands beside each
    "denoising": {"0.1"},  # a threshold, to try a prox with
    "synthesis": {"1e-3", "1.001"},  # the page's own sweep; where all is black
    "pogm": {"1e-3"},  # of the same sweep
    "analysis": {"6e-4", "2.5e-3", "0.01", "0.1"},  # which cost is reached
    "variation": {"0.05", "0.1", "0.5"},  # denoising of known noise
    "spinning": {"0.05", "1e-3"},  # to try a prox with; which cost is reached
    "calibrationless": {"0.1"},  # a step that is not allowed
}


def code(page):
    text = (ROOT / "book" / f"{page}.md").read_text()
    return "\n".join(re.findall(r"(?ms)^```\{code-cell\}[^\n]*\n(.*?)^```$", text))


def test_every_method_is_stored_and_better_than_at_a_third_and_at_three_times_its_strength():
    assert list(STORED) == list(NAMES)
    for name, found in STORED.items():
        less, best, more = found["psnr"]
        assert best > max(less, more), name
        assert found["scans"] >= 2 and 0 < found["fraction"] < 1 and found["of_sigma"] > 0, name
        if name.startswith("calibrationless"):
            assert best > max(less, more) + 2, name  # as that page says


def test_every_stored_strength_is_used_by_a_page():
    text = "\n".join(map(code, PART_2))
    for name in NAMES:
        page, method = name.split(", ", 1)
        by_parts = f'strength(f"{page}, ' in text and all(f'"{part}"' in text for part in _parts(page, method))
        assert f'strength("{name}"' in text or by_parts, name


def _parts(page, method):
    return method.split(", ") if page == "spinning" else [method]


def test_a_strength_that_is_written_on_a_page_is_taught_there():
    for page in PART_2:
        written = {next(filter(None, groups)) for groups in LITERAL.findall(code(page))} - {"1.0"}
        assert written == TAUGHT.get(page, set()), page


def test_a_name_or_a_unit_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="no strength was tuned for 'lines'; there are 'analysis"):
        strength("lines")
    with pytest.raises(ValueError, match="unit must be one of 'lambda_max', 'sigma', got 'σ'"):
        strength("analysis, total variation", "σ")
    assert strength("analysis, total variation", "sigma") == STORED["analysis, total variation"]["of_sigma"]


def test_the_tuning_of_a_strength_says_what_was_measured_beside_it():
    name = "analysis, total variation"
    found = tuning(name)
    assert list(found.psnr) == STORED[name]["psnr"] and found.scans == STORED[name]["scans"]
    assert found.margin == min(found.psnr[1] - found.psnr[0], found.psnr[1] - found.psnr[2]) > 0
    with pytest.raises(KeyError, match="no strength was tuned for 'lines'"):
        tuning("lines")


def denoising(shift):
    """A case whose PSNR is best at λ = shift · λ_max."""
    reference = np.ones((8, 8))
    return Case(lambda lam: reference * (1 + abs(np.log(lam / 50 / shift))) + 0.01, 50.0, 2.0, reference)


def test_tuning_climbs_to_the_best_and_says_what_stands_beside_it():
    for index in (-20, -13, -12, -3):
        peak = script.fraction(index)
        found = script.tune([denoising(peak), denoising(peak)])
        assert found["fraction"] == peak and found["scans"] == 2
        assert np.isclose(found["of_sigma"], peak * 50 / 2, rtol=0.05)
        case = denoising(peak)
        outside = [psnr(case.image(c * peak * 50), case.reference) for c in (1 / 3, 3)]
        assert np.allclose([found["psnr"][0], found["psnr"][2]], outside, atol=0.05)


def test_the_file_is_written_whole_and_keeps_the_others(tmp_path):
    path = tmp_path / "strengths.json"
    for name in ("spinning, lines, spun", "analysis, total variation"):
        script.write(name, {"fraction": 0.1}, path)
    assert list(strengths.read(path)) == ["analysis, total variation", "spinning, lines, spun"]
    path.write_text(path.read_text()[:40])
    with pytest.raises(BrokenFileError, match="strengths that were tuned"):
        strengths.read(path)


@pytest.mark.audit
@pytest.mark.parametrize("name", ["analysis, total variation", "spinning, points, spun", "noncartesian, undecimated"])
def test_tuned_anew_they_are_the_same(name):
    page, method = NAMES[name]
    again = script.tune(list(page(method)))
    assert 1 / 1.8 < again["fraction"] / STORED[name]["fraction"] < 1.8  # the grid's step is √3
    assert np.allclose(again["psnr"][1], STORED[name]["psnr"][1], atol=0.05)


RULE = rule.read()


def test_the_ten_lines_say_what_the_rule_was_measured_to_lose():
    text = " ".join((ROOT / "book" / "tenlines.md").read_text().split())
    assert set(RULE) == {rule.name(scan) for scan in rule.scans()}
    loud = [found for name, found in RULE.items() if rule.noise(name) >= 0.005]
    quiet = [found for name, found in RULE.items() if rule.noise(name) < 0.005]
    worst = [max(rule.loss(found, c(found)) for found in scans) for scans in (loud, quiet) for c in RULES]
    said = re.search(r"On (\d+) simulated scans .*? ([\d.]+) dB .*? On (\d+) scans .*? ([\d.]+) dB", text)
    assert said, "the ten lines do not say what the rule loses"
    assert [int(said[1]), int(said[3])] == [len(loud), len(quiet)]
    assert [float(said[2]), float(said[4])] == [round(worst[0], 1), round(worst[2], 1)]
    by_fraction = re.search(r"λ_\{\\max\}\$.*? up to ([\d.]+) dB", text.replace(r"\lambda", "λ"))
    assert by_fraction and float(by_fraction[1]) == round(max(worst[1], worst[3]), 1)
    assert worst[0] < worst[1]  # where there is noise, the rule is the better one
    factors = [max(rule.loss(found, c) for found in loud) for c in (0.25, 0.5, 1.0)]
    assert np.argmin(factors) == 1  # neither half nor twice as much is safer


RULES = (lambda found: 0.5, lambda found: 1e-4 * found["lambda_max"])


@pytest.mark.audit
def test_a_scan_measured_anew_gives_the_same_scores():
    scan = next(scan for scan in rule.scans() if scan[2] == 128)
    assert np.allclose(rule.measure(*scan)["scores"], RULE[rule.name(scan)]["scores"], atol=0.05)
