"""The image of an AVIF or HEIF that is shown: its items, what its samples mean, and how it is cropped and turned."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imaging.colorimetry.spaces import ColorSpace, from_code_points, is_known
from imaging.errors import refuse_unsupported
from imaging.formats.av1 import code_points
from imaging.formats.boxes import FULL_BOX_HEADER, Box
from imaging.formats.heif_properties import item_properties, placement, primary_item, transformations

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from imaging.formats.coded_data import Range

NCLX = b"nclx"  # type of a `colr` that has code points of H.273
CONFIGURATION = 4  # bytes in an `av1C` before the sequence header, if it is there
ALPHA_SIGNS = (b"auxiliary:alpha", b"hevc:2015:auxid:1")  # in the type of an auxiliary image


@dataclass(frozen=True)
class Relations:
    """How the items of a file belong together."""

    primary: int  # number of the image to show, 0 if none is named
    properties: Mapping[int, Sequence[Box]]  # of each item, in the order in which they apply
    unknown: Collection[int]  # items of which an essential property is unknown
    references: Sequence[tuple[bytes, int, tuple[int, ...]]]  # type, item, and the items that it refers to

    @property
    def alphas(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Each item that is the transparency of others, with these."""
        for name, item, others in self.references:
            if name == b"auxl" and _is_alpha(self.properties.get(item, ())):
                yield item, others


def read_relations(meta: Box) -> Relations:
    """Read how the items belong together; raises EndOfDataError."""
    return Relations(primary_item(meta), *item_properties(meta), list(_all_references(meta)))


def shown_items(relations: Relations) -> set[int]:
    """Return the items that its decoder needs: the primary image, what it is made of, and the transparency of these."""
    needed = defaultdict[int, list[int]](list)
    for name, item, others in relations.references:
        if name == b"dimg":
            needed[item] += others
    for item, others in relations.alphas:
        for other in others:
            needed[other].append(item)
    found, waiting = set[int](), [relations.primary]
    while waiting:
        item = waiting.pop()
        if item not in found:
            found.add(item)
            waiting += needed[item]
    return found


def inspect_shown(meta: Box, relations: Relations, coded: Mapping[int, Sequence[Range]]) -> None:
    """Find color space and placement of the image that is shown; raises ImageRefusedError.

    coded says where the data of each coded item are. libheif crops and turns the image itself, libavif does not.
    """
    properties, item = relations.properties, relations.primary
    parts = [part for name, whole, parts in relations.references if (name, whole) == (b"dimg", item) for part in parts]
    spaces = (
        space
        for number in (item, *parts[:1])
        for space in _spaces(properties.get(number, ()), meta.data, coded.get(number, ()))
    )
    meta.inspection.space = next(spaces, None)
    if meta.inspection.format.name == "AVIF":
        meta.inspection.placement = placement(properties.get(item, ()))
        return
    for alpha, shown in relations.alphas:
        if item in shown:
            _check_alike(properties.get(item, ()), properties.get(alpha, ()))


def _all_references(meta: Box) -> Iterator[tuple[bytes, int, tuple[int, ...]]]:
    return (found for box in meta.find(b"iref", skip=FULL_BOX_HEADER) for found in _references(box))


def _references(box: Box) -> Iterator[tuple[bytes, int, tuple[int, ...]]]:
    """Yield type, item and items that it refers to, of each reference."""
    number = "I" if box.version else "H"
    for reference in box.children(FULL_BOX_HEADER):
        item, count = reference.numbers(f"{number}H")
        box.inspection.add_parts(count)
        yield reference.name, item, reference.numbers(f"{count}{number}", 6 if box.version else 4)


def described_space(properties: Iterable[Box]) -> ColorSpace | None:
    """Return the color space that the first `colr` with code points describes, or None."""
    found = (box for box in properties if box.name == b"colr" and box.data.startswith(NCLX, box.start))
    return next((_space(*box.numbers("HH", len(NCLX))) for box in found), None)


def _space(primaries: int, transfer: int) -> ColorSpace:
    if not is_known(primaries, transfer):
        refuse_unsupported("An image in XYZ, or with a logarithmic transfer function,")
    return from_code_points(primaries, transfer)


def _spaces(properties: Sequence[Box], file: bytes, ranges: Sequence[Range]) -> Iterator[ColorSpace]:
    """Yield the color space in the properties of an item, then that in its AV1 data."""
    described = described_space(properties)
    if described is not None:
        yield described
    headers = [box.data[box.start + CONFIGURATION : box.end] for box in properties if box.name == b"av1C"]
    if headers:
        points = code_points(headers[0]) or next((code_points(file[start:end]) for start, end in ranges), None)
        if points is not None:
            yield _space(*points)


def _is_alpha(properties: Iterable[Box]) -> bool:
    kinds = (box.data[box.start : box.end] for box in properties if box.name == b"auxC")
    return any(sign in kind for kind in kinds for sign in ALPHA_SIGNS)


def _check_alike(image: Sequence[Box], alpha: Sequence[Box]) -> None:
    """Refuse transparency that is not cropped and turned as its image is: decoders do not agree on what that means."""
    if transformations(image) != transformations(alpha):
        refuse_unsupported("A HEIF whose transparency is cropped or turned in another way than its image")
