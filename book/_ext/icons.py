"""Keeps of Font Awesome the icons that the pages use: the theme brings all of them, in three fonts and 1,900 rules.

What remains of the fonts is so little that it stands in the style sheet: no button changes its width as a font arrives.
"""

import logging
import re
import shutil
from base64 import b64encode
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

RULE = re.compile(r'(?P<names>(?:\.fa-[\w-]+:before,?)+)\{content:"\\(?P<code>[0-9a-f]+)"\}')
SOURCE = re.compile(r'url\([^)]*\.woff2\) format\("woff2"\),url\([^)]*/(?P<font>fa-[\w-]+\.ttf)\) format\("truetype"\)')
FONTS = Path("_static/vendor/fontawesome/webfonts")
CODE = re.compile(r'"(?:\\([ef][0-9a-f]{3})\s*|([\ue000-\uf8ff]))"')  # in strings, escaped or as it is


def used_names(site: Path) -> set[str]:
    """Return the names of icons, "fa-moon", in the pages and their scripts."""
    files = [*site.glob("*.html"), *site.glob("_static/**/*.js")]
    return {name for file in files for name in re.findall(r"\bfa-[\w-]+", file.read_text(encoding="utf-8"))}


def cut_rules(css: str, names: set[str]) -> str:
    r"""Leave out the rules of icons that are in no page.

    >>> cut_rules('.fa-sun:before{content:"\\f185"}.fa-car:before,.fa-auto:before{content:"\\f1b9"}', {"fa-sun"})
    '.fa-sun:before{content:"\\f185"}'
    """
    return RULE.sub(lambda rule: rule[0] if names & set(re.findall(r"fa-[\w-]+", rule["names"])) else "", css)


def codes(css: str) -> set[int]:
    r"""Return the code points of the icons that style sheets name.

    >>> codes('a{content:"\\f185"}')
    {61829}
    """
    return {int(escaped, 16) if escaped else ord(plain) for escaped, plain in CODE.findall(css)}


def cut_font(font: Path, kept: set[int]) -> str:
    """Return the glyphs of some code points of a font as a source for a style sheet."""
    logging.getLogger("fontTools.subset").setLevel(logging.WARNING)
    with TTFont(font) as whole, BytesIO() as file:
        cutter = subset.Subsetter(subset.Options(layout_features=[]))
        cutter.populate(unicodes=kept & set(whole.getBestCmap()))
        cutter.subset(whole)
        whole.flavor = "woff"
        whole.save(file)
        return f'url(data:font/woff;base64,{b64encode(file.getvalue()).decode()}) format("woff")'


def cut(app, exception) -> None:
    """Cut rules and fonts once the pages stand."""
    if exception is None and app.builder.format == "html":
        site = Path(app.outdir)
        names = used_names(site)
        sheets = {path: cut_rules(path.read_text(encoding="utf-8"), names) for path in site.glob("_static/**/*.css")}
        kept = set().union(*map(codes, sheets.values()))
        for path, css in sheets.items():
            css = SOURCE.sub(lambda source: cut_font(site / FONTS / source["font"], kept), css)
            path.write_text(css, encoding="utf-8")
        shutil.rmtree(site / FONTS)


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("build-finished", cut, priority=900)  # after weight.py, which takes out the script of all icons
    return {"parallel_read_safe": True, "parallel_write_safe": True}
