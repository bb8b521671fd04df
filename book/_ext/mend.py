"""Mends what the theme and its extensions leave in the pages: a broken script, roles and labels that mislead, and full
stops that begin a line, after a formula that ended the one above.
"""

import re
from typing import Any

ACCESSIBLE = {
    '<summary aria-label="Toggle hidden content">': "<summary>",  # myst-nb's label is not what is seen (WCAG 2.5.3)
    'role="doc-biblioentry"': 'role="listitem"',  # docutils' role was withdrawn
}
FORMULA = re.compile(r'(<span class="math notranslate nohighlight">\\\([^<]{1,30}\\\)</span>)([.,;:!?)’”]+)')
NAMED = ("<summary><span", '<summary aria-label="Pages below"><span')  # in the sidebar, where a page has some


def mend(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Take out a script that nobody uses, and put right what screen readers are told."""
    # sphinx-thebe comes with Jupyter Book, off or on, and registers its script twice: a SyntaxError on every page
    context["script_files"] = [js for js in context["script_files"] if "thebe" not in str(vars(js)).lower()]
    sidebar = context["generate_toctree_html"]
    context["generate_toctree_html"] = lambda *words, **options: str(sidebar(*words, **options)).replace(*NAMED)
    for old, new in ACCESSIBLE.items() if "body" in context else ():
        context["body"] = context["body"].replace(old, new)
    if "body" in context:
        context["body"] = FORMULA.sub(r'<span class="tied">\1\2</span>', context["body"])


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("html-page-context", mend, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
