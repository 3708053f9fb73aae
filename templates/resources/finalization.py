"""The functions that give an image the final status that its execution did not, and the rules that invoke them."""

import json

import awacs.dynamodb
import awacs.s3
import awacs.sns
import awacs.sqs
import awacs.states
from awacs.aws import Statement
from troposphere import GetAtt, Ref, Sub, Template, awslambda, events, stepfunctions

from lambdas.domain.object_keys import STAGED
from lambdas.runtime import settings as env
from templates.iam.policies import allow, object_arns
from templates.iam.statements import keep_record, list_staged, list_versions
from templates.packaging import RUNTIME_LAYER
from templates.parameters import SHORTEST_SWEEP, variables
from templates.resources.function import FunctionEntry, add_function
from templates.resources.functions import LIGHT_MEMORY, TRIGGER_TIMEOUT
from templates.resources.messaging import Messaging, delivery_seconds
from templates.resources.storage import Storage
from workflow.definition import TIMEOUT

FINALIZE_TIMEOUT = 60  # seconds
SWEEP_TIMEOUT = 15 * 60  # seconds: the maximum of Lambda; the sweep checks all uploads
SWEEP_MEMORY = 1024  # MB: a sweep of a million images a month takes ten minutes; with half the memory, twenty
# Seconds after an upload. By then a failing message is in the dead-letter queue, and an execution has ended.
STALLED_AFTER = delivery_seconds(TRIGGER_TIMEOUT) + TIMEOUT
# Of STANDARD executions; EXPRESS executions cannot be described.
EXECUTION_ARNS = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${ProcessingPipeline.Name}:*"
# Of STANDARD executions that recorded nothing. Step Functions sends no events about EXPRESS executions.
FAILED_STATUSES = ["FAILED", "TIMED_OUT", "ABORTED"]


def add_finalization(
    template: Template, storage: Storage, messaging: Messaging, pipeline: stepfunctions.StateMachine
) -> None:
    """Add both functions to template, and the rules that invoke them.

    The rules have no dead-letter queues: the next sweep finds what an undelivered event or a failed sweep left open.
    """
    finalizing = add_function(template, _finalize(storage, messaging))
    sweeping = add_function(template, _sweep(storage, messaging, pipeline))
    _invoke(template, finalizing, "FinalizeRule", EventPattern=_failure_pattern(pipeline))
    _invoke(template, sweeping, "SweepRule", ScheduleExpression=Sub("rate(${SweepMinutes} minutes)"))
    _invoke(template, sweeping, "DailySweepRule", {"everything": True}, ScheduleExpression="rate(1 day)")
    template.add_resource(_sweep_invoke_config(sweeping))


def _finalize(storage: Storage, messaging: Messaging) -> FunctionEntry:
    return FunctionEntry(
        "FinalizeFunction",
        "finalize",
        "Records the final status of a failed execution, and sends its notification",
        memory=LIGHT_MEMORY,
        timeout=FINALIZE_TIMEOUT,
        environment=variables(
            env.FinalizeSettings,
            metadata_table=Ref(storage.table),
            upload_bucket=Ref(storage.upload_bucket),
            archive_bucket=Ref(storage.archive_bucket),
            notification_topic=Ref(messaging.topic),
        ),
        statements=[
            keep_record(storage, awacs.dynamodb.GetItem, awacs.dynamodb.PutItem),
            *_finalization_statements(storage, messaging),
        ],
        layers=[RUNTIME_LAYER],
    )


def _sweep(storage: Storage, messaging: Messaging, pipeline: stepfunctions.StateMachine) -> FunctionEntry:
    reading = [awacs.dynamodb.GetItem, awacs.dynamodb.BatchGetItem]
    return FunctionEntry(
        "SweepFunction",
        "sweep",
        "Finds images without a final status, and starts or finalizes them",
        memory=SWEEP_MEMORY,
        timeout=SWEEP_TIMEOUT,
        environment=variables(
            env.SweepSettings,
            metadata_table=Ref(storage.table),
            upload_bucket=Ref(storage.upload_bucket),
            archive_bucket=Ref(storage.archive_bucket),
            notification_topic=Ref(messaging.topic),
            state_machine_arn=Ref(pipeline),
            dead_letter_queue=Ref(messaging.dead_letter_queue),
            stalled_after_seconds=str(STALLED_AFTER),
        ),
        statements=[
            keep_record(storage, *reading, awacs.dynamodb.PutItem, awacs.dynamodb.DeleteItem),
            *_finalization_statements(storage, messaging),
            allow("see how an execution stands", [awacs.states.DescribeExecution], Sub(EXECUTION_ARNS)),
            allow("start the pipeline", [awacs.states.StartExecution], Ref(pipeline)),
            allow("read dead letters", [awacs.sqs.ReceiveMessage], GetAtt(messaging.dead_letter_queue, "Arn")),
        ],
        layers=[RUNTIME_LAYER],
    )


def _finalization_statements(storage: Storage, messaging: Messaging) -> list[Statement]:
    """Return the statements for the final status of an image, its notification, and the removal of leftover objects."""
    leftovers = [object_arns("UploadBucket", STAGED), object_arns("ArchiveBucket")]
    return [
        list_versions(storage),
        allow("see why an execution failed", [awacs.states.GetExecutionHistory], Sub(EXECUTION_ARNS)),
        allow("tell the end", [awacs.sns.Publish], Ref(messaging.topic)),
        list_staged(storage),
        # Keys begin with the ids of owner and image: there is no common prefix to restrict this to.
        allow("find what is archived", [awacs.s3.ListBucket], GetAtt(storage.archive_bucket, "Arn")),
        allow("clear up", [awacs.s3.DeleteObject], *leftovers),
    ]


def _failure_pattern(pipeline: stepfunctions.StateMachine) -> dict[str, object]:
    return {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"stateMachineArn": [Ref(pipeline)], "status": FAILED_STATUSES},
    }


def _invoke(
    template: Template, function: awslambda.Function, name: str, payload: dict[str, bool] | None = None, **when: object
) -> None:
    """Add the rule called name, which invokes function, and its permission to template.

    The function gets payload, or else the event itself.
    """
    constant = {"Input": json.dumps(payload)} if payload else {}
    target = events.Target(Id=function.title, Arn=GetAtt(function, "Arn"), **constant)
    rule = template.add_resource(events.Rule(name, State="ENABLED", Targets=[target], **when))
    template.add_resource(
        awslambda.Permission(
            f"{name}Permission",
            Action="lambda:InvokeFunction",
            FunctionName=Ref(function),
            Principal="events.amazonaws.com",
            SourceArn=GetAtt(rule, "Arn"),
        )
    )


def _sweep_invoke_config(sweeping: awslambda.Function) -> awslambda.EventInvokeConfig:
    """Return the setting that a failed sweep is not retried, and one that waits is dropped: the next sweep does its work."""
    return awslambda.EventInvokeConfig(
        "SweepInvokeConfig",
        FunctionName=Ref(sweeping),
        Qualifier="$LATEST",
        MaximumRetryAttempts=0,
        MaximumEventAgeInSeconds=60 * SHORTEST_SWEEP,
    )
