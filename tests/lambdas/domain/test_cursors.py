"""Cursors: authenticated for one owner, by a key of the stack."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.cursors import InvalidCursorError, Position, decode, encode

KEY, OWNER, OTHER = "the-key-of-a-stack", "9d1c2a3e-77b0-4e63-8a0e-2f1f0c9b6a55", "5d3b8a1e-92c4-4f07-8e6d-1c7a40b2f9e3"
PLACE = Position("2026-11-23T09:15:02.123Z", "0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10")
CURSOR = encode(PLACE, OWNER, KEY)


def test_a_cursor_is_a_position() -> None:
    """A cursor gives back the position that it was made of; it is text for a URL, shorter than the contract allows."""
    assert decode(CURSOR, OWNER, KEY) == PLACE
    assert CURSOR.replace("-", "").replace("_", "").isalnum()
    assert len(CURSOR) <= 256


@pytest.mark.parametrize(("owner", "key"), [(OTHER, KEY), (OWNER, "another-key"), ("", KEY), (f"{OWNER}x", KEY)])
def test_a_cursor_is_good_for_nobody_else(owner: str, key: str) -> None:
    """Another owner's cursor, and one of another stack, is refused."""
    with pytest.raises(InvalidCursorError):
        decode(CURSOR, owner, key)


@given(at=st.integers(0, len(CURSOR) - 1), other=st.characters(exclude_categories=["Cs"]))
def test_a_changed_cursor_is_refused(at: int, other: str) -> None:
    """A cursor with any other character at any place is refused."""
    changed = CURSOR[:at] + other + CURSOR[at + 1 :]
    if changed != CURSOR:
        with pytest.raises(InvalidCursorError):
            decode(changed, OWNER, KEY)


@given(cursor=st.text(max_size=300) | st.binary(max_size=200).map(lambda content: content.hex()))
def test_any_text_is_refused(cursor: str) -> None:
    """Any other text is refused, whatever is in it."""
    with pytest.raises(InvalidCursorError):
        decode(cursor, OWNER, KEY)


@pytest.mark.parametrize("added", ["=", "==", "A", "!", "\n", " "])
def test_a_longer_cursor_is_refused(added: str) -> None:
    """A cursor is one text: with more characters behind it, even such as decoders skip, it is refused."""
    with pytest.raises(InvalidCursorError):
        decode(CURSOR + added, OWNER, KEY)
