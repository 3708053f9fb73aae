"""An image that succeeded, whose renditions are made anew; and services that stop answering in the middle."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any, Final

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from lambdas.domain import executions, rerenders
from lambdas.domain.rerender_record import Rerender
from lambdas.runtime.settings import ImportSettings
from tests.fake_aws.resources import ARCHIVE, TABLE, UPLOADS
from tests.workflow.processing import Outcome, Processing
from workflow.contracts.payloads import PipelineInputImage

WRITES: Final = ("PutItem", "UpdateItem", "DeleteItem", "PutObject", "CopyObject", "DeleteObjects", "Publish")
REFUSED: Final = {"HTTPStatusCode": 500, "RequestId": "of-the-refusal"}
SETTINGS: Final = ImportSettings(
    metadata_table=TABLE,
    state_machine_arn="",  # the tests start the executions
    workflow_type="STANDARD",
    record_retention_days=90,
    upload_bucket=UPLOADS,
    enabled_formats=frozenset(),
    max_bytes=0,
)


def begin(image_id: str, run: str) -> tuple[PipelineInputImage, str]:
    """Claim the record of an image as ImportFunction does, and return the input and the name of the execution."""
    image = rerenders.find(image_id, run, SETTINGS)
    name = executions.name(image)
    Rerender(TABLE, image, name).begin(90)
    return image, name


def rerender(processing: Processing, first: Outcome, run: str) -> Outcome:
    """Make the renditions of an image anew, and return the result, without the checks of a first execution."""
    image, name = begin(first.image["imageId"], run)
    found = processing.interpreter.run({"image": image}, name)
    return result(processing, replace(first, image=dict(image), execution=found))


def result(processing: Processing, outcome: Outcome) -> Outcome:
    """Return what there is of an outcome now."""
    resources, image, name = processing.resources, outcome.image, outcome.execution.name
    notified, archived = resources.notifications(), resources.archived(image, name)
    return Outcome(image, outcome.execution, resources.record(image), notified, archived, resources.staged(name))


def archived_keys(record: dict[str, Any] | None) -> set[str]:
    """Return the keys of what a record says that the archive holds."""
    archive = (record or {})["archive"]
    return {archive["original"]["key"], *(one["key"] for one in archive["renditions"])}


def stored(processing: Processing, outcome: Outcome) -> set[str]:
    """Return the keys of all that the archive holds of an image."""
    return set(processing.resources.keys(ARCHIVE, f"{outcome.image['owner']}/{outcome.image['imageId']}/"))


def expiring(keys: set[str]) -> set[str]:
    """Return those of keys that the rule of the bucket deletes."""
    client = boto3.client("s3")
    tags = {key: client.get_object_tagging(Bucket=ARCHIVE, Key=key)["TagSet"] for key in keys}
    return {key for key, found in tags.items() if found == [{"Key": "superseded", "Value": "true"}]}


def break_services(patch: pytest.MonkeyPatch, fails: Callable[[int], tuple[bool, bool]]) -> "count[int]":
    """Let calls of AWS fail: fails says of each write, by its number from 0 on, whether it is made and whether it is answered.

    Return the counter of writes.
    """
    numbers, call = count(), BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 - boto offers no other place

    lost: Any = {"Error": {"Code": "InternalServerError", "Message": "No answer."}, "ResponseMetadata": REFUSED}

    def broken(client: Any, operation: str, arguments: Any) -> Any:
        if operation not in WRITES:
            return call(client, operation, arguments)
        made, answered = fails(next(numbers))
        answer = call(client, operation, arguments) if made else None
        if not answered:
            raise ClientError(lost, operation)
        return answer

    patch.setattr(BaseClient, "_make_api_call", broken)
    return numbers
