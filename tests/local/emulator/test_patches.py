"""Patched behaviour of Lambda, SNS, S3 and CloudFormation; test_executions.py has that of Step Functions."""

import json
import sys

import pytest
from botocore.exceptions import ClientError

from tests.local.account import Account, eventually
from tests.local.emulator import processes

PICKY = """
class ImageRejected(Exception):
    pass

calls = 0

def handler(event, context):
    global calls
    calls += 1
    raise ImageRejected(f"too small, call {calls}")
"""
SLOW = "import time\ndef handler(event, context): time.sleep(60)"


def caught(function: str, error: str) -> dict[str, dict[str, object]]:
    """Return the states that call a function and catch one error of it."""
    call: dict[str, object] = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function},
        "Catch": [{"ErrorEquals": [error], "Next": "Caught"}],
        "Next": "Missed",
    }
    return {"Call": call, "Caught": {"Type": "Pass", "End": True}, "Missed": {"Type": "Fail"}}


def test_a_catch_matches_the_class_of_an_exception(account: Account) -> None:
    """A Catch matches the class of a handler's exception; its cause has message, request id and stack."""
    account.deploy("strict", PICKY)
    outcome = account.execute("strict", caught("strict", "ImageRejected"))
    cause = json.loads(outcome["Cause"])
    assert outcome["Error"] == cause["errorType"] == "ImageRejected"
    assert cause["errorMessage"] == "too small, call 1"
    assert cause.keys() == {"errorType", "errorMessage", "requestId", "stackTrace"}
    assert "in handler" in cause["stackTrace"][0]


def test_an_exception_leaves_the_function_warm(account: Account) -> None:
    """A function that raised is called again in the same environment."""
    account.deploy("picky", PICKY)
    assert [account.invoke("picky")["errorMessage"][-1] for _ in range(2)] == ["1", "2"]


def test_a_timeout_keeps_its_own_name(account: Account) -> None:
    """A function that runs out of time ends with Sandbox.Timedout."""
    account.deploy("slow", SLOW, timeout=1)
    outcome = account.execute("slow", caught("slow", "Sandbox.Timedout"))
    assert outcome["Error"] == "Sandbox.Timedout"


def test_message_attributes_reach_subscribers(account: Account) -> None:
    """Attributes that a state publishes are in the envelope, on a raw message, and matched by filter policies."""
    sns = account.client("sns")
    topic = sns.create_topic(Name="status")["TopicArn"]
    for queue, options in {
        "wrapped": {"FilterPolicy": '{"status": ["ARCHIVED"]}'},
        "raw": {"RawMessageDelivery": "true"},
        "failures": {"FilterPolicy": '{"status": ["FAILED"]}'},
    }.items():
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=account.queue(queue), Attributes=options)
    status = {"status": {"DataType": "String", "StringValue": "ARCHIVED"}}
    publish = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Parameters": {"TopicArn": topic, "Message": "done", "MessageAttributes": status},
        "End": True,
    }
    account.execute("publish", {"Publish": publish})
    (wrapped,), (raw,) = account.received("wrapped"), account.received("raw")
    assert json.loads(wrapped["Body"])["MessageAttributes"]["status"]["Value"] == "ARCHIVED"
    assert raw["MessageAttributes"] == status
    assert account.waiting("failures") == []


def test_an_event_names_the_version_of_its_object(account: Account) -> None:
    """The event about an upload to a versioned bucket has the key, not encoded, and the version."""
    s3, events = account.client("s3"), account.client("events")
    s3.create_bucket(Bucket="uploads")
    s3.put_bucket_versioning(Bucket="uploads", VersioningConfiguration={"Status": "Enabled"})
    to_events: dict[str, dict[str, str]] = {"EventBridgeConfiguration": {}}
    s3.put_bucket_notification_configuration(Bucket="uploads", NotificationConfiguration=to_events)
    events.put_rule(Name="uploads", EventPattern='{"source": ["aws.s3"]}')
    events.put_targets(Rule="uploads", Targets=[{"Id": "queue", "Arn": account.queue("uploads")}])
    put = s3.put_object(Bucket="uploads", Key="a b+ü%20.jpg", Body=b"")
    (message,) = account.received("uploads")
    created = json.loads(message["Body"])["detail"]["object"]
    assert (created["key"], created["version-id"]) == ("a b+ü%20.jpg", put["VersionId"])


def test_maximum_concurrency_may_be_a_string(account: Account) -> None:
    """A queue is read although MaximumConcurrency, from a template's parameter, is a string."""
    account.deploy("reader", "def handler(event, context): pass")
    properties = {
        "EventSourceArn": account.queue("todo"),
        "FunctionName": "reader",
        "ScalingConfig": {"MaximumConcurrency": "2"},
    }
    mapping = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}
    template = json.dumps({"Resources": {"Mapping": mapping}})
    account.client("cloudformation").create_stack(StackName="mapping", TemplateBody=template)
    account.send("todo", "anything")
    eventually(lambda: account.is_empty("todo"))


def test_a_conditional_resource_may_have_an_unknown_type(account: Account) -> None:
    """A template is valid although ministack does not have the type of a resource that a condition leaves out."""
    left_out = {"Type": "AWS::WAFv2::WebACLAssociation", "Condition": "Never"}
    template = {
        "Parameters": {"NoDefault": {"Type": "String"}},
        "Conditions": {"Never": {"Fn::Equals": [{"Ref": "NoDefault"}, "never"]}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}, "LeftOut": left_out},
    }
    found = account.client("cloudformation").validate_template(TemplateBody=json.dumps(template))
    assert [one["ParameterKey"] for one in found["Parameters"]] == ["NoDefault"]


def test_fork_server_starts_with_the_function(account: Account) -> None:
    """A function that CloudFormation creates has its fork server before anybody invokes it."""
    folder = account.folder
    assert folder is not None
    before = processes.fork_servers(folder)
    properties = {
        "Code": {"ZipFile": "def handler(event, context): pass"},
        "Environment": {"Variables": {"PILLOW_ALIGNMENT": "8"}},
        "Handler": "index.handler",
        "Role": "arn:aws:iam::000000000000:role/any",
        "Runtime": f"python3.{sys.version_info.minor}",
    }
    template = json.dumps({"Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}})
    account.client("cloudformation").create_stack(StackName="forking", TemplateBody=template)
    assert eventually(lambda: set(processes.fork_servers(folder)) - set(before))


def test_an_alarm_may_use_metric_math(account: Account) -> None:
    """An alarm on the difference of two metrics is created."""
    metrics = [
        {"Id": name, "MetricStat": {"Metric": {"Namespace": "any", "MetricName": name}, "Period": 300, "Stat": "Sum"}}
        for name in ("errors", "warnings")
    ]
    properties = {
        "AlarmName": "computed",
        "Metrics": [{"Id": "left", "Expression": "errors - warnings"}, *metrics],
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0,
        "EvaluationPeriods": 1,
    }
    template = json.dumps({"Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}})
    account.client("cloudformation").create_stack(StackName="computed", TemplateBody=template)
    assert eventually(lambda: account.client("cloudwatch").describe_alarms(AlarmNames=["computed"])["MetricAlarms"])


def test_a_condition_may_join_and_split(account: Account) -> None:
    """Whether a text contains another decides about a resource, and so does whether a list is empty."""
    lists = {"Type": "CommaDelimitedList"}
    template = {
        "Parameters": {
            "Text": {"Type": "String"},
            "Empty": {**lists, "Default": ""},
            "Pair": {**lists, "Default": "a, b"},
        },
        "Conditions": {
            "HasB": _not_equal({"Fn::Join": ["", {"Fn::Split": ["B", {"Ref": "Text"}]}]}, {"Ref": "Text"}),
            "HasC": _not_equal({"Fn::Join": ["", {"Fn::Split": ["C", {"Ref": "Text"}]}]}, {"Ref": "Text"}),
            "IsFull": _not_equal({"Fn::Join": [",", {"Ref": "Empty"}]}, ""),
            "IsTrimmed": {"Fn::Equals": [{"Fn::Join": ["+", {"Ref": "Pair"}]}, "a+b"]},
        },
        "Resources": {
            f"{name}Topic": {"Type": "AWS::SNS::Topic", "Condition": name}
            for name in ("HasB", "HasC", "IsFull", "IsTrimmed")
        },
    }
    client = account.client("cloudformation")
    text = {"ParameterKey": "Text", "ParameterValue": "A,B"}
    client.create_stack(StackName="conditional", TemplateBody=json.dumps(template), Parameters=[text])
    found = eventually(lambda: client.list_stack_resources(StackName="conditional")["StackResourceSummaries"])
    assert {one["LogicalResourceId"] for one in found} == {"HasBTopic", "IsTrimmedTopic"}


def _not_equal(left: object, right: object) -> dict[str, object]:
    return {"Fn::Not": [{"Fn::Equals": [left, right]}]}


def test_a_copy_replaces_no_object(account: Account) -> None:
    """A copy with If-None-Match is refused if there is an object at its target."""
    client = account.client("s3")
    client.create_bucket(Bucket="copies")
    client.put_object(Bucket="copies", Key="source", Body=b"new")

    def copy() -> None:
        client.copy_object(
            Bucket="copies", Key="target", CopySource={"Bucket": "copies", "Key": "source"}, IfNoneMatch="*"
        )

    copy()
    with pytest.raises(ClientError, match="PreconditionFailed"):
        copy()
