"""A fork's build, with no file changed: every Colab, edit, issue, source and repository link is the fork's."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT

from book._notebooks.repository import address, repository

FORK = "Ada/mri-course"
PAGE = """\
---
jupytext:
  text_representation: {extension: .md, format_name: myst, format_version: 0.13}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# A page

Of many words, so that a card can be made of it.

```{code-cell} ipython3
:tags: [skip-execution]
1 + 1
```
"""
REFERENCE = """\
# Reference

```{eval-rst}
.. automodule:: mrilab.metrics
   :members: psnr
```
"""


@pytest.mark.parametrize(
    "slug, expected",
    [("Ada/mrilab", "https://ada.github.io/mrilab/"), ("Ada/ada.github.io", "https://ada.github.io/")],
)
def test_the_address_is_that_of_pages(slug, expected):
    assert address(slug) == expected


def test_the_workflow_names_the_fork_before_all_others(monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", FORK)
    assert repository("https://github.com/OWNER/mrilab") == FORK


@pytest.mark.slow
def test_every_link_of_a_build_is_the_forks(tmp_path):
    for name in ("_ext", "_notebooks", "_static", "_templates"):
        shutil.copytree(ROOT / "book" / name, tmp_path / "book" / name)
    for name in ("references.bib", "matplotlibrc", "moved.yml"):
        shutil.copy(ROOT / "book" / name, tmp_path / "book")
    shutil.copy(ROOT / "_config.yml", tmp_path)
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    (tmp_path / "mrilab").mkdir()  # of which the build takes a hash
    (tmp_path / "book" / "index.md").write_text(PAGE)
    (tmp_path / "book" / "api.md").write_text(REFERENCE)
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: index\nparts:\n  - chapters:\n      - file: api\n")
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "book", "--path-output", ".", "-q"]
    command += ["--config", str(tmp_path / "_config.yml"), "--toc", str(tmp_path / "_toc.yml")]
    places = os.pathsep.join([str(tmp_path), str(ROOT)])  # the copy of the extensions comes first
    env = os.environ | {"GITHUB_REPOSITORY": FORK, "PYTHONPATH": places}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    site = tmp_path / "_build" / "html"
    assert (site / "index.html").is_file(), done.stdout + done.stderr[:3000]

    page = (site / "index.html").read_text()
    links = set(re.findall(r'(?:href|content)="(https?://(?:[\w.]*github[\w.]*|colab[\w.]*)/[^"]*)"', page))
    own = (f"https://github.com/{FORK}", "https://ada.github.io/mri-course/")
    own += (f"https://colab.research.google.com/github/{FORK}/blob/notebooks/index.ipynb",)
    assert not [link for link in links if not link.startswith(own)]
    for part in (own[2], f"{own[0]}/edit/main/book/index.md", f"{own[0]}/issues/new?", "og:image"):
        assert part in page
    assert "<loc>https://ada.github.io/mri-course/index.html</loc>" in (site / "sitemap.xml").read_text()
    assert 'href="/mri-course/_static/' in (site / "404.html").read_text()
    assert 'href="_modules/mrilab/metrics.html#psnr"' in (site / "api.html").read_text(), "source"
