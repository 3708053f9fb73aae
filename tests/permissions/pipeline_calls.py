"""All that the functions on a picture's way ever do, in one process: its whole life, its repeats and its other endings."""

import json
import os
from contextlib import suppress
from copy import deepcopy
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from lambdas import archive, get_upload_url, resize, sqs_trigger, thumbnail, validate
from lambdas.domain import object_keys
from lambdas.domain.executions import EXPRESS
from lambdas.domain.step_handler import Handler
from lambdas.runtime import clients
from tests import pictures
from tests.lambdas.account import CONTEXT, OWNER, UPLOAD_BUCKET, Account, Payload
from tests.permissions.calls import NOTHING_THERE
from workflow import contracts
from workflow.contracts.errors import ImageRejected, StaleExecution


def run_pipeline_functions(account: Account) -> None:
    """Let the functions do everything; raises ClientError where AWS refuses them something."""
    request_url()
    send_to_trigger(object_created())
    trigger_express(account)
    event = account.run_steps(pictures.examples()["JPEG"])
    for _ in ("once", "and again, after an answer was lost"):
        archive.handler(event, CONTEXT)
    validate_no_image(account)
    validate_newer_version(account)
    for handler in (resize.handler, thumbnail.handler, archive.handler):
        finish_after_failure(account, handler)
    archive_missing_rendition(account)


def request_url() -> None:
    """Ask for a URL to upload to."""
    parameters = {"filename": "a.jpg", "contentType": "image/jpeg", "size": "1"}
    request = {"queryStringParameters": parameters, "requestContext": {"authorizer": {"claims": {"sub": OWNER}}}}
    get_upload_url.handler({"httpMethod": "GET", "headers": {}, **request}, CONTEXT)


def object_created(image: Payload | None = None) -> Payload:
    """Return the event of an upload, of the one that image tells of if it is given."""
    event: dict[str, Any] = deepcopy(contracts.schema("object-created")["examples"][0])
    event["detail"]["bucket"]["name"] = UPLOAD_BUCKET
    event["detail"]["object"]["key"] = object_keys.upload_key(OWNER, str(uuid4()))
    if image:
        event["detail"]["object"] |= {"key": image["key"], "version-id": image["versionId"]}
    return event


def send_to_trigger(event: Payload) -> None:
    """Tell of an upload."""
    message = {"messageId": "message-1", "body": json.dumps(event), "eventSource": "aws:sqs"}
    sqs_trigger.handler({"Records": [message]}, CONTEXT)


def trigger_express(account: Account) -> None:
    """Tell of a newer version where the record is begun first; then of an upload whose execution is refused."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKFLOW_TYPE", EXPRESS)
        send_to_trigger(object_created(newer_version(account)["image"]))
        patch.setenv("STATE_MACHINE_ARN", f"{os.environ['STATE_MACHINE_ARN']}-missing")
        send_to_trigger(object_created())


def validate_no_image(account: Account) -> None:
    """Send what is no picture."""
    with suppress(ImageRejected):
        validate.handler(account.upload(b"#!/bin/sh\n"), CONTEXT)


def validate_newer_version(account: Account) -> None:
    """Validate a newer version of a picture whose record is an older version's."""
    validate.handler(newer_version(account), CONTEXT)


def newer_version(account: Account) -> Payload:
    """Begin a picture, and return what the first step gets for a newer version of it."""
    event = account.begin(pictures.examples()["JPEG"])
    image = event["image"]
    newer = {**image, "versionId": account.put(image["key"], pictures.examples()["PNG"])}
    return {**event, "image": newer, "execution": f"{image['imageId']}-2"}


def finish_after_failure(account: Account, handler: Handler) -> None:
    """Let a step do its work for a picture that has another end by the time it is done."""
    event = account.run_steps(pictures.examples()["JPEG"])
    account.set_status(event, "FAILED")
    with suppress(StaleExecution):
        handler(
            event if handler is archive.handler else {name: event[name] for name in ("image", "execution")}, CONTEXT
        )


def archive_missing_rendition(account: Account) -> None:
    """Archive a picture of which a rendition is gone, and never reached the archive."""
    event = account.run_steps(pictures.examples()["JPEG"])
    clients.s3().delete_object(Bucket=UPLOAD_BUCKET, Key=missing_rendition(event))
    try:
        archive.handler(event, CONTEXT)
    except ClientError as error:
        if error.response["Error"]["Code"] not in NOTHING_THERE:
            raise


def missing_rendition(event: Payload) -> str:
    """Return the key of the rendition that is lost."""
    return str(event["renditions"]["resized"]["key"])
