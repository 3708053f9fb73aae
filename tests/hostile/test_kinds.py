"""Every kind of hostile file ends as an image or as a rejection with its reason, within the time and memory that there is."""

from collections.abc import Callable

import pytest

from tests.hostile import bmps, exifs, gifs, heifs, jpegs, png_texts, pngs, strangers, tiffs, webps
from tests.hostile.kind import Kind

pytestmark = pytest.mark.heavy

FAMILIES = (bmps, exifs, gifs, heifs, jpegs, png_texts, pngs, strangers, tiffs, webps)
KINDS = [kind for family in FAMILIES for kind in family.kinds()]


def test_there_are_many_kinds() -> None:
    """No kind hides another, and there are not fewer than promised."""
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 60


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_hostile_file_does_no_harm(kind: Kind, ended: Callable[[bytes], str]) -> None:
    """It ends as it should, whatever it is."""
    end = ended(kind.make())
    assert end in kind.ends
