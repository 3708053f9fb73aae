"""Properties: facts of a file and its image, known before anything is decoded."""

import struct
from hashlib import sha256
from typing import Any

import pytest
from PIL import ImageCms
from PIL.ExifTags import Base
from PIL.PngImagePlugin import PngInfo

from imaging.decoding.picture import open_picture
from imaging.metadata.properties import read_properties
from tests import pictures
from tests.imaging.limits import LIMITS
from tests.imaging.metadata.packets import resource, with_segments

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
EXIF_RESOLUTION = pictures.exif({Base.XResolution: 240.0, Base.ResolutionUnit: 2})


def facts(data: bytes) -> dict[str, Any]:
    """Return the properties of the image in data."""
    return read_properties(open_picture(data, LIMITS))


@pytest.mark.parametrize("name", pictures.examples())
def test_properties_are_those_of_the_image(name: str) -> None:
    """Format, size, mode, transparency, frames and digest are those of the file."""
    data = pictures.examples()[name]
    image = pictures.decoded(data)
    found = facts(data)
    assert found["format"] == name.split(maxsplit=1)[0]
    assert (found["width"], found["height"]) == image.size
    assert found["alpha"] == name.endswith(("RGBA", "LA"))
    assert found["frames"] == getattr(image, "n_frames", 1)
    assert (found["size"], found["sha256"]) == (len(data), sha256(data).hexdigest())


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", pictures.ORIENTATIONS)
def test_width_and_height_are_upright(format_name: str, orientation: int) -> None:
    """The size is that of the upright image, for every orientation."""
    found = facts(pictures.turned(format_name, orientation))
    assert (found["width"], found["height"]) == pictures.SIZE


def jfif(unit: int, density: int) -> bytes:
    """Draw a JPEG whose JFIF header has that density; unit 1 is an inch, 2 a centimeter, 0 none."""
    data = pictures.examples()["JPEG"]
    at = data.index(b"JFIF\0") + 7
    return data[:at] + struct.pack(">BHH", unit, density, density) + data[at + 5 :]


def photoshop(dots: int, data: bytes) -> bytes:
    """Write a Photoshop resolution into a JPEG."""
    return with_segments(data, resource(0x03ED, struct.pack(">IHHIHH", dots << 16, 1, 1, dots << 16, 1, 1)))


def saying(**texts: str) -> PngInfo:
    """Make texts for a PNG."""
    info = PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
    return info


QUADRANTS = pictures.quadrants()
RESOLUTIONS = {
    "JFIF": (jfif(1, 300), 300),
    "JFIF in centimetres": (jfif(2, 100), 254),
    "JFIF without a unit": (jfif(0, 300), None),
    "JFIF of nothing": (jfif(1, 0), None),
    "JPEG with EXIF that has none": (pictures.encoded(QUADRANTS, "JPEG", exif=pictures.exif({Base.Make: "A"})), None),
    "Photoshop before JFIF": (photoshop(144, jfif(1, 72)), 144),
    "EXIF before JFIF": (pictures.encoded(QUADRANTS, "JPEG", dpi=(72, 72), exif=EXIF_RESOLUTION), 240),
    "PNG": (pictures.encoded(QUADRANTS, "PNG", dpi=(300, 300)), 299.9994),
    "PNG with a text": (pictures.encoded(QUADRANTS, "PNG", pnginfo=saying(dpi="300")), None),
    "BMP": (pictures.encoded(QUADRANTS, "BMP", dpi=(96, 96)), 96.0119481535),
    "TIFF": (pictures.encoded(QUADRANTS, "TIFF", dpi=(300, 300)), 300),
    "TIFF that has none": (pictures.encoded(QUADRANTS, "TIFF"), None),
    "WEBP": (pictures.encoded(QUADRANTS, "WEBP", exif=EXIF_RESOLUTION), 240),
}


@pytest.mark.parametrize("name", RESOLUTIONS)
def test_a_resolution_is_there_if_the_file_has_one(name: str) -> None:
    """EXIF comes before Photoshop, and Photoshop before the format; no resolution is invented."""
    data, dots = RESOLUTIONS[name]
    assert facts(data).get("dpi") == dots


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_a_profile_is_named(format_name: str) -> None:
    """The name of a valid color profile is there, and no field says that it is broken."""
    found = facts(pictures.encoded(QUADRANTS, format_name, icc_profile=SRGB))
    assert found["iccProfile"] == "sRGB built-in"
    assert "iccBroken" not in found


@pytest.mark.parametrize(
    "profile", [b"no profile", SRGB[:100], bytes(200), SRGB[:128] + bytes(400)], ids=["noise", "cut", "zeros", "empty"]
)
def test_a_broken_profile_is_reported(profile: bytes) -> None:
    """A profile that cannot be read has no name and is reported as broken; other properties are there."""
    found = facts(pictures.encoded(QUADRANTS, "PNG", icc_profile=profile))
    assert "iccProfile" not in found
    assert found["iccBroken"] is True


def test_a_profile_of_another_color_space_is_reported() -> None:
    """A profile that does not fit the pixels is named, and reported as broken."""
    found = facts(pictures.encoded(QUADRANTS, "PNG", icc_profile=LAB))
    assert found["iccProfile"].startswith("Lab")
    assert found["iccBroken"] is True


def test_without_a_profile_there_are_no_fields_of_one() -> None:
    """An image without a profile has neither field, even if a text has the name of one."""
    for data in (pictures.examples()["PNG"], pictures.encoded(QUADRANTS, "PNG", pnginfo=saying(icc_profile="text"))):
        assert {"iccProfile", "iccBroken"}.isdisjoint(facts(data))
