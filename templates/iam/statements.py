"""The statements that several functions have, restricted to key prefixes wherever S3 can restrict them."""

import awacs.dynamodb
import awacs.s3
from awacs.aws import Action, Condition, Null, Statement, StringLike
from troposphere import GetAtt, Sub, s3

from lambdas.domain.object_keys import STAGED, UPLOADS
from templates.iam.policies import allow, object_arns
from templates.resources.storage import Storage

OF_ONE_IMAGE = "?*/?*/"  # the prefix of what is archived of an image: the IDs of owner and image


def read_uploads() -> Statement:
    """Return the statement for reading the version of an upload that a step works on."""
    return allow("read the upload", [awacs.s3.GetObjectVersion], object_arns("UploadBucket", UPLOADS))


def read_originals() -> Statement:
    """Return the statement for reading archived originals, from which renditions are made anew."""
    originals = Sub(f"${{ArchiveBucket.Arn}}/{OF_ONE_IMAGE}?*/original.*")
    return allow("read the archived original", [awacs.s3.GetObject], originals)


def sign_uploads() -> Statement:
    """Return the statement for signing uploads of new objects: a URL allows what its signer may do, and replaces nothing."""
    new = Condition(Null("s3:if-none-match", False))
    return allow("sign uploads", [awacs.s3.PutObject], object_arns("UploadBucket", UPLOADS), Condition=new)


def stage_renditions() -> Statement:
    """Return the statement for writing staged renditions, and for removing superseded ones."""
    return allow("stage renditions", [awacs.s3.PutObject, awacs.s3.DeleteObject], object_arns("UploadBucket", STAGED))


def keep_record(storage: Storage, *more: Action) -> Statement:
    """Return the statement for updating existing records, with more actions if there are any."""
    return allow("write the record", [awacs.dynamodb.UpdateItem, *more], GetAtt(storage.table, "Arn"))


def learn_of_deletion(storage: Storage) -> Statement:
    """Return the statement for learning that the image of a step that failed was deleted."""
    return allow("learn that the image was deleted", [awacs.dynamodb.GetItem], GetAtt(storage.table, "Arn"))


def index_arn(storage: Storage, name: str) -> Sub:
    """Return the ARN of an index of the table."""
    return Sub(f"${{{storage.table.title}.Arn}}/index/{name}")


def list_versions(storage: Storage) -> Statement:
    """Return the statement for listing the versions of an upload."""
    return _list("find the newest version", awacs.s3.ListBucketVersions, storage.upload_bucket, UPLOADS)


def list_all_versions(storage: Storage) -> list[Statement]:
    """Return the statements for listing every version of what belongs to one image, in both buckets."""
    action = awacs.s3.ListBucketVersions
    return [
        _list("find every version", action, storage.upload_bucket, UPLOADS, STAGED),
        _list("find every archived version", action, storage.archive_bucket, OF_ONE_IMAGE),
    ]


def list_staged(storage: Storage) -> Statement:
    """Return the statement for listing staged renditions."""
    return _list("find what is staged", awacs.s3.ListBucket, storage.upload_bucket, STAGED)


def list_archive(storage: Storage) -> Statement:
    """Return the statement for listing what is archived of one image: keys begin with the IDs of owner and image."""
    return _list("find what is archived", awacs.s3.ListBucket, storage.archive_bucket, OF_ONE_IMAGE)


def _list(purpose: str, action: Action, bucket: s3.Bucket, *prefixes: str) -> Statement:
    patterns = [f"{prefix}*" for prefix in prefixes]
    condition = Condition(StringLike("s3:prefix", patterns if len(patterns) > 1 else patterns[0]))
    return allow(purpose, [action], GetAtt(bucket, "Arn"), Condition=condition)
