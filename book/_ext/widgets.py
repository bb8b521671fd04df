"""Puts the data of each widget, and the code of each kind, into files that a page loads when the widget comes near.

MyST-NB writes all of it into the page, which would then be heavy before anything is seen. The files are scripts that
hand over their content, since a page that is opened as a file may load scripts and nothing else. Their names are hashes
of what they hold: widgets of one kind share their code, from page to page.
"""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from .poster import MODEL, SHOWN, VIEW

STATE = "application/vnd.jupyter.widget-state+json"
CODE = {"_esm", "_css"}
FOLDER = "_widgets"
PLACE = '<div class="widget-place"></div>'  # next to the view: it keeps the room that the widget will need


def script(content: dict[str, Any]) -> tuple[str, str]:
    """Return the name and the text of a script that hands over its content to widget-host.mjs.

    >>> script({"a": 1})
    ('_widgets/f9d86028c6e0d64e.js', 'widgetFile({"a": 1})')
    """
    text = json.dumps(content, sort_keys=True)
    return f"{FOLDER}/{sha256(text.encode()).hexdigest()[:16]}.js", f"widgetFile({text})"


def shelve(records: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Return which files each widget needs, as attributes of its view by its id, and the text of each file."""
    attributes: dict[str, str] = {}
    files: dict[str, str] = {}
    for model, record in records.items():
        if record["model_module"] == "anywidget":
            state = record["state"]
            code, code_text = script({key: state[key] for key in CODE if key in state})
            own = {key: value for key, value in state.items() if not key.startswith("_") and key != "layout"}
            data, data_text = script({"state": own, "buffers": record.get("buffers", [])})
            attributes[model] = f' data-code="{code}" data-state="{data}"'
            files |= {code: code_text, data: data_text}
    return attributes, files


def move(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Take the widgets' state out of a page, and name its files at each view."""
    states = [js for js in context["script_files"] if js.attributes.get("type") == STATE]
    if not states:
        return
    attributes, files = shelve(json.loads(states[0].attributes["body"])["state"])
    for name, text in files.items():
        file = Path(app.outdir) / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def named(view: re.Match[str]) -> str:
        model = MODEL.search(view["json"])
        files = attributes.get(model[1]) if model else None
        return view[0].replace(f'"{VIEW}"', f'"{VIEW}"{files}', 1) + PLACE if files else view[0]

    context["script_files"] = [js for js in context["script_files"] if js not in states]
    context["body"] = SHOWN.sub(named, context["body"])


def setup(app) -> dict[str, bool]:
    """Register it with Sphinx."""
    app.connect("html-page-context", move, priority=900)  # after poster.py
    return {"parallel_read_safe": True, "parallel_write_safe": True}
