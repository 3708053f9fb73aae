"""State machines for tests: all types of states, both query languages, all kinds of integrations."""

from typing import Any

Machine = dict[str, Any]
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:"
ALL = {"ErrorEquals": ["States.ALL"]}


def task(resource: str, following: str | None = None, **fields: Any) -> Machine:
    """Return a Task; without a next state it ends its machine."""
    return {"Type": "Task", "Resource": resource, **({"Next": following} if following else {"End": True}), **fields}


def machine(states: Machine, **fields: Any) -> Machine:
    """Return a machine that starts at the first of states."""
    return {"StartAt": next(iter(states)), "States": states, **fields}


POLLER = machine(
    {
        "Submit Job": task("arn:aws:states:::batch:submitJob", "Wait a while", ResultPath="$.job"),
        "Wait a while": {"Type": "Wait", "SecondsPath": "$.pause", "Next": "Ask for the job's status"},
        "Ask for the job's status": task(f"{FUNCTION}status", "Done?", ResultPath="$.status"),
        "Done?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.status", "StringEquals": "FAILED", "Next": "Job failed"},
                {
                    "And": [
                        {"Variable": "$.status", "StringEquals": "SUCCEEDED"},
                        {"Not": {"Variable": "$.errors", "NumericGreaterThan": 0}},
                    ],
                    "Next": "End",
                },
            ],
            "Default": "Wait a while",
        },
        "Job failed": {"Type": "Fail", "ErrorPath": "$.status", "Cause": "It said so."},
        "End": {"Type": "Succeed"},
    }
)
APPROVAL = machine(
    {
        "Start": task(
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Decide",
            TimeoutSeconds=86400,
            HeartbeatSeconds=600,
            Parameters={"QueueUrl": "${Queue}", "MessageBody": {"token.$": "$$.Task.Token"}},
            Catch=[{"ErrorEquals": ["States.Timeout", "States.HeartbeatTimeout"], "Next": "Remind"}],
        ),
        "Remind": task("arn:aws:states:::sns:publish", "Start", Parameters={"TopicArn": "x", "Message": "Well?"}),
        "Decide": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.approved", "BooleanEquals": True, "Next": "Work"}],
            "Default": "No",
        },
        "Work": task("arn:aws:states:us-east-1:123456789012:activity:by-hand"),
        "No": {"Type": "Succeed"},
    }
)
JSONATA = machine(
    {
        "Look up": task(
            "arn:aws:states:::lambda:invoke",
            "Enough?",
            Arguments={"FunctionName": f"{FUNCTION}look-up:$LATEST", "Payload": "{% $states.input %}"},
            Output="{% $states.result.Payload %}",
            Assign={"tries": "{% $tries + 1 %}"},
            TimeoutSeconds="{% $limit %}",
            Retry=[{**ALL, "MaxAttempts": "{% $most %}"}],
            Catch=[{**ALL, "Next": "Fallback", "Output": {"failed": "{% $states.context.State.Name %}"}}],
        ),
        "Enough?": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $count($states.input.items) > 10 and $tries < 3 %}", "Next": "Look up"}],
            "Default": "Pause",
        },
        "Pause": {"Type": "Wait", "Seconds": "{% $pause %}", "Next": "Fallback"},
        "Fallback": {"Type": "Pass", "End": True},
    },
    QueryLanguage="JSONata",
)
INLINE_MAP = machine(
    {
        "Each line": {
            "Type": "Map",
            "ItemsPath": "$.lines",
            "MaxConcurrency": 5,
            "Iterator": machine({"Check": task(f"{FUNCTION}check", "Sum"), "Sum": task(f"{FUNCTION}sum")}),
            "Retry": [{**ALL, "MaxAttempts": 1}],
            "End": True,
        }
    }
)
DISTRIBUTED_MAP = machine(
    {
        "Read the file": {
            "Type": "Map",
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV"}},
            "ItemProcessor": machine(
                {"Row": task("arn:aws:states:::dynamodb:putItem")},
                ProcessorConfig={"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
            ),
            "MaxConcurrencyPath": "$.width",
            "ToleratedFailurePercentage": 5,
            "Next": "Report",
        },
        "Report": task("arn:aws:states:::states:startExecution.sync:2"),
    }
)
NESTED = machine(
    {
        "All": {
            "Type": "Parallel",
            "Branches": [
                machine({"A": {"Type": "Pass", "End": True}}),
                machine(
                    {
                        "Both": {
                            "Type": "Parallel",
                            "Branches": [
                                machine({"B": {"Type": "Wait", "Timestamp": "2030-01-01T00:00:00Z", "End": True}}),
                                machine({"C": {"Type": "Fail", "Error": "No"}}),
                            ],
                            "Catch": [{**ALL, "Next": "D"}],
                            "Next": "D",
                        },
                        "D": {"Type": "Succeed"},
                    }
                ),
            ],
            "Next": "Last",
        },
        "Last": {"Type": "Pass", "Result": {"x": 1}, "End": True},
    }
)
UNDOING = machine(
    {
        "Flight": task(f"{FUNCTION}flight", "Car", Catch=[{**ALL, "Next": "Cancel flight"}]),
        "Car": task(f"{FUNCTION}car", "Pay", Catch=[{**ALL, "Next": "Cancel car"}]),
        "Pay": task(f"{FUNCTION}pay", "Booked", Catch=[{**ALL, "Next": "Pay back"}]),
        "Booked": {"Type": "Succeed"},
        "Pay back": task(f"{FUNCTION}pay-back", "Cancel car"),
        "Cancel car": task(f"{FUNCTION}cancel-car", "Cancel flight"),
        "Cancel flight": task(f"{FUNCTION}cancel-flight", "Not booked"),
        "Not booked": {"Type": "Fail", "Error": "NotBooked"},
    }
)
SDK_CALLS = machine(
    {
        "Run": task("arn:aws:states:::ecs:runTask.sync", "Crawl", Retry=[{**ALL, "MaxAttempts": 0}]),
        "Crawl": task("arn:aws:states:::aws-sdk:glue:startCrawler", "Ask"),
        "Ask": task("arn:aws:states:::http:invoke", Parameters={"ApiEndpoint": "https://example.com", "Method": "GET"}),
    }
)
STRANGE_NAMES = machine(
    {
        'Say "hello": <b>&amp;</b>; #1': {"Type": "Pass", "Next": "état été 状態"},
        "état été 状態": {"Type": "Pass", "Next": "end"},
        "end": {"Type": "Pass", "Next": "{}[]|--> %% [*]"},
        "{}[]|--> %% [*]": {"Type": "Pass", "Next": "Ends \\ with a backslash\\"},
        "Ends \\ with a backslash\\": {"Type": "Succeed"},
    }
)
LIKE_OUR_OWN_KEYS = machine(
    {
        "(start)": {"Type": "Pass", "Next": "A"},
        "A": {"Type": "Parallel", "Branches": [machine({"B": {"Type": "Pass", "End": True}})], "Next": "A/0/B"},
        "A/0/B": {"Type": "Pass", "Next": "(end)"},
        "(end)": {"Type": "Pass", "End": True},
    }
)
LOOP = machine(
    {
        "Next page": task(f"{FUNCTION}page", "More?"),
        "More?": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.token", "IsPresent": True, "Next": "Next page"},
                {"Or": [{"Variable": "$.n", "NumericLessThanPath": "$.m"}], "Next": "Next page"},
                {"Variable": "$.at", "TimestampLessThanEquals": "2030-01-01T00:00:00Z", "Next": "Stop"},
            ],
        },
        "Stop": {"Type": "Pass", "End": True},
    }
)
ONE_STATE = machine({"Only": {"Type": "Succeed"}})
CIRCLE = machine({"Round": {"Type": "Pass", "Next": "And round"}, "And round": {"Type": "Pass", "Next": "Round"}})
LONG_NAMES = machine({"A" * 80: {"Type": "Pass", "Next": "B"}, "B": {"Type": "Wait", "Seconds": 0, "End": True}})

MACHINES = {
    name.lower().replace("_", " "): value
    for name, value in globals().items()
    if isinstance(value, dict) and "StartAt" in value
}
