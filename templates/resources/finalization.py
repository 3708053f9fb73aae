"""The function that gives an image the final status that its execution did not, and the rule that invokes it."""

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
from templates.iam.statements import keep_record, list_archive, list_staged, list_versions
from templates.packaging import RUNTIME_LAYER
from templates.parameters import variables
from templates.resources.functions import LIGHT_MEMORY
from templates.resources.lambda_function import FunctionEntry, add_function
from templates.resources.messaging import Messaging
from templates.resources.storage import Storage

FINALIZE_TIMEOUT = 60  # seconds
# Of STANDARD executions; EXPRESS executions cannot be described.
EXECUTION_ARNS = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${ProcessingPipeline.Name}:*"
# Of STANDARD executions that recorded nothing. Step Functions sends no events about EXPRESS executions.
FAILED_STATUSES = ["FAILED", "TIMED_OUT", "ABORTED"]


def add_finalization(
    template: Template, storage: Storage, messaging: Messaging, pipeline: stepfunctions.StateMachine
) -> None:
    """Add the function to template, and the rule that invokes it.

    The rule has no dead-letter queue: the next sweep finds what an undelivered event left open.
    """
    function = add_function(template, _finalize(storage, messaging))
    add_rule(template, function, "FinalizeRule", EventPattern=_failure_pattern(pipeline))


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
            list_versions(storage),
            *finalization_statements(storage, messaging),
        ],
        layers=[RUNTIME_LAYER],
    )


def finalization_statements(storage: Storage, messaging: Messaging) -> list[Statement]:
    """Return the statements for the final status of an image, its notification, and the removal of leftover objects."""
    leftovers = [object_arns("UploadBucket", STAGED), object_arns("ArchiveBucket")]
    return [
        allow("read the history of executions", [awacs.states.GetExecutionHistory], Sub(EXECUTION_ARNS)),
        allow("publish outcomes", [awacs.sns.Publish], Ref(messaging.topic)),
        list_staged(storage),
        list_archive(storage),
        allow("delete leftover objects", [awacs.s3.DeleteObject], *leftovers),
    ]


def _failure_pattern(pipeline: stepfunctions.StateMachine) -> dict[str, object]:
    return {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"stateMachineArn": [Ref(pipeline)], "status": FAILED_STATUSES},
    }


def add_rule(
    template: Template,
    function: awslambda.Function,
    name: str,
    payload: dict[str, bool] | None = None,
    condition: str = "",
    **when: object,
) -> None:
    """Add the rule called name, which invokes function, and its permission to template, under a condition if there is one.

    The function gets payload, or else the event itself.
    """
    conditional = {"Condition": condition} if condition else {}
    constant = {"Input": json.dumps(payload)} if payload else {}
    target = events.Target(Id=function.title, Arn=GetAtt(function, "Arn"), **constant)
    rule = template.add_resource(events.Rule(name, State="ENABLED", Targets=[target], **when, **conditional))
    template.add_resource(
        awslambda.Permission(
            f"{name}Permission",
            Action="lambda:InvokeFunction",
            FunctionName=Ref(function),
            Principal="events.amazonaws.com",
            SourceArn=GetAtt(rule, "Arn"),
            **conditional,
        )
    )
