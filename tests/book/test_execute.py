"""Pages run several at a time before Sphinx reads them, and what they give is what Sphinx would have found."""

import os
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from built import chapters, runs
from helpers import ROOT
from jupyter_cache import get_cache
from myst_nb.core.config import NbParserConfig
from myst_parser.config.main import MdParserConfig

from book._ext import execute

HEADER = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---

# A page

"""
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORES, reason="this system gives a process no share of the cores: pages run in turn"),
]
ASK = "import os\nprint(len(os.sched_getaffinity(0)))"
PAGES = {
    "shares": ASK,
    "shares_too": f"{ASK}\n# and other cells",
    "times": f"from time import perf_counter\n{ASK}",
    "talks": "print(get_ipython().kernel.parent.transport)",
    "breaks": "1 / 0",
    "prose": None,
}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A book of a few pages, run."""
    folder = tmp_path_factory.mktemp("book")
    for name, code in PAGES.items():
        cell = f"```{{code-cell}} ipython3\n{code}\n```\n"
        (folder / f"{name}.md").write_text(HEADER + cell if code else "# Prose\n\nNo cells.\n")
    always = HEADER.replace("kernelspec", "mystnb: {execution_mode: force}\nkernelspec")
    (folder / "always.md").write_text(f"{always}```{{code-cell}} ipython3\n{ASK}\n```\n")
    settings = NbParserConfig(execution_mode="cache", execution_cache_path=str(folder / "cache"), execution_timeout=300)
    env = SimpleNamespace(
        doc2path=lambda name: str(folder / f"{name}.md"), myst_config=MdParserConfig(), mystnb_config=settings
    )
    execute.execute(None, env, [*PAGES, "always"])
    return env, get_cache(settings.execution_cache_path)


def printed(cache, name):
    (record,) = [one for one in cache.list_cache_records() if one.uri.endswith(f"{name}.md")]
    return cache.get_cache_bundle(record.pk).nb.cells[-1].outputs[0].text.strip()


def test_what_ran_well_is_known_and_what_failed_is_left_to_sphinx(book):
    env, cache = book
    assert [path.stem for path in execute.due(env, list(PAGES), cache)] == ["breaks"]


def test_a_page_that_runs_at_every_build_runs_once_in_each(book):
    env, cache = book
    assert execute.due(env, ["always"], cache) == {}
    assert "always" not in {Path(record.uri).stem for record in cache.list_cache_records()}


def test_pages_share_the_cores_and_one_that_measures_time_has_all(book):
    _, cache = book
    assert int(printed(cache, "times")) == len(CORES)
    assert max(int(printed(cache, name)) for name in ("shares", "shares_too")) <= -(-len(CORES) // 2)


def test_pages_that_run_side_by_side_share_no_ports(book):
    _, cache = book
    assert printed(cache, "talks") == "ipc"


def test_a_page_that_did_not_change_does_not_run_again(book, monkeypatch):
    env, _ = book
    monkeypatch.setattr(execute, "run_all", lambda pages, *_: seen.extend(pages))
    seen = []
    execute.execute(None, env, ["shares", "times", "prose"])
    assert seen == []


def test_notebooks_are_kept_with_their_results(book, tmp_path):
    env, _ = book
    (tmp_path / "jupyter_execute").mkdir()
    env.found_docs = list(PAGES)
    execute.keep_results(SimpleNamespace(outdir=str(tmp_path / "html")), env)
    kept = {path.stem: nbformat.read(path, as_version=4) for path in (tmp_path / "jupyter_execute").glob("*.ipynb")}
    assert set(kept) == {"shares", "shares_too", "times", "talks"}
    assert int(kept["times"].cells[-1].outputs[0].text) == len(CORES)


@pytest.mark.book
def test_the_slowest_pages_are_said(say):
    """Every page that runs has its seconds with its results, some beside other pages."""
    (folder,) = (ROOT / "_build" / ".jupyter_cache").iterdir()
    records = get_cache(folder).list_cache_records()
    seconds = {Path(record.uri).stem: record.data["execution_seconds"] for record in records}
    slowest = sorted(seconds, key=seconds.get, reverse=True)[:10]
    say("the slowest pages, in s: " + ", ".join(f"{name} {seconds[name]:.0f}" for name in slowest))
    assert set(seconds) >= {name for name in chapters() if runs(name)} - {"benchmark"}  # it runs in each build
