"""Finds the Chromium that the tests drive; run as a program, it installs one where that is possible, or says why not.

`make test` runs it first, with the system's Python, before there is an environment: it needs the standard library only.
"""

import os
import shutil
import subprocess
import sys

NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
MISSING = "The tests drive Chromium, and there is none on this machine"


def program() -> str | None:
    """Return the path of Chromium or Google Chrome, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def may_install() -> list[str] | None:
    """Return what goes before a command that installs: nothing for root, sudo without a password; None if neither."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def install() -> str:
    """Install Chromium, and return what stood in the way: nothing if there is one now."""
    before = may_install()
    if before is None:
        return "this user may not install it. Ask for the package `chromium`, or install Google Chrome."
    if not shutil.which("apt-get"):
        return "there is no apt-get to install it with. Install Chromium or Google Chrome."
    print(f"{MISSING}: installing it with apt-get.", flush=True)
    for command in (["update", "-qq"], ["install", "-qq", "-y", "chromium"]):
        done = subprocess.run(
            [*before, "apt-get", *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode:
            return f"`apt-get {' '.join(command)}` failed: {' '.join(done.stderr.split())[-300:]}"
    return "" if program() else "apt-get installed it, but it is not on the PATH."


if __name__ == "__main__":
    problem = "" if program() else install()
    sys.exit(f"{MISSING}: {problem}" if problem else 0)
