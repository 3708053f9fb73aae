"""The uploads of a schedule: small pictures, and files that are no pictures."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tests import pictures

if TYPE_CHECKING:
    from random import Random

POISON = ("[]", "{}", "no JSON", '{"source": "aws.s3", "detail-type": "Object Deleted"}')  # not about an upload
SOUND = 0.8  # share of sound uploads


class Content(NamedTuple):
    """The content of an upload."""

    data: bytes
    sound: bool


@cache
def _sound() -> tuple[bytes, ...]:
    return (
        pictures.encoded(pictures.quadrants((90, 60)), "JPEG"),  # large enough for a smaller resized image
        pictures.encoded(pictures.quadrants((24, 16)), "JPEG"),
        pictures.gray_png(8),
    )


@cache
def _unsound() -> tuple[bytes, ...]:
    jpeg = _sound()[0]
    return b"", b"#!/bin/sh\n", jpeg[: len(jpeg) // 2]


def content(random: Random) -> Content:
    """Draw the content of one upload."""
    sound = random.random() < SOUND
    return Content(random.choice(_sound() if sound else _unsound()), sound)
