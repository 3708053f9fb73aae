"""ImportImages: import a batch of source objects, one after the other, and write what became of each.

With the ownership RECORD, the keys are IDs of images that have succeeded, and whose renditions are made anew.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from lambdas.domain import back_pressure, import_outcomes, import_sources, imports, rerenders
from lambdas.domain.import_outcomes import Lines
from lambdas.domain.import_sources import Accepted, Reason, SkippedError
from lambdas.domain.imports import Outcome
from lambdas.runtime import clock
from lambdas.runtime.metrics import IMAGES_IMPORTED, IMPORTS_SKIPPED
from lambdas.runtime.service_errors import error_name, named_by_code
from lambdas.runtime.settings import ImportSettings
from lambdas.runtime.telemetry import count, log_errors, logger, set_log_keys, trace
from workflow import contracts
from workflow.contracts.service_errors import FUNCTION_ERRORS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from typing import TypeVar

    from lambdas.domain.import_outcomes import Line
    from lambdas.domain.import_sources import Listed
    from lambdas.domain.imports import Imported
    from workflow.contracts.payloads import ImportImagesInput, ImportImagesOutput

    Thing = TypeVar("Thing")

# In which a batch waits for its images, so that few are processed at once. It is less than the function may take: what is left of
# the batch is then copied without a wait.
WAITING: Final = timedelta(seconds=80)
# In which a batch looks at its objects: what is found by then is imported, and the next attempt looks at the others.
FINDING: Final = timedelta(seconds=40)
# In which a batch begins with an object. A function that is ended at its time limit leaves no lines.
BEGINNING: Final = timedelta(seconds=95)
# Of an object that was there when it was listed: an attempt that died may have imported it.
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


@dataclass(frozen=True)
class _Work:
    """An object that is to be imported: what is known of it, and what copies it or makes its renditions anew."""

    one: Listed
    line: Line
    do: Callable[[], Imported]


class _Batch:
    """A batch of source objects."""

    def __init__(self, batch: ImportImagesInput, settings: ImportSettings) -> None:
        self._batch, self._settings = batch, settings
        self._accepted = Accepted(settings.enabled_formats, settings.max_bytes)
        self._known = Lines()
        self._lines: list[Line] = []
        self._works: list[_Work] = []
        self._since: datetime = clock.now()

    def run(self) -> ImportImagesOutput:
        """Import each object that no earlier attempt has imported, and write the lines, also before an error.

        Before the first copy it writes which images are about to be made: an attempt that dies leaves that.
        """
        bucket = self._settings.upload_bucket
        key = import_outcomes.outcomes_key(self._batch["run"], self._batch["items"])
        written = import_outcomes.read(bucket, key)
        self._known = Lines(written.lines)
        try:
            listed = (import_sources.listed(item, self._batch["ownership"]) for item in self._batch["items"])
            failed = self._each(listed, self._find, FINDING)
            written = import_outcomes.write(bucket, key, written, self._begun())
            failed = self._each(self._works, self._import, BEGINNING, failed)
            if failed:
                raise failed
        finally:
            import_outcomes.write(bucket, key, written, self._lines)
        return self._counted(key)

    def _each(
        self, things: Iterable[Thing], do: Callable[[Thing], None], until: timedelta, failed: Exception | None = None
    ) -> Exception | None:
        """Do something about each while there is time, and return the first error.

        An error of one object keeps no other one back, unless it would have the same error.
        """
        for one in things:
            if clock.now() >= self._since + until:
                return failed or BatchUnfinishedError("the time of the function is over")
            try:
                do(one)
            except Exception as error:
                if error_name(error) in FUNCTION_ERRORS:
                    raise
                failed = failed or error
        return failed

    def _find(self, one: Listed) -> None:
        """Find an object, unless it was imported; append its line if it is over, and what is to be done if not."""
        if line := self._known.imported(one):
            self._lines.append(line)
            return
        line = import_outcomes.new_line(one)
        try:
            do = self._rerender(one, line) if self._has_records else self._copy(one, line)
        except SkippedError as skipped:
            self._skip(one, line, skipped.reason)
        else:
            self._works.append(_Work(one, line, do))

    def _begun(self) -> list[Line]:
        """Return the lines of the images that are about to be copied; those of renditions have the ID as their key."""
        works = [] if self._has_records else self._works
        return [{**work.line, "outcome": Outcome.BEGUN} for work in works]

    def _import(self, work: _Work) -> None:
        """Import an object, append its line, and wait for its image."""
        try:
            imported = work.do()
        except SkippedError as skipped:
            self._skip(work.one, work.line, skipped.reason)
        else:
            self._finish(work.line, imported)

    def _skip(self, one: Listed, line: Line, reason: Reason) -> None:
        """Append the line of an object that is not imported, or that of the image which an earlier attempt has made of it."""
        finished = self._finished(one) if reason in REPLACED else None
        if finished:
            self._finish(line, finished)
            return
        count(IMPORTS_SKIPPED, reason=reason)
        self._lines.append({**line, "imageId": "", "outcome": Outcome.SKIPPED, "reason": reason})

    def _finished(self, one: Listed) -> Imported | None:
        """Return an image that an earlier attempt, or another run, has made of an object that is not as it was listed any more."""
        images = [*self._known.begun_of(one), *imports.image_ids(self._batch["bucket"], one)]
        found = (imports.finish_import(image, one.owner, self._settings) for image in images)
        return next(filter(None, found), None)

    def _finish(self, line: Line, imported: Imported) -> None:
        """Append the line of an image, and wait for its outcome if it was started."""
        self._lines.append({**line, "imageId": imported.image_id, "outcome": imported.outcome})
        if imported.image:
            if imported.outcome == Outcome.COPIED:
                count(IMAGES_IMPORTED, imageId=imported.image_id)
            back_pressure.wait_for_outcomes([imported.image], self._settings.metadata_table, self._since + WAITING)

    @property
    def _has_records(self) -> bool:
        return self._batch["ownership"]["kind"] == "RECORD"

    def _copy(self, one: Listed, line: Line) -> Callable[[], Imported]:
        """Return what copies an object and starts its image, and write what is known of it into its line; raises SkippedError."""
        source = import_sources.find(self._batch["bucket"], one, self._accepted)
        line |= {"version": source.version, "size": source.size, "imageId": imports.image_id(source)}
        return partial(imports.import_object, source, one.owner, self._settings)

    def _rerender(self, one: Listed, line: Line) -> Callable[[], Imported]:
        """Return what starts an execution that makes the renditions of an image anew, as _copy does."""
        image = rerenders.find(one.key, self._batch["run"], self._settings)
        line |= {"size": image["size"]}
        return partial(rerenders.start, image, self._settings)

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
