"""The storage of images and their records: buckets and tables."""

from dataclasses import dataclass
from typing import Any

import awacs.s3
from awacs.aws import Statement
from troposphere import GetAtt, If, NoValue, Ref, Sub, Template, dynamodb, s3

from lambdas.domain import open_records
from lambdas.domain.archive_class import EXPIRING, MOVED, SMALLEST_MOVED
from lambdas.domain.image_list import INDEX, INDEXED
from lambdas.domain.object_keys import IMPORTS, STAGED, UPLOADS
from lambdas.domain.record import EXPIRES_AT
from lambdas.runtime.cors import PREFLIGHT_SECONDS
from templates.iam.policies import deny_without_tls, policy_document
from templates.resources.addresses import API_ORIGIN
from templates.resources.inventory import INVENTORY_DAYS, inventories_of_uploads, write_inventories
from workflow.contracts.durations import DAY, EXECUTION_TIMEOUT

STAGED_DAYS = (
    2 * EXECUTION_TIMEOUT // DAY + 1
)  # an execution and its redrive are shorter; for stacks whose sweep is disabled
SUPERSEDED_DAYS = 1  # for which a replaced rendition stays; a URL is valid for an hour at most
RESTORABLE_DAYS = 30  # for which an object that was overwritten, deleted or has expired is kept as an old version
RETAIN = {
    "DeletionPolicy": "Retain",
    "UpdateReplacePolicy": "Retain",
}  # of what holds images or records
# The same, but a failed creation of the stack leaves nothing behind. Not for resources with deletion protection.
RETAIN_EXCEPT_ON_CREATE = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}


@dataclass(frozen=True)
class Storage:
    """The stack's storage."""

    upload_bucket: s3.Bucket
    archive_bucket: s3.Bucket
    inventory_bucket: s3.Bucket
    table: dynamodb.Table
    usage: dynamodb.Table


def add_storage(template: Template) -> Storage:
    """Add buckets and tables to template; what holds images or records is retained when the stack is deleted."""
    upload = template.add_resource(_upload_bucket())
    archive = template.add_resource(_bucket("ArchiveBucket", LifecycleConfiguration=_lifecycle([_move(), _expire()])))
    inventories = template.add_resource(_inventory_bucket())
    for bucket, *more in ((upload,), (archive,), (inventories, write_inventories(upload))):
        template.add_resource(_policy(bucket, *more))
    return Storage(upload, archive, inventories, template.add_resource(_table()), template.add_resource(_usage_table()))


def _upload_bucket() -> s3.Bucket:
    expiry = [
        s3.LifecycleRule(Id="staged", Prefix=STAGED, Status="Enabled", ExpirationInDays=STAGED_DAYS),
        s3.LifecycleRule(Id="imports", Prefix=IMPORTS, Status="Enabled", ExpirationInDays=Ref("RecordRetentionDays")),
        s3.LifecycleRule(Id="uploads", Prefix=UPLOADS, Status="Enabled", ExpirationInDays=Ref("UploadRetentionDays")),
    ]
    rules = [
        If("HasAllowedOrigins", _cors(Ref("AllowedOrigins")), NoValue),
        If("HasWebPage", _cors([Sub(API_ORIGIN)]), NoValue),
    ]
    return _bucket(
        "UploadBucket",
        CorsConfiguration=If("HasUploadPages", s3.CorsConfiguration(CorsRules=rules), NoValue),
        LifecycleConfiguration=_lifecycle(expiry),
        NotificationConfiguration=_to_event_bridge(),
        InventoryConfigurations=inventories_of_uploads("InventoryBucket"),
    )


def _inventory_bucket() -> s3.Bucket:
    """Return the bucket of inventories. It is apart from the archive, each of whose objects would be an event that costs."""
    old = s3.LifecycleRule(Id="inventories", Status="Enabled", ExpirationInDays=INVENTORY_DAYS)
    lifecycle = _lifecycle([old], old_days=1)
    return _bucket("InventoryBucket", LifecycleConfiguration=lifecycle, NotificationConfiguration=_to_event_bridge())


def _to_event_bridge() -> s3.NotificationConfiguration:
    return s3.NotificationConfiguration(EventBridgeConfiguration=s3.EventBridgeConfiguration(EventBridgeEnabled=True))


def _cors(origins: Any) -> s3.CorsRules:
    """Return the rule by which pages of origins may upload. A browser sends the headers that the signature of the URL covers."""
    return s3.CorsRules(AllowedMethods=["PUT"], AllowedOrigins=origins, AllowedHeaders=["*"], MaxAge=PREFLIGHT_SECONDS)


def _move() -> Any:
    """Return the transition of archived originals to ArchiveStorageClass, or no rule if they stay in STANDARD.

    lambdas/domain/archive_class.py derives from it whether a URL can read an original.
    """
    rule = s3.LifecycleRule(
        Id="move",
        Status="Enabled",
        TagFilters=[s3.TagFilter(Key=key, Value=value) for key, value in MOVED.items()],
        ObjectSizeGreaterThan=str(SMALLEST_MOVED - 1),
        Transitions=[
            s3.LifecycleRuleTransition(
                StorageClass=Ref("ArchiveStorageClass"), TransitionInDays=Ref("ArchiveTransitionDays")
            )
        ],
    )
    return If("ArchiveMoves", rule, NoValue)


def _expire() -> s3.LifecycleRule:
    """Return the rule for renditions that were replaced: no URL of one is valid for longer than ImageUrlExpirySeconds allows."""
    tags = [s3.TagFilter(Key=key, Value=value) for key, value in EXPIRING.items()]
    return s3.LifecycleRule(Id="superseded", Status="Enabled", TagFilters=tags, ExpirationInDays=SUPERSEDED_DAYS)


def _bucket(name: str, **properties: object) -> s3.Bucket:
    encryption = s3.ServerSideEncryptionRule(
        ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
    )
    return s3.Bucket(
        name,
        BucketEncryption=s3.BucketEncryption(ServerSideEncryptionConfiguration=[encryption]),
        OwnershipControls=s3.OwnershipControls(Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        LoggingConfiguration=If(
            "HasAccessLogBucket",
            s3.LoggingConfiguration(
                DestinationBucketName=Ref("AccessLogBucket"), LogFilePrefix=Sub(f"${{AWS::StackName}}/{name}/")
            ),
            NoValue,
        ),
        **RETAIN_EXCEPT_ON_CREATE,
        **properties,
    )


def _lifecycle(rules: list[Any], old_days: int = RESTORABLE_DAYS) -> s3.LifecycleConfiguration:
    """Return rules and those of every bucket: old versions and incomplete uploads expire."""
    tidy = s3.LifecycleRule(
        Id="tidy",
        Status="Enabled",
        ExpiredObjectDeleteMarker=True,
        NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(NoncurrentDays=old_days),
        AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=1),
    )
    return s3.LifecycleConfiguration(Rules=[*rules, tidy])


def _policy(bucket: s3.Bucket, *statements: Statement) -> s3.BucketPolicy:
    """Return the policy of a bucket: requests need TLS, and statements."""
    everything = [GetAtt(bucket, "Arn"), Sub(f"${{{bucket.title}.Arn}}/*")]
    return s3.BucketPolicy(
        f"{bucket.title}Policy",
        Bucket=Ref(bucket),
        PolicyDocument=policy_document(deny_without_tls([awacs.s3.Action("*")], everything), *statements),
    )


def _table() -> dynamodb.Table:
    return dynamodb.Table(
        "MetadataTable",
        AttributeDefinitions=[
            *map(_text_attribute, ("imageId", "owner", "createdAt")),
            *(If("HasSweepIndex", _text_attribute(name), NoValue) for name in open_records.KEYS),
        ],
        KeySchema=[dynamodb.KeySchema(AttributeName="imageId", KeyType="HASH")],
        GlobalSecondaryIndexes=[
            dynamodb.GlobalSecondaryIndex(
                IndexName=INDEX,
                KeySchema=[
                    dynamodb.KeySchema(AttributeName="owner", KeyType="HASH"),
                    dynamodb.KeySchema(AttributeName="createdAt", KeyType="RANGE"),
                ],
                Projection=dynamodb.Projection(ProjectionType="INCLUDE", NonKeyAttributes=list(INDEXED)),
            ),
            If("HasSweepIndex", _open_index(), NoValue),
        ],
        BillingMode="PAY_PER_REQUEST",
        PointInTimeRecoverySpecification=dynamodb.PointInTimeRecoverySpecification(PointInTimeRecoveryEnabled=True),
        SSESpecification=dynamodb.SSESpecification(SSEEnabled=True),
        TimeToLiveSpecification=dynamodb.TimeToLiveSpecification(AttributeName=EXPIRES_AT, Enabled=True),
        DeletionProtectionEnabled=True,
        **RETAIN,
    )


def _text_attribute(name: str) -> dynamodb.AttributeDefinition:
    return dynamodb.AttributeDefinition(AttributeName=name, AttributeType="S")


def _open_index() -> dynamodb.GlobalSecondaryIndex:
    """Return the index of open records. It is under a condition, since one update adds one index to a table at most."""
    return dynamodb.GlobalSecondaryIndex(
        IndexName=open_records.INDEX,
        KeySchema=[
            dynamodb.KeySchema(AttributeName=name, KeyType=kind)
            for name, kind in zip(open_records.KEYS, ("HASH", "RANGE"), strict=True)
        ],
        Projection=dynamodb.Projection(ProjectionType="KEYS_ONLY"),
    )


def _usage_table() -> dynamodb.Table:
    """Return the table of what each user uses of the limits; its items are of no use after two days."""
    return dynamodb.Table(
        "UsageTable",
        AttributeDefinitions=[_text_attribute("owner")],
        KeySchema=[dynamodb.KeySchema(AttributeName="owner", KeyType="HASH")],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification=dynamodb.SSESpecification(SSEEnabled=True),
        TimeToLiveSpecification=dynamodb.TimeToLiveSpecification(AttributeName=EXPIRES_AT, Enabled=True),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )
