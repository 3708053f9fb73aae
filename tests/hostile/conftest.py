"""The confined process that processes hostile files."""

import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from troposphere import Template

from templates.parameters import add_parameters

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def environ() -> dict[str, str]:
    """Give the variables of the functions with the defaults of the template."""
    template = Template()
    add_parameters(template)
    defaults = {_variable(name): str(one.properties.get("Default")) for name, one in template.parameters.items()}
    return {
        **defaults,
        "METADATA_TABLE": "records",
        "POWERTOOLS_SERVICE_NAME": "hostile",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        "POWERTOOLS_METRICS_DISABLED": "true",
    }


def _variable(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).upper()


@pytest.fixture(scope="session")
def ended(environ: dict[str, str]) -> Iterator[Callable[[bytes], str]]:
    """Give a function that returns how a file ends: as an image, or as a reason; anything else is a bug."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.hostile.worker"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT, env=os.environ | environ) as worker:
        questions, answers = worker.stdin, worker.stdout
        assert questions is not None
        assert answers is not None

        def answer(data: bytes) -> str:
            questions.write(struct.pack(">Q", len(data)) + data)
            questions.flush()
            return str(json.loads(answers.readline()))

        yield answer
        questions.close()
