"""The outages that reliability.md says are survived are those of the policies."""

import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from costs import prices
from lambdas.domain.stalled_uploads import MAX_ATTEMPTS, longest_silence
from lambdas.runtime.settings import SweepSettings
from lambdas.sweep import DEAD_LETTER_AGE
from templates.resources.sweep import STALLED_AFTER
from tests.workflow.pipeline_graph import longest_waits
from workflow.contracts.durations import DAY, EXECUTION_TIMEOUT
from workflow.retries import LONGEST_DELAY, MAX_RETRIES, OUTAGE, TRANSIENT_RETRIES

PAGE = " ".join((Path(__file__).parents[2] / "docs/reliability.md").read_text(encoding="utf-8").split())
WAITS = longest_waits("Lambda.TooManyRequestsException")


def days_of_attempts() -> float:
    """Return the days from an upload to the end of the wait after the last attempt, with the sweeps that look at it."""
    names = [field.name.upper() for field in fields(SweepSettings)]
    settings = SweepSettings.read(dict.fromkeys(names, str(STALLED_AFTER)))  # only one of them counts
    silences = (longest_silence(attempt, settings) for attempt in range(1, MAX_ATTEMPTS + 1))
    return sum(silences, timedelta()) / timedelta(days=1)


def rows() -> dict[str, list[str]]:
    """Return the cells of the table of outages by service."""
    (table,) = re.findall(r"\| service that is down .*? \|---\|---\|---\|---\| (.*?) - ", PAGE)
    cells = [[cell.strip() for cell in row.strip("| ").split("|")] for row in table.split("| |")]
    return {service: values for names, *values in cells for service in names.split(", ")}


@pytest.mark.parametrize("service", ["S3", "DynamoDB", "Lambda"])
def test_a_task_outlasts_the_stated_outage(service: str) -> None:
    """STANDARD retries for as long as the table says, and EXPRESS has attempts for as long."""
    standard, express, _ = rows()[service]
    assert standard == f"{OUTAGE // DAY} days"
    assert int(express.removesuffix(" days")) <= days_of_attempts()


def test_a_start_is_tried_for_the_stated_time() -> None:
    """The image of a dead-letter message is tried until it is failed, and an execution that waits may take as long."""
    standard, express, _ = rows()["Step Functions"]
    assert standard == express == f"{DEAD_LETTER_AGE.days} days"
    assert DEAD_LETTER_AGE.total_seconds() < EXECUTION_TIMEOUT


def test_the_policy_is_the_stated_one() -> None:
    """Retries, delays, their average, and what they cost."""
    assert (
        f"retried after them {TRANSIENT_RETRIES} times, with random delays of up to {LONGEST_DELAY // 60} minutes"
        in PAGE
    )
    assert f"; {sum(WAITS) / 2 / DAY:.1f} days on average" in PAGE
    assert MAX_RETRIES == 3
    assert "it is retried three times" in PAGE
    assert f"An execution waits for {EXECUTION_TIMEOUT // DAY} days at most" in PAGE
    cost = OUTAGE / (LONGEST_DELAY / 2) * prices.STATE_TRANSITION.each
    assert f"costs about ${cost:.3f} for transitions" in PAGE
