"""GenerateThumbnail: the centred square of the picture, staged for the archive."""

from dataclasses import replace

import pytest

from imaging.errors import Reason
from lambdas import thumbnail
from lambdas.domain.object_keys import STAGED
from tests import pictures
from tests.lambdas.bench import CONTEXT, THUMBNAIL, UPLOAD_BUCKET, Bench, export, timeless
from workflow import contracts
from workflow.contracts.errors import ImageRejected

EDGE = THUMBNAIL.thumbnail_edge


@pytest.mark.parametrize("name", pictures.examples_of_formats())
def test_every_format_becomes_a_square(bench: Bench, name: str) -> None:
    """The staged object is a square picture of the configured edge, of the told format and type."""
    staged = thumbnail.handler(bench.begun(pictures.examples()[name]), CONTEXT)
    data = bench.content(UPLOAD_BUCKET, staged["key"])
    image = pictures.decoded(data)
    assert staged["key"].startswith(STAGED)
    assert image.size == (staged["width"], staged["height"]) == (EDGE, EDGE)
    assert (image.format, len(data)) == (staged["format"], staged["size"])
    assert bench.content_type(UPLOAD_BUCKET, staged["key"]) == staged["contentType"]


def test_a_small_picture_is_not_enlarged(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The square of a picture that is smaller than a thumbnail is as large as its shorter edge."""
    export(monkeypatch, replace(THUMBNAIL, thumbnail_edge=256))
    staged = thumbnail.handler(bench.begun(pictures.examples()["PNG"]), CONTEXT)
    assert (staged["width"], staged["height"]) == (min(pictures.SIZE), min(pictures.SIZE))


def test_run_twice_it_stages_the_same(bench: Bench) -> None:
    """A retry gives the same answer, the same object and the same record."""
    event = bench.begun(pictures.examples()["WEBP"])
    first, record, keys = thumbnail.handler(event, CONTEXT), bench.record(event), bench.keys(UPLOAD_BUCKET)
    data = bench.content(UPLOAD_BUCKET, first["key"])
    assert thumbnail.handler(event, CONTEXT) == first == record["thumbnail"] | {"key": first["key"]}
    assert bench.keys(UPLOAD_BUCKET) == keys
    assert bench.content(UPLOAD_BUCKET, first["key"]) == data
    assert timeless(bench.record(event)) == timeless(record)
    contracts.check("metadata-record", bench.record(event))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"<html>", Reason.NOT_AN_IMAGE),
        (pictures.examples()["JPEG progressive"][:-100], Reason.TRUNCATED),
    ],
    ids=["nothing", "a page", "a truncated JPEG"],
)
def test_an_unsound_picture_is_rejected_and_nothing_staged(bench: Bench, data: bytes, reason: Reason) -> None:
    """A rejected picture leaves nothing behind."""
    event = bench.begun(data)
    with pytest.raises(ImageRejected) as rejected:
        thumbnail.handler(event, CONTEXT)
    assert rejected.value.reason == reason
    assert bench.keys(UPLOAD_BUCKET) == {event["image"]["key"]}
    assert bench.record(event)["steps"] == {}
