"""ImportImages: import a batch of source objects, one after the other, and write what became of each."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from lambdas.domain import back_pressure, import_outcomes, import_sources, imports
from lambdas.domain.import_sources import Accepted, SkippedError
from lambdas.domain.imports import Outcome
from lambdas.runtime import clock
from lambdas.runtime.metrics import IMAGES_IMPORTED, IMPORTS_SKIPPED
from lambdas.runtime.service_errors import named_by_code
from lambdas.runtime.settings import ImportSettings
from lambdas.runtime.telemetry import count, log_errors, logger, set_log_keys, trace
from workflow import contracts

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.domain.import_outcomes import Line
    from lambdas.domain.import_sources import Listed
    from workflow.contracts.payloads import ImportImagesInput, ImportImagesOutput

# In which a batch waits for its images, so that few are processed at once. It is less than the function may take: what is left of
# the batch is then copied without a wait.
WAITING: Final = timedelta(seconds=80)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Import the objects of a batch, and return how many had which outcome.

    Raises the error of an object that may pass, after the lines of the others are written: another attempt goes on there.
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
        self._until: datetime = clock.now() + WAITING

    def run(self) -> ImportImagesOutput:
        """Import each object that no earlier attempt has imported, and write the lines, also before an error."""
        bucket = self._settings.upload_bucket
        key = import_outcomes.outcomes_key(self._batch["run"], self._batch["items"])
        done = import_outcomes.read_done(bucket, key)
        try:
            for item in self._batch["items"]:
                one = import_sources.listed(item, self._batch["ownership"])
                self._lines.append(done.get(one.key) or self._import(one))
        finally:
            import_outcomes.write(bucket, key, self._lines)
        return self._counted(key)

    def _import(self, one: Listed) -> Line:
        """Import an object, wait for its image, and return its line."""
        line: Line = {
            "key": one.key,
            "version": one.version,
            "owner": one.owner,
            "imageId": "",
            "outcome": "",
            "reason": "",
            "size": 0,
        }
        try:
            source = import_sources.find(self._batch["bucket"], one, self._accepted)
            line |= {"version": source.version, "size": source.size, "imageId": imports.image_id(source)}
            imported = imports.import_object(source, one.owner, self._settings)
        except SkippedError as skipped:
            count(IMPORTS_SKIPPED, reason=skipped.reason)
            return {**line, "outcome": Outcome.SKIPPED, "reason": skipped.reason}
        if imported.image:
            count(IMAGES_IMPORTED, imageId=imported.image_id)
            back_pressure.wait_for_outcomes([imported.image], self._settings.metadata_table, self._until)
        return {**line, "outcome": imported.outcome}

    def _counted(self, key: str) -> ImportImagesOutput:
        found = Counter(line["outcome"] for line in self._lines)
        logger().info("imported a batch", extra={"outcomes": dict(found)})
        return {
            "copied": found[Outcome.COPIED],
            "alreadyImported": found[Outcome.ALREADY_IMPORTED],
            "skipped": found[Outcome.SKIPPED],
            "outcomes": key,
        }
