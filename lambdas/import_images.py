"""ImportImages: import a batch of source objects, one after the other, and write what became of each.

With the ownership RECORD, the keys are IDs of images that have succeeded, and whose renditions are made anew.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from lambdas.domain import back_pressure, import_outcomes, import_sources, imports, rerenders
from lambdas.domain.import_outcomes import Lines
from lambdas.domain.import_sources import Accepted, Reason, SkippedError
from lambdas.domain.imports import Imported, Outcome
from lambdas.runtime import clock
from lambdas.runtime.metrics import IMAGES_IMPORTED, IMPORTS_SKIPPED
from lambdas.runtime.service_errors import error_name, named_by_code
from lambdas.runtime.settings import ImportSettings
from lambdas.runtime.telemetry import count, log_errors, logger, set_log_keys, trace
from workflow import contracts
from workflow.contracts.service_errors import FUNCTION_ERRORS

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.domain.import_outcomes import Line
    from lambdas.domain.import_sources import Listed
    from workflow.contracts.payloads import ImportImagesInput, ImportImagesOutput

# In which a batch waits for its images, so that few are processed at once. It is less than the function may take: what is left of
# the batch is then copied without a wait.
WAITING: Final = timedelta(seconds=80)
# In which a batch begins with an object. A function that is ended at its time limit leaves no lines.
BEGINNING: Final = timedelta(seconds=95)
# Of an object that was there when it was listed: an attempt that has left no lines may have imported it.
REPLACED: Final = (Reason.CHANGED, Reason.NOT_FOUND, Reason.VERSION_GONE)


class BatchUnfinishedError(Exception):
    """The time of an attempt is over, and objects are left; the next attempt goes on with them."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Import the objects of a batch, and return how many had which outcome.

    Raises the error of an object after the lines of the others are written: another attempt goes on there.
    """
    set_log_keys(requestId=context.aws_request_id)
    with log_errors(), named_by_code():
        contracts.check("import-images.input", event)
        batch = cast("ImportImagesInput", event)
        set_log_keys(requestId=context.aws_request_id, run=batch["run"])
        with trace("ImportImages", run=batch["run"]):
            done = _Batch(batch, ImportSettings.read()).run()
        contracts.check("import-images.output", done)
        return cast("dict[str, Any]", done)


class _Batch:
    """A batch of source objects."""

    def __init__(self, batch: ImportImagesInput, settings: ImportSettings) -> None:
        self._batch, self._settings = batch, settings
        self._accepted = Accepted(settings.enabled_formats, settings.max_bytes)
        self._lines: list[Line] = []
        self._since: datetime = clock.now()

    def run(self) -> ImportImagesOutput:
        """Import each object that no earlier attempt has imported, and write the lines, also before an error."""
        bucket = self._settings.upload_bucket
        key = import_outcomes.outcomes_key(self._batch["run"], self._batch["items"])
        written = import_outcomes.read(bucket, key)
        try:
            self._import_all(Lines(written.lines))
        finally:
            import_outcomes.write(bucket, key, written, self._lines)
        return self._counted(key)

    def _import_all(self, done: Lines) -> None:
        """Import what is not done. An error of one object keeps no other one back, unless it would have the same error."""
        failed: Exception | None = None
        for item in self._batch["items"]:
            one = import_sources.listed(item, self._batch["ownership"])
            if line := done.imported(one):
                self._lines.append(line)
                continue
            if clock.now() >= self._since + BEGINNING:
                raise BatchUnfinishedError("the time of the function is over") from failed
            try:
                self._import(one)
            except Exception as error:
                if error_name(error) in FUNCTION_ERRORS:
                    raise
                failed = failed or error
        if failed:
            raise failed

    def _import(self, one: Listed) -> None:
        """Import an object, append its line, and wait for its image."""
        line = import_outcomes.new_line(one)
        try:
            imported = self._rerender(one, line) if self._has_records else self._copy(one, line)
        except SkippedError as skipped:
            finished = skipped.reason in REPLACED and imports.finish_import(self._batch["bucket"], one, self._settings)
            if not finished:
                count(IMPORTS_SKIPPED, reason=skipped.reason)
                self._lines.append({**line, "outcome": Outcome.SKIPPED, "reason": skipped.reason})
                return
            imported = finished
        self._lines.append({**line, "imageId": imported.image_id, "outcome": imported.outcome})
        if imported.image:
            if imported.outcome == Outcome.COPIED:
                count(IMAGES_IMPORTED, imageId=imported.image_id)
            back_pressure.wait_for_outcomes([imported.image], self._settings.metadata_table, self._since + WAITING)

    @property
    def _has_records(self) -> bool:
        return self._batch["ownership"]["kind"] == "RECORD"

    def _copy(self, one: Listed, line: Line) -> Imported:
        """Copy an object and start its image, and write what is known of it into its line; raises SkippedError."""
        source = import_sources.find(self._batch["bucket"], one, self._accepted)
        line |= {"version": source.version, "size": source.size}
        return imports.import_object(source, one.owner, self._settings)

    def _rerender(self, one: Listed, line: Line) -> Imported:
        """Start an execution that makes the renditions of an image anew, as _copy does."""
        image = rerenders.find(one.key, self._batch["run"], self._settings)
        line |= {"size": image["size"]}
        rerenders.start(image, self._settings)
        return Imported(image["imageId"], Outcome.STARTED, image)

    def _counted(self, key: str) -> ImportImagesOutput:
        found = Counter(line["outcome"] for line in self._lines)
        logger().info("imported a batch", extra={"outcomes": dict(found)})
        return {
            "copied": found[Outcome.COPIED],
            "started": found[Outcome.STARTED],
            "alreadyImported": found[Outcome.ALREADY_IMPORTED],
            "skipped": found[Outcome.SKIPPED],
            "outcomes": key,
        }
