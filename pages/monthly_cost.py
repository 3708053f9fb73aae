"""What the stack uses of AWS in a month, counted from the template: with no picture at all, and by its sweeps."""

import json
import math
from typing import Any, Final

from lambdas.runtime import metrics
from pages import prices
from pages.prices import Price
from pages.usage import resources
from pages.workload_profile import CALL_SECONDS, IMAGES_PER_MONTH, SWEEP, SWEEP_DAYS
from workflow.steps import STEPS

Node = dict[str, Any]

ALARM: Final = "AWS::CloudWatch::Alarm"

DAYS: Final = 30
MONTH: Final = DAYS * 24 * 3600  # seconds
POLLERS: Final = 5  # with which Lambda waits at a queue
DATA_KEY_SECONDS: Final = 300  # seconds that a service goes on with a data key
METHOD_METRICS: Final = 5  # that API Gateway tells of a method: requests, 4xx, 5xx and two latencies
PAGE, BATCH = 1000, 100  # entries that S3 lists at once, records that DynamoDB gives at once
EVENTUAL_READ_UNITS: Final = 0.5  # read units of a record of up to 4 KB that may be a moment old


def monthly_usage(template: Node) -> dict[str, tuple[Price, float]]:
    """Return what is paid for each month without a single picture, or at most with any number of them, by what it is.

    What the sweeps take goes by the pictures that they look at: those of PICTURES a month, all of which succeeded.
    """
    queue = resources(template, "AWS::SQS::Queue")["ProcessingQueue"]
    api = resources(template, "AWS::ApiGateway::Stage")["RestApiStage"]["MethodSettings"]
    detailed = any(setting["MetricsEnabled"] for setting in api)
    methods = len(resources(template, "AWS::ApiGateway::Method"))
    return {
        "alarms, by the metrics that they watch": (
            prices.ALARM_METRIC,
            sum(map(_alarm_metrics, resources(template, ALARM).values())),
        ),
        "the dashboard": (prices.DASHBOARD, len(resources(template, "AWS::CloudWatch::Dashboard"))),
        "the functions' own metrics, at most": (prices.CUSTOM_METRIC, len(custom_metrics())),
        "the API's metrics by method, at most": (prices.CUSTOM_METRIC, METHOD_METRICS * methods if detailed else 0),
        "the key of the operations topic, before it is rotated": (
            prices.KMS_KEY,
            len(resources(template, "AWS::KMS::Key")),
        ),
        "use of AWS's keys by table and topic, at most": (prices.KMS_REQUEST, _key_uses(template)),
        "waiting at the queue": (prices.SQS_REQUEST, POLLERS * MONTH / queue["ReceiveMessageWaitTimeSeconds"]),
        **_sweeps(template),
    }


def custom_metrics() -> list[tuple[str, str]]:
    """Return each metric that the functions count: its name, and its step if it is one of a step."""
    plain = [
        metrics.UPLOAD_URLS_ISSUED,
        metrics.UPLOAD_URLS_REFUSED,
        metrics.EXECUTIONS_STARTED,
        metrics.DUPLICATE_EVENTS,
    ]
    plain += [
        metrics.EXECUTIONS_FINALIZED,
        metrics.EXECUTIONS_RESTARTED,
        metrics.NOTIFICATIONS_RECOVERED,
        metrics.OBJECTS_REMOVED,
        metrics.CONFLICTS,
    ]
    plain += [metrics.IMAGES_REJECTED, metrics.FALLBACK_DECODERS]
    counts = (metrics.STEP_ERRORS, metrics.STEP_REJECTIONS, metrics.STALE_ATTEMPTS)
    by_step = [(name, step.state) for name in counts for step in STEPS]
    return [*((name, "") for name in plain), *by_step]


def _sweeps(template: Node) -> dict[str, tuple[Price, float]]:
    """Return what the sweeps of a month take, one a day for everything and the others for what is young."""
    sweeps = MONTH / 60 / template["Parameters"]["SweepMinutes"]["Default"]
    pages = math.ceil(_listed_versions(template) / PAGE)
    records = _images(SWEEP_DAYS)
    batches = math.ceil(records / BATCH)
    memory = resources(template, "AWS::Lambda::Function")["SweepFunction"]["MemorySize"] / 1024
    seconds = (
        SWEEP.alone + pages * (SWEEP.page / memory + CALL_SECONDS) + batches * (SWEEP.batch / memory + CALL_SECONDS)
    )
    return {
        "the sweeps' listings": (prices.S3_WRITE, (sweeps + DAYS) * (pages + 1)),
        "the records that they read": (
            prices.DYNAMODB_READ,
            (sweeps * records + DAYS * _checked_images(template)) * EVENTUAL_READ_UNITS,
        ),
        "the time that they take": (prices.LAMBDA_COMPUTE, (sweeps + DAYS) * seconds * memory),
    }


def _listed_versions(template: Node) -> float:
    """Return how many entries S3 lists: each upload while it is kept, then its old version and a mark that it is gone."""
    current, old = _days(template)
    return _images(current + 2 * old)


def _checked_images(template: Node) -> float:
    """Return how many pictures the daily sweep looks at: each that has a version, as long as records are kept."""
    retention = template["Parameters"]["RecordRetentionDays"]["Default"]
    return _images(min(retention, sum(_days(template))))


def _days(template: Node) -> tuple[int, int]:
    """Return for how many days an upload is kept, and for how many more its old version."""
    rules = resources(template, "AWS::S3::Bucket")["UploadBucket"]["LifecycleConfiguration"]["Rules"]
    (old,) = (rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in rules if rule["Id"] == "tidy")
    return template["Parameters"]["UploadRetentionDays"]["Default"], old


def _images(days: float) -> float:
    return IMAGES_PER_MONTH / DAYS * days


def _alarm_metrics(alarm: Node) -> int:
    """Return how many metrics alarm watches: one, or those that its expression takes together."""
    return sum("MetricStat" in query for query in alarm.get("Metrics", [])) or 1


def _key_uses(template: Node) -> float:
    """Return the requests for data keys in a month: one for a role that writes the table, two for one that publishes."""
    roles = [json.dumps(role) for role in resources(template, "AWS::IAM::Role").values()]
    writers = sum("dynamodb:UpdateItem" in role for role in roles)
    publishers = sum("sns:Publish" in role for role in roles)
    return (writers + 2 * publishers) * MONTH / DATA_KEY_SECONDS
