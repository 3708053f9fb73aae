"""Patches of moto for speed: repeated work is left out, or done once in a process."""

import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import pytest
from moto.core import models
from moto.core.base_backend import BaseBackend

_TASKS = "moto.stepfunctions.parser.asl.component.state.exec.state_task.service"
Addresses = Mapping[str, Any]  # what answers, by the pattern of its address


def install(patch: pytest.MonkeyPatch) -> None:
    """Patch moto."""
    # It would register hundreds of addresses for each method of the library requests, with which tests only upload.
    patch.setattr(models, "RESPONSES_METHODS", ("PUT",))
    patch.setattr(BaseBackend, "urls", property(_urls(vars(BaseBackend)["urls"])))
    # Tasks of Batch would import all of EC2, which takes 1.5 s of processor time. No test runs one.
    patch.setitem(sys.modules, f"{_TASKS}.state_task_service_batch", _batch())


def _urls(made: property) -> Callable[[BaseBackend], Addresses]:
    """Return a cached function for the addresses of a service, which moto builds for each call."""
    known: dict[type[BaseBackend], Addresses] = {}

    def urls(service: BaseBackend) -> Addresses:
        if type(service) not in known:
            known[type(service)] = made.__get__(service)
        return known[type(service)]

    return urls


class _NoBatch:
    """A stub for the tasks of Batch."""

    def __init__(self) -> None:
        raise NotImplementedError("tests/fake_aws/moto_speed.py leaves the tasks of Batch out of moto")


def _batch() -> ModuleType:
    """Return the module in which moto's interpreter finds the tasks of Batch."""
    module = ModuleType("state_task_service_batch")
    vars(module)["StateTaskServiceBatch"] = _NoBatch
    return module
