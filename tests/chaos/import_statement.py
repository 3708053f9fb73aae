"""The statement about imports: each source object ends once, and the report of each run says how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from lambdas.domain import import_outcomes, imports
from lambdas.domain.attribute_values import deserialize
from lambdas.domain.import_outcomes import Lines
from lambdas.domain.import_sources import Reason, SourceObject
from lambdas.domain.imports import DONE
from lambdas.domain.record import is_begun
from tests.chaos.faults import CLIENT
from tests.chaos.importers import MISSING, RUNS, SOURCE
from tests.fake_aws import stores
from tests.fake_aws.resources import UPLOADS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.context import Context
    from tests.chaos.importers import Importers
    from workflow.contracts.payloads import MetadataRecord


def violations(context: Context, importers: Importers) -> Iterator[str]:
    """Yield what is wrong after both runs were resumed to their end."""
    items = context.account.records()
    begun = {image_id for image_id, item in items.items() if is_begun(cast("MetadataRecord", deserialize(item)))}
    reports = {run: _report(run, begun) for run in RUNS}
    for run, lines in reports.items():
        yield from (f"imports: {run}: {text}" for text in _missing(lines, importers))
    known = {line["imageId"]: line["key"] for lines in reports.values() for line in lines if line["outcome"] in DONE}
    yield from (f"imports: {text}" for text in _unreported(context, known))
    yield from (f"imports: {text}" for text in _copied_twice(context, known))


def lost_lines(importers: Importers) -> Iterator[str]:
    """Yield objects of batches that have succeeded, and have no line by now."""
    keys = stores.backend("s3", "aws").buckets[UPLOADS].keys
    for run, items in importers.finished:
        lines = import_outcomes.parse(keys[import_outcomes.outcomes_key(run, items)].value)
        lost = {item["key"] for item in items} - {line["key"] for line in lines}
        yield from (f"imports: {run}: the line about {key} is lost" for key in sorted(lost))


def _report(run: str, begun: set[str]) -> list[import_outcomes.Line]:
    """Return the lines of a report, which looks for the images of attempts that died."""
    keys = stores.backend("s3", "aws").buckets[UPLOADS].keys
    found = [keys[key].value for key in keys if key.startswith(f"imports/{run}/")]
    return list(Lines(line for data in found for line in import_outcomes.parse(data)).reported(begun))


def _missing(lines: list[import_outcomes.Line], importers: Importers) -> Iterator[str]:
    """Yield the objects that the source has now and the report has not, as images or as skipped."""
    images = {line["imageId"] for line in lines if line["outcome"] in DONE}
    skipped = {line["key"]: line["reason"] for line in lines if line["outcome"] not in DONE}
    for item in importers.listed():
        wanted = imports.image_id(SourceObject(SOURCE, item["key"], "", item["etag"].strip('"'), 0))
        reason = Reason.NOT_FOUND if item["key"] == MISSING else Reason.EMPTY
        if wanted not in images and skipped.get(item["key"]) != reason:
            yield f"{item['key']} has no line: {skipped.get(item['key'])}"
    if len({(line["key"], line["imageId"]) for line in lines}) != len(lines):
        yield "a line is there twice"


def _unreported(context: Context, known: dict[str, str]) -> Iterator[str]:
    """Yield images that no report has."""
    imported = {image_id for image_id in context.journal.uploads if image_id[14] == "5"}  # the version of the UUID
    yield from (f"{image_id} was imported, and no report has it" for image_id in sorted(imported - known.keys()))


def _copied_twice(context: Context, known: dict[str, str]) -> Iterator[str]:
    """Yield images with two uploads, unless one was removed in between."""
    if context.faults.counted.keys() & CLIENT.keys():
        return
    journal: Any = context.journal
    for image_id, key in known.items():
        if len(journal.uploads.get(image_id, ())) > 1 and image_id not in journal.buried:
            yield f"{key} was copied {len(journal.uploads[image_id])} times"
