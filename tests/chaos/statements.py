"""The five statements that hold after every schedule, whatever went wrong."""

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
DESERVED = {"SUCCEEDED": True, "REJECTED": False}  # what ends so is a picture, or is none

Records = dict[str, dict[str, Any]]


def violations(account: Account, journal: Journal, *, quiet: bool) -> list[str]:
    """Return what does not hold, each with the number of its statement; quiet says that nothing went wrong."""
    records = {image_id: deserialize(item) for image_id, item in account.records().items()}
    return [
        *(f"1 one end: {text}" for text in _one_end(records, journal)),
        *(f"1 one end: {text}" for text in _deserved(records, journal)),
        *(f"2 archive: {text}" for text in _archive(account, records)),
        *(f"3 notifications: {text}" for text in _notifications(records, journal, quiet=quiet)),
        *(f"4 order: {text}" for text in _order(records, journal)),
        *(f"4 order: {text}" for text in _further(journal)),
        *(f"5 reasons: {text}" for text in _reasons(records, journal)),
        *(f"once: {text}" for text in _once(journal)),
        *(f"messages: {text}" for text in _messages(account, journal)),
    ]


def _one_end(records: Records, journal: Journal) -> Iterator[str]:
    missing = journal.uploads.keys() - records.keys() - journal.deleted
    yield from (f"{image_id} has no record" for image_id in sorted(missing))
    yield from (f"{image_id} is still open" for image_id, record in records.items() if record["status"] == OPEN)
    for image_id, record in records.items():
        try:
            contracts.check("metadata-record", record)
        except ContractViolation as broken:
            yield f"{image_id}'s record breaks its contract: {broken}"
        if record["status"] != OPEN and "notifiedAt" not in record:
            yield f"{image_id}'s record does not say that its end was told"
    yield from (f"{execution.name} is running" for execution in journal.executions if execution.status == "RUNNING")


def _deserved(records: Records, journal: Journal) -> Iterator[str]:
    for image_id, record in records.items():
        if record["status"] in DESERVED and DESERVED[record["status"]] != journal.sound[record["versionId"]]:
            yield f"{image_id} ended {record['status']}, which is not what it is"


def _archive(account: Account, records: Records) -> Iterator[str]:
    left = set(account.keys(ARCHIVE))
    for image_id, record in records.items():
        if record["status"] == SUCCEEDED:
            told = set(_archived(record["archive"]))
            yield from (f"{image_id} misses {key}" for key in sorted(told - left))
            left -= told
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
    ends = {entry.execution: entry.status for entry in _ends(journal)}
    told: dict[str, set[str]] = {}
    for message, attributes in journal.notifications:
        try:
            contracts.check(NOTIFICATIONS[message["status"]], message)
        except ContractViolation as broken:
            yield f"one breaks its contract: {broken}"
        told.setdefault(message["notificationId"], set()).add(message["status"])
        if attributes != {name: message[name] for name in attributes} or not {"status", "owner"} <= attributes.keys():
            yield f"{message['notificationId']} has attributes that do not say what it says"
    for execution, status in ends.items():
        if told.get(execution) != {status}:
            yield f"{execution} ended {status} and was told as {sorted(told.get(execution, ()))}"
    yield from (f"{execution} was told, but has no end" for execution in told.keys() - ends.keys())
    if quiet and len(journal.notifications) != len(ends):
        yield f"{len(ends)} ends were told {len(journal.notifications)} times, though nothing went wrong"
    yield from _final(records, journal)


def _final(records: Records, journal: Journal) -> Iterator[str]:
    for image_id, record in records.items():
        same = [m for m, _ in journal.notifications if m["notificationId"] == record["execution"]]
        for message in same:
            shared = message.keys() & record.keys() - {"filename", "format", "width", "height"}
            if any(message[name] != record[name] for name in shared):
                yield f"{image_id}: a notification does not agree with the record"


def _ends(journal: Journal) -> Iterator[Entry]:
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
        return "" if old.status == OPEN else "an end was deleted"
    if new.execution == old.execution:
        return "" if old.status in {OPEN, new.status} else "an end changed"
    if new.version != old.version:
        return "" if versions.index(new.version) > versions.index(old.version) else "an older version took over"
    if old.status == SUCCEEDED:
        return "a success was taken over"
    return "" if new.attempt > old.attempt else "an earlier attempt took over"


def _further(journal: Journal) -> Iterator[str]:
    """Yield the further attempts at versions that had their end: only an operator may start these, and there is none."""
    for execution in journal.executions:
        ends = journal.ended_before[execution.name]
        if execution.input_data["image"]["attempt"] > 1 and ends:
            yield f"{execution.name} was started though its version had ended {ends[-1].status}"


def _reasons(records: Records, journal: Journal) -> Iterator[str]:
    for image_id, record in records.items():
        if record["status"] == "FAILED" and not (record.get("failedIn") and record.get("reason")):
            yield f"{image_id}'s record does not say where and why it failed"
        if record["status"] == "FAILED" and not _explained(record, journal):
            yield f"{image_id} failed of {record['reason']} in {record['failedIn']}, which no fault explains"
    for message, _ in journal.notifications:
        if message["status"] == "FAILED" and not (message.get("failedIn") and message.get("reason")):
            yield f"{message['imageId']}'s notification does not say where and why it failed"


def _explained(record: dict[str, Any], journal: Journal) -> bool:
    """Tell whether a fault can be why: a rejection may have been under way when its execution was ended."""
    unsound = not journal.sound[record["versionId"]]
    return record["reason"] in EXPLAINED or (unsound and record["reason"] == REJECTED)


def _once(journal: Journal) -> Iterator[str]:
    images = [execution.input_data["image"] for execution in journal.executions]
    started = Counter((image["imageId"], image["versionId"], image.get("attempt", 1)) for image in images)
    yield from (f"{image} was started {times} times" for image, times in started.items() if times > 1)


def _messages(account: Account, journal: Journal) -> Iterator[str]:
    missing = Counter(journal.poison) - Counter(account.letters())
    yield from (f"{body} is neither an upload's nor among the dead letters" for body in missing)
