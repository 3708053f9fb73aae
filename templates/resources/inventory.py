"""The daily inventory of the uploads: S3 lists every version, and writes the list into a bucket of its own.

A list has a row for each version and delete marker. S3 writes the data files, their manifest.json, which has the MD5 of each of
them, and then manifest.checksum, which has that of the manifest.
"""

import awacs.s3
from awacs.aws import ArnLike, Condition, Principal, Statement, StringEquals
from troposphere import GetAtt, Ref, s3

from lambdas.domain.object_keys import INVENTORIES, UPLOADS
from templates.iam.policies import allow, object_arns

INVENTORY_DAYS = 7  # for which an inventory is kept, and the results of its audit
# Of the keys, the beginnings of the owners' IDs: there is an inventory for each, and an audit of it. A Map reads 100 million rows: with
# more, the parts have to be shorter. Together they have to have every owner. S3 allows a bucket 1,000 inventories.
PARTS = ("",)
COLUMNS = ["Size", "LastModifiedDate"]  # besides bucket, key and, with all versions, what the version is


def inventories_of_uploads(destination: str) -> list[s3.InventoryConfiguration]:
    """Return the inventories that S3 writes to the bucket with the logical ID destination."""
    return [_inventory(destination, part) for part in PARTS]


def _inventory(destination: str, part: str) -> s3.InventoryConfiguration:
    """Return the inventory of a part of the uploads.

    It has all versions: only their IDs say which one a record is of. S3 encrypts it as the bucket does.
    """
    return s3.InventoryConfiguration(
        Id=f"uploads{part}",
        Enabled=True,
        Prefix=f"{UPLOADS}{part}",
        IncludedObjectVersions="All",
        OptionalFields=COLUMNS,
        ScheduleFrequency="Daily",
        Destination=s3.Destination(
            BucketArn=GetAtt(destination, "Arn"),
            BucketAccountId=Ref("AWS::AccountId"),
            Format="CSV",
            Prefix=INVENTORIES.rstrip("/"),  # S3 adds the slash; with one more, the manifest has keys that do not exist
        ),
    )


def write_inventories(uploads: s3.Bucket) -> Statement:
    """Return the statement that lets S3 write the inventories of one bucket, with the conditions that AWS documents."""
    source = Condition(
        [
            ArnLike("aws:SourceArn", GetAtt(uploads, "Arn")),
            StringEquals({"aws:SourceAccount": Ref("AWS::AccountId"), "s3:x-amz-acl": "bucket-owner-full-control"}),
        ]
    )
    objects = object_arns("InventoryBucket", INVENTORIES)
    writer = Principal("Service", "s3.amazonaws.com")
    return allow("write inventories", [awacs.s3.PutObject], objects, Principal=writer, Condition=source)
