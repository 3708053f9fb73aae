"""Service integrations: the Parameters that each takes, and the response that each returns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from asl.check.shapes import (
    Anything,
    Array,
    Boolean,
    Field,
    Number,
    Object,
    Shape,
    Text,
    exact_object,
    union,
)
from asl.check.sizes import LIMIT

Template = dict[str, Any]  # Parameters as written
IDENTIFIER = Text(1, 2048)
ANY_TEXT = Text(0, LIMIT)


def closed_object(required: dict[str, Shape], optional: dict[str, Shape] | None = None) -> Object:
    """Return the object with exactly these properties, required and optional."""
    fields = {name: Field(shape) for name, shape in required.items()}
    fields |= {name: Field(shape, required=False) for name, shape in (optional or {}).items()}
    return Object(tuple(sorted(fields.items())))


@dataclass(frozen=True)
class Integration:
    """An integration: the shapes of its Parameters and of its response; both may depend on the template in Parameters."""

    takes: Callable[[Template], Shape]
    answers: Callable[[Template], Shape]


def names(parameters: Template) -> set[str]:
    """Return the names of a template's fields, without `.$`."""
    return {name.removesuffix(".$") for name in parameters}


METADATA: dict[str, Shape] = {"SdkHttpMetadata": Anything(2048), "SdkResponseMetadata": Anything(2048)}  # bytes


def lambda_invoke(gives: Shape) -> Integration:
    """Return the integration `lambda:invoke` of a function that gives gives."""
    kinds = frozenset({"RequestResponse", "Event", "DryRun"})
    optional: dict[str, Shape] = {
        "Payload": Anything(),
        "InvocationType": Text(values=kinds),
        "Qualifier": Text(1, 128),
        "ClientContext": ANY_TEXT,
        "LogType": Text(values=frozenset({"None", "Tail"})),
    }

    def answers(parameters: Template) -> Shape:
        silent = names(parameters) & {"InvocationType"} and parameters.get("InvocationType") != "RequestResponse"
        payload = Anything(len("null")) if silent else gives  # an event's function is not waited for
        required: dict[str, Shape] = {"Payload": payload, "StatusCode": Number(integer=True, low=200, high=299)}
        return closed_object(required, {"ExecutedVersion": Text(1, 1024), **METADATA})

    return Integration(lambda _: closed_object({"FunctionName": IDENTIFIER}, optional), answers)


_ATTRIBUTE = closed_object(
    {"DataType": Text(values=frozenset({"String", "String.Array", "Number", "Binary"}))},
    {"StringValue": ANY_TEXT, "BinaryValue": ANY_TEXT},
)
_PUBLISH: dict[str, Shape] = {
    "Subject": Text(1, 100),
    "MessageAttributes": Object((), _ATTRIBUTE),
    "MessageStructure": Text(values=frozenset({"json"})),
    "MessageGroupId": Text(1, 128),
    "MessageDeduplicationId": Text(1, 128),
}


def _publish(parameters: Template) -> Shape:
    target = next(iter(names(parameters) & {"TargetArn", "PhoneNumber"}), "TopicArn")
    return closed_object({target: IDENTIFIER, "Message": Anything(LIMIT)}, _PUBLISH)


# One attribute value of DynamoDB; numbers travel as strings.
_VALUES: dict[str, Shape] = {
    "S": ANY_TEXT,
    "N": Text(1, 64),
    "B": ANY_TEXT,
    "BOOL": Boolean(),
    "NULL": Boolean(),
    "M": Object((), Anything()),
    "L": Array((), Anything()),
    "SS": Array((), ANY_TEXT, 1),
    "NS": Array((), ANY_TEXT, 1),
    "BS": Array((), ANY_TEXT, 1),
}
ITEM = Object((), union(*(exact_object(**{kind: shape}) for kind, shape in _VALUES.items())))
LARGEST_ITEM = Anything(400 * 1024)  # bytes: DynamoDB's limit for an item
RETURNS = frozenset({"NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"})
_NAMES = Object((), Text(1, 65_535))
_EXPRESSION = Text(1, 4096)
_OPTIONS: dict[str, Shape] = {"ExpressionAttributeNames": _NAMES, "ReturnConsumedCapacity": Text(1, 16)}
_WRITE = _OPTIONS | {
    "ConditionExpression": _EXPRESSION,
    "ExpressionAttributeValues": ITEM,
    "ReturnValues": Text(values=RETURNS),
    "ReturnItemCollectionMetrics": Text(1, 16),
}
_READ = _OPTIONS | {"ConsistentRead": Boolean(), "ProjectionExpression": _EXPRESSION}


def _write(key: str, **more: Shape) -> Integration:
    shape = closed_object({"TableName": IDENTIFIER, key: ITEM}, _WRITE | more)
    return Integration(lambda _: shape, _written)


def _written(parameters: Template) -> Shape:
    silent = "ReturnValues" not in names(parameters) or parameters.get("ReturnValues") == "NONE"
    return closed_object({}, METADATA if silent else {"Attributes": LARGEST_ITEM, **METADATA})


# Without Lambda: what a function takes and returns is for a contract to say.
SERVICES: dict[str, Integration] = {
    "sns:publish": Integration(_publish, lambda _: closed_object({"MessageId": Text(1, 128)}, METADATA)),
    "dynamodb:updateItem": _write("Key", UpdateExpression=_EXPRESSION),
    "dynamodb:putItem": _write("Item"),
    "dynamodb:deleteItem": _write("Key"),
    "dynamodb:getItem": Integration(
        lambda _: closed_object({"TableName": IDENTIFIER, "Key": ITEM}, _READ),
        lambda _: closed_object({}, {"Item": LARGEST_ITEM, **METADATA}),
    ),
}
