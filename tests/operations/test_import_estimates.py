"""What `import` says before it starts: how long it takes, and what is skipped."""

import pytest

from lambdas.domain.import_sources import Listed, Reason, SkippedError
from operations.imports.counting import Count
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


def test_few_of_many_skipped_objects_are_named() -> None:
    """All objects that are skipped are counted, and three keys are named for each reason."""

    def skip() -> None:
        raise SkippedError(Reason.UNSUPPORTED)

    found = Count()
    for number in range(5):
        found.add(Listed(f"{number}.txt"), 1, skip)
    assert found.skipped == {Reason.UNSUPPORTED: 5}
    assert found.examples == {Reason.UNSUPPORTED: ["0.txt", "1.txt", "2.txt"]}
