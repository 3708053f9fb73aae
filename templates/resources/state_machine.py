"""The state machine, its role, which is derived from the definition, and its trigger."""

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
from templates.resources.lambda_function import add_log_group
from templates.substitution import definition_string
from workflow.proof import proved_definition

# For each service integration of the definition: its purpose, the action, and the parameter that names the target.
INTEGRATIONS: dict[str, tuple[str, Action, str]] = {
    "lambda:invoke": ("run the steps", awacs.awslambda.InvokeFunction, "FunctionName"),
    "dynamodb:updateItem": ("record the outcome", awacs.dynamodb.UpdateItem, "TableName"),
    "sns:publish": ("publish outcomes", awacs.sns.Publish, "TopicArn"),
}
# Step Functions delivers its logs with these actions, which have no resource types.
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
# These have none either. Unlike Lambda, Step Functions decides itself which executions to sample.
TRACING = [
    awacs.xray.PutTraceSegments,
    awacs.xray.PutTelemetryRecords,
    awacs.xray.GetSamplingRules,
    awacs.xray.GetSamplingTargets,
]

# Messages per invocation of SqsTriggerFunction, which waits for all of them: MaxConcurrency then is a number of images.
BATCH_SIZE = 1


class ScalingConfig(awslambda.ScalingConfig):  # type: ignore[misc]
    """The concurrency limit of an event source; troposphere 4.11.1 redefines the class without it."""

    props: ClassVar[dict[str, Any]] = {"MaximumConcurrency": (validators.integer, False)}


def add_state_machine(
    template: Template, functions: list[awslambda.Function], table: dynamodb.Table, topic: sns.Topic
) -> stepfunctions.StateMachine:
    """Add the state machine to template, with a role that allows exactly the calls of its states.

    Raises UnprovedDataFlowError if some state may not get what it needs.
    """
    definition = proved_definition()
    names = {"Partition": Ref("AWS::Partition"), table.title: Ref(table), topic.title: Ref(topic)}
    arns = {function.title: GetAtt(function, "Arn") for function in functions}
    targets = arns | {table.title: GetAtt(table, "Arn"), topic.title: Ref(topic)}
    role = template.add_resource(_role(definition, targets))
    # Step Functions adds each log group to one policy of limited size, unless its name has this prefix.
    group = add_log_group(
        template, "ProcessingPipelineLogs", LogGroupName=Sub("/aws/vendedlogs/states/${AWS::StackName}")
    )
    return template.add_resource(
        stepfunctions.StateMachine(
            "ProcessingPipeline",
            DefinitionString=definition_string(definition, names | arns),
            RoleArn=GetAtt(role, "Arn"),
            StateMachineType=Ref("WorkflowType"),
            LoggingConfiguration=logging_to(group),
            TracingConfiguration=stepfunctions.TracingConfiguration(Enabled=True),
            # Another type replaces the state machine; deleting the old one would stop its running executions.
            UpdateReplacePolicy="Retain",
            DeletionPolicy="Delete",
        )
    )


def logging_to(group: logs.LogGroup) -> stepfunctions.LoggingConfiguration:
    """Return the setting that a state machine logs to group, as the parameters say."""
    destination = stepfunctions.LogDestination(
        CloudWatchLogsLogGroup=stepfunctions.CloudWatchLogsLogGroup(LogGroupArn=GetAtt(group, "Arn"))
    )
    return stepfunctions.LoggingConfiguration(
        Destinations=[destination], IncludeExecutionData=Ref("WorkflowLogPayloads"), Level=Ref("WorkflowLogLevel")
    )


def _role(definition: dict[str, Any], targets: dict[str, Any]) -> iam.Role:
    statements = [
        *_statements(definition, targets),
        allow("deliver its log", LOG_DELIVERY, ALL_RESOURCES),
        allow("send traces", TRACING, ALL_RESOURCES),
    ]
    trust = trust_policy("states", Condition=in_this_account())
    policy = iam.Policy(PolicyName="graph", PolicyDocument=policy_document(*statements))
    return iam.Role("ProcessingPipelineRole", AssumeRolePolicyDocument=trust, Policies=[policy])


def _statements(definition: dict[str, Any], targets: dict[str, Any]) -> Iterator[Statement]:
    """Yield one statement for each integration: its action on every target that the tasks name."""
    called: dict[str, list[str]] = {}
    for call in (target(task) for _, task in tasks(definition)):
        called.setdefault(call.integration, []).append(str(call.named(INTEGRATIONS[call.integration][2])))
    for integration, names in called.items():
        purpose, action, _ = INTEGRATIONS[integration]
        yield allow(purpose, [action], *(targets[name] for name in dict.fromkeys(names)))


def add_trigger(template: Template, function: awslambda.Function, queue: sqs.Queue) -> None:
    """Make queue the event source of function, with partial batch responses."""
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
