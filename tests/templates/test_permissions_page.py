"""docs/permissions.md: made from the template, and not forgotten when that changes."""

import re
from pathlib import Path

import pytest

from templates.permissions import page
from tests.templates.emitted import resources, statements

WITH_STATEMENTS = [
    name
    for name, entry in resources().items()
    if "PolicyDocument" in entry["Properties"]
    or (entry["Type"] == "AWS::IAM::Role" and "Policies" in entry["Properties"])
]


def test_page_is_up_to_date() -> None:
    """The page is what `make docs` would make now."""
    assert Path("docs/permissions.md").read_text(encoding="utf-8") == page(), "run `make docs`"


@pytest.mark.parametrize("name", WITH_STATEMENTS)
def test_every_statement_says_what_it_is_for(name: str) -> None:
    """Each statement of a policy has a name, which no other of its policy has, made of words, and is on the page."""
    section = page().partition(f"### {name}\n")[2].partition("\n### ")[0]
    names = [statement["Sid"] for statement in statements(name)]
    assert len(names) == len(set(names))
    for sid in names:
        assert re.fullmatch(r"([A-Z][a-z]*){2,}", sid)
        assert re.sub(r"(?<!^)(?=[A-Z])", " ", sid).lower() in section


@pytest.mark.parametrize("name", WITH_STATEMENTS)
def test_every_action_is_on_the_page(name: str) -> None:
    """Each action that a statement names stands in the section of its policy."""
    section = page().partition(f"### {name}\n")[2].partition("\n### ")[0]
    assert all(f"`{action}`" in section for statement in statements(name) for action in statement["Action"])
