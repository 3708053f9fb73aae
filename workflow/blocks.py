"""The building blocks of the graph: a step's task, a publish, a record of the end, and the retry policy."""

from typing import Any

from workflow.contracts.errors import (
    ContractViolation,
    ImageRejected,
    NotConfigured,
    PreviousOutcomePending,
    StaleExecution,
)
from workflow.sdk import Catch, DynamoDBUpdateItemStep, LambdaStep, Retry, SnsPublishStep
from workflow.steps import Step

REJECTED = ImageRejected.__name__

# Seconds beyond the function's own limit, so that its error is seen rather than the state's timeout.
TIMEOUT_MARGIN = 15
SERVICE_TIMEOUT = 15  # seconds for one call of DynamoDB or SNS

# What passes by itself: an update of the functions under way, an earlier end of the picture that is still to be told,
# and throttles of Lambda, DynamoDB and SNS.
TRANSIENT_ERRORS = [
    NotConfigured.__name__,
    PreviousOutcomePending.__name__,
    "Lambda.TooManyRequestsException",
    "DynamoDB.ProvisionedThroughputExceededException",
    "DynamoDB.RequestLimitExceeded",
    "DynamoDB.ThrottlingException",
    "SNS.ThrottledException",
    # As a function reports DynamoDB's.
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
]
MAX_RETRIES = 3  # of what may be worth another try
STALE_EXECUTION = StaleExecution.__name__
STALE_EXECUTION_ERRORS = [
    STALE_EXECUTION,
    PreviousOutcomePending.__name__,
]  # the picture is another execution's to end: this one has nothing to tell
CONDITION_FAILED = (
    "ConditionalCheckFailedException"  # by the table, as a function reports it: not this execution's to write
)
DYNAMODB_CONDITION_FAILED = f"DynamoDB.{CONDITION_FAILED}"  # as the integration does
# Retrying cannot mend these: the picture stays what it is, and so does the payload; the record has its end.
PERMANENT_ERRORS = [
    REJECTED,
    ContractViolation.__name__,
    STALE_EXECUTION,
    CONDITION_FAILED,
    DYNAMODB_CONDITION_FAILED,
]

# Where a step's input has a field from, if not from the field of the same name in the state's input.
SOURCES = {"execution": "$$.Execution.Name", "about": "$.metadata.about"}


def retries() -> list[Retry]:
    """Return the retriers that every task has: permanent errors never, what passes patiently, all else a few times."""
    return [
        Retry(error_equals=PERMANENT_ERRORS, max_attempts=0),
        _backing_off(TRANSIENT_ERRORS, max_attempts=8),
        _backing_off(["States.ALL"], max_attempts=MAX_RETRIES),
    ]


def _backing_off(errors: list[str], max_attempts: int) -> Retry:
    return Retry(
        error_equals=errors,
        interval_seconds=1,
        max_attempts=max_attempts,
        backoff_rate=2.0,
        max_delay_seconds=30,
        jitter_strategy="FULL",
    )


def catch_all(next_step: Any, result_path: str | None = "$.error") -> Catch:
    """Return the catcher that keeps the state's input and goes to next_step; result_path None drops the error."""
    return Catch(error_equals=["States.ALL"], next_step=next_step, result_path=result_path)


def task(step: Step, **fields: Any) -> LambdaStep:
    """Return the state that runs step's function on what its contract takes and selects what its contract gives."""
    return LambdaStep(
        step.state,
        parameters={
            "FunctionName": f"${{{step.function}}}",
            "Payload": {f"{field}.$": _source(field) for field in step.takes},
        },
        result_selector={f"{field}.$": f"$.Payload.{field}" for field in step.gives},
        timeout_seconds=step.timeout + TIMEOUT_MARGIN,
        retry=retries(),
        **fields,
    )


def _source(field: str) -> str:
    return SOURCES.get(field, f"$.{field}")


def publish(
    state: str, status: str, message: dict[str, str], attributes: dict[str, str], **fields: Any
) -> SnsPublishStep:
    """Return the state that tells the topic how a picture ended; attributes are for subscribers' filter policies."""
    head = {
        "status": status,
        "notificationId.$": "$$.Execution.Name",
        "imageId.$": "$.image.imageId",
        "owner.$": "$.image.owner",
        "at.$": "$$.State.EnteredTime",
    }
    typed = {name: {"DataType": "String", "StringValue.$": path} for name, path in attributes.items()}
    return SnsPublishStep(
        state,
        parameters={
            "TopicArn": "${NotificationTopic}",
            "Message": {**head, **message},
            "MessageAttributes": {"status": {"DataType": "String", "StringValue": status}, **typed},
        },
        result_path=None,
        timeout_seconds=SERVICE_TIMEOUT,
        retry=retries(),
        **fields,
    )


def record_outcome(state: str, status: str, found: dict[str, str], **fields: Any) -> DynamoDBUpdateItemStep:
    """Return the state that writes an end into the picture's record, unless that has its end or is not ours.

    found names further attributes and where their strings come from.
    """
    # The same execution may write the same end again, for when an answer was lost.
    condition = "#execution = :execution AND (#status = :open OR #status = :status)"
    known = {":status": status, ":open": "PROCESSING"}
    times = {"updatedAt": "$$.State.EnteredTime", "finishedAt": "$$.State.EnteredTime"}
    return _update(state, {**times, **found}, condition, known, **fields)


def mark_notified(state: str, **fields: Any) -> DynamoDBUpdateItemStep:
    """Return the state that notes in the picture's record that its end has been told."""
    return _update(state, {"notifiedAt": "$$.State.EnteredTime"}, "#execution = :execution", {}, **fields)


def _update(
    state: str, found: dict[str, str], condition: str, known: dict[str, str], **fields: Any
) -> DynamoDBUpdateItemStep:
    """Return the state that sets what is found in this execution's record; known are the condition's own values."""
    sets = [*(["#status = :status"] if known else []), *(f"#{name} = :{name}" for name in found)]
    names = [*(["status"] if known else []), *found, "execution"]
    read = {**found, "execution": "$$.Execution.Name"}
    return DynamoDBUpdateItemStep(
        state,
        parameters={
            "TableName": "${MetadataTable}",
            "Key": {"imageId": {"S.$": "$.image.imageId"}},
            "UpdateExpression": "SET " + ", ".join(sets),
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {f"#{name}": name for name in names},
            "ExpressionAttributeValues": {
                **{name: {"S": value} for name, value in known.items()},
                **{f":{name}": {"S.$": path} for name, path in read.items()},
            },
        },
        result_path=None,
        timeout_seconds=SERVICE_TIMEOUT,
        retry=retries(),
        **fields,
    )
