"""What cfn-lint, which knows every resource type's schema, makes of the template."""

import json
from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from cfnlint.api import lint
from cfnlint.config import ManualArgs

from generate import render
from tests.templates.emitted import resources, substituted, template, walk

# One region of each kind: the oldest, one of those with fewer services, and the other partitions.
REGIONS = ["us-east-1", "eu-central-2", "us-gov-west-1"]
CHINA = "cn-north-1"
DEFINITION = "E3601"  # the check of a state machine's definition


def _found(text: str, *regions: str, **options: Any) -> list[str]:
    """Return what cfn-lint says about a template at any level, informational remarks included."""
    config = ManualArgs(regions=list(regions), include_checks=["E", "W", "I"], **options)
    return [f"{match.rule.id} {match.message}" for match in lint(text, config=config)]


def test_cfn_lint_finds_nothing() -> None:
    """No error, no warning, no remark."""
    assert _found(render(), *REGIONS) == []


def test_nothing_is_switched_off() -> None:
    """No metadata keeps cfn-lint from a check."""
    assert not [path for path, node in walk(template()) if isinstance(node, dict) and "cfn-lint" in node]


def _with_plain_definition(change: Callable[[str], str] = lambda text: text) -> str:
    """Return the template with its definition filled in and changed: cfn-lint reads none in an `Fn::Sub`."""
    filled = deepcopy(template())
    values = defaultdict(lambda: "arn:aws:x", {"AWS::Partition": "aws"})
    machine = filled["Resources"]["ProcessingPipeline"]["Properties"]
    machine["DefinitionString"] = change(substituted(machine["DefinitionString"]["Fn::Sub"], values))
    return json.dumps(filled)


def test_cfn_lint_finds_nothing_in_the_state_machine() -> None:
    """The definition as CloudFormation hands it on passes cfn-lint's own check of the language."""
    assert [one for one in _found(_with_plain_definition(), "us-east-1") if one.startswith(DEFINITION)] == []


def test_cfn_lint_reads_the_state_machine() -> None:
    """That check is no empty one: a type of state that is none is found."""
    found = _found(_with_plain_definition(lambda text: text.replace('"Parallel"', '"Paralel"')), "us-east-1")
    assert [one for one in found if one.startswith(DEFINITION)]


def test_only_cognito_is_missing_in_china() -> None:
    """Whatever keeps the stack out of China is a service that AWS does not offer there, and not the template."""
    kinds = {kind for kind in {entry["Type"] for entry in resources().values()} if "::Cognito::" in kind}
    expected = {f"E3006 Resource type '{kind}' does not exist in '{CHINA}'" for kind in kinds}
    assert set(_found(render(), CHINA)) == expected
