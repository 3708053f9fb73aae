"""Moto's own stores behind the account, read and emptied without requests."""

from typing import Any

from moto.backends import get_backend
from moto.s3.utils import _VersionedKeyStore
from moto.stepfunctions.parser.models import StepFunctionsParserBackend, stepfunctions_parser_backends

from tests.fake_aws.account import ACCOUNT, REGION
from tests.fake_aws.resources import ARCHIVE, TABLE, TOPIC, UPLOADS


def backend(service: str, region: str = REGION) -> Any:
    """Return moto's store of a service; S3's region is its partition."""
    backends: Any = get_backend(service)  # type: ignore[call-overload]
    return backends[ACCOUNT][region]


def step_functions() -> StepFunctionsParserBackend:
    """Return the store of the state machines that run, and of their executions; they have one of their own."""
    return stepfunctions_parser_backends[ACCOUNT][REGION]


def empty() -> None:
    """Empty the buckets, the table, the topic and the queues."""
    for bucket in (UPLOADS, ARCHIVE):
        backend("s3", "aws").buckets[bucket].keys = _VersionedKeyStore()
    backend("dynamodb").tables[TABLE].items.clear()
    backend("sns").topics[TOPIC].sent_notifications.clear()
    for queue in backend("sqs").queues.values():
        queue._messages, queue._pending_messages = [], set()  # noqa: SLF001 - moto purges once a minute only
    for machine in step_functions().state_machines:
        machine.executions.clear()
