"""MyST Markdown to the Markdown that Jupyter and Colab render: no directives, roles, labels or comments."""

import re
import textwrap

from markdown_it.token import Token

from .course import Chapter, course
from .links import Links
from .pages import Directive, directive, tokens

# Code spans come first, so that what stands in them is left alone; `$…$` is joined, since a line that
# starts with ">" inside a formula would be part of it.
INLINE = re.compile(
    r"\{(?P<role>[\w:+-]+)\}(?P<fence>`+)(?P<body>.+?)(?P=fence)(?!`)"
    r"|(?P<code>(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<maths>(?<![\\$])\$(?![\s$])[^$]+?\$)"
    r"|\]\((?P<link>[^)\s]+)\)",
    re.DOTALL,
)
API_ROLES = {"func", "class", "meth", "mod", "attr", "data", "exc"}
MARKS = {"sub": "sub", "sup": "sup", "kbd": "kbd"}
FOLDED = {"dropdown", "toggle"}
QUOTED = {"note", "tip", "hint", "important", "warning", "caution", "danger", "error", "attention", "seealso", "margin"}
DROPPED = {"toctree", "bibliography", "tableofcontents", "course-map"}


class Plain:
    """Turns the text of one page into plain Markdown; what it does not know raises, with the name of the page."""

    def __init__(self, links: Links, page: str):
        self.links, self.page = links, page

    def text(self, source: str) -> str:
        """Return MyST Markdown as plain Markdown."""
        lines, kept, at = source.splitlines(), [], 0
        for token in tokens(source):
            if token.map is None or token.map[0] < at or (new := self._block(token)) is None:
                continue
            start, end = token.map
            indent = re.match(r"[\s>]*", lines[start])[0]  # type: ignore[index]
            kept += [self.inline("\n".join(lines[at:start])), textwrap.indent(new, indent)]
            at = end
        kept.append(self.inline("\n".join(lines[at:])))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip("\n")

    def _block(self, token: Token) -> str | None:
        """Return what takes the place of a block, or None if only its words matter."""
        if token.type in {"myst_target", "myst_line_comment", "myst_block_break"}:
            return ""
        if token.type == "html_block":
            return re.sub(r"<!--.*?-->", "", token.content, flags=re.DOTALL).rstrip()
        if token.type in {"math_block", "math_block_label"}:
            return self._maths(token.content, token.info if token.type.endswith("label") else "")
        if token.type == "amsmath":
            return token.content.rstrip()
        if token.type == "code_block":
            return textwrap.indent(token.content.rstrip("\n"), "    ")
        if token.type == "dl_open":
            raise ValueError(f"{self.page}: definition lists show as raw text in Jupyter; write a list")
        if token.type not in {"fence", "colon_fence"}:
            return None
        found = directive(token)
        return self._directive(found) if found else f"```{token.info}\n{token.content}```"

    def _maths(self, formula: str, label: str = "") -> str:
        tag = rf" \tag{{{self.links.equations[label][1]}}}" if label else ""
        return f"$$\n{formula.strip()}{tag}\n$$"

    def inline(self, text: str) -> str:
        """Return text with its roles resolved."""
        return INLINE.sub(self._inline, text)

    def _inline(self, match: re.Match[str]) -> str:
        if match["role"]:
            body = " ".join(match["body"].split())
            try:
                return self._role(match["role"], body)
            except (KeyError, AttributeError):
                raise ValueError(f"{self.page}: {{{match['role']}}}`{body}` leads nowhere") from None
        if match["maths"]:
            return re.sub(r"\s*\n\s*", " ", match["maths"])
        if match["link"]:
            return f"]({self._target(match['link'])})"
        return match[0]

    def _role(self, role: str, body: str) -> str:
        explicit = re.fullmatch(r"(.*?)\s*<([^<>]+)>", body)
        words, target = (explicit[1], explicit[2]) if explicit else ("", body)
        role = role.removeprefix("py:")
        if role in {"ref", "numref"}:
            return self.inline(self.links.ref(target, words))
        if role == "eq":
            return self.links.eq(target)
        if role.startswith("cite"):
            return self.links.cite(target, textual=role in {"cite:t", "cite:ts", "cite:ct"})
        if role in API_ROLES:
            return self.links.api(target)
        if role == "doc":
            return self.links.doc(target.removesuffix(".md").strip("/"), words)
        if role == "term":
            return self.links.term(target, words)
        if role == "try":  # a link that sets a widget of the site
            return words
        if role == "math":
            return f"${body}$"
        if role in MARKS:
            return f"<{MARKS[role]}>{body}</{MARKS[role]}>"
        raise ValueError(f"{self.page}: book/_notebooks/plain.py does not know the role {{{role}}}`{body}`")

    def _target(self, link: str) -> str:
        """Return a link to another file of the book as one to the site."""
        if re.match(r"[a-z]+:|//", link):
            return link
        path, _, anchor = link.partition("#")
        if not path:
            return self.links.page(self.page, anchor)
        if path.endswith(".md"):
            return self.links.page(path.removesuffix(".md"), anchor)
        return f"{self.links.site}_images/{path.rpartition('/')[2]}"

    def _directive(self, found: Directive) -> str:
        name, body = found.name, found.body
        if name in DROPPED:
            return ""
        if name == "math":
            return self._maths(f"{found.argument}\n{body}", found.options.get("label", ""))
        if name in {"code", "code-block"}:
            return f"```{found.argument}\n{body}\n```"
        if name in {"image", "figure"}:
            image = f"![{found.options.get('alt', '')}]({self._target(found.argument)})"
            return f"{image}\n\n{self.text(body)}".rstrip()
        if name == "course":
            return "\n".join(self._chapters(*part) for part in course().items())
        if name in {"grid", "card-deck"}:
            return self.text(body)
        if name in {"grid-item-card", "card"}:
            title = self.inline(found.argument)
            if link := found.options.get("link"):
                by_page = found.options.get("link-type") == "doc"
                title = self.links.doc(link, title) if by_page else self.links.ref(link, title)
            return f"- **{title}** {self.text(body)}"
        if name in FOLDED or "dropdown" in found.options.get("class", ""):
            return folded(self.inline(found.argument), self.text(body))
        if name == "admonition":
            return quoted(self.inline(found.argument), self.text(body))
        if name in QUOTED:
            return quoted(name.capitalize(), self.text(f"{found.argument}\n{body}"))
        raise ValueError(f"{self.page}: book/_notebooks/plain.py does not know the directive {{{name}}}")

    def _chapters(self, caption: str, chapters: list[Chapter]) -> str:
        """Return the chapters of a part as a list."""
        links = (f"- **[{chapter.title}]({self.links.page(chapter.name)})** {chapter.summary}" for chapter in chapters)
        return "\n".join([f"### {caption}\n", *links, ""])


def folded(summary: str, body: str) -> str:
    """Return text that opens at a click."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def quoted(title: str, body: str) -> str:
    """Return text as a block quote under a title; each displayed formula on one line, without the quote's marks."""
    one_line = re.sub(r"\$\$.+?\$\$", lambda m: " ".join(m[0].split()), body, flags=re.DOTALL)
    lines = f"**{title}**\n\n{one_line.strip()}".splitlines()
    return "\n".join(f"> {line}".rstrip() for line in lines)


def lettered(body: str, count: int) -> str:
    """Return a quiz with its options, the last `count` items, marked a, b, c …, as its check asks for them."""
    items = list(re.finditer(r"(?m)^[-*] (?=\S)", body))[-count:]
    for letter, item in reversed(list(zip("abcdefgh", items))):
        body = f"{body[: item.start()]}- **{letter}** {body[item.end() :]}"
    return body
