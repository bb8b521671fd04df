"""Slides: the headings, equations and figures of a chapter, in the order of its page, as a PDF by Chromium."""

import re
import subprocess

import jupytext
import pytest
from find_chromium import MISSING, program
from nbclient import NotebookClient

from book._notebooks import slides

CHAPTER = r"""---
kernelspec: {display_name: Python 3, language: python, name: python3}
---

(ch-small)=
# A small chapter

## The norm $\|x\|_2$ of `x`

$$
\|x\|_2 = \Big(\sum_i |x_i|^2\Big)^{1/2}
$$ (eq-small-norm)

:::{note}
$$
a = b \\
c < d
$$
:::

## Words alone

Nothing to show.

## A picture

```{code-cell} ipython3
:mystnb: {image: {alt: "A line that rises from 0 to 1."}}
%matplotlib inline
import matplotlib.pyplot as plt
_ = plt.plot([0, 1])
```

:::{dropdown} Hint
$$
hidden
$$
:::

## Exercises

```{exercise-start} One
:label: ex-one
```
$$
secret
$$
```{code-cell} ipython3
_ = plt.plot([1, 0])
```
```{exercise-end}
```

## Checks

```{code-cell} ipython3
_ = plt.plot([1, 1])
```
"""


@pytest.fixture(scope="module")
def notebook():
    read = jupytext.reads(CHAPTER, fmt="md:myst")
    return NotebookClient(read, timeout=600).execute()


def test_slides_hold_what_the_page_shows(notebook):
    title, norm, picture = slides.slides(notebook)
    assert title.title == "A small chapter" and not title.equations and not title.figure
    assert norm.title == r"The norm \(\|x\|_2\) of <code>x</code>"
    one, two = norm.equations
    assert one == r"\[\|x\|_2 = \Big(\sum_i |x_i|^2\Big)^{1/2}\]"
    assert two == "\\[\\begin{split}a = b \\\\\nc &lt; d\\end{split}\\]"
    assert picture.title == "A picture" and not picture.equations
    assert 'alt="A line that rises from 0 to 1."' in picture.figure and "data:image/png;base64," in picture.figure
    page = slides.deck([title, norm, picture])
    assert page.count("<section>") == 3 and "\\[hidden" not in page and "\\[secret" not in page
    assert all(bool(slide.equations) != bool(slide.figure) for slide in (norm, picture))
    assert not re.search(r"(src|href)=\"(?!data:|mathjax/)", page), "no other host, and no other file"


@pytest.mark.slow
def test_slides_are_printed_with_their_formulas(notebook, tmp_path):
    if program() is None:
        pytest.skip(MISSING)
    made = slides.write(notebook, tmp_path / "small.html")
    assert made == tmp_path / "small.pdf"
    assert len(re.findall(rb"/Type\s*/Page\b", made.read_bytes())) == 3, "a page for each slide"
    command = [program(), "--headless", "--no-sandbox", "--virtual-time-budget=60000", "--dump-dom"]
    page = (tmp_path / "small.html").as_uri()
    drawn = subprocess.run([*command, page], capture_output=True, text=True, timeout=600, check=True).stdout
    assert drawn.count("<mjx-container") == 3 and "<mjx-merror" not in drawn
