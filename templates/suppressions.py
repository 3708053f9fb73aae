"""What checkov, cdk-nag and AWS's Guard rules find in the template and we leave as it is, each with the reason."""

from dataclasses import dataclass
from typing import Any

from troposphere import AWSObject, Template

FUNCTION, ROLE, LOG_GROUP = "AWS::Lambda::Function", "AWS::IAM::Role", "AWS::Logs::LogGroup"
BUCKET, QUEUE = "AWS::S3::Bucket", "AWS::SQS::Queue"


@dataclass(frozen=True)
class Suppression:
    """Why something stays as it is: the rules that ask for other, on which resources."""

    on: tuple[str, ...]  # logical IDs, or a type for all resources of it
    reason: str
    checkov: str = ""
    cdk_nag: tuple[str, ...] = ()
    guard: tuple[str, ...] = ()  # of the rules registry, and of Control Tower: CT

    @property
    def rules(self) -> list[str]:
        """All rules that this answers."""
        return [rule for rule in (self.checkov, *self.cdk_nag, *self.guard) if rule]

    def is_about(self, resource: AWSObject) -> bool:
        """Tell whether resource is one of those that the rules find."""
        return resource.title in self.on or resource.resource_type in self.on


SUPPRESSIONS = [
    Suppression(
        (QUEUE,),
        "SQS encrypts it with keys of its own; EventBridge could not write through AWS's managed key, and one of ours would"
        " keep out nobody whom the queue's policy lets in.",
        checkov="CKV_AWS_27",
        guard=("SQS_QUEUE_KMS_MASTER_KEY_ID_RULE",),
    ),
    Suppression(
        ("DeadLetterQueue",),
        "It is the end of the line; an alarm watches it.",
        cdk_nag=("Serverless-SQSRedrivePolicy",),
        guard=("CT.SQS.PR.1",),
    ),
    Suppression(
        ("NotificationTopic",),
        "Encrypted with the key that AWS manages for SNS; only roles of this account publish, which that key serves.",
        guard=("SNS_ENCRYPTED_KMS",),
    ),
    Suppression(
        ("OperationsEmail",),
        "An alarm whose mail is lost still stands in CloudWatch, on the dashboard too.",
        cdk_nag=("Serverless-SNSRedrivePolicy",),
    ),
    Suppression(("OperationsKey",), "Its policy allows nobody to make a grant.", guard=("CT.KMS.PR.3",)),
    Suppression(
        ("MetadataTable",),
        "Encrypted with the key that AWS manages for DynamoDB; one of ours would be another way to lose the records.",
        checkov="CKV_AWS_119",
        guard=("DYNAMODB_TABLE_ENCRYPTED_KMS",),
    ),
    Suppression(
        (BUCKET,),
        "S3 encrypts with keys of its own; KMS would add a request's price to each picture, and a key without which all are"
        " lost.",
        guard=("CT.S3.PR.10",),
    ),
    Suppression(
        (BUCKET,),
        "Accesses are logged once the parameter AccessLogBucket names where; that bucket is the account's, not a stack's.",
        cdk_nag=("AwsSolutions-S1",),
    ),
    Suppression(
        (BUCKET,),
        "Uploads are to expire, and users may want pictures gone; versioning keeps for 30 days what is overwritten or"
        " deleted.",
        guard=("S3_BUCKET_DEFAULT_LOCK_ENABLED", "CT.S3.PR.9"),
    ),
    Suppression(
        (BUCKET,),
        "A second region has a price and a law of its own, which are the operator's to choose.",
        guard=("S3_BUCKET_REPLICATION_ENABLED",),
    ),
    Suppression(
        (BUCKET,),
        "There are no access lists at all, ownership being enforced; the rule wants the property to be there.",
        guard=("S3_BUCKET_NO_PUBLIC_RW_ACL",),
    ),
    Suppression(
        ("ArchiveBucket",),
        "Nothing is to happen when a picture is archived; the topic tells that it is.",
        guard=("CT.S3.PR.4",),
    ),
    Suppression(
        ("UploadBucketPolicy", "ArchiveBucketPolicy"),
        "It denies requests without TLS; the rule reads `Fn::Join` only, where cfn-lint asks for `Fn::Sub`.",
        guard=("CT.S3.PR.8",),
    ),
    Suppression(
        (FUNCTION,),
        "Reserved concurrency would be taken from the account's other functions. The account's quota bounds how many run; an"
        " alarm tells of throttles that last, and the queue and the state machine try what is throttled again with patience.",
        checkov="CKV_AWS_115",
        guard=("LAMBDA_CONCURRENCY_CHECK",),
    ),
    Suppression(
        (FUNCTION,),
        "What is lost is done again: Step Functions catches, SQS redrives, API Gateway answers the caller; and what a rule"
        " invokes in vain, the next sweep makes good.",
        checkov="CKV_AWS_116",
        cdk_nag=("Serverless-LambdaDLQ",),
        guard=("LAMBDA_DLQ_CHECK",),
    ),
    Suppression(
        (FUNCTION,),
        "It talks to AWS's services only, over TLS and by its role; a VPC would guard nothing, and slow its start.",
        checkov="CKV_AWS_117",
        guard=("LAMBDA_INSIDE_VPC", "CT.LAMBDA.PR.3"),
    ),
    Suppression(
        (FUNCTION,),
        "Lambda encrypts the variables with a key of its own; they hold names and limits, and no secret.",
        checkov="CKV_AWS_173",
    ),
    Suppression(
        (FUNCTION,),
        "Lambda supports Python 3.13 until June 2029; the layers are locked for it.",
        cdk_nag=("AwsSolutions-L1", "Serverless-LambdaLatestVersion"),
    ),
    Suppression(
        ("ProcessingQueueMapping",),
        "Lambda has such a destination for streams; for a queue its redrive policy does it.",
        cdk_nag=("Serverless-LambdaEventSourceMappingDestination",),
    ),
    Suppression(
        ("FinalizeRule", "SweepRule", "DailySweepRule"),
        "What cannot be delivered is made good by the next sweep; in a queue somebody would have to read it.",
        cdk_nag=("Serverless-EventBusDLQ",),
    ),
    Suppression(
        ("SweepInvokeConfig",),
        "A sweep that fails alarms, and the next one does its work; there is nothing in its event to be kept.",
        cdk_nag=("Serverless-LambdaAsyncFailureDestination",),
    ),
    Suppression(
        ("RestApiGetPermission", "RestApiOptionsPermission"),
        "It names this API, stage, method and path; the rule does not read `Fn::Sub`.",
        guard=("CT.LAMBDA.PR.2",),
    ),
    Suppression(
        (ROLE,),
        "Each policy is made for its one role and goes with it; one of its own could be attached to others.",
        guard=("IAM_NO_INLINE_POLICY_CHECK",),
    ),
    Suppression(
        (ROLE,),
        "Traces and the delivery of logs are no resources that could be named: the services offer `*` only. Below a prefix"
        " the keys are made up as pictures come.",
        cdk_nag=("AwsSolutions-IAM5", "Serverless-LambdaStarPermissions"),
        guard=("IAM_POLICYDOCUMENT_NO_WILDCARD_RESOURCE",),
    ),
    Suppression(
        ("ApiAccountRole",),
        "API Gateway has one role for all APIs of an account, and refuses one that may not write to every group.",
        checkov="CKV_AWS_111",
    ),
    Suppression(
        (LOG_GROUP,),
        "CloudWatch encrypts it with a key of its own; its lines have ids and outcomes, and payloads only if an operator asks"
        " for the state machine's.",
        checkov="CKV_AWS_158",
        guard=("CLOUDWATCH_LOG_GROUP_ENCRYPTED", "CT.CLOUDWATCH.PR.3"),
    ),
    Suppression(
        (LOG_GROUP,),
        "LogRetentionDays decides, 30 by default and as long as CloudWatch offers; the rules read no parameters. Lines name"
        " users' ids and addresses, which are not kept longer than faults take to be found.",
        guard=("CW_LOGGROUP_RETENTION_PERIOD_CHECK", "CT.CLOUDWATCH.PR.2"),
    ),
    Suppression(
        ("ProcessingPipeline",),
        "WorkflowLogLevel decides, ERROR by default: a standard execution keeps its own history. The rules read no"
        " parameters.",
        cdk_nag=("AwsSolutions-SF1",),
        guard=("CT.STEPFUNCTIONS.PR.1",),
    ),
    Suppression(
        ("RestApiStage",),
        "Each answer is a URL for one user and one picture; a cache would hand it to another.",
        checkov="CKV_AWS_120",
        guard=("API_GW_CACHE_ENABLED_AND_ENCRYPTED",),
    ),
    Suppression(
        ("RestApiStage",),
        "WebAclArn puts a firewall in front; which one, and at what price, is the operator's to say.",
        cdk_nag=("AwsSolutions-APIG3",),
    ),
    Suppression(
        ("UserPool",),
        "UserMfa decides, OPTIONAL by default, so that users can sign in before they have an authenticator.",
        cdk_nag=("AwsSolutions-COG2",),
    ),
    Suppression(
        ("UserPool",),
        "The plan with threat protection is paid by user; here administrators make users, and passwords are long.",
        cdk_nag=("AwsSolutions-COG8",),
    ),
]


def add_suppressions(template: Template) -> None:
    """Put each answer into the metadata of its resources, where the tools look for it."""
    for resource in template.resources.values():
        found = [answer for answer in SUPPRESSIONS if answer.is_about(resource)]
        if found:
            resource.Metadata = {**getattr(resource, "Metadata", {}), **_metadata(found)}


def _metadata(answers: list[Suppression]) -> dict[str, Any]:
    """Return answers as each tool has them; cfn-guard takes no reasons."""
    skip = [{"id": answer.checkov, "comment": answer.reason} for answer in answers if answer.checkov]
    suppress = [{"id": rule, "reason": answer.reason} for answer in answers for rule in answer.cdk_nag]
    rules = [rule for answer in answers for rule in answer.guard]
    return {
        **({"checkov": {"skip": skip}} if skip else {}),
        **({"cdk_nag": {"rules_to_suppress": suppress}} if suppress else {}),
        **({"guard": {"SuppressedRules": rules}} if rules else {}),
    }
