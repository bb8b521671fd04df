"""The site that `make book` built: whole, self-contained, readable by everybody, without warnings."""

import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from built import SITE, Page, chapters, executed, runs
from helpers import ROOT
from PIL import Image

import mrilab
from book._notebooks.repository import address, repository

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text())

SLUG = repository(CONFIG["repository"]["url"])
BASE = urlsplit(address(SLUG)).path

pytestmark = pytest.mark.book


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    if not (SITE / "index.html").is_file():
        pytest.fail("there is no site in _build/html: run `make book` first")
    return {path: Page(path) for path in SITE.rglob("*.html") if "_static" not in path.parts}


def test_every_chapter_is_there(pages):
    missing = [chapter for chapter in chapters() if SITE / f"{chapter}.html" not in pages]
    assert not missing


def test_links_and_anchors_inside_the_site(pages):
    broken = []
    for path, page in pages.items():
        for _, link in page.links():
            parts = urlsplit(link)
            if (
                parts.scheme or parts.netloc or parts.fragment.startswith("try:")
            ):  # tests/browser/test_try.py follows it
                continue
            folder, here = path.parent, unquote(parts.path)
            if path == SITE / "404.html" and here.startswith("/"):
                folder, here = SITE, here.removeprefix(BASE) or "index.html"
            target = (folder / here).resolve() if here else path
            anchor = unquote(parts.fragment)
            if not target.exists() or (anchor and target in pages and anchor not in pages[target].ids):
                broken.append(f"{path.relative_to(SITE)}: {link}")
    assert not broken


def test_images_have_alt_text(pages):
    silent = [
        f"{path.relative_to(SITE)}: {attrs.get('src')}"
        for path, page in pages.items()
        for tag, attrs in page.tags
        # myst-nb names a figure without one after its file
        if tag == "img"
        and not (attrs.get("aria-hidden") and attrs.get("alt") == "")  # beside its words
        and (not attrs.get("alt") or re.fullmatch(r"[\w/]*\.(png|svg|jpe?g)", attrs["alt"]))
    ]
    assert not silent


def test_no_request_to_another_host(pages):
    asked = []
    for path, page in pages.items():
        for tag, attrs in page.tags:
            urls = [attrs.get("src", "")]
            if tag == "link" and attrs.get("rel") != "canonical":  # which names the page, and is never fetched
                urls.append(attrs.get("href", ""))
            asked += [f"{path.relative_to(SITE)}: {url}" for url in urls if urlsplit(url).netloc]
    for path in [*SITE.glob("_static/*.css"), *SITE.glob("_static/styles/*.css")]:
        asked += [
            f"{path.relative_to(SITE)}: {url}" for url in re.findall(r"url\([\"']?(https?:[^)]*)", path.read_text())
        ]
    assert not asked


def test_formulas_can_be_drawn(pages):
    assert (SITE / "_static" / CONFIG["sphinx"]["config"]["mathjax_path"]).is_file()
    assert list(SITE.glob("_static/mathjax/output/chtml/fonts/**/*.woff"))


def test_every_public_name_is_documented(pages):
    ids = {name for path, page in pages.items() if path.stem.startswith("api-") for name in page.ids}
    missing = [
        name for name in mrilab.__all__ if not any(i.startswith("mrilab.") and i.endswith(f".{name}") for i in ids)
    ]
    assert not missing


def test_next_leads_on_through_all_chapters_and_previous_back(pages):
    def leads(chapter):
        tags = pages[SITE / f"{chapter}.html"].tags
        return {attrs.get("class"): attrs["href"] for tag, attrs in tags if tag == "a" and "href" in attrs}

    for before, after in pairwise(chapters()):
        assert leads(before)["right-next"] == f"{after}.html"
        assert leads(after)["left-prev"] == f"{before}.html"


@pytest.mark.parametrize("chapter", chapters())
def test_a_link_to_a_page_becomes_a_card(pages, chapter):
    meta = {a["property"]: a["content"] for tag, a in pages[SITE / f"{chapter}.html"].tags if "property" in a}
    assert meta["og:url"] == f"{address(SLUG)}{chapter}.html"
    assert meta["og:site_name"] == CONFIG["title"] and meta["og:title"]
    assert len(meta["og:description"]) > 50
    assert meta["og:image"].startswith(address(SLUG))
    picture = SITE / meta["og:image"].removeprefix(address(SLUG))
    with Image.open(picture) as card:
        assert card.size == (int(meta["og:image:width"]), int(meta["og:image:height"]))
    assert picture.stat().st_size < 200_000


def test_colab_opens_the_notebooks_of_this_repository(pages):
    for chapter in filter(runs, chapters()):
        links = {link for tag, link in pages[SITE / f"{chapter}.html"].links() if tag == "a" and "colab" in link}
        assert links == {f"https://colab.research.google.com/github/{SLUG}/blob/notebooks/{chapter}.ipynb"}


@pytest.mark.parametrize("chapter", [chapter for chapter in chapters() if runs(chapter)])
def test_outputs_are_clean(pages, chapter):
    cells = [cell for cell in executed(chapter).cells if cell.cell_type == "code"]
    assert any(cell.outputs for cell in cells), "the chapter was not executed"
    for cell in cells:
        for output in cell.outputs:
            text = str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", ""))
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", f"{text}\nfrom\n{cell.source}"
            assert not re.search(r"Warning\b|it/s\]|\bs/it\]", text), f"{text}\nfrom\n{cell.source}"
