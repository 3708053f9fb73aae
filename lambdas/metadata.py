"""ExtractMetadata: the picture's properties and what its EXIF block tells."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from typing import Any

from PIL import ImageCms

from lambdas import storage
from lambdas.environment import PictureEnvironment
from lambdas.exif import number, read_exif, text
from lambdas.gate import step
from lambdas.imaging import Picture, has_alpha, open_picture, unsound_is_rejected


@step("extract-metadata", PictureEnvironment, found_as="metadata")
def handler(event: dict[str, Any], environment: PictureEnvironment) -> dict[str, Any]:
    """Return properties and EXIF fields of the picture; raises ImageRejected."""
    data = storage.read(event["image"], environment.max_bytes).data
    picture = open_picture(data, environment)
    with unsound_is_rejected():
        exif = picture.image.getexif()
    return {"properties": properties(picture, data), "exif": read_exif(exif)}


def properties(picture: Picture, data: bytes) -> dict[str, Any]:
    """Return the facts of an opened picture and its file, as the contract extract-metadata.output names them."""
    width, height = picture.size
    optional = {"dpi": _dpi(picture.image.info), "iccProfile": _profile_name(picture.image.info)}
    return {
        "format": picture.format.name,
        "width": width,
        "height": height,
        "mode": picture.image.mode,
        "alpha": has_alpha(picture.image),
        "frames": picture.frames,
        "size": len(data),
        "sha256": sha256(data).hexdigest(),
    } | {name: value for name, value in optional.items() if value is not None}


def _dpi(info: dict[Any, Any]) -> float | None:
    dpi = info.get("dpi")
    return number(dpi[0], 0, 1_000_000) if isinstance(dpi, tuple) else None


def _profile_name(info: dict[Any, Any]) -> str | None:
    try:
        return text(ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(info["icc_profile"]))))
    except (KeyError, TypeError, OSError, ImageCms.PyCMSError):
        return None
