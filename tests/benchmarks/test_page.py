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
def test_only_what_stands_between_the_marks_is_replaced(head: str, old: str, new: str, tail: str) -> None:
    """What is written by hand stays, and writing twice is writing once."""
    written = replaced(f"{head}{BEGIN}{old}{END}{tail}", new)
    assert written.startswith(f"{head}{BEGIN}")
    assert written.endswith(f"{END}{tail}")
    assert new in written
    assert replaced(written, new) == written


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{BEGIN}{END}", f"{BEGIN}{END}{END}"])
def test_a_page_without_both_marks_is_left_alone(text: str) -> None:
    """Where the program's part is not clear, nothing is written."""
    with pytest.raises(ValueError, match="marks"):
        replaced(text, "numbers")


def test_the_page_has_its_marks() -> None:
    """The page in this repository can be written."""
    assert replaced(PAGE.read_text(encoding="utf-8"), "numbers").count("numbers") > 0


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "baseline 4:2:0"),
        ({"progressive": True, "subsampling": "4:2:2"}, "progressive 4:2:2"),
        ({"subsampling": "4:4:4", "icc_profile": pictures.swapped_profile()}, "baseline 4:4:4 with a profile"),
    ],
)
def test_the_kind_of_a_jpeg_tells_what_costs_time(options: dict[str, object], told: str) -> None:
    """Scans, chroma and a profile each change how much there is to do."""
    assert kind(pictures.decoded(pictures.encoded(pictures.quadrants(), "JPEG", **options))) == told


def test_the_kind_of_another_file_tells_its_profile_alone() -> None:
    """A PNG has no chroma of its own."""
    assert kind(Image.new("RGB", (1, 1))) == ""
