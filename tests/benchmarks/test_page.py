"""docs/benchmarks.md, one part of which is generated."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from benchmarks.page import BEGIN, END, PAGE, kind, replaced
from tests import pictures
from tests.effort import times

UNMARKED = st.text().filter(lambda text: BEGIN not in text and END not in text)


@settings(max_examples=times(25, 100))
@given(UNMARKED, UNMARKED, UNMARKED, UNMARKED)
def test_only_text_between_the_marks_is_replaced(head: str, old: str, new: str, tail: str) -> None:
    """The text outside of the marks stays, and a second write changes nothing."""
    written = replaced(f"{head}{BEGIN}{old}{END}{tail}", new)
    assert written.startswith(f"{head}{BEGIN}")
    assert written.endswith(f"{END}{tail}")
    assert new in written
    assert replaced(written, new) == written


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{BEGIN}{END}", f"{BEGIN}{END}{END}"])
def test_a_page_without_both_marks_is_left_alone(text: str) -> None:
    """A page without exactly one pair of marks is refused."""
    with pytest.raises(ValueError, match="marks"):
        replaced(text, "numbers")


def test_page_in_the_repository_has_both_marks() -> None:
    """The page in this repository has one pair of marks."""
    assert replaced(PAGE.read_text(encoding="utf-8"), "numbers").count("numbers") > 0


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "baseline 4:2:0"),
        ({"progressive": True, "subsampling": "4:2:2"}, "progressive 4:2:2"),
        ({"subsampling": "4:4:4", "icc_profile": pictures.swapped_profile()}, "baseline 4:4:4 with a profile"),
    ],
)
def test_kind_of_a_jpeg_names_coding_chroma_and_profile(options: dict[str, object], expected: str) -> None:
    """Progressive scans, chroma subsampling and a profile each change how long decoding takes."""
    assert kind(pictures.decoded(pictures.encoded(pictures.quadrants(), "JPEG", **options))) == expected


def test_kind_of_another_format_names_only_its_profile() -> None:
    """A PNG has no chroma subsampling, so its kind is empty without a profile."""
    assert kind(Image.new("RGB", (1, 1))) == ""
