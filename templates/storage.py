"""Where pictures and their records live: two buckets and a table."""

from dataclasses import dataclass

import awacs.s3
from troposphere import GetAtt, Ref, Sub, Template, dynamodb, s3

from lambdas.storage import STAGED, UPLOADS
from templates.policies import document, without_tls


@dataclass(frozen=True)
class Storage:
    """The stack's storage."""

    upload_bucket: s3.Bucket
    archive_bucket: s3.Bucket
    table: dynamodb.Table


def add_storage(template: Template) -> Storage:
    """Add buckets and table to template; all three outlive the stack."""
    upload = template.add_resource(_upload_bucket())
    archive = template.add_resource(_bucket("ArchiveBucket", LifecycleConfiguration=_lifecycle([])))
    for bucket in (upload, archive):
        template.add_resource(_tls_only_policy(bucket))
    return Storage(upload, archive, template.add_resource(_table()))


def _upload_bucket() -> s3.Bucket:
    expiry = [
        s3.LifecycleRule(Id="staged", Prefix=STAGED, Status="Enabled", ExpirationInDays=1),
        s3.LifecycleRule(Id="uploads", Prefix=UPLOADS, Status="Enabled", ExpirationInDays=Ref("UploadRetentionDays")),
    ]
    cors = s3.CorsRules(AllowedMethods=["PUT"], AllowedOrigins=["*"], AllowedHeaders=["*"], MaxAge=3000)
    return _bucket(
        "UploadBucket",
        CorsConfiguration=s3.CorsConfiguration(CorsRules=[cors]),
        LifecycleConfiguration=_lifecycle(expiry),
        NotificationConfiguration=s3.NotificationConfiguration(
            EventBridgeConfiguration=s3.EventBridgeConfiguration(EventBridgeEnabled=True)
        ),
    )


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
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        **properties,
    )


def _lifecycle(rules: list[s3.LifecycleRule]) -> s3.LifecycleConfiguration:
    """Add to rules what holds for every bucket: old versions and abandoned uploads go."""
    tidy = s3.LifecycleRule(
        Id="tidy",
        Status="Enabled",
        ExpiredObjectDeleteMarker=True,
        NoncurrentVersionExpiration=s3.NoncurrentVersionExpiration(NoncurrentDays=30),
        AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=1),
    )
    return s3.LifecycleConfiguration(Rules=[*rules, tidy])


def _tls_only_policy(bucket: s3.Bucket) -> s3.BucketPolicy:
    everything = [GetAtt(bucket, "Arn"), Sub(f"${{{bucket.title}.Arn}}/*")]
    return s3.BucketPolicy(
        f"{bucket.title}Policy",
        Bucket=Ref(bucket),
        PolicyDocument=document(without_tls([awacs.s3.Action("*")], everything)),
    )


def _table() -> dynamodb.Table:
    return dynamodb.Table(
        "MetadataTable",
        AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName="imageId", AttributeType="S")],
        KeySchema=[dynamodb.KeySchema(AttributeName="imageId", KeyType="HASH")],
        BillingMode="PAY_PER_REQUEST",
        PointInTimeRecoverySpecification=dynamodb.PointInTimeRecoverySpecification(PointInTimeRecoveryEnabled=True),
        SSESpecification=dynamodb.SSESpecification(SSEEnabled=True),
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
    )
