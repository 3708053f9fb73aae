"""What `import` says before it starts: how long it takes."""

import pytest

from operations.imports.estimates import duration


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (2 * 3600 - 30, "120 minutes"),
        (2 * 3600, "2 hours"),
        (2 * 86_400, "2 days"),
    ],
)
def test_a_duration_has_the_largest_unit_of_which_it_has_two(seconds: float, text: str) -> None:
    """A person reads few digits, and never a "1" that stands for anything up to two."""
    assert duration(seconds) == text
