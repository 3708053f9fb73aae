"""XMP: the packet of RDF in XML that editors write into an image (ISO 16684-1), parsed as untrusted input."""

import re
from collections import defaultdict
from contextlib import suppress

MAX_BYTES = 1 << 20  # of a packet; that of a JPEG has at most 64 KB
MAX_DEPTH = 24  # nested elements; a keyword is six deep

INVALID = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")  # control characters, U+FFFE and U+FFFF

# The first bytes of a packet in 16 bits: a byte order mark, or "<".
UTF16 = {"utf-16-le": (b"\xff\xfe", b"<\0"), "utf-16-be": (b"\xfe\xff", b"\0<")}

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"
STRUCTURE = ""  # the short name of elements that only group properties
NAMESPACES = {
    RDF: STRUCTURE,
    XML: STRUCTURE,
    "adobe:ns:meta/": STRUCTURE,
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://ns.adobe.com/xap/1.0/": "xmp:",
    "http://ns.adobe.com/tiff/1.0/": "tiff:",
    "http://ns.adobe.com/exif/1.0/": "exif:",
    "http://ns.adobe.com/exif/1.0/aux/": "aux:",
    "http://cipa.jp/exif/1.0/": "exifEX:",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop:",
    "http://ns.adobe.com/xap/1.0/rights/": "xmpRights:",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt:",
}

Properties = dict[str, list[str]]


class UnsafePacketError(Exception):
    """The packet declares a document type, and so maybe entities, or is nested too deeply."""


def parse_packet(packet: bytes) -> Properties:
    """Return the values of the properties of packet by name, such as dc:title; nothing if it is invalid.

    If a text has several languages, the default comes first. A field of a structure has a name such as exif:Flash/exif:Fired.
    """
    from xml.parsers import expat

    rdf = _RdfHandler()
    parser = expat.ParserCreate("utf-8", " ")  # not the declared encoding: the standard requires UTF-8 in images
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = rdf.refuse
    parser.StartElementHandler = rdf.start
    parser.EndElementHandler = rdf.end
    parser.CharacterDataHandler = rdf.text
    with suppress(expat.ExpatError, UnsafePacketError):
        parser.Parse(_readable(packet[:MAX_BYTES]), True)
    return rdf.properties if rdf.is_whole else {}


def _readable(packet: bytes) -> bytes:
    """Return packet without what no XML may hold, so that a damaged character does not cost all properties."""
    encoding = next((name for name, starts in UTF16.items() if packet.startswith(starts)), "utf-8")
    return INVALID.sub(b" ", packet.decode(encoding, "replace").encode())


class _RdfHandler:
    """The state of parsing an RDF packet with expat."""

    def __init__(self) -> None:
        self.properties: Properties = defaultdict(list)
        self.is_whole = False  # the RDF is complete; what follows does not matter
        self._path: list[str] = []  # short names of the open elements
        self._text: list[str] = []
        self._language = ""

    def refuse(self, *_: object) -> None:
        """Refuse a document type: no packet needs one, and attacks use it."""
        raise UnsafePacketError

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element; its attributes may be properties, too."""
        if len(self._path) == MAX_DEPTH:
            raise UnsafePacketError
        self._path.append(_short(name))
        self._text, self._language = [], attributes.get(f"{XML} lang", "")
        for attribute, value in attributes.items():
            if short := _short(attribute):
                self._keep([*self._path, short], value)

    def text(self, data: str) -> None:
        """Add a piece of the text of an element."""
        self._text.append(data)

    def end(self, name: str) -> None:
        """Close an element; its text is a value unless it held other elements."""
        self._keep(self._path, "".join(self._text))
        self._path.pop()
        self._text = []
        self.is_whole |= name == f"{RDF} RDF"

    def _keep(self, path: list[str], value: str) -> None:
        if value.strip():
            values = self.properties["/".join(filter(None, path))]
            values.insert(0 if self._language == "x-default" else len(values), value)


def _short(name: str) -> str:
    """Return the name with its usual prefix, `?:` for an unknown namespace."""
    namespace, _, local = name.rpartition(" ")
    prefix = NAMESPACES.get(namespace, "?:")
    return prefix and prefix + local
