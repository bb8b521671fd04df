"""Figures on dark pages: no white box, text that is light, pictures as they were drawn."""

import numpy as np
import pytest
from built import SITE
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from book._ext.dark import AREA, INK, areas, darken

GREYS = st.integers(0, 255)


def drawn(colour, height, width):
    """A figure without a background, and on it a rectangle."""
    pixels = np.zeros((120, 150, 4), np.uint8)
    pixels[20 : 20 + height, 30 : 30 + width] = (*colour, 255)
    return Image.fromarray(pixels)


@given(GREYS, st.integers(AREA, 90), st.integers(AREA, 100))
def test_a_picture_keeps_its_greys(grey, height, width):
    figure = drawn((grey,) * 3, height, width)
    assert np.array_equal(darken(figure), figure)


@given(st.integers(1, AREA - 1), st.integers(1, 100))
def test_what_is_thin_and_black_turns_light(thickness, length):
    figure, twin = (
        np.asarray(one) for one in (drawn((0, 0, 0), thickness, length), darken(drawn((0,) * 3, thickness, length)))
    )
    assert set(np.unique(twin[figure[..., 3] > 0, :3])) == {INK}
    assert np.array_equal(twin[..., 3], figure[..., 3])


@pytest.mark.parametrize("colour", [(0, 114, 178), (213, 94, 0), (0, 158, 115)])
def test_a_coloured_curve_keeps_its_colour(colour):
    figure = drawn(colour, 3, 100)
    assert np.array_equal(darken(figure), figure)


def test_an_area_ends_where_the_picture_ends():
    alpha = np.zeros((100, 100))
    alpha[10:60, 20:70] = 255
    assert np.array_equal(areas(alpha), alpha == 255)


@pytest.mark.book
def test_no_figure_on_a_dark_page_has_a_light_margin():
    light = {}
    for path in (SITE / "_images").glob("*-dark.webp"):
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("RGBA")).astype(float)
        margin = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        seen = margin[:, :3].mean(-1) * margin[:, 3] / 255  # over a page that is nearly black
        if np.mean(seen > 128) > 0.5:
            light[path.name] = round(float(np.mean(seen > 128)), 2)
    assert light == {}
