"""The relationships between components, read from the template: references, event sources and policies."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from templates.iam.reading import statements_of

Node = dict[str, Any]

CLIENT = "Client"  # not in the template
ALARMS = "Alarms"
# The types of resources that are drawn, and the service of each.
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
# The types of resources that are part of a component, or watch it. A new type has to be added to one of the two.
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
    "AWS::Cognito::ManagedLoginBranding",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
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
    "dynamodb:Query": "reads",
    "dynamodb:UpdateItem": "writes",
    "lambda:InvokeFunction": "invokes",
    "s3:DeleteObject": "removes",
    "s3:DeleteObjectVersion": "removes",
    "s3:GetObject": "reads",
    "s3:GetObjectVersion": "reads",
    "s3:ListBucket": "lists",
    "s3:ListBucketVersions": "lists",
    "s3:PutObject": "writes",
    "s3:PutObjectTagging": "writes",
    "sns:Publish": "notifies",
    "sqs:DeleteMessage": "receives",
    "sqs:GetQueueAttributes": "receives",
    "sqs:ReceiveMessage": "receives",
    "states:DescribeExecution": "reads",
    "states:GetExecutionHistory": "reads",
    "states:StartExecution": "starts",
    "states:StopExecution": "stops",
    "kms:Decrypt": "decrypts",
    "s3:AbortMultipartUpload": "writes",
    "s3:ListMultipartUploadParts": "writes",
}
# What a client does with an object by a URL that a function has signed, by the function's verb.
SIGNED = {"reads": "GET", "writes": "PUT"}
# Every function has these; no image goes there.
TELEMETRY = ("logs:", "xray:")


class UnmappedTypeError(ValueError):
    """The template has a type or an action that the diagram does not know; the message says where to add it."""


@dataclass(frozen=True)
class Relationship:
    """The verbs of one component on another."""

    source: str
    target: str
    verbs: tuple[str, ...]


def components(resources: dict[str, Node]) -> dict[str, str]:
    """Return the service of each component, by logical ID; raises UnmappedTypeError for an unknown type."""
    if strange := sorted({one["Type"] for one in resources.values()} - set(COMPONENTS) - PARTS):
        raise UnmappedTypeError(f"{', '.join(strange)}: add it to COMPONENTS or PARTS of pages/relationships.py")
    return {name: COMPONENTS[one["Type"]] for name, one in resources.items() if one["Type"] in COMPONENTS}


def relationships(resources: dict[str, Node]) -> list[Relationship]:
    """Return every relationship between components, sorted; raises UnmappedTypeError for an unknown action."""
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
                yield from ((name, pool, "authenticates with") for pool in references(given["ProviderARNs"]))
            case "AWS::CloudWatch::Alarm":
                yield from ((ALARMS, topic, "notify") for topic in references(given.get("AlarmActions")))


def _of_role(role: str, given: Node, resources: dict[str, Node]) -> Iterator[tuple[str, str, str]]:
    """Yield the permissions of the resources that assume a role."""
    holders = [name for name, one in resources.items() if role in references(_role_of(one))]
    yield from _of_policies(holders, given)


def _role_of(resource: Node) -> Any:
    given = resource.get("Properties", {})
    return [given.get("Role"), given.get("RoleArn"), [one.get("RoleArn") for one in given.get("Targets", [])]]


def _of_action(holders: list[str], action: str, targets: list[str]) -> Iterator[tuple[str, str, str]]:
    if action not in VERBS:
        raise UnmappedTypeError(f"{action}: add its verb to VERBS of pages/relationships.py")
    yield from ((holder, target, VERBS[action]) for holder in holders for target in targets)


def _of_rule(rule: str, given: Node) -> Iterator[tuple[str, str, str]]:
    """Yield the sources and the targets of a rule."""
    pattern = given.get("EventPattern", {})
    yield from ((source, rule, pattern["detail-type"][0]) for source in references(pattern.get("detail")))
    for target in given["Targets"]:
        yield from ((rule, name, "sends") for name in references(target["Arn"]))
        yield from ((rule, name, "fails over to") for name in references(target.get("DeadLetterConfig")))


def _of_method(method: Node, resources: dict[str, Node]) -> Iterator[tuple[str, str, str]]:
    """Yield the relationships of a method: its client, authorizer and function, and the bucket of the signed URL."""
    (api,) = references(method["RestApiId"])
    yield CLIENT, api, f"{method['HttpMethod']} {path_of(method, resources)}"
    yield from ((api, guard, "authorizes with") for guard in references(method.get("AuthorizerId")))
    for function in references(method["Integration"]["Uri"]):
        yield api, function, "invokes"
        role = resources[references(_role_of(resources[function]))[0]]["Properties"]
        for _, target, verb in _of_policies([function], role):
            if verb in SIGNED and resources[target]["Type"] == "AWS::S3::Bucket":
                yield CLIENT, target, f"{SIGNED[verb]} by signed URL"


def path_of(method: Node, resources: dict[str, Node]) -> str:
    """Return the path of a method of the API, such as /images/{imageId}."""
    path, above = "", references(method["ResourceId"])
    while (resource := resources[above[0]])["Type"] == "AWS::ApiGateway::Resource":
        path = f"/{resource['Properties']['PathPart']}{path}"
        above = references(resource["Properties"]["ParentId"])
    return path


def _of_policies(holders: list[str], role: Node) -> Iterator[tuple[str, str, str]]:
    for statement in statements_of(role):
        for action in (one for one in statement["Action"] if not one.startswith(TELEMETRY)):
            targets = references(statement["Resource"])
            # A state machine that has the name of a function starts itself.
            own = action.startswith("states:") and all(one.endswith("Function") for one in targets)
            yield from _of_action(holders, action, [] if own else targets)


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
