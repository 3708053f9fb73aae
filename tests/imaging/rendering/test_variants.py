"""Variants: the same image in AVIF and WebP, only where that is worth it, and only within bounds."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from imaging.decoding.picture import open_picture
from imaging.formats import FORMATS, VARIANTS
from imaging.rendering import variants
from imaging.rendering.authorship import Authorship
from imaging.rendering.rendition import Rendition, Wanted, crop_to_sizes, resize_to_edges
from imaging.rendering.variants import SMALL_PIXELS, avif_quality, jpeg_quality, plan_variants, webp_quality
from tests import pictures
from tests.imaging.limits import LIMITS

ROCKET = Path(__file__).parents[3] / "local/photographs/rocket.jpg"
BY_NAME = pytest.mark.parametrize("name", VARIANTS)


def photograph(size: pictures.Size = (300, 200), format_name: str = "JPEG", **options: int) -> bytes:
    """Return a real photograph, of which noise has not the structure that encoders are made for."""
    with Image.open(ROCKET) as image:
        small = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    return pictures.encoded(small, format_name, **options)


def half_transparent() -> bytes:
    """Return a PNG of the photograph that fades out."""
    image = Image.open(BytesIO(photograph()))
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return pictures.encoded(image, "PNG")


def drawing() -> bytes:
    """Return a PNG of few colors."""
    image = Image.new("P", (300, 200), 1)
    image.putpalette([255, 255, 255, 200, 0, 0, 0, 0, 90])
    for step in range(0, 300, 10):
        image.paste(step % 3, (step, step // 2, step + 7, 200))
    return pictures.encoded(image, "PNG")


def resized(data: bytes, edges: list[int], names: tuple[str, ...] = VARIANTS) -> dict[int, Rendition]:
    """Return data resized to edges, with variants."""
    return resize_to_edges(open_picture(data, LIMITS), edges, 82, Authorship(artist="Ann"), names)


def test_a_photograph_has_every_format_that_is_asked_for() -> None:
    """Each image has each format once, in the order of preference, with its size, its pixels and its author."""
    for edge, rendition in resized(photograph(), [200, 100], VARIANTS[::-1]).items():
        assert rendition.format.name == "JPEG"
        assert [one.format.name for one in rendition.variants] == list(VARIANTS)
        for one in rendition.variants:
            assert max(one.width, one.height) == edge
            assert len(one.data) < len(rendition.data)
            with Image.open(BytesIO(one.data)) as image:
                assert (image.format, image.size) == (one.format.name, (one.width, one.height))
                assert image.getexif()[0x13B] == "Ann"
            assert pictures.difference(pictures.decoded(one.data), pictures.decoded(rendition.data)) < 8


def test_without_formats_nothing_changes() -> None:
    """By default the rendition is all there is, byte for byte as with formats beside it."""
    data = photograph()
    (alone,), (beside,) = (resized(data, [100], names).values() for names in ((), VARIANTS))
    assert alone.variants == ()
    assert alone.data == beside.data


def test_a_format_that_is_the_rendition_s_own_is_not_repeated() -> None:
    """A WebP has no second WebP."""
    data = photograph((600, 400), "WEBP", quality=95)
    (rendition,) = resized(data, [400]).values()
    assert rendition.format.name == "WEBP"
    assert [one.format.name for one in rendition.variants] == ["AVIF"]


def test_transparency_is_kept() -> None:
    """Half-transparent pixels stay so in every format."""
    for one in resized(half_transparent(), [100])[100].variants:
        alpha = pictures.decoded(one.data).convert("RGBA").getchannel("A")
        assert alpha.getextrema() != (255, 255)


def test_a_drawing_stays_lossless_where_that_is_smaller() -> None:
    """The WebP of a PNG of few colors has the pixels of the PNG; a format with more bytes than the PNGs is left out."""
    found = resized(drawing(), [300])[300]
    assert found.format.name == "PNG"
    (webp,) = (one for one in found.variants if one.format.name == "WEBP")
    assert pictures.decoded(webp.data).convert("RGB").tobytes() == pictures.decoded(found.data).convert("RGB").tobytes()
    assert all(len(one.data) < len(found.data) for one in found.variants)


def test_a_format_is_complete_or_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A format whose images have as many bytes in all as the renditions is left out of all of them, and no other is."""
    monkeypatch.setattr(variants, "encode_avif", lambda *_: bytes(10**6))
    for rendition in resized(photograph(), [200, 100]).values():
        assert [one.format.name for one in rendition.variants] == ["WEBP"]


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("Failed to encode image")])
def test_without_memory_for_a_format_there_is_the_rendition(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """The image is not lost because an encoder, which needs more memory than the decoder, has too little."""

    def fail(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(variants, "encode_avif", fail)
    (rendition,) = resized(photograph(), [100]).values()
    assert [one.format.name for one in rendition.variants] == ["WEBP"]


@BY_NAME
def test_the_quality_is_that_of_a_jpeg(name: str) -> None:
    """Each step up in quality is one in the other format, too, within what encoders accept."""
    quality_of = {"AVIF": avif_quality, "WEBP": webp_quality}[name]
    for pixels in (1, SMALL_PIXELS, SMALL_PIXELS + 1):
        found = [quality_of(quality, pixels) for quality in range(1, 101)]
        assert found == sorted(found)
        assert (found[-1], found[0] > 0) == (100, True)


def test_beside_a_webp_the_quality_is_that_of_the_webp() -> None:
    """An AVIF beside a WebP looks like the WebP: libwebp's 80 is a JPEG's 70."""
    webp, large = FORMATS["WEBP"], SMALL_PIXELS + 1
    assert [jpeg_quality(quality, webp, large) for quality in (1, 5, 80, 100)] == [1, 1, 70, 100]
    assert [jpeg_quality(quality, webp, SMALL_PIXELS) for quality in (54, 67, 100)] == [50, 70, 100]
    assert jpeg_quality(80, FORMATS["PNG"], 1) == 80


@pytest.mark.parametrize("number", [1, 2])
def test_a_webp_without_memory_is_left_out(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Pillow reports libwebp's lack of memory as an error of a value: the rendition is enough then, too."""

    def fail(*_: object, **__: object) -> None:
        raise ValueError(f"encoding error {number}")

    webp = photograph((200, 100), "WEBP")
    monkeypatch.setitem(Image.SAVE, "WEBP", fail)
    (rendition,) = resized(photograph(), [100], ("WEBP",)).values()
    assert (rendition.format.name, rendition.variants) == ("JPEG", ())
    with pytest.raises(MemoryError):
        resized(webp, [100], ())


def test_large_images_have_no_variants() -> None:
    """The smaller images come first; what is over the bound of one or of all has none; many pixels are encoded faster."""
    wide, large, small = (2048, 2048), (2048, 2049), (1600, 1200)
    plan = plan_variants(["WEBP", "AVIF"], [large, wide, small])
    assert [bool(plan[size].names) for size in (large, wide, small)] == [False, True, True]
    assert plan[small].names == VARIANTS
    assert {one.speed for one in plan.values()} == {variants.FAST}
    assert plan_variants(VARIANTS, [small])[small].speed == variants.CAREFUL
    square = plan_variants(VARIANTS, [wide])[wide]
    assert (square.names, square.speed) == (VARIANTS, variants.CAREFUL)
    many = [(1600, 1600 - number) for number in range(8)]
    chosen = [size for size, further in plan_variants(VARIANTS, many).items() if further.names]
    assert chosen == many[:-4:-1]
    assert sum(width * height for width, height in chosen) <= variants.MOST_IN_ALL


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF"])
def test_encoders_have_the_memory_of_the_decoded_original(name: str) -> None:
    """It is freed before they run, and what they do is the same."""
    picture = open_picture(pictures.encoded(pictures.quadrants(), name), LIMITS)
    found = resize_to_edges(picture, [60, 30], 82, variants=VARIANTS)
    with pytest.raises(ValueError, match="closed"):
        picture.image.getpixel((0, 0))
    again = resize_to_edges(open_picture(picture.data, LIMITS), [60], 82, variants=VARIANTS)
    assert found[60] == again[60]


def test_images_without_variants_are_the_same_beside_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest, which have no further formats, are made first and are in their place."""
    monkeypatch.setattr(variants, "MOST_PIXELS", 9_000)
    data = photograph()
    found, alone = resized(data, [200, 150, 100, 50]), resized(data, [200, 150, 100, 50], ())
    assert [(edge, one.width, bool(one.variants)) for edge, one in found.items()] == [
        (200, 200, False),
        (150, 150, False),
        (100, 100, True),
        (50, 50, True),
    ]
    assert [one.data for one in found.values()] == [one.data for one in alone.values()]


@pytest.mark.parametrize("orientation", [1, 6])
def test_thumbnails_have_the_shapes_that_are_wanted(orientation: int) -> None:
    """Each size gives a crop with its proportions around the focal point, not enlarged; what repeats another is left out."""
    data = pictures.turned("PNG", orientation, (200, 100))
    sizes = [(40, 40), (64, 36), (20, 80), (640, 360), (1280, 720)]
    found = crop_to_sizes(open_picture(data, LIMITS), sizes, Wanted(82), (0.95, 0.95))
    assert {size: (one.width, one.height) for size, one in found.items()} == {
        (40, 40): (40, 40),
        (64, 36): (64, 36),
        (20, 80): (20, 80),
        (640, 360): (178, 100),
    }
    for one in found.values():
        corner = pictures.decoded(one.data).convert("RGB").getpixel((one.width - 1, one.height - 1))
        assert pictures.close(corner, pictures.QUADRANTS[3], 30)


def test_each_thumbnail_is_what_it_is_alone() -> None:
    """One decoding serves all shapes."""
    data = photograph((600, 400))
    sizes = [(50, 50), (160, 90)]
    together = crop_to_sizes(open_picture(data, LIMITS), sizes, Wanted(82, variants=VARIANTS))
    for size in sizes:
        alone = crop_to_sizes(open_picture(data, LIMITS), [size], Wanted(82))[size]
        assert pictures.difference(pictures.decoded(together[size].data), pictures.decoded(alone.data)) < 6
        assert [one.format.name for one in together[size].variants] == list(VARIANTS)
