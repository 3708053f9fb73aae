"""One Lambda function with its role, log group and layers."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

import awacs.logs
import awacs.xray
from awacs.aws import Statement
from troposphere import GetAtt, If, NoValue, Ref, Template, awslambda, iam, logs

from lambdas.runtime.settings import VERSION
from templates.iam.policies import ALL_RESOURCES, allow, policy_document, trust_policy
from templates.packaging import ARCHITECTURE, LAYERS, RUNTIME, Layer, code_key
from templates.parameters import uses
from templates.release import version


class LoggingConfig(awslambda.LoggingConfig):  # type: ignore[misc]
    """The logging configuration of a function; troposphere 4.11.1 redefines the class without the format."""

    props: ClassVar[dict[str, Any]] = dict.fromkeys(("ApplicationLogLevel", "LogFormat", "LogGroup"), (str, False))


@dataclass(frozen=True)
class FunctionEntry:
    """One function of the template: its module, size, settings and permissions."""

    logical_id: str
    module: str  # below lambdas/
    description: str
    memory: int  # MB; 1,769 MB get one full vCPU
    timeout: int  # seconds
    environment: dict[str, Any]
    statements: list[Statement]
    layers: list[Layer]
    policies: list[If] = field(default_factory=list)  # which the role has under conditions


def add_layers(template: Template) -> None:
    """Add the layers to template; their content is in the artifact bucket."""
    for layer in LAYERS:
        template.add_resource(
            awslambda.LayerVersion(
                layer.logical_id,
                CompatibleArchitectures=[ARCHITECTURE],
                CompatibleRuntimes=[RUNTIME],
                Content=awslambda.Content(S3Bucket=Ref("ArtifactBucket"), S3Key=layer.key),
                **({"Condition": uses(layer)} if layer.format else {}),
            )
        )


def _reference(layer: Layer) -> Any:
    """Return the reference to layer, or to nothing where the stack does not have it."""
    return If(uses(layer), Ref(layer.logical_id), NoValue) if layer.format else Ref(layer.logical_id)


def add_function(template: Template, entry: FunctionEntry) -> awslambda.Function:
    """Add the function of entry to template, with a role and a log group of its own."""
    group = add_log_group(template, f"{entry.logical_id}Logs")
    role = template.add_resource(_role(entry, group))
    return template.add_resource(
        awslambda.Function(
            entry.logical_id,
            Description=entry.description,
            Handler=f"lambdas.{entry.module}.handler",
            Runtime=RUNTIME,
            Architectures=[ARCHITECTURE],
            MemorySize=entry.memory,
            Timeout=entry.timeout,
            Code=awslambda.Code(S3Bucket=Ref("ArtifactBucket"), S3Key=code_key()),
            Layers=[_reference(layer) for layer in entry.layers],
            Environment=awslambda.Environment(Variables=_common() | entry.environment),
            # JSON also for Lambda's own lines. Lines that are JSON already, and the metrics in them, stay as they are.
            LoggingConfig=LoggingConfig(ApplicationLogLevel=Ref("LogLevel"), LogFormat="JSON", LogGroup=Ref(group)),
            TracingConfig=awslambda.TracingConfig(Mode="Active"),
            Role=GetAtt(role, "Arn"),
        )
    )


def add_log_group(template: Template, logical_id: str, **properties: Any) -> logs.LogGroup:
    """Add a log group to template that keeps lines for LogRetentionDays and is deleted with the stack."""
    return template.add_resource(
        logs.LogGroup(
            logical_id,
            RetentionInDays=Ref("LogRetentionDays"),
            DeletionPolicy="Delete",
            UpdateReplacePolicy="Delete",
            **properties,
        )
    )


def _common() -> dict[str, Any]:
    """Return the variables that Powertools and the log read."""
    powertools = {
        "POWERTOOLS_SERVICE_NAME": Ref("AWS::StackName"),  # distinguishes the stacks of an account
        "POWERTOOLS_LOG_LEVEL": Ref("LogLevel"),
    }
    return powertools | {VERSION: version()}


def _role(entry: FunctionEntry, group: logs.LogGroup) -> iam.Role:
    common = [
        allow("write its log", [awacs.logs.CreateLogStream, awacs.logs.PutLogEvents], GetAtt(group, "Arn")),
        # X-Ray has no resource types for these actions: `*` is the only resource.
        allow("send traces", [awacs.xray.PutTraceSegments, awacs.xray.PutTelemetryRecords], ALL_RESOURCES),
    ]
    policy = iam.Policy(PolicyName="own", PolicyDocument=policy_document(*common, *entry.statements))
    return iam.Role(
        f"{entry.logical_id}Role", AssumeRolePolicyDocument=trust_policy("lambda"), Policies=[policy, *entry.policies]
    )
