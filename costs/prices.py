"""Prices of AWS in dollars: on demand, us-east-1, first tier, without free tier."""

from dataclasses import dataclass
from typing import Final

MILLION: Final = 1_000_000


@dataclass(frozen=True)
class Price:
    """A published price."""

    service: str
    unit: str  # that is billed
    dollars: float
    per: int  # units for these dollars
    page: str  # below https://aws.amazon.com/
    as_of: str  # year, or year and month, of the newest dated source of the price

    @property
    def each(self) -> float:
        """Dollars per unit."""
        return self.dollars / self.per


LAMBDA_REQUEST = Price("Lambda", "invocations", 0.20, MILLION, "lambda", "2024")
LAMBDA_COMPUTE = Price("Lambda", "GB-seconds, x86", 16.6667, MILLION, "lambda", "2024")
STATE_TRANSITION = Price("Step Functions", "state transitions, STANDARD", 0.025, 1000, "step-functions", "2026-03")
EXPRESS_EXECUTION = Price("Step Functions", "executions, EXPRESS", 1.00, MILLION, "step-functions", "2026-03")
EXPRESS_COMPUTE = Price("Step Functions", "GB-seconds, EXPRESS", 16.67, MILLION, "step-functions", "2026-03")
S3_WRITE = Price("S3", "requests PUT, COPY, POST, LIST", 0.005, 1000, "s3", "2025")
S3_READ = Price("S3", "requests GET, HEAD", 0.0004, 1000, "s3", "2025")
S3_INVENTORY = Price("S3", "objects listed in inventories", 0.0025, MILLION, "s3", "2025")
DYNAMODB_WRITE = Price("DynamoDB", "write request units", 0.625, MILLION, "dynamodb", "2025-07")
DYNAMODB_READ = Price("DynamoDB", "read request units", 0.125, MILLION, "dynamodb", "2025")
API_REQUEST = Price("API Gateway", "requests, REST", 3.50, MILLION, "api-gateway", "2026")
EVENTBRIDGE_EVENT = Price("EventBridge", "opt-in events, such as S3's", 1.00, MILLION, "eventbridge", "2025")
SQS_REQUEST = Price("SQS", "requests", 0.40, MILLION, "sqs", "2026-03")
SNS_PUBLISH = Price("SNS", "notifications published", 0.50, MILLION, "sns", "2026")
LOG_INGESTION = Price("CloudWatch Logs", "GB ingested", 0.50, 1, "cloudwatch", "2026-06")
XRAY_TRACE = Price("X-Ray", "traces recorded", 5.00, MILLION, "xray", "2025")
ALARM_METRIC = Price("CloudWatch", "alarm metrics, a month", 0.10, 1, "cloudwatch", "2025")
DASHBOARD = Price("CloudWatch", "dashboards, a month", 3.00, 1, "cloudwatch", "2026-06")
CUSTOM_METRIC = Price("CloudWatch", "custom metrics, a month", 0.30, 1, "cloudwatch", "2026-02")
KMS_KEY = Price("KMS", "keys, a month", 1.00, 1, "kms", "2026-06")
KMS_REQUEST = Price("KMS", "requests", 0.03, 10_000, "kms", "2026-06")


@dataclass(frozen=True)
class StorageClass:
    """The prices of a storage class of S3, as of 2025."""

    kept: float  # dollars per GB and month
    moved: float  # dollars for 1,000 lifecycle transitions
    remark: str


# By the name of the class in CloudFormation.
STORAGE_CLASSES: Final = {
    "STANDARD": StorageClass(0.023, 0, "the class of new objects"),
    "INTELLIGENT_TIERING": StorageClass(
        0.023,
        0.01,
        "0.0125 after 30 days without access, 0.004 after 90; and 0.0025 a month for monitoring 1,000 objects",
    ),
    "STANDARD_IA": StorageClass(0.0125, 0.01, "0.01 per GB read; minimum 30 days"),
    "GLACIER_IR": StorageClass(0.004, 0.02, "0.03 per GB read; minimum 90 days"),
    "GLACIER": StorageClass(0.0036, 0.03, "hours to restore; minimum 90 days; 40 KB of overhead per object"),
    "DEEP_ARCHIVE": StorageClass(
        0.00099, 0.05, "12 hours or more to restore; minimum 180 days; 40 KB of overhead per object"
    ),
}
