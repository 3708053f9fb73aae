"""RenditionFormats and ThumbnailSizes, from the steps to the document that users read."""

from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from lambdas import archive, resize, thumbnail
from lambdas.domain.image_renditions import pictures as pictures_of
from lambdas.domain.object_keys import STAGED
from lambdas.domain.record import Record
from tests import pictures
from tests.fake_aws.account import ARCHIVE_BUCKET, UPLOAD_BUCKET, Payload
from tests.lambdas.account import CONTEXT, RESIZE_SETTINGS, TABLE, THUMBNAIL_SETTINGS, Account, export
from tests.lambdas.image_requests import document
from workflow import contracts
from workflow.contracts.errors import StaleExecution
from workflow.contracts.payloads import SignedRendition

PHOTOGRAPH = Path("local/photographs/rocket.jpg").read_bytes()
BOTH = ("AVIF", "WEBP")
NAMES = [
    *("resized.jpg", "resized-200.jpg", "resized.avif", "resized.webp", "resized-200.avif", "resized-200.webp"),
    *("thumbnail.jpg", "thumbnail.avif", "thumbnail.webp"),
    *("thumbnail-320x180.jpg", "thumbnail-320x180.avif", "thumbnail-320x180.webp"),
]


@pytest.fixture
def _variants(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - it sets the defaults
    """Set both parameters."""
    export(monkeypatch, replace(RESIZE_SETTINGS, resize_edges=(400, 200), rendition_formats=BOTH))
    sizes = ("320x180", "100x100")  # the latter is the square again
    export(
        monkeypatch,
        replace(THUMBNAIL_SETTINGS, thumbnail_edge=100, thumbnail_sizes=sizes, rendition_formats=BOTH),
    )


pytestmark = pytest.mark.usefixtures("_variants")


def names(keys: Any) -> list[str]:
    """Return the names of objects."""
    return [key.rsplit("/")[-1] for key in keys]


def test_every_image_in_every_format_is_archived(account: Account) -> None:
    """The archive has each with its type, the list each with its facts, first the resized ones; nothing stays staged."""
    event = account.run_steps(PHOTOGRAPH)
    found = archive.handler(event, CONTEXT)["renditions"]
    assert names(one["key"] for one in found) == NAMES
    for one in found:
        data = account.content(ARCHIVE_BUCKET, one["key"])
        image = pictures.decoded(data)
        facts = (image.format, image.width, image.height, len(data))
        assert facts == (one["format"], one["width"], one["height"], one["bytes"])
        assert one["kind"] == one["key"].rsplit("/")[-1].partition(".")[0].partition("-")[0]
        assert account.content_type(ARCHIVE_BUCKET, one["key"]) == f"image/{one['format'].lower()}"
    assert account.keys(UPLOAD_BUCKET) == {event["image"]["key"]}
    contracts.check("metadata-record", account.record(event))


def test_an_execution_of_version_0_2_archives_what_it_knows(account: Account) -> None:
    """Its payload has no variants: the rest is archived, listed, and enough for a success."""
    event = account.run_steps(PHOTOGRAPH)
    for rendition in event["renditions"].values():
        del rendition["variants"]
    found = archive.handler(event, CONTEXT)["renditions"]
    assert names(one["key"] for one in found) == ["resized.jpg", "resized-200.jpg", "thumbnail.jpg"]
    assert account.record(event)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("handler", [resize.handler, thumbnail.handler], ids=["resized", "thumbnail"])
def test_a_step_that_is_too_late_leaves_nothing(account: Account, handler: Any) -> None:
    """What it staged, in any format, is deleted if the image has another outcome by then."""
    event = account.begin(PHOTOGRAPH)
    account.set_status(event, "FAILED")
    with pytest.raises(StaleExecution):
        handler(event, CONTEXT)
    assert not [key for key in account.keys(UPLOAD_BUCKET) if key.startswith(STAGED)]


def test_an_archive_that_is_too_late_leaves_nothing(account: Account) -> None:
    """What ArchiveImage copied, in any format, is deleted if the image has another outcome by then."""
    event = account.run_steps(PHOTOGRAPH)
    account.set_status(event, "FAILED")
    with pytest.raises(StaleExecution):
        archive.handler(event, CONTEXT)
    assert account.keys(ARCHIVE_BUCKET) == set()


def shown(account: Account) -> Payload:
    """Return the renditions of the document about an image that has succeeded."""
    event = account.run_steps(PHOTOGRAPH)
    archive.handler(event, CONTEXT)
    renditions: Payload = document(event["image"]["imageId"])["renditions"]
    return renditions


def test_the_document_has_a_url_for_every_image(account: Account) -> None:
    """Each has one of its own, and the fields from before have the same."""
    found = shown(account)
    assert names(one["key"] for one in found["images"]) == NAMES
    urls = {one["key"].rsplit("/")[-1]: one["url"] for one in found["images"]}
    assert len(set(urls.values())) == len(NAMES)
    assert all(f"/{name}?" in url for name, url in urls.items())
    old = (found["resized"], *found["smaller"], found["thumbnail"])
    assert [one["url"] for one in old] == [urls[name] for name in ("resized.jpg", "resized-200.jpg", "thumbnail.jpg")]


def test_pictures_are_ready_for_a_page(account: Account) -> None:
    """Sources are AVIF, WebP and then what every browser shows; a srcset has widths only if there are several."""
    found = shown(account)
    urls = {one["key"].rsplit("/")[-1]: one["url"] for one in found["images"]}
    resized, square, wide = found["pictures"]
    assert [one["name"] for one in found["pictures"]] == ["resized", "thumbnail", "thumbnail-320x180"]
    assert (resized["src"], wide["src"]) == (urls["resized.jpg"], urls["thumbnail-320x180.jpg"])
    assert (wide["width"], wide["height"]) == (320, 180)
    for picture in found["pictures"]:
        assert [one["type"] for one in picture["sources"]] == ["image/avif", "image/webp", "image/jpeg"]
    avif = resized["sources"][0]["srcset"]
    assert avif == f"{urls['resized.avif']} 400w, {urls['resized-200.avif']} 200w"
    assert square["sources"][1]["srcset"] == urls["thumbnail.webp"]
    assert all(not set(url) & set(" ,") for url in chain(urls.values()))


def test_a_format_that_lacks_a_width_is_in_no_picture(account: Account) -> None:
    """A browser would take the smaller image of it: it is only among the images."""
    event = account.run_steps(PHOTOGRAPH)
    archive.handler(event, CONTEXT)
    record = account.record(event)
    listed = record["archive"]["renditions"]
    account.store({**record, "archive": {**record["archive"], "renditions": [listed[0], listed[1], *listed[3:]]}})
    found = document(event["image"]["imageId"])["renditions"]["pictures"]
    assert [one["type"] for one in found[0]["sources"]] == ["image/webp", "image/jpeg"]
    assert [one["type"] for one in found[1]["sources"]] == ["image/avif", "image/webp", "image/jpeg"]


def rendition(format_name: str, width: int, height: int) -> SignedRendition:
    """Return a resized image whose URL is its format and size."""
    return {
        "kind": "resized",
        "format": format_name,
        "contentType": f"image/{format_name.lower()}",
        "width": width,
        "height": height,
        "bytes": 1,
        "key": "resized",
        "url": f"https://{format_name}/{width}x{height}",
    }


def test_no_srcset_has_a_width_twice() -> None:
    """HTML has each width once: of images that are one pixel wide, the largest is named, as it is without a width."""
    (found,) = pictures_of([rendition("PNG", 1, height) for height in (1600, 800)])
    assert [one["srcset"] for one in found["sources"]] == ["https://PNG/1x1600"]


def test_a_smaller_image_in_another_family_is_in_no_picture() -> None:
    """Small, an image may have lost its last transparent pixel, and be a JPEG: the largest is not there in that format."""
    (found,) = pictures_of([rendition("WEBP", 1600, 900), rendition("JPEG", 800, 450)])
    assert [one["type"] for one in found["sources"]] == ["image/webp"]


def test_the_record_of_an_image_that_version_0_2_processed(account: Account) -> None:
    """Without a list in the archive, the images are those that the record names, each with its size."""
    event = account.run_steps(PHOTOGRAPH)
    archive.handler(event, CONTEXT)
    new = document(event["image"]["imageId"])["renditions"]["images"]
    record = account.record(event)
    del record["archive"]["renditions"]
    contracts.check("metadata-record", record)
    account.store(record)
    found = document(event["image"]["imageId"])["renditions"]
    plain = [one for one in new if one["format"] == "JPEG" and "x" not in one["key"].rsplit("/")[-1]]
    without = [{name: value for name, value in one.items() if name != "url"} for one in found["images"]]
    assert without == [{name: value for name, value in one.items() if name != "url"} for one in plain]
    assert [one["type"] for picture in found["pictures"] for one in picture["sources"]] == ["image/jpeg"] * 2
    assert Record(TABLE, event["image"], event["execution"]).read() == record
