"""The account in moto that all schedules of a process share; it is emptied before each."""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from lambdas.domain.object_keys import UPLOADS as PREFIX
from lambdas.domain.object_keys import parse_upload_key
from lambdas.runtime import clients
from tests.fake_aws import interpreter_cache, stores
from tests.fake_aws.account import ACCOUNT, REGION, create_storage, fake_account
from tests.fake_aws.interpreter import MOTO, deploy, substituted
from tests.fake_aws.resources import ENVIRONMENT, TABLE, TOPIC, UPLOADS
from tests.lambdas.audited import row
from workflow.contracts.durations import DEAD_LETTER_RETENTION
from workflow.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

STALLED_AFTER = 3600  # seconds
QUIET = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": REGION,
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "chaos",
}


class Account:
    """The resources of the pipeline, and their contents."""

    def __init__(self) -> None:
        """Create them."""
        create_storage(TABLE)
        clients.sns().create_topic(Name=TOPIC.rpartition(":")[2])
        self.dead_letters = clients.sqs().create_queue(
            QueueName="dead-letters", Attributes={"MessageRetentionPeriod": str(DEAD_LETTER_RETENTION)}
        )["QueueUrl"]
        functions = {step.function: f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{step.function}" for step in STEPS}
        self._values = {"Partition": "aws", "MetadataTable": TABLE, "NotificationTopic": TOPIC, **functions}
        self.machine = deploy(self._values)
        self._definition = _machine().definition

    def define(self, definition: dict[str, Any] | None) -> None:
        """Let executions that are started from now on have definition, whose placeholders are filled; None for the current one."""
        text = json.dumps(substituted(definition, **self._values)) if definition else self._definition
        _machine().definition = text

    def runs_current(self, execution: Any) -> bool:
        """Return whether an execution has the current definition, and not that of the release before a deployment."""
        return bool(execution.state_machine.definition == self._definition)

    def environment(self, workflow_type: str) -> dict[str, str]:
        """Return the variables of all functions."""
        return {
            **ENVIRONMENT,
            "UPLOAD_BUCKET": UPLOADS,
            "STATE_MACHINE_ARN": self.machine,
            "WORKFLOW_TYPE": workflow_type,
            "NOTIFICATION_TOPIC": TOPIC,
            "DEAD_LETTER_QUEUE": self.dead_letters,
            "STALLED_AFTER_SECONDS": str(STALLED_AFTER),
            "ALLOWED_ORIGINS": "",
        }

    def records(self) -> dict[str, dict[str, Any]]:
        """Return all items of the table, by image id, as DynamoDB has them."""
        items = stores.backend("dynamodb").tables[TABLE].items
        return {key.value: item.to_json()["Attributes"] for key, item in items.items()}

    def dead_letter_bodies(self) -> list[str]:
        """Return the bodies of the dead-letter messages."""
        return [message.body for message in stores.backend("sqs").queues["dead-letters"]._messages]  # noqa: SLF001 - receiving would hide them

    def expiries(self) -> dict[str, datetime]:
        """Return when each record expires that does, by image ID."""
        found = {image_id: item.get("expiresAt") for image_id, item in self.records().items()}
        return {image_id: datetime.fromtimestamp(int(at["N"]), UTC) for image_id, at in found.items() if at}

    def delete_record(self, image_id: str) -> None:
        """Delete a record as DynamoDB does when it has expired: without a call."""
        items = stores.backend("dynamodb").tables[TABLE].items
        del items[next(key for key in items if key.value == image_id)]

    def upload_versions(self) -> dict[str, list[Any]]:
        """Return the versions of each upload and its delete markers, the oldest first, by key."""
        return {key: _uploads().getlist(key) for key in _uploads() if key.startswith(PREFIX)}

    def inventory(self) -> list[dict[str, str]]:
        """Return the rows of an inventory of the uploads."""
        return [_row(key, one, one is found[-1]) for key, found in self.upload_versions().items() for one in found]

    def delete_upload(self, key: str, version: str | None = None) -> None:
        """Hide an upload behind a delete marker, or remove a version for good."""
        stores.backend("s3", "aws").delete_object(UPLOADS, key, version_id=version)

    def hiding(self, key: str) -> list[str]:
        """Return the versions of the delete markers that hide an upload, the newest first; none if no version is left."""
        versions = _uploads().getlist(key, [])
        markers = [one.version_id for one in takewhile(lambda one: not hasattr(one, "size"), reversed(versions))]
        return markers if len(markers) < len(versions) else []

    def visible(self) -> dict[str, str]:
        """Return the version of each upload that S3 shows, by image ID."""
        newest = {parse_upload_key(key)[1]: versions[-1] for key, versions in self.upload_versions().items()}
        return {image_id: found.version_id for image_id, found in newest.items() if hasattr(found, "size")}

    def all_keys(self, bucket: str) -> list[str]:
        """Return the keys in a bucket that have a version or a delete marker."""
        keys = stores.backend("s3", "aws").buckets[bucket].keys
        return [key for key in keys if keys.getlist(key)]

    def keys(self, bucket: str) -> list[str]:
        """Return the keys of the objects in a bucket."""
        return [key.name for key in stores.backend("s3", "aws").buckets[bucket].keys.values() if hasattr(key, "size")]


def _machine() -> Any:
    (machine,) = stores.step_functions().state_machines
    return machine


def _uploads() -> Any:
    return stores.backend("s3", "aws").buckets[UPLOADS].keys


@contextmanager
def open_account(patch: pytest.MonkeyPatch) -> Iterator[Account]:
    """Give the account, and lead every client to it."""
    for name, value in QUIET.items():
        patch.setenv(name, value)
    interpreter_cache.install(patch)  # before the machine is made, which parses it
    with fake_account(patch, MOTO):
        yield Account()


def _row(key: str, version: Any, latest: bool) -> dict[str, str]:
    listed = {"Key": key, "VersionId": version.version_id, "IsLatest": latest, "LastModified": version.last_modified}
    marker = not hasattr(version, "size")
    return row(UPLOADS, {**listed, "Size": 0 if marker else version.size}, marker=marker)
