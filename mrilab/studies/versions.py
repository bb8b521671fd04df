"""Which modules come from installed packages, and from which version of them."""

import hashlib
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path


def version(root: str) -> tuple[str, bool]:
    """Return the version of a package or module, "" where none is known, and whether it is installed, not one's own.

    Python's own modules have no version but Python's, and count as installed. A package that is worked on, from a
    checkout, is one's own, even where pip made it importable from there.

    >>> version("math")
    ('', True)
    """
    if root in sys.stdlib_module_names:
        return "", True
    folder = Path(__file__).parents[1]
    if root == folder.name and not _is_site(folder):  # a checkout changes under one version
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
    """Return the version under which a package was installed, "" if it was not."""
    try:
        return metadata.version(root)
    except metadata.PackageNotFoundError:
        names = metadata.packages_distributions().get(root)
        return metadata.version(names[0]) if names else ""
