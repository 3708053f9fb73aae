"""What more than one function may do, stated once: on the keys that it is for, wherever S3 lets keys be told apart."""

import awacs.dynamodb
import awacs.s3
from awacs.aws import Action, Condition, Statement, StringLike
from troposphere import GetAtt, s3

from lambdas.domain.object_keys import STAGED, UPLOADS
from templates.iam.policies import allow, object_arns
from templates.resources.storage import Storage


def read_uploads() -> Statement:
    """Return the statement that lets a step read the version that it works on."""
    return allow("read the uploaded picture", [awacs.s3.GetObjectVersion], object_arns("UploadBucket", UPLOADS))


def stage_renditions() -> Statement:
    """Return the statement that lets a step put renditions where they wait, and take back those of no use."""
    return allow("stage renditions", [awacs.s3.PutObject, awacs.s3.DeleteObject], object_arns("UploadBucket", STAGED))


def keep_record(storage: Storage, *more: Action) -> Statement:
    """Return the statement that lets a function write into records that are there, and do more to them."""
    return allow("keep the record", [awacs.dynamodb.UpdateItem, *more], GetAtt(storage.table, "Arn"))


def list_versions(storage: Storage) -> Statement:
    """Return the statement that lets a function see which versions of an upload there are."""
    return _list("tell the newest version", awacs.s3.ListBucketVersions, storage.upload_bucket, UPLOADS)


def list_staged(storage: Storage) -> Statement:
    """Return the statement that lets a function see what is staged."""
    return _list("find what is staged", awacs.s3.ListBucket, storage.upload_bucket, STAGED)


def _list(purpose: str, action: Action, bucket: s3.Bucket, prefix: str) -> Statement:
    condition = Condition(StringLike("s3:prefix", f"{prefix}*"))
    return allow(purpose, [action], GetAtt(bucket, "Arn"), Condition=condition)
