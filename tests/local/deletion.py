"""Images of the test user on a running stack that are deleted, or that a sweep finds by their records."""

import json
from typing import Any

import urllib3

from lambdas.domain import object_keys
from local.stack import LocalStack
from tests.local.account import eventually
from tests.local.finalization import without_rules
from tests.local.image_status import final
from tests.local.stack_access import invoke

DATA = b"12345"


def delete(stack: LocalStack, image_id: str, token: str = "") -> urllib3.BaseHTTPResponse:
    """Return the response to the test user, or to the user with token, who deletes an image."""
    url, headers = stack.api_url(f"images/{image_id}"), {"Authorization": token or stack.token}
    return stack.emulator.http().request("DELETE", url, headers=headers)


def upload(stack: LocalStack) -> dict[str, Any]:
    """Upload something as the test user, and return the grant."""
    http, query = stack.emulator.http(), {"filename": "a.jpg", "contentType": "image/jpeg", "size": str(len(DATA))}
    answer = http.request("GET", stack.upload_url_endpoint, fields=query, headers={"Authorization": stack.token})
    assert answer.status == 200, answer.data
    grant: dict[str, Any] = json.loads(answer.data)
    assert http.request("PUT", grant["uploadUrl"], body=DATA, headers=grant["headers"]).status == 200
    return grant


def versions(stack: LocalStack, image_id: str) -> list[str]:
    """Return the key of every version and every delete marker of an image in both buckets."""
    s3, buckets = stack.emulator.client("s3"), (stack.outputs["UploadBucketName"], stack.outputs["ArchiveBucketName"])
    pages = [page for name in buckets for page in s3.get_paginator("list_object_versions").paginate(Bucket=name)]
    found = [one["Key"] for page in pages for one in (*page.get("Versions", []), *page.get("DeleteMarkers", []))]
    return [key for key in found if image_id in key]


def deletes_images(stack: LocalStack) -> bool:
    """Return whether an image of the test user is deleted at once, with what is staged and archived of it."""
    with without_rules(stack):  # while an execution runs, the response would be 202
        grant = upload(stack)
    owner, image_id = object_keys.parse_upload_key(grant["key"])
    s3 = stack.emulator.client("s3")
    for bucket, key in (
        (stack.outputs["UploadBucketName"], f"{object_keys.staged_folders(image_id)}1/resized.jpg"),
        (stack.outputs["ArchiveBucketName"], f"{object_keys.image_folder(owner, image_id)}1/resized.jpg"),
    ):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
        s3.delete_object(Bucket=bucket, Key=key)
    return delete(stack, image_id).status == 204 and not versions(stack, image_id)


def sweep_deletes(stack: LocalStack) -> bool:
    """Return whether the sweep deletes what is uploaded after the deletion of an image."""
    with without_rules(stack):  # with an outcome, the next look at the image would be hours later
        grant = upload(stack)
        delete(stack, grant["imageId"])
    bucket = stack.outputs["UploadBucketName"]
    for _ in range(2):  # the emulator judges the first version of a request as if it were the object
        stack.emulator.client("s3").put_object(Bucket=bucket, Key=grant["key"], Body=DATA)
    return "errorType" not in invoke(stack, "SweepFunction", {}) and not versions(stack, grant["imageId"])


def sweep_starts(stack: LocalStack) -> bool:
    """Return whether the sweep finds by its record an upload whose event was lost, and the image gets its outcome."""
    with without_rules(stack):
        grant = upload(stack)
        answer = invoke(stack, "SweepFunction", {})
    return "errorType" not in answer and eventually(lambda: final(stack, grant["imageId"]))["status"] == "REJECTED"
