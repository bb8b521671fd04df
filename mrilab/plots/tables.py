"""Tables of numbers for the chapters: accessible HTML in a notebook, Markdown in a console."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

# A figure, with its sign, its unit or its spread; or that there is none. The book aligns columns of them on the right.
NUMBER = re.compile(r"[-−+~]?\d[\d\s.,e×+-]*( ?(± ?[\d.]+|%|dB|s|ms|kB|MB|GB|\([^)]*\)))*|–|-|nan|")


@dataclass(frozen=True, repr=False)
class Table:
    """A table, shown as HTML with header cells for screen readers in a notebook, and as Markdown in a console."""

    head: list[str]
    rows: list[list[str]]

    def __repr__(self) -> str:
        return "\n".join("| " + " | ".join(row) + " |" for row in [self.head, ["---"] * len(self.head), *self.rows])

    def _repr_html_(self) -> str:
        columns = list(zip(*self.rows))
        kinds = [' class="number"' if i and all(map(NUMBER.fullmatch, c)) else "" for i, c in enumerate(columns)]
        head = "".join(f'<th scope="col"{kind}>{escape(key)}</th>' for kind, key in zip(kinds, self.head))
        body = "".join(
            f'<tr><th scope="row">{escape(name)}</th>'
            + "".join(f"<td{kind}>{escape(value)}</td>" for kind, value in zip(kinds[1:], values))
            + "</tr>"
            for name, *values in self.rows
        )
        content = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        # On a phone the table scrolls, not the page; tabindex makes it scrollable by keyboard.
        return f'<div style="overflow-x: auto" tabindex="0" role="region" aria-label="Table">{content}</div>'


def table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return a table of rows, which are mappings with the same keys; the first value is the name of the row.

    Floats are shown with four significant digits, those of a column with equally many decimals if the
    largest is less than 100 times the smallest and none is tiny. Raises ValueError if there are no rows, or their keys
    differ.

    >>> table([{"method": "zero-filled", "PSNR (dB)": 23.21754}, {"method": "frame", "PSNR (dB)": 27.0}])
    | method | PSNR (dB) |
    | --- | --- |
    | zero-filled | 23.22 |
    | frame | 27.00 |
    """
    keys = [list(row) for row in rows]
    if not keys or any(k != keys[0] for k in keys):
        raise ValueError(f"a table needs rows with the same keys, got {keys}")
    columns = [_shown([row[key] for row in rows]) for key in keys[0]]
    return Table(keys[0], [list(row) for row in zip(*columns)])


def _shown(column: list[Any]) -> list[str]:
    """Return the entries of a column as text.

    >>> _shown([9.8765, 27.0, "–"]), _shown([0.00125, 27.0]), _shown([0.001, 0.00003])
    (['9.88', '27.00', '–'], ['0.00125', '27'], ['0.001', '3e-05'])
    """
    floats = abs(np.array([v for v in column if isinstance(v, float | np.floating) and np.isfinite(v) and v], float))
    form = ".4g"
    if floats.size and floats.min() >= 1e-4 and floats.max() < min(1e4, 100 * floats.min()):
        needed = max(len(f"{v:.4g}".partition(".")[2]) for v in floats)
        form = f".{min(needed, 3 - int(np.floor(np.log10(floats.max()))))}f"
    return [f"{v:{form}}" if isinstance(v, float | np.floating) else str(v) for v in column]


def spread(values: Sequence[float] | np.ndarray, digits: int = 2) -> str:
    """Return "mean ± standard deviation" of values, such as the PSNR of several heads, to `digits` decimals.

    The deviation is √(Σ(v − v̄)²/(n − 1)), an estimate for further heads. For one value, only the mean is given. Raises
    ValueError unless `values` is (n,) and not empty.

    >>> spread([31.0, 33.0], 1), spread([31.0]), spread([-0.001])
    ('32.0 ± 1.4', '31.00', '0.00')
    """
    figures = np.asarray(values, dtype=float)
    if figures.ndim != 1 or figures.size == 0:
        raise ValueError(f"spread takes values of shape (n,), at least one, got shape {figures.shape}")
    deviation = f" ± {figures.std(ddof=1):.{digits}f}" if figures.size > 1 else ""
    return f"{figures.mean():z.{digits}f}{deviation}"
