"""The suppressed findings of checkers: in the template's metadata and on a page."""

import re
from pathlib import Path

import pytest

from pages.findings import page
from templates.suppression_metadata import Suppression
from templates.suppressions import SUPPRESSIONS
from tests.templates.emitted import Node, resources, template


def _suppressed(name: str) -> dict[str, str]:
    """Return the rules that the metadata of a resource suppresses, each with its reason if its tool has one."""
    metadata: Node = resources()[name].get("Metadata", {})
    return {
        **{one["id"]: one["comment"] for one in metadata.get("checkov", {}).get("skip", [])},
        **{one["id"]: one["reason"] for one in metadata.get("cdk_nag", {}).get("rules_to_suppress", [])},
        **dict.fromkeys(metadata.get("guard", {}).get("SuppressedRules", []), ""),
    }


def _about(answer: Suppression) -> list[str]:
    return [name for name, entry in resources().items() if {name, entry["Type"]} & set(answer.on)]


def test_page_is_up_to_date() -> None:
    """docs/findings.md is what `make docs` would generate now."""
    assert Path("docs/findings.md").read_text(encoding="utf-8") == page(), "run `make docs`"


@pytest.mark.parametrize("answer", SUPPRESSIONS, ids=lambda answer: answer.rules[0])
def test_suppression_is_in_the_metadata_of_its_resources(answer: Suppression) -> None:
    """A suppression is about existing resources, and is in the metadata of each, in the form of every tool."""
    assert _about(answer)
    for name in _about(answer):
        assert set(answer.rules) <= _suppressed(name).keys()


@pytest.mark.parametrize("name", sorted(resources()))
def test_nothing_is_suppressed_without_a_reason(name: str) -> None:
    """Every rule that the metadata suppresses is in the list, with its reason."""
    reasons = {rule: answer.reason for answer in SUPPRESSIONS if name in _about(answer) for rule in answer.rules}
    assert _suppressed(name).keys() == reasons.keys()
    assert all(reason in ("", reasons[rule]) for rule, reason in _suppressed(name).items())
    assert all(reason.strip() for reason in reasons.values())


def test_no_rule_is_suppressed_twice() -> None:
    """A rule is suppressed once on a resource."""
    for name in resources():
        rules = [rule for answer in SUPPRESSIONS if name in _about(answer) for rule in answer.rules]
        assert len(rules) == len(set(rules))


def test_parameters_in_reasons_exist() -> None:
    """A parameter that a reason names exists."""
    named = {name for answer in SUPPRESSIONS for name in re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", answer.reason)}
    known = {*template()["Parameters"], "MaximumConcurrency", "EventBridge"}
    assert named <= known | {"CloudWatch"}
