"""The account with all that FinalizeFunction and SweepFunction need: executions, a subscriber, a dead-letter queue."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from moto.stepfunctions.models import Execution, stepfunctions_backends

from lambdas.domain import executions as execution
from lambdas.domain import object_keys, objects
from lambdas.domain.executions import EXPRESS
from lambdas.domain.grants import Grant, await_upload
from lambdas.domain.outcomes import AWAITING_UPLOAD
from lambdas.domain.record import Record
from lambdas.runtime import clients, clock
from lambdas.runtime.settings import YES, SweepSettings
from tests.fake_aws.account import (
    ACCOUNT,
    ARCHIVE_BUCKET,
    REGION,
    UPLOAD_BUCKET,
    Payload,
    Subscriber,
    create_state_machine,
)
from tests.lambdas.account import RETENTION_DAYS, TABLE, Account
from workflow import contracts
from workflow.contracts.durations import DEAD_LETTER_RETENTION
from workflow.contracts.payloads import PipelineInputImage

RENDITION = ("thumbnail.jpg", b"picture", "image/jpeg")
STALLED_AFTER = 3600  # seconds
MAX_CONCURRENCY = 1000  # so that a sweep waits for no execution: most tests run none
EXAMPLE, *_, AWAITING = contracts.schema("metadata-record")["examples"]

Sweep = Callable[..., dict[str, int]]
Meanwhile = Callable[[Callable[[], object]], None]

NOTIFICATIONS = {
    "SUCCEEDED": "success-notification",
    "REJECTED": "rejection-notification",
    "FAILED": "failure-notification",
    "DELETED": "deletion-notification",
}
FACTS: dict[str, Payload] = {
    "SUCCEEDED": {name: EXAMPLE[name] for name in ("validation", "archive")},
    "REJECTED": {"reason": "TRUNCATED", "message": "The file ends too early."},
    "FAILED": {"failedIn": "ExtractMetadata", "reason": "States.Timeout", "error": "{}"},
}


class Pipeline(Account):
    """The resources of the pipeline, and functions that tests use them with."""

    def __init__(self) -> None:
        """Create the resources."""
        super().__init__()
        self._subscriber = Subscriber()
        self.environment = SweepSettings(
            metadata_table=TABLE,
            state_machine_arn=create_state_machine("pipeline"),
            workflow_type="STANDARD",
            record_retention_days=RETENTION_DAYS,
            upload_bucket=UPLOAD_BUCKET,
            archive_bucket=ARCHIVE_BUCKET,
            notification_topic=self._subscriber.topic,
            dead_letter_queue=clients.sqs().create_queue(
                QueueName="dead-letters", Attributes={"MessageRetentionPeriod": str(DEAD_LETTER_RETENTION)}
            )["QueueUrl"],
            stalled_after_seconds=STALLED_AFTER,
            max_concurrency=MAX_CONCURRENCY,
            sweep_index=YES,
        )

    def upload(self, data: bytes, filename: str = "Landscape 8.jpg") -> Payload:
        """Upload data by an upload URL, which begins the record, and return the input of the first steps."""
        event = super().upload(data, filename)
        image = event["image"]
        grant = Grant(image["owner"], image["imageId"], image["bucket"], image["key"], clock.now())
        await_upload(TABLE, grant, AWAITING["announced"])
        return event

    def record(self, event: Payload) -> Payload:
        """Return the picture's record as the pipeline sees it; empty if there is none, or it awaits the upload."""
        found = super().record(event)
        return found if found.get("status") != AWAITING_UPLOAD else {}

    @property
    def express(self) -> SweepSettings:
        """The environment of a stack whose workflow is EXPRESS."""
        return replace(self.environment, workflow_type=EXPRESS)

    def start(self, event: Payload, status: str = "RUNNING") -> str:
        """Start the execution for event's image, set its status, and return its ARN."""
        execution.start(pipeline_input(event), self.environment)
        arn = execution.arn(event["image"], self.environment.state_machine_arn)
        self.moto_execution(arn).status = status
        return arn

    def moto_execution(self, arn: str) -> Execution:
        """Return moto's execution with that ARN."""
        return stepfunctions_backends[ACCOUNT][REGION].describe_execution(arn)

    def forget_executions(self) -> None:
        """Delete all executions in moto, as Step Functions does after their retention."""
        for one in stepfunctions_backends[ACCOUNT][REGION].state_machines:
            one.executions.clear()

    def executions(self) -> dict[str, Payload]:
        """Return the inputs of all executions by name."""
        client = clients.stepfunctions()
        found = client.list_executions(stateMachineArn=self.environment.state_machine_arn)["executions"]
        described = (client.describe_execution(executionArn=one["executionArn"]) for one in found)
        return {one["name"]: json.loads(one["input"]) for one in described}

    def write_outcome(self, event: Payload, status: str, *, notified: bool = False) -> Payload:
        """Give the open record of event's picture a final status with all its fields."""
        facts = {**FACTS[status], "finishedAt": "2026-11-23T09:15:03Z"}
        Record(TABLE, event["image"], event["execution"]).complete_step("ArchiveImage", facts, status)
        if notified:
            Record(TABLE, event["image"], event["execution"]).mark_notified()
        contracts.check("metadata-record", self.record(event))
        return self.record(event)

    def leave_objects(self, event: Payload) -> tuple[str, str]:
        """Stage and archive something for event's execution and return both keys."""
        staged = objects.stage(UPLOAD_BUCKET, event["execution"], *RENDITION)
        archived = object_keys.archive_folder(event["image"], event["execution"]) + "original.jpg"
        clients.s3().put_object(Bucket=ARCHIVE_BUCKET, Key=archived, Body=b"data")
        return staged, archived

    def notifications(self) -> list[tuple[Payload, dict[str, str]]]:
        """Return message and attributes of each notification since the last call, after checking its contract."""
        found = self._subscriber.receive()
        for message, _ in found:
            contracts.check(NOTIFICATIONS[message["status"]], message)
        return found

    def add_dead_letters(self, *bodies: object) -> None:
        """Put messages into the dead-letter queue; what is text is taken as it is."""
        for body in bodies:
            text = body if isinstance(body, str) else json.dumps(body)
            clients.sqs().send_message(QueueUrl=self.environment.dead_letter_queue, MessageBody=text)

    def count_dead_letters(self) -> int:
        """Return how many messages are in the dead-letter queue, hidden or not."""
        names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        url = self.environment.dead_letter_queue
        found = clients.sqs().get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)


def pipeline_input(event: Payload) -> PipelineInputImage:
    """Return event's image with all fields of the pipeline's input."""
    known = {"attempt": 1, "size": 4, "uploadedAt": "2026-11-23T09:15:02Z"}
    return cast("PipelineInputImage", {**known, **event["image"]})
