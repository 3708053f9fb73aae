"""ValidateImage: begin the record, and find out whether the upload is a sound picture within the limits."""

from typing import Any

from lambdas import storage
from lambdas.environment import PictureEnvironment
from lambdas.gate import step
from lambdas.imaging import decode, open_picture
from lambdas.record import Record


@step("validate-image", PictureEnvironment, found_as="validation")
def handler(event: dict[str, Any], environment: PictureEnvironment) -> dict[str, Any]:
    """Return what the picture was found to be; raises ImageRejected."""
    image = event["image"]
    Record(environment.metadata_table, image, event["execution"]).begin()
    upload = storage.read(image, environment.max_bytes)
    picture = open_picture(upload.data, environment)
    width, height = picture.size
    decode(picture, wanted=(1, 1))  # all of the data, at the smallest scale
    return {
        "filename": upload.filename,
        "format": picture.format.name,
        "contentType": picture.format.content_type,
        "width": width,
        "height": height,
        "frames": picture.frames,
        "size": len(upload.data),
    }
