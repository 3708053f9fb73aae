"""The properties of a file and its image that need no decoding."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from typing import Any

from PIL import ImageCms

from imaging.decoding.picture import Picture, has_alpha
from imaging.metadata.bit_depth import bit_depth
from imaging.metadata.exif import MAX_DPI, resolution
from imaging.metadata.sanitize import clean_text, drop_none, positive_number
from imaging.rendering.color import profile_mode, srgb_transform

RESOLUTION = 0x03ED  # number of the Photoshop image resource
PER_INCH = {1: 1.0, 2: 2.54}  # by JFIF's unit: inch, centimeter
MAX_PROFILE = 128  # characters, of the name of a color profile


def read_properties(picture: Picture) -> dict[str, Any]:
    """Return the properties as a JSON object.

    Call it before decode, which may change size and mode.
    """
    width, height = picture.size
    return drop_none(
        {
            "format": picture.format.name,
            "width": width,
            "height": height,
            "mode": picture.image.mode,
            "bitDepth": bit_depth(picture),
            "alpha": has_alpha(picture.image),
            "frames": picture.frames,
            "size": len(picture.data),
            "sha256": sha256(picture.data).hexdigest(),
            "dpi": dots_per_inch(picture),
            **_profile(picture),
            **_space(picture),
            "hdrGainMap": True if picture.inspected.has_gain_map else None,
            "provenance": "C2PA" if picture.inspected.has_manifest else None,
        }
    )


def dots_per_inch(picture: Picture) -> float | None:
    """Return the horizontal resolution: from EXIF, or from the format itself."""
    return resolution(picture.exif) or positive_number(_format_resolution(picture), MAX_DPI)


def _format_resolution(picture: Picture) -> Any:
    info = picture.image.info
    if picture.format.name == "JPEG":
        return _jpeg_resolution(info)
    dpi = info.get("dpi") if picture.format.name in ("PNG", "BMP") else None  # Pillow invents 1 for a TIFF
    return dpi[0] if isinstance(dpi, tuple) else None  # a text of a PNG may have this keyword


def _jpeg_resolution(info: dict[Any, Any]) -> Any:
    """Return the resolution from Photoshop or else JFIF; without both, Pillow invents 72."""
    photoshop, per_inch = info.get("photoshop", {}).get(RESOLUTION), PER_INCH.get(info.get("jfif_unit", 0))
    if photoshop:
        return photoshop["XResolution"]
    return info["jfif_density"][0] * per_inch if per_inch else None


def _profile(picture: Picture) -> dict[str, Any]:
    """Return the name of the color profile, and whether it is broken; nothing if there is none."""
    profile = picture.image.info.get("icc_profile")
    if not isinstance(profile, bytes):
        return {}
    usable = srgb_transform(profile, profile_mode(picture.image.mode)) is not None
    return {"iccProfile": profile_name(profile), "iccBroken": None if usable else True}


def _space(picture: Picture) -> dict[str, Any]:
    """Return the color space that the file describes by numbers, if it does, and if no profile counts instead."""
    space = picture.inspected.space
    if space is None or (picture.format.name != "PNG" and "icc_profile" in picture.image.info):
        return {}
    return {"colorPrimaries": space.primaries, "transferFunction": space.transfer}


def profile_name(profile: bytes) -> str | None:
    """Return the name in a color profile, None if it cannot be read."""
    try:
        return clean_text(ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(BytesIO(profile))), MAX_PROFILE)
    except (OSError, TypeError, ImageCms.PyCMSError):
        return None
