"""Points the site's own links to the repository that builds it, so that a fork's are the fork's."""

from typing import Any

from .._notebooks.repository import address, repository


def configure(app, config) -> None:
    """Set what depends on who builds the book. The only default, `repository: url`, stands in _config.yml."""
    slug = repository(config.html_theme_options["repository_url"])
    config.html_baseurl = config.ogp_site_url = address(slug)
    config.html_theme_options["repository_url"] = f"https://github.com/{slug}"
    config.fork_colab = f"https://colab.research.google.com/github/{slug}/blob/notebooks/{{page}}.ipynb"


def point_to_notebook(app, pagename: str, templatename: str, context: dict[str, Any], doctree) -> None:
    """Point the Colab button to a notebook: it opens no .md."""
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []) if isinstance(group, dict) else []:
            if "colab.research.google.com" in str(button.get("url")):
                button["url"] = app.config.fork_colab.format(page=pagename)


def setup(app) -> dict[str, bool]:
    """Register both with Sphinx."""
    app.add_config_value("fork_colab", "", "html")
    app.connect("config-inited", configure, priority=100)
    app.connect("html-page-context", point_to_notebook, priority=900)  # once the theme has made its buttons
    return {"parallel_read_safe": True, "parallel_write_safe": True}
