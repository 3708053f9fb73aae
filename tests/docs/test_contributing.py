"""What people who join rely on: CI, hooks and issue forms name what is there, and SECURITY.md what is deployed."""

import re
import sys
import tomllib
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CI = ".github/workflows/ci.yml"
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


def test_ci_may_only_read() -> None:
    """No job of the workflow has more than the right to read the repository, and each action has a version."""
    workflow = read(CI)
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


def test_security_names_what_the_image_layer_holds() -> None:
    """SECURITY.md names each package of the layer that reads images, and each library within pillow-heif's wheel."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8").lower()
    lock = (ROOT / "lambdas/layers/imaging.lock").read_text(encoding="utf-8")
    libraries = {path.name.partition("-")[0] for path in files("pillow-heif") or [] if ".libs" in path.parent.name}
    assert [name for name in {*re.findall(r"^([\w-]+)==", lock, re.MULTILINE), *libraries} if name not in text] == []
