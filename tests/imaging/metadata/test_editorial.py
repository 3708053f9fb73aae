"""What editors need: headline, credit, place, date, instructions, terms and how the image was made, from XMP and IPTC."""

import pytest

from imaging.decoding.picture import open_picture
from imaging.metadata.embedded import read_embedded
from imaging.metadata.sanitize import clean_code, parse_date
from imaging.rendering.authorship import Authorship
from imaging.rendering.rendition import crop_thumbnail, resize_to_edges
from tests import pictures
from tests.imaging.limits import LIMITS
from tests.imaging.metadata.packets import in_languages, jpeg, utf8_records, xmp

CODE = "trainedAlgorithmicMedia"
URI = f"http://cv.iptc.org/newscodes/digitalsourcetype/{CODE}"
FIELDS = {
    "headline": "Storm over London",
    "credit": "Onymous Images",
    "source": "Ann's archive",
    "authorTitle": "Staff photographer",
    "city": "London",
    "state": "England",
    "country": "United Kingdom",
    "dateCreated": "2008-05",
    "instructions": "Not before Friday",
}
NAMES = ("Headline", "Credit", "Source", "AuthorsPosition", "City", "State", "Country", "DateCreated", "Instructions")
PACKET = xmp(
    in_languages("xmpRights:UsageTerms", de="Nur redaktionell", default="Editorial use only"),
    " ".join(f'photoshop:{name}="{value}"' for name, value in zip(NAMES, FIELDS.values(), strict=True))
    + f' Iptc4xmpExt:DigitalSourceType="{URI}"',
)
NUMBERS = (105, 110, 115, 85, 90, 95, 101, 55, 40)
RECORDS = utf8_records(*zip(NUMBERS, (FIELDS | {"dateCreated": "20080500"}).values(), strict=True))
TERMS = {"usageTerms": "Editorial use only", "digitalSourceType": CODE}


def about(data: bytes) -> dict[str, object]:
    """Return what people wrote about an image."""
    found: dict[str, object] = read_embedded(open_picture(data, LIMITS))["about"]
    return found


def test_xmp_has_all_fields() -> None:
    """The properties of the IPTC Photo Metadata Standard, the default language first."""
    assert about(jpeg(packet=PACKET)) == FIELDS | TERMS


def test_iptc_has_all_but_two() -> None:
    """Its records are older than usage terms and digital source types. A month of a date is known, its day is not."""
    assert about(jpeg(RECORDS)) == FIELDS


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2008", "2008"),
        ("2008-05", "2008-05"),
        ("2008-05-30", "2008-05-30"),
        ("2008-05-30T10:00:00+02:00", "2008-05-30T10:00:00+02:00"),
        ("2008-05-30Tlater", "2008-05-30"),
        ("2008-13", None),
        ("2008-02-30", None),
        ("08", None),
        ("20080530", None),
        (7, None),
    ],
)
def test_a_date_may_be_a_year_or_a_month(value: object, expected: str | None) -> None:
    """Of old photographs, nobody knows the day."""
    assert parse_date(value) == expected


@pytest.mark.parametrize("value", ["http://example.com/x", "a b", "", "x" * 41, "javascript:alert(1)", None])
def test_other_source_types_are_left_out(value: object) -> None:
    """Only codes of IPTC are published, which pages may show as links."""
    assert clean_code(value) is None


def test_long_texts_are_cut() -> None:
    """A payload of the state machine has a limit."""
    found = about(jpeg(packet=xmp(attributes=f'photoshop:City="{"x" * 999}" photoshop:Headline="{"y" * 999}"')))
    assert (len(str(found["city"])), len(str(found["headline"]))) == (64, 256)


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_renditions_keep_credit_terms_and_source_type(name: str) -> None:
    """Whoever finds a rendition can name the creator, and sees if an AI made it; also where the original's pixels serve."""
    authorship = Authorship("Ann", "(c) Ann", 'Ann & "Co" <b>', "Editorial's use", CODE)
    data = pictures.encoded(pictures.quadrants(), name, quality=20)
    for edge in (30, 1000):
        found = about(resize_to_edges(open_picture(data, LIMITS), [edge], 85, authorship)[edge].data)
        assert found == {
            "artist": "Ann",
            "copyright": "(c) Ann",
            "credit": 'Ann & "Co" (b)',
            "usageTerms": "Editorial's use",
            "digitalSourceType": CODE,
        }
    thumbnail = crop_thumbnail(open_picture(data, LIMITS), 30, 85, Authorship(credit="Ann"))
    assert about(thumbnail.data) == {"credit": "Ann"}


def test_without_them_there_is_no_packet() -> None:
    """A rendition has no needless bytes."""
    assert Authorship("Ann", "(c) Ann").to_notes().xmp == b""
    assert Authorship().to_notes().exif == b""


def test_the_longest_texts_fit_into_a_segment_of_a_jpeg() -> None:
    """Its XMP has at most 64 KB."""
    longest = "\U0001f984" * 256
    data = resize_to_edges(
        open_picture(jpeg(), LIMITS), [30], 85, Authorship(longest, longest, longest[:64], "&" * 256, "a" * 40)
    )[30].data
    assert about(data)["usageTerms"] == "&" * 256
