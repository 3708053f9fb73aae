"""An import in moto: the operator's commands, and in the place of Step Functions a test that runs the batches."""

import csv
import gzip
import json
from contextlib import suppress
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from lambdas import import_images
from lambdas.domain import back_pressure
from lambdas.domain.object_keys import import_folder
from lambdas.runtime import clients, clock
from lambdas.runtime.service_errors import ServiceError
from lambdas.runtime.settings import ImportSettings
from operations.imports import concurrency
from templates import stack as stack_template
from tests.fake_aws.account import REGION
from tests.lambdas.account import CONTEXT, export
from tests.lambdas.imported import kill_at_the_end
from tests.operations.stack_in_moto import OWNER, StackInMoto
from tests.templates.emitted import template

SOURCE = "pictures-of-ten-years"
URL = f"s3://{SOURCE}/2019/"
LISTING = {"IMG_1.jpg": b"one", "IMG_2.JPG": b"two", "notes.txt": b"text", "empty.jpg": b"", "folder/": b""}


def read_list(text: str) -> list[dict[str, str]]:
    """Return the items of a list as Step Functions reads it: a backslash escapes what follows it."""
    rows = csv.reader(StringIO(text, newline=""), escapechar="\\")
    return [dict(zip(("key", "version", "owner"), row, strict=True)) for row in rows]


def counts(found: dict[str, Any]) -> dict[str, int]:
    """Return the counts in a summary that are not 0."""
    return {name: value for name, value in found.items() if isinstance(value, int) and value}


class Imports:
    """The source bucket, and what happens to a run while a person watches it."""

    def __init__(self, stack: StackInMoto, patch: pytest.MonkeyPatch) -> None:
        """Make the bucket; at each pause of the command the run is brought to its end."""
        self.stack, self._patch = stack, patch
        clients.s3().create_bucket(Bucket=SOURCE, CreateBucketConfiguration={"LocationConstraint": REGION})
        for key, data in LISTING.items():
            clients.s3().put_object(Bucket=SOURCE, Key=f"2019/{key}", Body=data)
        patch.setattr(
            stack_template, "build", lambda: SimpleNamespace(to_dict=template)
        )  # building takes half a second
        patch.setattr(back_pressure, "wait_for_outcomes", lambda *_: None)
        patch.setattr(concurrency, "_limits", lambda: {"UnreservedConcurrentExecutions": 1000})  # moto has none
        patch.setattr(clock, "sleep", lambda _: self.finish())
        export(patch, self._settings())
        self.failed: list[Any] = []  # items of a batch that fails
        self.failed_status = "FAILED"

    def _settings(self) -> ImportSettings:
        out = self.stack.outputs
        return ImportSettings(
            metadata_table=out["MetadataTableName"],
            state_machine_arn=out["ProcessingPipelineArn"],
            workflow_type="STANDARD",
            record_retention_days=90,
            upload_bucket=out["UploadBucketName"],
            enabled_formats=frozenset({"JPEG", "PNG"}),
            max_bytes=1000,
        )

    def executions(self) -> list[Any]:
        """Return moto's executions of the import pipeline."""
        machines = get_backend("stepfunctions")[DEFAULT_ACCOUNT_ID][REGION].state_machines
        arn = self.stack.outputs["ImportPipelineArn"]
        return next(machine.executions for machine in machines if machine.arn == arn)

    def finish(self, status: str = "SUCCEEDED") -> None:
        """Do the work of each execution that runs: import the batch, give its images an outcome, and end it."""
        for one in self.executions():
            if one.status == "RUNNING":
                given = json.loads(one.execution_input)
                self._import(given)
                self.end_images("SUCCEEDED")
                if self.failed:
                    self._write_failed(given)
                one.status = status

    def _import(self, given: dict[str, Any]) -> None:
        batch = {name: given[name] for name in ("run", "ownership")} | {"bucket": SOURCE}
        import_images.handler({**batch, "items": self.items(given)}, CONTEXT)

    def die(self, *, is_started: bool) -> None:
        """Let the batch of the only execution die before it writes what became of its objects, whose images may be over."""
        (one,) = self.executions()
        with pytest.MonkeyPatch.context() as patch, suppress(ServiceError):
            kill_at_the_end(patch)
            self._import(json.loads(one.execution_input))
        if is_started:
            self.end_images("SUCCEEDED")
        one.status = "FAILED"

    def items(self, given: dict[str, Any]) -> list[Any]:
        """Return what the Map reads: the listing, or the list that the command has written."""
        source = given["source"]
        if source["kind"] == "LIST":
            body = clients.s3().get_object(Bucket=source["list"]["bucket"], Key=source["list"]["key"])["Body"].read()
            return read_list(body.decode())
        listed = clients.s3().list_objects_v2(Bucket=SOURCE, Prefix=source["prefix"])["Contents"]
        return [{"key": one["Key"], "etag": one["ETag"]} for one in listed][: given["limit"]]

    def end_images(self, status: str, before: str = "AWAITING_UPLOAD") -> None:
        """Give each image with a status before another one."""
        table = self.stack.outputs["MetadataTableName"]
        for item in clients.dynamodb().scan(TableName=table)["Items"]:
            if item["status"]["S"] == before:
                clients.dynamodb().update_item(
                    TableName=table,
                    Key={"imageId": item["imageId"]},
                    UpdateExpression="SET #status = :status",
                    ExpressionAttributeNames={"#status": "status"},
                    ExpressionAttributeValues={":status": {"S": status}},
                )

    def _write_failed(self, given: dict[str, Any]) -> None:
        """Write the results of a failed batch, or of one that was not started, as Step Functions does."""
        bucket, folder = self.stack.outputs["UploadBucketName"], f"{import_folder(given['run'])}results/a-uuid/"
        batch = {"Items": self.failed, "BatchInput": {"ownership": given["ownership"]}}
        file = f"{self.failed_status}_0.json"
        manifest = {"ResultFiles": {self.failed_status: [{"Key": f"{folder}{file}", "Size": 1}]}}
        for name, value in ((file, [{"Input": json.dumps(batch)}]), ("manifest.json", manifest)):
            clients.s3().put_object(Bucket=bucket, Key=f"{folder}{name}", Body=json.dumps(value).encode())

    def write_inventory(self, *files: str, **changed: Any) -> str:
        """Write an inventory of the source with those files, and return the URL of its manifest."""
        client, bucket = clients.s3(), "another-bucket"
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        manifest = {
            "sourceBucket": SOURCE,
            "destinationBucket": f"arn:aws:s3:::{bucket}",
            "fileFormat": "CSV",
            "fileSchema": "Key, IsLatest, IsDeleteMarker, Size, StorageClass",
            "files": [{"key": f"inventory/data/{number}.csv.gz"} for number in range(len(files))],
            **changed,
        }
        for number, text in enumerate(files):
            client.put_object(Bucket=bucket, Key=f"inventory/data/{number}.csv.gz", Body=gzip.compress(text.encode()))
        client.put_object(Bucket=bucket, Key="inventory/manifest.json", Body=json.dumps(manifest).encode())
        return f"s3://{bucket}/inventory/manifest.json"

    def start(self, *more: str) -> str:
        """Import the bucket for one owner, and return the name of the run."""
        result = self.stack.run("import", f"s3://{SOURCE}/2019/", "--owner", OWNER, "--yes", "--json", *more)
        assert result.code == 0, result.err
        return str(result.objects[-1]["run"])
