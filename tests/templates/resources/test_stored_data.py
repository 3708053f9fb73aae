"""Buckets, table and user pool: encrypted, private, and protected against loss."""

from typing import Any

import pytest

from lambdas.domain.archive_class import EXPIRING, MOVED, SMALLEST_MOVED
from lambdas.domain.object_keys import STAGED, UPLOADS
from lambdas.domain.open_records import KEYS
from tests.templates.emitted import Node, at, definition, properties, resources, sub, template
from workflow import contracts

DAY = 24 * 3600  # seconds
OF_IMAGES = ["UploadBucket", "ArchiveBucket"]
BUCKETS = [*OF_IMAGES, "InventoryBucket"]
# A failed first creation leaves no bucket behind; it could not delete resources with deletion protection.
KEPT = {**dict.fromkeys(BUCKETS, "RetainExceptOnCreate"), "MetadataTable": "Retain", "UserPool": "Retain"}
NOTHING = {"Ref": "AWS::NoValue"}


def _rules(bucket: str) -> list[Node]:
    rules = [_if_so(rule) for rule in properties(bucket)["LifecycleConfiguration"]["Rules"]]
    assert all(rule["Status"] == "Enabled" for rule in rules)
    return rules


def _if_so(node: Any) -> Any:
    """Return the value of node if its condition, if it has one, is true."""
    return node["Fn::If"][1] if "Fn::If" in node else node


def _expiry(prefix: str) -> Any:
    """Return the days after which objects below a prefix of the upload bucket expire."""
    (days,) = (rule["ExpirationInDays"] for rule in _rules("UploadBucket") if rule.get("Prefix") == prefix)
    return days


@pytest.mark.parametrize(("name", "policy"), KEPT.items())
def test_data_outlives_the_stack(name: str, policy: str) -> None:
    """Deleting or replacing the resource retains images, records and users."""
    entry = resources()[name]
    assert (entry["DeletionPolicy"], entry["UpdateReplacePolicy"]) == (policy, "Retain")


@pytest.mark.parametrize("bucket", BUCKETS)
def test_images_are_encrypted(bucket: str) -> None:
    """Objects are encrypted at rest, with any request."""
    path = "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm"
    assert at(properties(bucket), path) == "AES256"


@pytest.mark.parametrize("bucket", BUCKETS)
def test_no_bucket_is_public(bucket: str) -> None:
    """Public access is blocked in every way, and access lists are off."""
    blocked = properties(bucket)["PublicAccessBlockConfiguration"]
    assert blocked == dict.fromkeys(
        ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"], True
    )
    assert at(properties(bucket), "OwnershipControls.Rules.0.ObjectOwnership") == "BucketOwnerEnforced"


@pytest.mark.parametrize("bucket", OF_IMAGES)
def test_overwritten_images_are_kept_for_a_while(bucket: str) -> None:
    """Buckets keep old versions, for longer than an outcome may take.

    Incomplete uploads expire earlier. When the last version of an object is gone, so is its delete marker, which each sweep
    would list.
    """
    assert properties(bucket)["VersioningConfiguration"] == {"Status": "Enabled"}
    (days,) = (at(rule, "NoncurrentVersionExpiration.NoncurrentDays") for rule in _tidying(bucket))
    assert days * DAY > definition()["TimeoutSeconds"]
    (incomplete,) = (at(rule, "AbortIncompleteMultipartUpload.DaysAfterInitiation") for rule in _tidying(bucket))
    assert 0 < incomplete < days
    assert [rule["ExpiredObjectDeleteMarker"] for rule in _tidying(bucket)] == [True]


def _tidying(bucket: str) -> list[Node]:
    """Return the rules for every object of a bucket."""
    return [rule for rule in _rules(bucket) if rule["Id"] == "tidy" and "Prefix" not in rule]


def test_staged_renditions_outlast_their_execution() -> None:
    """Staged renditions that were not removed expire, but not while one or two executions may need them."""
    assert _expiry(STAGED) * DAY > 2 * definition()["TimeoutSeconds"]


def test_uploads_expire() -> None:
    """Uploads expire after UploadRetentionDays; their copies in the archive do not, except renditions that were replaced."""
    assert _expiry(UPLOADS) == {"Ref": "UploadRetentionDays"}
    expiring = [rule for rule in _rules("ArchiveBucket") if "ExpirationInDays" in rule]
    replaced = [{"Key": key, "Value": value} for key, value in EXPIRING.items()]
    assert [(rule["TagFilters"], "Prefix" in rule) for rule in expiring] == [(replaced, False)]


def test_replaced_renditions_outlast_their_urls() -> None:
    """A rendition that was replaced is there for as long as any URL of it is valid."""
    longest = template()["Parameters"]["ImageUrlExpirySeconds"]["MaxValue"]
    (days,) = (rule["ExpirationInDays"] for rule in _rules("ArchiveBucket") if "ExpirationInDays" in rule)
    assert days * DAY > longest


def test_prefixes_of_staged_and_uploaded_images_are_disjoint() -> None:
    """Neither prefix contains the other, so that no rule for one applies to the other."""
    assert not STAGED.startswith(UPLOADS)
    assert not UPLOADS.startswith(STAGED)


def test_browsers_may_only_put() -> None:
    """Cross-origin requests to the upload bucket may only PUT, from the allowed origins and the page's; the archive allows none."""
    condition, allowed, otherwise = properties("UploadBucket")["CorsConfiguration"]["Fn::If"]
    assert (condition, otherwise) == ("HasUploadPages", NOTHING)
    rules = {rule["Fn::If"][0]: rule["Fn::If"][1] for rule in allowed["CorsRules"]}
    assert all(rule["Fn::If"][2] == NOTHING for rule in allowed["CorsRules"])
    assert {name: rule["AllowedOrigins"] for name, rule in rules.items()} == {
        "HasAllowedOrigins": {"Ref": "AllowedOrigins"},
        "HasWebPage": [sub("https://${RestApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}")],
    }
    assert all(rule["AllowedMethods"] == ["PUT"] for rule in rules.values())
    assert "CorsConfiguration" not in properties("ArchiveBucket")


def test_archive_moves_to_the_storage_class_of_the_parameter() -> None:
    """Archived originals move to a storage class after some days, both by parameter, or do not move; renditions stay."""
    (rule,) = (rule for rule in properties("ArchiveBucket")["LifecycleConfiguration"]["Rules"] if "Fn::If" in rule)
    condition, move, otherwise = rule["Fn::If"]
    assert (condition, otherwise) == ("ArchiveMoves", NOTHING)
    assert move["Status"] == "Enabled"
    assert not {"Prefix", "ObjectSizeLessThan"} & move.keys()
    assert move["TagFilters"] == [{"Key": key, "Value": value} for key, value in MOVED.items()]
    assert move["ObjectSizeGreaterThan"] == str(SMALLEST_MOVED - 1)  # as S3 itself has it by default
    assert move["Transitions"] == [
        {"StorageClass": {"Ref": "ArchiveStorageClass"}, "TransitionInDays": {"Ref": "ArchiveTransitionDays"}}
    ]
    assert template()["Conditions"]["ArchiveMoves"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "ArchiveStorageClass"}, "STANDARD"]}]
    }


@pytest.mark.parametrize("bucket", BUCKETS)
def test_accesses_are_logged_if_a_bucket_is_given(bucket: str) -> None:
    """With AccessLogBucket, S3 logs accesses there, under the names of stack and bucket."""
    condition, logging, otherwise = properties(bucket)["LoggingConfiguration"]["Fn::If"]
    assert (condition, otherwise) == ("HasAccessLogBucket", NOTHING)
    assert logging["DestinationBucketName"] == {"Ref": "AccessLogBucket"}
    assert logging["LogFilePrefix"] == {"Fn::Sub": f"${{AWS::StackName}}/{bucket}/"}


def test_open_records_have_an_index_unless_it_is_left_for_later() -> None:
    """The index and its attributes are under one condition, which is false for the first of two updates; the sweep gets the parameter."""
    table = properties("MetadataTable")
    *_, index = table["GlobalSecondaryIndexes"]
    condition, found, otherwise = index["Fn::If"]
    assert (condition, otherwise) == ("HasSweepIndex", NOTHING)
    assert [key["AttributeName"] for key in found["KeySchema"]] == list(KEYS)
    assert found["Projection"] == {"ProjectionType": "KEYS_ONLY"}  # so that no other write of a record writes to it
    conditional = [one["Fn::If"] for one in table["AttributeDefinitions"] if "Fn::If" in one]
    assert [(name, one["AttributeName"], other) for name, one, other in conditional] == [
        (condition, key, NOTHING) for key in KEYS
    ]
    assert at(properties("SweepFunction"), "Environment.Variables.SWEEP_INDEX") == {"Ref": "SweepIndex"}


def test_records_expire() -> None:
    """The table deletes a record at the time in the attribute that the contract of records names."""
    ttl = properties("MetadataTable")["TimeToLiveSpecification"]
    assert ttl["Enabled"] is True
    assert ttl["AttributeName"] in contracts.schema("metadata-record")["properties"]


def test_users_and_records_have_deletion_protection() -> None:
    """Table and user pool have deletion protection."""
    assert properties("MetadataTable")["DeletionProtectionEnabled"] is True
    assert properties("UserPool")["DeletionProtection"] == "ACTIVE"


def test_table_is_encrypted_and_has_point_in_time_recovery() -> None:
    """Records are encrypted at rest, and can be restored to any second of the last weeks."""
    table = properties("MetadataTable")
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_table_is_keyed_by_image() -> None:
    """The key of a record is its image's id, and capacity is on demand."""
    table = properties("MetadataTable")
    assert table["KeySchema"] == [{"AttributeName": "imageId", "KeyType": "HASH"}]
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_index_holds_what_a_list_shows() -> None:
    """The records of an owner are found by owner and time, with all attributes of the contract that a list is made of."""
    index, _ = properties("MetadataTable")["GlobalSecondaryIndexes"]
    assert [(one["AttributeName"], one["KeyType"]) for one in index["KeySchema"]] == [
        ("owner", "HASH"),
        ("createdAt", "RANGE"),
    ]
    assert index["Projection"]["ProjectionType"] == "INCLUDE"
    assert set(index["Projection"]["NonKeyAttributes"]) < contracts.schema("metadata-record")["properties"].keys()
