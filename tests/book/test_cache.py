"""Results of cells are kept as long as package and environment are the same, whatever is compiled meanwhile."""

from book._ext import cache


def test_the_package_and_the_environment_count_and_compiled_files_do_not(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "ROOT", tmp_path)
    package, compiled = tmp_path / "mrilab" / "solvers", tmp_path / "mrilab" / "solvers" / "__pycache__"
    compiled.mkdir(parents=True)
    (tmp_path / "requirements.txt").write_text("numpy\n")
    (package / "fista.py").write_text("step = 1\n")
    first = cache.fingerprint()
    for name in ("fista.cpython-311.pyc", "loops.shrink-8.py311.nbi", "loops.shrink-8.py311.1.nbc"):
        (compiled / name).write_bytes(b"compiled")
    assert cache.fingerprint() == first
    (package / "fista.py").write_text("step = 2\n")
    changed = cache.fingerprint()
    (tmp_path / "requirements.txt").write_text("numpy\nscipy\n")
    assert len({first, changed, cache.fingerprint()}) == 3
