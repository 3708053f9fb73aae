"""cfn-lint, which has every resource type's schema, has no findings in the template."""

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from templates.stack import render
from tests.templates.emitted import properties, resources, substituted, template, walk

# One region of each kind: the oldest one, one with fewer services, and the other partitions.
REGIONS = ["us-east-1", "eu-central-2", "us-gov-west-1"]
CHINA = "cn-north-1"
DEFINITION = "E3601"  # the check of a state machine's definition
ROLE = "arn:aws:iam::123456789012:role/pipeline"


def _found(text: str, *regions: str, **options: Any) -> list[str]:
    """Return cfn-lint's findings in a template at any level, informational ones included."""
    from cfnlint.api import lint  # half a second, for the worker that needs it
    from cfnlint.config import ManualArgs

    config = ManualArgs(regions=list(regions), include_checks=["E", "W", "I"], **options)
    return [f"{match.rule.id} {match.message}" for match in lint(text, config=config)]


@pytest.fixture(scope="module")
def findings() -> list[str]:
    """Return the findings in the template for all regions; a finding of one region names it."""
    return _found(render(), *REGIONS, CHINA)


def test_cfn_lint_finds_nothing(findings: list[str]) -> None:
    """There is no error, warning or remark, except for China."""
    assert [one for one in findings if not one.endswith(f" in '{CHINA}'")] == []


def test_nothing_is_switched_off() -> None:
    """No metadata disables a check of cfn-lint."""
    assert not [path for path, node in walk(template()) if isinstance(node, dict) and "cfn-lint" in node]


def _with_plain_definition(change: Callable[[str], str] = lambda text: text) -> str:
    """Return a template with the state machine, its definition substituted and changed: cfn-lint reads none in `Fn::Sub`."""
    values = defaultdict(lambda: "arn:aws:x", {"AWS::Partition": "aws"})
    definition = properties("ProcessingPipeline")["DefinitionString"]["Fn::Sub"]
    plain = {"DefinitionString": change(substituted(definition, values)), "RoleArn": ROLE}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": plain}
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"ProcessingPipeline": machine}})


def test_cfn_lint_finds_nothing_in_the_state_machine() -> None:
    """The definition passes cfn-lint's own check of the language."""
    assert _found(_with_plain_definition(), "us-east-1") == []


def test_cfn_lint_reads_the_state_machine() -> None:
    """That check is effective: it finds an unknown type of state."""
    found = _found(_with_plain_definition(lambda text: text.replace('"Parallel"', '"Paralel"')), "us-east-1")
    assert [one for one in found if one.startswith(DEFINITION)]


def test_only_cognito_is_missing_in_china(findings: list[str]) -> None:
    """In China, only services are missing that AWS does not offer there."""
    kinds = {kind for kind in {entry["Type"] for entry in resources().values()} if "::Cognito::" in kind}
    expected = {f"E3006 Resource type '{kind}' does not exist in '{CHINA}'" for kind in kinds}
    assert {one for one in findings if one.endswith(f" in '{CHINA}'")} == expected
