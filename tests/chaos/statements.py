"""The statements that hold after every schedule, with any faults."""

from __future__ import annotations

from collections import Counter
from operator import eq
from typing import TYPE_CHECKING, Any

from lambdas.domain import executions
from lambdas.domain.attribute_values import deserialize
from tests.chaos import archive_statement, deletion_statement
from tests.chaos.errors import EXPLAINED
from tests.chaos.operators import REDRIVE, REPROCESS, SWEEP
from tests.lambdas.pipeline import NOTIFICATIONS
from workflow import contracts
from workflow.contracts.errors import ContractViolation
from workflow.retries import REJECTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.account import Account
    from tests.chaos.journal import Entry, Journal

GONE = "NoSuchVersion"  # the reason of a failure: the uploaded version was removed for good
AWAITING, OPEN, SUCCEEDED, DELETED = "AWAITING_UPLOAD", "PROCESSING", "SUCCEEDED", "DELETED"
DESERVED = {"SUCCEEDED": True, "REJECTED": False}  # whether the upload of a record with this status is a sound picture

# The status of a version's last record that another attempt may follow; for all other starters, the record is open.
MAY_FOLLOW = {REDRIVE: {OPEN, "FAILED"}, REPROCESS: {OPEN, "FAILED", "REJECTED"}}

Records = dict[str, dict[str, Any]]
Versions = dict[str, str]  # that S3 shows, by image ID


def violations(account: Account, journal: Journal, *, quiet: bool) -> list[str]:
    """Return the violations, each with the number of its statement; quiet: no fault was injected."""
    records = {image_id: deserialize(item) for image_id, item in account.records().items()}
    visible = account.visible()
    found = {image_id: record for image_id, record in records.items() if image_id not in journal.removed}
    return [
        *(f"1 one outcome: {text}" for text in _one_outcome(records, found, journal, visible)),
        *(f"1 one outcome: {text}" for text in _deserved(records, journal)),
        *(f"1 one outcome: {text}" for text in _recovered(records, journal, visible)),
        *(f"2 archive: {text}" for text in archive_statement.violations(account, records, journal)),
        *(f"3 notifications: {text}" for text in _notifications(records, journal, quiet=quiet)),
        *(f"4 order: {text}" for text in _order(records, journal, visible)),
        *(f"4 order: {text}" for text in _further(journal)),
        *(f"6 deletion: {text}" for text in deletion_statement.violations(account, records, journal)),
        *(f"5 reasons: {text}" for text in _reasons(account, records, journal)),
        *(f"once: {text}" for text in _once(journal)),
        *(f"messages: {text}" for text in _messages(account, journal)),
    ]


def _one_outcome(records: Records, found: Records, journal: Journal, visible: Versions) -> Iterator[str]:
    """Yield what has no outcome. A sweep finds the records in found only, whose uploads are not removed for good."""
    expired = {image_id: entry.version for image_id, entry in journal.expired.items()}
    missing = (image_id for image_id, version in visible.items() if expired.get(image_id) != version)
    yield from (f"{image_id} has no record" for image_id in missing if image_id not in records)
    awaiting = (image_id for image_id in visible if records.get(image_id, {}).get("status") == AWAITING)
    yield from (f"{image_id} is uploaded, and awaits its upload" for image_id in awaiting)
    yield from (f"{image_id} is still open" for image_id, record in found.items() if record["status"] == OPEN)
    for image_id, record in found.items():
        try:
            contracts.check("metadata-record", record)
        except ContractViolation as broken:
            yield f"{image_id}'s record breaks its contract: {broken}"
        if record["status"] not in (AWAITING, OPEN) and "notifiedAt" not in record:
            yield f"{image_id}'s record is not marked as notified"
    yield from (f"{name} was started by an operator without a record" for name in _unrecorded(journal))
    yield from (f"{execution.name} is running" for execution in journal.executions if execution.status == "RUNNING")


def _unrecorded(journal: Journal) -> Iterator[str]:
    """Yield operators' executions that no record has named, so that no sweep would find them."""
    recorded = {new.execution for _, new in journal.writes if new}
    started = (start.execution.name for start in journal.starts if start.starter in MAY_FOLLOW)
    yield from (name for name in started if name not in recorded)


def _deserved(records: Records, journal: Journal) -> Iterator[str]:
    for image_id, record in records.items():
        sound = journal.sound.get(record.get("versionId", ""))  # a record without it breaks its contract
        if record["status"] in DESERVED and DESERVED[record["status"]] != sound:
            yield f"{image_id} has the status {record['status']}, which does not fit its upload"


def _recovered(records: Records, journal: Journal, visible: Versions) -> Iterator[str]:
    """Yield images that FAILED though an operator has started them again when there were no faults any more."""
    if journal.redriven:
        failed = (image_id for image_id, record in records.items() if record["status"] == "FAILED")
        yield from (f"{image_id} FAILED, even after it was redriven" for image_id in failed if image_id in visible)


def _notifications(records: Records, journal: Journal, *, quiet: bool) -> Iterator[str]:
    outcomes = {entry.execution: entry.status for entry in _outcomes(journal)}
    buried = {new.image_id for _, new in journal.writes if new and new.status == DELETED}  # their tombstones expire
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
        image_id = executions.image_id(execution)
        if (image_id in journal.removed or (image_id in buried and status != DELETED)) and execution not in notified:
            continue  # no sweep finds its record, or the deletion has replaced it
        if notified.get(execution) != {status}:
            yield f"{execution} has the outcome {status} and was notified as {sorted(notified.get(execution, ()))}"
    yield from (f"{execution} was notified, but has no outcome" for execution in notified.keys() - outcomes.keys())
    if quiet and len(journal.notifications) != len(outcomes):
        yield f"{len(outcomes)} outcomes were notified {len(journal.notifications)} times without any fault"
    yield from _final(records, journal)


def _is_part(part: Any, whole: Any) -> bool:
    """Return whether two values are the same, but for properties that part does not have at any depth."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and _is_part(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(map(_is_part, part, whole))
    return bool(part == whole)


def _final(records: Records, journal: Journal) -> Iterator[str]:
    for image_id, record in records.items():
        same = [m for m, _ in journal.notifications if m["notificationId"] == record["execution"]]
        for message in same:
            nobodys = {"owner"} if record["status"] == DELETED else set[str]()
            shared = message.keys() & record.keys() - {"filename", "format", "width", "height"} - nobodys
            agrees = _is_part if journal.deployed else eq  # a step of the release returns less than the record holds
            if not all(agrees(message[name], record[name]) for name in shared):
                yield f"{image_id}: a notification does not agree with the record"


def _outcomes(journal: Journal) -> Iterator[Entry]:
    yield from (new for _, new in journal.writes if new and new.status not in (AWAITING, OPEN))


def _order(records: Records, journal: Journal, visible: Versions) -> Iterator[str]:
    for image_id, version in visible.items():
        if image_id in records and records[image_id].get("versionId") != version:
            yield f"{image_id}'s record is not the newest version's"
    for old, new in journal.writes:
        if old and (wrong := _wrong_grant(old, new) or _wrong(old, new, journal)):
            yield f"{old.image_id}: {wrong}: {old[1:]} became {new[1:] if new else None}"


def _wrong_grant(old: Entry, new: Entry | None) -> str:
    """Return what is wrong with a write of a record that awaits its upload, or that does so from now on."""
    if new == old:  # the sweep writes when it looks again
        return ""
    if new and new.status == AWAITING:
        return "a grant replaced a record"
    if new and new.status == DELETED:
        return ""
    taken = new is not None and new.version != old.version and new.status in {OPEN, "FAILED"}
    return "a grant was deleted, or got an outcome that nobody began" if old.status == AWAITING and not taken else ""


def _wrong(old: Entry, new: Entry | None, journal: Journal) -> str:
    """Return what is wrong with a write, if anything is."""
    if old.status == AWAITING or (new and new.status == DELETED):
        return ""
    if new is None:
        return "" if old.status == OPEN else "an outcome was deleted"
    if new.execution == old.execution:
        return "" if old.status in {OPEN, new.status} else "an outcome changed"
    if new.version != old.version:
        order = {
            version: place for place, version in enumerate(journal.uploads.get(old.image_id, []))
        }  # others are older: of a grant, or of nothing
        return "" if order.get(new.version, -1) > order.get(old.version, -1) else "an older version replaced it"
    if old.status == SUCCEEDED:
        again = new.execution in journal.rerendered and new.status == SUCCEEDED
        return "" if again else "a success was replaced"
    return "" if new.attempt > old.attempt else "an earlier attempt replaced it"


def _further(journal: Journal) -> Iterator[str]:
    """Yield attempts that were started for nothing.

    A version that had an outcome is started again by an operator only, and by nobody after its record has expired. Sweeps
    and operators start nothing for an upload that was deleted before they looked.
    """
    for execution, starter, _, before, expired, hidden, _ in journal.starts:
        if execution.name in journal.rerendered:
            continue
        again = execution.input_data["image"]["attempt"] > 1 and before
        if expired or (again and again.status not in MAY_FOLLOW.get(starter, {OPEN})):
            yield f"{starter} started {execution.name} though its version had the outcome {before and before.status}"
        if hidden and starter in (SWEEP, *MAY_FOLLOW):
            yield f"{starter} started {execution.name} though its upload was deleted"


def _reasons(account: Account, records: Records, journal: Journal) -> Iterator[str]:
    for image_id, record in records.items():
        if record["status"] == "FAILED" and not (record.get("failedIn") and record.get("reason")):
            yield f"{image_id}'s record does not say where and why it failed"
        if record["status"] == "FAILED" and not _explained(account, record, journal):
            yield f"{image_id} failed with {record['reason']} in {record['failedIn']}, which no fault explains"
    for message, _ in journal.notifications:
        if message["status"] == "FAILED" and not (message.get("failedIn") and message.get("reason")):
            yield f"{message['imageId']}'s notification does not say where and why it failed"


def _explained(account: Account, record: dict[str, Any], journal: Journal) -> bool:
    """Return whether a fault explains the failure. A rejection may have been in progress when its execution was stopped."""
    unsound = not journal.sound.get(record.get("versionId", ""), True)
    if record["reason"] == GONE:
        left = account.upload_versions().get(record["key"], [])
        return record["versionId"] not in {version.version_id for version in left}
    return record["reason"] in EXPLAINED or (unsound and record["reason"] == REJECTED)


def _once(journal: Journal) -> Iterator[str]:
    """Yield attempts that were started twice. A claim without an execution is started again (lambdas/domain/rerenders.py)."""
    images = [execution.input_data["image"] for execution in journal.executions]
    first = (image for image in images if "original" not in image)
    started = Counter((image["imageId"], image["versionId"], image.get("attempt", 1)) for image in first)
    yield from (f"{image} was started {times} times" for image, times in started.items() if times > 1)


def _messages(account: Account, journal: Journal) -> Iterator[str]:
    missing = Counter(journal.poison) - Counter(account.dead_letter_bodies())
    yield from (f"{body} is not in the dead-letter queue, though it is not about an upload" for body in missing)
