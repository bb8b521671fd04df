"""Results of cells are kept until the package, the environment or the style of figures changes."""

from book._ext import cache


def test_package_environment_and_style_count_and_compiled_files_do_not(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "ROOT", tmp_path)
    package, compiled = tmp_path / "mrilab" / "solvers", tmp_path / "mrilab" / "solvers" / "__pycache__"
    compiled.mkdir(parents=True)
    (tmp_path / "book" / "_ext").mkdir(parents=True)
    style, parts = (tmp_path / "book" / name for name in ("matplotlibrc", "_ext/kernel.py"))
    style.write_text("figure.dpi: 100\n")
    parts.write_text("phone = 3.6\n")
    (tmp_path / "requirements.txt").write_text("numpy\n")
    (package / "fista.py").write_text("step = 1\n")
    first = cache.fingerprint()
    for name in ("fista.cpython-311.pyc", "loops.shrink-8.py311.nbi", "loops.shrink-8.py311.1.nbc"):
        (compiled / name).write_bytes(b"compiled")
    assert cache.fingerprint() == first
    (package / "fista.py").write_text("step = 2\n")
    changed = cache.fingerprint()
    (tmp_path / "requirements.txt").write_text("numpy\nscipy\n")
    installed = cache.fingerprint()
    style.write_text("figure.dpi: 200\n")
    styled = cache.fingerprint()
    parts.write_text("phone = 3.5\n")
    assert len({first, changed, installed, styled, cache.fingerprint()}) == 5
