"""A bucket that is already full, and the function that imports it."""

from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from lambdas.domain import back_pressure, executions, import_outcomes, imports
from lambdas.import_images import handler
from lambdas.runtime import clients
from lambdas.runtime.settings import ImportSettings
from tests.fake_aws.account import OWNER, REGION, UPLOAD_BUCKET, create_state_machine
from tests.lambdas.account import CONTEXT, IMAGE_STEP_SETTINGS, MAX_BYTES, RETENTION_DAYS, TABLE, Account, export

SOURCE = "pictures-of-ten-years"
PICTURE = "2019/05/IMG_0815.JPG"
RUN = "run-1"
ONE_OWNER = {"kind": "ONE", "owner": OWNER}

Line = dict[str, Any]


class FullBucket:
    """The source bucket, and what an import makes of it."""

    def __init__(self, account: Account, *, versioned: bool = False, kind: str = "STANDARD") -> None:
        """Make the bucket and the state machine, whose executions end at once."""
        self._account = account
        self._s3 = get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"]
        self._s3.create_bucket(SOURCE, REGION)
        if versioned:
            self._s3.put_bucket_versioning(SOURCE, "Enabled")
        self.machine, self._kind = create_state_machine("pipeline"), kind

    @property
    def settings(self) -> ImportSettings:
        """The settings of the function."""
        return ImportSettings(
            metadata_table=TABLE,
            state_machine_arn=self.machine,
            workflow_type=self._kind,
            record_retention_days=RETENTION_DAYS,
            upload_bucket=UPLOAD_BUCKET,
            enabled_formats=IMAGE_STEP_SETTINGS.enabled_formats,
            max_bytes=MAX_BYTES,
        )

    def put(self, key: str, data: bytes = b"a picture", **more: Any) -> str:
        """Put an object into the source, and return its ETag."""
        return clients.s3().put_object(Bucket=SOURCE, Key=key, Body=data, **more)["ETag"]

    def put_version(self, key: str, data: bytes) -> str:
        """Put an object into the source, and return its version."""
        return clients.s3().put_object(Bucket=SOURCE, Key=key, Body=data)["VersionId"]

    def replace(self, key: str, data: bytes) -> None:
        """Replace an object, past the API: a function may be at work, and this is not its call."""
        self._s3.put_object(SOURCE, key, data)

    def remove(self, key: str) -> None:
        """Remove an object, past the API."""
        self._s3.delete_object(SOURCE, key)

    def listed(self, *keys: str) -> list[dict[str, str]]:
        """Return the items of a batch for keys as S3 lists them now."""
        return [{"key": key, "etag": clients.s3().head_object(Bucket=SOURCE, Key=key)["ETag"]} for key in keys]

    def lines(self, items: list[Any], run: str = RUN) -> list[Line]:
        """Return the lines about a batch, as a report has them that knows no records."""
        key = import_outcomes.outcomes_key(run, items)
        found = import_outcomes.Lines(import_outcomes.parse(self._account.content(UPLOAD_BUCKET, key)))
        return [dict(line) for line in found.reported(())]

    def run(self, items: list[Any], ownership: dict[str, str] = ONE_OWNER, run: str = RUN) -> list[Line]:
        """Import a batch and return its lines."""
        event = {"run": run, "bucket": SOURCE, "ownership": ownership, "items": items}
        done = handler(event, CONTEXT)
        lines = self.lines(items, run)
        assert sum(value for value in done.values() if isinstance(value, int)) == len(items) == len(lines)
        return lines

    def started(self) -> list[str]:
        """Return the images for which an execution was started."""
        found = clients.stepfunctions().list_executions(stateMachineArn=self.machine)["executions"]
        return sorted(executions.image_id(one["name"]) for one in found)

    def uploads(self) -> list[str]:
        """Return the keys of all versions of uploads: a key that is there twice was copied twice."""
        found = clients.s3().list_object_versions(Bucket=UPLOAD_BUCKET, Prefix="uploads/")
        return sorted(one["Key"] for one in found.get("Versions", []))

    def set_status(self, status: str = "PROCESSING") -> None:
        """Let the executions begin the records, as ValidateImage does, or end them."""
        for record in self.records():
            clients.dynamodb().update_item(
                TableName=TABLE,
                Key={"imageId": record["imageId"]},
                UpdateExpression="SET #status = :status",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={":status": {"S": status}},
            )

    def records(self) -> list[dict[str, Any]]:
        """Return the items of the table."""
        return clients.dynamodb().scan(TableName=TABLE)["Items"]


def full_bucket(made: FullBucket, patch: pytest.MonkeyPatch) -> FullBucket:
    """Give the function the settings of a source bucket. No image is waited for."""
    export(patch, made.settings)
    patch.setattr(back_pressure, "wait_for_outcomes", lambda *_: None)
    return made


def outcomes(lines: list[Line]) -> dict[str, str]:
    """Return the outcome of each key, with the reason if there is one."""
    return {line["key"]: line["reason"] or line["outcome"] for line in lines}


ALREADY, BEGUN, COPIED = imports.Outcome.ALREADY_IMPORTED, imports.Outcome.BEGUN, imports.Outcome.COPIED


def fail_third_call(monkeypatch: pytest.MonkeyPatch, client: Any, call: str) -> None:
    """Let the third call fail once, as a service does that throttles."""
    real, calls = getattr(client, call), iter(range(10))

    def failing(**arguments: Any) -> Any:
        if next(calls) == 2:
            raise ClientError({"Error": {"Code": "SlowDown", "Message": "Please reduce your request rate."}}, call)
        return real(**arguments)

    monkeypatch.setattr(client, call, failing)


def kill_at_the_end(patch: pytest.MonkeyPatch) -> None:
    """Let the next attempt die before it writes what became of its objects."""
    real, calls = import_outcomes.write, count()

    def dying(*arguments: Any) -> Any:
        return refuse() if next(calls) else real(*arguments)

    patch.setattr(import_outcomes, "write", dying)


def fail(patch: pytest.MonkeyPatch, call: str, code: str, key: str) -> None:
    """Let each call of S3 about a key of the source fail."""
    real = getattr(clients.s3(), call)

    def failing(**arguments: Any) -> Any:
        if arguments.get("CopySource", arguments)["Key"] == key:
            raise ClientError({"Error": {"Code": code, "Message": code}}, call)
        return real(**arguments)

    patch.setattr(clients.s3(), call, failing)


def refuse(code: str = "ThrottlingException") -> None:
    """Refuse a call, as a service does that throttles."""
    head: Any = {"HTTPStatusCode": 400}
    raise ClientError({"Error": {"Code": code, "Message": "too many"}, "ResponseMetadata": head}, "Call")
