"""Sources: each cleaned and bounded, and all brought together."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.metadata.merge import MAX_DESCRIPTION, MAX_KEYWORD, MAX_KEYWORDS, About, Camera, Source, merge
from tests.imaging.metadata.values import VALUES
from workflow import contracts

SAMPLE = contracts.schema("extract-metadata.output")["examples"][0]
SOUND = {"taken_at", "flash", "gps"}  # what a source tells only if it is sound
UNSOUND = {field.name: VALUES for field in fields(Camera) if field.name not in SOUND}
SAYINGS = {field.name: VALUES for field in fields(About) if field.name != "keywords"}


@given(
    camera=st.builds(Camera, **UNSOUND),
    words=st.builds(About, **SAYINGS, keywords=st.lists(VALUES, max_size=5)),
)
def test_whatever_a_source_says_the_contract_is_kept(camera: Camera, words: About) -> None:
    """Values of any kind become the contract's, or are dropped."""
    contracts.check("extract-metadata.output", SAMPLE | merge([Source(camera, words)]))


def test_the_longest_sayings_keep_the_contract() -> None:
    """Texts without end are cut where the contract has it, and so are keywords without number."""
    long = "x" * 5000
    words = About(long, long, [f"{number:03} {long}" for number in range(500)], long, long)
    told = merge([Source(Camera(make=long, model=long, lens=long, software=long), words)])
    contracts.check("extract-metadata.output", SAMPLE | told)
    assert len(told["about"]["description"]) == MAX_DESCRIPTION
    assert [len(keyword) for keyword in told["about"]["keywords"]] == [MAX_KEYWORD] * MAX_KEYWORDS


def test_the_first_source_that_tells_a_field_counts() -> None:
    """Sources complete one another; where two tell the same field the earlier one wins."""
    first = Source(Camera(make="Canon", iso=0), About(title=" ", keywords=["one"]))
    second = Source(Camera(make="Nikon", iso=100), About(title="Title", keywords=["two", "three"]))
    assert merge([first, second]) == {
        "camera": {"make": "Canon", "iso": 100},
        "about": {"title": "Title", "keywords": ["one"]},
    }


@pytest.mark.parametrize("sources", [[], [Source()], [Source(), Source()]])
def test_nothing_said_is_nothing_told(sources: list[Any]) -> None:
    """Sources that say nothing make nothing up."""
    assert merge(sources) == {"camera": {}, "about": {}}
