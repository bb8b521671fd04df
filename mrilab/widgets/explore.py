"""Sliders for any function of a few parameters: precomputed frames, and with a kernel also the values between them."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise, product
from math import isfinite, prod
from typing import Any

import numpy as np
import traitlets

from ..arrays.checks import check_values
from .base import Widget, source

FRAMES, BYTES = 64, 400_000  # the most that one widget adds to a page


def explore(function: Callable[..., Any], /, **choices: Sequence[Any]) -> "Explorer":
    """Call function(name=value, …) for every combination of the choices, and return a widget that shows the results.

    Numbers become a slider, strings and bools radio buttons. All frames share one grey scale of magnitudes, from 0 to
    the largest. Numbers returned with the images are shown, and plotted against the slider moved last, with one curve
    per value of the first parameter that has radio buttons; points of the curve can be clicked. The frames are stored
    in the widget, so all this works on a page without a kernel. With a kernel, a slider of floats also stops between
    the given values, and the function is called for them. Sliders begin in the middle.

    Parameters
    ----------
    function : callable
        Takes the choices as keyword arguments and returns an image (H, W), real or complex; or a dict of such images,
        shown side by side; or a pair of one of these and a dict of numbers, {"PSNR (dB)": 31.2}. Names and shapes must
        be the same in every call.
    **choices : sequence of numbers, str or bool
        The values of each parameter, numbers in increasing order; at most 64 combinations. Floats sample a range, which
        is logarithmic if the smallest is positive and the largest over 20 times as large.

    Raises
    ------
    TypeError
        If the function does not take these parameters or returns no image, or a choice mixes numbers and strings.
    ValueError
        If there are no choices, values repeat or do not increase, there are more than 64 combinations or 400 kB of
        frames at one byte per pixel, images are not finite, all zero or of different shapes, or names differ.

    Examples
    --------
    >>> from mrilab import FFT, center_box, psnr, shepp_logan
    >>> F, x = FFT((64, 64)), shepp_logan((64, 64))
    >>> def low_pass(side):
    ...     image = F.H(F(x) * center_box((64, 64), side))
    ...     return image, {"PSNR (dB)": psnr(image, x)}
    >>> explore(low_pass, side=[8, 16, 32])
    Explorer(low_pass(side): 3 frames of 64 × 64)
    """
    parameters = [_parameter(name, values) for name, values in choices.items()]
    if not parameters:
        raise ValueError("explore takes at least one choice, as in explore(function, side=[8, 16, 32])")
    counts = [len(p["values"]) for p in parameters]
    if prod(counts) > FRAMES:
        raise ValueError(f"{' × '.join(map(str, counts))} = {prod(counts)} combinations, {FRAMES} at most")
    settings = [dict(zip(choices, values)) for values in product(*(p["values"] for p in parameters))]
    try:
        inspect.signature(function).bind(**settings[0])
    except TypeError as error:
        raise TypeError(f"{_name(function)} cannot be called with {', '.join(choices)}: {error}") from None

    pictures, scores = _call(function, settings[0])
    size = len(settings) * sum(picture.size for picture in pictures.values())
    if size > BYTES:
        raise ValueError(
            f"{len(settings)} × {len(pictures)} images of {next(iter(pictures.values())).shape} are "
            f"{size / 1000:.0f} kB, {BYTES // 1000} at most: crop them, or take fewer values"
        )
    results = [(pictures, scores), *(_call(function, setting, (pictures, scores)) for setting in settings[1:])]
    return Explorer(function, parameters, results)


class Explorer(Widget):
    """The widget that `explore` returns.

    Attributes
    ----------
    value : dict of str
        The value of each parameter on the screen. With a live kernel it is updated a quarter of a second after the last
        change; setting it, or a part of it as in `widget.value = {"side": 16}`, moves the sliders. A float may lie
        between the choices.
    """

    _esm = source("ui.js", "explore.js")
    _css = source("ui.css", "explore.css")
    name = traitlets.Unicode().tag(sync=True)
    shape = traitlets.List(traitlets.Int()).tag(sync=True)
    panels = traitlets.List(traitlets.Unicode()).tag(sync=True)
    parameters = traitlets.List(traitlets.Dict()).tag(sync=True)
    metrics = traitlets.List(traitlets.Unicode()).tag(sync=True)
    frames = traitlets.Bytes().tag(sync=True)  # one per combination, in the order of itertools.product, with all panels
    scores = traitlets.List(traitlets.List()).tag(sync=True)
    value = traitlets.Dict().tag(sync=True)

    def __init__(self, function: Callable[..., Any], parameters: list[dict], results: list[tuple[dict, dict]]):
        self._function, self._like = function, results[0]
        self._white = max(float(picture.max()) for pictures, _ in results for picture in pictures.values())
        if not self._white > 0:
            raise ValueError(f"all images of {_name(function)} are zero everywhere")
        pictures, scores = results[0]
        super().__init__(
            name=_name(function),
            shape=list(next(iter(pictures.values())).shape),
            panels=list(pictures),
            parameters=parameters,
            metrics=list(scores),
            frames=b"".join(self._grey(pictures) for pictures, _ in results),
            scores=[_numbers(scores) for _, scores in results],
            value={p["name"]: _first(p) for p in parameters},
        )
        self.on_msg(self._answer)

    def _grey(self, pictures: Mapping[str, np.ndarray]) -> bytes:
        """Return the panels of one frame as 8-bit grey values."""
        stack = np.stack(list(pictures.values()))
        return np.rint(255 * np.minimum(stack / self._white, 1)).astype(np.uint8).tobytes()

    @traitlets.validate("value")
    def _valid_value(self, proposal):
        """Complete a partial value; raise unless each value is among the choices, or between two floats."""
        wanted = {**self.value, **proposal["value"]}
        known = {p["name"]: p for p in self.parameters}
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"there is no parameter {name!r}; the parameters are {', '.join(known)}")
            values, kind = known[name]["values"], known[name]["kind"]
            if value in values:
                wanted[name] = values[values.index(value)]
            elif kind != "real" or not isinstance(value, (int, float)) or not values[0] < value < values[-1]:
                between = "or between two of them" if kind == "real" else "and nothing else"
                raise ValueError(f"{name} must be one of {values} {between}, got {value!r}")
        return wanted

    @traitlets.observe("value")
    def _follow(self, change) -> None:
        """Compute and send a frame that is not among those stored in the widget."""
        if all(change["new"][p["name"]] in p["values"] for p in self.parameters):
            return
        try:
            pictures, scores = _call(self._function, change["new"], self._like)
        except Exception as error:  # any error of the function is shown to the reader
            self.send({"value": change["new"], "error": f"{type(error).__name__}: {error}"})
        else:
            self.send({"value": change["new"], "scores": _numbers(scores)}, [self._grey(pictures)])

    def _answer(self, widget, content, buffers) -> None:
        """Answer a view that asks whether there is a kernel; on a static page it gets no answer."""
        if content == {"ask": "kernel"}:
            self.send({"kernel": True})

    def _still(self) -> dict[str, np.ndarray]:
        """Return the frame of `value`, or of the choices before it."""
        place = [
            p["values"].index(v) if p["kind"] == "words" else sum(w <= v for w in p["values"]) - 1
            for p, v in ((p, self.value[p["name"]]) for p in self.parameters)
        ]
        frames = np.frombuffer(self.frames, np.uint8).reshape(-1, len(self.panels), *self.shape)
        number = np.ravel_multi_index(place, [len(p["values"]) for p in self.parameters])
        setting = ", ".join(f"{p['name']} = {p['values'][i]}" for p, i in zip(self.parameters, place))
        return {f"{name}\n{setting}".strip(): frame / 255 for name, frame in zip(self.panels, frames[number])}

    def __repr__(self) -> str:
        height, width = self.shape
        names = ", ".join(p["name"] for p in self.parameters)
        return f"Explorer({self.name}({names}): {len(self.scores)} frames of {height} × {width})"


def _name(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    return "function" if name == "<lambda>" else name


def _parameter(name: str, choice: Sequence[Any]) -> dict[str, Any]:
    """Return a parameter as it is sent: its name, its values as JSON types, and its kind; raise if it is not valid."""
    if isinstance(choice, str) or not isinstance(choice, (Sequence, np.ndarray)):
        raise TypeError(f"{name} must be a sequence of values, got {choice!r}")
    values = [v.item() if isinstance(v, np.generic) else v for v in choice]
    if not values:
        raise ValueError(f"{name} has no values to choose from")
    if all(isinstance(v, (str, bool)) for v in values):
        if len({str(v) for v in values}) < len(values):
            raise ValueError(f"{name} has the same value twice: {values}")
        return {"name": name, "values": values, "kind": "words"}
    if not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values):
        raise TypeError(f"{name} must hold only numbers, or only str and bool, got {values}")
    if not all(map(isfinite, values)) or any(b <= a for a, b in pairwise(values)):
        raise ValueError(f"the numbers of {name} must be finite and increase, got {values}")
    return {"name": name, "values": values, "kind": "whole" if all(isinstance(v, int) for v in values) else "real"}


def _first(parameter: dict[str, Any]) -> Any:
    """Return the value that a parameter begins with: of numbers the middle, where neither end hides the point."""
    values = parameter["values"]
    return values[0] if parameter["kind"] == "words" else values[(len(values) - 1) // 2]


def _call(function: Callable[..., Any], setting: dict[str, Any], like: tuple | None = None) -> tuple[dict, dict]:
    """Return (images, numbers) of one setting; raise unless they are images with the names and shape of `like`."""
    result = function(**setting)
    pictures, scores = result if isinstance(result, tuple) and len(result) == 2 else (result, {})
    if not isinstance(scores, Mapping):
        raise TypeError(f"{_name(function)} must return numbers as a dict, got {type(scores).__name__}")
    panels = pictures if isinstance(pictures, Mapping) else {"": pictures}
    magnitudes = {}
    where = f"{_name(function)}({', '.join(f'{k}={v!r}' for k, v in setting.items())})"
    for name, picture in panels.items():
        magnitudes[str(name)] = np.abs(check_values(picture, f"an image of {where}", "H, W"))
    found = ([*magnitudes], {p.shape for p in magnitudes.values()}, [*scores])
    first = found if like is None else ([*like[0]], {p.shape for p in like[0].values()}, [*like[1]])
    if found != first or len(found[1]) != 1:
        raise ValueError(f"{where} returned images, shapes and numbers {found}, the first call {first}")
    return magnitudes, {str(name): float(score) for name, score in scores.items()}


def _numbers(scores: Mapping[str, float]) -> list[float | None]:
    """Return numbers for JSON: values that are not finite become None."""
    return [score if isfinite(score) else None for score in scores.values()]
