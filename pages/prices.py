"""What AWS asks for, in dollars: on demand, in us-east-1, the first tier, without any free allowance."""

from dataclasses import dataclass
from typing import Final

MILLION: Final = 1_000_000


@dataclass(frozen=True)
class Price:
    """A published price."""

    service: str
    unit: str  # what is counted
    dollars: float
    per: int  # units that dollars are for
    page: str  # below https://aws.amazon.com/
    as_of: str  # the year, or year and month, of the newest dated statement of the price that was found

    @property
    def each(self) -> float:
        """Dollars for one unit."""
        return self.dollars / self.per


LAMBDA_REQUEST = Price("Lambda", "invocations", 0.20, MILLION, "lambda", "2024")
LAMBDA_COMPUTE = Price("Lambda", "GB-seconds, x86", 16.6667, MILLION, "lambda", "2024")
STATE_TRANSITION = Price("Step Functions", "state transitions, STANDARD", 0.025, 1000, "step-functions", "2026-03")
EXPRESS_EXECUTION = Price("Step Functions", "executions, EXPRESS", 1.00, MILLION, "step-functions", "2026-03")
EXPRESS_COMPUTE = Price("Step Functions", "GB-seconds, EXPRESS", 16.67, MILLION, "step-functions", "2026-03")
S3_WRITE = Price("S3", "requests PUT, COPY, POST, LIST", 0.005, 1000, "s3", "2025")
S3_READ = Price("S3", "requests GET, HEAD", 0.0004, 1000, "s3", "2025")
DYNAMODB_WRITE = Price("DynamoDB", "write request units", 0.625, MILLION, "dynamodb", "2025-07")
DYNAMODB_READ = Price("DynamoDB", "read request units", 0.125, MILLION, "dynamodb", "2025")
API_REQUEST = Price("API Gateway", "requests, REST", 3.50, MILLION, "api-gateway", "2026")
EVENTBRIDGE_EVENT = Price("EventBridge", "opt-in events, such as S3's", 1.00, MILLION, "eventbridge", "2025")
SQS_REQUEST = Price("SQS", "requests", 0.40, MILLION, "sqs", "2026-03")
SNS_PUBLISH = Price("SNS", "notifications published", 0.50, MILLION, "sns", "2026")
LOG_INGESTION = Price("CloudWatch Logs", "GB taken in", 0.50, 1, "cloudwatch", "2026-06")
XRAY_TRACE = Price("X-Ray", "traces recorded", 5.00, MILLION, "xray", "2025")
ALARM_METRIC = Price("CloudWatch", "metrics of alarms, a month", 0.10, 1, "cloudwatch", "2025")
DASHBOARD = Price("CloudWatch", "dashboards, a month", 3.00, 1, "cloudwatch", "2026-06")
CUSTOM_METRIC = Price("CloudWatch", "custom metrics, a month", 0.30, 1, "cloudwatch", "2026-02")
KMS_KEY = Price("KMS", "keys, a month", 1.00, 1, "kms", "2026-06")
KMS_REQUEST = Price("KMS", "requests", 0.03, 10_000, "kms", "2026-06")


@dataclass(frozen=True)
class StorageClass:
    """What it costs to keep pictures in a class of S3, as its page said in 2025."""

    kept: float  # dollars a GB and month
    moved: float  # dollars for 1,000 objects that the lifecycle moves there
    remark: str


# By the name that CloudFormation has for the class.
STORAGE_CLASSES: Final = {
    "STANDARD": StorageClass(0.023, 0, "where everything begins"),
    "INTELLIGENT_TIERING": StorageClass(
        0.023, 0.01, "0.0125 once 30 days unread, 0.004 once 90; and 0.0025 a month for 1,000 objects watched"
    ),
    "STANDARD_IA": StorageClass(0.0125, 0.01, "0.01 a GB to read; at least 30 days"),
    "GLACIER_IR": StorageClass(0.004, 0.02, "0.03 a GB to read; at least 90 days"),
    "GLACIER": StorageClass(0.0036, 0.03, "hours to read; at least 90 days; 40 KB more an object"),
    "DEEP_ARCHIVE": StorageClass(0.00099, 0.05, "12 hours or more to read; at least 180 days; 40 KB more an object"),
}
