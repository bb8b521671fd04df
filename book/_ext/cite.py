"""Ends each chapter with how to cite it: BibTeX, with the version, the address and the day of the last change."""

import shutil
import subprocess
from html import escape
from typing import Any

import yaml

from mrilab.exercises.chapters import CHAPTERS

from .._notebooks.repository import ROOT


def last_change(page: str) -> str:
    """Return the day on which a page was last changed, as 2026-11-29, or "" where no history is."""
    if not shutil.which("git"):
        return ""
    ask = ["git", "-C", str(ROOT), "log", "-1", "--format=%cs", "--", f"book/{page}.md"]
    return subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()


def bibtex(page: str, title: str, day: str, address: str) -> str:
    """Return the entry of a chapter.

    >>> print(bibtex("fft", "Faults of the Fourier transform", "2026-11-29", "https://ada.github.io/mrilab/"))
    @misc{mrilab-fft,
      author = {{The mrilab course authors}},
      title = {{Faults of the Fourier transform}},
      howpublished = {In: From k-space to image: an open course on MR image reconstruction, version 0.1.0},
      date = {2026-11-29},
      url = {https://ada.github.io/mrilab/fft.html},
    }
    """
    course = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    fields = {
        "author": f"{{{course['authors'][0]['name']}}}",
        "title": f"{{{title}}}",
        "howpublished": f"In: {course['title']}, version {course['version']}",
        "date": day,
        "url": f"{address}{page}.html",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{mrilab-{page},", *lines, "}"])


def add(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Add a closed line to the end of a chapter."""
    if pagename in CHAPTERS and "body" in context:
        entry = bibtex(pagename, CHAPTERS[pagename], last_change(pagename), app.config.html_baseurl)
        context["body"] += (
            f'<details class="setup cite"><summary>Cite this chapter</summary><pre>{escape(entry)}</pre></details>'
        )


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("html-page-context", add)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
