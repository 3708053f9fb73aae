"""The pipeline with valid images and with images that it rejects."""

from io import BytesIO
from threading import Event
from typing import Any

import pytest
from PIL import Image

from imaging.errors import Reason
from tests.fake_aws.account import OWNER
from tests.fake_aws.interpreter import Handler
from tests.fake_aws.resources import MAX_PIXELS, RESIZE_EDGE, SMALLER_EDGE, THUMBNAIL_EDGE
from tests.patience import PATIENCE
from tests.workflow import images
from tests.workflow.processing import Outcome, Processing
from workflow.contracts.errors import ImageRejected
from workflow.steps import ARCHIVE, METADATA, RESIZE, STEPS, THUMBNAIL, VALIDATE, Step

LATE_REJECTION = ImageRejected(Reason.CORRUPT, "The image cannot be decoded.")
UNSOUND = [
    pytest.param(b"#!/bin/sh\n", Reason.NOT_AN_IMAGE, id="not an image"),
    pytest.param(b"", Reason.EMPTY, id="empty"),
    pytest.param(images.truncated_jpeg(), Reason.TRUNCATED, id="truncated"),
    pytest.param(images.huge_png(MAX_PIXELS), Reason.TOO_MANY_PIXELS, id="too many pixels"),
]


def opened(outcome: Outcome, name: str) -> Image.Image:
    """Return the archived picture whose key has name in it."""
    (data,) = (data for key, data in outcome.archived.items() if f"/{name}." in key)
    return Image.open(BytesIO(data))


def assert_rejected(outcome: Outcome, reason: Reason) -> None:
    """Assert that the image was rejected everywhere, for reason, and that the execution itself succeeded."""
    assert outcome.record is not None
    (message, _), record = outcome.notifications[0], outcome.record
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("REJECTED", ["REJECTED"], "SUCCEEDED")
    assert record["reason"] == message["reason"] == reason
    assert record["message"] == message["message"]
    assert record["createdAt"] <= record["updatedAt"] == record["finishedAt"]
    assert not outcome.archived


@pytest.mark.share(1)
@pytest.mark.parametrize(
    ("data", "name"), [(images.jpeg(), "JPEG"), (images.transparent_png(), "PNG")], ids=["JPEG", "PNG"]
)
def test_a_sound_picture_is_archived_and_announced(processing: Processing, data: bytes, name: str) -> None:
    """A valid image is SUCCEEDED in record, notification and execution, and nothing stays staged."""
    outcome = processing.process(data)
    assert (outcome.status, outcome.announced, outcome.execution.status) == ("SUCCEEDED", ["SUCCEEDED"], "SUCCEEDED")
    assert outcome.staged == []
    ((message, attributes),) = outcome.notifications
    assert message["format"] == attributes["format"] == name
    assert message["filename"] == "Größe 8.jpg"


def test_archive_holds_original_resized_image_and_thumbnail(processing: Processing) -> None:
    """The archive holds the objects that record and notification name, the original byte for byte."""
    data = images.jpeg()
    outcome = processing.process(data)
    assert outcome.record is not None
    archive = outcome.record["archive"]
    assert archive == outcome.notifications[0][0]["archive"]
    names = ("original", "resized", "thumbnail")
    (smaller,) = archive["smaller"]
    assert outcome.archived.keys() == {smaller["key"], *(archive[name]["key"] for name in names)}
    assert f"/resized-{SMALLER_EDGE}." in smaller["key"]
    assert all(f"/{name}." in archive[name]["key"] for name in names)
    assert all(len(outcome.archived[archive[name]["key"]]) == archive[name]["size"] for name in names)
    assert outcome.archived[archive["original"]["key"]] == data


def test_renditions_have_their_sizes_and_keep_transparency(processing: Processing) -> None:
    """The resized image fits its edge with the image's proportions, the thumbnail is square, and alpha stays."""
    outcome = processing.process(images.transparent_png())
    resized, thumbnail = opened(outcome, "resized"), opened(outcome, "thumbnail")
    width, height = images.SIZE
    assert resized.size == (RESIZE_EDGE, RESIZE_EDGE * height // width)
    assert thumbnail.size == (THUMBNAIL_EDGE, THUMBNAIL_EDGE)
    assert resized.has_transparency_data
    assert thumbnail.has_transparency_data


def test_record_holds_result_and_time_of_each_step(processing: Processing) -> None:
    """The record of a success holds the result of every step and times in the order of the graph."""
    outcome = processing.process(images.jpeg())
    assert outcome.record is not None
    record, steps = outcome.record, outcome.record["steps"]
    assert {"validation", "metadata", "resized", "thumbnail", "archive"} <= record.keys()
    assert steps.keys() == {step.state for step in STEPS}
    *straight, resized, thumbnail, last = (steps[step.state] for step in STEPS)
    times = [record["createdAt"], *straight, min(resized, thumbnail), max(resized, thumbnail), last]
    assert times == sorted(times)
    assert last == record["finishedAt"] == record["updatedAt"]
    assert (record["owner"], record["execution"]) == (OWNER, outcome.execution.name)


def test_a_success_runs_each_function_once_and_both_renditions_side_by_side(processing: Processing) -> None:
    """No function runs twice for a valid image, and each rendition starts before the other one is complete."""
    begun = {RESIZE.function: Event(), THUMBNAIL.function: Event()}

    def meet(function: str, other: str) -> None:
        def wrap(handler: Handler) -> Handler:
            def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
                begun[function].set()
                assert begun[other].wait(PATIENCE)
                return handler(event, context)

            return handle

        processing.wrap(function, wrap)

    meet(RESIZE.function, THUMBNAIL.function)
    meet(THUMBNAIL.function, RESIZE.function)
    assert processing.process(images.jpeg()).status == "SUCCEEDED"
    assert processing.interpreter.calls == {step.function: 1 for step in STEPS}
    assert processing.interpreter.waits == []


@pytest.mark.share(1)
@pytest.mark.parametrize(("data", "reason"), UNSOUND)
def test_an_unsound_picture_is_rejected_at_validation(processing: Processing, data: bytes, reason: Reason) -> None:
    """An invalid image is rejected with its reason, is never retried and reaches no further function."""
    outcome = processing.process(data)
    assert_rejected(outcome, reason)
    assert processing.interpreter.calls == {VALIDATE.function: 1}
    assert processing.interpreter.waits == []
    assert outcome.staged == []


@pytest.mark.share(1)
@pytest.mark.parametrize("step", [METADATA, RESIZE, THUMBNAIL, ARCHIVE], ids=lambda step: step.state)
def test_a_later_step_can_reject_too(processing: Processing, step: Step) -> None:
    """An image that only a later step refuses is rejected as well, and that step is never retried."""
    processing.break_function(step.function, LATE_REJECTION)
    outcome = processing.process(images.jpeg())
    assert_rejected(outcome, Reason.CORRUPT)
    assert processing.interpreter.calls[step.function] == 1
    assert "validation" in (outcome.record or {})


def test_a_rendition_that_comes_too_late_changes_nothing(processing: Processing) -> None:
    """A branch that completes after the other one's rejection was published does not change the record, and stages nothing."""
    begun, announced = Event(), Event()

    def late(handler: Handler) -> Handler:
        def handle(event: dict[str, Any], context: object) -> dict[str, Any]:
            begun.set()
            assert announced.wait(PATIENCE)
            return handler(event, context)

        return handle

    processing.wrap(THUMBNAIL.function, late)
    processing.break_function(RESIZE.function, LATE_REJECTION)
    processing.interpreter.before[RESIZE.state] = begun.wait
    processing.interpreter.before["PublishRejection"] = announced.set
    outcome = processing.process(images.jpeg())
    assert_rejected(outcome, Reason.CORRUPT)
    assert processing.interpreter.calls[THUMBNAIL.function] == 1
    assert outcome.staged == []
    assert "thumbnail" not in (outcome.record or {})
