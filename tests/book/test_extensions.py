"""The examples in the docstrings of the book's extensions and of what writes its notebooks are true."""

import doctest
import importlib
import pkgutil

import pytest

from book import _ext, _notebooks

MODULES = [
    f"{package.__name__}.{module.name}"
    for package in (_ext, _notebooks)
    for module in pkgutil.iter_modules(package.__path__)
    if module.name != "nbgrader_config"  # which runs inside nbgrader
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
