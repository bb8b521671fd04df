"""What tests measure and do not judge is printed below the results, whichever process ran them."""

from functools import partial

import pytest


@pytest.fixture
def say(record_property):
    """`say(text)` keeps a text for the end of the run."""
    return partial(record_property, "said")


def pytest_terminal_summary(terminalreporter):
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    for text in (text for report in reports for name, text in report.user_properties if name == "said"):
        terminalreporter.write_line(text)
