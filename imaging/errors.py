"""The error that a refused image raises, and the codes for its reason."""

from enum import StrEnum
from typing import NoReturn


class Reason(StrEnum):
    """Why an image is refused: stable codes, which callers publish."""

    EMPTY = "EMPTY"
    TOO_MANY_BYTES = "TOO_MANY_BYTES"
    NOT_AN_IMAGE = "NOT_AN_IMAGE"
    FORMAT_DISABLED = "FORMAT_DISABLED"
    UNSUPPORTED = "UNSUPPORTED"
    TRUNCATED = "TRUNCATED"
    CORRUPT = "CORRUPT"
    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"
    TOO_LONG_AN_EDGE = "TOO_LONG_AN_EDGE"
    TOO_MANY_FRAMES = "TOO_MANY_FRAMES"
    TOO_MANY_SCANS = "TOO_MANY_SCANS"
    TOO_MUCH_METADATA = "TOO_MUCH_METADATA"
    TOO_COMPLEX = "TOO_COMPLEX"


class ImageRefusedError(Exception):
    """The image cannot be processed, because of what is in its file."""

    def __init__(self, reason: Reason, message: str) -> None:
        """Carry the reason, and a sentence for the person who uploaded the image."""
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.message = message


def unsupported(what: str) -> ImageRefusedError:
    """Return the refusal of a file that may be sound; what names its format, and the feature, with an article."""
    return ImageRefusedError(Reason.UNSUPPORTED, f"{what} is not supported. Convert it, for example to JPEG or PNG.")


def refuse_unsupported(what: str) -> NoReturn:
    """Raise that refusal."""
    raise unsupported(what)
