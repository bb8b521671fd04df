"""The role `try`: {try}`twice as fast <r=8>` is a link that sets the controls of the widget that the text is about.

Settings are names of controls and values, joined by &: see _static/try.js. In a notebook the words alone remain.
"""

import re
from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxRole

WRITTEN = re.compile(r"(?s)(?P<words>.+?)\s*<(?P<settings>[\w.+-]+=[^<>&]+(?:&[\w.+-]+=[^<>&]+)*)>")


class Try(SphinxRole):
    """A link that sets a widget."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link; raises ValueError where no settings are given."""
        match = WRITTEN.fullmatch(self.text)
        if not match:
            raise ValueError(f"{{try}} takes words and settings, as in `twice as fast <r=8>`, got `{self.text}`")
        link = f'<a class="try" href="#try:{escape(match["settings"])}">{escape(match["words"])}</a>'
        return [nodes.raw("", link, format="html")], []


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.add_role("try", Try())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
