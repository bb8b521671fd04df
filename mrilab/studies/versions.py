"""Installed packages and their versions."""

import hashlib
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path


def version(root: str) -> tuple[str, bool]:
    """Return the version of a package or module, "" if unknown, and whether it is installed rather than the user's own.

    Modules of Python have no version of their own, and count as installed. A package in a checkout is the user's own,
    even if it was installed by pip in editable mode.

    >>> version("math")
    ('', True)
    """
    if root in sys.stdlib_module_names:
        return "", True
    folder = Path(__file__).parents[1]
    if root == folder.name and not _is_site(folder):  # a checkout changes without a new version
        sources = [path.read_bytes() for path in sorted(folder.rglob("*.py"))]
        edition = hashlib.sha256(b"".join(sources)).hexdigest()[:8]
        return f"{_release(root)}+{edition}", True
    try:
        spec = find_spec(root)
    except (ImportError, ValueError):  # __main__, or one made by hand
        spec = None
    places = [spec.origin or "", *(spec.submodule_search_locations or [])] if spec else []
    release = _release(root) if any(map(_is_site, places)) else ""
    own = getattr(sys.modules.get(root), "__version__", "")
    return release or (own if isinstance(own, str) else ""), bool(release)


def _is_site(place: str | Path) -> bool:
    return not {"site-packages", "dist-packages"}.isdisjoint(Path(place).parts)


def _release(root: str) -> str:
    """Return the version of an installed package, or "" if it is not installed."""
    try:
        return metadata.version(root)
    except metadata.PackageNotFoundError:
        names = metadata.packages_distributions().get(root)
        return metadata.version(names[0]) if names else ""
