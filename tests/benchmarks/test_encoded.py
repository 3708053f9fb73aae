"""AVIF and WebP beside a JPEG: what is measured, and how bytes at the same quality are found."""

from io import BytesIO
from math import log

import pytest
from PIL import Image

from benchmarks import variants
from benchmarks.drawings import DRAWINGS
from benchmarks.photographs import Original
from benchmarks.tables import encoded
from benchmarks.variants import Variant, at_score
from benchmarks.verdicts import of_variants

POINTS = [(70.0, 1000, 60), (80.0, 4000, 80), (90.0, 16000, 90)]


@pytest.mark.parametrize(
    ("score", "bytes_", "quality"), [(80, 4000, 80), (75, 2000, 70), (85, 8000, 85), (60, 250, 40), (100, 64000, 100)]
)
def test_bytes_at_a_score_are_between_those_of_its_neighbors(score: float, bytes_: float, quality: float) -> None:
    """Ten points more take four times the bytes, between the points and beyond."""
    found_bytes, found_quality = at_score(POINTS[::-1], score)
    assert found_bytes == pytest.approx(bytes_)
    assert found_quality == pytest.approx(quality)


def test_a_photograph_is_compared_with_its_jpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each format has a row for each edge that is well below the photograph's; drawings are beside a PNG."""

    class Judge:
        """More bytes are better."""

        def __init__(self, *_: object) -> None:
            pass

        def score(self, data: bytes) -> float:
            return log(len(data))

    monkeypatch.setattr(variants, "Judge", Judge)
    monkeypatch.setattr(variants, "PHOTOGRAPHS", (Original("local/photographs/rocket.jpg"),))
    monkeypatch.setattr(variants, "DRAWINGS", {"chart": lambda: DRAWINGS["chart"]().crop((0, 600, 300, 800))})
    photograph, drawing = variants.variants(1, edges=(640, 100))
    assert [(one.edge, one.format, one.family) for one in photograph.rows] == [
        (100, "AVIF", "JPEG"),
        (100, "WEBP", "JPEG"),
    ]
    assert all(one.equal_share == pytest.approx(1, abs=0.02) for one in photograph.rows)
    assert [(one.picture, one.family, one.score) for one in drawing.rows] == [("chart", "PNG", None)] * 2
    assert len(encoded([*photograph.rows, *drawing.rows]).rows) == 4


def test_the_verdict_is_on_the_mean_of_an_edge() -> None:
    """The geometric mean of each format and edge has a bound; drawings have none."""
    shares = {"AVIF": (0.5, 0.6), "WEBP": (0.8, 0.9)}
    rows = [
        Variant("a", 800, name, "JPEG", 1000, 80, 0.5, 80, share, 60, 0.1)
        for name, both in shares.items()
        for share in both
    ]
    rows.append(Variant("chart", 800, "AVIF", "PNG", 1000, None, 2.0, None, None, None, 0.1))
    assert [(one.what[-12:], one.measured, one.met) for one in of_variants(rows)] == [
        ("AVIF, 800 px", "0.50 to 0.60, mean 0.55", True),
        ("WEBP, 800 px", "0.80 to 0.90, mean 0.85", False),
    ]


def test_drawings_are_no_photographs() -> None:
    """They have the sizes of screens, and are drawn the same each time."""
    for draw in DRAWINGS.values():
        first, second = BytesIO(), BytesIO()
        draw().save(first, "PNG")
        draw().save(second, "PNG")
        assert first.getvalue() == second.getvalue()
        assert min(Image.open(first).size) >= 700
