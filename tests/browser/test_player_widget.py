"""The trajectory player in a browser, on a page of its own: path, gradients and image are always those of mrilab."""

import numpy as np
import pytest
from chromium import awkward, barriers, stage

import mrilab
from mrilab.widgets import TrajectoryPlayer

READ = """p => ({
  image: Array.from(p.state.image), psnr: p.state.psnr, played: p.state.played, k: Array.from(p.state.scan.k),
  waves: ["gradient", "slew"].map(which => ["y", "x"].map(part => Array.from(p.state.scan[which][part]))),
  drawn: [...p.querySelectorAll(".w-plot path")].map(line => line.getAttribute("d")),
  words: [...p.querySelectorAll("figcaption")].map(e => e.textContent),
  spoken: p.querySelector("[role=status]").textContent,
  shown: [...p.querySelectorAll("canvas")].map(canvas => canvas.toDataURL()),
})"""
LIT = """(p, places) => {  // the most opaque of the pixels at and around each place
  const canvas = p.querySelector("canvas"), pen = canvas.getContext("2d");
  return places.map(([y, x]) => {
    const { data } = pen.getImageData(canvas.width * x - 1, canvas.height * y - 1, 3, 3);
    return Array.from({ length: 9 }, (_, i) => Array.from(data.slice(4 * i, 4 * i + 4))).sort((a, b) => b[3] - a[3])[0];
  });
}"""
SHAPE = (32, 48)  # neither square nor a power of two
PIXEL, DWELL = 4e-3, 1e-5

pytestmark = pytest.mark.book


@pytest.fixture(scope="module")
def scan():
    trajectories = {
        "<b>spokes": mrilab.radial(12, 65, golden=True),
        "spiral": mrilab.spiral(3, 300, turns=5, in_out=False),
    }
    x = mrilab.brain((64, 64), seed=1)[16:48, 8:56]
    return trajectories, {name: mrilab.NUFFT(k, SHAPE)(x) for name, k in trajectories.items()}, abs(x)


@pytest.fixture(scope="module")
def widget(scan):
    trajectories, data, reference = scan
    player = TrajectoryPlayer(trajectories, data, SHAPE, PIXEL, DWELL, reference=reference)
    assert player.shot == 7, "past the first, so that it shows a trajectory and an image"
    player.shot = 1
    return player


@pytest.fixture
def page(visit, widget):
    with visit(stage("player", widget), width=1000) as (page, complaints):
        yield page
        assert not complaints


def read(page):
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 400)))")  # drawn, then said
    return page.locator(".w-player").evaluate(READ)


def slide(page, name, key):
    page.get_by_role("slider", name=name).press(key)


def so_far(k, y, played):
    """The adjoint of the samples played, with the weights of all, in the scale of the echoes among them."""
    shots, samples = k.shape[:2]
    first = np.arange(shots * samples) < played
    echoes = np.linalg.norm(k, axis=-1).argmin(axis=1) + samples * np.arange(shots)
    w = mrilab.density(k, SHAPE) * shots / max(1, (echoes < played).sum())
    return abs(mrilab.NUFFT(k, SHAPE).H((w * first * y).astype(np.complex64)))


def assert_right(state, scan, name, played):
    """Path, waveforms, image and words at this time are those of mrilab."""
    trajectories, data, reference = scan
    k, samples = trajectories[name], trajectories[name].shape[1]
    assert state["played"] == played
    np.testing.assert_array_equal(np.array(state["k"], np.float32).reshape(k.shape), k)
    shot, t = divmod(played - 1, samples)
    for wave, values, label in zip(state["waves"], waveforms(k), ("Gradient", "Slew rate")):
        # y and x apart; float32 k in the browser are those of mrilab, so only rounding in double is left
        np.testing.assert_allclose(wave, np.moveaxis(values, -1, 0).reshape(2, -1), rtol=1e-9, atol=1e-9)
        now = min(values.shape[1] - 1, max(0, t - (label == "Slew rate")))
        sizes = np.linalg.norm(values, axis=-1)
        assert any(f"{label} {sizes[shot, now]:.1f} " in words for words in state["words"])
        assert any(f"{label} " in words and f"largest {sizes.max():.1f}," in words for words in state["words"])
    image = so_far(k, data[name], played)
    np.testing.assert_allclose(np.reshape(state["image"], SHAPE), image, atol=1e-3 * reference.max())
    assert state["psnr"] == pytest.approx(mrilab.psnr(image, reference), abs=0.02)
    assert f"{name}: shot {shot + 1} of {len(k)}, {1e3 * DWELL * t:.2f} ms" in state["spoken"]
    assert f"PSNR {state['psnr']:.1f} dB" in state["spoken"]


def waveforms(k):
    return mrilab.gradients(k, PIXEL, DWELL), mrilab.slew_rates(k, PIXEL, DWELL)


def test_it_begins_with_the_shot_that_it_is_given(page, scan):
    assert_right(read(page), scan, "<b>spokes", 65)
    assert not barriers(page)


def test_shots_by_keyboard(page, scan):
    before = read(page)
    slide(page, "Shot", "ArrowRight")
    second = read(page)
    assert_right(second, scan, "<b>spokes", 2 * 65)
    assert all(a != b for a, b in zip(before["shown"], second["shown"])), "path and image"
    assert all(a != b for a, b in zip(before["drawn"][1:3], second["drawn"][1:3])), "Gy and Gx"
    slide(page, "Shot", "End")
    assert_right(read(page), scan, "<b>spokes", 12 * 65)
    slide(page, "Time", "Home")
    slide(page, "Time", "ArrowRight")
    assert_right(read(page), scan, "<b>spokes", 11 * 65 + 2)


def test_another_trajectory_keeps_the_share(page, scan):
    for _ in range(7):
        slide(page, "Shot", "ArrowRight")
    page.get_by_role("radio", name="<b>spokes").focus()
    page.keyboard.press("ArrowRight")
    assert_right(read(page), scan, "spiral", 2 * 300)  # 8 of 12 shots, 2 of 3


def test_the_path_lies_where_the_samples_are(page, scan):
    slide(page, "Shot", "End")
    read(page)
    k = scan[0]["<b>spokes"][:-1, ::8].reshape(-1, 2).astype(float)
    lit = np.array(page.locator(".w-player").evaluate(LIT, (0.5 + k / 1.04).tolist()))
    assert (lit[:, 3] > 150).all()
    between = (0.5 + np.array([[0.49, 0.49], [-0.49, 0.49], [0.49, -0.49]]) / 1.04).tolist()
    assert not np.any(page.locator(".w-player").evaluate(LIT, between)), "no path in the corners"


def test_the_waveform_that_is_drawn(page, scan):
    slide(page, "Shot", "ArrowRight")
    state = read(page)
    G = waveforms(scan[0]["<b>spokes"])[0][1]
    top = 1.1 * max(40, np.linalg.norm(waveforms(scan[0]["<b>spokes"])[0], axis=-1).max())
    for line, part in zip(state["drawn"][1:3], (G[:, 0], G[:, 1])):
        points = np.array([place.split() for place in line.lstrip("M").split("L")], float)
        np.testing.assert_allclose(top * (1 - 2 * points[:, 1]), part, atol=2e-4 * top)


def test_by_mouse(page, scan):
    """Over a waveform, time follows; on the path, the nearest sample is taken."""
    plot = page.locator("[data-name=slew]").bounding_box()
    page.mouse.move(plot["x"] + 0.9 * plot["width"], plot["y"] + 20)
    page.mouse.down()
    page.mouse.move(plot["x"] + 0.5 * plot["width"], plot["y"] + 30, steps=3)
    page.mouse.up()
    assert_right(read(page), scan, "<b>spokes", 33)
    k, box = scan[0]["<b>spokes"], page.locator("canvas").first.bounding_box()
    y, x = (0.5 + k[4, 50] / 1.04).tolist()
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    assert_right(read(page), scan, "<b>spokes", 4 * 65 + 51)


def test_it_plays_and_pauses(page, scan):
    slide(page, "Speed", "End")
    page.get_by_role("button", name="Play").press("Enter")
    page.wait_for_function("document.querySelector('.w-player').state.played > 200")
    page.get_by_role("button", name="Pause").press("Enter")
    state = read(page)
    assert_right(state, scan, "<b>spokes", state["played"])
    assert read(page)["played"] == state["played"], "it rests"
    page.get_by_role("button", name="Play").press("Enter")
    page.wait_for_function("document.querySelector('.w-player [data-name=play]').textContent === 'Play'")
    assert_right(read(page), scan, "<b>spokes", 12 * 65)


def test_with_less_motion_whole_shots_appear(visit, widget):
    with visit(stage("player", widget), reduced_motion="reduce") as (page, complaints):
        slide(page, "Speed", "End")
        page.evaluate("""() => {
          const state = document.querySelector(".w-player").state;
          window.seen = new Set();
          const look = () => { seen.add(state.played); requestAnimationFrame(look); };
          look();
        }""")
        page.get_by_role("button", name="Play").click()
        page.wait_for_function("document.querySelector('.w-player [data-name=play]').textContent === 'Play'")
        seen = page.evaluate("[...seen]")
        assert len(seen) > 2 and not any(count % 65 for count in seen)
        assert not complaints


@pytest.mark.parametrize("theme, width", [("dark", 1400), ("dark", 390), ("light", 390)])
def test_nothing_scrolls_or_bars(visit, widget, theme, width):
    with visit(stage("player", widget), theme, width) as (page, complaints):
        page.add_style_tag(content="html { background: Canvas; --pst-color-primary: LinkText }")  # the book has its own
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert width > 390 or not awkward(page)
        assert not complaints + barriers(page)


def test_what_exceeds_a_limit_is_red(visit, scan):
    """The spiral bends most near its centre, where it starts: beyond the slew rate there, and red nowhere else."""
    k = scan[0]["spiral"]
    S = np.linalg.norm(waveforms(k)[1], axis=-1)
    limit = float(np.median(S[:, :3].max(axis=1)) / 2)
    player = TrajectoryPlayer({"a": k}, {"a": scan[1]["spiral"]}, SHAPE, PIXEL, DWELL, gradient=1e4, slew=limit)
    with visit(stage("player", player)) as (page, complaints):
        over = page.locator(".w-player").evaluate("p => Array.from(p.state.scan.over)")
        expected = (limit < S)[:, np.clip(np.arange(-1, 299), 0, 297)]
        np.testing.assert_array_equal(np.reshape(over, (3, 300)), expected)
        assert expected.any() and not expected.all()
        y, x = 0.5 + (k[0, [2, 200]].T / 1.04)
        red = page.locator(".w-player").evaluate(LIT, np.stack([y, x], -1).tolist())
        assert red[0][:3] == [255, 90, 77] != red[1][:3]
        assert "PSNR" not in page.locator(".w-player").inner_text(), "there is no reference"
        assert not complaints


def test_the_module_asks_for_nothing_else(widget):
    for text in (widget._esm, widget._css):
        assert "http" not in str(text) and "@import" not in str(text) and "\nimport " not in str(text)


def test_choice_and_shot_follow_the_browser(scan):
    trajectories, data, _ = scan
    player = TrajectoryPlayer(trajectories, data, SHAPE, PIXEL, DWELL)
    player.set_state({"choice": 1, "shot": 3})  # what a message from the browser does
    assert (player.choice, player.shot) == (1, 3)
    player.choice, player.shot = 0, 12
    player.choice = 1
    assert player.shot == 3, "the spiral has no more"
    with pytest.raises(ValueError, match="there are 3 shots, counted from 1, got 4"):
        player.shot = 4
    with pytest.raises(ValueError, match="there are 2 trajectories, counted from 0, got 2"):
        player.choice = 2


K, Y = mrilab.radial(4, 16), np.ones(64, np.complex64)


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"trajectories": {}, "data": {}}, r"data for \[\] do not fit trajectories \[\]"),
        ({"data": {"b": Y}}, r"data for \['b'\] do not fit trajectories \['a'\]"),
        ({"data": {"a": Y[1:]}}, r"must have shape \(64,\) for a trajectory \(4, 16, 2\), got \(63,\)"),
        ({"data": {"a": 0 * Y}}, "not all be zero"),
        ({"data": {"a": np.nan * Y}}, "finite"),
        ({"trajectories": {"a": K.reshape(-1, 2)}}, r"got \(64, 2\)"),
        ({"trajectories": {"a": K.reshape(32, 2, 2)}}, r"samples ≥ 3"),
        ({"shape": (8, 32)}, r"sides from 16 to 512, got \(8, 32\)"),
        ({"dwell": 0.0}, "dwell"),
        ({"slew": -1.0}, "slew"),
        ({"reference": np.ones((16, 16))}, r"\(16, 16\) does not fit an image grid of \(32, 32\)"),
        ({"reference": np.zeros((32, 32))}, "not be zero everywhere"),
    ],
)
def test_bad_input_is_refused(changed, message):
    given = {"trajectories": {"a": K}, "data": {"a": Y}, "shape": (32, 32), "pixel_size": 1e-3, "dwell": 1e-5}
    with pytest.raises(ValueError, match=message):
        TrajectoryPlayer(**given | changed)
