"""The AWS clients, each made at its first use and kept for the life of the process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.config import Config
    from botocore.credentials import Credentials
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

# A call to a service that does not answer ends before the function's own time limit, so that the function reports the error
# by its name: 3 attempts of 8 seconds, and up to 3 seconds between them, are less than 30 seconds.
CONNECT_TIMEOUT = 2  # seconds
READ_TIMEOUT = 6  # seconds
ATTEMPTS = 3  # of one call


# URLs name the bucket's own regional host, so that no browser is redirected.
S3_HOST = {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}


@cache
def s3() -> S3Client:
    """Return the S3 client, which signs URLs at the current time."""
    import boto3

    return boto3.client("s3", config=_config(signature_version="s3v4", s3=S3_HOST))


@cache
def s3_unsigned() -> S3Client:
    """Return an S3 client that signs nothing, for URLs that are signed at another time than now."""
    import boto3
    from botocore import UNSIGNED

    return boto3.client("s3", config=_config(signature_version=UNSIGNED, s3=S3_HOST))


@cache
def s3_address(bucket: str) -> str:
    """Return the URL of a bucket, without a slash at its end."""
    url = s3_unsigned().generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "key"})
    return url.rpartition("/key")[0]


@cache
def credentials() -> Credentials:
    """Return the credentials of the clients; raises NoCredentialsError if there are none."""
    import boto3
    from botocore.exceptions import NoCredentialsError

    session = boto3.DEFAULT_SESSION or boto3.Session()  # the first client has created the default session
    found = session.get_credentials()
    if found is None:
        raise NoCredentialsError
    return found


@cache
def dynamodb() -> DynamoDBClient:
    """Return the DynamoDB client."""
    import boto3

    return boto3.client("dynamodb", config=_config())


@cache
def sns() -> SNSClient:
    """Return the SNS client."""
    import boto3

    return boto3.client("sns", config=_config())


@cache
def sqs() -> SQSClient:
    """Return the SQS client."""
    import boto3

    return boto3.client("sqs", config=_config())


@cache
def stepfunctions() -> SFNClient:
    """Return the Step Functions client."""
    import boto3

    return boto3.client("stepfunctions", config=_config())


def _config(**extra: object) -> Config:
    from botocore.config import Config

    return Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        # Otherwise the SDK signs a checksum header of its own into every upload URL.
        request_checksum_calculation="when_required",
        **extra,  # type: ignore[arg-type]
    )
