"""The directive `{quiz} NAME`: a question whose options answer when they are opened, with no script and no kernel.

The question and its options, the last list, stand on the page; whether an option is right, and why, comes from
`mrilab.exercises`, so that `check("NAME", "b")` in the notebook says the same.
"""

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
        if not isinstance(options, nodes.bullet_list) or len(options) != len(explanations):
            found = len(options) if isinstance(options, nodes.bullet_list) else 0
            raise self.error(f"quiz {name!r} has {len(explanations)} options, but its last list shows {found}")
        parts = [
            _html(f'<section class="quiz" id="quiz-{name}" aria-label="Quiz"><p class="quiz-title">Quiz</p>'),
            *question,
        ]
        for item, (letter, why) in zip(options.children, explanations.items()):
            verdict, mark = ("right", "✔ Right.") if letter == right else ("wrong", "✘ Not this one.")
            parts += [
                _html(f'<details class="quiz-{verdict}" name="quiz-{name}"><summary><b>{letter}</b>'),
                nodes.inline("", "", *item.children[0].children),
                _html(f'</summary><div class="quiz-why"><p><b>{mark}</b></p>'),
                *self._parsed(StringList([why], source=self.env.docname)),
                _html("</div></details>"),
            ]
        return [*parts, _html("</section>")]

    def _task(self, name: str) -> tuple[dict[str, str], str]:
        """Return the explanation of each letter, and the right letter."""
        from mrilab.exercises import find

        try:
            task = find(name)
        except KeyError as error:
            raise self.error(str(error.args[0])) from None
        if task.kind != "choice" or not task.options:
            raise self.error(f"exercise {name!r} asks for a {task.kind}: a quiz needs a choice")
        return dict(task.options), task.reference()

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
