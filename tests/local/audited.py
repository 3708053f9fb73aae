"""Audits on a stack where permissions are enforced: inventories are made up, since no emulator makes any."""

import json
from collections.abc import Iterator
from uuid import uuid4

from lambdas.domain import object_keys
from local.stack import LocalStack
from tests.fake_aws.inventories import Row, write_inventory
from tests.local.account import eventually

OWNER = "9d1c2a3e-77b0-4e63-8a0e-2f1f0c9b6a55"


def audits_uploads(stack: LocalStack) -> bool:
    """Run AuditPipeline on the inventory of an upload without a record; return whether it succeeds, and there is one."""
    rows = [*rows_of(stack, 1)]
    client, machine = stack.emulator.client("stepfunctions"), stack.outputs["AuditPipelineArn"]
    given = {"key": write_rows(stack, rows), "maxConcurrency": 1}
    started = client.start_execution(stateMachineArn=machine, name=str(uuid4()), input=json.dumps(given))

    def status() -> str:
        found = str(client.describe_execution(executionArn=started["executionArn"])["status"])
        return "" if found == "RUNNING" else found

    return eventually(status) == "SUCCEEDED" and has_records(stack, rows)


def rows_of(stack: LocalStack, number: int) -> Iterator[Row]:
    """Yield the rows of so many uploads that nobody has made."""
    for _ in range(number):
        yield {
            "Bucket": stack.outputs["UploadBucketName"],
            "Key": object_keys.upload_key(OWNER, str(uuid4())),
            "VersionId": "v",
            "IsLatest": "true",
            "IsDeleteMarker": "false",
            "Size": "1",
            "LastModifiedDate": "2026-11-30T01:00:00.000Z",
        }


def write_rows(stack: LocalStack, rows: list[Row]) -> str:
    """Write an inventory, whose manifest starts an audit, and return the key of the manifest."""
    return write_inventory(stack.outputs["InventoryBucketName"], rows, client=stack.emulator.client("s3"))


def has_records(stack: LocalStack, rows: list[Row]) -> bool:
    """Return whether each upload of an inventory has a record."""
    table, dynamodb = stack.outputs["MetadataTableName"], stack.emulator.client("dynamodb")
    keys = ({"imageId": {"S": object_keys.parse_upload_key(row["Key"])[1]}} for row in rows)
    return all("Item" in dynamodb.get_item(TableName=table, Key=key) for key in keys)
