"""ValidateImage: begin the record, and find out whether the upload is a sound picture within the limits."""

from typing import Any

from lambdas import storage
from lambdas.environment import PictureEnvironment, ValidateEnvironment
from lambdas.formats import told_by
from lambdas.gate import step
from lambdas.imaging.decoders import prepare
from lambdas.imaging.picture import decode, open_picture
from lambdas.record import Record
from lambdas.trial import tried


@step("validate-image", ValidateEnvironment, found_as="validation")
def handler(event: dict[str, Any], environment: ValidateEnvironment) -> dict[str, Any]:
    """Return what the picture was found to be; raises ImageRejected."""
    image = event["image"]
    Record(environment.metadata_table, image, event["execution"]).begin(environment.record_retention_days)
    upload = storage.read(image, environment.max_bytes)
    prepare(told_by(upload.data))  # here, or every trial would do it anew
    return {"filename": upload.filename, **tried(lambda: examined(upload.data, environment))}


def examined(data: bytes, limits: PictureEnvironment) -> dict[str, Any]:
    """Return the facts of a picture that can be opened and decoded within limits; raises ImageRejected."""
    picture = open_picture(data, limits)
    width, height = picture.size
    decode(picture, wanted=(1, 1), all_scans=True)  # all of the data, at the smallest scale
    return {
        "format": picture.format.name,
        "contentType": picture.format.content_type,
        "width": width,
        "height": height,
        "frames": picture.frames,
        "size": len(data),
    }
