"""The findings of checkov, cdk-nag and AWS's Guard rules that are suppressed in the template, each with its reason."""

from troposphere import Template

from templates.resources.api import permission_ids
from templates.resources.storage import RESTORABLE_DAYS
from templates.resources.web_page import METHODS
from templates.suppression_metadata import Suppression, metadata

FUNCTION, ROLE, LOG_GROUP = "AWS::Lambda::Function", "AWS::IAM::Role", "AWS::Logs::LogGroup"
BUCKET, QUEUE = "AWS::S3::Bucket", "AWS::SQS::Queue"

SUPPRESSIONS = [
    Suppression(
        (QUEUE,),
        "SQS encrypts it with its own keys. EventBridge cannot send to a queue with the AWS managed key, and a customer"
        " managed key would exclude nobody whom the queue's policy allows.",
        checkov="CKV_AWS_27",
        guard=("SQS_QUEUE_KMS_MASTER_KEY_ID_RULE",),
    ),
    Suppression(
        ("DeadLetterQueue",),
        "It is the dead-letter queue itself; an alarm watches it.",
        cdk_nag=("Serverless-SQSRedrivePolicy",),
        guard=("CT.SQS.PR.1",),
    ),
    Suppression(
        ("NotificationTopic",),
        "Encrypted with the AWS managed key for SNS, which all publishers can use: they are roles of this account.",
        guard=("SNS_ENCRYPTED_KMS",),
    ),
    Suppression(
        ("OperationsEmail",),
        "An alarm whose e-mail is lost is still visible in CloudWatch and on the dashboard.",
        cdk_nag=("Serverless-SNSRedrivePolicy",),
    ),
    Suppression(("OperationsKey",), "Its policy allows nobody to create grants.", guard=("CT.KMS.PR.3",)),
    Suppression(
        ("MetadataTable",),
        "Encrypted with the AWS managed key for DynamoDB. With a customer managed key, losing the key would lose the records.",
        checkov="CKV_AWS_119",
        guard=("DYNAMODB_TABLE_ENCRYPTED_KMS",),
    ),
    Suppression(
        ("UsageTable",),
        "It holds counts of two days, which need no restoration; without them, the limits begin anew.",
        checkov="CKV_AWS_28",
        cdk_nag=("AwsSolutions-DDB3",),
        guard=("DYNAMODB_PITR_ENABLED",),
    ),
    Suppression(
        ("UsageTable",),
        "Encrypted with the AWS managed key for DynamoDB, as the table of the records.",
        checkov="CKV_AWS_119",
        guard=("DYNAMODB_TABLE_ENCRYPTED_KMS",),
    ),
    Suppression(
        (BUCKET,),
        "S3 encrypts with its own keys. KMS would add the price of a request to each image, and losing the key would lose all"
        " images.",
        guard=("CT.S3.PR.10",),
    ),
    Suppression(
        (BUCKET,),
        "The parameter AccessLogBucket enables access logs; such a bucket belongs to the account, not to a stack.",
        cdk_nag=("AwsSolutions-S1",),
    ),
    Suppression(
        (BUCKET,),
        "Uploads expire, and users may request deletion. Versioning keeps overwritten and deleted objects for"
        f" {RESTORABLE_DAYS} days.",
        guard=("S3_BUCKET_DEFAULT_LOCK_ENABLED", "CT.S3.PR.9"),
    ),
    Suppression(
        (BUCKET,),
        "A second region has its own prices and law; the operator decides.",
        guard=("S3_BUCKET_REPLICATION_ENABLED",),
    ),
    Suppression(
        (BUCKET,),
        "Bucket owner enforcement disables access lists; the rule requires the property nevertheless.",
        guard=("S3_BUCKET_NO_PUBLIC_RW_ACL",),
    ),
    Suppression(
        ("ArchiveBucket",),
        "Nothing reacts to an archived object; the topic notifies of archived images.",
        guard=("CT.S3.PR.4",),
    ),
    Suppression(
        ("UploadBucketPolicy", "ArchiveBucketPolicy", "InventoryBucketPolicy"),
        "It denies requests without TLS. The rule reads only `Fn::Join`; cfn-lint asks for `Fn::Sub`.",
        guard=("CT.S3.PR.8",),
    ),
    Suppression(
        (FUNCTION,),
        "Reserved concurrency would be taken from the account's other functions. The account's quota limits concurrency, an"
        " alarm fires when throttling lasts, and the queue and the state machine retry throttled invocations.",
        checkov="CKV_AWS_115",
        guard=("LAMBDA_CONCURRENCY_CHECK",),
    ),
    Suppression(
        (FUNCTION,),
        "Failed invocations are handled by their source: Step Functions catches errors, SQS redrives messages, API Gateway"
        " returns an error. The next sweep does the work of a failed invocation by a rule.",
        checkov="CKV_AWS_116",
        cdk_nag=("Serverless-LambdaDLQ",),
        guard=("LAMBDA_DLQ_CHECK",),
    ),
    Suppression(
        (FUNCTION,),
        "It calls only AWS services, over TLS and with its role; a VPC would protect nothing and slow the cold start.",
        checkov="CKV_AWS_117",
        guard=("LAMBDA_INSIDE_VPC", "CT.LAMBDA.PR.3"),
    ),
    Suppression(
        (FUNCTION,),
        "Lambda encrypts the variables with its own key; they hold names and limits, no secrets.",
        checkov="CKV_AWS_173",
    ),
    Suppression(
        (FUNCTION,),
        "Lambda supports Python 3.13 until June 2029; the layers are locked for it.",
        cdk_nag=("AwsSolutions-L1", "Serverless-LambdaLatestVersion"),
    ),
    Suppression(
        ("ProcessingQueueMapping",),
        "Lambda has such destinations for streams; a queue has its redrive policy.",
        cdk_nag=("Serverless-LambdaEventSourceMappingDestination",),
    ),
    Suppression(
        ("FinalizeRule", "SweepRule", "DailySweepRule", "AuditRule"),
        "The next sweep or inventory does the work of an undelivered event; messages in a queue would have to be read by somebody.",
        cdk_nag=("Serverless-EventBusDLQ",),
    ),
    Suppression(
        ("SweepInvokeConfig",),
        "An alarm fires when a sweep fails, and the next sweep does its work; its event holds nothing to keep.",
        cdk_nag=("Serverless-LambdaAsyncFailureDestination",),
    ),
    Suppression(
        permission_ids(),
        "It names this API, stage, method and path; the rule does not read `Fn::Sub`.",
        guard=("CT.LAMBDA.PR.2",),
    ),
    Suppression(
        (ROLE,),
        "Each policy is written for one role and deleted with it; a managed policy could be attached to other roles.",
        guard=("IAM_NO_INLINE_POLICY_CHECK",),
    ),
    Suppression(
        (ROLE,),
        "Traces and log deliveries have no resource types: `*` is the only resource. Below a prefix, the keys are created as"
        " images are uploaded.",
        cdk_nag=("AwsSolutions-IAM5", "Serverless-LambdaStarPermissions"),
        guard=("IAM_POLICYDOCUMENT_NO_WILDCARD_RESOURCE",),
    ),
    Suppression(
        ("ApiAccountRole",),
        "API Gateway has one logs role for all APIs of an account, and refuses a role that may not write to every log group.",
        checkov="CKV_AWS_111",
    ),
    Suppression(
        (LOG_GROUP,),
        "CloudWatch encrypts it with its own key. Lines hold ids and outcomes; payloads only if an operator enables them for"
        " the state machine.",
        checkov="CKV_AWS_158",
        guard=("CLOUDWATCH_LOG_GROUP_ENCRYPTED", "CT.CLOUDWATCH.PR.3"),
    ),
    Suppression(
        (LOG_GROUP,),
        "The parameter LogRetentionDays decides, 30 by default; the rules do not read parameters. Lines hold users' ids and"
        " addresses, which are kept no longer than it takes to find an error.",
        guard=("CW_LOGGROUP_RETENTION_PERIOD_CHECK", "CT.CLOUDWATCH.PR.2"),
    ),
    Suppression(
        ("ProcessingPipeline",),
        "The parameter WorkflowLogLevel decides, ERROR by default: a STANDARD execution has its own history. The rules do not"
        " read parameters.",
        cdk_nag=("AwsSolutions-SF1",),
        guard=("CT.STEPFUNCTIONS.PR.1",),
    ),
    Suppression(
        ("RestApiStage",),
        "Each response is for one user; a cache would return it to other users.",
        checkov="CKV_AWS_120",
        guard=("API_GW_CACHE_ENABLED_AND_ENCRYPTED",),
    ),
    Suppression(
        ("RestApiStage",),
        "The parameter WebAclArn associates a web ACL; the operator decides which one, and at what price.",
        cdk_nag=("AwsSolutions-APIG3",),
    ),
    Suppression(
        METHODS,
        "It returns the files of the web page, which hold no data: there users sign in. The stage throttles it.",
        checkov="CKV_AWS_59",
        cdk_nag=("AwsSolutions-APIG4", "AwsSolutions-COG4"),
    ),
    Suppression(
        ("UserPool",),
        "The parameter UserMfa decides, OPTIONAL by default, so that users can sign in before they have an authenticator.",
        cdk_nag=("AwsSolutions-COG2",),
    ),
    Suppression(
        ("UserPool",),
        "The plan with threat protection is priced per user; here administrators create the users, and passwords are long.",
        cdk_nag=("AwsSolutions-COG8",),
    ),
]


def add_suppressions(template: Template) -> None:
    """Add each suppression to the metadata of its resources, where the tools look for it."""
    for resource in template.resources.values():
        found = [one for one in SUPPRESSIONS if one.applies_to(resource)]
        if found:
            resource.Metadata = {**getattr(resource, "Metadata", {}), **metadata(found)}
