"""Every kind of hostile file ends as an image or as a rejection with its reason, within the limits of time and memory."""

from collections.abc import Callable

import pytest

from tests.effort import repetition
from tests.hostile import bmps, exifs, gifs, heifs, jpegs, not_images, png_texts, pngs, tiffs, webps
from tests.hostile.kind import IMAGE, Kind, kind, repetitions

pytestmark = pytest.mark.heavy

FAMILIES = (bmps, exifs, gifs, heifs, jpegs, png_texts, pngs, not_images, tiffs, webps)
KINDS = [kind for family in FAMILIES for kind in family.kinds()]


def test_there_are_many_kinds() -> None:
    """No two kinds have the same name, and there are at least as many as stated."""
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 60


def test_a_repetition_adds_no_feature() -> None:
    """A kind without features, or with a new one, is not a repetition."""
    plain, first, other = kind("plain", b"", IMAGE), combining("a", "1"), combining("b", "1")
    assert repetitions([plain, plain, first, other, combining("a", "2")]) == set()
    assert repetitions([first, other, combining("b", "2"), combining("a", "2")]) == {combining("a", "2")}


def combining(*features: str) -> Kind:
    """Return a kind that combines features."""
    return Kind(" ".join(features), bytes, (IMAGE,), features)


REPETITIONS = repetitions(KINDS)


@pytest.mark.share(190)
@pytest.mark.parametrize(
    "hostile",
    [pytest.param(one, id=one.name, marks=repetition if one in REPETITIONS else ()) for one in KINDS],
)
def test_a_hostile_file_does_no_harm(hostile: Kind, ended: Callable[[bytes], str]) -> None:
    """Each kind ends with one of its outcomes."""
    end = ended(hostile.make())
    assert end in hostile.ends
