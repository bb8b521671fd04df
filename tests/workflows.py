"""Runs the steps of a GitHub workflow on this machine: `python tests/workflows.py deploy`.

`run` steps are run as they are written, by bash, in a clone of the last commit. What GitHub does is played: artifacts
are folders, github.com is a bare repository beside the clone, and what cannot be played (Pages, PyPI) is named and left
out. Nothing is asked of any host but a registry of packages.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml
from helpers import ROOT

FORK, ACTOR, TOKEN = "Ada/mri-course", "Ada", "a-token"
FOLDER = ROOT / ".github" / "workflows"
# A host of its own, which may be out of reach: the book's torch is the one that is known to be in reach.
CPU_TORCH = "torch --index-url https://download.pytorch.org/whl/cpu"
(OWN_TORCH,) = re.findall(r"(?m)^torch==\S+", (ROOT / "requirements.txt").read_text())


class Workflow:
    """One run of a workflow: `jobs` are those to be run, in their order; `most` how many of a matrix."""

    def __init__(self, name: str, folder: Path, most: int = 1):
        self.text = yaml.safe_load((FOLDER / f"{name}.yml").read_text())
        self.folder, self.most = folder, most
        self.remote, self.artifacts = folder / "remote.git", folder / "artifacts"
        self.done: list[str] = []  # what was run, and what was left out
        self.left_out: list[str] = []
        self.outputs: dict[str, dict[str, str]] = {}  # of each job
        subprocess.run(["git", "clone", "--quiet", "--bare", ROOT, self.remote], check=True)
        sha = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
        self.known = {
            "github.actor": ACTOR,
            "github.repository": FORK,
            "github.sha": sha.stdout.strip(),
            "github.token": TOKEN,
            "github.ref": "refs/heads/main",
            "runner.temp": str(folder / "temp"),
        }
        (folder / "temp").mkdir()

    def run(self) -> None:
        """Run all jobs."""
        for name, job in self.text["jobs"].items():
            if "if" in job:
                self.left_out.append(f"job {name}, which asks whether {job['if']}")
                continue
            for values in self.matrix(job):
                self.job(name, job, self.folder / f"{name}-{len(self.done)}", self.known | values)

    def matrix(self, job: dict) -> Iterator[dict[str, str]]:
        """Yield the values of a job's matrix, the first ones."""
        values = job.get("strategy", {}).get("matrix", {})
        if not values:
            yield {}
        for key, text in values.items():
            for value in yaml.safe_load(self.filled(text, self.known))[: self.most]:
                yield {f"matrix.{key}": value}

    def job(self, name: str, job: dict, place: Path, known: dict[str, str]) -> None:
        """Run the steps of a job in a folder of its own."""
        place.mkdir()
        env = self.environment(place)
        for step in job["steps"]:
            if "run" in step:
                self.shell(step, place, env, known)
            else:
                self.action(step["uses"].partition("@")[0], step.get("with", {}), place, env)
        self.outputs[name] = {key: self.filled(text, known) for key, text in job.get("outputs", {}).items()}
        self.known |= {f"needs.{name}.outputs.{key}": value for key, value in self.outputs[name].items()}

    def environment(self, place: Path) -> dict[str, str]:
        """Return the variables of a job. Git takes the bare repository for the one on GitHub."""
        addresses = (f"https://github.com/{FORK}", f"https://x-access-token:{TOKEN}@github.com/{FORK}")
        settings = [(f"url.{self.remote}.insteadOf", address) for address in addresses]
        git = {
            f"GIT_CONFIG_{part}_{i}": pair[j]
            for i, pair in enumerate(settings)
            for j, part in enumerate(("KEY", "VALUE"))
        }
        own = {"GITHUB_REPOSITORY": FORK, "GITHUB_WORKSPACE": str(place), "GITHUB_OUTPUT": str(self.folder / "output")}
        here = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        return here | git | own | {"GIT_CONFIG_COUNT": str(len(settings))}

    def filled(self, text: str, known: dict[str, str]) -> str:
        """Return a text with the values of its expressions."""
        return re.sub(r"\$\{\{\s*(?:fromJSON\()?([\w.-]+)\)?\s*\}\}", lambda match: known[match[1]], str(text))

    def shell(self, step: dict, place: Path, env: dict[str, str], known: dict[str, str]) -> None:
        """Run a step as GitHub does, and keep what it hands on."""
        command = self.filled(step["run"], known).replace(CPU_TORCH, OWN_TORCH)
        where = place / self.filled(step.get("working-directory", "."), known)
        own = {key: self.filled(value, known) for key, value in step.get("env", {}).items()}
        (self.folder / "output").write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", command],
            cwd=where,
            env=env | own,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        for line in (self.folder / "output").read_text().splitlines():
            key, _, value = line.partition("=")
            known[f"steps.{step['id']}.outputs.{key}"] = value
        self.done.append(command.strip())

    def action(self, name: str, words: dict, place: Path, env: dict[str, str]) -> None:
        """Play an action of GitHub's."""
        played: dict[str, Callable[[], None]] = {
            "actions/checkout": lambda: self.clone(place),
            "actions/setup-python": lambda: self.python(place, env),
            "actions/upload-artifact": lambda: self.upload(place / words["path"], words["name"]),
            "actions/download-artifact": lambda: self.download(words["name"], place / words.get("path", "")),
            "actions/upload-pages-artifact": lambda: self.upload(place / words["path"], "github-pages"),
        }
        if name in played:
            played[name]()
        else:
            self.left_out.append(name)

    def clone(self, place: Path) -> None:
        """Check out the last commit; cells that were run before are not run again."""
        subprocess.run(["git", "clone", "--quiet", self.remote, place], check=True)
        for kept in (".jupyter_cache", ".webp"):
            if (ROOT / "_build" / kept).is_dir():
                shutil.copytree(ROOT / "_build" / kept, place / "_build" / kept)

    def python(self, place: Path, env: dict[str, str]) -> None:
        """Put a Python of its own first on the path, and let make use the environment that is here already."""
        own, ready = self.folder / f"python-{len(self.done)}", self.folder / "ready"
        venv.create(own, with_pip=True)
        ready.touch()
        env["PATH"] = f"{own / 'bin'}{os.pathsep}{env['PATH']}"
        env["MAKEFLAGS"] = f"BIN={Path(sys.executable).parent} READY={ready} PYTHONPATH={place}"

    def upload(self, path: Path, name: str) -> None:
        """Keep a folder."""
        shutil.copytree(path, self.artifacts / name)

    def download(self, name: str, place: Path) -> None:
        """Lay it where another job wants it."""
        shutil.copytree(self.artifacts / name, place, dirs_exist_ok=True)


def main(*names: str) -> None:
    """Run workflows, and say what was run and what was left out."""
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            workflow = Workflow(name, Path(folder))
            workflow.run()
        print(f"{name}: ran", *workflow.done, sep="\n  ")
        print("left out:", *workflow.left_out or ["nothing"], sep="\n  ")


if __name__ == "__main__":
    main(*sys.argv[1:])
