"""An import on a stack where permissions are enforced, which uses each permission that imports have here."""

import json
from uuid import uuid4

from lambdas.domain import import_outcomes, imports, object_keys
from lambdas.domain.import_sources import Reason, SourceObject
from lambdas.domain.imports import Outcome
from local.stack import LocalStack
from tests.local.account import eventually
from tests.pictures import encoded, quadrants

SOURCE = "pictures-of-ten-years"
OWNER = "9d1c2a3e-77b0-4e63-8a0e-2f1f0c9b6a55"


def imports_objects(stack: LocalStack) -> bool:
    """Import a bucket, and a list with a key that is missing; return whether all objects came in, and the key was not found.

    One of the objects was copied by an import that died before it started the image.
    """
    run, client = str(uuid4()), stack.emulator.client("s3")
    client.create_bucket(Bucket=SOURCE)
    keys = [f"{run}/{name}.png" for name in ("new", "copied")]
    etags = [
        client.put_object(Bucket=SOURCE, Key=key, Body=encoded(quadrants(), "PNG") + key.encode())["ETag"]
        for key in keys
    ]
    _copy(stack, SourceObject(SOURCE, keys[1], "", etags[1].strip('"'), 0))
    upload_bucket = stack.outputs["UploadBucketName"]
    listed = f"imports/{run}/keys.csv"
    client.put_object(Bucket=upload_bucket, Key=listed, Body=f'"{keys[0]}","",""\n"{run}/gone.png","",""\n'.encode())
    sources = (
        {"kind": "BUCKET", "bucket": SOURCE, "prefix": f"{run}/"},
        {"kind": "LIST", "bucket": SOURCE, "list": {"bucket": upload_bucket, "key": listed}},
    )
    if not all(_runs(stack, run, number, source) for number, source in enumerate(sources)):
        return False
    return _reasons(stack, run) == {**dict.fromkeys(keys, ""), f"{run}/gone.png": Reason.NOT_FOUND}


def _copy(stack: LocalStack, source: SourceObject) -> None:
    """Copy an object as an import does that dies before it starts the image."""
    key = object_keys.upload_key(OWNER, imports.image_id(source))
    stack.emulator.client("s3").copy_object(
        CopySource={"Bucket": SOURCE, "Key": source.key}, Bucket=stack.outputs["UploadBucketName"], Key=key
    )


def _runs(stack: LocalStack, run: str, number: int, source: object) -> bool:
    """Run ImportPipeline, and return whether it succeeded."""
    client = stack.emulator.client("stepfunctions")
    given = {
        "run": run,
        "source": source,
        "ownership": {"kind": "ONE", "owner": OWNER},
        "maxConcurrency": 1,
        "toleratedFailurePercentage": 100,
        "limit": 10,
    }
    started = client.start_execution(
        stateMachineArn=stack.outputs["ImportPipelineArn"], name=f"{run}-{number}", input=json.dumps(given)
    )

    def status() -> str:
        found = str(client.describe_execution(executionArn=started["executionArn"])["status"])
        return "" if found == "RUNNING" else found

    return eventually(status) == "SUCCEEDED"


def _reasons(stack: LocalStack, run: str) -> dict[str, str]:
    """Return why objects were skipped, by key; the reason of an object that came in is empty, and BEGUN if nobody knows that it did."""
    client, bucket = stack.emulator.client("s3"), stack.outputs["UploadBucketName"]
    found = client.list_objects_v2(Bucket=bucket, Prefix=f"imports/{run}/outcomes/").get("Contents", [])
    written = (client.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in found)
    lines = (line for data in written for line in import_outcomes.parse(data))
    return {line["key"]: line["outcome"] if line["outcome"] == Outcome.BEGUN else line["reason"] for line in lines}
