"""Alarms, the topic they tell, and the dashboard."""

import json
import re
from typing import Any

import pytest

from lambdas.metrics import FAULTS, NAMESPACE, REJECTIONS, SERVICE, STEP
from templates.messaging import MAX_RECEIVES
from tests.templates.emitted import (
    FUNCTIONS,
    Node,
    arn,
    properties,
    ref,
    resources,
    statements,
    target,
    tasks,
    template,
)
from tests.templates.emitted import STEPS as STEP_FUNCTIONS
from workflow.steps import STEPS, Step

ALARMS = sorted(resources("AWS::CloudWatch::Alarm"))
# What must not go unseen: metric, and the resource it is of.
WATCHED = [
    ("ApproximateNumberOfMessagesVisible", "DeadLetterQueue"),
    ("ApproximateAgeOfOldestMessage", "ProcessingQueue"),
    *((metric, "ProcessingPipeline") for metric in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionThrottled")),
    *(("Throttles", function) for function in FUNCTIONS),
    *(("Errors", function) for function in FUNCTIONS if function not in STEP_FUNCTIONS),
]


def _dimensions(name: str) -> Node:
    return {one["Name"]: one["Value"] for one in properties(name)["Dimensions"]}


def _of(metric: str, **dimensions: Any) -> str:
    """Return the one alarm on a metric with at least these dimensions."""
    (found,) = (
        name
        for name in ALARMS
        if properties(name)["MetricName"] == metric and dimensions.items() <= _dimensions(name).items()
    )
    return found


@pytest.mark.parametrize(("metric", "resource"), WATCHED)
def test_what_matters_has_an_alarm(metric: str, resource: str) -> None:
    """Dead letters, waiting messages, executions that fail, functions that fail or are held back: each has one alarm."""
    of = [name for name in ALARMS if properties(name)["MetricName"] == metric]
    found = [name for name in of if any(resource in json.dumps(value) for value in _dimensions(name).values())]
    assert len(found) == 1


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.state)
def test_step_that_keeps_failing_has_an_alarm(step: Step) -> None:
    """A step's faults alarm once there are more than one picture's tries, which the pipeline's own alarm tells of."""
    alarm = properties(_of(FAULTS, **{STEP: step.state}))
    (retrier,) = (one for one in _task(step)["Retry"] if one["ErrorEquals"] == ["States.ALL"])
    assert (alarm["Namespace"], alarm["Threshold"]) == (NAMESPACE, 1 + retrier["MaxAttempts"])


def test_answers_of_5xx_alarm() -> None:
    """An answer of 5xx to anyone alarms."""
    name = _of("5XXError", Stage=properties("RestApiStage")["StageName"])
    assert _dimensions(name)["ApiName"] == properties("RestApi")["Name"]
    assert properties(name)["Threshold"] == 0


def test_rejected_picture_alarms_nobody() -> None:
    """No alarm is on rejections, nor on Lambda's errors of a step, which a rejection is among."""
    assert not [name for name in ALARMS if properties(name)["MetricName"] == REJECTIONS]
    of_errors = [name for name in ALARMS if properties(name)["MetricName"] == "Errors"]
    assert not [name for name in of_errors if target(_dimensions(name)["FunctionName"]) in STEP_FUNCTIONS]


def test_message_is_late_once_it_must_be_a_dead_letter() -> None:
    """The age that alarms is the time that all of a message's deliveries take."""
    alarm = properties(_of("ApproximateAgeOfOldestMessage"))
    assert alarm["Threshold"] == MAX_RECEIVES * properties("ProcessingQueue")["VisibilityTimeout"]


def test_counts_are_those_of_this_stack() -> None:
    """What the functions count is told apart by the stack's name, which Powertools gives as the service."""
    counted = [name for name in ALARMS if properties(name)["Namespace"] == NAMESPACE]
    assert {str(_dimensions(name)[SERVICE]) for name in counted} == {str(ref("AWS::StackName"))}


@pytest.mark.parametrize("name", ALARMS)
def test_alarm_tells_operators(name: str) -> None:
    """An alarm tells the operations topic when it begins and when it ends, what it means, and nothing without data."""
    alarm = properties(name)
    assert alarm["AlarmActions"] == alarm["OKActions"] == [ref("OperationsTopic")]
    assert alarm["TreatMissingData"] == "notBreaching"
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert len(re.findall(r"\.(?: |$)", alarm["AlarmDescription"])) >= 2


def test_only_alarms_of_this_account_publish_to_operators() -> None:
    """CloudWatch may publish to the operations topic, for alarms of this account and region only."""
    (allowed,) = (one for one in statements("OperationsTopicPolicy") if one["Effect"] == "Allow")
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Condition"]["StringEquals"] == {"aws:SourceAccount": ref("AWS::AccountId")}
    assert allowed["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(":alarm:*")


def test_operators_messages_are_encrypted_with_a_key_that_alarms_can_use() -> None:
    """The operations topic has a key of its own, which is rotated, and which CloudWatch may use."""
    assert properties("OperationsTopic")["KmsMasterKeyId"] == ref("OperationsKey")
    key = properties("OperationsKey")
    assert key["EnableKeyRotation"] is True
    (use,) = (
        one for one in key["KeyPolicy"]["Statement"] if one["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    )
    assert use["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]


def test_key_can_be_kept_but_not_used_by_the_account() -> None:
    """The account may keep the key, so that it is not locked out, with no action that is a pattern and none that uses it."""
    (keep,) = (one for one in properties("OperationsKey")["KeyPolicy"]["Statement"] if "AWS" in one["Principal"])
    assert "kms:PutKeyPolicy" in keep["Action"]
    assert not [action for action in keep["Action"] if "*" in action or "crypt" in action]


def test_alarms_are_mailed_if_there_is_an_address() -> None:
    """The address of the parameter, if it is given, is subscribed to the operations topic."""
    subscription = resources()["OperationsEmail"]
    assert subscription["Condition"] == "HasAlarmEmail"
    assert subscription["Properties"] == {
        "TopicArn": ref("OperationsTopic"),
        "Protocol": "email",
        "Endpoint": ref("AlarmEmail"),
    }


def _widgets() -> list[Node]:
    widgets: list[Node] = json.loads(properties("Dashboard")["DashboardBody"]["Fn::Sub"])["widgets"]
    return widgets


def test_dashboard_shows_the_flow_from_left_to_right() -> None:
    """The first row goes the way that a picture goes."""
    row = sorted((widget for widget in _widgets() if widget["y"] == 0), key=lambda widget: widget["x"])
    assert [widget["properties"]["title"] for widget in row] == ["Requests", "Uploads", "Queue", "Executions"]


def test_dashboard_has_no_overlap_and_no_gap() -> None:
    """The widgets fill whole rows, each place once."""
    places = [
        (x, y)
        for widget in _widgets()
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(places) == len(set(places)) == 24 * (1 + max(y for _, y in places))


def test_dashboard_shows_every_alarm() -> None:
    """An operator sees the state of all alarms at once."""
    (shown,) = (widget["properties"]["alarms"] for widget in _widgets() if widget["type"] == "alarm")
    assert sorted(shown) == [f"${{{name}.Arn}}" for name in ALARMS]


def test_dashboard_shows_every_step() -> None:
    """Each step's duration, throttles, rejections and faults are on the dashboard."""
    lines = [line for widget in _widgets() for line in widget["properties"].get("metrics", [])]
    for step in STEPS:
        assert {line[1] for line in lines if f"${{{step.function}}}" in line} == {"Duration", "Throttles"}
        assert {line[1] for line in lines if step.state in line} == {FAULTS, REJECTIONS}


def test_executions_are_traced_and_logged_without_payloads() -> None:
    """X-Ray follows executions; their log has no payloads in it unless the operator asks for them."""
    machine = properties("ProcessingPipeline")
    assert machine["TracingConfiguration"] == {"Enabled": True}
    logging = machine["LoggingConfiguration"]
    assert logging["IncludeExecutionData"] == ref("WorkflowLogPayloads")
    assert logging["Level"] == ref("WorkflowLogLevel")
    (destination,) = logging["Destinations"]
    assert destination["CloudWatchLogsLogGroup"]["LogGroupArn"] == arn("ProcessingPipelineLogs")


def test_payloads_are_logged_only_if_asked_for() -> None:
    """By default the state machine logs errors, and no payloads."""
    parameters = template()["Parameters"]
    assert (parameters["WorkflowLogPayloads"]["Default"], parameters["WorkflowLogLevel"]["Default"]) == (
        "false",
        "ERROR",
    )


def _task(step: Step) -> Node:
    return tasks()[step.state]
