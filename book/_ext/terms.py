"""Shows the definition of a glossary's word where a page uses it: to pointer, keyboard, finger and screen reader.

The page stays whole without a script: a word is a link to the glossary. `_static/terms.js` opens and closes the box.
"""

import re
from functools import cache
from html import escape
from itertools import count
from typing import Any

from docutils import nodes
from sphinx import addnodes

LINK = re.compile(r'<a class="reference internal" href="glossary\.html#(?P<id>term-[^"]+)">.*?</a>', re.DOTALL)


@cache
def definitions(app) -> dict[str, str]:
    """Return the words of each definition, its first paragraph, by the anchor of its term."""
    found = {}
    for entry in app.env.get_doctree("glossary").findall(addnodes.glossary):
        for item in entry.findall(nodes.definition_list_item):
            words = " ".join(next(item.findall(nodes.paragraph)).astext().split())
            found.update({name: words for term in item.findall(nodes.term) for name in term["ids"]})
    return found


def boxed(link: str, name: str, words: str, kind: str) -> str:
    """Return a link with a box beside it that says what it leads to."""
    described = link.replace("<a ", f'<a aria-describedby="{name}" ', 1)
    return f'<span class="{kind}">{described}<span class="term-tip" role="tooltip" id="{name}">{words}</span></span>'


def show(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Put its definition beside each link to the glossary."""
    if pagename == "glossary" or 'href="glossary.html#term-' not in context.get("body", ""):
        return
    numbers = count(1)

    def defined(match: re.Match[str]) -> str:
        return boxed(match[0], f"term-tip-{next(numbers)}", escape(definitions(app)[match["id"]]), "term")

    context["body"] = LINK.sub(defined, context["body"])


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("html-page-context", show)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
