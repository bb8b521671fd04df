"""Tells search engines which pages there are: sitemap.xml, and robots.txt that names it."""

from html import escape
from pathlib import Path


def sitemap(pages: list[str], address: str) -> str:
    """Return the XML of sitemaps.org.

    >>> print(sitemap(["kspace"], "https://ada.github.io/mrilab/"))
    <?xml version="1.0" encoding="UTF-8"?>
    <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <url><loc>https://ada.github.io/mrilab/kspace.html</loc></url>
    </urlset>
    """
    urls = [f"<url><loc>{escape(address)}{escape(page)}.html</loc></url>" for page in sorted(pages)]
    head = ['<?xml version="1.0" encoding="UTF-8"?>', '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    return "\n".join([*head, *urls, "</urlset>"])


def write(app, exception) -> None:
    """Write both beside the pages."""
    if exception is None and app.builder.format == "html":
        site, address = Path(app.outdir), app.config.html_baseurl
        pages = [page for page in app.env.found_docs if page != "404"]
        (site / "sitemap.xml").write_text(sitemap(pages, address) + "\n", encoding="utf-8")
        (site / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {address}sitemap.xml\n", encoding="utf-8")


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
