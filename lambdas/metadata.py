"""ExtractMetadata: facts of the file, the metadata embedded in it, and the image's appearance."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lambdas.domain import objects
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.sandbox import client as sandbox
from lambdas.runtime.sandbox.answers import facts_of
from lambdas.runtime.settings import ImageStepSettings

if TYPE_CHECKING:
    from workflow.contracts.payloads import ExtractMetadataInput, ExtractMetadataOutput


@step_handler("extract-metadata", ImageStepSettings, stored_as="metadata")
def handler(event: ExtractMetadataInput, settings: ImageStepSettings) -> ExtractMetadataOutput:
    """Return the image's properties, embedded metadata and appearance; raises ImageRejected."""
    sandbox.start()
    upload = objects.read_upload(event["image"], settings.max_bytes)
    read = facts_of("extract-metadata.output")
    return cast("ExtractMetadataOutput", sandbox.run("describe", upload.data, read, limits=settings.limits.to_json()))
