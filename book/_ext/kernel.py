"""Runs in the kernels of the pages: gives each figure, beside its PNG, what a page needs to fit it to any screen.

A figure of pictures alone is told in parts, so that the page can set titles as text and put as many side by side as the
screen takes: the boxes of its pictures, (left, top, right, bottom) in pixels of the screen, below their titles, and its
colour bar. Any other figure is drawn a second time for a phone, as another PNG. Both are metadata of the output, which
no viewer shows and `panels.py` reads. IPython runs this file as it starts (`execute.py` says so to it), so there is
nothing that it can import from its folder.
"""


def _attach() -> None:
    import pickle
    from base64 import b64encode
    from io import BytesIO

    from IPython import get_ipython
    from IPython.core.formatters import BaseFormatter
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    PHONE = 3.6  # inches across, at which text of 9 points is 11 pixels high and more on a phone
    LONG = 16  # letters of a name in a legend: two of them do not fit side by side

    def is_bar(axis) -> bool:
        return hasattr(axis, "_colorbar")

    def pictured(figure) -> bool:
        """Return whether there is nothing but pictures, with titles of plain text, and one colour bar at most."""
        bars = [axis for axis in figure.axes if is_bar(axis)]
        shown = [axis for axis in figure.axes if axis.has_data() and axis not in bars]
        words = figure.legends or figure.texts or any("$" in axis.get_title() for axis in shown)
        lying = [axis._colorbar.orientation for axis in bars] in ([], ["horizontal"])
        return bool(shown) and lying and not words and all(axis.images and not axis.axison for axis in shown)

    def parts(figure):
        if not pictured(figure):
            return None
        renderer, dpi = FigureCanvasAgg(figure).get_renderer(), figure.dpi
        frame = figure.get_tightbbox(renderer).padded(0.1)  # as notebooks save it

        def box(axis) -> list[int]:
            inside = axis.get_window_extent(renderer)
            left, right = (round(x - dpi * frame.x0) for x in (inside.x0, inside.x1))
            top, bottom = (round(dpi * frame.y1 - y) for y in (inside.y1, inside.y0))
            return [left + 1, top + 1, right - 1, bottom - 1]

        panels, column = [], {}  # a picture without a title belongs to the one above it
        bar = None
        for axis in figure.axes:
            if is_bar(axis):
                low, high = axis.get_xlim()
                words = zip(axis.get_xticks(), (text.get_text() for text in axis.get_xticklabels()))
                ticks = [[(x - low) / (high - low), word] for x, word in words if low <= x <= high]
                bar = {"box": box(axis), "label": axis.get_xlabel(), "ticks": ticks}
            elif axis.images:
                place = axis.get_subplotspec().colspan.start
                if axis.get_title() or place not in column:
                    column[place] = {"title": axis.get_title(), "boxes": []}
                    panels.append(column[place])
                column[place]["boxes"].append(box(axis))
        width = dpi * frame.width
        return {"across": len(column), "width": width, "panels": panels, "bar": bar}

    def stack(figure) -> None:
        """Put curves below each other, and square axes two in a row."""
        for empty in [axis for axis in figure.axes if not axis.has_data()]:
            empty.remove()
        axes = [axis for axis in figure.axes if axis.get_subplotspec() and not is_bar(axis)]
        square = all(axis.get_aspect() == 1 or axis.name == "3d" for axis in axes)
        across = 2 if square and len(axes) > 1 else 1
        down = -(-len(axes) // across)
        rows = len({axis.get_subplotspec().rowspan.start for axis in axes})
        tall = PHONE / 2 + 0.3 if across == 2 else max(2.6, figure.get_figheight() / rows)
        for place, axis in zip(figure.add_gridspec(down, across), axes) if len(axes) > 1 else ():
            axis.set_subplotspec(place)
            if across == 1:
                axis.tick_params(labelleft=True, which="both")
        figure.set_size_inches(PHONE, down * tall)
        for old in list(figure.legends):
            names = [text.get_text() for text in old.get_texts()]
            columns = 1 if max(map(len, names)) > LONG else 2
            figure.legend(old.legend_handles, names, loc="outside upper center", ncols=columns)
            old.remove()

    def narrow(figure):
        if pictured(figure) or not figure.axes:
            return None
        copy, file = pickle.loads(pickle.dumps(figure)), BytesIO()
        stack(copy)
        copy.savefig(file, format="png", dpi=200, bbox_inches="tight", pad_inches=0.05)
        return {"png": b64encode(file.getvalue()).decode()}

    class Formatter(BaseFormatter):
        """Adds metadata to a figure; there is no registry of types, from which matplotlib would take figures."""

        def __init__(self, make):
            super().__init__()
            self.make = make

        def __call__(self, result):
            is_figure = (type(result).__module__, type(result).__name__) == ("matplotlib.figure", "Figure")
            return (None, self.make(result)) if is_figure else None

    kinds = {"mrilab/parts": parts, "mrilab/narrow": narrow}
    if shell := get_ipython():  # none where a test imports this file
        shell.display_formatter.formatters |= {kind: Formatter(make) for kind, make in kinds.items()}


_attach()
del _attach
