"""Service integrations: the Parameters that each takes, and the response that each returns."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from asl.check.intrinsic_strings import BASE64
from asl.check.shapes import (
    NOTHING,
    NULL,
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


# The headers of the response are there twice: identifiers, dates, lengths and the trace, about 700 bytes in all.
_HEADERS = Object((), Anything(1024))
_HTTP = exact_object(
    AllHttpHeaders=_HEADERS, HttpHeaders=_HEADERS, HttpStatusCode=Number(integer=True, low=100, high=599)
)
METADATA: dict[str, Shape] = {
    "SdkHttpMetadata": replace(_HTTP, rest=Anything(1024), max_bytes=2048),
    "SdkResponseMetadata": replace(exact_object(RequestId=Text(1, 64)), rest=Anything(64), max_bytes=128),
}
# With LogType Tail a header has the last 4 KB of the log in Base64, which makes 5,464 characters, twice.
METADATA_WITH_LOG = METADATA | {"SdkHttpMetadata": replace(_HTTP, rest=Anything(1024), max_bytes=2048 + 2 * 5464)}


# A number or a truth value is refused: "The value for the field 'Payload' must be a STRING".
PAYLOAD = union(Object((), Anything()), Array((), Anything()), Text(), NULL)
VERSION = Text(1, 20, frozenset({r"^(\$LATEST|[0-9]+)$"}))


def lambda_invoke(gives: Shape) -> Integration:
    """Return the integration `lambda:invoke` of a function that gives gives."""
    kinds = frozenset({"RequestResponse", "Event", "DryRun"})
    optional: dict[str, Shape] = {
        "Payload": PAYLOAD,
        "InvocationType": Text(values=kinds),
        "Qualifier": Text(1, 128),
        "ClientContext": ANY_TEXT,
        "TenantId": Text(1, 256),
        "DurableExecutionName": Text(1, 64),
        "LogType": Text(values=frozenset({"None", "Tail"})),
    }

    def answers(parameters: Template) -> Shape:
        kind = parameters.get("InvocationType")
        silent = kind in ("Event", "DryRun")  # such a function is not waited for
        payload = Anything(len("null")) if silent else gives
        if "InvocationType" in names(parameters) and kind not in kinds:  # it is computed
            payload = union(payload, Anything(len("null")))
        required: dict[str, Shape] = {"Payload": payload, "StatusCode": Number(integer=True, low=200, high=299)}
        version: dict[str, Shape] = {"ExecutedVersion": VERSION}
        if kind == "RequestResponse" or "InvocationType" not in names(parameters):  # the function has been executed
            required, version = required | version, {}
        logged = "LogType" in names(parameters) and parameters.get("LogType") != "None"
        more = {"LogResult": Text(0, 5464, frozenset({BASE64}))} if logged else {}
        return closed_object(required | (METADATA_WITH_LOG if logged else METADATA), version | more)

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


# Public samples have "true" for a truth value, and a plain text for an attribute value of type S. Nothing says that Step Functions
# takes them, and nobody reports that it does not.
_MAY_DO = Text(doubtful=True)
_TRUTH = union(Boolean(), _MAY_DO)
# One attribute value of DynamoDB; numbers travel as strings.
_PLAIN: dict[str, Shape] = {
    "S": ANY_TEXT,
    "N": Text(1, 64),
    "B": ANY_TEXT,
    "BOOL": _TRUTH,
    "NULL": _TRUTH,
    "SS": Array((), ANY_TEXT, 1),
    "NS": Array((), ANY_TEXT, 1),
    "BS": Array((), ANY_TEXT, 1),
}
MAX_LEVELS = 32  # of values in each other, which DynamoDB stores


def _attribute_value(levels: int) -> Shape:
    """Return the shape of one attribute value with so many levels of maps and lists in it."""
    inner = _attribute_value(levels - 1) if levels else NOTHING
    values = {**_PLAIN, "M": Object((), inner), "L": Array((), inner)}
    return union(*(exact_object(**{kind: shape}) for kind, shape in values.items()), _MAY_DO)


ITEM = Object((), _attribute_value(MAX_LEVELS))
UNSTATED_ITEM = Anything(unstated=True)  # for a contract to say: what a table has in it
LARGEST_REPORT = Anything(16 * 1024)  # bytes: capacity by index, of which a table has 25 at most
RETURNS = frozenset({"NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"})
_NAMES = Object((), Text(1, 65_535))
_EXPRESSION = Text(1, 4096)
_OPTIONS: dict[str, Shape] = {"ExpressionAttributeNames": _NAMES, "ReturnConsumedCapacity": Text(1, 16)}
# Parameters from before there were expressions, which DynamoDB still takes.
_FORMER: dict[str, Shape] = {"ConditionalOperator": Text(values=frozenset({"AND", "OR"}))}
_WRITE = _OPTIONS | {
    "ConditionExpression": _EXPRESSION,
    "ExpressionAttributeValues": ITEM,
    "ReturnValues": Text(values=RETURNS),
    "ReturnItemCollectionMetrics": Text(1, 16),
    "ReturnValuesOnConditionCheckFailure": Text(values=frozenset({"NONE", "ALL_OLD"})),
    **_FORMER,
    "Expected": Object((), Anything()),
}
_READ = _OPTIONS | {
    "ConsistentRead": Boolean(),
    "ProjectionExpression": _EXPRESSION,
    "AttributesToGet": Array((), Text(1, 65_535), 1),
}


def _write(key: str, **more: Shape) -> Integration:
    shape = closed_object({"TableName": IDENTIFIER, key: ITEM}, _WRITE | more)
    return Integration(lambda _: shape, _written)


def _written(parameters: Template) -> Shape:
    silent = "ReturnValues" not in names(parameters) or parameters.get("ReturnValues") == "NONE"
    asked = {name: LARGEST_REPORT for name in ("ConsumedCapacity", "ItemCollectionMetrics") if _asks(parameters, name)}
    return closed_object(METADATA, {**({} if silent else {"Attributes": UNSTATED_ITEM}), **asked})


def _asks(parameters: Template, name: str) -> bool:
    return f"Return{name}" in names(parameters) and parameters.get(f"Return{name}") != "NONE"


# What `http:invoke` takes at least, and what it returns: https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
_CONNECTED = replace(exact_object(ConnectionArn=IDENTIFIER), rest=Anything())


def _endpoint(parameters: Template) -> Shape:
    """Return what `http:invoke` takes: its connection is in one of two members, of which a private API has the second."""
    connection = next(iter(names(parameters) & {"InvocationConfig"}), "Authentication")
    known = exact_object(ApiEndpoint=IDENTIFIER, Method=Text(1, 16), **{connection: _CONNECTED})
    return replace(known, rest=Anything())


_ANSWERED = replace(
    exact_object(
        Headers=Anything(unstated=True),
        ResponseBody=Anything(unstated=True),
        StatusCode=Number(integer=True, low=100, high=599),
        StatusText=Text(0, 256),
    ),
    unstated=True,
)

# Without Lambda: what a function takes and returns is for a contract to say.
SERVICES: dict[str, Integration] = {
    "http:invoke": Integration(_endpoint, lambda _: _ANSWERED),
    "sns:publish": Integration(
        _publish, lambda _: closed_object({"MessageId": Text(1, 128), **METADATA}, {"SequenceNumber": Text(1, 20)})
    ),
    "dynamodb:updateItem": _write("Key", UpdateExpression=_EXPRESSION, AttributeUpdates=Object((), Anything())),
    "dynamodb:putItem": _write("Item"),
    "dynamodb:deleteItem": _write("Key"),
    "dynamodb:getItem": Integration(
        lambda _: closed_object({"TableName": IDENTIFIER, "Key": ITEM}, _READ),
        lambda parameters: closed_object(
            METADATA,
            {
                "Item": UNSTATED_ITEM,
                **({"ConsumedCapacity": LARGEST_REPORT} if _asks(parameters, "ConsumedCapacity") else {}),
            },
        ),
    ),
}
