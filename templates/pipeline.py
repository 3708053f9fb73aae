"""The state machine and what starts it; its role follows from the graph."""

from collections.abc import Iterator
from typing import Any, ClassVar

import awacs.awslambda
import awacs.dynamodb
import awacs.sns
from awacs.aws import Action, Statement
from troposphere import GetAtt, Ref, Template, awslambda, dynamodb, iam, sns, sqs, stepfunctions, validators

from templates.policies import allow, assumed_by, document
from workflow.check import ours
from workflow.check.proving import proved
from workflow.definition import states_language

# The action that each integration of the graph calls, and the parameter that names what it is called on.
INTEGRATIONS: dict[str, tuple[Action, str]] = {
    "lambda:invoke": (awacs.awslambda.InvokeFunction, "FunctionName"),
    "dynamodb:updateItem": (awacs.dynamodb.UpdateItem, "TableName"),
    "sns:publish": (awacs.sns.Publish, "TopicArn"),
}

# cfn-lint knows integrations in the partition `aws` only and reads `${Partition}` as written, unsubstituted.
IGNORED_CHECKS = {"cfn-lint": {"config": {"ignore_checks": ["E3601"]}}}

BATCH_SIZE = 10  # messages an invocation of the trigger


class ScalingConfig(awslambda.ScalingConfig):  # type: ignore[misc]
    """An event source's concurrency limit: troposphere 4.11.1 defines the class a second time without it."""

    props: ClassVar[dict[str, Any]] = {"MaximumConcurrency": (validators.integer, False)}


def add_pipeline(
    template: Template, functions: list[awslambda.Function], table: dynamodb.Table, topic: sns.Topic
) -> stepfunctions.StateMachine:
    """Add the state machine to template, with a role that allows exactly what its states call.

    Raises UnprovedFlow if some state may not get what it needs.
    """
    definition = proved(states_language(), ours.mapping())
    names = {"Partition": Ref("AWS::Partition"), table.title: Ref(table), topic.title: Ref(topic)}
    arns = {function.title: GetAtt(function, "Arn") for function in functions}
    targets = arns | {table.title: GetAtt(table, "Arn"), topic.title: Ref(topic)}
    policy = iam.Policy(PolicyName="graph", PolicyDocument=document(*_statements(definition, targets)))
    role = template.add_resource(
        iam.Role("ProcessingPipelineRole", AssumeRolePolicyDocument=assumed_by("states"), Policies=[policy])
    )
    return template.add_resource(
        stepfunctions.StateMachine(
            "ProcessingPipeline",
            Definition=definition,
            DefinitionSubstitutions=names | arns,
            RoleArn=GetAtt(role, "Arn"),
            StateMachineType="STANDARD",
            Metadata=IGNORED_CHECKS,
        )
    )


def _statements(definition: dict[str, Any], targets: dict[str, Any]) -> Iterator[Statement]:
    """Yield one statement an integration: its action on every target that the graph's tasks name."""
    called: dict[str, list[str]] = {}
    for task in _tasks(definition):
        integration = task["Resource"].split(":::")[1]
        target = task["Parameters"][INTEGRATIONS[integration][1]].strip("${}")
        called.setdefault(integration, []).append(target)
    for integration, names in called.items():
        yield allow([INTEGRATIONS[integration][0]], *(targets[name] for name in dict.fromkeys(names)))


def _tasks(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every Task state of definition, those in branches too."""
    for state in definition["States"].values():
        if state["Type"] == "Task":
            yield state
        for branch in state.get("Branches", []):
            yield from _tasks(branch)


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
