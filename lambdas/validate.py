"""ValidateImage: begin the record, or claim that of a success, and find out whether the upload is a sound image within the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lambdas.domain import objects
from lambdas.domain.rerender_record import record_of
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.sandbox import client as sandbox
from lambdas.runtime.sandbox.answers import facts_of
from lambdas.runtime.settings import ValidateSettings

if TYPE_CHECKING:
    from workflow.contracts.payloads import ValidateImageInput, ValidateImageOutput


@step_handler("validate-image", ValidateSettings, stored_as="validation")
def handler(event: ValidateImageInput, settings: ValidateSettings) -> ValidateImageOutput:
    """Return the facts of a sound image; raises ImageRejected for any other file."""
    sandbox.start()
    image = event["image"]
    record_of(settings.metadata_table, image, event["execution"]).begin(settings.record_retention_days)
    upload = objects.read_upload(image, settings.max_bytes)
    focus = {objects.FOCUS: objects.focus_text(upload.focus)} if upload.focus else {}
    read = facts_of("validate-image.output", filename=upload.filename, **focus)
    return cast("ValidateImageOutput", sandbox.run("examine", upload.data, read, limits=settings.limits.to_json()))
