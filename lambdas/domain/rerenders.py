"""Rerenders: an execution of the pipeline makes the renditions of an image anew, from the archived original."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lambdas.domain import executions, objects
from lambdas.domain.import_sources import Listed, Reason, SkippedError, check_restored, head
from lambdas.domain.imports import Imported, Outcome
from lambdas.domain.outcomes import SUCCEEDED
from lambdas.domain.record import read_record
from lambdas.domain.rerender_record import Rerender
from lambdas.runtime import clock
from workflow import contracts
from workflow.contracts.errors import PreviousOutcomePending, StaleExecution

if TYPE_CHECKING:
    from lambdas.runtime.settings import StartSettings
    from workflow.contracts.payloads import MetadataRecord, Original, PipelineInputImage


def find(image_id: str, run: str, settings: StartSettings) -> PipelineInputImage:
    """Return the input of the execution for an image that has succeeded; raises SkippedError for any other one."""
    stored = read_record(settings.metadata_table, image_id) if _is_id(image_id) else None
    if not stored or stored["status"] != SUCCEEDED:
        raise SkippedError(Reason.NOT_SUCCEEDED)
    archived = stored["archive"]["original"]
    check_restored(head(stored["archive"]["bucket"], Listed(archived["key"])))
    return {
        "imageId": image_id,
        "owner": stored["owner"],
        "bucket": stored["bucket"],
        "key": stored["key"],
        "versionId": stored["versionId"],
        "attempt": executions.attempt(stored),
        "size": archived["size"],
        "uploadedAt": clock.timestamp(),
        "original": _original(stored, run),
    }


def _is_id(text: str) -> bool:
    return re.fullmatch(contracts.schema("common")["$defs"]["imageId"]["pattern"], text) is not None


def _original(stored: MetadataRecord, run: str) -> Original:
    found: Original = {
        "bucket": stored["archive"]["bucket"],
        "key": stored["archive"]["original"]["key"],
        "filename": stored["validation"]["filename"],
        "run": run,
    }
    focus = stored["validation"].get("focus") or _focus_of_upload(stored)
    return {**found, "focus": focus} if focus else found


def _focus_of_upload(stored: MetadataRecord) -> str:
    """Return the focal point in the metadata of the upload, if that is still there: older records do not have it."""
    try:
        answer = head(stored["bucket"], Listed(stored["key"], version=stored["versionId"]))
    except SkippedError:
        return ""
    focus = objects.parse_focus(answer["Metadata"].get(objects.FOCUS, ""))
    return objects.focus_text(focus) if focus else ""


def start(image: PipelineInputImage, settings: StartSettings) -> Imported:
    """Claim the record and start the execution, unless its renditions are there; raises SkippedError.

    Also if an earlier call has claimed the record: it may have died before it started the execution. Two EXPRESS executions
    with one name write the same renditions, and the later one finds that the record has them.
    """
    record = Rerender(settings.metadata_table, image, executions.name(image))
    try:
        record.begin(settings.record_retention_days)
    except StaleExecution as error:
        if error.succeeded:
            return Imported(image["imageId"], Outcome.STARTED)
        raise SkippedError(Reason.NOT_SUCCEEDED) from error
    except PreviousOutcomePending as error:
        raise SkippedError(Reason.OUTCOME_PENDING) from error
    executions.start_claimed(record, image, settings)
    return Imported(image["imageId"], Outcome.STARTED, image)
