"""The state machine and what starts it; its role follows from the graph."""

from collections.abc import Iterator
from typing import Any, ClassVar

import awacs.awslambda
import awacs.dynamodb
import awacs.logs
import awacs.sns
import awacs.xray
from awacs.aws import Action, Statement
from troposphere import GetAtt, Ref, Sub, Template, awslambda, dynamodb, iam, logs, sns, sqs, stepfunctions, validators

from asl.language import target, tasks
from templates.iam.policies import ALL_RESOURCES, allow, in_this_account, policy_document, trust_policy
from templates.resources.function import add_log_group
from templates.substitution import definition_string
from workflow.proof import proved_definition

# What each integration of the graph is for, the action it calls, and the parameter that names what it is called on.
INTEGRATIONS: dict[str, tuple[str, Action, str]] = {
    "lambda:invoke": ("run the steps", awacs.awslambda.InvokeFunction, "FunctionName"),
    "dynamodb:updateItem": ("record the end", awacs.dynamodb.UpdateItem, "TableName"),
    "sns:publish": ("tell the end", awacs.sns.Publish, "TopicArn"),
}
# By which Step Functions has its logs delivered; none of these actions knows resources.
LOG_DELIVERY = [
    awacs.logs.CreateLogDelivery,
    awacs.logs.GetLogDelivery,
    awacs.logs.UpdateLogDelivery,
    awacs.logs.DeleteLogDelivery,
    awacs.logs.ListLogDeliveries,
    awacs.logs.PutResourcePolicy,
    awacs.logs.DescribeResourcePolicies,
    awacs.logs.DescribeLogGroups,
]
# Nor do these; unlike Lambda, Step Functions asks itself which executions to sample.
TRACING = [
    awacs.xray.PutTraceSegments,
    awacs.xray.PutTelemetryRecords,
    awacs.xray.GetSamplingRules,
    awacs.xray.GetSamplingTargets,
]

BATCH_SIZE = 10  # messages an invocation of the trigger


class ScalingConfig(awslambda.ScalingConfig):  # type: ignore[misc]
    """An event source's concurrency limit: troposphere 4.11.1 defines the class a second time without it."""

    props: ClassVar[dict[str, Any]] = {"MaximumConcurrency": (validators.integer, False)}


def add_state_machine(
    template: Template, functions: list[awslambda.Function], table: dynamodb.Table, topic: sns.Topic
) -> stepfunctions.StateMachine:
    """Add the state machine to template, with a role that allows exactly what its states call.

    Raises UnprovedFlow if some state may not get what it needs.
    """
    definition = proved_definition()
    names = {"Partition": Ref("AWS::Partition"), table.title: Ref(table), topic.title: Ref(topic)}
    arns = {function.title: GetAtt(function, "Arn") for function in functions}
    targets = arns | {table.title: GetAtt(table, "Arn"), topic.title: Ref(topic)}
    role = template.add_resource(_role(definition, targets))
    # Step Functions adds each log group to one policy of limited size, unless its name begins like this.
    group = add_log_group(
        template, "ProcessingPipelineLogs", LogGroupName=Sub("/aws/vendedlogs/states/${AWS::StackName}")
    )
    return template.add_resource(
        stepfunctions.StateMachine(
            "ProcessingPipeline",
            DefinitionString=definition_string(definition, names | arns),
            RoleArn=GetAtt(role, "Arn"),
            StateMachineType=Ref("WorkflowType"),
            LoggingConfiguration=_logging(group),
            TracingConfiguration=stepfunctions.TracingConfiguration(Enabled=True),
            # Of another type it would be another machine, and to delete the old one would end what it runs.
            UpdateReplacePolicy="Retain",
            DeletionPolicy="Delete",
        )
    )


def _logging(group: logs.LogGroup) -> stepfunctions.LoggingConfiguration:
    destination = stepfunctions.LogDestination(
        CloudWatchLogsLogGroup=stepfunctions.CloudWatchLogsLogGroup(LogGroupArn=GetAtt(group, "Arn"))
    )
    return stepfunctions.LoggingConfiguration(
        Destinations=[destination], IncludeExecutionData=Ref("WorkflowLogPayloads"), Level=Ref("WorkflowLogLevel")
    )


def _role(definition: dict[str, Any], targets: dict[str, Any]) -> iam.Role:
    statements = [
        *_statements(definition, targets),
        allow("have its log delivered", LOG_DELIVERY, ALL_RESOURCES),
        allow("send traces", TRACING, ALL_RESOURCES),
    ]
    trust = trust_policy("states", Condition=in_this_account())
    policy = iam.Policy(PolicyName="graph", PolicyDocument=policy_document(*statements))
    return iam.Role("ProcessingPipelineRole", AssumeRolePolicyDocument=trust, Policies=[policy])


def _statements(definition: dict[str, Any], targets: dict[str, Any]) -> Iterator[Statement]:
    """Yield one statement an integration: its action on every target that the graph's tasks name."""
    called: dict[str, list[str]] = {}
    for call in (target(task) for _, task in tasks(definition)):
        called.setdefault(call.integration, []).append(str(call.named(INTEGRATIONS[call.integration][2])))
    for integration, names in called.items():
        purpose, action, _ = INTEGRATIONS[integration]
        yield allow(purpose, [action], *(targets[name] for name in dict.fromkeys(names)))


def add_trigger(template: Template, function: awslambda.Function, queue: sqs.Queue) -> None:
    """Let queue invoke function, a batch at a time, with failures reported message by message."""
    template.add_resource(
        awslambda.EventSourceMapping(
            "ProcessingQueueMapping",
            EventSourceArn=GetAtt(queue, "Arn"),
            FunctionName=GetAtt(function, "Arn"),
            BatchSize=BATCH_SIZE,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            ScalingConfig=ScalingConfig(MaximumConcurrency=Ref("MaxConcurrency")),
        )
    )
