"""What `import` says before it starts: how long it takes, and what is skipped; and which runs need a person."""

from argparse import Namespace
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoRegionError

from costs.import_usage import import_seconds, import_usage
from lambdas.domain.import_sources import Listed, Reason, SkippedError
from operations.imports import concurrency
from operations.imports.counting import Count
from operations.imports.estimates import duration, estimate
from operations.imports.runs import Run
from operations.imports.summaries import print_summary
from templates import stack as stack_template
from tests.templates.emitted import template


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


def test_an_estimate_is_for_what_was_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kind of the pipeline, objects that are skipped, and images at the same time count; the largest part comes first."""
    monkeypatch.setattr(stack_template, "build", lambda: SimpleNamespace(to_dict=template))  # takes half a second
    skipped = {Reason.EMPTY: 10, Reason.TOO_MANY_BYTES: 20, Reason.NOT_RESTORED: 30, Reason.UNSUPPORTED: 40}
    stack: Any = SimpleNamespace(parameters={"WorkflowType": "EXPRESS"})
    found = estimate(stack, Count(images=100, skipped=Counter(skipped)), 4)
    used = import_usage(template(), "EXPRESS", images=100, others=100, looks=60)
    assert found.total == pytest.approx(sum(price.each * units for price, units in used.items()))
    assert found.seconds == import_seconds(template(), images=100, looks=60, concurrency=4)
    assert list(found.dollars.values()) == sorted(found.dollars.values(), reverse=True)


@pytest.mark.parametrize(
    "error", [ClientError({"Error": {"Code": "AccessDenied"}}, "GetAccountSettings"), NoRegionError()]
)
def test_a_concurrency_that_cannot_be_read_is_no_silence(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Where the account's limits cannot be read, the message says that nothing is known."""

    def limits() -> None:
        raise error

    monkeypatch.setattr(concurrency, "_limits", limits)
    stack: Any = None
    assert "is not known whether --concurrency fits" in concurrency.warning(stack, 1)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("FAILED", 1), ("KEPT", 1), ("BEGUN", 1), ("NOT_IMPORTED", 1), ("REJECTED", 0), ("SKIPPED", 0)],
)
def test_exit_code_of_a_run_that_is_over(outcome: str, code: int) -> None:
    """A run needs a person if images failed, or objects were not imported; rejected images and skipped objects are outcomes."""
    outcomes: Any = SimpleNamespace(counts=lambda: {outcome: 1})
    assert print_summary(Namespace(json=True), Run("a-run", 1, "SUCCEEDED", "", {}, "arn"), outcomes) == code
