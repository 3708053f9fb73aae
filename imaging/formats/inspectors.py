"""The inspector of each format, and the inspection of any file."""

from collections.abc import Sequence

from imaging.errors import ImageRefusedError, Reason, refuse_unsupported
from imaging.formats import FORMATS, Format, bmp, gif, heif, jpeg, png, sniff_format, tiff, webp
from imaging.formats.binary import EndOfDataError
from imaging.formats.inspection import Inspected, Inspection, refuse_truncated
from imaging.formats.unsupported import sniff_unsupported
from imaging.limits import Limits

INSPECTORS = {
    "JPEG": jpeg.inspect,
    "PNG": png.inspect,
    "WEBP": webp.inspect,
    "GIF": gif.inspect,
    "TIFF": tiff.inspect,
    "BMP": bmp.inspect,
    "AVIF": heif.inspect,
    "HEIF": heif.inspect,
}


def identify(data: bytes, limits: Limits) -> Format:
    """Return the format of a file by its first bytes; raises ImageRefusedError if it is unknown or switched off.

    Nothing else of the file is read, so a format that is off reaches neither its inspector nor its decoder.
    """
    format_, other = sniff_format(data), sniff_unsupported(data)
    if other:
        refuse_unsupported(f"The format {other}")
    if format_ is None:
        raise ImageRefusedError(Reason.NOT_AN_IMAGE, "The content is not an image of a supported format.")
    if format_.name not in limits.enabled_formats:
        accepted = ", ".join(name for name in FORMATS if name in limits.enabled_formats)
        message = f"{format_.name} images are not accepted at present. Convert the image to one of: {accepted}."
        raise ImageRefusedError(Reason.FORMAT_DISABLED, message)
    return format_


def inspect_file(data: bytes, limits: Limits) -> Inspected:
    """Inspect a file, in time linear in its length; raises ImageRefusedError."""
    format_ = identify(data, limits)
    found = Inspection(format_, limits)
    try:
        INSPECTORS[format_.name](data, found)
    except EndOfDataError:
        refuse_truncated()
    if found.space is not None and found.space.is_hdr and not limits.accepts_hdr:
        refuse_unsupported(f"An HDR image ({found.space.transfer})")
    return Inspected(
        data,
        format_,
        limits,
        found.frames,
        found.parts,
        first_scan=found.first_scan,
        exif=found.exif,
        space=found.space,
        has_gain_map=found.has_gain_map,
        has_manifest=found.has_manifest,
        placement=found.placement,
        bits=found.bits,
        profile=found.profile,
        unchecked=found.unchecked,
        is_interrupted=found.is_interrupted,
        coded=found.coded,
        repaired=found.repaired or _patched(data, found.patches),
    )


def _patched(data: bytes, patches: Sequence[tuple[int, bytes]]) -> bytes | None:
    """Return data with other bytes at some offsets, None if there are none."""
    if not patches:
        return None
    changed = bytearray(data)
    for at, content in patches:
        changed[at : at + len(content)] = content
    return bytes(changed)
