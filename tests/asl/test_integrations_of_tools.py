"""The definitions by which other tools run the checker: the pre-commit hook and the GitHub Action."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
BROKEN = "docs/examples/orders/broken.json"


def loaded(file: str) -> Any:
    """Return a file in YAML."""
    return yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))


def test_hook() -> None:
    """The hook runs asl-check on the files of state machines, several at once."""
    (hook,) = loaded(".pre-commit-hooks.yaml")
    assert (hook["id"], hook["entry"], hook["language"]) == ("asl-check", "asl-check", "system")
    names = {name: bool(re.search(hook["files"], name)) for name in ("a/x.asl.json", "x.asl.yml", "x.json", "asl.json")}
    assert names == {"a/x.asl.json": True, "x.asl.yml": True, "x.json": False, "asl.json": False}


def test_action(tmp_path: Path) -> None:
    """The action installs the package that it is in, and annotates what asl-check finds."""
    action = loaded("asl/action.yml")
    install, check = action["runs"]["steps"]
    assert install["run"].endswith('"$GITHUB_ACTION_PATH"')
    given = {"files": BROKEN, "contracts": "docs/examples/orders/contracts", "options": "--no-sizes"}
    assert set(given) == set(action["inputs"])
    names = {key: re.fullmatch(r"\$\{\{ inputs\.(\w+) \}\}", value) for key, value in check["env"].items()}
    command = tmp_path / "asl-check"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m asl.check "$@"\n')
    command.chmod(0o755)
    environment = {key: given[found[1]] for key, found in names.items() if found}
    environment |= {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["/bin/bash", "-c", check["run"]], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert f"::error file={BROKEN},line=77,col=17" in done.stdout
