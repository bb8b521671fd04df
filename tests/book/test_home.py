"""The first page's data: every chapter says what it is about, and the map draws what it builds on."""

import re

import pytest
from built import SITE
from PIL import Image

from book._ext import home
from book._notebooks.course import LEVELS, LINE, Chapter, course, essential
from mrilab.exercises.chapters import CHAPTERS

FOUND = {chapter.name: chapter for chapters in course().values() for chapter in chapters}


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_has_a_summary_a_title_and_a_time(name):
    chapter = FOUND[name]
    assert 40 <= len(chapter.summary) <= 140 and chapter.summary.endswith((".", "?"))
    assert chapter.title == CHAPTERS[name]
    assert 10 <= chapter.minutes <= 90 and chapter.level in LEVELS


def test_depth_is_the_longest_way_to_a_chapter():
    assert all(chapter.depth > FOUND[name].depth for chapter in FOUND.values() for name in chapter.before)
    assert FOUND["kspace"].depth == 0 and FOUND["lines"].depth == 2, "by k-space, and by random sampling"


def test_the_map_links_each_chapter_and_draws_each_essential_step():
    picture = home.course_map(course())
    assert re.findall(r'<a href="(\w+)\.html">', picture) == list(FOUND)
    steps = sum(len(before) for before in essential(list(FOUND.values())).values())
    assert picture.count(" C ") == steps > len(FOUND) / 2


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_title_in_the_map_is_one_line(name):
    assert len(FOUND[name].short) <= LINE


def test_a_thumbnail_is_the_first_and_the_last_picture_of_a_row():
    figure = Image.new("RGBA", (400, 300))
    for x, y, colour in [(10, 40, "red"), (140, 40, "green"), (270, 40, "blue"), (10, 170, "white")]:
        figure.paste(Image.new("RGBA", (100, 100), colour), (x, y))
    small = home.thumbnail(figure)
    assert small.size == home.SIZE
    assert small.getpixel((20, 80)) == (255, 0, 0, 255) and small.getpixel((300, 80)) == (0, 0, 255, 255)


def test_a_drawing_is_shown_whole():
    figure = Image.new("RGBA", (400, 100))
    figure.paste(Image.new("RGBA", (400, 4), "black"), (0, 48))
    small = home.thumbnail(figure)
    assert small.size == home.SIZE and small.getbbox() == (0, 78, 320, 82)


def test_a_card_without_a_time_or_a_picture_has_neither():
    bare = home.card(Chapter("a", "A & b", "What.", 0, (), 0), pictured=False)
    assert "<img" not in bare and "minutes" not in bare and "A &amp; b" in bare


@pytest.mark.book
def test_every_card_has_its_picture():
    page = (SITE / "index.html").read_text()
    for name in FOUND:
        assert f'href="{name}.html"><img class="only-light"' in page, name
        with Image.open(SITE / "_images" / f"card-{name}.webp") as light:
            assert light.size == home.SIZE
        assert (SITE / "_images" / f"card-{name}-dark.webp").is_file()
