"""Patches of moto and botocore for speed: repeated work is left out, or done once in a process."""

import sys
from collections.abc import Callable, Mapping
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from botocore import useragent
from botocore.loaders import JSONFileLoader
from moto.core import models, responses
from moto.core.base_backend import BaseBackend
from moto.core.utils import method_names_from_class

_TASKS = "moto.stepfunctions.parser.asl.component.state.exec.state_task.service"
Addresses = Mapping[str, Any]  # what answers, by the pattern of its address


def install(patch: pytest.MonkeyPatch) -> None:
    """Patch moto."""
    # It would register hundreds of addresses for each method of the library requests, with which tests only upload.
    patch.setattr(models, "RESPONSES_METHODS", ("PUT",))
    patch.setattr(BaseBackend, "urls", property(_urls(vars(BaseBackend)["urls"])))
    patch.setattr(responses, "method_names_from_class", cache(method_names_from_class))
    patch.setattr(JSONFileLoader, "load_file", _read_once())
    sanitize = useragent.sanitize_user_agent_string_component
    patch.setattr(useragent, sanitize.__name__, cache(sanitize))
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


def _read_once() -> Callable[[JSONFileLoader, str], Any]:
    """Return a function that reads each file of botocore once; it would read endpoints.json for every new session."""
    read, loader = cache(JSONFileLoader.load_file), JSONFileLoader()
    return lambda _, path: read(loader, path)


class _NoBatch:
    """A stub for the tasks of Batch."""

    def __init__(self) -> None:
        raise NotImplementedError("tests/fake_aws/moto_speed.py leaves the tasks of Batch out of moto")


def _batch() -> ModuleType:
    """Return the module in which moto's interpreter finds the tasks of Batch."""
    module = ModuleType("state_task_service_batch")
    vars(module)["StateTaskServiceBatch"] = _NoBatch
    return module
