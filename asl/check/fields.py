"""The fields of each type of state, and what each may hold: what Step Functions refuses to create is a finding.

The tables are those of the Amazon States Language's specification and of AWS's documentation of each type.
"""

from asl.check.field_findings import Fields
from asl.check.field_values import (
    ANY,
    ARRAY,
    BOOLEAN,
    MOST_SECONDS,
    OBJECT,
    PATH,
    PATH_OR_CALL,
    REFERENCE_PATH,
    RESOURCE,
    SECONDS,
    TEXT,
    TIMESTAMP,
    TRUE,
    number,
    one_of,
    or_jsonata,
    or_null,
    whole,
)

LANGUAGES = one_of("JSONPath", "JSONata")
MAX_COUNT = 2**31 - 1  # of Java, which AWS's service is written in
_ALL: Fields = {"Type": TEXT, "Comment": TEXT, "QueryLanguage": LANGUAGES}
_ON: Fields = {"Next": TEXT, "End": TRUE, "Assign": OBJECT}
_PATHS: Fields = {"InputPath": or_null(PATH), "OutputPath": or_null(PATH)}
_MADE: Fields = {"ResultPath": or_null(REFERENCE_PATH)}
_RESULT: Fields = {**_MADE, "Parameters": ANY, "ResultSelector": OBJECT}
_HANDLED: Fields = {"Retry": ARRAY, "Catch": ARRAY}
_LIMITS: Fields = {"TimeoutSeconds": SECONDS, "HeartbeatSeconds": SECONDS}
_LIMIT_PATHS: Fields = dict.fromkeys((f"{name}Path" for name in _LIMITS), PATH)
_TASK: Fields = {"Resource": RESOURCE, "Credentials": OBJECT}
_WAIT: Fields = {"Seconds": whole(0, MOST_SECONDS), "Timestamp": TIMESTAMP}
_MAP_NUMBERS: Fields = {
    "MaxConcurrency": whole(0, MAX_COUNT),
    "ToleratedFailureCount": whole(0, MAX_COUNT),
    "ToleratedFailurePercentage": number(0, 100),
}
_MAP: Fields = {
    "Iterator": OBJECT,
    "ItemProcessor": OBJECT,
    "ItemReader": OBJECT,
    "ItemBatcher": OBJECT,
    "ResultWriter": OBJECT,
    "Label": TEXT,
}

JSONPATH: dict[str, Fields] = {
    "Task": _ALL | _ON | _PATHS | _RESULT | _HANDLED | _TASK | _LIMITS | _LIMIT_PATHS,
    "Parallel": _ALL | _ON | _PATHS | _RESULT | _HANDLED | {"Branches": ARRAY},
    "Map": _ALL
    | _ON
    | _PATHS
    | _RESULT
    | _HANDLED
    | _MAP
    | _MAP_NUMBERS
    | {"ItemsPath": PATH, "ItemSelector": OBJECT}
    | dict.fromkeys((f"{name}Path" for name in _MAP_NUMBERS), PATH),
    "Pass": _ALL | _ON | _PATHS | _MADE | {"Result": ANY, "Parameters": ANY},
    "Wait": _ALL | _ON | _PATHS | _WAIT | {"SecondsPath": PATH, "TimestampPath": PATH},
    "Choice": _ALL | _PATHS | {"Choices": ARRAY, "Default": TEXT, "Assign": OBJECT},
    "Succeed": _ALL | _PATHS,
    "Fail": _ALL | {"Error": TEXT, "Cause": TEXT, "ErrorPath": PATH_OR_CALL, "CausePath": PATH_OR_CALL},
}

# Of a machine, and of one in a state: a branch, or what a Map runs for each item.
INNER: Fields = {
    "StartAt": TEXT,
    "States": OBJECT,
    "Comment": TEXT,
    "QueryLanguage": LANGUAGES,
    "ProcessorConfig": OBJECT,
}
MACHINE: Fields = INNER | {"Version": one_of("1.0"), "TimeoutSeconds": SECONDS}
MAX_NAME = 80  # characters of a state's name

_OUT: Fields = {"Output": ANY}
_ARGUMENTS: Fields = {"Arguments": ANY, **_OUT}


def _computed(fields: Fields) -> Fields:
    return {name: or_jsonata(value) for name, value in fields.items()}


JSONATA_FIELDS: dict[str, Fields] = {
    "Task": _ALL | _ON | _ARGUMENTS | _HANDLED | _TASK | _computed(_LIMITS),
    "Parallel": _ALL | _ON | _ARGUMENTS | _HANDLED | {"Branches": ARRAY},
    "Map": _ALL
    | _ON
    | _OUT
    | _HANDLED
    | _MAP
    | _computed(_MAP_NUMBERS)
    | {"Items": or_jsonata(ARRAY), "ItemSelector": or_jsonata(OBJECT)},
    "Pass": _ALL | _ON | _OUT | {"Result": ANY},
    "Wait": _ALL | _ON | _OUT | _computed(_WAIT),
    "Choice": _ALL | _OUT | {"Choices": ARRAY, "Default": TEXT, "Assign": OBJECT},
    "Succeed": _ALL | _OUT,
    "Fail": _ALL | {"Error": TEXT, "Cause": TEXT},
}

# Fields of which a state has one at most.
EITHER = (
    *((name, f"{name}Path") for name in (*_LIMITS, *_MAP_NUMBERS, "Error", "Cause")),
    ("ItemSelector", "Parameters"),
)
# Fields of which a state of a type has exactly one.
EXACTLY_ONE = {"Wait": ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")}

RETRIER: Fields = {
    "ErrorEquals": ARRAY,
    "IntervalSeconds": SECONDS,
    "MaxAttempts": whole(0, MOST_SECONDS),
    "BackoffRate": number(1, float("inf")),
    "MaxDelaySeconds": whole(1, 31_622_399),
    "JitterStrategy": one_of("FULL", "NONE"),
    "Comment": TEXT,
}
CATCHER: Fields = {"ErrorEquals": ARRAY, "Next": TEXT, "Comment": TEXT, "Assign": OBJECT}
CATCHER_JSONPATH: Fields = CATCHER | _MADE
CATCHER_JSONATA: Fields = CATCHER | _OUT

RULE: Fields = {"Next": TEXT, "Comment": TEXT, "Assign": OBJECT}
RULE_JSONATA: Fields = RULE | {"Condition": or_jsonata(BOOLEAN), "Output": ANY}
