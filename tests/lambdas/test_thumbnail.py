"""GenerateThumbnail: the centered square of the picture, staged for the archive."""

from dataclasses import replace

import pytest

from lambdas import thumbnail
from lambdas.domain.object_keys import STAGED
from tests import pictures
from tests.fake_aws.account import UPLOAD_BUCKET
from tests.lambdas.account import CONTEXT, THUMBNAIL_SETTINGS, Account, export

EDGE = THUMBNAIL_SETTINGS.thumbnail_edge


@pytest.mark.share(3)
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


@pytest.mark.share(2)
@pytest.mark.parametrize(
    ("focus", "color"), [("0.1,0.1", 0), ("0.9,0.1", 1), ("nowhere", None), ("2,2", None), (None, None)]
)
def test_the_focal_point_of_the_upload_is_shown(account: Account, focus: str | None, color: int | None) -> None:
    """Whoever uploads names a point; without one, or with one that is none, the middle is shown."""
    event = account.begin(pictures.encoded(pictures.quadrants((200, 40)), "PNG"))
    image = event["image"]
    again = {} if focus is None else {"focus": focus}
    version = account.put(image["key"], account.content(UPLOAD_BUCKET, image["key"]), again)
    staged = thumbnail.handler({**event, "image": {**image, "versionId": version}}, CONTEXT)
    found = pictures.decoded(account.content(UPLOAD_BUCKET, staged["key"])).convert("RGB")
    left, right = found.getpixel((0, 0)), found.getpixel((found.width - 1, 0))
    assert pictures.close(left, pictures.QUADRANTS[0 if color is None else color])
    assert pictures.close(right, pictures.QUADRANTS[1 if color is None else color])


def test_a_small_picture_is_not_enlarged(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The square of a picture that is smaller than a thumbnail is as large as its shorter edge."""
    export(monkeypatch, replace(THUMBNAIL_SETTINGS, thumbnail_edge=256))
    staged = thumbnail.handler(account.begin(pictures.examples()["PNG"]), CONTEXT)
    assert (staged["width"], staged["height"]) == (min(pictures.SIZE), min(pictures.SIZE))
