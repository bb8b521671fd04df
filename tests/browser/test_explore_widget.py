"""A function on sliders in a browser: frames and numbers on a page of its own, and a kernel for what lies between."""

import base64

import numpy as np
import pytest
from chromium import awkward, barriers, rest, stage

import mrilab
from mrilab.widgets import explore

SHAPE = (48, 64)
SIDES = [4.0, 8.0, 16.0, 40.0]
READ = """p => ({
  value: p.state.value, pixels: Array.from(p.state.pixels), scores: p.state.scores, waiting: p.state.waiting,
  words: [...p.querySelectorAll("dd")].map(e => e.textContent), spoken: p.querySelector("[role=status]").textContent,
  labels: [...p.querySelectorAll("canvas")].map(e => e.ariaLabel), shown: p.querySelector("canvas").toDataURL(),
  help: p.querySelector(".w-help").textContent,
  curve: [...p.querySelectorAll("svg .w-now circle")].map(e => [+e.getAttribute("cx"), +e.getAttribute("cy")]),
})"""
# A model as JupyterLab has it: what is set is saved in Python, and messages come back.
LIVE = """async ([esm, state, bytes]) => {
  const listeners = {}, changed = {};
  const fire = (event, ...rest) => (listeners[event] ?? []).forEach(call => call(...rest));
  const view = text => new DataView(Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer);
  for (const [name, text] of Object.entries(bytes)) state[name] = view(text);
  const take = answers => answers.forEach(([name, content, data]) => {
    if (name === "msg:custom") fire(name, content, data.map(view));
    else { state[name] = content; fire(`change:${name}`); }
  });
  const model = {
    get: name => state[name],
    set: (name, value) => { state[name] = changed[name] = value; },
    save_changes: async () => take(await window.kernel("state", changed)),
    send: async content => take(await window.kernel("message", content)),
    on: (event, call) => (listeners[event] ??= []).push(call),
    off: () => {},
  };
  window.take = take;
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  document.querySelector("main").replaceChildren(document.createElement("div"));
  (await import(url)).default.render({ model, el: document.querySelector("main div") });
}"""

pytestmark = pytest.mark.book


def head():
    return mrilab.brain((64, 64), seed=1)[8:56]


def low_pass(side, image="<b>it"):
    """A low-pass image or its error, and how good it is."""
    x, F = head(), mrilab.FFT(SHAPE)
    found = abs(F.H(F(x) * mrilab.center_box(SHAPE, round(side))))
    scores = {"PSNR (dB)": mrilab.psnr(found, x), "samples": round(side) ** 2}
    return found if image == "<b>it" else found - abs(x), scores


CHOICES = {"side": SIDES, "image": ["<b>it", "error"]}


def first_of_all():
    """A widget that is set to the first value of each parameter."""
    widget = explore(low_pass, **CHOICES)
    assert widget.value == {"side": 8.0, "image": "<b>it"}, "it begins in the middle"
    widget.value = {"side": 4.0}
    return widget


@pytest.fixture(scope="module")
def widget():
    return first_of_all()


@pytest.fixture
def page(visit, widget):
    with visit(stage("explore", widget), width=1000) as (page, complaints):
        yield page
        assert not complaints


def read(page):
    rest(page)
    page.wait_for_function("!document.querySelector('.w-explore').state.waiting")
    rest(page)
    return page.locator(".w-explore").evaluate(READ)


def assert_right(state, side, image="<b>it"):
    """The picture and the numbers are the function's."""
    picture, scores = low_pass(side, image)
    white = max(abs(low_pass(s, i)[0]).max() for s in SIDES for i in CHOICES["image"])
    assert state["value"] == {"side": side, "image": image} and not state["waiting"]
    greys = np.minimum(255 * abs(picture) / white, 255)
    np.testing.assert_allclose(np.reshape(state["pixels"], SHAPE), greys, atol=0.51)
    np.testing.assert_allclose(state["scores"], list(scores.values()), rtol=1e-6)
    assert state["words"][0] == f"{scores['PSNR (dB)']:.4g}"
    assert state["words"][0] in state["spoken"] and all(f"side {side:g}" in label for label in state["labels"])


def test_it_begins_with_its_value(page):
    assert_right(read(page), 4)
    assert not barriers(page)


def test_by_keyboard(page):
    before = read(page)
    page.get_by_role("slider", name="side").press("ArrowRight")
    page.get_by_role("slider", name="side").press("ArrowRight")
    after = read(page)
    assert_right(after, 16)
    assert after["shown"] != before["shown"]
    page.get_by_role("radio", name="<b>it").press("ArrowRight")
    assert_right(read(page), 16, "error")


def test_by_mouse_on_the_curve(page):
    before, box = read(page), page.locator(".w-explore svg").bounding_box()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.93 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
    page.mouse.up()
    after = read(page)
    assert_right(after, 40)
    assert after["shown"] != before["shown"]


def test_the_curve_has_a_point_for_each_value_at_its_place(page):
    psnr = [low_pass(side)[1]["PSNR (dB)"] for side in SIDES]
    x, y = np.array(read(page)["curve"]).T
    np.testing.assert_allclose((x - x[0]) / np.ptp(x), (np.array(SIDES) - 4) / 36, atol=1e-3)
    np.testing.assert_allclose((y[0] - y) / np.ptp(y), (np.array(psnr) - psnr[0]) / np.ptp(psnr), atol=1e-3)
    page.get_by_role("radio", name="samples").check()
    y = np.array(read(page)["curve"])[:, 1]
    np.testing.assert_allclose((y[0] - y) / np.ptp(y), (np.square(SIDES) - 16) / 1584, atol=1e-3)


@pytest.mark.parametrize("theme, width", [("dark", 1400), ("dark", 390), ("light", 390)])
def test_nothing_scrolls_or_bars(visit, widget, theme, width):
    with visit(stage("explore", widget), theme, width) as (page, complaints):
        page.add_style_tag(content=":root { background: Canvas }")  # else axe takes the page for white
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert width > 390 or not awkward(page)
        assert not complaints + barriers(page)


def test_without_a_kernel_the_slider_stops_at_frames_alone(page):
    assert page.get_by_role("slider", name="side").get_attribute("step") == "1"


def alive(page, widget) -> list:
    """Show the widget on the page with this process as its kernel; return the list of what Python will send."""
    sent: list = []
    widget.send = lambda content, buffers=(): sent.append(
        ["msg:custom", content, [base64.b64encode(b).decode() for b in buffers]]
    )

    def kernel(kind, content):
        sent.clear()
        if kind == "state":
            widget.set_state(content)
        else:
            widget._handle_custom_msg(content, [])
        return list(sent)

    page.expose_function("kernel", kernel)
    state = {name: getattr(widget, name) for name in widget.keys if not name.startswith("_")}
    frames = {"frames": base64.b64encode(state.pop("frames")).decode()}
    state = {name: value for name, value in state.items() if isinstance(value, (str, list, dict))}
    page.evaluate(LIVE, [str(widget._esm), state, frames])
    return sent


def test_with_a_kernel_the_function_is_called_between_the_frames(page):
    widget, seen = first_of_all(), []
    alive(page, widget)
    widget.observe(lambda change: seen.append(change["new"]), "value")
    slider = page.get_by_role("slider", name="side")
    for _ in range(25):
        slider.press("ArrowRight")
    state = read(page)
    assert_right(state, 28)  # half-way from 16 to 40
    assert seen[-1] == widget.value == {"side": 28, "image": "<b>it"}
    assert len(state["curve"]) > len(SIDES), "the curve has the new point too"


def test_python_moves_the_slider(page):
    widget = explore(low_pass, **CHOICES)
    sent = alive(page, widget)
    for side in (16.0, 6.0):
        sent.clear()
        widget.value = {"side": side}
        page.evaluate("answers => window.take(answers)", [["value", widget.value, []], *sent])
        assert_right(read(page), side)
    assert float(page.get_by_role("slider", name="side").input_value()) == 0.5


def test_what_the_function_raises_is_shown(page):
    def picky(side):
        if side not in SIDES:
            raise ArithmeticError("no")
        return low_pass(side)

    alive(page, explore(picky, side=SIDES))
    page.get_by_role("slider", name="side").press("ArrowRight")
    state = read(page)
    assert state["help"] == "ArithmeticError: no" and state["words"][0] == "–"
    page.get_by_role("slider", name="side").press("End")
    assert not read(page)["help"]


def test_forms_of_results():
    x = head()
    plain = explore(lambda gain: gain * x, gain=[1, 2])
    assert (plain.panels, plain.metrics, plain.parameters[0]["kind"]) == ([""], [], "whole")
    assert len(plain.frames) == 2 * x.size and max(plain.frames) == 255
    several = explore(lambda on: ({"a": x, "b": -1j * x}, {"n": np.inf}), on=np.array([True, False]))
    assert (several.panels, several.scores) == (["a", "b"], [[None], [None]])
    assert several.frames[: x.size] == several.frames[x.size : 2 * x.size]
    assert several.value == {"on": True} and several.parameters[0]["kind"] == "words"


def test_values_are_checked_and_completed():
    widget = explore(low_pass, **CHOICES)
    widget.value = {"image": "error"}
    assert widget.value == {"side": 8, "image": "error"}
    for wrong, message in [
        ({"side": 41}, "side must be one of .* or between"),
        ({"image": "that"}, "and nothing else, got 'that'"),
        ({"size": 4}, "no parameter 'size'; the parameters are side, image"),
    ]:
        with pytest.raises(ValueError, match=message):
            widget.value = wrong


def uneven(n):
    return np.ones((8, n))


@pytest.mark.parametrize(
    "function, choices, error, message",
    [
        (low_pass, {}, ValueError, "at least one choice"),
        (low_pass, {"side": 4}, TypeError, "side must be a sequence of values, got 4"),
        (low_pass, {"side": "48"}, TypeError, "got '48'"),
        (low_pass, {"side": []}, ValueError, "no values"),
        (low_pass, {"side": [4, "8"]}, TypeError, "only numbers, or only str and bool"),
        (low_pass, {"side": [8, 4]}, ValueError, "increase, got .8, 4."),
        (low_pass, {"side": [4, np.nan]}, ValueError, "finite"),
        (low_pass, {"side": [4], "image": ["error", "error"]}, ValueError, "image has the same value twice"),
        (low_pass, {"size": [4, 8]}, TypeError, "low_pass cannot be called with size"),
        (
            low_pass,
            {"side": range(1, 45), "image": ["error", "<b>it"]},
            ValueError,
            "44 × 2 = 88 combinations, 64 at most",
        ),
        (lambda n: np.ones((256, 256)), {"n": range(9)}, ValueError, r"9 × 1 images of \(256, 256\) are 590 kB, 400"),
        (lambda n: np.zeros((8, 8)), {"n": [1]}, ValueError, "zero everywhere"),
        (
            lambda n: np.ones(8),
            {"n": [1]},
            ValueError,
            r"an image of function\(n=1\) must have shape \(H, W\), got \(8,\)",
        ),
        (lambda n: (np.ones((8, 8)), 3.0), {"n": [1]}, TypeError, "numbers as a dict, got float"),
        (uneven, {"n": [4, 5]}, ValueError, r"uneven\(n=5\) returned .*\(8, 5\).* the first call .*\(8, 4\)"),
        (lambda n: np.array(["a"]), {"n": [1]}, TypeError, None),
    ],
)
def test_bad_input_is_refused(function, choices, error, message):
    with pytest.raises(error, match=message):
        explore(function, **choices)
