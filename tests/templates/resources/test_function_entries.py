"""The functions: what each runs, how long it may, and what it finds in its environment."""

import dataclasses
import importlib
import re
from types import ModuleType
from typing import Any

import pytest

from lambdas.runtime.settings import Settings
from templates.packaging import code_key
from templates.resources.function import ALLOCATOR
from tests.templates.emitted import FUNCTIONS, Node, properties, ref, resources, state_of, target, template
from workflow.steps import STEPS, Step


def _module(function: str) -> ModuleType:
    """Import the module that a function's handler is in."""
    module, _, name = properties(function)["Handler"].rpartition(".")
    assert name == "handler"
    return importlib.import_module(module)


def _environment(function: str) -> type[Settings]:
    """Return the environment class that a function's module reads: of those that it imports, the one with the most."""
    members = [member for member in vars(_module(function)).values() if isinstance(member, type)]
    return max((member for member in members if issubclass(member, Settings)), key=lambda member: len(member.mro()))


def _variables(function: str) -> Node:
    found: Node = properties(function)["Environment"]["Variables"]
    return found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_handler_is_in_the_module_of_the_functions_name(function: str) -> None:
    """`ResizeFunction` runs `lambdas.resize.handler`, and so on: one word for one thing."""
    word = re.sub(r"(?<!^)(?=[A-Z])", "_", function.removesuffix("Function")).lower()
    assert properties(function)["Handler"] == f"lambdas.{word}.handler"
    assert callable(_module(function).handler)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_environment_is_what_the_handler_reads(function: str) -> None:
    """The variables are the fields of the class that the handler reads, in upper case; beside them others' own."""
    environment = _environment(function)
    own = {
        name for name in _variables(function) if not name.startswith(("POWERTOOLS_", "PILLOW_", "MALLOC_", "VERSION"))
    }
    assert own == {field.name.upper() for field in dataclasses.fields(environment)}
    assert not any(value == "" for value in _variables(function).values())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_handler_can_read_what_the_template_gives(function: str) -> None:
    """A variable that is a parameter is read by its handler with the parameter's default: text, a number or several."""
    values = {name: _default(value) for name, value in _variables(function).items()}
    found = dataclasses.asdict(_environment(function).read(values))
    assert {name: _text(value) for name, value in found.items()} == {name: values[name.upper()] for name in found}


def _default(value: Any) -> str:
    """Return a variable's value in a stack whose parameters have their defaults; a resource is named by its logical ID."""
    match value:
        case str() | int():
            return str(value)
        case {"Fn::Join": [_, reference]}:
            value = reference
    name = target(value)
    return str(template()["Parameters"].get(name, {}).get("Default", name))


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_logs_metrics_and_traces_name_the_stack(function: str) -> None:
    """Powertools is told the stack as the service, so that two stacks are told apart, and the level."""
    told = {name: value for name, value in _variables(function).items() if name.startswith("POWERTOOLS_")}
    assert told == {
        "POWERTOOLS_SERVICE_NAME": {"Ref": "AWS::StackName"},
        "POWERTOOLS_LOG_LEVEL": {"Ref": "LogLevel"},
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_what_works_on_pictures_keeps_memory(function: str) -> None:
    """A function with the imaging layer keeps the memory of one picture for the next; the others need none."""
    works_on_pictures = {"Ref": "ImagingLayer"} in properties(function)["Layers"]
    assert (ALLOCATOR.items() <= _variables(function).items()) == works_on_pictures
    assert ALLOCATOR.keys().isdisjoint(_variables(function)) != works_on_pictures


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.state)
def test_function_has_the_time_of_its_step(step: Step) -> None:
    """A step's function may run as long as the workflow says, and its state waits longer than that."""
    assert properties(step.function)["Timeout"] == step.timeout
    assert state_of(step.function)["TimeoutSeconds"] > step.timeout


def test_functions_start_from_one_zip() -> None:
    """All functions run the same code, from the artifact bucket, under the key that its zip is written to."""
    code = {"S3Bucket": ref("ArtifactBucket"), "S3Key": code_key()}
    assert all(properties(function)["Code"] == code for function in FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_layers_are_for_the_functions_runtime(function: str) -> None:
    """Every layer of a function was built for the Python and the processor that the function runs on."""
    given = properties(function)
    for layer in (properties(target(reference)) for reference in given["Layers"]):
        assert given["Runtime"] in layer["CompatibleRuntimes"]
        assert set(given["Architectures"]) <= set(layer["CompatibleArchitectures"])


def test_every_layer_is_used() -> None:
    """No layer is uploaded for nobody."""
    used = {target(reference) for function in FUNCTIONS for reference in properties(function)["Layers"]}
    assert used == resources("AWS::Lambda::LayerVersion").keys()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_has_a_log_of_its_own(function: str) -> None:
    """Each function has a log group of its own, in which Lambda's lines are JSON as its own are."""
    logging = properties(function)["LoggingConfig"]
    assert (target(logging["LogGroup"]), logging["LogFormat"]) == (f"{function}Logs", "JSON")
    assert logging["ApplicationLogLevel"] == ref("LogLevel")


def test_every_log_forgets_in_time() -> None:
    """Each log group of the stack forgets after the days of the parameter."""
    groups = resources("AWS::Logs::LogGroup")
    assert all(group["Properties"]["RetentionInDays"] == ref("LogRetentionDays") for group in groups.values())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_are_traced(function: str) -> None:
    """X-Ray follows every function."""
    assert properties(function)["TracingConfig"] == {"Mode": "Active"}
