"""Object-created events of S3, and the image that each stands for."""

from typing import Any

from lambdas.domain import object_keys
from workflow import contracts


def read_event(event: Any, upload_bucket: str) -> dict[str, Any]:
    """Return the image that the pipeline starts with for an object-created event of upload_bucket.

    Raises ContractViolation or ValueError for any other event.
    """
    contracts.check("object-created", event)
    bucket, created = event["detail"]["bucket"]["name"], event["detail"]["object"]
    if bucket != upload_bucket:
        raise ValueError("the event is of another bucket than the upload bucket")
    owner, image_id = object_keys.parse_upload_key(created["key"])
    image = {
        "imageId": image_id,
        "owner": owner,
        "bucket": bucket,
        "key": created["key"],
        "versionId": created["version-id"],
        "attempt": 1,
        "size": created["size"],
        "sequencer": created["sequencer"],
        "uploadedAt": event["time"],
    }
    contracts.check("pipeline-input", {"image": image})
    return image
