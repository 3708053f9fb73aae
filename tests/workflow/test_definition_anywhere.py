"""The graph is the same wherever it is made, and making it leaves no trace."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workflow.definition import states_language

ROOT = Path(__file__).resolve().parents[2]
REGION = "AWS_DEFAULT_REGION"

# Prints nothing of its own; fails where importing the graph changes anything that it does not own.
IMPORT = """
import io, logging, sys, warnings

def settings():
    root = logging.getLogger()
    return (root.level, list(root.handlers), list(root.filters), root.disabled, logging.root.manager.disable,
            logging.raiseExceptions, logging.getLoggerClass(), logging.lastResort, list(warnings.filters),
            sys.stdout, sys.stderr, mine.level, mine.propagate, list(mine.handlers))

mine = logging.getLogger("mine")
logging.getLogger().setLevel(int(sys.argv[1]))
before = settings()
import workflow.definition
assert settings() == before, (before, settings())
workflow.definition.states_language()
assert settings() == before, (before, settings())
"""


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with warnings as errors, with the machine's environment but for the region."""
    inherited = {name: value for name, value in os.environ.items() if name not in (REGION, "AWS_REGION")}
    return subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=ROOT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.share(1)
@pytest.mark.parametrize(
    "environment", [{}, {REGION: "cn-north-1"}, {REGION: "us-gov-west-1"}], ids=["no region", "China", "GovCloud"]
)
def test_command_prints_the_same_graph_in_any_region(environment: dict[str, str]) -> None:
    """`python -m workflow.definition` prints exactly the graph as JSON, the same for a builder in any partition."""
    printed = python("-m", "workflow.definition", **environment)
    assert (printed.returncode, printed.stderr) == (0, "")
    assert json.loads(printed.stdout) == states_language()
    assert printed.stdout == json.dumps(states_language(), indent=2) + "\n"


@pytest.mark.share(1)
@pytest.mark.parametrize("level", [0, 10, 30, 50])
def test_importing_the_graph_leaves_no_trace(level: int) -> None:
    """Importing the graph changes neither logging nor warnings, writes nothing, and warns of nothing."""
    imported = python("-c", IMPORT, str(level))
    assert (imported.returncode, imported.stdout, imported.stderr) == (0, "", "")
