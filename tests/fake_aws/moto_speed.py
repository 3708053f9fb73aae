"""Patches of moto and botocore for speed: repeated work is left out, or done once in a process."""

import pickle
import sys
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from botocore import useragent, utils
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.loaders import JSONFileLoader, Loader
from moto import backend_index
from moto.core import models, responses
from moto.core.base_backend import BaseBackend
from moto.core.serialize import AttributePicker, AttributePickerContext, BaseJSONSerializer, XFormedAttributePicker
from moto.core.utils import method_names_from_class
from moto.dynamodb.parsing import ast_nodes, expressions, validators
from moto.s3.models import FakeKey

_TASKS = "moto.stepfunctions.parser.asl.component.state.exec.state_task.service"
# The services that most requests are for. moto compares each address with those of all services, by name.
_FIRST = ("dynamodb", "sns", "sqs", "stepfunctions", "s3")
_UNSIGNED = "0" * 64


def install(patch: pytest.MonkeyPatch) -> None:
    """Patch moto."""
    # It would register hundreds of addresses for each method of the library requests, with which tests only upload.
    patch.setattr(models, "RESPONSES_METHODS", ("PUT",))
    patch.setattr(BaseBackend, "urls", property(_once_a_class(vars(BaseBackend)["urls"].__get__)))
    patch.setattr(responses, "method_names_from_class", cache(method_names_from_class))
    patch.setattr(JSONFileLoader, "load_file", _read_once())
    patch.setattr(Loader, "list_available_services", _listed_once(Loader.list_available_services))
    # It is parsed twice for each update; what checks and executes it has a copy.
    parser = vars(expressions)["UpdateExpressionParser"]  # the module has no types
    patch.setattr(parser, "make", cache(parser.make))
    patch.setattr(validators, "deepcopy", _copy)
    # It is asked for each part of an expression, and makes all that the answer is taken from.
    traverser = vars(ast_nodes)["DepthFirstTraverser"]
    patch.setattr(traverser, "nodes_to_be_processed", _once_a_class(traverser.nodes_to_be_processed))
    first = sorted(backend_index.backend_url_patterns, key=lambda one: one[0] not in _FIRST)
    patch.setattr(backend_index, "backend_url_patterns", first)
    for picker in (AttributePicker, XFormedAttributePicker):
        patch.setattr(picker, "get_possible_keys", _found_once(picker.get_possible_keys))
    patch.setattr(BaseJSONSerializer, "_serialize", _as_stored(BaseJSONSerializer._serialize))  # noqa: SLF001 - moto offers no other place
    patch.setattr(FakeKey, "__deepcopy__", _copied, raising=False)
    patch.setattr(SigV4Auth, "signature", _signed_for_real_services(SigV4Auth.signature))
    patch.setattr(SigV4Auth, "canonical_request", _signed_for_real_services(SigV4Auth.canonical_request))
    parse = "_parse_timestamp_with_tzinfo"
    patch.setattr(utils, parse, cache(vars(utils)[parse]))  # times of a fake clock are often the same
    sanitize = useragent.sanitize_user_agent_string_component
    patch.setattr(useragent, sanitize.__name__, cache(sanitize))
    # Tasks of Batch would import all of EC2, which takes 1.5 s of processor time. No test runs one.
    patch.setitem(sys.modules, f"{_TASKS}.state_task_service_batch", _batch())


def _once_a_class(find: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a cached function for what is the same for all instances of a class, and which moto builds for each call."""
    known: dict[type, Any] = {}

    def found(instance: Any) -> Any:
        if type(instance) not in known:
            known[type(instance)] = find(instance)
        return known[type(instance)]

    return found


def _read_once() -> Callable[[JSONFileLoader, str], Any]:
    """Return a function that reads each file of botocore once; it would read endpoints.json for every new session."""
    read, loader = cache(JSONFileLoader.load_file), JSONFileLoader()
    return lambda _, path: read(loader, path)


def _listed_once(find: Callable[[Loader, str], list[str]]) -> Callable[[Loader, str], list[str]]:
    """Return a function that looks once in each list of folders for the services of which botocore has files of a type."""
    known: dict[tuple[str, ...], list[str]] = {}

    def services(loader: Loader, type_name: str) -> list[str]:
        key = (type_name, *loader.search_paths)
        if key not in known:
            known[key] = find(loader, type_name)
        return known[key]

    return services


def _copy(value: object) -> Any:
    """Return a deep copy. That of a parsed expression, which nothing changes, is made in a sixth of the time."""
    return pickle.loads(_pickled(value)) if isinstance(value, vars(ast_nodes)["Node"]) else deepcopy(value)  # noqa: S301 - our own


@cache
def _pickled(expression: object) -> bytes:
    return pickle.dumps(expression)


def _found_once(find: Callable[..., Any]) -> Callable[[AttributePicker, AttributePickerContext], tuple[str, ...]]:
    """Return a cached function for the names under which moto looks for a value in its answer.

    They follow from the type of what holds the value, the value's name and its shape.
    """
    known: dict[tuple[object, ...], tuple[str, ...]] = {}

    def names(picker: AttributePicker, context: AttributePickerContext) -> tuple[str, ...]:
        key = (type(picker), type(context.obj), context.key, context.shape)
        if key not in known:
            known[key] = tuple(dict.fromkeys(find(picker, context)))
        return known[key]

    return names


def _as_stored(serialize: Callable[..., None]) -> Callable[..., None]:
    """Return serialize, which takes values of DynamoDB as they are: moto keeps them in the form of its answers."""

    def serialized(serializer: BaseJSONSerializer, target: dict[str, Any], value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and type(value) is dict and "B" not in value:
            target[key] = value
        else:
            serialize(serializer, target, value, shape, key)

    return serialized


def _copied(version: FakeKey, memo: object) -> FakeKey:
    """Return a copy of an object's version without its content: moto copies all versions of a bucket to list some."""
    del memo
    assert version.etag  # it is computed of the content once, and kept
    copied = object.__new__(type(version))
    vars(copied).update(vars(version), _value_buffer=None, multipart=None, disposed=True)
    return copied


def _signed_for_real_services(compute: Callable[..., str]) -> Callable[..., str]:
    """Return compute, but for headers of requests that moto answers, which reads no signature. URLs are signed."""

    def signed(auth: SigV4Auth, *arguments: Any) -> str:
        if models.botocore_stubber.enabled and not isinstance(auth, SigV4QueryAuth):
            return _UNSIGNED
        return compute(auth, *arguments)

    return signed


class _NoBatch:
    """A stub for the tasks of Batch."""

    def __init__(self) -> None:
        raise NotImplementedError("tests/fake_aws/moto_speed.py leaves the tasks of Batch out of moto")


def _batch() -> ModuleType:
    """Return the module in which moto's interpreter finds the tasks of Batch."""
    module = ModuleType("state_task_service_batch")
    vars(module)["StateTaskServiceBatch"] = _NoBatch
    return module
