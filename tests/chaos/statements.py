"""The five statements that hold after every schedule, with any faults."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from lambdas.domain.attribute_values import deserialize
from lambdas.domain.object_keys import STAGED
from tests.chaos.errors import EXPLAINED
from tests.fake_aws.account import OWNER
from tests.fake_aws.resources import ARCHIVE, UPLOADS
from tests.lambdas.pipeline import NOTIFICATIONS
from workflow import contracts
from workflow.contracts.errors import ContractViolation
from workflow.retries import REJECTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.account import Account
    from tests.chaos.journal import Entry, Journal

OPEN, SUCCEEDED = "PROCESSING", "SUCCEEDED"
DESERVED = {"SUCCEEDED": True, "REJECTED": False}  # whether the upload of a record with this status is a sound picture

Records = dict[str, dict[str, Any]]


def violations(account: Account, journal: Journal, *, quiet: bool) -> list[str]:
    """Return the violations, each with the number of its statement; quiet: no fault was injected."""
    records = {image_id: deserialize(item) for image_id, item in account.records().items()}
    return [
        *(f"1 one outcome: {text}" for text in _one_outcome(records, journal)),
        *(f"1 one outcome: {text}" for text in _deserved(records, journal)),
        *(f"2 archive: {text}" for text in _archive(account, records)),
        *(f"3 notifications: {text}" for text in _notifications(records, journal, quiet=quiet)),
        *(f"4 order: {text}" for text in _order(records, journal)),
        *(f"4 order: {text}" for text in _further(journal)),
        *(f"5 reasons: {text}" for text in _reasons(records, journal)),
        *(f"once: {text}" for text in _once(journal)),
        *(f"messages: {text}" for text in _messages(account, journal)),
    ]


def _one_outcome(records: Records, journal: Journal) -> Iterator[str]:
    missing = journal.uploads.keys() - records.keys() - journal.deleted
    yield from (f"{image_id} has no record" for image_id in sorted(missing))
    yield from (f"{image_id} is still open" for image_id, record in records.items() if record["status"] == OPEN)
    for image_id, record in records.items():
        try:
            contracts.check("metadata-record", record)
        except ContractViolation as broken:
            yield f"{image_id}'s record breaks its contract: {broken}"
        if record["status"] != OPEN and "notifiedAt" not in record:
            yield f"{image_id}'s record is not marked as notified"
    yield from (f"{execution.name} is running" for execution in journal.executions if execution.status == "RUNNING")


def _deserved(records: Records, journal: Journal) -> Iterator[str]:
    for image_id, record in records.items():
        if record["status"] in DESERVED and DESERVED[record["status"]] != journal.sound[record["versionId"]]:
            yield f"{image_id} has the status {record['status']}, which does not fit its upload"


def _archive(account: Account, records: Records) -> Iterator[str]:
    left = set(account.keys(ARCHIVE))
    for image_id, record in records.items():
        if record["status"] == SUCCEEDED:
            recorded = set(_archived(record["archive"]))
            yield from (f"{image_id} misses {key}" for key in sorted(recorded - left))
            left -= recorded
        for execution in record.get("earlier", []):
            folder = f"{OWNER}/{image_id}/{execution.removeprefix(image_id + '-')}/"
            earlier = {key for key in left if key.startswith(folder)}
            names = {key.removeprefix(folder).partition(".")[0] for key in earlier}
            if not {"original", "resized", "thumbnail"} <= names:
                yield f"{image_id} misses some of what {execution} archived: {sorted(names)}"
            left -= earlier
    yield from (f"left behind: {key}" for key in sorted(left))
    yield from (f"left behind: {key}" for key in account.keys(UPLOADS) if key.startswith(STAGED))


def _archived(archive: dict[str, Any]) -> Iterator[str]:
    yield from (archive[name]["key"] for name in ("original", "resized", "thumbnail"))
    yield from (smaller["key"] for smaller in archive["smaller"])


def _notifications(records: Records, journal: Journal, *, quiet: bool) -> Iterator[str]:
    outcomes = {entry.execution: entry.status for entry in _outcomes(journal)}
    notified: dict[str, set[str]] = {}
    for message, attributes in journal.notifications:
        try:
            contracts.check(NOTIFICATIONS[message["status"]], message)
        except ContractViolation as broken:
            yield f"one breaks its contract: {broken}"
        notified.setdefault(message["notificationId"], set()).add(message["status"])
        if attributes != {name: message[name] for name in attributes} or not {"status", "owner"} <= attributes.keys():
            yield f"{message['notificationId']} has attributes that differ from its message"
    for execution, status in outcomes.items():
        if notified.get(execution) != {status}:
            yield f"{execution} has the outcome {status} and was notified as {sorted(notified.get(execution, ()))}"
    yield from (f"{execution} was notified, but has no outcome" for execution in notified.keys() - outcomes.keys())
    if quiet and len(journal.notifications) != len(outcomes):
        yield f"{len(outcomes)} outcomes were notified {len(journal.notifications)} times without any fault"
    yield from _final(records, journal)


def _final(records: Records, journal: Journal) -> Iterator[str]:
    for image_id, record in records.items():
        same = [m for m, _ in journal.notifications if m["notificationId"] == record["execution"]]
        for message in same:
            shared = message.keys() & record.keys() - {"filename", "format", "width", "height"}
            if any(message[name] != record[name] for name in shared):
                yield f"{image_id}: a notification does not agree with the record"


def _outcomes(journal: Journal) -> Iterator[Entry]:
    yield from (new for _, new in journal.writes if new and new.status != OPEN)


def _order(records: Records, journal: Journal) -> Iterator[str]:
    for image_id, versions in journal.uploads.items():
        if image_id in records.keys() - journal.deleted and records[image_id]["versionId"] != versions[-1]:
            yield f"{image_id}'s record is not the newest version's"
    for old, new in journal.writes:
        if old and (wrong := _wrong(old, new, journal.uploads[old.image_id])):
            yield f"{old.image_id}: {wrong}: {old[1:]} became {new[1:] if new else None}"


def _wrong(old: Entry, new: Entry | None, versions: list[str]) -> str:
    """Return what is wrong with a write, if anything is."""
    if new is None:
        return "" if old.status == OPEN else "an outcome was deleted"
    if new.execution == old.execution:
        return "" if old.status in {OPEN, new.status} else "an outcome changed"
    if new.version != old.version:
        return "" if versions.index(new.version) > versions.index(old.version) else "an older version replaced it"
    if old.status == SUCCEEDED:
        return "a success was replaced"
    return "" if new.attempt > old.attempt else "an earlier attempt replaced it"


def _further(journal: Journal) -> Iterator[str]:
    """Yield further attempts at versions that had an outcome: only an operator may start these, and a schedule has none."""
    for execution in journal.executions:
        outcomes = journal.outcomes_before[execution.name]
        if execution.input_data["image"]["attempt"] > 1 and outcomes:
            yield f"{execution.name} was started though its version had the outcome {outcomes[-1].status}"


def _reasons(records: Records, journal: Journal) -> Iterator[str]:
    for image_id, record in records.items():
        if record["status"] == "FAILED" and not (record.get("failedIn") and record.get("reason")):
            yield f"{image_id}'s record does not say where and why it failed"
        if record["status"] == "FAILED" and not _explained(record, journal):
            yield f"{image_id} failed with {record['reason']} in {record['failedIn']}, which no fault explains"
    for message, _ in journal.notifications:
        if message["status"] == "FAILED" and not (message.get("failedIn") and message.get("reason")):
            yield f"{message['imageId']}'s notification does not say where and why it failed"


def _explained(record: dict[str, Any], journal: Journal) -> bool:
    """Return whether a fault explains the failure. A rejection may have been in progress when its execution was stopped."""
    unsound = not journal.sound[record["versionId"]]
    return record["reason"] in EXPLAINED or (unsound and record["reason"] == REJECTED)


def _once(journal: Journal) -> Iterator[str]:
    images = [execution.input_data["image"] for execution in journal.executions]
    started = Counter((image["imageId"], image["versionId"], image.get("attempt", 1)) for image in images)
    yield from (f"{image} was started {times} times" for image, times in started.items() if times > 1)


def _messages(account: Account, journal: Journal) -> Iterator[str]:
    missing = Counter(journal.poison) - Counter(account.dead_letter_bodies())
    yield from (f"{body} is not in the dead-letter queue, though it is not about an upload" for body in missing)
