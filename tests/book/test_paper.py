"""The course on paper: one PDF, with contents, links within it and pictures."""

import pytest
from built import SITE
from pypdf import PdfReader

from book._notebooks import paper
from book._notebooks.pages import chapters

pytestmark = [pytest.mark.book, pytest.mark.slow]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    file = tmp_path_factory.mktemp("paper") / "course.pdf"
    paper.write(file, {"": ["index"], "Part": ["fft"], "Reference": ["bibliography"]})
    return PdfReader(file)


def test_all_pages_but_those_left_out_are_in_it():
    pages = [page for pages in paper.printed().values() for page in pages]
    left_out = paper.LEFT_OUT | {page for page in chapters() if page.startswith("api-")}
    assert set(chapters()) - set(pages) == left_out and len(pages) == len(set(pages))


def test_contents_name_parts_and_pages(course):
    first, *rest = course.outline
    assert first.title == "From k-space to image"
    assert [entry if isinstance(entry, list) else entry.title for entry in rest][::2] == ["Part", "Reference"]
    (fft,) = rest[1]
    assert fft.title == "Faults of the Fourier transform"
    assert fft.title in course.pages[course.get_destination_page_number(fft)].extract_text()


def test_links_lead_to_places_in_it_or_to_other_sites(course):
    inner, outer = [], []
    for page in course.pages:
        for link in paper.links(page):
            (inner if "/Dest" in link else outer).append(link)
    assert len(inner) > 25 and all(str(link["/A"]["/URI"]).startswith("http") for link in outer)
    heights = [link["/Dest"][3] for link in inner]
    assert len({float(height) for height in heights if height}) > 10, "not to the beginnings of pages alone"


def test_pictures_are_jpeg_and_formulas_are_set(course):
    images = [image for page in course.pages for image in page["/Resources"].get("/XObject", {}).values()]
    kinds = [image.get_object().get("/Filter") for image in images if image.get_object()["/Subtype"] == "/Image"]
    assert kinds.count("/DCTDecode") > 3
    assert "\\mathcal" not in "".join(page.extract_text() for page in course.pages)
    assert (SITE / "fft.html").is_file()
