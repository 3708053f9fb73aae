"""Machines with one defect each, and the same machines corrected: what asl-check finds, for its guide."""

from dataclasses import dataclass, field
from typing import Any

State = dict[str, Any]
Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 40}
COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 100}
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:check"
SERVICE = "arn:aws:states:::"
JSONATA = "JSONata"


def closed(required: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Return the schema of an object with exactly these properties."""
    properties = {**required, **(optional or {})}
    return {"type": "object", "properties": properties, "required": [*required], "additionalProperties": False}


def array(items: Schema, low: int = 0) -> Schema:
    """Return the schema of an array of five items at most."""
    return {"type": "array", "items": items, "minItems": low, "maxItems": 5}


def ended(**fields: Any) -> State:
    """Return a state that ends its machine."""
    return {**fields, "End": True}


@dataclass(frozen=True)
class Example:
    """A machine that fails, or is warned of, and a corrected one, which is proved."""

    title: str
    text: str
    start: Schema
    broken: dict[str, State]
    corrected: dict[str, State]
    edges: dict[str, dict[str, Schema]] = field(default_factory=dict)
    language: str = "JSONPath"
    contracts_differ: str = ""  # what else was changed, if it is in the contracts


ORDER = closed({"id": TEXT, "pieces": COUNT}, {"coupon": TEXT})
CHECKED = {"Check": {"takes": {}, "gives": closed({"total": COUNT})}}


def _task(**fields: Any) -> State:
    return {"Type": "Task", "Resource": FUNCTION, **fields}


def _invoke(**fields: Any) -> State:
    return {"Type": "Task", "Resource": f"{SERVICE}lambda:invoke", **fields}


def _call(call: str, parameters: Any, **fields: Any) -> State:
    return {"Type": "Task", "Resource": f"{SERVICE}{call}", "Parameters": parameters, **fields}


def _read(path: str) -> State:
    return ended(Type="Pass", Parameters={"read.$": path})


def _map(items: str, inner: State, **config: Any) -> State:
    machine = {**config, "StartAt": "Each", "States": {"Each": inner}}
    return {"Type": "Map", "ItemsPath": items, "ItemProcessor": machine}


DATA = (
    Example(
        "A result replaces the input",
        "Without `ResultPath` the result of a state is its whole output, and the input is lost.",
        ORDER,
        {"Check": _task(Next="Use"), "Use": _read("$.id")},
        {"Check": _task(ResultPath="$.check", Next="Use"), "Use": _read("$.id")},
        CHECKED,
    ),
    Example(
        "The response of lambda:invoke is an envelope",
        "The value that the function returns is `Payload` in it.",
        ORDER,
        {"Check": _invoke(Parameters={"FunctionName": "check", "Payload.$": "$"}, Next="Use"), "Use": _read("$.total")},
        {
            "Check": _invoke(
                Parameters={"FunctionName": "check", "Payload.$": "$"}, OutputPath="$.Payload", Next="Use"
            ),
            "Use": _read("$.total"),
        },
        CHECKED,
    ),
    Example(
        "A caught error replaces the input",
        "A catcher without `ResultPath` passes on the error only.",
        ORDER,
        {
            "Check": ended(**_task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Tell"}])),
            "Tell": _read("$.id"),
        },
        {
            "Check": ended(**_task(Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Tell"}])),
            "Tell": _read("$.id"),
        },
        CHECKED,
    ),
    Example(
        "A property that is not always there",
        "A path into it fails where it is absent. A Choice with `IsPresent` asks first.",
        ORDER,
        {"Use": _read("$.coupon")},
        {
            "Ask": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.coupon", "IsPresent": True, "Next": "Use"}],
                "Default": "None",
            },
            "Use": _read("$.coupon"),
            "None": {"Type": "Succeed"},
        },
    ),
    Example(
        "A Choice that reads what may be absent",
        "All comparisons but `IsPresent` fail where their variable is absent. `And` stops at the first rule that does not hold.",
        ORDER,
        {
            "Ask": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.coupon", "StringEquals": "TEN", "Next": "Done"}],
                "Default": "Done",
            },
            "Done": {"Type": "Succeed"},
        },
        {
            "Ask": {
                "Type": "Choice",
                "Choices": [
                    {
                        "And": [
                            {"Variable": "$.coupon", "IsPresent": True},
                            {"Variable": "$.coupon", "StringEquals": "TEN"},
                        ],
                        "Next": "Done",
                    }
                ],
                "Default": "Done",
            },
            "Done": {"Type": "Succeed"},
        },
    ),
    Example(
        "The result of a Parallel is an array",
        "Its items are the outputs of the branches, in their order.",
        ORDER,
        {
            "Both": {
                "Type": "Parallel",
                "Branches": [{"StartAt": "One", "States": {"One": ended(Type="Pass", Result={"paid": True})}}],
                "Next": "Use",
            },
            "Use": _read("$.paid"),
        },
        {
            "Both": {
                "Type": "Parallel",
                "Branches": [{"StartAt": "One", "States": {"One": ended(Type="Pass", Result={"paid": True})}}],
                "Next": "Use",
            },
            "Use": _read("$[0].paid"),
        },
    ),
    Example(
        "An array that may be empty",
        "An index needs an item. `States.ArrayLength` and a Choice make it sure, and so does `minItems` in the contract.",
        closed({"lines": array(TEXT)}),
        {"Use": _read("$.lines[0]")},
        {
            "Ask": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.lines[0]", "IsPresent": True, "Next": "Use"}],
                "Default": "None",
            },
            "Use": _read("$.lines[0]"),
            "None": {"Type": "Succeed"},
        },
    ),
    Example(
        "A value of another type",
        "What a function takes is compared with what it gets, in each property.",
        ORDER,
        {"Check": ended(**_task(Parameters={"pieces.$": "States.Format('{}', $.pieces)"}))},
        {"Check": ended(**_task(Parameters={"pieces.$": "$.pieces"}))},
        {"Check": {"takes": closed({"pieces": COUNT}), "gives": closed({})}},
    ),
    Example(
        "A path that is sent as text",
        "Only in a field whose name ends in `.$` is a text a path.",
        ORDER,
        {
            "Save": ended(
                **_call("dynamodb:putItem", {"TableName": "t", "Item": {"id": {"S": "$.id"}}}, ResultPath=None)
            )
        },
        {
            "Save": ended(
                **_call("dynamodb:putItem", {"TableName": "t", "Item": {"id": {"S.$": "$.id"}}}, ResultPath=None)
            )
        },
    ),
    Example(
        "Result is not evaluated",
        "`Result` of a Pass is taken as it is written. `Parameters` has paths.",
        ORDER,
        {
            "Make": {"Type": "Pass", "Result": {"id.$": "$.id"}, "ResultPath": "$.made", "Next": "Use"},
            "Use": _read("$.made.id"),
        },
        {
            "Make": {"Type": "Pass", "Parameters": {"id.$": "$.id"}, "ResultPath": "$.made", "Next": "Use"},
            "Use": _read("$.made.id"),
        },
    ),
    Example(
        "An iteration has the item only",
        "The input of the machine in a Map is the item, or what `ItemSelector` makes.",
        closed({"id": TEXT, "lines": array(closed({"sku": TEXT}))}),
        {"Lines": ended(**_map("$.lines", _read("$.id")))},
        {
            "Lines": ended(
                **_map("$.lines", _read("$.id")),
                ItemSelector={"id.$": "$.id", "line.$": "$$.Map.Item.Value"},
            )
        },
    ),
    Example(
        "A child execution has its own context",
        "In a distributed Map `$$.Execution.Input` is the item, and variables of the machine around are not there.",
        closed({"id": TEXT, "lines": array(closed({"sku": TEXT}))}),
        {
            "Lines": ended(
                **_map(
                    "$.lines",
                    _read("$$.Execution.Input.id"),
                    ProcessorConfig={"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                )
            )
        },
        {
            "Lines": ended(
                **_map(
                    "$.lines",
                    _read("$$.Execution.Input.id"),
                    ProcessorConfig={"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                ),
                ItemSelector={"id.$": "$.id"},
            )
        },
    ),
    Example(
        "A payload that is too large",
        "Step Functions fails where a payload exceeds 262,144 bytes, and no Catch handles that.",
        closed({"lines": {**array(TEXT), "maxItems": 100}}),
        {"Lines": ended(**_map("$.lines", ended(**_task())))},
        {"Lines": ended(**_map("$.lines", ended(**_task(ResultSelector={"done": True}))))},
        {"Each": {"takes": {}, "gives": {"type": "string", "maxLength": 5000, "pattern": "^[a-z]*$"}}},
    ),
)

FUNCTIONS = (
    Example(
        "Braces in States.Format",
        r"A brace that is no place is written `\{` or `\}`.",
        ORDER,
        {"Make": _read('States.Format(\'{"id":"{}"}\', $.id)')},
        {"Make": _read('States.Format(\'\\{"id":"{}"\\}\', $.id)')},
    ),
    Example(
        "An argument that a function does not take",
        "Each intrinsic function has its types, ranges and numbers of arguments.",
        ORDER,
        {"Make": _read("States.MathAdd($.id, 1)")},
        {"Make": _read("States.MathAdd($.pieces, 1)")},
    ),
    Example(
        "A string that may be no JSON",
        "`States.StringToJson` fails then. A contract says what the string contains.",
        closed({"text": TEXT}),
        {"Make": _read("States.StringToJson($.text)")},
        {"Make": _read("$.text")},
    ),
)

SERVICES = (
    Example(
        "A number where DynamoDB takes a string",
        "Numbers travel as strings, under `N` too.",
        ORDER,
        {
            "Save": ended(
                **_call("dynamodb:putItem", {"TableName": "t", "Item": {"n": {"N.$": "$.pieces"}}}, ResultPath=None)
            )
        },
        {
            "Save": ended(
                **_call(
                    "dynamodb:putItem",
                    {"TableName": "t", "Item": {"n": {"N.$": "States.Format('{}', $.pieces)"}}},
                    ResultPath=None,
                )
            )
        },
    ),
    Example(
        "An item that is not found",
        "Then the response has no `Item`.",
        ORDER,
        {
            "Get": _call("dynamodb:getItem", {"TableName": "t", "Key": {"id": {"S.$": "$.id"}}}, Next="Use"),
            "Use": _read("$.Item.name.S"),
        },
        {
            "Get": _call("dynamodb:getItem", {"TableName": "t", "Key": {"id": {"S.$": "$.id"}}}, Next="Ask"),
            "Ask": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.Item", "IsPresent": True, "Next": "Use"}],
                "Default": "None",
            },
            "Use": _read("$.Item.name.S"),
            "None": {"Type": "Succeed"},
        },
        {"Get": {"gives": closed({}, {"Item": closed({"name": closed({"S": TEXT})})})}},
    ),
    Example(
        "A member that the service does not have",
        "Names have a capital. Misspelt and missing ones are found by the service's model.",
        ORDER,
        {"Get": ended(**_call("aws-sdk:s3:headObject", {"bucket.$": "$.id", "Key": "k"}, ResultPath=None))},
        {"Get": ended(**_call("aws-sdk:s3:headObject", {"Bucket.$": "$.id", "Key": "k"}, ResultPath=None))},
    ),
    Example(
        "An action that has no optimized integration",
        "All other actions of a service are in `aws-sdk:`.",
        ORDER,
        {"Find": ended(**_call("dynamodb:query", {"TableName": "t"}, ResultPath=None))},
        {"Find": ended(**_call("aws-sdk:dynamodb:query", {"TableName": "t"}, ResultPath=None))},
    ),
    Example(
        "The output of a child execution is text",
        "With `.sync` it is a string; with `.sync:2` it is parsed.",
        ORDER,
        {
            "Run": _call("states:startExecution.sync", {"StateMachineArn": "a", "Input.$": "$"}, Next="Use"),
            "Use": _read("$.Output.total"),
        },
        {
            "Run": _call("states:startExecution.sync:2", {"StateMachineArn": "a", "Input.$": "$"}, Next="Use"),
            "Use": _read("$.Output.total"),
        },
        {"Run": {"gives": closed({"Output": closed({"total": COUNT})})}},
        contracts_differ="without a `gives` contract before, and with one after",
    ),
    Example(
        "A token that is not sent",
        "A task with `.waitForTaskToken` waits for its token to come back.",
        ORDER,
        {
            "Wait": ended(
                **_call("sqs:sendMessage.waitForTaskToken", {"QueueUrl": "q", "MessageBody": {"id.$": "$.id"}})
            )
        },
        {
            "Wait": ended(
                **_call(
                    "sqs:sendMessage.waitForTaskToken",
                    {"QueueUrl": "q", "MessageBody": {"id.$": "$.id", "token.$": "$$.Task.Token"}},
                )
            )
        },
        {"Wait": {"gives": closed({"done": COUNT})}},
    ),
)

LANGUAGE = (
    Example(
        "A variable that is not set on every path",
        "What reads a variable fails where it is not set.",
        closed({"paid": {"type": "boolean"}}),
        {
            "Ask": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.paid", "BooleanEquals": True, "Assign": {"way": "fast"}, "Next": "Use"}],
                "Default": "Use",
            },
            "Use": _read("$way"),
        },
        {
            "Ask": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.paid", "BooleanEquals": True, "Assign": {"way": "fast"}, "Next": "Use"}],
                "Default": "Use",
                "Assign": {"way": "slow"},
            },
            "Use": _read("$way"),
        },
    ),
    Example(
        "A field that the state does not have",
        "Step Functions refuses to create the machine.",
        ORDER,
        {"Make": ended(Type="Pass", Parameters={"a": 1}, ResultSelector={"b.$": "$.a"})},
        {"Make": ended(Type="Pass", Parameters={"b": 1})},
    ),
    Example(
        "A path where only a path is allowed",
        "`InputPath`, `OutputPath`, `ItemsPath` and `Variable` take no functions, `ResultPath` no filters and no `$$`.",
        closed({"lines": array(TEXT)}),
        {"Lines": ended(**_map("States.ArrayUnique($.lines)", ended(Type="Pass")))},
        {"Lines": ended(**_map("$.lines", ended(Type="Pass")))},
    ),
    Example(
        "An expression that evaluates to nothing",
        "Step Functions fails with `States.QueryEvaluationError`. `$exists` asks first; a default does as well.",
        ORDER,
        {"Make": ended(Type="Pass", Output={"coupon": "{% $states.input.coupon %}"})},
        {
            "Make": ended(
                Type="Pass", Output={"coupon": "{% $exists($states.input.coupon) ? $states.input.coupon : 'none' %}"}
            )
        },
        language=JSONATA,
    ),
    Example(
        "A sequence that may be empty",
        "A path through an empty array, and a predicate that no item meets, evaluate to nothing. `[...]` makes an array of any number.",
        closed({"lines": array(closed({"sku": TEXT}))}),
        {"Make": ended(Type="Pass", Output={"all": "{% $states.input.lines.sku %}"})},
        {"Make": ended(Type="Pass", Output={"all": "{% [$states.input.lines.sku] %}"})},
        language=JSONATA,
    ),
    Example(
        "An operand of another type",
        "Operators and functions of JSONata fail with other types than theirs.",
        ORDER,
        {"Make": ended(Type="Pass", Output={"next": "{% $states.input.id + 1 %}"})},
        {"Make": ended(Type="Pass", Output={"next": "{% $states.input.pieces + 1 %}"})},
        language=JSONATA,
    ),
)

WARNINGS = (
    Example(
        "A branch that is never taken",
        "Nothing after it is proved.",
        closed({"mode": {"enum": ["full", "small"]}}),
        {
            "Ask": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.mode", "StringEquals": "fulll", "Next": "Full"}],
                "Default": "Small",
            },
            "Full": {"Type": "Succeed"},
            "Small": {"Type": "Succeed"},
        },
        {
            "Ask": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.mode", "StringEquals": "full", "Next": "Full"}],
                "Default": "Small",
            },
            "Full": {"Type": "Succeed"},
            "Small": {"Type": "Succeed"},
        },
    ),
    Example(
        "A Catch or a Retry of what never happens",
        "A Parallel of Pass states has no error.",
        ORDER,
        {
            "Both": {
                "Type": "Parallel",
                "Branches": [{"StartAt": "One", "States": {"One": ended(Type="Pass")}}],
                "Retry": [{"ErrorEquals": ["States.ALL"]}],
                "End": True,
            }
        },
        {
            "Both": {
                "Type": "Parallel",
                "Branches": [{"StartAt": "One", "States": {"One": ended(Type="Pass")}}],
                "End": True,
            }
        },
    ),
    Example(
        "A variable that nobody reads",
        "It costs nothing, but a misspelt name is one.",
        ORDER,
        {"Make": {"Type": "Pass", "Assign": {"idd.$": "$.id"}, "Next": "Use"}, "Use": ended(Type="Pass")},
        {"Make": {"Type": "Pass", "Assign": {"id.$": "$.id"}, "Next": "Use"}, "Use": _read("$id")},
    ),
    Example(
        "A result that nobody reads",
        "It makes each payload after it larger. `ResultPath: null` discards a result.",
        ORDER,
        {"Make": {"Type": "Pass", "Result": {"n": 1}, "ResultPath": "$.made", "Next": "Use"}, "Use": _read("$.id")},
        {"Make": {"Type": "Pass", "Result": {"n": 1}, "ResultPath": "$.made", "Next": "Use"}, "Use": _read("$.made.n")},
    ),
)

EXAMPLES = {
    "Data between states": DATA,
    "Intrinsic functions": FUNCTIONS,
    "Calls of services": SERVICES,
    "Variables, fields and expressions": LANGUAGE,
    "Warnings": WARNINGS,
}
