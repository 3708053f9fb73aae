"""What people who join rely on: CI, hooks and issue forms name what is there, and SECURITY.md what is deployed."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.needed import program

ROOT = Path(__file__).parents[2]
CI = ".github/workflows/ci.yml"
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
LOCKS = [*ROOT.glob("*.lock"), *ROOT.glob(".ci/*.lock"), *ROOT.glob("lambdas/layers/*.lock")]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
FORMS = sorted(path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")


def read(name: str) -> Any:
    """Return a YAML file of the repository; its numbers and truth values as the text that stands there."""
    return yaml.load((ROOT / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes text only


HOOKS = [hook for repository in read(".pre-commit-config.yaml")["repos"] for hook in repository["hooks"]]


def test_ci_runs_everything_on_each_python() -> None:
    """The workflow calls .ci/run, which may be executed, on a matrix that begins with the oldest Python that is supported."""
    (job,) = read(CI)["jobs"].values()
    pythons = job["strategy"]["matrix"]["python"]
    oldest = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert pythons == [f"3.{minor}" for minor in range(11, 11 + len(pythons))]
    assert oldest == f">={pythons[0]}"
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_advisories_are_looked_up_every_day() -> None:
    """A schedule of its own looks up the advisories of every lock, with a target of the Makefile; .ci/run has no network for it."""
    workflow = read(".github/workflows/advisories.yml")
    (job,) = workflow["jobs"].values()
    assert re.fullmatch(r"\d+ \d+ \* \* \*", workflow["on"]["schedule"][0]["cron"])
    assert [step["run"] for step in job["steps"] if "run" in step] == ["make advisories"]
    assert "advisories" not in (ROOT / ".ci/run").read_text(encoding="utf-8")
    commands = subprocess.run(
        [program("make"), "--dry-run", "advisories"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    locks = [path.relative_to(ROOT).as_posix() for path in LOCKS]
    assert len(locks) > 1
    assert set(locks) <= set(commands.replace(";", " ").split())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_ci_may_only_read(path: Path) -> None:
    """No job of a workflow has more than the right to read the repository, and each action has a version."""
    workflow = read(str(path))
    assert workflow["permissions"] == {"contents": "read"}
    assert not [name for name, job in workflow["jobs"].items() if "permissions" in job]
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@(v\d+|[0-9a-f]{40})", action) for action in used)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: str(hook["id"]))
def test_hook_calls_what_is_there(hook: dict[str, str]) -> None:
    """A hook calls a program that is installed in .venv, or a target of the Makefile, and brings no version of its own."""
    program, argument, *_ = [*hook["entry"].split(), ""]
    assert hook["language"] == "system"
    if program == "make":
        assert argument in TARGETS
    else:
        folder, _, name = program.rpartition("/")
        assert folder == ".venv/bin"
        assert (Path(sys.executable).parent / name).exists()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: str(form.name))
def test_issue_form_is_one_that_github_shows(form: Path) -> None:
    """GitHub ignores a form without a name, a description or questions, or with a question that has no label or id."""
    found = read(str(form))
    assert found.keys() <= {"name", "description", "labels", "title", "body"}
    assert found["name"]
    assert found["description"]
    questions = [part for part in found["body"] if part["type"] != "markdown"]
    assert {part["type"] for part in questions} <= {"textarea", "input", "dropdown", "checkboxes"}
    assert all(part["attributes"]["label"] for part in questions)
    ids = [part["id"] for part in questions]
    assert ids
    assert len(set(ids)) == len(ids)


def test_security_says_where_the_libraries_of_the_layers_are_listed() -> None:
    """SECURITY.md leads to the page that has each package and library, which tests compare with the wheels."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert "[LICENSES.md](LICENSES.md) lists all of them" in text
