"""What a chapter's cells use of mrilab, and the links that follow from it, both ways."""

import re

import pytest
from built import SITE

from book._ext import uses


@pytest.mark.parametrize(
    "code, found",
    [
        ("from mrilab import fista\nfista", "mrilab.solvers.fista.fista"),
        ("import mrilab\nmrilab.psnr(a, b)", "mrilab.metrics.psnr"),
        ("from mrilab import plots\nplots.gallery({})", "mrilab.plots.images.gallery"),
        ("from mrilab.widgets import FoldOver as Fold\nFold(x)", "mrilab.widgets.foldover.FoldOver"),
        ("from mrilab import *\nx = rss(y)", "mrilab.operators.coils.rss"),
    ],
)
def test_names_are_found_however_they_are_imported(code, found):
    assert uses.names(code) == (found,)


def test_names_of_others_and_names_that_are_not_used_are_not_listed():
    assert uses.names("import numpy as np\nfrom mrilab import FFT, fista\nnp.fft.fft2(FFT)") == (
        "mrilab.operators.fourier.FFT",
    )


@pytest.mark.book
def test_reference_and_chapters_lead_to_each_other():
    api = "".join(page.read_text() for page in SITE.glob("api-*.html"))
    entries = {
        m[1]: m[0] for m in re.finditer(r'(?s)<dt class="sig[^>]* id="(mrilab[^"]+)">.*?(?=<dt class="sig|\Z)', api)
    }
    for chapter, used in uses.uses().items():
        (end,) = re.findall(r'(?s)<p class="uses">(.*?)</p>', (SITE / f"{chapter}.html").read_text()) or [""]
        listed = re.findall(r'href="api-\w+\.html#([^"]+)"', end)
        assert listed == [name for name in used if name in entries], chapter
        for name in listed:
            assert re.search(rf'Used in</em>.*href="{chapter}\.html"', entries[name]), f"{name} of {chapter}"
    assert all(uses.uses().values()), "every page that runs uses the package"
