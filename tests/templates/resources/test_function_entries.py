"""The functions: handler, timeout, variables, layers and logs of each."""

import dataclasses
import importlib
import keyword
import re
from types import ModuleType
from typing import Any

import pytest

from imaging.formats import FORMATS
from lambdas.runtime.settings import Settings
from templates.packaging import code_key
from tests.templates.emitted import FUNCTIONS, Node, properties, ref, resources, state_of, target, template
from workflow.steps import STEPS, Step


def _module(function: str) -> ModuleType:
    """Import the module of a function's handler."""
    module, _, name = properties(function)["Handler"].rpartition(".")
    assert name == "handler"
    return importlib.import_module(module)


def _environment(function: str) -> type[Settings]:
    """Return the settings class that a function's module reads: of those that it imports, the one with the most fields."""
    members = [member for member in vars(_module(function)).values() if isinstance(member, type)]
    return max((member for member in members if issubclass(member, Settings)), key=lambda member: len(member.mro()))


def _variables(function: str) -> Node:
    found: Node = properties(function)["Environment"]["Variables"]
    return found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_handler_is_in_the_module_named_like_the_function(function: str) -> None:
    """`ResizeFunction` has the handler `lambdas.resize.handler`, and so on."""
    word = re.sub(r"(?<!^)(?=[A-Z])", "_", function.removesuffix("Function")).lower()
    word = f"{word}_images" if keyword.iskeyword(word) else word  # `import` cannot be the name of a module
    assert properties(function)["Handler"] == f"lambdas.{word}.handler"
    assert callable(_module(function).handler)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_variables_are_the_settings_of_the_handler(function: str) -> None:
    """The variables are the fields of the settings that the handler reads, in upper case, and those of libraries."""
    environment = _environment(function)
    own = {name for name in _variables(function) if not name.startswith(("POWERTOOLS_", "VERSION"))}
    assert own == {field.name.upper() for field in dataclasses.fields(environment)}
    assert not any(value == "" for value in _variables(function).values())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_handler_reads_the_variables_of_the_template(function: str) -> None:
    """A handler reads each variable with the parameter's default: text, a number or a list."""
    values = {name: _default(value) for name, value in _variables(function).items()}
    found = dataclasses.asdict(_environment(function).read(values))
    assert {name: _text(value) for name, value in found.items()} == {name: values[name.upper()] for name in found}


def _default(value: Any) -> str:
    """Return the value of a variable in a stack with default parameters; the value of a resource is its logical ID."""
    match value:
        case str() | int():
            return str(value)
        case {"Fn::Join": [_, reference]}:
            value = reference
        case {"Fn::If": [_, chosen, _]}:
            return _default(chosen)
        case {"Fn::Sub": text}:
            return str(text)
    name = target(value)
    return str(template()["Parameters"].get(name, {}).get("Default", name))


def _text(value: Any) -> str:
    if isinstance(value, frozenset):  # in the order of the parameter's default
        return ",".join(sorted(value, key=[*FORMATS].index))
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_logs_metrics_and_traces_name_the_stack(function: str) -> None:
    """Powertools gets the name of the stack as the service, which distinguishes stacks, and the log level."""
    powertools = {name: value for name, value in _variables(function).items() if name.startswith("POWERTOOLS_")}
    assert powertools == {
        "POWERTOOLS_SERVICE_NAME": {"Ref": "AWS::StackName"},
        "POWERTOOLS_LOG_LEVEL": {"Ref": "LogLevel"},
    }


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.state)
def test_function_has_the_timeout_of_its_step(step: Step) -> None:
    """A step's function has the timeout of the workflow, and its state waits longer than that."""
    assert properties(step.function)["Timeout"] == step.timeout
    assert state_of(step.function)["TimeoutSeconds"] > step.timeout


def test_functions_share_one_zip() -> None:
    """All functions have the same code, in the artifact bucket, under the key of its zip."""
    code = {"S3Bucket": ref("ArtifactBucket"), "S3Key": code_key()}
    assert all(properties(function)["Code"] == code for function in FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_layers_are_for_the_functions_runtime(function: str) -> None:
    """Every layer of a function is built for its runtime and architecture."""
    given = properties(function)
    for layer in (properties(target(reference)) for reference in given["Layers"]):
        assert given["Runtime"] in layer["CompatibleRuntimes"]
        assert set(given["Architectures"]) <= set(layer["CompatibleArchitectures"])


def test_every_layer_is_used() -> None:
    """No layer is unused."""
    used = {target(reference) for function in FUNCTIONS for reference in properties(function)["Layers"]}
    assert used == resources("AWS::Lambda::LayerVersion").keys()


def test_the_decoder_of_heif_is_in_a_layer_that_a_stack_may_lack() -> None:
    """The condition of the layer is that of each reference to it; it is true exactly if HEIF is in the list of formats."""
    condition = "UsesHeifLayer"
    assert resources()["HeifLayer"]["Condition"] == condition
    users = [name for name in FUNCTIONS if {"Ref": "ImagingLayer"} in properties(name)["Layers"]]
    reference = {"Fn::If": [condition, {"Ref": "HeifLayer"}, {"Ref": "AWS::NoValue"}]}
    assert [name for name in FUNCTIONS if reference in properties(name)["Layers"]] == users
    formats = {"Ref": "EnabledFormats"}
    without = {"Fn::Join": ["", {"Fn::Split": ["HEIF", formats]}]}
    assert template()["Conditions"][condition] == {"Fn::Not": [{"Fn::Equals": [without, formats]}]}
    assert [name for name in FORMATS if "HEIF" in name] == ["HEIF"]  # since the condition looks for a part of a text


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_has_a_log_of_its_own(function: str) -> None:
    """Each function has its own log group, and Lambda's lines in it are JSON."""
    logging = properties(function)["LoggingConfig"]
    assert (target(logging["LogGroup"]), logging["LogFormat"]) == (f"{function}Logs", "JSON")
    assert logging["ApplicationLogLevel"] == ref("LogLevel")


def test_every_log_has_the_retention_of_the_parameter() -> None:
    """Each log group of the stack has LogRetentionDays."""
    groups = resources("AWS::Logs::LogGroup")
    assert all(group["Properties"]["RetentionInDays"] == ref("LogRetentionDays") for group in groups.values())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_are_traced(function: str) -> None:
    """X-Ray traces every function."""
    assert properties(function)["TracingConfig"] == {"Mode": "Active"}
