"""The documents: every link in them leads somewhere, and what they name is there."""

import re
import tomllib
from pathlib import Path

import pytest

from asl.graph.model import END, START
from tests.templates.emitted import COMPONENTS, resources
from workflow.graph import pipeline_graph

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *(page for top in ("asl", "docs", "examples") for page in sorted((ROOT / top).rglob("*.md"))),
]
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of page."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """A link to a file of ours has that file, and one to a heading has that heading."""
    for link in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file) if file else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_architecture_names_all_components_and_nothing_else() -> None:
    """The page has all components, and each logical ID in it is one of the template."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(
        re.findall(r"`([A-Z]\w+(?:Bucket|Table|Queue|Topic|Pipeline|Rule|Api|Authorizer|Pool|Layer|Function))`", text)
    )
    assert set(COMPONENTS) <= named <= set(resources())


def test_workflow_names_all_states_and_nothing_else() -> None:
    """The page has every state, those in branches too, and no name that looks like a state's and is none."""
    text = (ROOT / "docs" / "workflow.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)*)`", text)) - {"WorkflowType"}
    assert named == {node.name for node in pipeline_graph().all_nodes() if node.kind not in (START, END)}


def test_changelog_has_the_version() -> None:
    """The version of the project has its section; one under development is the next one, not released yet."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    section = "Unreleased" if ".dev" in project["version"] else project["version"]
    assert f"## [{section}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
