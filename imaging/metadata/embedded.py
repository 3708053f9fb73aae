"""What is written in a picture, by its camera and by people: EXIF, IPTC and XMP, which may say the same or differ.

Where they differ, the Metadata Working Group decides (Guidelines for Handling Image Metadata, 2.0, 2010): EXIF comes
first, then XMP, then IPTC; but IPTC before XMP where Photoshop's digest shows that it was changed without the XMP.
"""

from typing import Any

from imaging.decoding.decode import decode
from imaging.decoding.picture import Picture
from imaging.metadata.exif import read_exif, read_windows_tags
from imaging.metadata.iptc import read_iptc
from imaging.metadata.merge import About, Camera, Source, merge
from imaging.metadata.xmp_fields import read_xmp


def read_embedded(picture: Picture) -> dict[str, Any]:
    """Return the fields `camera` and `about` of the contract extract-metadata.output; raises ImageRefusedError."""
    image = (
        decode(picture).image if picture.format.name == "PNG" else picture.image
    )  # a PNG's may stand behind its pixels
    exif = image.getexif()
    iptc, xmp = read_iptc(picture), read_xmp(image.info.get("xmp"))
    edited = (iptc.source, xmp) if iptc.changed else (xmp, iptc.source)
    return merge([_heif_orientation(picture), read_exif(exif), *edited, read_windows_tags(exif), _png_texts(picture)])


def _heif_orientation(picture: Picture) -> Source:
    """Return the orientation that the EXIF block of a HEIF had before its decoder set it to 1."""
    told = picture.image.info.get("original_orientation") if picture.format.name == "HEIF" else None
    return Source(Camera(orientation=told))


def _png_texts(picture: Picture) -> Source:
    """Return what a PNG says under the keywords that its standard names (ISO 15948, 11.3.4.2)."""
    said = picture.image.info if picture.format.name == "PNG" else {}
    words = About(
        title=said.get("Title"),
        description=said.get("Description"),
        artist=said.get("Author"),
        copyright=said.get("Copyright"),
    )
    return Source(Camera(software=said.get("Software")), words)
