"""Answers that were written from the exercises' texts: right ones in other styles pass, wrong ones do not."""

import itertools

import numpy as np
import pytest
from answers import RIGHT, WRONG
from answers.aliasing import by_column
from answers.fft import shifted
from answers.spacing import lloyd

from mrilab.exercises import check, engine, find, variant
from mrilab.exercises.compare import differs

STUDENTS = (None, "ada", "17", "Émile")


def answered(name, answers):
    """Return (answer, student) for all students; a value that is not computed holds for the numbers of the page."""
    if find(name).kind == "function":
        return list(itertools.product(answers, STUDENTS))
    fixed = [(answer, None) for answer in answers if not callable(answer)]
    called = itertools.product(filter(callable, answers), STUDENTS)
    return fixed + [(answer(*variant(name, student).values()), student) for answer, student in called]


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_in_another_style_pass(name):
    assert len(RIGHT[name]) >= 2
    for number, (answer, student) in enumerate(answered(name, RIGHT[name])):
        verdict = check(name, answer, student=student, record=False)
        assert verdict.passed, (number, student, verdict)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_answers_fail(name):
    assert len(WRONG[name]) >= 3
    for number, (answer, student) in enumerate(answered(name, WRONG[name])):
        assert not check(name, answer, student=student, record=False), (number, student)


def test_most_wrong_answers_get_a_hint_of_their_own(monkeypatch):
    given = {(name, i): answered(name, [answer])[0] for name in WRONG for i, answer in enumerate(WRONG[name])}

    def hints():
        return {key: check(key[0], answer, student=who, record=False).hint for key, (answer, who) in given.items()}

    told = hints()
    monkeypatch.setattr(engine, "_recognised", lambda *args: "")
    monkeypatch.setattr(engine, "_related", lambda *args: "")
    general = hints()  # those on shapes, types and errors, which do not know the exercise
    without = [key for key in given if told[key] == general[key] and not (told[key] and find(key[0]).accept)]
    print(f"{1 - len(without) / len(given):.0%} of {len(given)} wrong answers get a hint of their own; not {without}")
    assert len(without) <= 0.3 * len(given)


def test_remarks_do_not_fail_an_answer():
    assert "complex128" in check("kspace-fft", lambda x: shifted(x.astype(complex)), record=False).remark
    assert check("synthesis-step", 1.33, record=False)
    assert "(2, 1)" in check("hand", by_column, record=False).remark
    for answer, minor in ((1.33, True), (1.333, True), (1.32, False), (1.34, False), (1.3, False)):
        assert differs(answer, np.float64(4 / 3), 1e-5).minor == minor


def test_tensors_among_several_results():
    import torch

    assert check("random-lloyd", lambda *a: [torch.as_tensor(part) for part in lloyd(*a)], record=False)
    assert check("where", torch.tensor([40, 120, 200]), record=False)


SHAPES = {
    (): "one number",
    (3, 5, 1): "length 1",
    (5, 3): "another order",
    (15,): "as many",
    (3,): "missing",
    (2, 3, 5): "too many",
    (3, 4): "Axis 1 has 4 entries in place of 5",
}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_wrong_shape_gets_a_hint_that_fits_it(shape):
    assert SHAPES[shape] in differs(np.ones(shape), np.ones((3, 5)), 1e-4).hint


def test_a_failure_can_be_tried_on_its_inputs_and_half_a_stub_is_told():
    verdict = check("sparsity-soft", lambda z, lam: 1 / 0, record=False)
    assert "verdict.inputs" in verdict.hint
    assert verdict.inputs["z"].shape == (14,)

    def half(z, lam):
        size = ...
        return z * (1 - lam / size)

    verdict = check("sparsity-soft", half, record=False)
    assert "`...`" in verdict.reason and "TypeError" not in verdict.reason
