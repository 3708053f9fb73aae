"""ExtractMetadata: facts of the file, the metadata embedded in it, and the image's appearance."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from imaging.decoding.picture import open_picture
from imaging.features.appearance import SAMPLE, describe_appearance
from imaging.metadata.embedded import read_embedded
from imaging.metadata.properties import read_properties
from imaging.rendering.rendition import make_sample
from lambdas.domain import objects
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.settings import ImageStepSettings

if TYPE_CHECKING:
    from workflow.contracts.payloads import ExtractMetadataInput, ExtractMetadataOutput


@step_handler("extract-metadata", ImageStepSettings, stored_as="metadata")
def handler(event: ExtractMetadataInput, settings: ImageStepSettings) -> ExtractMetadataOutput:
    """Return the image's properties, embedded metadata and appearance; raises ImageRejected."""
    upload = objects.read_upload(event["image"], settings.max_bytes)
    picture = open_picture(upload.data, settings.limits)
    # In this order: the sample is decoded at a small scale, after which Pillow reports another size.
    properties, embedded, size = read_properties(picture), read_embedded(picture), picture.size
    appearance = describe_appearance(make_sample(picture, SAMPLE), size)
    # imaging knows no contract; the step handler checks that this keeps its own.
    return cast("ExtractMetadataOutput", {"properties": properties, **embedded, "appearance": appearance})
