"""The directive `{quiz} NAME`: a question whose options answer when they are opened, with no script and no kernel.

The question and its options, the last list, stand on the page; whether an option is right, and why, comes from
`mrilab.exercises`, so that `check("NAME", "b")` in the notebook says the same.
"""

import sys

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective


class Quiz(SphinxDirective):
    """Each option is a native <details>: mouse, keyboard, screen reader and print work as the browser does it."""

    has_content = True
    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the question and its options."""
        name = self.arguments[0]
        explanations, right = self._task(name)
        *question, options = self._parsed(self.content) or [None]
        rows = options.children if isinstance(options, nodes.bullet_list) else []
        if len(rows) != len(explanations):
            raise self._error(f"has {len(explanations)} options in its task, but {len(rows)} in the list that ends it")
        if not question:
            raise self._error("asks nothing: a question stands before its options")
        if any(len(row.children) != 1 for row in rows):
            raise self._error("has an option that is not one paragraph")
        label = f"quiz-{name}-question"
        parts = [
            _html(f'<div class="quiz" id="quiz-{name}" role="group" aria-labelledby="{label}">'),
            _html(f'<p class="quiz-title">Quiz</p><div id="{label}">'),
            *question,
            _html("</div>"),
        ]
        for row, (letter, why) in zip(rows, explanations.items()):
            verdict, mark = ("right", "✔ Right.") if letter == right else ("wrong", "✘ Not this one.")
            parts += [
                _html(f'<details class="quiz-{verdict}" name="quiz-{name}"><summary><b>{letter}</b>'),
                nodes.inline("", "", *row.children[0].children),
                _html(f'</summary><div class="quiz-why"><p><b>{mark}</b></p>'),
                *self._parsed(StringList(why.splitlines(), source=self.env.docname)),
                _html("</div></details>"),
            ]
        return [*parts, _html("</div>")]

    def _task(self, name: str) -> tuple[dict[str, str], str]:
        """Return the explanation of each letter, and the right letter."""
        from mrilab.exercises import find

        try:
            task = find(name)
        except KeyError as error:
            raise self._error(f"has no task: {error.args[0]}") from None
        if task.kind != "choice" or not task.options:
            raise self._error(f"needs a task of kind choice, and this one is a {task.kind}")
        # Else a page that did not change itself would keep the old explanations.
        self.env.note_dependency(str(sys.modules[task.reference.__module__].__file__))
        return dict(task.options), task.reference()

    def _error(self, problem: str) -> Exception:
        return self.error(f"page {self.env.docname}: quiz {self.arguments[0]!r} {problem}")

    def _parsed(self, lines: StringList) -> list[nodes.Node]:
        holder = nodes.container()
        self.state.nested_parse(lines, self.content_offset, holder)
        return holder.children


def _html(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")


def setup(app) -> dict[str, bool]:
    """Register the directive with Sphinx."""
    app.add_directive("quiz", Quiz)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
