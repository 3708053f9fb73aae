"""What cfn-lint, which knows every resource type's schema, makes of the template."""

from typing import Any

from cfnlint.api import lint
from cfnlint.config import ManualArgs

from generate import render
from tests.templates.emitted import resources, template, walk

# One region of each kind: the oldest, one of those with fewer services, and the other partitions.
REGIONS = ["us-east-1", "eu-central-2", "us-gov-west-1"]
CHINA = "cn-north-1"
# cfn-lint reads `${Partition}` in a state machine as written, although it is substituted.
EXEMPT = "E3601"


def _found(text: str, *regions: str, **options: Any) -> list[str]:
    """Return what cfn-lint says about a template at any level, informational remarks included."""
    config = ManualArgs(regions=list(regions), include_checks=["E", "W", "I"], **options)
    return [f"{match.rule.id} {match.message}" for match in lint(text, config=config)]


def test_cfn_lint_finds_nothing() -> None:
    """No error, no warning, no remark."""
    assert _found(render(), *REGIONS) == []


def test_one_check_is_left_out_of_one_resource() -> None:
    """Nothing switches cfn-lint off but for the state machine, and there for one check."""
    ignored = [
        (path, node["cfn-lint"]) for path, node in walk(template()) if isinstance(node, dict) and "cfn-lint" in node
    ]
    assert ignored == [("$.Resources.ProcessingPipeline.Metadata", {"config": {"ignore_checks": [EXEMPT]}})]


def test_check_left_out_finds_nothing_once_the_partition_is_filled_in() -> None:
    """The state machine passes the check that it is exempt from, as soon as the partition is written out."""
    text = render().replace("arn:${Partition}:states:", "arn:aws:states:")
    found = _found(text, "us-east-1", mandatory_checks=[EXEMPT])
    assert [match for match in found if match.startswith(EXEMPT)] == []


def test_only_cognito_is_missing_in_china() -> None:
    """Whatever keeps the stack out of China is a service that AWS does not offer there, and not the template."""
    kinds = {kind for kind in {entry["Type"] for entry in resources().values()} if "::Cognito::" in kind}
    expected = {f"E3006 Resource type '{kind}' does not exist in '{CHINA}'" for kind in kinds}
    assert set(_found(render(), CHINA)) == expected
