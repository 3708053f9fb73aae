"""An audit of a batch on a stack where permissions are enforced."""

from uuid import uuid4

from lambdas.domain import object_keys
from local.stack import LocalStack
from tests.local.stack_access import invoke

OWNER = "9d1c2a3e-77b0-4e63-8a0e-2f1f0c9b6a55"


def audits_uploads(stack: LocalStack) -> bool:
    """Audit an upload that has no record, and return whether it has one afterwards. The row is made up: nothing is uploaded."""
    row = {
        "Bucket": stack.outputs["UploadBucketName"],
        "Key": object_keys.upload_key(OWNER, str(uuid4())),
        "VersionId": "v",
        "IsLatest": "true",
        "IsDeleteMarker": "false",
        "Size": "1",
        "LastModifiedDate": "2026-11-30T01:00:00.000Z",
    }
    return bool(invoke(stack, "AuditFunction", {"items": [row]}).get("missing") == 1)
