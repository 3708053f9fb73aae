"""ResizeImage: the picture fitted inside the configured edges, staged for the archive."""

from dataclasses import replace
from typing import Any

import pytest
from PIL.JpegImagePlugin import JpegImageFile

from lambdas import resize
from lambdas.domain import renditions
from lambdas.domain.object_keys import STAGED
from lambdas.domain.objects import Upload
from lambdas.runtime.sandbox import client
from lambdas.runtime.sandbox.bounds import BOUNDS_WITH_VARIANTS
from tests import pictures
from tests.fake_aws.account import UPLOAD_BUCKET
from tests.lambdas.account import CONTEXT, RESIZE_SETTINGS, Account, export
from workflow import contracts


@pytest.mark.share(3)
@pytest.mark.parametrize("name", pictures.examples_of_formats())
def test_every_format_is_fitted_and_staged(account: Account, name: str) -> None:
    """The staged object is an image of the returned format, type and size, with its longer edge at the limit."""
    staged = resize.handler(account.begin(pictures.examples()[name]), CONTEXT)
    data = account.content(UPLOAD_BUCKET, staged["key"])
    image = pictures.decoded(data)
    assert staged["key"].startswith(STAGED)
    assert image.size == (staged["width"], staged["height"])
    assert max(image.size) == max(RESIZE_SETTINGS.resize_edges)
    assert (image.format, len(data)) == (staged["format"], staged["size"])
    assert account.content_type(UPLOAD_BUCKET, staged["key"]) == staged["contentType"]


def test_a_small_picture_is_not_enlarged(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture that fits already keeps its size."""
    export(monkeypatch, replace(RESIZE_SETTINGS, resize_edges=(1000,)))
    staged = resize.handler(account.begin(pictures.examples()["PNG"]), CONTEXT)
    assert (staged["width"], staged["height"]) == pictures.SIZE


def test_each_edge_has_its_image(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest of several edges gives the resized image; the others give smaller images, named after them, in order."""
    export(monkeypatch, replace(RESIZE_SETTINGS, resize_edges=(10, 40, 20)))
    event = account.begin(pictures.examples()["JPEG"])
    staged = resize.handler(event, CONTEXT)
    renditions = [staged, *staged["smaller"]]
    assert [max(rendition["width"], rendition["height"]) for rendition in renditions] == [40, 20, 10]
    assert [rendition["key"].rsplit("/")[-1] for rendition in renditions] == [
        "resized.jpg",
        "resized-20.jpg",
        "resized-10.jpg",
    ]
    for rendition in renditions:
        image = pictures.decoded(account.content(UPLOAD_BUCKET, rendition["key"]))
        assert image.size == (rendition["width"], rendition["height"])
    assert [smaller["width"] for smaller in account.record(event)["resized"]["smaller"]] == [20, 10]
    contracts.check("metadata-record", account.record(event))


def test_edges_beyond_the_picture_give_one_image(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Since nothing is enlarged, two edges that the picture fits in give the same image, and it is made once."""
    export(monkeypatch, replace(RESIZE_SETTINGS, resize_edges=(2000, 1000, 30)))
    staged = resize.handler(account.begin(pictures.examples()["PNG"]), CONTEXT)
    assert (staged["width"], staged["height"]) == pictures.SIZE
    assert [smaller["width"] for smaller in staged["smaller"]] == [30]


@pytest.mark.parametrize("quality", [10, 95])
def test_quality_is_the_configured_one(account: Account, monkeypatch: pytest.MonkeyPatch, quality: int) -> None:
    """A JPEG has the quantization tables of the configured quality."""
    image = pictures.quadrants((400, 300))
    export(monkeypatch, replace(RESIZE_SETTINGS, resize_edges=(300,), quality=quality))
    staged = resize.handler(account.begin(pictures.encoded(image, "JPEG")), CONTEXT)
    expected = pictures.encoded(image, "JPEG", quality=quality)
    assert _quantization(account.content(UPLOAD_BUCKET, staged["key"])) == _quantization(expected)


def _quantization(data: bytes) -> dict[int, list[int]]:
    image = pictures.decoded(data)
    assert isinstance(image, JpegImageFile)
    return {number: list(table) for number, table in image.quantization.items()}


def test_an_image_with_variants_may_take_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoders of variants need more time than the sandbox gives to other images, which it ends sooner."""
    bounds: list[object] = []
    monkeypatch.setattr(client, "run", lambda *arguments, **_: bounds.append(arguments[3]))
    event: Any = {}
    for formats in (("AVIF",), ()):
        renditions.make("resize", Upload(b"", ""), event, [], replace(RESIZE_SETTINGS, rendition_formats=formats))
    assert bounds == [BOUNDS_WITH_VARIANTS, None]
