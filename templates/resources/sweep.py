"""The sweep: the function that finds stalled uploads, how often it runs, and when an upload counts as stalled."""

import awacs.dynamodb
import awacs.s3
import awacs.sqs
import awacs.states
from troposphere import GetAtt, Ref, Sub, Template, awslambda, stepfunctions

from lambdas.domain import open_records
from lambdas.domain.image_list import INDEX
from lambdas.domain.object_keys import UPLOADS
from lambdas.runtime import settings as env
from templates.iam.policies import allow, object_arns
from templates.iam.statements import index_arn, keep_record
from templates.packaging import RUNTIME_LAYER
from templates.parameters import SHORTEST_SWEEP, variables
from templates.resources.deletion import deletion_statements
from templates.resources.finalization import EXECUTION_ARNS, add_rule, finalization_statements
from templates.resources.functions import TRIGGER_TIMEOUT
from templates.resources.lambda_function import FunctionEntry, add_function
from templates.resources.messaging import Messaging, delivery_seconds
from templates.resources.storage import Storage

SWEEP_TIMEOUT = 15 * 60  # seconds: the maximum of Lambda; the sweep checks all uploads
SWEEP_MEMORY = 1024  # MB: a sweep of a million images a month takes ten minutes; with half the memory, twenty
# Seconds for an EXPRESS execution, which Step Functions ends after five minutes, for a function that outlives it, for clocks
# that differ, and for messages that wait in the queue. A STANDARD execution may run for longer, but Step Functions is asked
# for it before anything is done. The lower limit: test_upload_is_not_stalled_while_it_may_be_processed.
EXECUTION_ALLOWANCE = 35 * 60
# Seconds after an upload or the last update of its record. By then a failing message is in the dead-letter queue.
STALLED_AFTER = delivery_seconds(TRIGGER_TIMEOUT) + EXECUTION_ALLOWANCE


def add_sweep(template: Template, storage: Storage, messaging: Messaging, pipeline: stepfunctions.StateMachine) -> None:
    """Add the function to template, and the rules that invoke it.

    The rules have no dead-letter queues: the next sweep does the work of one that was lost.
    """
    function = add_function(template, _sweep(storage, messaging, pipeline))
    add_rule(template, function, "SweepRule", ScheduleExpression=Sub("rate(${SweepMinutes} minutes)"))
    # Sweeps without the index look at the uploads of three days. With it, the audit finds what the index has not.
    daily = "rate(1 day)"
    add_rule(template, function, "DailySweepRule", {"everything": True}, "LacksSweepIndex", ScheduleExpression=daily)
    template.add_resource(_sweep_invoke_config(function))


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
            allow("find open records", [awacs.dynamodb.Query], index_arn(storage, open_records.INDEX)),
            *finalization_statements(storage, messaging),
            allow(
                "let replaced renditions expire",
                [awacs.s3.GetObject, awacs.s3.PutObject, awacs.s3.PutObjectTagging],
                object_arns("ArchiveBucket"),
            ),
            allow("find deletions", [awacs.dynamodb.Query], index_arn(storage, INDEX)),
            *deletion_statements(storage, object_arns("UploadBucket", UPLOADS)),
            allow("describe executions", [awacs.states.DescribeExecution], Sub(EXECUTION_ARNS)),
            allow("start the pipeline", [awacs.states.StartExecution], Ref(pipeline)),
            allow("read dead letter messages", [awacs.sqs.ReceiveMessage], GetAtt(messaging.dead_letter_queue, "Arn")),
        ],
        layers=[RUNTIME_LAYER],
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
