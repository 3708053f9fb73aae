"""The diagram: it shows everything in the template, and every change of the template changes it."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pages.diagram import mermaid, page, svg
from pages.relationships import TELEMETRY, VERBS, UnmappedTypeError, components, references, relationships
from templates.iam.reading import statements_of
from tests.templates.emitted import resources

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def given() -> dict[str, Any]:
    """Return a copy of the template's resources."""
    return copy.deepcopy(resources())


def statements(given: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each statement of each role."""
    for name, one in given.items():
        if one["Type"] == "AWS::IAM::Role":
            yield from ((name, statement) for statement in statements_of(one["Properties"]))


def test_page_and_drawing_are_up_to_date(given: dict[str, Any]) -> None:
    """docs/components.md and docs/components.svg are what `make docs` would generate now."""
    assert (DOCS / "components.md").read_text(encoding="utf-8") == page(given)
    assert (DOCS / "components.svg").read_text(encoding="utf-8") == svg(given)


def test_every_resource_is_on_the_page(given: dict[str, Any]) -> None:
    """The page lists each logical ID, and draws each component."""
    text, drawn = page(given), mermaid(given)
    assert all(f"`{name}`" in text for name in given)
    assert all(f"    {name}" in drawn for name in components(given))


def test_every_permission_is_an_arrow(given: dict[str, Any]) -> None:
    """Each statement of a role of a function is an arrow from that function, logs and traces excepted."""
    found, drawn = {(one.source, one.target): one.verbs for one in relationships(given)}, components(given)
    for role, statement in statements(given):
        for action in (one for one in statement["Action"] if not one.startswith(TELEMETRY)):
            for target in (one for one in references(statement["Resource"]) if one in drawn):  # others are parameters
                if action.startswith("states:") and drawn[target] == "Lambda":
                    continue  # a state machine that has the name of a function runs itself
                assert VERBS[action] in found[role.removesuffix("Role"), target], (role, action)


def test_another_permission_changes_the_diagram(given: dict[str, Any]) -> None:
    """An added permission is in the diagram."""
    statement = next(one for role, one in statements(given) if role == "ResizeFunctionRole" and "Record" in one["Sid"])
    before = mermaid(given)
    statement["Action"].append("dynamodb:DeleteItem")
    assert mermaid(given) != before


@pytest.mark.parametrize("kind", ["AWS::SQS::Queue", "AWS::Lambda::Function"])
def test_another_resource_changes_the_page(given: dict[str, Any], kind: str) -> None:
    """An added resource is on the page."""
    before = page(given)
    assert page({**given, "Another": {"Type": kind, "Properties": {}}}) != before


def test_unknown_type_is_refused(given: dict[str, Any]) -> None:
    """An unknown type is refused, and the message says what to do."""
    with pytest.raises(UnmappedTypeError, match="AWS::RDS::DBInstance: add it to COMPONENTS or PARTS"):
        relationships({**given, "Another": {"Type": "AWS::RDS::DBInstance", "Properties": {}}})


def test_unknown_action_is_refused(given: dict[str, Any]) -> None:
    """An action without a verb is refused, and the message says what to do."""
    next(statement for _, statement in statements(given))["Action"].append("s3:RestoreObject")
    with pytest.raises(UnmappedTypeError, match="s3:RestoreObject: add its verb to VERBS"):
        relationships(given)


@pytest.mark.parametrize(
    ("source", "target", "verb"),
    [
        ("Client", "RestApi", "GET /upload-url"),
        ("RestApi", "CognitoAuthorizer", "authorizes with"),
        ("Client", "UploadBucket", "PUT by signed URL"),
        ("UploadBucket", "UploadRule", "Object Created"),
        ("UploadRule", "ProcessingQueue", "sends"),
        ("ProcessingQueue", "SqsTriggerFunction", "triggers"),
        ("ProcessingQueue", "DeadLetterQueue", "fails over to"),
        ("SqsTriggerFunction", "ProcessingPipeline", "starts"),
        ("ProcessingPipeline", "ValidateFunction", "invokes"),
        ("ProcessingPipeline", "NotificationTopic", "notifies"),
        ("MetadataFunction", "ImagingLayer", "uses"),
        ("ResizeFunction", "UploadBucket", "reads"),
        ("ArchiveFunction", "ArchiveBucket", "writes"),
        ("ThumbnailFunction", "MetadataTable", "writes"),
    ],
)
def test_relationships_of_the_architecture_are_there(
    given: dict[str, Any], source: str, target: str, verb: str
) -> None:
    """The relationships that the architecture requires are in the diagram."""
    assert any((one.source, one.target) == (source, target) and verb in one.verbs for one in relationships(given))
