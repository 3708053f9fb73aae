"""The pipeline when a key is uploaded to again, and when events are duplicated, late or out of order."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from lambdas.domain.record import Record
from tests.fake_aws.resources import TABLE
from tests.workflow import images
from tests.workflow.combinations import some
from tests.workflow.processing import PICTURES, Processing
from tests.workflow.test_pipeline_endings import EACH_STATUS, lead_to
from workflow.steps import ARCHIVE, RESIZE, STEPS, VALIDATE

if TYPE_CHECKING:
    from workflow.contracts.payloads import Image

SUPERSEDABLE = [step.state for step in STEPS[1:]]


def again(processing: Processing, image: dict[str, Any]) -> dict[str, Any]:
    """Upload another image under the key of image."""
    return processing.resources.upload(images.transparent_png(), image_id=image["imageId"])


@pytest.mark.share(1)
@EACH_STATUS
def test_a_newer_upload_has_its_own_outcome(processing: Processing, error: Exception | None, status: str) -> None:
    """A second upload under the key of a final image is processed and published as any other."""
    functions = dict(processing.interpreter.functions)
    lead_to(processing, error)
    first = processing.process(images.jpeg())
    processing.interpreter.functions.update(functions)
    second = processing.run(again(processing, first.image))
    assert (first.status, second.status, second.announced) == (status, "SUCCEEDED", ["SUCCEEDED"])
    assert (second.record or {})["earlier"] == ([first.execution.name] if status == "SUCCEEDED" else [])
    kept = processing.resources.archived(first.image, first.execution.name)
    assert kept == first.archived
    assert len(kept) == (PICTURES if status == "SUCCEEDED" else 0)
    assert not kept.keys() & second.archived.keys()


@pytest.mark.share(1)
@EACH_STATUS
def test_an_older_upload_that_comes_late_changes_nothing(
    processing: Processing, error: Exception | None, status: str
) -> None:
    """The execution for an upload that was overwritten finds the newer one's record, and publishes nothing."""
    older = processing.resources.upload(images.jpeg())
    lead_to(processing, error)
    newer = processing.run(again(processing, older))
    processing.interpreter.calls.clear()
    late = processing.run(older)
    assert newer.status == status
    assert (late.record, late.announced, late.archived, late.staged) == (newer.record, [], {}, [])
    assert late.execution.status == "SUCCEEDED"
    assert processing.interpreter.calls == {VALIDATE.function: 1}


@pytest.mark.share(1)
@pytest.mark.parametrize("state", some(SUPERSEDABLE, RESIZE.state, ARCHIVE.state))
def test_a_superseded_execution_publishes_nothing(processing: Processing, state: str) -> None:
    """An upload that is overwritten while it is processed is neither published nor archived."""
    image = processing.resources.upload(images.jpeg())

    def supersede() -> None:
        if not processing.interpreter.calls["superseded"]:
            processing.interpreter.calls["superseded"] += 1
            newer = cast("Image", again(processing, image))
            Record(TABLE, newer, "of-the-newer").begin(retention_days=90)

    processing.interpreter.before[state] = supersede
    outcome = processing.run(image)
    assert (outcome.announced, outcome.execution.status) == ([], "SUCCEEDED")
    assert outcome.archived == {}
    record = outcome.record or {}
    assert (record["execution"], record["status"], record["steps"]) == ("of-the-newer", "PROCESSING", {})


def test_an_attempt_at_a_failure_succeeds(processing: Processing) -> None:
    """A failed image may be tried again, as another execution with another notification."""
    functions = dict(processing.interpreter.functions)
    lead_to(processing, MemoryError())
    first = processing.process(images.jpeg())
    processing.interpreter.functions.update(functions)
    second = processing.run({**first.image, "attempt": 2})
    assert (second.status, second.announced) == ("SUCCEEDED", ["SUCCEEDED"])
    assert second.execution.name != first.execution.name
    assert (second.record or {})["attempt"] == 2


def test_an_attempt_at_a_success_changes_nothing(processing: Processing) -> None:
    """An image that succeeded is not tried again."""
    first = processing.process(images.jpeg())
    second = processing.run({**first.image, "attempt": 2})
    assert (second.record, second.announced, second.archived) == (first.record, [], {})
    assert second.execution.status == "SUCCEEDED"
    assert processing.resources.archived(first.image, first.execution.name) == first.archived


def test_an_execution_waits_for_a_pending_notification(processing: Processing) -> None:
    """A newer upload does not begin while a notification is pending: its execution waits, and then leaves it to the sweep."""
    first = processing.process(images.jpeg())
    untell(processing, first.image)
    second = processing.run(again(processing, first.image))
    assert ((second.record or {})["execution"], second.announced) == (first.execution.name, [])
    assert second.execution.status == "SUCCEEDED"
    assert processing.interpreter.calls[VALIDATE.function] > 1 + len(STEPS)


def untell(processing: Processing, image: dict[str, Any]) -> None:
    """Remove the time of the notification from the image's record."""
    processing.resources.forget(image, "notifiedAt")


def test_a_repeated_event_is_one_execution(processing: Processing) -> None:
    """Another execution for the same attempt finds that the record is not its own."""
    outcome = processing.process(images.jpeg())
    repeated = {"image": outcome.image, "execution": "a-repeated-one"}
    with pytest.raises(Exception, match="another execution's") as error:
        processing.interpreter.functions[VALIDATE.function](repeated, SimpleNamespace(aws_request_id="second"))
    assert type(error.value).__name__ == "StaleExecution"
    assert processing.resources.record(outcome.image) == outcome.record
