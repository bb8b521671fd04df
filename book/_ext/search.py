"""Makes the search find words with a hyphen, and show prose: "g-factor" is one word, and code is in no summary."""

import re
from typing import Any

from sphinx.search.en import SearchEnglish

WORD = re.compile(r"\w+(?:-\w+)*")
# A word with a hyphen is looked for as it stands if any page has it, else by its parts.
SPLIT = r"""
var splitQuery = (query) =>
  (query.match(/[\p{L}\p{N}_]+(?:-[\p{L}\p{N}_]+)*/gu) ?? []).flatMap((word) =>
    new Stemmer().stemWord(word.toLowerCase()) in Search._index.terms ? [word] : word.split("-"),
  );
"""


class Hyphens(SearchEnglish):
    """English, in which "g-factor" is a word, and "g" and "factor" are, too."""

    js_splitter_code = SPLIT

    def split(self, text: str) -> list[str]:
        """Return the words of a text.

        >>> Hyphens({}).split("The g-factor rises.")
        ['The', 'g-factor', 'g', 'factor', 'rises']
        """
        words = WORD.findall(text)
        return [part for word in words for part in ([word, *word.split("-")] if "-" in word else [word])]


def add_script(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Put the script that keeps code out of the summaries on the search page alone."""
    if pagename == "search":
        app.add_js_file("search-prose.mjs", loading_method="defer")


def setup(app) -> dict[str, bool]:
    """Register both with Sphinx."""
    app.add_search_language(Hyphens)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
