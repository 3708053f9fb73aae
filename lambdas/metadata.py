"""ExtractMetadata: facts of the file, what is written in it, and what the picture looks like."""

from typing import Any

from imaging.decoding.picture import open_picture
from imaging.features.appearance import SAMPLE, describe_appearance
from imaging.metadata.embedded import read_embedded
from imaging.metadata.properties import read_properties
from imaging.rendering.rendition import make_sample
from lambdas.domain import objects
from lambdas.domain.step_handler import step_handler
from lambdas.runtime.settings import ImageStepSettings


@step_handler("extract-metadata", ImageStepSettings, found_as="metadata")
def handler(event: dict[str, Any], environment: ImageStepSettings) -> dict[str, Any]:
    """Return what the picture is, what is written in it and what it looks like; raises ImageRejected."""
    picture = open_picture(objects.read_upload(event["image"], environment.max_bytes).data, environment.limits)
    # In this order: to sample a picture is to decode it small, after which Pillow tells another size.
    facts, words, size = read_properties(picture), read_embedded(picture), picture.size
    return {"properties": facts, **words, "appearance": describe_appearance(make_sample(picture, SAMPLE), size)}
