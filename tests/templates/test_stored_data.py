"""Buckets, table and user pool: encrypted, closed to the public, and not lost by a mistake."""

from typing import Any

import pytest

from lambdas.storage import STAGED, UPLOADS
from tests.templates.emitted import Node, at, properties, resources

BUCKETS = ["UploadBucket", "ArchiveBucket"]


def _rules(bucket: str) -> list[Node]:
    rules: list[Node] = properties(bucket)["LifecycleConfiguration"]["Rules"]
    assert all(rule["Status"] == "Enabled" for rule in rules)
    return rules


def _expiry(prefix: str) -> Any:
    """Return after how many days what is below a prefix of the upload bucket goes."""
    (days,) = (rule["ExpirationInDays"] for rule in _rules("UploadBucket") if rule.get("Prefix") == prefix)
    return days


@pytest.mark.parametrize("name", [*BUCKETS, "MetadataTable", "UserPool"])
def test_data_outlives_the_stack(name: str) -> None:
    """Deleting or replacing the stack's resource leaves pictures, records and users where they are."""
    entry = resources()[name]
    assert (entry["DeletionPolicy"], entry["UpdateReplacePolicy"]) == ("Retain", "Retain")


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
    return [rule for rule in _rules(bucket) if "Prefix" not in rule]


def test_staged_renditions_go_soon() -> None:
    """What an execution staged and never archived is gone long before the upload is."""
    assert _expiry(STAGED) == 1


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
    (rule,) = properties("UploadBucket")["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["PUT"]
    assert "CorsConfiguration" not in properties("ArchiveBucket")


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
