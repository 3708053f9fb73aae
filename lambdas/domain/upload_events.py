"""Object-created events of S3, and the image that each stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lambdas.domain import object_keys
from workflow import contracts

if TYPE_CHECKING:
    from workflow.contracts.payloads import ObjectCreated, PipelineInputImage


def read_event(payload: object, upload_bucket: str) -> PipelineInputImage:
    """Return the image with which the pipeline starts for an object-created event of upload_bucket.

    Raises ContractViolation or ValueError for any other payload.
    """
    contracts.check("object-created", payload)
    event = cast("ObjectCreated", payload)
    bucket, created = event["detail"]["bucket"]["name"], event["detail"]["object"]
    if bucket != upload_bucket:
        raise ValueError("the event is of another bucket than the upload bucket")
    owner, image_id = object_keys.parse_upload_key(created["key"])
    image: PipelineInputImage = {
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
