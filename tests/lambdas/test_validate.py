"""ValidateImage: sound images are described, unsound ones rejected with a reason, independent of their names."""

import json
from dataclasses import replace
from typing import Any

import pytest

from imaging.errors import Reason
from imaging.formats import FORMATS
from lambdas import validate
from lambdas.domain.outcomes import PROCESSING
from lambdas.domain.record import EXPIRES_AT, expiry
from lambdas.runtime.sandbox.bounds import BOUNDS
from tests import pictures
from tests.fake_aws.account import Payload
from tests.lambdas.account import (
    CONTEXT,
    IMAGE_STEP_SETTINGS,
    MAX_BYTES,
    RETENTION_DAYS,
    Account,
    export,
    without_times,
)
from workflow import contracts
from workflow.contracts.errors import ImageRejected, StaleExecution
from workflow.steps import VALIDATE

JPEG = pictures.examples()["JPEG"]
BOUNDED = replace(IMAGE_STEP_SETTINGS, max_pixels=5000, max_edge=100)

UNSOUND = {
    "nothing": (b"", Reason.EMPTY),
    "too many bytes": (JPEG + bytes(MAX_BYTES), Reason.TOO_MANY_BYTES),
    "a page": (b"<!doctype html><script>alert(1)</script>", Reason.NOT_AN_IMAGE),
    "a document": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", Reason.NOT_AN_IMAGE),
    "a drawing": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', Reason.UNSUPPORTED),
    "an icon": (pictures.encoded(pictures.quadrants(), "ICO"), Reason.UNSUPPORTED),
    "a format for printers": (pictures.encoded(pictures.quadrants(), "EPS"), Reason.UNSUPPORTED),
    "noise": (bytes(range(256)) * 4, Reason.NOT_AN_IMAGE),
    "half a JPEG": (JPEG[: len(JPEG) // 2], Reason.TRUNCATED),
    "a JPEG without its last block": (JPEG[:-10] + JPEG[-2:], Reason.TRUNCATED),
    "three quarters of a PNG": (pictures.examples()["PNG"][: -len(pictures.examples()["PNG"]) // 4], Reason.TRUNCATED),
    "a PNG that is not compressed": (pictures.examples()["PNG"].replace(b"IDAT\x78", b"IDAT\0"), Reason.CORRUPT),
    "too many pixels": (pictures.encoded(pictures.quadrants((80, 80)), "PNG"), Reason.TOO_MANY_PIXELS),
    "too long an edge": (pictures.encoded(pictures.quadrants((102, 10)), "PNG"), Reason.TOO_LONG_AN_EDGE),
    "too many frames": (pictures.animation("GIF", IMAGE_STEP_SETTINGS.max_frames + 1), Reason.TOO_MANY_FRAMES),
    "too many pages": (pictures.animation("TIFF", IMAGE_STEP_SETTINGS.max_frames + 1), Reason.TOO_MANY_FRAMES),
}


def found(account: Account, data: bytes, filename: str = "Landscape 8.jpg") -> dict[str, Any]:
    """Return the step's result for data."""
    return validate.handler(account.upload(data, filename), CONTEXT)


@pytest.mark.share(2)
@pytest.mark.parametrize("name", FORMATS)
def test_a_format_that_is_off_is_rejected(account: Account, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image of a format that is switched off is rejected, and needs no decoder for that."""
    monkeypatch.setenv("ENABLED_FORMATS", ",".join(FORMATS.keys() - {name}))
    with pytest.raises(ImageRejected) as rejected:
        found(account, pictures.examples()[name], filename="not really.pdf")
    assert rejected.value.reason == Reason.FORMAT_DISABLED


@pytest.mark.share(6)
@pytest.mark.parametrize("name", pictures.examples())
def test_a_sound_picture_is_described_by_its_content(account: Account, name: str) -> None:
    """Format, type, size and frames come from the content, not from the file name."""
    data = pictures.examples()[name]
    image = pictures.decoded(data)
    facts = found(account, data, filename="not really.pdf")
    assert facts["format"] == name.split(maxsplit=1)[0]
    assert facts["contentType"] == pictures.CONTENT_TYPES[facts["format"]]
    assert (facts["width"], facts["height"]) == image.size
    assert facts["frames"] == getattr(image, "n_frames", 1)
    assert facts["size"] == len(data)
    assert facts["filename"] == "not really.pdf"


@pytest.mark.share(6)
@pytest.mark.parametrize("name", UNSOUND)
def test_an_unsound_upload_is_rejected(account: Account, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """An upload that cannot or may not be processed is rejected with its reason, as in the contract."""
    export(monkeypatch, BOUNDED)
    data, reason = UNSOUND[name]
    with pytest.raises(ImageRejected) as rejected:
        found(account, data)
    assert rejected.value.reason == reason
    contracts.check("rejection", json.loads(str(rejected.value)))


def test_sandbox_times_out_before_the_function() -> None:
    """The sandbox's time limits are below the function's timeout, and the limit of processor time is the lowest."""
    assert BOUNDS.processor_time < BOUNDS.time < VALIDATE.timeout


def test_values_at_the_limits_are_allowed(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture with exactly the largest bytes, pixels, frames and edge is sound."""
    data = pictures.animation("GIF", 3)
    width, height = pictures.SIZE
    limits = replace(
        IMAGE_STEP_SETTINGS, max_bytes=len(data), max_pixels=width * height, max_edge=max(width, height), max_frames=3
    )
    export(monkeypatch, limits)
    assert found(account, data)["frames"] == 3


def test_record_is_created_before_the_picture_is_examined(account: Account) -> None:
    """A rejected upload has an open record without steps; the state machine then makes it final."""
    event = account.upload(b"no picture")
    with pytest.raises(ImageRejected):
        validate.handler(event, CONTEXT)
    record = account.record(event)
    assert (record["status"], record["steps"]) == (PROCESSING, {})
    assert record[EXPIRES_AT] == pytest.approx(expiry(RETENTION_DAYS), abs=60)  # seconds
    contracts.check("metadata-record", record)


def test_record_holds_the_result_of_validation(account: Account) -> None:
    """The record holds the result of the step."""
    event = account.upload(JPEG)
    assert validate.handler(event, CONTEXT) == account.record(event)["validation"]
    contracts.check("metadata-record", account.record(event))


def test_run_twice_it_finds_the_same(account: Account) -> None:
    """A retry returns the same result and leaves the same record."""
    event = account.upload(JPEG)
    first, record = validate.handler(event, CONTEXT), account.record(event)
    assert validate.handler(event, CONTEXT) == first
    again = account.record(event)
    assert without_times(again) == without_times(record)
    assert again["createdAt"] == record["createdAt"]


def second_execution(account: Account, event: Payload) -> Payload:
    """Return the input of an execution for a second upload to the same key."""
    return account.upload_again(event, pictures.examples()["PNG"])


def test_a_newer_upload_takes_the_record_over(account: Account) -> None:
    """A second upload to the same key replaces the record, and the first one's execution is stale."""
    event = account.upload(JPEG)
    validate.handler(event, CONTEXT)
    second = second_execution(account, event)
    assert validate.handler(second, CONTEXT)["format"] == "PNG"
    before = account.record(event)
    assert (before["execution"], before["versionId"]) == (second["execution"], second["image"]["versionId"])
    with pytest.raises(StaleExecution):
        validate.handler(event, CONTEXT)
    assert account.record(event) == before
