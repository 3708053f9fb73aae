"""XMP packets: their properties by name, in any notation; nothing of a hostile packet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.metadata.xmp import MAX_BYTES, MAX_DEPTH, parse_packet
from tests.imaging.metadata.packets import in_languages, several, xmp

BOM = "\ufeff"
WRAPPED = f'<?xpacket begin="{BOM}" id="W5M0MpCehiHzreSzNTczkc9d"?>{{}}{" " * 2000}<?xpacket end="w"?>'
NAMES = ["a", "rdf:li", "rdf:Alt", "rdf:Description", "dc:title", "dc:subject", "exif:Flash", "exif:Fired", "x:y"]


def element(name: str, content: str, attributes: dict[str, str]) -> str:
    """Make an element."""
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{written}>{content}</{name}>"


@pytest.mark.parametrize(
    ("packet", "properties"),
    [
        (xmp("<dc:title>Title</dc:title>"), {"dc:title": ["Title"]}),
        (xmp(attributes='tiff:Make="Leica" tiff:Model="M9"'), {"tiff:Make": ["Leica"], "tiff:Model": ["M9"]}),
        (xmp(several("dc:subject", "one", "two")), {"dc:subject": ["one", "two"]}),
        (xmp(several("dc:creator", "Ann", container="Seq")), {"dc:creator": ["Ann"]}),
        (xmp(in_languages("dc:title", de="Titel", default="Title")), {"dc:title": ["Title", "Titel"]}),
        (xmp(in_languages("dc:title", de="Titel", fr="Titre")), {"dc:title": ["Titel", "Titre"]}),
        (xmp("<dc:title>a &amp; b &#233; <![CDATA[<c>]]></dc:title>"), {"dc:title": ["a & b é <c>"]}),
        (xmp("<dc:title> </dc:title><dc:rights/>"), {}),
        (
            xmp('<exif:Flash rdf:parseType="Resource"><exif:Fired>True</exif:Fired></exif:Flash>'),
            {"exif:Flash/exif:Fired": ["True"]},
        ),
        (
            xmp('<exif:Flash><rdf:Description exif:Fired="True"/></exif:Flash>'),
            {"exif:Flash/exif:Fired": ["True"]},
        ),
        (xmp('<exif:Flash exif:Fired="True"/>'), {"exif:Flash/exif:Fired": ["True"]}),
        (
            xmp("<dc:title><rdf:Description><rdf:value>Title</rdf:value></rdf:Description></dc:title>"),
            {"dc:title": ["Title"]},
        ),
        (xmp('<title xmlns="http://purl.org/dc/elements/1.1/">Title</title>'), {"dc:title": ["Title"]}),
        (xmp('<a:title xmlns:a="http://example.com/">Title</a:title>'), {"?:title": ["Title"]}),
    ],
)
def test_properties_are_read_in_any_notation(packet: bytes, properties: dict[str, list[str]]) -> None:
    """Elements, attributes, lists, languages, structures and qualified values give a property its values."""
    assert parse_packet(packet) == properties


@pytest.mark.parametrize(
    "packet",
    [
        WRAPPED.format(xmp("<dc:title>Title</dc:title>").decode()).encode(),
        b"\xef\xbb\xbf" + xmp("<dc:title>Title</dc:title>"),
        xmp("<dc:title>Title</dc:title>") + bytes(100),
        xmp("<dc:title>Title</dc:title>") + b"<unclosed>",
        xmp("<dc:title>Title</dc:title>").decode().encode("utf-16"),
        xmp("<dc:title>Title</dc:title>")
        .replace(b'<x:xmpmeta xmlns:x="adobe:ns:meta/">', b"")
        .replace(b"</x:xmpmeta>", b""),
    ],
    ids=["in a wrapper", "with a mark of order", "with zeros behind", "with junk behind", "in UTF-16", "bare"],
)
def test_wrappers_and_padding_are_ignored(packet: bytes) -> None:
    """Wrappers and padding do not matter; UTF-16 with a byte order mark is read."""
    assert parse_packet(packet) == {"dc:title": ["Title"]}


LAUGHS = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
SOUND = xmp("<dc:title>Title</dc:title>")
ASKING = xmp("<dc:title>&title;</dc:title>").decode()
UNSOUND = {
    "laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>{ASKING.replace("&title;", "&l9;")}'.encode(),
    "a long entity often": f'<!DOCTYPE x [<!ENTITY title "{"ha" * 50_000}">]>{ASKING.replace(";", ";" * 99)}'.encode(),
    "a file": f'<!DOCTYPE x [<!ENTITY title SYSTEM "file:///etc/passwd">]>{ASKING}'.encode(),
    "a definition elsewhere": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + SOUND,
    "a parameter elsewhere": b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p.dtd">%p;]>' + SOUND,
    "a default": b'<!DOCTYPE x [<!ATTLIST rdf:Description dc:title CDATA "Title">]>' + xmp(),
    "an unknown entity": ASKING.encode(),
    "an unknown prefix": xmp("<no:title>Title</no:title>"),
    "not closed": SOUND.replace(b"</rdf:Description>", b""),
    "cut short": SOUND[:-30],
    "a control character": SOUND.replace(b"Title", b"\x01"),
    "too deep": xmp("<a>" * MAX_DEPTH + "<dc:title>Title</dc:title>" + "</a>" * MAX_DEPTH),
    "too long": xmp(f"<dc:title>{'x' * MAX_BYTES}</dc:title>"),
    "nothing": b"",
    "zeros": bytes(3),
    "no XMP": b"<html></html>",
}


@pytest.mark.parametrize("name", UNSOUND)
def test_an_invalid_packet_has_no_properties(name: str) -> None:
    """A packet that declares a document type, is too long or too deep, or is invalid XML has no properties."""
    assert parse_packet(UNSOUND[name]) == {}


@pytest.mark.parametrize("encoding", ["utf-7", "cp037", "ISO-8859-1", "unicode_escape", "rot13"])
def test_a_declared_encoding_is_ignored(encoding: str) -> None:
    """A packet is read as UTF-8 and not in the encoding that it declares, so that no codec turns text into markup."""
    packet = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + xmp("<dc:title>+ADw-Tïtle\\x3c</dc:title>")
    assert parse_packet(packet) == {"dc:title": ["+ADw-Tïtle\\x3c"]}


def test_depth_has_a_limit() -> None:
    """Elements may be nested as deep as the limit, the three around the property included, and no deeper."""
    inside = MAX_DEPTH - 4
    packet = xmp("<a>" * inside + "<dc:title>Title</dc:title>" + "</a>" * inside)
    assert list(parse_packet(packet).values()) == [["Title"]]
    assert (
        parse_packet(packet.replace(b"<dc:title>", b"<a><dc:title>").replace(b"</dc:title>", b"</dc:title></a>")) == {}
    )


ELEMENTS = st.recursive(
    st.text(st.characters(codec="utf-8", exclude_characters="<&", exclude_categories=["Cc"]), max_size=20),
    lambda inner: st.builds(
        element,
        st.sampled_from(NAMES),
        st.lists(inner, max_size=3).map("".join),
        st.dictionaries(
            st.sampled_from(["xml:lang", "exif:Fired", "rdf:parseType"]), st.sampled_from(["x-default", "en"])
        ),
    ),
    max_leaves=12,
)


@given(packet=st.binary(max_size=300) | ELEMENTS.map(xmp) | ELEMENTS.map(lambda text: text.encode()))
def test_any_packet_raises_nothing(packet: bytes) -> None:
    """Any bytes and elements raise nothing, and all values are texts that are not blank."""
    for values in parse_packet(packet).values():
        assert all(isinstance(value, str) and value.strip() for value in values)


@given(data=st.data())
def test_a_damaged_packet_raises_nothing(data: st.DataObject) -> None:
    """A packet with a changed byte, or cut anywhere, raises nothing."""
    packet = bytearray(xmp(several("dc:subject", "one", "two") + in_languages("dc:title", default="Title")))
    packet[data.draw(st.integers(0, len(packet) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(parse_packet(bytes(packet[: data.draw(st.integers(0, len(packet)))])), dict)
