"""All that the functions ever do that give pictures the end that their executions did not."""

import json
import os
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest

from lambdas import finalize, sweep
from lambdas.domain import executions, object_keys
from lambdas.domain.executions import EXPRESS
from lambdas.domain.record import Record
from lambdas.runtime import clients
from lambdas.sweep import SweepIncompleteError
from tests.lambdas.account import ARCHIVE_BUCKET, CONTEXT, RETENTION_DAYS, TABLE, UPLOAD_BUCKET, Account, Payload
from tests.lambdas.pipeline import pipeline_input
from tests.permissions.pipeline_calls import newer_version, object_created
from workflow import contracts
from workflow.contracts.payloads import PipelineInputImage


def run_finalize(account: Account) -> None:
    """Settle a picture of which there is no record but much else, and a newer version of one with a record."""
    for image in (_uploaded(account), pipeline_input(newer_version(account))):
        finalize.handler(_aborted(image), CONTEXT)


def run_sweep(account: Account) -> None:
    """Sweep where an event was lost, a message is a dead letter, and an execution was aborted; then as EXPRESS does."""
    delete_uploads()
    _uploaded(account)
    url, letter = os.environ["DEAD_LETTER_QUEUE"], object_created(dict(_uploaded(account)))
    clients.sqs().send_message(QueueUrl=url, MessageBody=json.dumps(letter))
    begun = _uploaded(account)
    Record(TABLE, begun, executions.name(begun)).begin(RETENTION_DAYS)
    _aborted(begun)
    sweep.handler({}, CONTEXT)
    run_sweep_express(account)


def run_sweep_express(account: Account) -> None:
    """Sweep where an execution cannot be started, so that its record is taken back."""
    _uploaded(account)
    with pytest.MonkeyPatch.context() as patch, suppress(SweepIncompleteError):
        patch.setenv("WORKFLOW_TYPE", EXPRESS)
        patch.setenv("STATE_MACHINE_ARN", f"{os.environ['STATE_MACHINE_ARN']}-missing")
        sweep.handler({}, CONTEXT)


def delete_uploads() -> None:
    """Remove what other tests uploaded, so that a sweep looks at what it is given here."""
    versions = clients.s3().list_object_versions(Bucket=UPLOAD_BUCKET).get("Versions", [])
    for version in versions:
        clients.s3().delete_object(Bucket=UPLOAD_BUCKET, Key=version["Key"], VersionId=version["VersionId"])


def _uploaded(account: Account) -> PipelineInputImage:
    """Upload something, leave something staged and archived for it, and return what the pipeline starts with."""
    uploaded = account.upload(b"data")
    image = pipeline_input(uploaded)
    _leave(image, executions.name(image))
    return image


def _leave(image: PipelineInputImage, name: str) -> None:
    clients.s3().put_object(Bucket=UPLOAD_BUCKET, Key=f"{object_keys.staged_folder(name)}resized.jpg", Body=b"")
    clients.s3().put_object(
        Bucket=ARCHIVE_BUCKET, Key=f"{object_keys.archive_folder(image, name)}resized.jpg", Body=b""
    )


def _aborted(image: PipelineInputImage) -> Payload:
    """Start the execution for image and abort it; return the event that tells of it."""
    client, machine, text = clients.stepfunctions(), os.environ["STATE_MACHINE_ARN"], json.dumps({"image": image})
    name = executions.name(image)
    arn = client.start_execution(stateMachineArn=machine, name=name, input=text)["executionArn"]
    client.stop_execution(executionArn=arn)
    event: dict[str, Any] = deepcopy(contracts.schema("execution-ended")["examples"][0])
    event["detail"] |= {"executionArn": arn, "name": name, "status": "ABORTED", "input": text}
    return event
