"""The policies of queues, topics, buckets and functions: who may use them, and how."""

import re

import pytest

from pages.relationships import path_of
from tests.templates.emitted import (
    Node,
    arn,
    ref,
    resources,
    statements,
    target,
)

WITHOUT_TLS = {"Bool": {"aws:SecureTransport": False}}


@pytest.mark.parametrize("queue", ["ProcessingQueue", "DeadLetterQueue"])
def test_only_the_rule_may_send_to_a_queue(queue: str) -> None:
    """Only EventBridge may send to a queue, for this stack's rule."""
    (statement,) = (statement for statement in statements(f"{queue}Policy") if statement["Effect"] == "Allow")
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert (statement["Action"], statement["Resource"]) == (["sqs:SendMessage"], [arn(queue)])
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": arn("UploadRule")}}


def test_only_the_api_may_invoke_its_functions() -> None:
    """API Gateway may invoke the function of each method, for this API, the method and its path."""
    given = _invocations("apigateway.amazonaws.com")
    stage = next(iter(resources("AWS::ApiGateway::Stage").values()))["Properties"]["StageName"]
    methods = [entry["Properties"] for entry in resources("AWS::ApiGateway::Method").values()]
    assert sorted(
        (target(one["FunctionName"]), one["SourceArn"]["Fn::Sub"].rpartition(":")[2]) for one in given
    ) == sorted(
        (
            one["Integration"]["Uri"]["Fn::Sub"].rpartition("${")[2].partition(".")[0],
            f"${{RestApi}}/{stage}/{one['HttpMethod']}{re.sub('{.+?}', '*', path_of(one, resources()))}",
        )
        for one in methods
    )


def test_only_their_rules_may_invoke_finalize_and_sweep() -> None:
    """EventBridge may invoke FinalizeFunction and SweepFunction, each for its own rules."""
    given = _invocations("events.amazonaws.com")
    assert [(target(one["FunctionName"]), one["SourceArn"]) for one in given] == [
        ("FinalizeFunction", arn("FinalizeRule")),
        ("SweepFunction", arn("SweepRule")),
        ("SweepFunction", arn("DailySweepRule")),
    ]


def test_nobody_else_may_invoke_a_function() -> None:
    """Only API Gateway and EventBridge may invoke functions from outside."""
    given = [entry["Properties"] for entry in resources("AWS::Lambda::Permission").values()]
    assert {one["Principal"] for one in given} == {"apigateway.amazonaws.com", "events.amazonaws.com"}
    assert {one["Action"] for one in given} == {"lambda:InvokeFunction"}


def _invocations(service: str) -> list[Node]:
    """Return the permissions of a service to invoke functions."""
    given = [entry["Properties"] for entry in resources("AWS::Lambda::Permission").values()]
    return [one for one in given if one["Principal"] == service]


@pytest.mark.parametrize(
    "name", ["UploadBucket", "ArchiveBucket", "InventoryBucket", "ProcessingQueue", "DeadLetterQueue"]
)
def test_requests_without_tls_are_denied(name: str) -> None:
    """A bucket or queue denies every request without TLS."""
    (deny,) = (statement for statement in statements(f"{name}Policy") if statement["Effect"] == "Deny")
    assert deny["Principal"] == "*"
    assert all(action.endswith(":*") for action in deny["Action"])
    assert arn(name) in deny["Resource"]
    assert deny["Condition"] == WITHOUT_TLS


@pytest.mark.parametrize("topic", ["NotificationTopic", "OperationsTopic"])
def test_publishing_without_tls_is_denied(topic: str) -> None:
    """A topic denies publishing without TLS."""
    (deny,) = (statement for statement in statements(f"{topic}Policy") if statement["Effect"] == "Deny")
    assert (deny["Action"], deny["Resource"]) == (["sns:Publish"], [ref(topic)])
    assert deny["Condition"] == WITHOUT_TLS


@pytest.mark.parametrize("name", ["UploadBucket", "ArchiveBucket", "InventoryBucket"])
def test_bucket_policy_covers_the_objects(name: str) -> None:
    """The TLS statement of a bucket also covers its objects."""
    assert {"Fn::Sub": f"${{{name}.Arn}}/*"} in statements(f"{name}Policy")[0]["Resource"]


def test_every_policy_is_attached() -> None:
    """The policies of buckets, queues and topics belong to the resource in their name."""
    for name, entry in resources().items():
        given = entry["Properties"]
        attached = [given.get("Bucket"), *given.get("Queues", []), *given.get("Topics", [])]
        if name.endswith("Policy"):
            assert {"Ref": name.removesuffix("Policy")} in attached
