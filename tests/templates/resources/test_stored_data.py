"""Buckets, table and user pool: encrypted, closed to the public, and not lost by a mistake."""

from typing import Any

import pytest

from lambdas.domain.object_keys import STAGED, UPLOADS
from tests.templates.emitted import Node, at, definition, properties, resources, template
from workflow import contracts

DAY = 24 * 3600  # seconds
BUCKETS = ["UploadBucket", "ArchiveBucket"]
# A first creation that fails leaves no bucket behind; what is under deletion protection it could not take away.
KEPT = {**dict.fromkeys(BUCKETS, "RetainExceptOnCreate"), "MetadataTable": "Retain", "UserPool": "Retain"}
NOTHING = {"Ref": "AWS::NoValue"}


def _rules(bucket: str) -> list[Node]:
    rules = [_if_so(rule) for rule in properties(bucket)["LifecycleConfiguration"]["Rules"]]
    assert all(rule["Status"] == "Enabled" for rule in rules)
    return rules


def _if_so(node: Any) -> Any:
    """Return what node is if its condition, where it has one, holds."""
    return node["Fn::If"][1] if "Fn::If" in node else node


def _expiry(prefix: str) -> Any:
    """Return after how many days what is below a prefix of the upload bucket goes."""
    (days,) = (rule["ExpirationInDays"] for rule in _rules("UploadBucket") if rule.get("Prefix") == prefix)
    return days


@pytest.mark.parametrize(("name", "policy"), KEPT.items())
def test_data_outlives_the_stack(name: str, policy: str) -> None:
    """Deleting or replacing the stack's resource leaves pictures, records and users where they are."""
    entry = resources()[name]
    assert (entry["DeletionPolicy"], entry["UpdateReplacePolicy"]) == (policy, "Retain")


@pytest.mark.parametrize("bucket", BUCKETS)
def test_pictures_are_encrypted(bucket: str) -> None:
    """Objects at rest are encrypted, whatever the request said."""
    path = "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm"
    assert at(properties(bucket), path) == "AES256"


@pytest.mark.parametrize("bucket", BUCKETS)
def test_no_bucket_is_public(bucket: str) -> None:
    """Every way of making a bucket public is blocked, and access lists are off."""
    blocked = properties(bucket)["PublicAccessBlockConfiguration"]
    assert blocked == dict.fromkeys(
        ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"], True
    )
    assert at(properties(bucket), "OwnershipControls.Rules.0.ObjectOwnership") == "BucketOwnerEnforced"


@pytest.mark.parametrize("bucket", BUCKETS)
def test_overwritten_pictures_are_kept_for_a_while(bucket: str) -> None:
    """Buckets keep old versions, which go after some days, as do uploads that were never finished."""
    assert properties(bucket)["VersioningConfiguration"] == {"Status": "Enabled"}
    assert any(at(rule, "NoncurrentVersionExpiration.NoncurrentDays") for rule in _tidying(bucket))
    assert any(at(rule, "AbortIncompleteMultipartUpload.DaysAfterInitiation") for rule in _tidying(bucket))


def _tidying(bucket: str) -> list[Node]:
    """Return the rules that hold for a bucket's every object."""
    return [rule for rule in _rules(bucket) if rule["Id"] == "tidy" and "Prefix" not in rule]


def test_staged_renditions_outlast_their_execution() -> None:
    """What an execution staged and nobody removed goes by itself, but not while an execution, or two, may need it."""
    assert _expiry(STAGED) * DAY > 2 * definition()["TimeoutSeconds"]


def test_uploads_go_when_asked() -> None:
    """Uploads go after the days of the parameter; their copies in the archive stay."""
    assert _expiry(UPLOADS) == {"Ref": "UploadRetentionDays"}
    assert not any("ExpirationInDays" in rule for rule in _rules("ArchiveBucket"))


def test_staged_and_uploaded_pictures_lie_apart() -> None:
    """Neither prefix contains the other, so that no rule for one is one for both."""
    assert not STAGED.startswith(UPLOADS)
    assert not UPLOADS.startswith(STAGED)


def test_browsers_may_put_and_no_more() -> None:
    """Cross-origin requests to the upload bucket may put; to the archive there are none."""
    condition, allowed, otherwise = properties("UploadBucket")["CorsConfiguration"]["Fn::If"]
    assert (condition, otherwise) == ("HasAllowedOrigins", NOTHING)
    (rule,) = allowed["CorsRules"]
    assert rule["AllowedMethods"] == ["PUT"]
    assert rule["AllowedOrigins"] == {"Ref": "AllowedOrigins"}
    assert "CorsConfiguration" not in properties("ArchiveBucket")


def test_archive_moves_to_the_storage_class_asked_for() -> None:
    """Archived pictures move to another storage class after some days, both by parameter, or stay where they are."""
    (rule,) = (rule for rule in properties("ArchiveBucket")["LifecycleConfiguration"]["Rules"] if "Fn::If" in rule)
    condition, move, otherwise = rule["Fn::If"]
    assert (condition, otherwise) == ("ArchiveMoves", NOTHING)
    assert move["Status"] == "Enabled"
    assert not {"Prefix", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan"} & move.keys()
    assert move["Transitions"] == [
        {"StorageClass": {"Ref": "ArchiveStorageClass"}, "TransitionInDays": {"Ref": "ArchiveTransitionDays"}}
    ]
    assert template()["Conditions"]["ArchiveMoves"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "ArchiveStorageClass"}, "STANDARD"]}]
    }


@pytest.mark.parametrize("bucket", BUCKETS)
def test_accesses_are_logged_if_there_is_a_bucket_for_it(bucket: str) -> None:
    """With a bucket given for it, S3 writes there who did what, under the stack's and the bucket's name."""
    condition, logging, otherwise = properties(bucket)["LoggingConfiguration"]["Fn::If"]
    assert (condition, otherwise) == ("HasAccessLogBucket", NOTHING)
    assert logging["DestinationBucketName"] == {"Ref": "AccessLogBucket"}
    assert logging["LogFilePrefix"] == {"Fn::Sub": f"${{AWS::StackName}}/{bucket}/"}


def test_records_of_what_failed_expire() -> None:
    """The table forgets a record at the time that stands in it, under the name that the contract of records has."""
    ttl = properties("MetadataTable")["TimeToLiveSpecification"]
    assert ttl["Enabled"] is True
    assert ttl["AttributeName"] in contracts.schema("metadata-record")["properties"]


def test_users_and_records_cannot_be_deleted_in_passing() -> None:
    """Table and user pool refuse to be deleted until somebody switches that off."""
    assert properties("MetadataTable")["DeletionProtectionEnabled"] is True
    assert properties("UserPool")["DeletionProtection"] == "ACTIVE"


def test_table_is_encrypted_and_can_be_set_back() -> None:
    """Records at rest are encrypted, and any second of the last weeks can be restored."""
    table = properties("MetadataTable")
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_table_is_keyed_by_image() -> None:
    """A record is found by its image's id, and capacity follows the requests."""
    table = properties("MetadataTable")
    assert table["KeySchema"] == [{"AttributeName": "imageId", "KeyType": "HASH"}]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
