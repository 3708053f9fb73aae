"""ResizeImage: the picture fitted inside the configured edges, staged for the archive."""

from dataclasses import replace

import pytest

from imaging.errors import Reason
from lambdas import resize
from lambdas.domain.object_keys import STAGED
from tests import pictures
from tests.fake_aws.account import UPLOAD_BUCKET
from tests.lambdas.account import CONTEXT, MAX_BYTES, RESIZE_SETTINGS, Account, export, without_times
from workflow import contracts
from workflow.contracts.errors import ImageRejected


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
    """Of several edges the largest gives the resized image and the others smaller ones, named after them, in order."""
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


def test_quality_is_the_configured_one(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A better quality takes more bytes."""
    data, sizes = pictures.encoded(pictures.quadrants((400, 300)), "JPEG"), []
    for quality in (10, 95):
        export(monkeypatch, replace(RESIZE_SETTINGS, resize_edges=(300,), quality=quality))
        sizes.append(resize.handler(account.begin(data), CONTEXT)["size"])
    assert sizes == sorted(set(sizes))


def test_run_twice_it_stages_the_same(account: Account) -> None:
    """A retry gives the same answer, the same object and the same record."""
    event = account.begin(pictures.examples()["JPEG"])
    first, record, keys = resize.handler(event, CONTEXT), account.record(event), account.keys(UPLOAD_BUCKET)
    data = account.content(UPLOAD_BUCKET, first["key"])
    assert resize.handler(event, CONTEXT) == first
    assert account.keys(UPLOAD_BUCKET) == keys
    assert account.content(UPLOAD_BUCKET, first["key"]) == data
    assert without_times(account.record(event)) == without_times(record)


def test_the_record_holds_the_answer(account: Account) -> None:
    """What was staged stands in the record, but for where it waits, and the record keeps its contract."""
    event = account.begin(pictures.examples()["JPEG"])
    staged = resize.handler(event, CONTEXT)
    assert account.record(event)["resized"] == {name: staged[name] for name in staged if name != "key"}
    contracts.check("metadata-record", account.record(event))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY),
        (bytes(MAX_BYTES + 1), Reason.TOO_MANY_BYTES),
        (b"%PDF-1.7", Reason.NOT_AN_IMAGE),
        (pictures.examples()["JPEG"][:-100], Reason.TRUNCATED),
        (pictures.animation("GIF", RESIZE_SETTINGS.max_frames + 1), Reason.TOO_MANY_FRAMES),
    ],
    ids=["nothing", "too many bytes", "a document", "a truncated JPEG", "too many frames"],
)
def test_an_unsound_picture_is_rejected_and_nothing_staged(account: Account, data: bytes, reason: Reason) -> None:
    """The step trusts no earlier one with the limits, and a rejected picture leaves nothing behind."""
    event = account.begin(data)
    with pytest.raises(ImageRejected) as rejected:
        resize.handler(event, CONTEXT)
    assert rejected.value.reason == reason
    assert account.keys(UPLOAD_BUCKET) == {event["image"]["key"]}
    assert account.record(event)["steps"] == {}
