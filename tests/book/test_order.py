"""A page uses what came before it, or a box on it says what to take on trust."""

import re

import pytest
from helpers import ROOT

from book._ext import uses
from book._notebooks.pages import chapters

ORDER = [name for name in chapters() if name not in ("index", "tenlines", "conventions", "glossary")]
TEXTS = {name: (ROOT / "book" / f"{name}.md").read_text() for name in ORDER}
LABELS = {label: name for name, text in TEXTS.items() for label in re.findall(r"(?m)^\((ch-\w+)\)=$", text)}
CHAPTERS = list(LABELS.values())
TRUST = re.compile(r"(?ms)^:::\{admonition\} Taken on trust\n(.*?)^:::$")
# Where each tool is explained. (Differences and conjugate gradients are known from courses before this one.)
EXPLAINED = {
    "gradient_echo": "contrast",
    "spin_echo": "contrast",
    "L1": "denoising",
    "Wavelet": "sparsity",
    "lambda_max": "denoising",
    "LeastSquares": "synthesis",
    "fista": "synthesis",
    "pogm": "pogm",
    "condat_vu": "analysis",
    "UndecimatedWavelet": "analysis",
    "GroupL1": "variation",
    "OSCAR": "oscar",
    "Coils": "aliasing",
    "grappa": "grappa",
    "sense_unfold": "aliasing",
    "NUFFT": "radial",
    "density": "radial",
    "ToeplitzGram": "noncartesian",
    "OffResonance": "offresonance",
    "correct_epi": "epi",
    "espirit": "selfcalibrated",
    "low_resolution_smaps": "selfcalibrated",
    "spirit": "completion",
    "sake": "completion",
    "NuclearNorm": "dynamic",
    "LocallyLowRank": "dynamic",
    "Frames": "dynamic",
}


def before(name: str) -> str:
    """The prerequisites that a page states."""
    return re.search(r"(?s)\*\*Before:\*\*(.*?)\*\*Time:\*\*", TEXTS[name])[1]


@pytest.mark.parametrize("name", CHAPTERS)
def test_prerequisites_come_before(name):
    asked = [LABELS[label] for label in re.findall(r"\{ref\}`(?:[^`<]*<)?(ch-\w+)>?`", before(name))]
    late = [other for other in asked if CHAPTERS.index(other) >= CHAPTERS.index(name)]
    assert not late, f"{name} asks for {late}, which come after it"


@pytest.mark.parametrize("name", CHAPTERS)
def test_tools_are_explained_before_they_are_used_or_taken_on_trust(name):
    """A box holds for its page and for those that come after it; it names the page that explains."""
    so_far = CHAPTERS[: CHAPTERS.index(name) + 1]
    boxes = " ".join(box for page in so_far for box in TRUST.findall(TEXTS[page]))
    for tool in {path.rsplit(".", 1)[-1] for path in uses.uses()[name]} & EXPLAINED.keys():
        if EXPLAINED[tool] not in so_far:
            assert f"`{tool}`" in boxes and f"{{ref}}`ch-{EXPLAINED[tool]}`" in boxes, f"{name} uses {tool}"
