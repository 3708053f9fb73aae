"""The units that the stack uses in a month without any image, and by its sweeps and audits, counted from the template."""

import json
from typing import Any, Final

from costs import prices
from costs.audit_usage import audit_usage
from costs.prices import Price
from costs.usage import resources
from costs.workload_profile import CALL_SECONDS, IMAGES_PER_MONTH, LOOKS_SHARE, SWEEP
from lambdas.domain.open_records import QUERIES
from lambdas.runtime import metrics
from workflow.steps import STEPS

Node = dict[str, Any]

ALARM: Final = "AWS::CloudWatch::Alarm"

DAYS: Final = 30
MONTH: Final = DAYS * 24 * 3600  # seconds
POLLERS: Final = 5  # of Lambda at a queue
DATA_KEY_SECONDS: Final = 300  # for which a service caches a data key
METHOD_METRICS: Final = 5  # that API Gateway publishes for a method: requests, 4xx, 5xx and two latencies
CALLS_OF_LOOK: Final = (
    4  # of a sweep that looks at one image: versions, leftovers or execution, and the write of the record
)
WRITES_OF_LOOK: Final = 3  # units: of the record, and of its entry in the index, which is deleted and put
EVENTUAL_READ_UNITS: Final = 0.5  # for an eventually consistent read of up to 4 KB


def monthly_usage(template: Node) -> dict[str, tuple[Price, float]]:
    """Return price and units of each monthly item, without any image or, where it says so, at most.

    The usage of sweeps and audits depends on the number of images: IMAGES_PER_MONTH, most of which succeeded.
    """
    queue = resources(template, "AWS::SQS::Queue")["ProcessingQueue"]
    api = resources(template, "AWS::ApiGateway::Stage")["RestApiStage"]["MethodSettings"]
    detailed = any(setting["MetricsEnabled"] for setting in api)
    methods = len(resources(template, "AWS::ApiGateway::Method"))
    return {
        "alarms, by their metrics": (
            prices.ALARM_METRIC,
            sum(map(_alarm_metrics, resources(template, ALARM).values())),
        ),
        "dashboard": (prices.DASHBOARD, len(resources(template, "AWS::CloudWatch::Dashboard"))),
        "custom metrics of the functions, at most": (prices.CUSTOM_METRIC, len(custom_metrics())),
        "metrics of the API by method, at most": (prices.CUSTOM_METRIC, METHOD_METRICS * methods if detailed else 0),
        "key of the operations topic, before its rotation": (
            prices.KMS_KEY,
            len(resources(template, "AWS::KMS::Key")),
        ),
        "requests to AWS managed keys by table and topic, at most": (prices.KMS_REQUEST, _key_uses(template)),
        "polling of the queue": (prices.SQS_REQUEST, POLLERS * MONTH / queue["ReceiveMessageWaitTimeSeconds"]),
        **_sweeps(template),
        **_audits(template),
    }


def custom_metrics() -> list[tuple[str, str]]:
    """Return the name of each custom metric, with its step or an empty text."""
    plain = [
        metrics.UPLOAD_URLS_ISSUED,
        metrics.UPLOAD_URLS_REFUSED,
        metrics.UPLOAD_URLS_LIMITED,
        metrics.EXECUTIONS_STARTED,
        metrics.DUPLICATE_EVENTS,
        metrics.IMAGES_IMPORTED,
        metrics.IMPORTS_SKIPPED,
    ]
    plain += [
        metrics.EXECUTIONS_FINALIZED,
        metrics.EXECUTIONS_RESTARTED,
        metrics.NOTIFICATIONS_RECOVERED,
        metrics.OBJECTS_REMOVED,
        metrics.CONFLICTS,
    ]
    plain += [metrics.IMAGES_REJECTED, metrics.FALLBACK_DECODERS]
    plain += [metrics.SANDBOX_VIOLATIONS, metrics.SANDBOX_LAYERS_MISSING]
    counts = (metrics.STEP_ERRORS, metrics.STEP_REJECTIONS, metrics.STALE_ATTEMPTS)
    by_step = [(name, step.state) for name in counts for step in STEPS]
    return [*((name, "") for name in plain), *by_step]


def _sweeps(template: Node) -> dict[str, tuple[Price, float]]:
    """Return the usage of a month's sweeps, which read the index."""
    sweeps = MONTH / 60 / template["Parameters"]["SweepMinutes"]["Default"]
    looks = IMAGES_PER_MONTH * LOOKS_SHARE
    queries = sweeps * QUERIES
    memory = resources(template, "AWS::Lambda::Function")["SweepFunction"]["MemorySize"] / 1024
    seconds = sweeps * SWEEP.alone + (queries + looks * CALLS_OF_LOOK) * CALL_SECONDS
    return {
        "sweeps: listings": (prices.S3_WRITE, sweeps + 2 * looks),
        "sweeps: reads of records": (prices.DYNAMODB_READ, (queries + looks) * EVENTUAL_READ_UNITS),
        "sweeps: writes of records": (prices.DYNAMODB_WRITE, looks * WRITES_OF_LOOK),
        "sweeps: GB-seconds": (prices.LAMBDA_COMPUTE, seconds * memory),
    }


def _audits(template: Node) -> dict[str, tuple[Price, float]]:
    """Return the usage of a month's audits: each of all uploads that are kept, of their old versions and delete markers."""
    current, old = _days(template)
    used = audit_usage(template, versions=_images(current + old), markers=_images(old))
    return {f"audits: {price.unit}": (price, DAYS * units) for price, units in used.items()}


def _days(template: Node) -> tuple[int, int]:
    """Return the days that an upload is kept, and those that its old version is kept after that."""
    rules = resources(template, "AWS::S3::Bucket")["UploadBucket"]["LifecycleConfiguration"]["Rules"]
    (old,) = (rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in rules if rule["Id"] == "tidy")
    return template["Parameters"]["UploadRetentionDays"]["Default"], old


def _images(days: float) -> float:
    return IMAGES_PER_MONTH / DAYS * days


def _alarm_metrics(alarm: Node) -> int:
    """Return the number of metrics of alarm: one, or those of its expression."""
    return sum("MetricStat" in query for query in alarm.get("Metrics", [])) or 1


def _key_uses(template: Node) -> float:
    """Return the requests for data keys in a month: one per role that writes the table, two per role that publishes."""
    roles = [json.dumps(role) for role in resources(template, "AWS::IAM::Role").values()]
    writers = sum("dynamodb:UpdateItem" in role for role in roles)
    publishers = sum("sns:Publish" in role for role in roles)
    return (writers + 2 * publishers) * MONTH / DATA_KEY_SECONDS
