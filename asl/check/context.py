"""The context object `$$`, as Step Functions fills it."""

from dataclasses import replace

from asl.check.shapes import Field, Number, Object, Shape, Text, exact_object

_SECONDS = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?"
TIMESTAMP = Text(20, 30, frozenset({f"{_SECONDS}Z$"}))
ANY_ZONE = Text(20, 35, frozenset({f"{_SECONDS}(Z|[+-][0-9]{{2}}:[0-9]{{2}})$"}))  # RFC 3339, as a Wait takes it
ARN = Text(20, 2048)
_ARN_OF = "^arn:[a-z-]+:states:[a-z0-9-]+:[0-9]{12}"
EXECUTION = Text(20, 2048, frozenset({f"{_ARN_OF}:(execution|express):[^:]+:[^:]+(:[^:]+)?$"}))
NAME = Text(1, 80, frozenset({"^[^:/]+$"}))  # of an execution or a state machine
MADE_BY_AWS = frozenset({EXECUTION, ARN, NAME})
STATE_DATA = Text(10, 10, values=frozenset({"STATE_DATA"}))  # the source of an item that no ItemReader reads
S3_URI = Text(1, 1100)  # of a bucket, or of an object
COUNT = Number(integer=True, low=0, high=100_000)


def context_object(
    machine_input: Shape, state: str, item: Shape | None = None, *, token: bool | None = False
) -> Object:
    """Return the shape of `$$` in state; item is `$$.Map.Item` in an iteration, token whether the state has a task token."""
    execution = exact_object(
        Id=EXECUTION, Input=machine_input, Name=NAME, RoleArn=ARN, StartTime=TIMESTAMP, RedriveCount=COUNT
    )
    entered = exact_object(EnteredTime=TIMESTAMP, Name=Text(1, 80, values=frozenset({state})), RetryCount=COUNT)
    machine = exact_object(Id=ARN, Name=NAME)
    known: dict[str, Shape] = {"Execution": execution, "State": entered, "StateMachine": machine}
    if token or token is None:  # of a job that is waited for, no page of the documentation says whether it has one
        known["Task"] = Object((("Token", Field(Text(1, 2048), required=bool(token))),), unstated=token is None)
    if item is not None:
        known["Map"] = exact_object(Item=item)
    return exact_object(**known)


def map_item(value: Shape, key: Field | None, *, is_read: bool) -> Object:
    """Return the shape of `$$.Map.Item`: key is there if value is a property of an object; is_read is whether of a file in S3.

    A key that is not required is one of which nothing says whether it is there.
    """
    item = exact_object(Index=COUNT, Source=S3_URI if is_read else STATE_DATA, Value=value)
    return item if key is None else replace(item.having("Key", key), unstated=not key.required)
