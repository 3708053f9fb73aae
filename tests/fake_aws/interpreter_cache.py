"""A cache for moto's interpreter: it makes machines, paths and clients once in a process, not for each execution.

What it makes of a machine holds nothing of an execution, so that executions may share it, one after the other.
"""

from functools import cache, lru_cache
from typing import Any

import pytest
from jsonpath_ng.ext.parser import parse
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_dynamodb,
    state_task_service_sns,
)
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils import json_path
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

MACHINES = 8  # kept; a file of tests runs one machine, or many machines one after the other

_machine = lru_cache(MACHINES)(AmazonStateLanguageParser.parse)
_path = cache(parse)
_client = cache(boto_client_for)


def install(patch: pytest.MonkeyPatch) -> None:
    """Patch moto."""
    patch.setattr(AmazonStateLanguageParser, "parse", staticmethod(_machine))
    for module in (json_path, result_path):
        patch.setattr(module, "parse", _path)
    for module in (lambda_eval_utils, state_task_service_dynamodb, state_task_service_sns):
        patch.setattr(module, "boto_client_for", client_for)


def client_for(region: str, service: str, state_credentials: Any = None) -> Any:
    """Return the client of a service; state_credentials are ignored, as in moto."""
    del state_credentials
    return _client(region, service)
