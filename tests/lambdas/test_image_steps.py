"""What holds of every step that opens the image: refused images leave nothing, retries change nothing."""

from collections.abc import Callable

import pytest

from imaging.errors import Reason
from imaging.formats import FORMATS
from lambdas import metadata, resize, thumbnail
from tests import pictures
from tests.fake_aws.account import UPLOAD_BUCKET, Payload
from tests.imaging.metadata.packets import WRITTEN
from tests.lambdas.account import CONTEXT, IMAGE_STEP_SETTINGS, MAX_BYTES, Account, without_times
from workflow import contracts
from workflow.contracts.errors import ImageRejected

Step = Callable[[Payload, object], Payload]

# By the field of the record that holds what the step returns.
STEPS: dict[str, Step] = {"metadata": metadata.handler, "resized": resize.handler, "thumbnail": thumbnail.handler}
STAGED = {"key", "variants"}  # fields with where something is staged, which are not stored
each_step = pytest.mark.parametrize("field", STEPS)

UNSOUND = {
    "nothing": (b"", Reason.EMPTY),
    "too many bytes": (bytes(MAX_BYTES + 1), Reason.TOO_MANY_BYTES),
    "a page": (b"<html>", Reason.NOT_AN_IMAGE),
    "too many frames": (pictures.animation("GIF", IMAGE_STEP_SETTINGS.max_frames + 1), Reason.TOO_MANY_FRAMES),
    "too many pixels": (pictures.png((60_000, 60_000), b""), Reason.TOO_MANY_PIXELS),
    "a truncated JPEG": (pictures.examples()["JPEG"][:-200], Reason.TRUNCATED),
    "a truncated progressive JPEG": (pictures.examples()["JPEG progressive"][:-100], Reason.TRUNCATED),
}


@pytest.mark.share(5)
@each_step
@pytest.mark.parametrize("name", UNSOUND)
def test_an_unsound_image_is_rejected_and_leaves_nothing(account: Account, field: str, name: str) -> None:
    """A step relies on no earlier one for the limits; of a rejected image nothing is staged or recorded."""
    data, reason = UNSOUND[name]
    event = account.begin(data)
    with pytest.raises(ImageRejected) as rejected:
        STEPS[field](event, CONTEXT)
    assert rejected.value.reason == reason
    assert account.keys(UPLOAD_BUCKET) == {event["image"]["key"]}
    assert account.record(event)["steps"] == {}


@each_step
def test_a_format_that_was_switched_off_meanwhile_is_rejected(
    account: Account, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An image that was validated before its format was switched off is not opened by the steps that follow."""
    event = account.begin(pictures.examples()["HEIF"])
    monkeypatch.setenv("ENABLED_FORMATS", ",".join(FORMATS.keys() - {"HEIF"}))
    with pytest.raises(ImageRejected) as rejected:
        STEPS[field](event, CONTEXT)
    assert rejected.value.reason == Reason.FORMAT_DISABLED
    assert account.keys(UPLOAD_BUCKET) == {event["image"]["key"]}


@each_step
def test_record_holds_the_result(account: Account, field: str) -> None:
    """The record holds what the step returns, except where it is staged, and keeps its contract."""
    event = account.begin(WRITTEN)
    result = STEPS[field](event, CONTEXT)
    assert account.record(event)[field] == {name: value for name, value in result.items() if name not in STAGED}
    contracts.check("metadata-record", account.record(event))


@each_step
def test_a_retry_changes_nothing(account: Account, field: str) -> None:
    """A second run returns the same, and leaves the same objects and the same record."""
    event = account.begin(WRITTEN)

    def run() -> tuple[Payload, dict[str, bytes], Payload]:
        result = STEPS[field](event, CONTEXT)
        objects = {key: account.content(UPLOAD_BUCKET, key) for key in account.keys(UPLOAD_BUCKET)}
        return result, objects, without_times(account.record(event))

    assert run() == run()
