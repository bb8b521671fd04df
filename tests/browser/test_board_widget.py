"""The board of progress on a page without a kernel: the browser keeps the record, files go out and come in."""

import json
from pathlib import Path

import pytest
from built import SITE
from chromium import barriers, stage

from mrilab.widgets import ProgressBoard

CHAPTERS = [
    ("kspace", "k-space and the image", [("kspace-dc", "ex-kspace-dc", 5), ("kspace-choice", "quiz-kspace-choice", 2)]),
    ("aliasing", "Aliasing and coils", [("where", "ex-where", 5)]),
]
KEPT = {"where": {"tries": 3, "passed": True}, "kspace-dc": {"tries": 1, "passed": False}}

pytestmark = pytest.mark.book


@pytest.fixture
def page(visit):
    board = ProgressBoard(CHAPTERS, read=lambda: {"kspace-dc": {"tries": 1, "passed": True}}, write=print)
    with visit(stage("board", board), width=600) as (page, complaints):
        yield page
        assert not complaints


def total(page):
    return page.locator(".w-total").text_content()


def said(page, words):
    page.get_by_role("status").filter(has_text=words).wait_for()


def test_who_built_the_page_has_passed_nothing_here(page):
    assert total(page) == "0 of 3 passed"
    assert page.locator("summary b").all_text_contents() == ["k-space and the image", "Aliasing and coils"]
    assert not barriers(page)


def test_a_record_comes_in_goes_out_and_is_forgotten(page, tmp_path):
    for name, content in (("kept", json.dumps(KEPT)), ("no", "{"), ("other", '{"a": 1}'), ("list", "[1]")):
        (tmp_path / f"{name}.json").write_text(content)
    file = page.locator("input[type=file]")
    for name in ("no", "other", "list"):
        file.set_input_files(tmp_path / f"{name}.json")
        said(page, "no record")
        assert total(page) == "0 of 3 passed"
    file.set_input_files(tmp_path / "kept.json")
    said(page, "was added")
    assert total(page) == "1 of 3 passed"
    assert page.locator("[data-page=aliasing] output").text_content() == "1 of 1"

    page.reload()
    assert total(page) == "1 of 3 passed", "the browser kept it"
    with page.expect_download() as found:
        page.get_by_role("button", name="Save as a file").click()
    assert json.loads(Path(found.value.path()).read_text()) == KEPT

    page.get_by_role("button", name="Begin again").click()
    assert total(page) == "1 of 3 passed", "once is not enough"
    page.get_by_role("button", name="Really").click()
    assert total(page) == "0 of 3 passed"
    page.reload()
    assert total(page) == "0 of 3 passed"


def test_a_quiz_of_a_page_counts_and_every_chapter_leads_here(visit):
    with visit("aliasing") as (page, complaints):
        right = page.locator("details.quiz-right").first
        name = right.get_attribute("name").removeprefix("quiz-")
        right.locator("summary").click()
        page.get_by_role("link", name="see your progress").click()
        page.locator(".w-board").wait_for()
        assert total(page).startswith("1 of ")
        page.locator("[data-page=aliasing] summary").click()
        link = page.locator(f"[data-task={name}] a")
        assert link.get_attribute("href") == f"aliasing.html#quiz-{name}"
        assert not complaints
    for chapter in (SITE / f"{name}.html" for name in ("kspace", "unet", "capstones")):
        assert 'href="progress.html">see your progress' in chapter.read_text()
