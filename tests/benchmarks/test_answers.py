"""Warm responses of the API: measured in a process of their own, and compared with the target."""

import pytest

from benchmarks.answers import SLOWER, STATUSES, Answer, answers
from benchmarks.tables import answered
from benchmarks.verdicts import ANSWER, of_answers


def test_each_status_is_measured() -> None:
    """A response about an image that is polled, and one with signed URLs, take some processor time."""
    found = list(answers(1))
    assert [each.status for each in found] == list(STATUSES)
    assert all(0 < each.cpu < each.at_lambda for each in found)
    assert len(answered(found).rows) == len(STATUSES)


@pytest.mark.parametrize(("share", "met"), [(0.9, True), (1.1, False)])
def test_the_slowest_response_is_judged(share: float, met: bool) -> None:
    """The target is for the function's share of a core, and for the slowest response."""
    found = [Answer("AWAITING_UPLOAD", 0.0001), Answer("SUCCEEDED", share * ANSWER / SLOWER)]
    (verdict,) = of_answers(found)
    assert verdict.met == met
    assert "SUCCEEDED" in verdict.measured
    assert of_answers([]) == []
