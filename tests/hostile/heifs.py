"""Hostile AVIFs and HEIFs: false, looping and countless boxes, items and references."""

import struct
from collections.abc import Iterator

from tests import pictures
from tests.hostile.heif_files import CODED, SIZE, File, Item, box, grid, overlay, tile
from tests.hostile.kind import (
    CORRUPT,
    IMAGE,
    NOT_AN_IMAGE,
    TOO_COMPLEX,
    TOO_MANY_FRAMES,
    TOO_MANY_PIXELS,
    TOO_MUCH_METADATA,
    TRUNCATED,
    UNSUPPORTED,
    Kind,
    kind,
)


def kinds() -> Iterator[Kind]:
    """Yield the kinds."""
    for format_name in CODED:
        yield from _sizes_and_places(format_name)
        yield from _contents(format_name)
        yield from _attachments(format_name)
        yield from _boxes(format_name)
    yield from _made()
    yield from _sequences()


def _sizes_and_places(name: str) -> Iterator[Kind]:
    sound = File([tile(name)], name)
    yield kind(f"{name} as the others here are made", sound.written(), IMAGE)
    for size, end in (
        ((2**32 - 1, 2**32 - 1), TOO_MANY_PIXELS),
        ((3000, 3000), IMAGE),
        ((0, 64), CORRUPT),
        ((8, 8), IMAGE),
    ):
        data = File([tile(name, size)], name).written()
        yield kind(f"{name} that says it has {size[0]} by {size[1]}", data, end, CORRUPT)
    beyond = File([tile(name)], name, shift=2**31).written()
    yield kind(f"{name} whose data is beyond its end", beyond, TRUNCATED)
    yield kind(
        f"{name} whose data is elsewhere",
        File([tile(name)], name, shift=-60).written(),
        CORRUPT,
        TRUNCATED,
    )


def _contents(name: str) -> Iterator[Kind]:
    nonsense = Item(CODED[name][0], b"\xa5" * 500)
    yield kind(f"{name} of nonsense", File([nonsense], name).written(), CORRUPT, TRUNCATED)
    yield kind(f"{name} without data", File([Item(CODED[name][0])], name).written(), CORRUPT)
    other = {"HEIF": "AVIF", "AVIF": "HEIF"}[name]
    yield kind(f"{name} with the data of {other}", File([tile(other)], name).written(), UNSUPPORTED)
    for strange in (b"jpeg", b"j2k1", b"unci", b"mime", b"abcd"):
        yield kind(
            f"{name} with an item of {strange.decode()}",
            File([Item(strange, b"?" * 99)], name).written(),
            CORRUPT if strange == b"mime" else UNSUPPORTED,
        )
    yield kind(f"{name} without an item", File([], name).written(), CORRUPT)
    many = File([tile(name), *[Item(CODED[name][0], b"?")] * 1200], name)
    yield kind(f"{name} of 1200 pictures", many.written(), TOO_MANY_FRAMES, CORRUPT, IMAGE)


def _attachments(name: str) -> Iterator[Kind]:
    large = File([tile(name), Item(b"Exif", bytes(2**21))], name)
    yield kind(f"{name} with 2 MB of EXIF", large.written(), TOO_MUCH_METADATA)
    broken = File([tile(name), Item(b"Exif", b"\xff" * 99)], name, [(b"cdsc", 2, (1,))])
    yield kind(f"{name} with EXIF of nonsense", broken.written(), IMAGE, CORRUPT)
    profile = box(b"iprp", box(b"ipco", box(b"colr", b"prof" + bytes(5 * 2**20))))
    yield kind(f"{name} with a profile of 5 MB", File([tile(name)], name, more=profile).written(), TOO_MUCH_METADATA)
    yield kind(
        f"{name} that is its own thumbnail",
        File([tile(name)], name, [(b"thmb", 1, (1,))]).written(),
        IMAGE,
        CORRUPT,
    )
    yield kind(
        f"{name} that is its own transparency",
        File([tile(name)], name, [(b"auxl", 1, (1,))]).written(),
        IMAGE,
        CORRUPT,
    )


def _boxes(name: str) -> Iterator[Kind]:
    data = pictures.examples()[name]
    meta, media = data.index(b"meta") - 4, data.index(b"mdat") - 4
    yield kind(f"{name} with only its brand", data[:meta], TRUNCATED)
    for length in (2, 7, 8, 2**31, 2**32 - 1):
        lying = data[:meta] + struct.pack(">I", length) + data[meta + 4 :]
        walked = (f"items of {length} bytes",)
        yield kind(f"{name} whose items have {length} bytes", lying, CORRUPT, TRUNCATED, combines=walked)
    for length in (0, 15, 2**63, 2**64 - 1):
        lying = data[:media] + struct.pack(">I4sQ", 1, b"mdat", length) + data[media + 8 :]
        walked = (f"data of {length} bytes",)
        yield kind(f"{name} whose data has {length} bytes, in 8", lying, CORRUPT, TRUNCATED, IMAGE, combines=walked)
    endless = data[:media] + bytes(4) + data[media + 4 :]
    yield kind(f"{name} whose data goes to its end", endless, IMAGE)
    many = data + box(b"free") * 300_000
    yield kind(f"{name} with 300,000 empty boxes", lambda: many, TOO_COMPLEX, combines=("many boxes",))
    deep = b""
    for _ in range(5000):
        deep = box(b"meta", bytes(4), deep)
    yield kind(f"{name} with 5000 boxes in each other", data[:meta] + deep, CORRUPT, combines=("deep boxes",))
    for brand in (b"mif1", b"msf1", b"heic", b"avif", b"avis", b"hevc"):
        lying = data[:8] + brand + data[12:]
        yield kind(f"{name} with the brand {brand.decode()}", lying, IMAGE, CORRUPT, NOT_AN_IMAGE, UNSUPPORTED)
    items, all_data = (meta + 4, meta + 40, meta + 200), (media + 4, media + 8, media + 50, len(data) - 1)
    for number, place in enumerate((12, 20, *items, *all_data)):
        yield kind(f"{name} cut at {place}", data[:place], TRUNCATED, combines=(f"boxes cut at place {number}",))


def _made() -> Iterator[Kind]:
    yield kind("HEIF of four tiles", File([grid(2, 2, (128, 128), (2, 2, 2, 2)), tile()]).written(), IMAGE)
    vast = grid(2, 2, (60_000, 60_000), (2, 2, 2, 2))
    yield kind("HEIF of tiles on 60,000 by 60,000", File([vast, tile()]).written(), TOO_MANY_PIXELS)
    lying = Item(b"grid", struct.pack(">BBBBHH", 0, 0, 1, 1, 60_000, 60_000), (128, 128), made_of=(2,) * 4)
    yield kind("HEIF of tiles that says two sizes", File([lying, tile()]).written(), TOO_MANY_PIXELS)
    thousands = grid(64, 64, (4096, 4096), (2,) * 4096)
    yield kind("HEIF of 4096 tiles", File([thousands, tile()]).written(), IMAGE, CORRUPT, TOO_COMPLEX)
    most = grid(256, 256, (6000, 6000), (2,) * 65_535)
    yield kind("HEIF of 65,536 tiles", File([most, tile()]).written(), CORRUPT, TOO_COMPLEX)
    yield kind("HEIF with a tile too few", File([grid(2, 2, (128, 128), (2, 2, 2)), tile()]).written(), IMAGE, CORRUPT)
    yield kind("HEIF of tiles that are not there", File([grid(2, 2, (128, 128), (7, 8, 9, 10))]).written(), CORRUPT)
    yield kind("HEIF made of itself", File([grid(1, 1, SIZE, (1,))]).written(), CORRUPT)
    ring = [grid(1, 1, SIZE, (2,)), grid(1, 1, SIZE, (3,)), grid(1, 1, SIZE, (1,))]
    yield kind("HEIF whose items are made of each other", File(ring).written(), CORRUPT)
    tower = [grid(2, 2, (64, 64), (number + 1,) * 4) for number in range(1, 20)]
    yield kind("HEIF of tiles of tiles, 20 deep", File([*tower, tile()]).written(), CORRUPT, TOO_COMPLEX)
    layers = [overlay((64, 64), *(number + 1,) * 9) for number in range(1, 20)]
    yield kind(
        "HEIF of layers of layers, 20 deep",
        File([*layers, tile()]).written(),
        CORRUPT,
        TOO_COMPLEX,
        IMAGE,
    )
    yield kind("HEIF of a layer", File([overlay((90, 90), 2), tile()]).written(), IMAGE, CORRUPT)
    yield kind(
        "HEIF of layers on 60,000 by 60,000",
        File([overlay((60_000, 60_000), 2), tile()]).written(),
        TOO_MANY_PIXELS,
    )
    yield kind("HEIF that is the same as itself", File([Item(b"iden", made_of=(1,))]).written(), CORRUPT)
    avif = File([grid(2, 2, (128, 128), (2, 3, 4, 5)), *[tile("AVIF")] * 4], "AVIF")
    yield kind("AVIF of four tiles", avif.written(), IMAGE)


def _sequences() -> Iterator[Kind]:
    data = pictures.animation("AVIF", 3)
    at = data.index(b"stsz") + 12
    yield kind("AVIF of 3 frames", data, IMAGE)
    for count in (0, 1001, 2**32 - 1):
        ends = (TOO_MANY_FRAMES,) if count else (CORRUPT, IMAGE)
        yield kind(
            f"AVIF that says it has {count} frames", data[:at] + struct.pack(">I", count) + data[at + 4 :], *ends
        )
    at = data.index(b"mdhd") + 24
    yield kind("AVIF of frames that no time passes for", data[:at] + bytes(4) + data[at + 4 :], IMAGE, CORRUPT)
    tracks = data.index(b"moov") - 4
    yield kind("AVIF of frames without its tracks", data[:tracks], CORRUPT, TRUNCATED, IMAGE)
