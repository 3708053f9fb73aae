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
from tests.lambdas.bench import CONTEXT, OWNER, UPLOAD_BUCKET, Bench, Payload
from tests.permissions.calls import NOTHING_THERE
from workflow import contracts
from workflow.contracts.errors import ImageRejected, StaleExecution


def lived(bench: Bench) -> None:
    """Let the functions do everything; raises ClientError where AWS refuses them something."""
    ask()
    trigger(created())
    trigger_express(bench)
    event = bench.processed(pictures.examples()["JPEG"])
    for _ in ("once", "and again, after an answer was lost"):
        archive.handler(event, CONTEXT)
    reject(bench)
    supersede(bench)
    for handler in (resize.handler, thumbnail.handler, archive.handler):
        come_late(bench, handler)
    lose(bench)


def ask() -> None:
    """Ask for a URL to upload to."""
    parameters = {"filename": "a.jpg", "contentType": "image/jpeg", "size": "1"}
    request = {"queryStringParameters": parameters, "requestContext": {"authorizer": {"claims": {"sub": OWNER}}}}
    get_upload_url.handler({"httpMethod": "GET", "headers": {}, **request}, CONTEXT)


def created(image: Payload | None = None) -> Payload:
    """Return the event of an upload, of the one that image tells of if it is given."""
    event: dict[str, Any] = deepcopy(contracts.schema("object-created")["examples"][0])
    event["detail"]["bucket"]["name"] = UPLOAD_BUCKET
    event["detail"]["object"]["key"] = object_keys.upload_key(OWNER, str(uuid4()))
    if image:
        event["detail"]["object"] |= {"key": image["key"], "version-id": image["versionId"]}
    return event


def trigger(event: Payload) -> None:
    """Tell of an upload."""
    message = {"messageId": "message-1", "body": json.dumps(event), "eventSource": "aws:sqs"}
    sqs_trigger.handler({"Records": [message]}, CONTEXT)


def trigger_express(bench: Bench) -> None:
    """Tell of a newer version where the record is begun first; then of an upload whose execution is refused."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKFLOW_TYPE", EXPRESS)
        trigger(created(superseding(bench)["image"]))
        patch.setenv("STATE_MACHINE_ARN", f"{os.environ['STATE_MACHINE_ARN']}-missing")
        trigger(created())


def reject(bench: Bench) -> None:
    """Send what is no picture."""
    with suppress(ImageRejected):
        validate.handler(bench.uploaded(b"#!/bin/sh\n"), CONTEXT)


def supersede(bench: Bench) -> None:
    """Validate a newer version of a picture whose record is an older version's."""
    validate.handler(superseding(bench), CONTEXT)


def superseding(bench: Bench) -> Payload:
    """Begin a picture, and return what the first step gets for a newer version of it."""
    event = bench.begun(pictures.examples()["JPEG"])
    image = event["image"]
    newer = {**image, "versionId": bench.put(image["key"], pictures.examples()["PNG"])}
    return {**event, "image": newer, "execution": f"{image['imageId']}-2"}


def come_late(bench: Bench, handler: Handler) -> None:
    """Let a step do its work for a picture that has another end by the time it is done."""
    event = bench.processed(pictures.examples()["JPEG"])
    bench.end(event, "FAILED")
    with suppress(StaleExecution):
        handler(
            event if handler is archive.handler else {name: event[name] for name in ("image", "execution")}, CONTEXT
        )


def lose(bench: Bench) -> None:
    """Archive a picture of which a rendition is gone, and never reached the archive."""
    event = bench.processed(pictures.examples()["JPEG"])
    clients.s3().delete_object(Bucket=UPLOAD_BUCKET, Key=lost(event))
    try:
        archive.handler(event, CONTEXT)
    except ClientError as error:
        if error.response["Error"]["Code"] not in NOTHING_THERE:
            raise


def lost(event: Payload) -> str:
    """Return the key of the rendition that is lost."""
    return str(event["renditions"]["resized"]["key"])
