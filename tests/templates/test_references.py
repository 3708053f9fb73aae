"""Names within the template: each refers to something, and none collides with another stack."""

import json
import re
from collections.abc import Iterator
from typing import Any

from templates.release import contracts_digest, version
from tests.templates.emitted import Node, resources, template, walk

PSEUDO = {
    f"AWS::{name}" for name in ("AccountId", "NoValue", "Partition", "Region", "StackId", "StackName", "URLSuffix")
}
SUBSTITUTED = re.compile(r"\$\{([^!.}][^.}]*)(?:\.[^}]*)?\}")
# Types whose names have to be unique only within their API.
INSIDE_AN_API = {"AWS::ApiGateway::Stage", "AWS::ApiGateway::Authorizer"}
# Names of other resources, not of the resource itself.
WATCHED = {"MetricName"}
# The name of API Gateway's log group contains the id of the API, which belongs to this stack.
OWN = ("${AWS::StackName}", "${RestApi}")


def _named(node: Any) -> Iterator[str]:
    """Yield the names that one node refers to by an intrinsic function."""
    match node:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from SUBSTITUTED.findall(text)
        case {"Fn::If": [str(name), _, _]} | {"Condition": str(name)}:
            yield name


def test_every_reference_names_something_in_the_template() -> None:
    """Each `Ref`, `Fn::GetAtt`, `Fn::Sub` and `Fn::If` names a resource, parameter or condition, or a pseudo parameter."""
    known = {*resources(), *template()["Parameters"], *template()["Conditions"], *PSEUDO}
    assert {name for _, node in walk(template()) for name in _named(node)} <= known


def test_every_dependency_names_a_resource() -> None:
    """Each `DependsOn` names resources of this template."""
    for entry in resources().values():
        named = entry.get("DependsOn", [])
        assert {*([named] if isinstance(named, str) else named)} <= resources().keys()


def test_intrinsic_functions_are_in_one_form_each() -> None:
    """Only the intrinsic functions are used whose names these tests check."""
    used = {key for _, node in walk(template()) if isinstance(node, dict) for key in node if key.startswith("Fn::")}
    assert used <= {
        "Fn::GetAtt",
        "Fn::Sub",
        "Fn::If",
        "Fn::Join",
        "Fn::Split",
        "Fn::Not",
        "Fn::Or",
        "Fn::Equals",
        "Fn::Select",
    }
    assert all(isinstance(text, str) for path, text in walk(template()) if path.endswith(".Fn::Sub"))


def test_no_arn_names_a_partition() -> None:
    """The template deploys in every partition: no ARN begins with a literal one."""
    assert not re.search(r"arn:(?!\$\{)", json.dumps(template()))


def test_no_region_or_account_is_literal() -> None:
    """Nothing in the template is bound to a region or account. A digest of code may happen to be all digits."""
    text = json.dumps(template())
    for digest in (version(), contracts_digest()):
        text = text.replace(digest, "")
    assert not re.search(r"\b[a-z]{2}(-gov)?-[a-z]+-\d\b|\b\d{12}\b", text)


def test_no_resource_has_a_fixed_name() -> None:
    """Two stacks fit into one account: every name contains the name of the stack, or is generated."""
    fixed = {f"{logical_id}.{key}" for logical_id, key, value in _names() if isinstance(value, str)}
    assert fixed == set()
    assert all(any(own in value["Fn::Sub"] for own in OWN) for _, _, value in _names() if "Fn::Sub" in value)


def _names() -> Iterator[tuple[str, str, Any]]:
    """Yield logical ID, property and value of each name of a resource."""
    for logical_id, entry in resources().items():
        if entry["Type"] not in INSIDE_AN_API:
            given: Node = entry["Properties"]
            yield from (
                (logical_id, key, value) for key, value in given.items() if key.endswith("Name") and key not in WATCHED
            )


def test_outputs_are_not_exported() -> None:
    """An export name is unique in a region, and would prevent a second stack."""
    assert not any("Export" in output for output in template()["Outputs"].values())
