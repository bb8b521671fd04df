"""The player of series in a browser, on a page of its own: frames, rows and scores are those of the arrays."""

import numpy as np
import pytest
from chromium import awkward, barriers, rest, stage

import mrilab
from mrilab.widgets import Movie

READ = """p => ({
  pictures: [...p.querySelectorAll("canvas")].map(
    c => Array.from(c.getContext("2d").getImageData(0, 0, c.width, c.height).data)),
  words: [...p.querySelectorAll("figcaption")].map(e => e.textContent),
  spoken: p.querySelector("[role=status]").textContent,
  frame: +p.querySelector("[data-name=frame]").value, row: +p.querySelector("[data-name=row]").value,
  button: p.querySelector("button").textContent,
})"""
SHAPE = (7, 24, 32)

pytestmark = pytest.mark.book


@pytest.fixture(scope="module")
def series():
    x = abs(mrilab.beating_chest((32, 32), np.linspace(0, 0.6, 7)).images)[:, 4:28]
    noise = np.random.default_rng(0).standard_normal((2, *SHAPE))
    return x, {"<b>a little": x + 0.02 * noise[0], "noisy": x + 0.2 * noise[1]}


@pytest.fixture
def page(visit, series):
    movie = Movie(*series)
    assert movie.frame == 3, "the middle one"
    movie.frame = 0
    with visit(stage("movie", movie), width=1000) as (page, complaints):
        yield page
        assert not complaints


def read(page):
    rest(page)
    return page.locator(".w-movie").evaluate(READ)


def assert_right(state, series):
    """The images of a frame, a row of each against time, and its PSNR."""
    x, frame, row = series[0], state["frame"], state["row"]
    every = [x, *(abs(other) for other in series[1].values())]
    greys = [np.array(p, float).reshape(-1, 32, 4)[..., 0] for p in state["pictures"]]
    for n, other in enumerate(every):
        wanted = 255 * np.minimum(other / x.max(), 1)
        np.testing.assert_allclose(greys[2 * n], wanted[frame], atol=0.6)
        np.testing.assert_allclose(greys[2 * n + 1], wanted[:, row], atol=0.6)
        if n:
            score = 10 * np.log10(x.max() ** 2 / np.mean((other[frame] - x[frame]) ** 2))
            assert state["words"][n] == f"{list(series[1])[n - 1]}, {score:.1f} dB"
            assert state["words"][n] in state["spoken"]


def test_it_begins_with_its_frame_and_the_middle_row(page, series):
    state = read(page)
    assert (state["frame"], state["row"], state["button"]) == (0, 12, "Play")
    assert_right(state, series)
    assert not barriers(page)


def test_frames_and_rows_by_keyboard(page, series):
    page.locator("[data-name=frame]").press("End")
    page.locator("[data-name=row]").press("ArrowRight")
    state = read(page)
    assert (state["frame"], state["row"]) == (6, 13)
    assert_right(state, series)


def test_frames_and_rows_by_mouse(page, series):
    image, profile = (page.locator(".w-movie canvas").nth(n) for n in (2, 3))
    box = image.bounding_box()
    image.click(position={"x": 5, "y": 20.5 / 24 * box["height"]})
    box = profile.bounding_box()
    profile.click(position={"x": 5, "y": 4.5 / 7 * box["height"]})
    state = read(page)
    assert (state["frame"], state["row"]) == (4, 20)
    assert_right(state, series)


def test_it_plays_until_it_is_stopped(page, series):
    button = page.get_by_role("button")
    button.press("Enter")
    seen = "[...document.querySelectorAll('.w-movie [data-name=frame]')].some(e => +e.value >= 2)"
    page.wait_for_function(seen, timeout=60_000)
    assert page.locator(".w-movie button").text_content() == "Pause"
    button.press("Enter")
    state = read(page)
    assert state["button"] == "Play"
    page.wait_for_timeout(500)
    assert read(page)["frame"] == state["frame"]
    assert_right(state, series)


@pytest.mark.parametrize("theme, width", [("dark", 1400), ("dark", 390), ("light", 390)])
def test_nothing_scrolls_or_bars(visit, series, theme, width):
    with visit(stage("movie", Movie(*series)), theme, width) as (page, complaints):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert width > 390 or not awkward(page)
        assert not complaints + barriers(page)


def test_the_score_is_that_of_the_pixels_asked_for(series):
    x, others = series
    where = np.zeros(SHAPE[1:], bool)
    where[8:16, 8:24] = True
    error = np.mean((abs(others["noisy"]) - x)[:, where] ** 2, axis=1)
    assert np.allclose(Movie(x, others, where).scores[1], 10 * np.log10(x.max() ** 2 / error))


@pytest.mark.parametrize(
    "reference, others, where, message",
    [
        (np.ones(SHAPE), {}, None, "got none"),
        (np.ones(SHAPE[1:]), {"a": np.ones(SHAPE[1:])}, None, r"\(T, H, W\), got \(24, 32\)"),
        (
            np.ones(SHAPE),
            {"a": np.ones((7, 32, 24))},
            None,
            r"'a' has shape \(7, 32, 24\), the reference \(7, 24, 32\)",
        ),
        (np.zeros(SHAPE), {"a": np.ones(SHAPE)}, None, "not all zero"),
        (np.ones(SHAPE), {"a": np.full(SHAPE, np.nan)}, None, "NaN or infinite"),
        (np.ones((40, 100, 100)), {"a": np.ones((40, 100, 100))}, None, "800000 pixels, 400000 at most"),
        (np.ones(SHAPE), {"a": np.ones(SHAPE)}, np.zeros(SHAPE[1:], bool), "not empty"),
    ],
)
def test_bad_input_is_refused(reference, others, where, message):
    with pytest.raises(ValueError, match=message):
        Movie(reference, others, where)


def test_a_place_that_is_not_there_is_refused(series):
    movie = Movie(*series)
    with pytest.raises(ValueError, match="frame must be from 0 to 6, got 7"):
        movie.frame = 7
    with pytest.raises(ValueError, match="row must be from 0 to 23, got 24"):
        movie.row = 24
