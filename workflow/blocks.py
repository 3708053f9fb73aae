"""The building blocks of the graph: the task of a step, writes to the record, and notifications."""

from typing import Any

from workflow.retries import retries
from workflow.sdk import Catch, DynamoDBUpdateItemStep, LambdaStep, SnsPublishStep
from workflow.steps import Step

# Seconds beyond the function's own limit, so that its error is seen rather than the state's timeout.
TIMEOUT_MARGIN = 15
SERVICE_TIMEOUT = 15  # seconds for one call of DynamoDB or SNS


# The source of a field in a step's input, if it is not the field of the same name in the state's input.
SOURCES = {"execution": "$$.Execution.Name", "about": "$.metadata.about"}


def catch_all(next_step: Any, result_path: str | None = "$.error") -> Catch:
    """Return the catcher that keeps the state's input, adds the error at result_path unless it is None, and goes to next_step."""
    return Catch(error_equals=["States.ALL"], next_step=next_step, result_path=result_path)


def task(step: Step, *, sources: dict[str, str] = SOURCES, **fields: Any) -> LambdaStep:
    """Return the state that runs the step's function: it passes what the input contract names and keeps what the output has.

    sources has the path of each field that is not the field of the same name in the state's input.
    """
    return LambdaStep(
        step.state,
        parameters={
            "FunctionName": f"${{{step.function}}}",
            "Payload": {f"{field}.$": sources.get(field, f"$.{field}") for field in step.takes},
        },
        result_selector={f"{field}.$": f"$.Payload.{field}" for field in step.gives},
        timeout_seconds=step.timeout + TIMEOUT_MARGIN,
        **{"retry": retries(), **fields},
    )


def publish(
    state: str, status: str, message: dict[str, str], attributes: dict[str, str], **fields: Any
) -> SnsPublishStep:
    """Return the state that publishes an outcome to the topic; attributes are for the subscribers' filter policies."""
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


def record_outcome(state: str, status: str, attributes: dict[str, str], **fields: Any) -> DynamoDBUpdateItemStep:
    """Return the state that writes a final status to the image's record, if the record is open and this execution's.

    attributes are further ones, each with the path of its string.
    """
    # The same execution may write the same status again, because a response may be lost.
    condition = "#execution = :execution AND (#status = :open OR #status = :status)"
    known = {":status": status, ":open": "PROCESSING"}
    times = {"updatedAt": "$$.State.EnteredTime", "finishedAt": "$$.State.EnteredTime"}
    return _update(state, {**times, **attributes}, condition, known, **fields)


def mark_notified(state: str, removed: tuple[str, ...], **fields: Any) -> DynamoDBUpdateItemStep:
    """Return the state that writes to the image's record that its outcome has been published, and removes attributes."""
    notified = {"notifiedAt": "$$.State.EnteredTime"}
    return _update(state, notified, "#execution = :execution", {}, removed, **fields)


def check_deleted(state: str, **fields: Any) -> DynamoDBUpdateItemStep:
    """Return the state that fails unless the image's record is a tombstone, which it writes as it is.

    A read would need a permission to read every record.
    """
    return _update(state, {}, "#status = :status AND #execution <> :execution", {":status": "DELETED"}, **fields)


def _update(
    state: str,
    attributes: dict[str, str],
    condition: str,
    known: dict[str, str],
    removed: tuple[str, ...] = (),
    **fields: Any,
) -> DynamoDBUpdateItemStep:
    """Return the state that sets attributes in this execution's record; known are constants, mostly of the condition."""
    sets = [*(["#status = :status"] if known else []), *(f"#{name} = :{name}" for name in attributes)]
    names = [*(["status"] if known else []), *attributes, *removed, "execution"]
    removal = f" REMOVE {', '.join(f'#{name}' for name in removed)}" if removed else ""
    read = {**attributes, "execution": "$$.Execution.Name"}
    return DynamoDBUpdateItemStep(
        state,
        parameters={
            "TableName": "${MetadataTable}",
            "Key": {"imageId": {"S.$": "$.image.imageId"}},
            "UpdateExpression": "SET " + ", ".join(sets) + removal,
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
