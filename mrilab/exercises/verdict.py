"""The result of a check, for notebooks, terminals and screen readers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any


@dataclass(frozen=True)
class Verdict:
    """The answer of `check`: true if passed, so that `assert check(…)` works.

    `inputs` are those on which a function failed, by name: `my_function(*verdict.inputs.values())` tries it on them.

    >>> verdict = Verdict("fista-step", False, "a step of FISTA", reason="the answer is None", hint="Return it.")
    >>> bool(verdict), verdict
    (False, ✘ fista-step: not yet. The answer is None.
      Hint: Return it.)
    """

    name: str
    passed: bool
    objective: str
    reason: str = ""
    on: str = ""
    hint: str = ""
    points: int = 1
    remark: str = ""
    answered: bool = True
    second: str = ""  # the answer to a second question of the text
    share: float = 0.0  # of several results, how many are right; 1 if all are
    inputs: Mapping[str, Any] | None = field(default=None, compare=False)

    def __bool__(self) -> bool:
        return self.passed

    @property
    def mark(self) -> "Mark":
        """The points that the answer earns: a number, which notebooks show as this verdict."""
        return Mark(self)

    def _parts(self) -> list[tuple[str, str]]:
        """Return the lines of the result as (label, text)."""
        if self.passed:
            more = ("Why", self.hint), ("Second question", self.second), ("Remark", _sentence(self.remark))
            return [("", _sentence(self.objective)), *((label, text) for label, text in more if text)]
        parts = [("", _sentence(self.reason))]
        return parts + [(label, text) for label, text in (("Input", self.on), ("Hint", self.hint)) if text]

    @property
    def _title(self) -> str:
        if not self.answered:
            return f"… {self.name}: not answered yet."
        return f"{'✔' if self.passed else '✘'} {self.name}: {'passed' if self.passed else 'not yet'}."

    def __repr__(self) -> str:
        first, *rest = self._parts()
        return "\n".join([f"{self._title} {first[1]}", *(f"  {label}: {text}" for label, text in rest)])

    def _repr_html_(self) -> str:
        """Return a box that screen readers announce; its sign and its words repeat what its colour says."""
        colour = "#1a7f37" if self.passed else "#b35900" if self.answered else "#6e7781"
        first, *rest = self._parts()
        lines = "".join(f"<br><b>{label}:</b> {escape(text)}" for label, text in rest)
        return (
            f'<div role="status" style="border-left: 0.4em solid {colour}; padding: 0.4em 0.8em; margin: 0.3em 0">'
            f"<b>{escape(self._title)}</b> {escape(first[1])}{lines}</div>"
        )


class Mark(float):
    """The points of a verdict. nbgrader reads the number that a test cell ends in, and people read the verdict.

    >>> verdict = Verdict("kspace-spacing", False, "two numbers", reason="result 2 is wrong", points=3, share=0.5)
    >>> verdict.mark
    1.5
    """

    verdict: Verdict

    def __new__(cls, verdict: Verdict) -> "Mark":
        """Return the points: all if the answer passed, else the share of its results that are right."""
        mark = super().__new__(cls, verdict.points * (1.0 if verdict.passed else verdict.share))
        mark.verdict = verdict
        return mark

    def _repr_html_(self) -> str:
        """Return the verdict with its points below."""
        points = f"{self:g} of {self.verdict.points} point{'s' if self.verdict.points != 1 else ''}"
        return f"{self.verdict._repr_html_()}<p>{points}</p>"


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".") if text else ""
