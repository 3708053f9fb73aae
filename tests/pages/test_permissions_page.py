"""docs/permissions.md: generated from the template, and up to date."""

from pathlib import Path

import pytest

from pages.permissions import page
from tests.templates.emitted import resources, statements

WITH_STATEMENTS = [
    name
    for name, entry in resources().items()
    if "PolicyDocument" in entry["Properties"]
    or (entry["Type"] == "AWS::IAM::Role" and "Policies" in entry["Properties"])
]


@pytest.fixture(scope="module")
def made() -> str:
    """Return the page that `make docs` would generate now."""
    return page()


def test_page_is_up_to_date(made: str) -> None:
    """docs/permissions.md is what `make docs` would generate now."""
    assert Path("docs/permissions.md").read_text(encoding="utf-8") == made, "run `make docs`"


def test_conditions_of_trust_are_shown(made: str) -> None:
    """The page says under which condition a role can be assumed."""
    section = made.partition("### ProcessingPipelineRole\n")[2].partition("###")[0]
    assert "Assumed by `states.amazonaws.com` (if aws:SourceAccount is `AWS::AccountId`)." in section


@pytest.mark.parametrize("name", WITH_STATEMENTS)
def test_every_statement_has_a_unique_name(name: str) -> None:
    """A Sid has letters and digits only, and is unique in its policy."""
    names = [statement["Sid"] for statement in statements(name)]
    assert len(names) == len(set(names))
    assert all(sid.isascii() and sid.isalnum() for sid in names)


@pytest.mark.parametrize("name", WITH_STATEMENTS)
def test_every_action_is_on_the_page(made: str, name: str) -> None:
    """Each action of a statement is in the section of its policy."""
    section = made.partition(f"### {name}\n")[2].partition("\n### ")[0]
    assert all(f"`{action}`" in section for statement in statements(name) for action in statement["Action"])
