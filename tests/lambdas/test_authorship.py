"""Artist and copyright go from the original to its renditions, by way of what ExtractMetadata finds."""

from collections.abc import Callable
from typing import Any

import pytest
from PIL.ExifTags import Base
from PIL.PngImagePlugin import PngInfo

from lambdas import metadata, resize, thumbnail
from tests import pictures
from tests.fake_aws.account import UPLOAD_BUCKET, Payload
from tests.imaging.metadata import packets
from tests.lambdas.account import CONTEXT, Account

Step = Callable[[Payload, object], Payload]

both = pytest.mark.parametrize("step", [resize.handler, thumbnail.handler], ids=["resized", "thumbnail"])


def authorship(account: Account, step: Step, data: bytes) -> dict[int, str]:
    """Take data through ExtractMetadata and step, and return the EXIF of the rendition."""
    event = account.begin(data)
    found = metadata.handler(event, CONTEXT)
    staged = step({**event, "about": found["about"]}, CONTEXT)
    exif = pictures.decoded(account.content(UPLOAD_BUCKET, staged["key"])).getexif()
    return {tag: value.encode("latin-1").decode() for tag, value in exif.items()}


@pytest.mark.share(3)
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@both
def test_names_from_exif_reach_the_rendition(account: Account, step: Step, format_name: str) -> None:
    """Artist and copyright of the EXIF block are those of the rendition; its other tags are not there."""
    block = pictures.exif({Base.Artist: "Ann Author", Base.Copyright: "(c) Ann Author", Base.Make: "Canon"})
    source = pictures.encoded(pictures.quadrants(), format_name, exif=block)
    assert authorship(account, step, source) == {Base.Artist: "Ann Author", Base.Copyright: "(c) Ann Author"}


@pytest.mark.parametrize("name", ["Jörg Ökonom".encode(), "Jörg Ökonom".encode("latin-1")], ids=["UTF-8", "Latin-1"])
def test_names_are_utf8_in_the_rendition(account: Account, name: bytes) -> None:
    """The text is decoded once, for the record, and written in UTF-8."""
    block = b"Exif\0\0" + pictures.tiff_block([(Base.Artist, 2, len(name) + 1, name + b"\0")])
    source = pictures.encoded(pictures.quadrants(), "JPEG", exif=block)
    assert authorship(account, resize.handler, source) == {Base.Artist: "Jörg Ökonom"}


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_names_from_xmp_reach_the_rendition_where_exif_has_none(account: Account, format_name: str) -> None:
    """An XMP packet names the artist and the holder of the rights."""
    creator = packets.several("dc:creator", "Jörg Ökonom", container="Seq")
    packet = packets.xmp(creator + packets.in_languages("dc:rights", default="(c) Jörg"))
    texts = PngInfo()
    texts.add_itxt("XML:com.adobe.xmp", packet.decode())
    carried: dict[str, Any] = {"PNG": {"pnginfo": texts}, "TIFF": {"tiffinfo": {700: packet}}}
    source = pictures.encoded(pictures.quadrants(), format_name, **carried.get(format_name, {"xmp": packet}))
    found = authorship(account, resize.handler, source)
    assert found == {Base.Artist: "Jörg Ökonom", Base.Copyright: "(c) Jörg"}


def test_names_from_iptc_reach_the_rendition(account: Account) -> None:
    """A by-line that an editor wrote is an artist's name."""
    data = packets.jpeg(records=packets.utf8_records((80, "Jörg Ökonom")))
    assert authorship(account, resize.handler, data) == {Base.Artist: "Jörg Ökonom"}


def test_each_name_comes_from_the_first_block_that_has_it(account: Account) -> None:
    """An artist in EXIF does not hide a copyright in XMP, and blanks are no name."""
    packet = packets.xmp(packets.in_languages("dc:rights", default="(c) Jörg"))
    block = pictures.exif({Base.Artist: "Ann", Base.Copyright: "   "})
    source = pictures.encoded(pictures.quadrants(), "JPEG", exif=block, xmp=packet)
    assert authorship(account, resize.handler, source) == {Base.Artist: "Ann", Base.Copyright: "(c) Jörg"}


@both
def test_an_execution_of_the_older_definition_gets_renditions_without_names(account: Account, step: Step) -> None:
    """An execution that began before an update sends no `about`: the step works, and the rendition has no EXIF."""
    source = pictures.encoded(pictures.quadrants(), "JPEG", exif=pictures.exif({Base.Artist: "Ann"}))
    staged = step(account.begin(source), CONTEXT)
    assert not pictures.decoded(account.content(UPLOAD_BUCKET, staged["key"])).getexif()
