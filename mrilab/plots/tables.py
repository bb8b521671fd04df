"""Tables of figures, for chapters: a notebook shows them, screen readers can walk them, a console prints Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np


@dataclass(frozen=True, repr=False)
class Table:
    """A table that a notebook shows so that screen readers can walk it, and a console as Markdown; see `table`."""

    head: list[str]
    rows: list[list[str]]

    def __repr__(self) -> str:
        return "\n".join("| " + " | ".join(row) + " |" for row in [self.head, ["---"] * len(self.head), *self.rows])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(key)}</th>' for key in self.head)
        body = "".join(
            f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(value)}</td>" for value in values)}</tr>'
            for name, *values in self.rows
        )
        content = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        # On a phone the table scrolls, not the page; the keyboard must be able to reach what scrolls.
        return f'<div style="overflow-x: auto" tabindex="0" role="region" aria-label="Table">{content}</div>'


def table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Return rows of figures as a table: mappings with the same keys, of which the first names the row.

    Floats show four digits. Raises ValueError if there are no rows, or their keys differ.

    >>> table([{"method": "zero-filled", "PSNR (dB)": 23.21754}])
    | method | PSNR (dB) |
    | --- | --- |
    | zero-filled | 23.22 |
    """
    keys = [list(row) for row in rows]
    if not keys or any(k != keys[0] for k in keys):
        raise ValueError(f"a table needs rows with the same keys, got {keys}")
    return Table(
        keys[0], [[f"{v:.4g}" if isinstance(v, float | np.floating) else str(v) for v in row.values()] for row in rows]
    )


def spread(values: Sequence[float] | np.ndarray, digits: int = 2) -> str:
    """Return "mean ± standard deviation" of figures that vary, such as the PSNR over heads, to so many digits.

    The deviation is that of the sample, √(Σ(v − v̄)²/(n − 1)): an estimate for other heads. One value stands alone.
    Raises ValueError unless `values` is (n,) and not empty.

    >>> spread([31.0, 33.0], 1), spread([31.0])
    ('32.0 ± 1.4', '31.00')
    """
    figures = np.asarray(values, dtype=float)
    if figures.ndim != 1 or figures.size == 0:
        raise ValueError(f"spread takes figures of shape (n,), at least one, got shape {figures.shape}")
    deviation = f" ± {figures.std(ddof=1):.{digits}f}" if figures.size > 1 else ""
    return f"{figures.mean():.{digits}f}{deviation}"
