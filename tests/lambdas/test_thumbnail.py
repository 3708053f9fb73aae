"""GenerateThumbnail: the centred square of the picture, staged for the archive."""

from dataclasses import replace

import pytest

from imaging.errors import Reason
from lambdas import thumbnail
from lambdas.domain.object_keys import STAGED
from tests import pictures
from tests.fake_aws.account import UPLOAD_BUCKET
from tests.lambdas.account import CONTEXT, THUMBNAIL_SETTINGS, Account, export, without_times
from workflow import contracts
from workflow.contracts.errors import ImageRejected

EDGE = THUMBNAIL_SETTINGS.thumbnail_edge


@pytest.mark.parametrize("name", pictures.examples_of_formats())
def test_every_format_becomes_a_square(account: Account, name: str) -> None:
    """The staged object is a square picture of the configured edge, of the returned format and type."""
    staged = thumbnail.handler(account.begin(pictures.examples()[name]), CONTEXT)
    data = account.content(UPLOAD_BUCKET, staged["key"])
    image = pictures.decoded(data)
    assert staged["key"].startswith(STAGED)
    assert image.size == (staged["width"], staged["height"]) == (EDGE, EDGE)
    assert (image.format, len(data)) == (staged["format"], staged["size"])
    assert account.content_type(UPLOAD_BUCKET, staged["key"]) == staged["contentType"]


def test_a_small_picture_is_not_enlarged(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The square of a picture that is smaller than a thumbnail is as large as its shorter edge."""
    export(monkeypatch, replace(THUMBNAIL_SETTINGS, thumbnail_edge=256))
    staged = thumbnail.handler(account.begin(pictures.examples()["PNG"]), CONTEXT)
    assert (staged["width"], staged["height"]) == (min(pictures.SIZE), min(pictures.SIZE))


def test_run_twice_it_stages_the_same(account: Account) -> None:
    """A retry gives the same answer, the same object and the same record."""
    event = account.begin(pictures.examples()["WEBP"])
    first, record, keys = thumbnail.handler(event, CONTEXT), account.record(event), account.keys(UPLOAD_BUCKET)
    data = account.content(UPLOAD_BUCKET, first["key"])
    assert thumbnail.handler(event, CONTEXT) == first == record["thumbnail"] | {"key": first["key"]}
    assert account.keys(UPLOAD_BUCKET) == keys
    assert account.content(UPLOAD_BUCKET, first["key"]) == data
    assert without_times(account.record(event)) == without_times(record)
    contracts.check("metadata-record", account.record(event))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"<html>", Reason.NOT_AN_IMAGE),
        (pictures.examples()["JPEG progressive"][:-100], Reason.TRUNCATED),
    ],
    ids=["nothing", "a page", "a truncated JPEG"],
)
def test_an_unsound_picture_is_rejected_and_nothing_staged(account: Account, data: bytes, reason: Reason) -> None:
    """A rejected picture leaves nothing behind."""
    event = account.begin(data)
    with pytest.raises(ImageRejected) as rejected:
        thumbnail.handler(event, CONTEXT)
    assert rejected.value.reason == reason
    assert account.keys(UPLOAD_BUCKET) == {event["image"]["key"]}
    assert account.record(event)["steps"] == {}
