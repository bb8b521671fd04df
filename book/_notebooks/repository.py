"""Whose book it is: the repository on GitHub and the address of its site. A fork gets its own, with no file changed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def repository(default: str) -> str:
    """Return "owner/name" on GitHub: of the workflow that runs, else of the remote `origin`, else of `default`."""
    candidates = [f"github.com/{os.environ['GITHUB_REPOSITORY']}"] if os.environ.get("GITHUB_REPOSITORY") else []
    if shutil.which("git"):
        ask = ["git", "-C", str(ROOT), "remote", "get-url", "origin"]
        candidates.append(subprocess.run(ask, capture_output=True, text=True, check=False).stdout)
    matches = (re.search(r"github\.com[:/]([^/\s]+/[^/\s]+?)(\.git)?/?\s*$", url) for url in [*candidates, default])
    return next(match[1] for match in matches if match)


def address(slug: str) -> str:
    """Return where GitHub Pages serves the site of "owner/name": https://owner.github.io/name/."""
    owner, name = slug.lower().split("/")[0], slug.split("/")[1]
    host = f"https://{owner}.github.io/"
    return host if name.lower() == f"{owner}.github.io" else f"{host}{name}/"
