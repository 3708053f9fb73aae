"""What checkers find and we leave as it is: answered in the template's metadata and on a page."""

import re
from pathlib import Path

import pytest

from pages.findings import page
from templates.suppression import Suppression
from templates.suppressions import SUPPRESSIONS
from tests.templates.emitted import Node, resources, template


def _suppressed(name: str) -> dict[str, str]:
    """Return the rules that the metadata of a resource answers, each with its reason, as far as its tool takes one."""
    metadata: Node = resources()[name].get("Metadata", {})
    return {
        **{one["id"]: one["comment"] for one in metadata.get("checkov", {}).get("skip", [])},
        **{one["id"]: one["reason"] for one in metadata.get("cdk_nag", {}).get("rules_to_suppress", [])},
        **dict.fromkeys(metadata.get("guard", {}).get("SuppressedRules", []), ""),
    }


def _about(answer: Suppression) -> list[str]:
    return [name for name, entry in resources().items() if {name, entry["Type"]} & set(answer.on)]


def test_page_is_up_to_date() -> None:
    """The page is what `make docs` would make now."""
    assert Path("docs/findings.md").read_text(encoding="utf-8") == page(), "run `make docs`"


@pytest.mark.parametrize("answer", SUPPRESSIONS, ids=lambda answer: answer.rules[0])
def test_answer_stands_at_each_of_its_resources(answer: Suppression) -> None:
    """An answer is about resources that are there, and stands in the metadata of each, in the form of every tool."""
    assert _about(answer)
    for name in _about(answer):
        assert set(answer.rules) <= _suppressed(name).keys()


@pytest.mark.parametrize("name", sorted(resources()))
def test_nothing_is_suppressed_without_a_reason(name: str) -> None:
    """What the metadata suppresses on a resource has an answer of ours."""
    reasons = {rule: answer.reason for answer in SUPPRESSIONS if name in _about(answer) for rule in answer.rules}
    assert _suppressed(name).keys() == reasons.keys()
    assert all(reason in ("", reasons[rule]) for rule, reason in _suppressed(name).items())
    assert all(reason.strip() for reason in reasons.values())


def test_no_rule_is_answered_twice() -> None:
    """On one resource a rule has one answer."""
    for name in resources():
        rules = [rule for answer in SUPPRESSIONS if name in _about(answer) for rule in answer.rules]
        assert len(rules) == len(set(rules))


def test_answered_parameters_exist() -> None:
    """A parameter that an answer points to is there."""
    named = {name for answer in SUPPRESSIONS for name in re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", answer.reason)}
    known = {*template()["Parameters"], "MaximumConcurrency", "EventBridge"}
    assert named <= known | {"CloudWatch"}
