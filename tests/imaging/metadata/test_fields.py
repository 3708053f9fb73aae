"""Sources of metadata: each sanitized, and all merged."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.metadata.fields import MAX_DESCRIPTION, MAX_KEYWORD, MAX_KEYWORDS, About, Camera, Editorial, Source, merge
from tests.imaging.metadata.values import VALUES
from workflow import contracts

SAMPLE = contracts.schema("extract-metadata.output")["examples"][0]
SOUND = {"taken_at", "flash", "gps"}  # fields that are valid or None in a source
UNSOUND = {field.name: VALUES for field in fields(Camera) if field.name not in SOUND}
SAYINGS = {field.name: VALUES for field in fields(About) if field.name not in {"keywords", "editorial"}}
EDITORIAL = {field.name: VALUES for field in fields(Editorial)}


@given(
    camera=st.builds(Camera, **UNSOUND),
    words=st.builds(
        About, **SAYINGS, keywords=st.lists(VALUES, max_size=5), editorial=st.builds(Editorial, **EDITORIAL)
    ),
)
def test_any_source_keeps_the_contract(camera: Camera, words: About) -> None:
    """Values of any kind become those of the contract, or are dropped."""
    contracts.check("extract-metadata.output", SAMPLE | merge([Source(camera, words)]))


def test_longest_texts_keep_the_contract() -> None:
    """Texts and lists of keywords are cut at the limits of the contract."""
    long = "x" * 5000
    words = About(long, long, [f"{number:03} {long}" for number in range(500)], long, long, Editorial(*[long] * 11))
    fields = merge([Source(Camera(make=long, model=long, lens=long, software=long), words)])
    contracts.check("extract-metadata.output", SAMPLE | fields)
    assert len(fields["about"]["description"]) == MAX_DESCRIPTION
    assert [len(keyword) for keyword in fields["about"]["keywords"]] == [MAX_KEYWORD] * MAX_KEYWORDS


def test_first_source_that_has_a_field_counts() -> None:
    """Sources complete one another; if two have the same field, the earlier one counts."""
    first = Source(Camera(make="Canon", iso=0), About(title=" ", keywords=["one"]))
    second = Source(Camera(make="Nikon", iso=100), About(title="Title", keywords=["two", "three"]))
    assert merge([first, second]) == {
        "camera": {"make": "Canon", "iso": 100},
        "about": {"title": "Title", "keywords": ["one"]},
    }


@pytest.mark.parametrize("sources", [[], [Source()], [Source(), Source()]])
def test_empty_sources_give_no_fields(sources: list[Any]) -> None:
    """Sources without values give no fields."""
    assert merge(sources) == {"camera": {}, "about": {}}
