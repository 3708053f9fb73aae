"""What cfn-lint, which knows every resource type's schema, makes of the template."""

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from templates.stack import render
from tests.templates.emitted import properties, resources, substituted, template, walk

# One region of each kind: the oldest, one of those with fewer services, and the other partitions.
REGIONS = ["us-east-1", "eu-central-2", "us-gov-west-1"]
CHINA = "cn-north-1"
DEFINITION = "E3601"  # the check of a state machine's definition
ROLE = "arn:aws:iam::123456789012:role/pipeline"


def _found(text: str, *regions: str, **options: Any) -> list[str]:
    """Return what cfn-lint says about a template at any level, informational remarks included."""
    config = ManualArgs(regions=list(regions), include_checks=["E", "W", "I"], **options)
    return [f"{match.rule.id} {match.message}" for match in lint(text, config=config)]


@pytest.fixture(scope="module")
def findings() -> list[str]:
    """Give what is found in the template, in all regions at once: a finding of one region names it."""
    return _found(render(), *REGIONS, CHINA)


def test_cfn_lint_finds_nothing(findings: list[str]) -> None:
    """No error, no warning, no remark, but for China."""
    assert [one for one in findings if not one.endswith(f" in '{CHINA}'")] == []


def test_nothing_is_switched_off() -> None:
    """No metadata keeps cfn-lint from a check."""
    assert not [path for path, node in walk(template()) if isinstance(node, dict) and "cfn-lint" in node]


def _with_plain_definition(change: Callable[[str], str] = lambda text: text) -> str:
    """Return a template of the state machine, its definition filled in and changed: cfn-lint reads none in an `Fn::Sub`."""
    values = defaultdict(lambda: "arn:aws:x", {"AWS::Partition": "aws"})
    definition = properties("ProcessingPipeline")["DefinitionString"]["Fn::Sub"]
    plain = {"DefinitionString": change(substituted(definition, values)), "RoleArn": ROLE}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": plain}
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"ProcessingPipeline": machine}})


def test_cfn_lint_finds_nothing_in_the_state_machine() -> None:
    """The definition as CloudFormation hands it on passes cfn-lint's own check of the language."""
    assert _found(_with_plain_definition(), "us-east-1") == []


def test_cfn_lint_reads_the_state_machine() -> None:
    """That check is no empty one: a type of state that is none is found."""
    found = _found(_with_plain_definition(lambda text: text.replace('"Parallel"', '"Paralel"')), "us-east-1")
    assert [one for one in found if one.startswith(DEFINITION)]


def test_only_cognito_is_missing_in_china(findings: list[str]) -> None:
    """Whatever keeps the stack out of China is a service that AWS does not offer there, and not the template."""
    kinds = {kind for kind in {entry["Type"] for entry in resources().values()} if "::Cognito::" in kind}
    expected = {f"E3006 Resource type '{kind}' does not exist in '{CHINA}'" for kind in kinds}
    assert {one for one in findings if one.endswith(f" in '{CHINA}'")} == expected
