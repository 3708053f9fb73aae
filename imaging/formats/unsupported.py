"""Formats that are recognized by their first bytes but not decoded, so that a refusal can name them."""

import re

from imaging.formats.brands import sniff_other_coding

# What XML allows before its first element; each part is tried at one length only, so that nothing takes long.
_PROLOG = rb"(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->)|<!DOCTYPE\s+(?:\w{1,20}:)?svg\b[^>\[]*+(?>\[.*?\]\s*)?>)*+"
# In the order in which they are tried; a CR2 is also a TIFF.
_PATTERNS = {
    "JPEG XL": rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n",
    "JPEG 2000": rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51",
    "JPEG XS": rb"\0\0\0\x0cJXS \r\n\x87\n|\xff\x10\xff\x50",
    "JPEG-LS": rb"\xff\xd8\xff\xf7",
    "JPEG XR": rb"II\xbc[\0\x01]",
    "Photoshop (PSD)": rb"8BPS\0[\x01\x02]",
    "camera RAW (Canon CR2)": rb"II\*\0.{4}CR[\x01\x02]",
    "camera RAW (Canon CR3)": rb".{4}ftypcrx ",
    "camera RAW (Canon CRW)": rb"II.{4}HEAPCCDR",
    "camera RAW (Fujifilm RAF)": rb"FUJIFILMCCD-RAW",
    "camera RAW (Olympus ORF)": rb"IIR[OS]|MMOR",
    "camera RAW (Panasonic RW2)": rb"IIU\0",
    "camera RAW (Minolta MRW)": rb"\0MRM",
    "camera RAW (Sigma X3F)": rb"FOVb",
    "OpenEXR": rb"v/1\x01",
    "Radiance HDR": rb"#\?R(?:ADIANCE|GBE)\n",
    "QOI": rb"qoif.{8}[\x03\x04][\0\x01]",
    "DDS": rb"DDS \|\0\0\0",
    "KTX": rb"\xabKTX [12][10]\xbb",
    "FLIF": rb"FLIF[1-4QSaDTd]",
    "BPG": rb"BPG\xfb",
    "XCF (GIMP)": rb"gimp xcf ",
    "Windows icon": rb"\0\0[\x01\x02]\0[\x01-\xff]\0.{2}\0.{3}",
    "Apple icon": rb"icns",
    "SVG": rb"(?:\xef\xbb\xbf)?" + _PROLOG + rb"<(?:\w{1,20}:)?svg[\s/>]",
    "PostScript (EPS)": rb"%!PS-Adobe|\xc5\xd0\xd3\xc6",
    "FITS": rb"SIMPLE  =",
    "PCX": rb"\x0a[\0\x02-\x05]\x01[\x01\x02\x04\x08]",
    "SGI": rb"\x01\xda[\0\x01][\x01\x02]",
    "Sun raster": rb"\x59\xa6\x6a\x95",
    "Netpbm": rb"P[1-7]\s+(?:#|\d|WIDTH)",
    "PFM": rb"P[Ff]\n\d+\s\d",
    "EMF": rb"\x01\0\0\0.{36} EMF",
    "farbfeld": rb"farbfeld.{8}",
    "DICOM": rb".{128}DICM",
    "XPM": rb"/\* XPM \*/",
    "JBIG2": rb"\x97JB2\r\n\x1a\n",
    "WMF": rb"\xd7\xcd\xc6\x9a\0\0",
    "JNG": rb"\x8bJNG\r\n\x1a\n",
    "MNG": rb"\x8aMNG\r\n\x1a\n",
}
_SIGNATURES = {name: re.compile(pattern, re.DOTALL) for name, pattern in _PATTERNS.items()}


def sniff_unsupported(data: bytes) -> str | None:
    """Return the name of the format that the first bytes of data show, if it is one that is not decoded."""
    head = data[:1024]
    return next((name for name, signature in _SIGNATURES.items() if signature.match(head)), sniff_other_coding(data))
