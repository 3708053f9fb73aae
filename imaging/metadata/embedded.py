"""The metadata that cameras and people wrote into an image: EXIF, IPTC and XMP.

Where they differ, the order is that of the Metadata Working Group (Guidelines for Handling Image Metadata, 2.0, 2010):
EXIF, XMP, IPTC; but IPTC before XMP if Photoshop's digest shows that IPTC was changed without the XMP.
"""

from typing import Any

from imaging.decoding.decode import decode
from imaging.decoding.picture import Picture
from imaging.features.appearance import SAMPLE
from imaging.metadata.exif import read_exif, read_windows_tags
from imaging.metadata.fields import About, Camera, Source, merge
from imaging.metadata.iptc import read_iptc
from imaging.metadata.xmp_fields import read_xmp
from imaging.metadata.xmp_packets import xmp_packets


def read_embedded(picture: Picture) -> dict[str, Any]:
    """Return the JSON objects `camera` and `about`; decodes a PNG, and raises ImageRefusedError if that fails."""
    # The texts of a PNG may lie behind its pixels, which the appearance needs, too.
    image = decode(picture, wanted=SAMPLE).image if picture.format.name == "PNG" else picture.image
    iptc, xmp = read_iptc(picture), read_xmp(*xmp_packets(picture, image))
    edited = (iptc.source, xmp) if iptc.changed else (xmp, iptc.source)
    return merge(
        [
            _heif_orientation(picture),
            read_exif(picture.exif),
            *edited,
            read_windows_tags(picture.exif),
            _png_texts(picture),
        ]
    )


def _heif_orientation(picture: Picture) -> Source:
    """Return the EXIF orientation of a HEIF, which its decoder sets to 1."""
    original = picture.image.info.get("original_orientation") if picture.format.name == "HEIF" else None
    return Source(Camera(orientation=original))


def _png_texts(picture: Picture) -> Source:
    """Return the texts of a PNG whose keywords its standard defines (ISO 15948, 11.3.4.2)."""
    texts = picture.image.info if picture.format.name == "PNG" else {}
    about = About(
        title=texts.get("Title"),
        description=texts.get("Description"),
        artist=texts.get("Author"),
        copyright=texts.get("Copyright"),
    )
    return Source(Camera(software=texts.get("Software")), about)
