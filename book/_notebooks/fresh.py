"""Says whether the site is what its sources give, so that `make book` has nothing to do; `--mark` says that it is.

    python -m book._notebooks.fresh [--mark]

A change of any file but those of the tests counts, and so does a commit, for a page shows the day of its last change.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .repository import ROOT, repository

MARK = ROOT / "_build" / "site.sha256"
BUILT = ("html", "jupyter_execute")
APART = {"_build", "tests", "__pycache__"}


def sources() -> Iterator[Path]:
    """Yield the files that the site depends on."""
    for path in sorted(ROOT.rglob("[!.]*")):
        parts = path.relative_to(ROOT).parts
        if not APART.intersection(parts) and not any(part.startswith(".") for part in parts) and path.is_file():
            yield path


def state() -> str:
    """Return a hash of the sources, of whose site it is, and of the names and sizes of what was built."""
    digest = hashlib.sha256()
    if shutil.which("git"):
        ask = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
        digest.update(subprocess.run(ask, capture_output=True, check=False).stdout)
    digest.update(repository("github.com/none/none").encode() + sys.version.encode())
    for path in sources():
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    for folder in BUILT:
        for path in sorted((ROOT / "_build" / folder).rglob("*")):
            digest.update(f"{path.relative_to(ROOT)} {path.stat().st_size}".encode())
    return digest.hexdigest()


def main() -> None:
    """Write the mark, or end with 1 unless it is that of the state."""
    if "--mark" in sys.argv:
        MARK.write_text(state(), encoding="utf-8")
    elif not MARK.is_file() or MARK.read_text(encoding="utf-8") != state():
        sys.exit(1)


if __name__ == "__main__":
    main()
