"""The pulse sequence in a browser, on a page of its own: k is the integral of the gradients that are drawn."""

import re

import numpy as np
import pytest
from chromium import awkward, barriers, rest, stage
from traitlets import TraitError

import mrilab
from mrilab.sampling.sequences import KINDS, cartesian_diagram, path, waveforms
from mrilab.widgets import Sequence

READ = """w => ({
  kind: w.state.kind, line: w.state.line, time: w.state.time, count: w.state.count, image: Array.from(w.state.image),
  drawn: Object.fromEntries(["Gx", "Gy"].map(
    name => [name, w.querySelector(`[data-name=${name}] .w-wave`).getAttribute("d")])),
  words: [...w.querySelectorAll("figcaption")].map(e => e.textContent),
  spoken: w.querySelector("[role=status]").textContent,
  shown: [...w.querySelectorAll("canvas")].map(canvas => canvas.toDataURL()),
})"""
LIT = """(w, places) => {  // the brightest of the pixels at and around each place of the picture of k-space
  const canvas = w.querySelector("canvas"), pen = canvas.getContext("2d");
  return places.map(([y, x]) => {
    const { data } = pen.getImageData(canvas.width * x - 1, canvas.height * y - 1, 3, 3);
    return Array.from({ length: 9 }, (_, i) => Array.from(data.slice(4 * i, 4 * i + 3))).sort((a, b) => b[0] - a[0])[0];
  });
}"""
SHAPE, PIXEL, DWELL = (32, 64), 4e-3, 2e-5  # not square
AMBER = [255, 176, 0]

pytestmark = pytest.mark.book


@pytest.fixture(scope="module")
def head():
    return mrilab.brain((64, 64), seed=1)[16:48]


@pytest.fixture(scope="module")
def widget(head):
    return Sequence(head, PIXEL, DWELL)


@pytest.fixture
def page(visit, widget):
    with visit(stage("sequence", widget), width=1000) as (page, complaints):
        yield page
        assert not complaints


def read(page):
    rest(page)
    return page.locator(".w-sequence").evaluate(READ)


def slide(page, name, key):
    page.get_by_role("slider", name=name).press(key)


def of(kind, line):
    """The diagram, and the k and G of a line, counted from 1."""
    diagram, ky = cartesian_diagram(kind, SHAPE[1], PIXEL, DWELL), (line - 1 - SHAPE[0] // 2) / SHAPE[0]
    return diagram, path(diagram, ky), waveforms(diagram, ky)


def assert_right(state, head, kind, line, time):
    """Samples, image and words are those of mrilab at this time."""
    assert (state["kind"], state["line"], state["time"]) == (kind, line, time)
    diagram, k, G = of(kind, line)
    mask = np.zeros(SHAPE, bool)
    mask.flat[: (line - 1) * SHAPE[1] + np.clip(time - diagram.first + 1, 0, SHAPE[1])] = True
    assert state["count"] == mask.sum()
    F = mrilab.FFT(SHAPE)
    np.testing.assert_allclose(np.reshape(state["image"], SHAPE), abs(F.H(F(head) * mask)), atol=1e-3 * abs(head).max())
    said = f"{1e3 * DWELL * time:.2f} ms: Gy {G[time, 0]:.1f}, Gx {G[time, 1]:.1f} mT/m"
    assert re.sub(r"-(?=0\.0)", "", said).replace("-", "−") == state["words"][0]
    kx = re.search(r"kx = ([−\d.]+) cycles", state["spoken"])[1]
    assert float(kx.replace("−", "-")) == pytest.approx(SHAPE[1] * k[time, 1], abs=0.051)
    assert f"{mask.sum()} of {mask.size} samples" in state["spoken"]


def test_it_begins_half_way_with_a_path_and_an_image(page, head):
    state, diagram = read(page), of("gradient", 20)[0]
    assert_right(state, head, "gradient", 20, diagram.echo)
    assert state["count"] == 19 * 64 + 33
    assert not barriers(page)


@pytest.mark.parametrize("kind", KINDS)
def test_k_is_the_integral_of_the_gradients_that_are_drawn(page, kind):
    """The SVG's lines, integrated by NumPy, lead over the picture of k-space where the path is amber."""
    page.get_by_role("radio", name=f"{kind.title()} echo").check()
    slide(page, "Line", "End")
    slide(page, "Time", "End")
    state, (diagram, k, G) = read(page), of(kind, SHAPE[0])
    top, drawn = 1.15 * max(abs(diagram.read[:, 1]).max(), abs(diagram.phase[:, 1]).max() / 2), []
    for name, wave in (("Gy", G[:, 0]), ("Gx", G[:, 1])):
        points = np.array([point.split() for point in state["drawn"][name].lstrip("M").split("L")], float)
        drawn.append(top * (1 - 2 * points[:, 1]))
        np.testing.assert_allclose(drawn[-1], wave, atol=1e-4 * top)
    steps = np.stack(drawn, axis=-1) * 1e-3 * 42.577478518e6 * DWELL * PIXEL  # cycles per pixel in one step
    walked = np.concatenate([[[0, 0]], np.cumsum((steps[1:] + steps[:-1]) / 2, axis=0)])
    if kind == "spin":  # the pulse turns what came before it
        walked[diagram.refocusing :] -= 2 * walked[diagram.refocusing]
    np.testing.assert_allclose(walked, k, atol=1e-3)
    lit = np.array(page.locator(".w-sequence").evaluate(LIT, (0.5 + walked[20:-8:3] / 1.12).tolist()))
    assert np.mean(abs(lit - AMBER).max(axis=1) < 60) > 0.9


def test_a_refocusing_pulse_turns_k_to_its_opposite(page):
    page.get_by_role("radio", name="Spin echo").check()
    diagram, k, _ = of("spin", 20)
    state = read(page)
    assert state["kind"] == "spin" and state["time"] == diagram.echo, "the same sample"
    assert np.allclose(k[diagram.refocusing], -k[diagram.refocusing - 1]) and abs(k[diagram.refocusing]).max() > 0.4
    assert np.allclose(k[diagram.first], [3 / 32, -0.5])
    assert diagram.echo - diagram.refocusing == diagram.refocusing - diagram.excitation


def test_time_and_lines_by_keyboard(page, head):
    before, diagram = read(page), of("gradient", 20)[0]
    slide(page, "Time", "ArrowRight")
    after = read(page)
    assert_right(after, head, "gradient", 20, diagram.echo + 1)
    assert all(a != b for a, b in zip(before["shown"], after["shown"])), "path and image"
    slide(page, "Time", "Home")
    assert_right(read(page), head, "gradient", 20, 0)
    slide(page, "Line", "ArrowRight")
    assert_right(read(page), head, "gradient", 21, 0)
    slide(page, "Line", "End")
    slide(page, "Time", "End")
    last = read(page)
    assert_right(last, head, "gradient", 32, diagram.end)
    np.testing.assert_allclose(np.reshape(last["image"], SHAPE), abs(head), atol=1e-3 * abs(head).max())


def test_by_mouse(page, head):
    diagram = of("gradient", 20)[0]
    box = page.locator(".w-over").bounding_box()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 30, steps=3)
    page.mouse.up()
    assert_right(read(page), head, "gradient", 20, round(diagram.end / 2))
    box = page.locator("canvas").first.bounding_box()
    ky, kx = (4 - 16) / 32, (50 - 32) / 64  # line 5, sample 50
    page.mouse.click(box["x"] + (0.5 + kx / 1.12) * box["width"], box["y"] + (0.5 + ky / 1.12) * box["height"])
    assert_right(read(page), head, "gradient", 5, diagram.first + 50)


def test_it_plays_and_pauses(page, head):
    slide(page, "Speed", "End")
    page.get_by_role("button", name="Play").press("Enter")
    page.wait_for_function("document.querySelector('.w-sequence').state.line > 24")
    page.get_by_role("button", name="Pause").press("Enter")
    state = read(page)
    assert_right(state, head, "gradient", state["line"], state["time"])
    assert (read(page)["line"], read(page)["time"]) == (state["line"], state["time"]), "it rests"
    page.get_by_role("button", name="Play").press("Enter")
    page.wait_for_function("document.querySelector('.w-sequence [data-name=play]').textContent === 'Play'")
    assert_right(read(page), head, "gradient", 32, of("gradient", 32)[0].end)


def test_with_less_motion_whole_lines_appear(visit, widget):
    with visit(stage("sequence", widget), reduced_motion="reduce") as (page, complaints):
        slide(page, "Speed", "End")
        page.evaluate("""() => {
          const { state } = document.querySelector(".w-sequence");
          window.seen = new Set();
          const look = () => { seen.add(state.count); requestAnimationFrame(look); };
          look();
        }""")
        page.get_by_role("button", name="Play").click()
        page.wait_for_function("document.querySelector('.w-sequence [data-name=play]').textContent === 'Play'")
        seen = page.evaluate("[...seen]")[1:]
        assert len(seen) > 2 and not any(count % 64 for count in seen)
        assert not complaints


@pytest.mark.parametrize("theme, width", [("dark", 1400), ("dark", 390), ("light", 390)])
def test_nothing_scrolls_or_bars(visit, widget, theme, width):
    with visit(stage("sequence", widget), theme, width) as (page, complaints):
        page.add_style_tag(content="html { background: Canvas; --pst-color-primary: LinkText }")  # the book has its own
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert width > 390 or not awkward(page)
        assert not complaints + barriers(page)


def test_the_kernel_follows_the_browser_and_sets_what_is_shown(head):
    sequence = Sequence(head, PIXEL, DWELL)
    sequence.set_state({"kind": "spin", "line": 3, "time": 0})  # what a message from the browser does
    assert (sequence.kind, sequence.line, sequence.time) == ("spin", 3, 0)
    assert sequence.mask().sum() == 2 * 64
    sequence.time = of("spin", 3)[0].end
    assert sequence.mask().sum() == 3 * 64
    sequence.kind = "gradient"
    assert sequence.time == of("gradient", 3)[0].end, "which is over sooner"
    with pytest.raises(ValueError, match="line must be from 1 to 32, got 33"):
        sequence.line = 33
    with pytest.raises(ValueError, match=r"time must be from 0 to \d+, got -1"):
        sequence.time = -1
    with pytest.raises(TraitError, match="'stimulated'"):
        sequence.kind = "stimulated"


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"x": np.ones((48, 64))}, r"powers of two, 16 to 1024, got \(48, 64\)"),
        ({"pixel_size": 0.0}, "pixel_size must be a finite number above 0, got 0.0"),
        ({"dwell": -1e-5}, "dwell"),
    ],
)
def test_bad_input_is_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        Sequence(**{"x": np.ones((64, 64)), "pixel_size": 4e-3, "dwell": 1e-5} | changed)
