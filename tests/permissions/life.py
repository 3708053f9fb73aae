"""All that the functions ever do, in one process: a picture's whole life, its repeats and its other endings."""

import json
from copy import deepcopy
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from lambdas import archive, clients, get_upload_url, sqs_trigger, storage, validate
from tests import pictures
from tests.lambdas.bench import CONTEXT, OWNER, UPLOAD_BUCKET, Bench, Payload
from tests.permissions.calls import NOTHING_THERE
from workflow import contracts
from workflow.contracts.errors import ImageRejected


def lived(bench: Bench) -> None:
    """Let the functions do everything; raises ClientError where AWS refuses them something."""
    ask()
    trigger()
    event = bench.processed(pictures.examples()["JPEG"])
    for _ in ("once", "and again, after an answer was lost"):
        archive.handler(event, CONTEXT)
    reject(bench)
    lose(bench)


def ask() -> None:
    """Ask for a URL to upload to."""
    parameters = {"filename": "a.jpg", "contentType": "image/jpeg", "size": "1"}
    request = {"queryStringParameters": parameters, "requestContext": {"authorizer": {"claims": {"sub": OWNER}}}}
    get_upload_url.handler({"httpMethod": "GET", "headers": {}, **request}, CONTEXT)


def trigger() -> None:
    """Tell of an upload."""
    event: dict[str, Any] = deepcopy(contracts.schema("object-created")["examples"][0])
    event["detail"]["bucket"]["name"] = UPLOAD_BUCKET
    event["detail"]["object"]["key"] = storage.upload_key(OWNER, str(uuid4()))
    message = {"messageId": "message-1", "body": json.dumps(event), "eventSource": "aws:sqs"}
    sqs_trigger.handler({"Records": [message]}, CONTEXT)


def reject(bench: Bench) -> None:
    """Send what is no picture."""
    try:
        validate.handler(bench.uploaded(b"#!/bin/sh\n"), CONTEXT)
    except ImageRejected:
        return


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
