"""Who calls, reads, writes and tells whom, read from the template: references, event sources and policies."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]

CLIENT = "Client"  # the one that is not in the template
ALARMS = "Alarms"
# What is drawn: the services' resources, by type, and what each is called there.
COMPONENTS = {
    "AWS::ApiGateway::RestApi": "API Gateway",
    "AWS::ApiGateway::Authorizer": "API Gateway",
    "AWS::Cognito::UserPool": "Cognito",
    "AWS::DynamoDB::Table": "DynamoDB",
    "AWS::Events::Rule": "EventBridge",
    "AWS::Lambda::Function": "Lambda",
    "AWS::Lambda::LayerVersion": "Lambda layer",
    "AWS::S3::Bucket": "S3",
    "AWS::SNS::Topic": "SNS",
    "AWS::SQS::Queue": "SQS",
    "AWS::StepFunctions::StateMachine": "Step Functions",
}
# What belongs to one of those, or watches over them; a type that is in neither has to be put into one.
PARTS = {
    "AWS::ApiGateway::Account",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::GatewayResponse",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::Resource",
    "AWS::ApiGateway::Stage",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Cognito::UserPoolClient",
    "AWS::IAM::Role",
    "AWS::KMS::Key",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Permission",
    "AWS::Logs::LogGroup",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::WAFv2::WebACLAssociation",
}
VERBS = {
    "dynamodb:BatchGetItem": "reads",
    "dynamodb:DeleteItem": "removes",
    "dynamodb:GetItem": "reads",
    "dynamodb:PutItem": "writes",
    "dynamodb:UpdateItem": "writes",
    "lambda:InvokeFunction": "runs",
    "s3:DeleteObject": "removes",
    "s3:GetObject": "reads",
    "s3:GetObjectVersion": "reads",
    "s3:ListBucket": "lists",
    "s3:ListBucketVersions": "lists",
    "s3:PutObject": "writes",
    "sns:Publish": "tells",
    "sqs:DeleteMessage": "takes",
    "sqs:GetQueueAttributes": "takes",
    "sqs:ReceiveMessage": "takes",
    "states:DescribeExecution": "watches",
    "states:GetExecutionHistory": "watches",
    "states:StartExecution": "starts",
}
# Every function logs and is traced; no picture goes there.
TELEMETRY = ("logs:", "xray:")


class UnmappedTypeError(ValueError):
    """The template has something that the diagram has no place for; the message says what, and where to give it one."""


@dataclass(frozen=True)
class Relationship:
    """What one component does with another."""

    source: str
    target: str
    verbs: tuple[str, ...]


def components(resources: dict[str, Node]) -> dict[str, str]:
    """Return the logical IDs of what is drawn, with their services; raises Unplaced at a type that is new."""
    if strange := sorted({one["Type"] for one in resources.values()} - set(COMPONENTS) - PARTS):
        raise UnmappedTypeError(f"{', '.join(strange)}: put it into COMPONENTS or PARTS of pages/relationships.py")
    return {name: COMPONENTS[one["Type"]] for name, one in resources.items() if one["Type"] in COMPONENTS}


def relationships(resources: dict[str, Node]) -> list[Relationship]:
    """Return every arrow between components, sorted; raises Unplaced at an action that is new."""
    drawn = components(resources)
    verbs: dict[tuple[str, str], dict[str, None]] = {}
    for source, target, verb in _relationships(resources):
        if source != target and {source, target} <= {*drawn, CLIENT, ALARMS}:
            verbs.setdefault((source, target), {})[verb] = None
    return [Relationship(*pair, tuple(sorted(verbs[pair]))) for pair in sorted(verbs)]


def _relationships(resources: dict[str, Node]) -> Iterator[tuple[str, str, str]]:
    for name, resource in resources.items():
        given = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::IAM::Role":
                yield from _of_role(name, given, resources)
            case "AWS::Events::Rule":
                yield from _of_rule(name, given)
            case "AWS::Lambda::Function":
                yield from ((name, layer, "uses") for layer in references(given.get("Layers")))
            case "AWS::Lambda::EventSourceMapping":
                yield references(given["EventSourceArn"])[0], references(given["FunctionName"])[0], "triggers"
            case "AWS::SQS::Queue":
                yield from ((name, other, "fails over to") for other in references(given.get("RedrivePolicy")))
            case "AWS::ApiGateway::Method":
                yield from _of_method(given, resources)
            case "AWS::ApiGateway::Authorizer":
                yield from ((name, pool, "asks") for pool in references(given["ProviderARNs"]))
            case "AWS::CloudWatch::Alarm":
                yield from ((ALARMS, topic, "tell") for topic in references(given.get("AlarmActions")))


def _of_role(role: str, given: Node, resources: dict[str, Node]) -> Iterator[tuple[str, str, str]]:
    """Yield what those who take a role may do."""
    takers = [name for name, one in resources.items() if role in references(_role_of(one))]
    yield from _of_policies(takers, given)


def _role_of(resource: Node) -> Any:
    given = resource.get("Properties", {})
    return [given.get("Role"), given.get("RoleArn")]


def _of_action(takers: list[str], action: str, targets: list[str]) -> Iterator[tuple[str, str, str]]:
    if action not in VERBS:
        raise UnmappedTypeError(f"{action}: say in VERBS of pages/relationships.py what that is called")
    yield from ((taker, target, VERBS[action]) for taker in takers for target in targets)


def _of_rule(rule: str, given: Node) -> Iterator[tuple[str, str, str]]:
    """Yield where a rule's events come from and where they go."""
    pattern = given.get("EventPattern", {})
    yield from ((source, rule, pattern["detail-type"][0]) for source in references(pattern.get("detail")))
    for target in given["Targets"]:
        yield from ((rule, name, "sends") for name in references(target["Arn"]))
        yield from ((rule, name, "fails over to") for name in references(target.get("DeadLetterConfig")))


def _of_method(method: Node, resources: dict[str, Node]) -> Iterator[tuple[str, str, str]]:
    """Yield who asks for a method, who guards it, who answers it, and what its answer lets the client do."""
    path = resources[references(method["ResourceId"])[0]]["Properties"]["PathPart"]
    (api,) = references(method["RestApiId"])
    yield CLIENT, api, f"{method['HttpMethod']} /{path}"
    yield from ((api, guard, "asks") for guard in references(method.get("AuthorizerId")))
    for function in references(method["Integration"]["Uri"]):
        yield api, function, "invokes"
        role = resources[references(_role_of(resources[function]))[0]]["Properties"]
        signed = [target for _, target, verb in _of_policies([function], role) if verb == "writes"]
        yield from ((CLIENT, bucket, "PUT by signed URL") for bucket in signed)


def _of_policies(takers: list[str], role: Node) -> Iterator[tuple[str, str, str]]:
    for policy in role["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            for action in (one for one in statement["Action"] if not one.startswith(TELEMETRY)):
                yield from _of_action(takers, action, references(statement["Resource"]))


def references(value: Any) -> list[str]:
    """Return the logical IDs that value refers to, at any depth."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            return [name]
        case {"Fn::Sub": str(text)}:
            return [
                part.partition("}")[0].partition(".")[0]
                for part in text.split("${")[1:]
                if not part.startswith("AWS::")
            ]
        case dict():
            return [name for one in value.values() for name in references(one)]
        case list():
            return [name for one in value for name in references(one)]
    return []
