"""How long GetImageFunction takes for a warm response: its processor time, without the wait for DynamoDB.

Lambda gives a function the share of a core that its memory is of 1,769 MB, so that the time there is as many times longer. The
answers of DynamoDB are made up; a read within a region takes milliseconds more.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from types import SimpleNamespace
from typing import Any

from asl.command import run_command
from benchmarks.settings import ROOT
from templates.resources.functions import FULL_CORE, LIGHT_MEMORY
from workflow import contracts

SLOWER = FULL_CORE / LIGHT_MEMORY  # than on a core of this machine
WARM, MEASURED = 20, 100  # responses of one process
SETTINGS = {
    "METADATA_TABLE": "records",
    "ALLOWED_ORIGINS": "",
    "IMAGE_URL_EXPIRY_SECONDS": "3600",
    "ARCHIVE_STORAGE_CLASS": "GLACIER",
    "ARCHIVE_TRANSITION_DAYS": "30",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
}
# An image that is polled, and one that has succeeded: its response has signed URLs.
STATUSES = ("AWAITING_UPLOAD", "SUCCEEDED")


@dataclass(frozen=True)
class Answer:
    """What a warm response about an image with a status takes: the median of processor times, seconds."""

    status: str
    cpu: float

    @property
    def at_lambda(self) -> float:
        """The time of the function, without the wait for DynamoDB, seconds."""
        return SLOWER * self.cpu


def answers(repetitions: int) -> Iterator[Answer]:
    """Measure each status in as many processes as there are repetitions."""
    for status in STATUSES:
        yield Answer(status, median(_measured(status) for _ in range(repetitions)))


def _measured(status: str) -> float:
    command = [sys.executable, "-m", "benchmarks.answers", status]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | SETTINGS, capture_output=True, text=True, check=True)
    return float(done.stdout)


def respond(status: str) -> float:
    """Answer many requests about an image with that status, and return the median of their processor times, seconds."""
    from lambdas.domain.attribute_values import serialize
    from lambdas.get_image import handler
    from lambdas.runtime import clients

    record = next(one for one in contracts.schema("metadata-record")["examples"] if one["status"] == status)
    answer = (SimpleNamespace(status_code=200), {"Item": serialize(record)})
    events: Any = clients.dynamodb().meta.events  # the stubs know no handler that answers
    events.register("before-call.dynamodb.GetItem", lambda **_: answer)
    event: dict[str, Any] = {
        "httpMethod": "GET",
        "pathParameters": {"imageId": record["imageId"]},
        "requestContext": {"authorizer": {"claims": {"sub": record["owner"]}}},
    }
    context = SimpleNamespace(aws_request_id="benchmark")
    times = []
    for _ in range(WARM + MEASURED):
        began = time.process_time()
        response = handler(event, context)
        times.append(time.process_time() - began)
        if json.loads(response["body"])["status"] != status:
            raise RuntimeError("the response is not about the image")
    return median(times[WARM:])


if __name__ == "__main__":
    sys.exit(run_command("answers", lambda: print(respond(sys.argv[1]))))
