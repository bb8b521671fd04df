"""Pictures of the pages: drawings as they are, and no picture so large that a page could not carry it."""

import numpy as np
from PIL import Image

from book._ext.weight import MOST, convert

RNG = np.random.default_rng(0)


def test_a_picture_of_noise_gives_up_quality_until_it_is_light(tmp_path):
    noise = np.repeat(RNG.integers(0, 256, (600, 600, 1), np.uint8), 3, axis=2)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    assert (tmp_path / "noise.png").stat().st_size > MOST
    for made in convert(tmp_path / "noise.png", tmp_path):
        assert made.stat().st_size <= MOST
        with Image.open(made) as picture:
            assert picture.size == (600, 600)


def test_a_drawing_keeps_every_pixel(tmp_path):
    drawn = Image.new("RGBA", (300, 200))
    drawn.paste((200, 30, 30, 255), (20, 90, 280, 94))
    drawn.save(tmp_path / "drawn.png")
    with Image.open(convert(tmp_path / "drawn.png", tmp_path)[0]) as kept:
        assert (np.array(kept.convert("RGBA")) == np.array(drawn)).all()
