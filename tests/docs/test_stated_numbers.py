"""Numbers in the documents that people rely on are those of the template and of the code."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from imaging.limits import MAX_SCANS
from lambdas.domain.dead_letters import VISIBILITY_TIMEOUT
from lambdas.domain.stalled_uploads import LATE_PAUSE, LONGEST_PAUSE, MAX_ATTEMPTS
from lambdas.domain.tombstones import LOOKS
from lambdas.sweep import HORIZON
from tests.templates.emitted import Node, at, definition, properties, template
from workflow.contracts.durations import TOMBSTONE_LIFETIME
from workflow.import_definition import states_language
from workflow.retries import LONGEST_DELAY, MAX_RETRIES, OUTAGE, TRANSIENT_RETRIES

DOCS = Path(__file__).parents[2] / "docs"
DAY, MINUTE = 24 * 3600, 60  # seconds
HOUR = timedelta(hours=1)
NONCURRENT = "NoncurrentVersionExpiration"
WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
N = rf"(\d+|{'|'.join(WORDS)})"


def _setting(name: str) -> int:
    return int(at(properties("SweepFunction"), f"Environment.Variables.{name}"))


def _default(parameter: str) -> int:
    return int(template()["Parameters"][parameter]["Default"])


def restorable_days() -> int:
    """Return the days for which every object that is removed from a bucket can be restored: no rule deletes it earlier."""
    buckets = ("UploadBucket", "ArchiveBucket")
    rules: list[Node] = [rule for name in buckets for rule in properties(name)["LifecycleConfiguration"]["Rules"]]
    return min(int(rule[NONCURRENT]["NoncurrentDays"]) for rule in rules if NONCURRENT in rule)


def deliveries() -> int:
    """Return how often a message is delivered before it is a dead-letter message."""
    return int(at(properties("ProcessingQueue"), "RedrivePolicy.maxReceiveCount"))


def delivery_minutes() -> int:
    """Return how long all deliveries of a message take that is never deleted."""
    return deliveries() * int(properties("ProcessingQueue")["VisibilityTimeout"]) // MINUTE


def stalled_minutes() -> int:
    """Return after how long an upload without an outcome counts as stalled."""
    return _setting("STALLED_AFTER_SECONDS") // MINUTE


def kept_days(queue: str) -> int:
    """Return for how long a queue keeps a message."""
    return int(properties(queue)["MessageRetentionPeriod"]) // DAY


def tombstone_days() -> int:
    """Return for how long a tombstone is kept."""
    return TOMBSTONE_LIFETIME // DAY


def looks() -> list[int]:
    """Return after which times a sweep looks at a tombstone again, seconds."""
    return [int(look.total_seconds()) for look in LOOKS]


def run_hours() -> int:
    """Return for how long a run of an import is retried of which too many batches fail."""
    maps = [state for state in states_language()["States"].values() if state["Type"] == "Map"]
    retrier = maps[0]["Retry"][0]
    assert all(retrier in one["Retry"] for one in maps)
    first, rate, most = (retrier[name] for name in ("IntervalSeconds", "BackoffRate", "MaxDelaySeconds"))
    return int(sum(min(most, first * rate**number) for number in range(retrier["MaxAttempts"]))) // (60 * MINUTE)


STATED: list[tuple[str, str, Callable[[], int]]] = [
    ("reliability.md", rf"a removed object can be restored for {N} days", restorable_days),
    ("reliability.md", rf"`TOMBSTONE_LIFETIME` \({N} days\)", tombstone_days),
    ("reliability.md", rf"at its next run, after {N} hours", lambda: looks()[1] // (60 * MINUTE)),
    ("reliability.md", rf"after {N} days, and after", lambda: looks()[2] // DAY),
    ("reliability.md", rf"days, and after {N} days", lambda: looks()[3] // DAY),
    ("deployment.md", rf"deleted object as an old version for {N} days", restorable_days),
    ("operations.md", rf"as an old version for {N} days more", restorable_days),
    ("operations.md", rf"for {N} more days as a noncurrent version", restorable_days),
    ("findings.md", rf"keeps overwritten and deleted objects for {N} days", restorable_days),
    ("reliability.md", rf"`STALLED_AFTER_SECONDS` \({N} minutes", stalled_minutes),
    ("reliability.md", rf"minutes: {N} for an execution", lambda: stalled_minutes() - delivery_minutes()),
    ("reliability.md", rf"an execution and {N} for deliveries", delivery_minutes),
    ("reliability.md", rf"`SweepMinutes` \({N} by default", lambda: _default("SweepMinutes")),
    ("reliability.md", rf"first of {N} attempts", lambda: MAX_ATTEMPTS),
    ("reliability.md", rf"{N} hours, then \d+, and all", lambda: LONGEST_PAUSE // HOUR),
    ("reliability.md", rf"12 hours, then {N}, and all", lambda: LATE_PAUSE // HOUR),
    ("operations.md", rf"80 minutes to {N} hours", lambda: LATE_PAUSE // HOUR),
    ("deployment.md", rf"the uploads of the last {N} days", lambda: HORIZON.days),
    ("operations.md", rf"starts the image, up to {N} attempts", lambda: MAX_ATTEMPTS),
    ("operations.md", rf"{N} minutes after the upload, plus", stalled_minutes),
    ("operations.md", rf"{N} minutes after the last write to the record", stalled_minutes),
    ("operations.md", rf"After {N} minutes the \[sweep\]", stalled_minutes),
    ("operations.md", rf"failed in {N} deliveries", deliveries),
    ("failures.md", rf"After {N} deliveries it goes to the dead-letter queue", deliveries),
    ("operations.md", rf"hides it for {N} minutes", lambda: VISIBILITY_TIMEOUT // MINUTE),
    ("operations.md", rf"`ProcessingQueue` \| after {N} days", lambda: kept_days("ProcessingQueue")),
    ("operations.md", rf"`DeadLetterQueue` \| {N} days", lambda: kept_days("DeadLetterQueue")),
    ("operations.md", rf"\[{N} days after it was first sent\]", lambda: kept_days("DeadLetterQueue")),
    ("operations.md", rf"reached its time limit: {N} days", lambda: definition()["TimeoutSeconds"] // DAY),
    ("deployment.md", rf"longest execution \| {N} days", lambda: definition()["TimeoutSeconds"] // DAY),
    ("deployment.md", rf"started again after {N} minutes, up to", stalled_minutes),
    ("deployment.md", rf"started again after \d+ minutes, up to {N} attempts", lambda: MAX_ATTEMPTS),
    ("deployment.md", rf"like a throttle: {N} times, up to", lambda: TRANSIENT_RETRIES),
    ("deployment.md", rf"like a throttle: \d+ times, up to {N} minutes apart", lambda: LONGEST_DELAY // MINUTE),
    ("operations.md", rf"Step Functions retries them, {N} times and", lambda: TRANSIENT_RETRIES),
    ("operations.md", rf"retries them, \d+ times and up to {N} minutes apart", lambda: LONGEST_DELAY // MINUTE),
    ("operations.md", rf"too many batches failed, and that for {N} hours", run_hours),
    ("workflow.md", rf"a service that is down \| up to {N}, which", lambda: TRANSIENT_RETRIES),
    ("workflow.md", rf"which takes {N} days or more", lambda: OUTAGE // DAY),
    ("workflow.md", rf"any other \| up to {N} \|", lambda: MAX_RETRIES),
    ("images.md", rf"a JPEG has more than {N} scans", lambda: MAX_SCANS),
]


@pytest.mark.parametrize(
    ("page", "sentence", "value"), STATED, ids=[f"{page} {text}".replace(N, "N") for page, text, _ in STATED]
)
def test_a_number_is_the_one_that_is_deployed(page: str, sentence: str, value: Callable[[], int]) -> None:
    """Each number that a page states is the one that the template or the code has."""
    found = re.findall(sentence, re.sub(r"\s+", " ", (DOCS / page).read_text(encoding="utf-8")))
    assert found, "the sentence has changed: change it here too"
    assert [WORDS[one] if one in WORDS else int(one) for one in found] == [value()] * len(found)
