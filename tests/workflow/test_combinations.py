"""The combinations that are tested: all, or some that include every value."""

import pytest

from tests import effort
from tests.workflow.combinations import combined, some

AXES = ("ab", "1234", "xyz")


def test_a_share_has_each_value_of_each_axis(monkeypatch: pytest.MonkeyPatch) -> None:
    """The share is as many combinations as the longest axis has values."""
    monkeypatch.delenv(effort.THOROUGH, raising=False)
    found = combined(*AXES)
    assert [set(values) for values in zip(*found, strict=True)] == [set(axis) for axis in AXES]
    assert len(found) == 4
    assert some("abc", "b") == ("b",)


def test_all_combinations_are_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    """All combinations are tested where all repetitions are asked for."""
    monkeypatch.setenv(effort.THOROUGH, "1")
    assert len({*combined(*AXES)}) == 2 * 4 * 3
    assert some("abc", "b") == "abc"
