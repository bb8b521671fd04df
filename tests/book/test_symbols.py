"""One meaning a symbol in the whole book: the list of the conventions page, held against the formulas of all pages."""

import re

import pytest
from helpers import ROOT

TEXTS = {path.stem: path.read_text() for path in sorted((ROOT / "book").glob("*.md"))}
LISTED = re.search(r"(?s)## Symbols\n(.*?)\n## ", TEXTS["conventions"])[1]
TEXTS["conventions"] = TEXTS["conventions"].replace(LISTED, "")  # which names the other meanings
# What each letter must not mean, as it would look: in mathematics, or in the words around it.
MISUSED = {
    "N": [r"\\sum_\{\w=[01]\}\^\{?N", r"N (=|\\approx) (\\pi )?n", r"\$N\$ (over the shots|shots|spokes)"],
    "n": [
        r"\+ n(\$|,|\b)(?! ?-)",
        r"\|n\|\^2",
        r"(?<![a-z])n_t\b",
        r"\\frac1n",
        r"N\}?\{?/?n\b",
        r"\\sum_\{n=",
        r"\)\^n\b",
        r"\bn p_",
    ],
    "H": [r"\\\|H\b", r"\$H\$ the mask", r"[A-Z]\^H\b", r"\^\{H\}"],
    "Psi": [
        r"\\Psi\^\{-1\}",
        r"\\Psi = [LB] ?[LB]",
        r"covariance \$\\Psi",
        r"\\Psi\$ the covariance",
        r"(?<!\})\\Psi = I\$",
    ],
    "L": [r"L\^\{-1\}", r"= L ?L\^", r"\(L,\)", r"< L\$"],
    "sigma": [
        r"prox\}_\{\\sigma",
        r"\\sigma ?\\\|\\Psi",
        r"\\tau[^$]{0,40}\\sigma",
        r"steps? (of length )?\$\\sigma",
        r"σ‖Ψ‖",
        r"condat_vu[^\n]*σ =",
    ],
    "Gamma": [r"\\cup \\Gamma", r"loss on (Γ|\$\\Gamma)"],  # Γ(C) is Euler's function
    "k": [r"\|k\|\$? (is|=) \$?1\b", r"\|k\|, 1 at", r"\|k\|[^.$]{0,10}\$? (steps|lines)", r"\|k\| < [1-9]"],
}


def prose(text: str) -> str:
    """A page without its cells: what is typeset, and not what runs."""
    return re.sub(r"(?ms)^(`{3,})\{code-cell\}.*?^\1$", "", text)


def formulas(text: str) -> list[str]:
    """The mathematics of a page, displayed and inline, without words and commands in it."""
    found = re.findall(r"(?ms)^\$\$\n(.*?)^\$\$", text)
    inline = re.findall(r"\$([^$]+)\$", re.sub(r"(?ms)^\$\$\n.*?^\$\$|^```.*?^```$|`[^`\n]*`", "", text))
    return [
        re.sub(r"\\(text|mathrm|operatorname|mathsf|mathcal|mathbb)\*?\{[^}]*\}", " ", one) for one in found + inline
    ]


def indices(formula: str) -> list[str]:
    """Uses of i that are not the imaginary unit, which stands after π, as an exponent, or before a number."""
    unit = r"(\\pi\s*(\\,)?\s*i|\^\{[-+]?\s*(\\,)?\s*i|\+ i (?=k))"
    return re.findall(r"(?<![A-Za-z\\])i(?![A-Za-z])", re.sub(r"\\[A-Za-z]+", " ", re.sub(unit, " ", formula)))


@pytest.mark.parametrize("formula, found", [(r"e^{2\pi i k}", 0), (r"\sum_i z_{c,i}", 2), (r"e^{-i\varphi} \min_j", 0)])
def test_indices_are_told_from_the_imaginary_unit(formula, found):
    assert len(indices(formula)) == found


@pytest.mark.parametrize("symbol", [*MISUSED, "i"])
def test_the_symbol_is_on_the_list(symbol):
    assert re.search(rf"\$\\?{symbol}\$|\\lvert {symbol}", LISTED)


@pytest.mark.parametrize("page", TEXTS)
def test_no_index_is_called_i(page):
    assert [formula for formula in formulas(prose(TEXTS[page])) if indices(formula)] == []


@pytest.mark.parametrize("page", TEXTS)
def test_a_letter_has_its_one_meaning(page):
    text = prose(TEXTS[page])
    wrong = [
        (symbol, found[0]) for symbol, looks in MISUSED.items() for look in looks if (found := re.search(look, text))
    ]
    assert wrong == []


def test_the_old_pages_would_fail():
    """The meanings that stood on the pages once are found."""
    for symbol, old in {
        "sigma": r"$\mathrm{prox}_{\sigma g^*}(v)$",
        "Psi": r"$\Psi^{-1}$",
        "H": r"With $H$ the mask of those left out",
        "L": r"$\tilde y = L^{-1} y$",
        "N": r"Nyquist asks for $N = \pi n/2$ of them",
        "n": r"$y = \Omega \mathcal{F} x + n$",
        "k": r"so that the edge of the grid is at $|k| = 1$",
    }.items():
        assert any(re.search(look, old) for look in MISUSED[symbol]), symbol
