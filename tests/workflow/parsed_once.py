"""Moto's interpreter reads each machine and each path once in a process, where it reads them anew for each execution.

What it makes of a machine holds nothing of an execution, so that executions may share it, one after the other.
"""

from functools import cache, lru_cache

import pytest
from moto.stepfunctions.parser.asl.component.common.path import result_path
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils import json_path

MACHINES = 8  # kept; a file of tests runs one machine, or many machines one after the other

_machine = lru_cache(MACHINES)(AmazonStateLanguageParser.parse)
_path = cache(json_path.parse)


def install(patch: pytest.MonkeyPatch) -> None:
    """Put this into moto."""
    patch.setattr(AmazonStateLanguageParser, "parse", staticmethod(_machine))
    for module in (json_path, result_path):
        patch.setattr(module, "parse", _path)
