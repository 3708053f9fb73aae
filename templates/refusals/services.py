"""The limits of the resources' services, as far as cfn-lint does not check them or comes too late.

Sources, November 2026: limits that botocore's service models state are compared with them by the tests; the others are from the
sources of AWS's documentation (github.com/awsdocs, last of 2023) and later copies of the named pages. None of these states two
limits: the length of a topic's DisplayName, which other users of SNS state, and the number of statements in a topic's policy.
Adjustable limits can be raised by AWS; the defaults apply here.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from templates.refusals.filling import Filling
from templates.refusals.refusal import Limit, Node, Refusal, below

IAM = "IAM: IAM and AWS STS quotas"
LAMBDA = "Lambda: Lambda quotas"
SQS = "SQS: Amazon SQS policy quotas"
SNS = "SNS: Amazon SNS API permissions"
EVENTS = "EventBridge: Amazon EventBridge quotas"
ALARMS = "CloudWatch API: PutMetricAlarm"
MACHINES = "Step Functions API: CreateStateMachine"
API = "API Gateway: Quotas for configuring and running a REST API"
KB = 1024
OTHER_POLICY = "move statements to a managed policy, or name fewer resources"
FEWER = "name fewer actions and resources"
Measure = Callable[[Any], int]


def characters(value: Any) -> int:
    """Return the length of value as text; a document is JSON without white space."""
    return len(_text(value))


def size(value: Any) -> int:
    """Return the bytes of value as text."""
    return len(_text(value).encode())


def number(value: Any) -> int:
    """Return the number of entries of value."""
    return len(value) if isinstance(value, list | dict) else 1


def together(policies: Any) -> int:
    """Return the total length of the policy documents of a role, user or group."""
    return sum(characters(document) for _, document in below(policies, "*", "PolicyDocument"))


def metrics(queries: Any) -> int:
    """Return the number of metrics in the expression of an alarm."""
    return sum(1 for _ in below(queries, "*", "MetricStat"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True)
class Rule:
    """A limit of resources of a type: the path in their properties, and how the value is measured."""

    kind: str
    steps: tuple[str, ...]
    measure: Measure
    limit: Limit


STATEMENTS = ("PolicyDocument", "Statement")
INLINE = {"Role": 10_240, "User": 2048, "Group": 5120}  # characters, total of all inline policies of one
RULES = [
    *(
        Rule(f"AWS::IAM::{owner}", ("Policies",), together, Limit(most, "characters", IAM, OTHER_POLICY))
        for owner, most in INLINE.items()
    ),
    *(
        Rule(f"AWS::IAM::{owner}Policy", ("PolicyDocument",), characters, Limit(most, "characters", IAM, OTHER_POLICY))
        for owner, most in INLINE.items()
    ),
    # Of any of the three; the limit of roles is the highest.
    Rule("AWS::IAM::Policy", ("PolicyDocument",), characters, Limit(10_240, "characters", IAM, OTHER_POLICY)),
    # Adjustable, up to 4,096.
    Rule("AWS::IAM::Role", ("AssumeRolePolicyDocument",), characters, Limit(2048, "characters", IAM, FEWER)),
    Rule("AWS::IAM::ManagedPolicy", ("PolicyDocument",), characters, Limit(6144, "characters", IAM, "split it")),
    Rule("AWS::KMS::Key", ("KeyPolicy",), size, Limit(32 * KB, "bytes", "KMS: Resource quotas", FEWER)),
    Rule("AWS::KMS::Key", ("Description",), characters, Limit(8192, "characters", "KMS API: CreateKey")),
    Rule("AWS::SQS::QueuePolicy", ("PolicyDocument",), size, Limit(8192, "bytes", SQS, FEWER)),
    Rule("AWS::SQS::QueuePolicy", STATEMENTS, number, Limit(20, "statements", SQS, FEWER)),
    Rule(
        "AWS::SQS::QueuePolicy", (*STATEMENTS, "*", "Action"), number, Limit(7, "actions", SQS, "split the statement")
    ),
    Rule("AWS::SNS::TopicPolicy", ("PolicyDocument",), size, Limit(30 * KB, "bytes", SNS, FEWER)),
    # Not stated in the sources above.
    Rule("AWS::SNS::TopicPolicy", STATEMENTS, number, Limit(100, "statements", SNS, FEWER)),
    Rule("AWS::S3::BucketPolicy", ("PolicyDocument",), size, Limit(20 * KB, "bytes", "S3: Bucket policies", FEWER)),
    Rule(
        "AWS::S3::Bucket",
        ("LifecycleConfiguration", "Rules"),
        number,
        Limit(1000, "rules", "S3: Setting an S3 Lifecycle configuration", "merge some"),
    ),
    # Adjustable, up to 4,096.
    Rule("AWS::Events::Rule", ("EventPattern",), characters, Limit(2048, "characters", EVENTS, "match fewer values")),
    Rule("AWS::Events::Rule", ("Targets",), number, Limit(5, "targets", EVENTS, "add a second rule")),
    Rule("AWS::Events::Rule", ("Description",), characters, Limit(512, "characters", "EventBridge API: PutRule")),
    Rule(
        "AWS::Events::Rule", ("Targets", "*", "Input"), characters, Limit(8192, "characters", "EventBridge API: Target")
    ),
    Rule("AWS::Events::Rule", ("Targets", "*", "Id"), characters, Limit(64, "characters", "EventBridge API: Target")),
    Rule("AWS::Lambda::Function", ("Description",), characters, Limit(256, "characters", "Lambda API: CreateFunction")),
    Rule("AWS::Lambda::Function", ("Handler",), characters, Limit(128, "characters", "Lambda API: CreateFunction")),
    Rule(
        "AWS::Lambda::Function",
        ("Environment", "Variables"),
        size,
        Limit(4 * KB, "bytes as JSON", LAMBDA, "shorten the values, or pass them by other means"),
    ),
    Rule("AWS::Lambda::Function", ("Layers",), number, Limit(5, "layers", LAMBDA, "merge some")),
    Rule(
        "AWS::Lambda::LayerVersion",
        ("Description",),
        characters,
        Limit(256, "characters", "Lambda API: PublishLayerVersion"),
    ),
    Rule("AWS::CloudWatch::Alarm", ("AlarmDescription",), characters, Limit(1024, "characters", ALARMS)),
    *(
        Rule("AWS::CloudWatch::Alarm", (name,), number, Limit(5, "actions", ALARMS, "publish to a topic instead"))
        for name in ("AlarmActions", "OKActions", "InsufficientDataActions")
    ),
    Rule("AWS::CloudWatch::Alarm", ("Dimensions",), number, Limit(30, "dimensions", ALARMS, "name fewer")),
    Rule("AWS::CloudWatch::Alarm", ("Metrics", "*", "Expression"), characters, Limit(2048, "characters", ALARMS)),
    Rule(
        "AWS::CloudWatch::Alarm",
        ("Metrics",),
        metrics,
        Limit(10, "metrics", "CloudWatch: CloudWatch service quotas", "use fewer"),
    ),
    Rule("AWS::ApiGateway::GatewayResponse", ("ResponseTemplates", "*"), size, Limit(300 * KB, "bytes", API)),
    # Adjustable.
    Rule("AWS::ApiGateway::RestApi", ("Policy",), characters, Limit(8192, "characters", API, FEWER)),
    Rule("AWS::ApiGateway::Stage", ("AccessLogSetting", "Format"), size, Limit(3 * KB, "bytes", API)),
    Rule("AWS::ApiGateway::Stage", ("Variables",), number, Limit(100, "variables", API, "remove some")),
    Rule(
        "AWS::Logs::LogGroup",
        ("LogGroupName",),
        characters,
        Limit(512, "characters", "CloudWatch Logs API: CreateLogGroup"),
    ),
    # Not stated in the sources above.
    Rule("AWS::SNS::Topic", ("DisplayName",), characters, Limit(100, "characters", "SNS API: SetTopicAttributes")),
    *(
        Rule(
            "AWS::StepFunctions::StateMachine",
            (name,),
            size,
            Limit(1024 * KB, "bytes", MACHINES, "nest a state machine"),
        )
        for name in ("DefinitionString", "Definition")
    ),
    Rule("AWS::StepFunctions::StateMachine", ("StateMachineName",), characters, Limit(80, "characters", MACHINES)),
    Rule(
        "AWS::CloudWatch::Dashboard",
        ("DashboardName",),
        characters,
        Limit(255, "characters", "CloudWatch API: PutDashboard"),
    ),
]
TAGGED = [
    (("Tags",), number, Limit(50, "tags", "AWS: Tag naming limits and requirements", "remove some")),
    (("Tags", "*", "Key"), characters, Limit(128, "characters", "AWS: Tag naming limits and requirements")),
    (("Tags", "*", "Value"), characters, Limit(256, "characters", "AWS: Tag naming limits and requirements")),
]


def services(template: Node, filling: Filling) -> Iterator[Refusal]:
    """Yield the limits of services that resources exceed, with references at their maximum length."""
    for name, resource in template.get("Resources", {}).items():
        rules = [(one.steps, one.measure, one.limit) for one in RULES if one.kind == resource.get("Type")]
        for steps, measure, limit in [*rules, *TAGGED]:
            for path, value in below(resource.get("Properties", {}), *steps, path=f"$.Resources.{name}.Properties"):
                yield from limit.exceeded(path, measure(filling.fill(value)))
