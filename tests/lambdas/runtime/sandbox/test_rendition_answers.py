"""Answers with renditions: a decoder that was taken over cannot add a format, a size or a file that was not asked for."""

from typing import Any

import pytest

from imaging.decoding.samples import sample_file
from lambdas.runtime.sandbox.answers import Answer, AnswerError, renditions_of

JPEG, WEBP = sample_file("JPEG"), sample_file("WEBP")
AVIF = b"\0\0\0\x20ftypavif"
READ = renditions_of([(30, 20), (9, 9)], ("AVIF", "WEBP"))


def claim(formats: list[Any], width: Any = 8, within: Any = (30, 20), height: Any = 8) -> dict[str, Any]:
    """Return what an answer claims of one rendition."""
    return {"within": list(within), "width": width, "height": height, "formats": formats}


def answer(*claims: Any, data: tuple[bytes, ...]) -> Answer:
    """Return an answer."""
    return Answer({"renditions": list(claims)}, list(data))


def test_each_rendition_has_its_variants() -> None:
    """The bytes are taken in the order of the formats that are claimed."""
    both = answer(claim(["JPEG", "AVIF", "WEBP"]), claim(["WEBP"], 1, (9, 9), 1), data=(JPEG, AVIF, WEBP, WEBP))
    first, second = READ(both)
    assert (first.encoded.data, [one.data for one in first.variants]) == (JPEG, [AVIF, WEBP])
    assert (second.within, second.encoded.data, second.variants) == ((9, 9), WEBP, [])


def test_a_rendition_may_be_as_large_as_wanted() -> None:
    """An image that is smaller than the other sizes has one rendition, which may fill its size."""
    (one,) = READ(answer(claim(["JPEG"], width=30, height=20), data=(JPEG,)))
    assert (one.encoded.width, one.encoded.height) == (30, 20)


BAD = {
    "no rendition": answer(data=()),
    "a format in the place of the family's": answer(claim(["AVIF"]), data=(AVIF,)),
    "no format": answer(claim([]), data=()),
    "a format twice": answer(claim(["JPEG", "AVIF", "AVIF"]), data=(JPEG, AVIF, AVIF)),
    "the family's format again": answer(claim(["WEBP", "WEBP"]), data=(WEBP, WEBP)),
    "bytes of another format": answer(claim(["JPEG", "AVIF"]), data=(JPEG, WEBP)),
    "a format that is none": answer(claim(["JPEG", 7]), data=(JPEG, AVIF)),
    "a file that is missing": answer(claim(["JPEG", "AVIF"]), data=(JPEG,)),
    "a file too many": answer(claim(["JPEG"]), data=(JPEG, b"<script>")),
    "a size that was not asked for": answer(claim(["JPEG"], within=(31, 20)), data=(JPEG,)),
    "a size twice": answer(claim(["JPEG"]), claim(["JPEG"]), data=(JPEG, JPEG)),
    "an image that is too wide": answer(claim(["JPEG"], width=31), data=(JPEG,)),
    "an image that is too high": answer(claim(["JPEG"], height=21), data=(JPEG,)),
    "an image without a row": answer(claim(["JPEG"], height=0), data=(JPEG,)),
    "an image without a column": answer(claim(["JPEG"], width=0), data=(JPEG,)),
    "a negative height": answer(claim(["JPEG"], height=-8), data=(JPEG,)),
    "a negative width": answer(claim(["JPEG"], width=-8), data=(JPEG,)),
    "a width that is none": answer(claim(["JPEG"], width="8"), data=(JPEG,)),
    "a width that is true": answer(claim(["JPEG"], width=True), data=(JPEG,)),
    "a height that is true": answer(claim(["JPEG"], height=True), data=(JPEG,)),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_anything_else_is_refused(bad: Answer) -> None:
    """No such answer leads to an object in S3."""
    with pytest.raises(AnswerError):
        READ(bad)


def test_a_format_that_is_not_set_is_refused() -> None:
    """By default a rendition has one format."""
    with pytest.raises(AnswerError):
        renditions_of([(30, 20)])(answer(claim(["JPEG", "AVIF"]), data=(JPEG, AVIF)))
