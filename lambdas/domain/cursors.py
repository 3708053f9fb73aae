"""Cursors of lists: the position after which the next page begins, authenticated for one owner."""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from uuid import UUID

MAC_BYTES = 16  # of HMAC-SHA256, which is 32 bytes long: enough against guessing
ID_BYTES = 16  # of a UUID


class InvalidCursorError(ValueError):
    """The text is no cursor, or not one for this owner."""


@dataclass(frozen=True)
class Position:
    """The place of an image in its owner's list."""

    created_at: str
    image_id: str


def encode(position: Position, owner: str, key: str) -> str:
    """Return the cursor for the images of owner that come after position."""
    content = UUID(position.image_id).bytes + position.created_at.encode()
    return _text(_mac(content, owner, key) + content)


def decode(cursor: str, owner: str, key: str) -> Position:
    """Return the position in a cursor; raises InvalidCursorError if it is forged or another owner's."""
    try:
        found = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError) as error:
        raise InvalidCursorError from error
    mac, content = found[:MAC_BYTES], found[MAC_BYTES:]
    # The decoder skips strange characters: another text for the same bytes is forged, too.
    if _text(found) != cursor or not hmac.compare_digest(mac, _mac(content, owner, key)):
        raise InvalidCursorError
    return Position(content[ID_BYTES:].decode(), str(UUID(bytes=content[:ID_BYTES])))


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _mac(content: bytes, owner: str, key: str) -> bytes:
    return hmac.digest(key.encode(), owner.encode() + b"\0" + content, "sha256")[:MAC_BYTES]
