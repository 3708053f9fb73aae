"""Sanitizing: untrusted values are cleaned and bounded; invalid ones are dropped and raise nothing."""

import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL.TiffImagePlugin import IFDRational

from imaging.metadata.sanitize import (
    MAX_TEXT,
    clean_integer,
    clean_number,
    clean_text,
    clean_texts,
    decode_text,
    drop_none,
    parse_ratio,
    parse_time,
    positive_number,
)
from tests.imaging.metadata.values import VALUES

ARABIC = str.maketrans("0123456789", "".join(chr(0x660 + digit) for digit in range(10)))
NOTHING = IFDRational(1, 0)  # a fraction with a denominator of zero
JOINED = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f468\u200d\U0001f467"  # Persian, and a family
TEXTS = st.text(st.characters(), max_size=300)


@given(value=VALUES | TEXTS, limit=st.integers(1, 300))
def test_text_is_one_clean_line(value: object, limit: int) -> None:
    """A text is in form NFC, bounded, stripped, and without controls, surrogates and hidden characters."""
    found = clean_text(value, limit)
    assert found is None or (0 < len(found) <= limit and found == found.strip())
    hidden = [letter for letter in found or "" if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")]
    assert hidden == []
    assert found is None or (found.encode() and unicodedata.is_normalized("NFC", found))


@given(value=VALUES | TEXTS)
def test_a_clean_text_is_unchanged(value: object) -> None:
    """Cleaning twice has the same result as cleaning once."""
    assert clean_text(clean_text(value)) == clean_text(value)


@pytest.mark.parametrize(
    ("value", "clean"),
    [
        ("Canon\0\0\0", "Canon"),
        ("one\r\ntwo\tthree", "one two three"),
        ("\x1b[31mred", "[31mred"),
        ("   ", None),
        ("", None),
        ("\x00", None),
        ("\u200b\u2066", None),
        (17, None),
        (b"bytes", None),
        ("Jörg", "Jörg"),
        ("Jo\u0308rg", "Jörg"),
        ("\ufb01ne \u00b2", "\ufb01ne \u00b2"),
        ("撮影者", "撮影者"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("\ufeffso\u00adft\u2060", "soft"),
        (JOINED, JOINED),
        ("one\u2028two\x85three", "one two three"),
        ("x" * 999, "x" * MAX_TEXT),
        ("x" * (MAX_TEXT - 1) + " y", "x" * (MAX_TEXT - 1)),
    ],
)
def test_text_is_cleaned(value: object, clean: str | None) -> None:
    """Controls become blanks, invisible and direction characters go, joiners stay, and other types are None."""
    assert clean_text(value) == clean


def test_a_letter_with_endless_marks_is_cleaned_at_once() -> None:
    """Combining marks, which take quadratic time to order, are cut first."""
    found = clean_text("a" + "\u0301\u0323" * 1_000_000)
    assert found is not None
    assert len(found) == MAX_TEXT


@pytest.mark.parametrize(
    ("values", "clean"),
    [
        (["b", "a", "b ", "\0b"], ["b", "a"]),
        (["one", "two", "three", "four"], ["one", "two", "three"]),
        (["too long a word"], ["too long"]),
        (["", " ", 7], None),
        ([], None),
    ],
)
def test_texts_are_unique_and_in_order(values: list[object], clean: list[str] | None) -> None:
    """Each text is returned once, in order, bounded in length and number."""
    assert clean_texts(values, 8, 3) == clean


@pytest.mark.parametrize(
    ("data", "spelt"),
    [(b"J\xc3\xb6rg", "Jörg"), (b"J\xf6rg", "Jörg"), (b"\x93quoted\x94", "“quoted”"), (b"\x81", "\ufffd"), (b"", "")],
)
def test_bytes_are_decoded_as_utf8_or_windows_1252(data: bytes, spelt: str) -> None:
    """Bytes that are valid UTF-8 are UTF-8; all others are Windows-1252."""
    assert decode_text(data) == spelt


@given(value=VALUES, low=st.integers(-1000, 0), high=st.integers(1, 1000))
def test_numbers_are_finite_and_within_bounds(value: object, low: int, high: int) -> None:
    """A number is returned only if it is finite and within its bounds."""
    found = clean_number(value, low, high)
    assert found is None or (math.isfinite(found) and low <= found <= high)
    above = positive_number(value, high)
    assert above is None or 0 < above <= high
    whole = clean_integer(value, low, high)
    assert whole is None or (isinstance(whole, int) and low <= whole <= high)


@pytest.mark.parametrize("value", [NOTHING, IFDRational(0, 0), math.nan, math.inf, -1, 101, None, "many", (), 1e-300])
def test_other_values_are_no_numbers(value: object) -> None:
    """Zero denominators, infinities, numbers out of bounds or too small, and texts are dropped."""
    assert clean_number(value, 0, 100) is None
    assert positive_number(value, 100) is None


def test_a_measurement_of_zero_is_ignored() -> None:
    """A measurement of zero is ignored, because cameras write zero for an unknown value."""
    assert clean_number(0, 0, 100) == 0
    assert positive_number(0, 100) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1/160", 0.00625),
        ("71/10", 7.1),
        ("50", 50),
        ("2.8", 2.8),
        ("-5/2", -2.5),
        ("1/0", None),
        ("", None),
        ("1/2/3", None),
        ("one", None),
        ("1e9999999999/1", math.inf),
    ],
)
def test_a_fraction_is_divided(value: str, expected: float | None) -> None:
    """A fraction or a number in digits is converted; anything else is None."""
    assert parse_ratio(value) == expected


@given(value=st.text(max_size=40) | st.from_regex(r"[0-9eE./+-]{1,30}", fullmatch=True))
def test_any_text_as_a_fraction_raises_nothing(value: str) -> None:
    """Any text gives a number or None."""
    assert parse_ratio(value) is None or isinstance(parse_ratio(value), float)


@pytest.mark.parametrize(
    ("value", "fraction", "offset", "iso"),
    [
        ("2008:05:30 15:56:01", None, None, "2008-05-30T15:56:01"),
        ("2008-05-30T15:56:01", None, "-03:30", "2008-05-30T15:56:01-03:30"),
        ("2008:05:30 15:56:01", "07", "+02:00", "2008-05-30T15:56:01.07+02:00"),
        ("2008:05:30 15:56:01", "25   ", None, "2008-05-30T15:56:01.25"),
        ("2008:05:30 15:56:01", "soon", "summer", "2008-05-30T15:56:01"),
        ("2008:05:30 15:56:01", None, "+99:00", "2008-05-30T15:56:01"),
        ("2008:05:30 15:56:01", None, "   :  ", "2008-05-30T15:56:01"),
        ("2008-05-30T15:56:01.5Z", "25", "+02:00", "2008-05-30T15:56:01.5+00:00"),
        ("2008-05-30T15:56:01.1234567890123-08:00", None, None, "2008-05-30T15:56:01.123456789-08:00"),
        ("2008-05-30T15:56Z", None, None, "2008-05-30T15:56:00+00:00"),
        ("2008:05:30 15:56:01\0", None, "+02:00\0", "2008-05-30T15:56:01+02:00"),
        ("2008-05-30", None, None, None),
        ("0000:00:00 00:00:00", None, None, None),
        ("2008:13:45 25:61:61", None, None, None),
        ("2008:02:30 00:00:00", None, None, None),
        ("    :  :     :  :  ", None, None, None),
        ("2008:05:30 15:56:01".translate(ARABIC), None, None, None),
        ("2008:05:30 15:56:01", "25".translate(ARABIC), "+02:00".translate(ARABIC), "2008-05-30T15:56:01"),
        ("yesterday", None, None, None),
        (20080530, None, None, None),
    ],
)
def test_a_valid_time_is_in_iso_8601(value: object, fraction: object, offset: object, iso: str | None) -> None:
    """Fraction and offset are added if valid; those in the time itself come first."""
    assert parse_time(value, fraction, offset) == iso


def test_only_none_is_dropped() -> None:
    """Fields without a value are dropped; zero, empty and false values stay."""
    found: dict[str, object | None] = {"a": None, "b": 0, "c": False, "d": ""}
    assert drop_none(found) == {"b": 0, "c": False, "d": ""}
