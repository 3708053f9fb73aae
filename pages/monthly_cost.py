"""What the stack uses of AWS in a month, counted from the template: with no picture at all, and by its sweeps."""

import json
import math
from typing import Any, Final

from lambdas.runtime import metrics
from pages import prices
from pages.prices import Price
from pages.usage import resources
from pages.workload_profile import HORIZON, PICTURES, SWEEP, WAIT
from workflow.steps import STEPS

Node = dict[str, Any]

ALARM: Final = "AWS::CloudWatch::Alarm"

DAYS: Final = 30
MONTH: Final = DAYS * 24 * 3600  # seconds
POLLERS: Final = 5  # with which Lambda waits at a queue
KEY_KEPT: Final = 300  # seconds that a service goes on with a data key
METHOD_METRICS: Final = 5  # that API Gateway tells of a method: requests, 4xx, 5xx and two latencies
PAGE, BATCH = 1000, 100  # entries that S3 lists at once, records that DynamoDB gives at once
EVENTUALLY: Final = 0.5  # read units of a record of up to 4 KB that may be a moment old


def of_month(template: Node) -> dict[str, tuple[Price, float]]:
    """Return what is paid for each month without a single picture, or at most with any number of them, by what it is.

    What the sweeps take goes by the pictures that they look at: those of PICTURES a month, all of which succeeded.
    """
    queue = resources(template, "AWS::SQS::Queue")["ProcessingQueue"]
    api = resources(template, "AWS::ApiGateway::Stage")["RestApiStage"]["MethodSettings"]
    detailed = any(setting["MetricsEnabled"] for setting in api)
    methods = len(resources(template, "AWS::ApiGateway::Method"))
    return {
        "alarms, by the metrics that they watch": (
            prices.ALARM,
            sum(map(_watched, resources(template, ALARM).values())),
        ),
        "the dashboard": (prices.DASHBOARD, len(resources(template, "AWS::CloudWatch::Dashboard"))),
        "the functions' own metrics, at most": (prices.METRIC, len(own_metrics())),
        "the API's metrics by method, at most": (prices.METRIC, METHOD_METRICS * methods if detailed else 0),
        "the key of the operations topic, before it is rotated": (
            prices.KEY,
            len(resources(template, "AWS::KMS::Key")),
        ),
        "use of AWS's keys by table and topic, at most": (prices.KEY_USE, _key_uses(template)),
        "waiting at the queue": (prices.MESSAGING, POLLERS * MONTH / queue["ReceiveMessageWaitTimeSeconds"]),
        **_sweeping(template),
    }


def own_metrics() -> list[tuple[str, str]]:
    """Return each metric that the functions count: its name, and its step if it is one of a step."""
    plain = [metrics.GRANTED, metrics.REFUSED, metrics.STARTED, metrics.REPEATED]
    plain += [metrics.SETTLED, metrics.RESTARTED, metrics.TOLD, metrics.CLEARED, metrics.EXPECTED_RACES]
    plain += [metrics.IMAGES_REJECTED, metrics.FALLBACK_DECODERS]
    counts = (metrics.FAULTS, metrics.REJECTIONS, metrics.LATE)
    by_step = [(name, step.state) for name in counts for step in STEPS]
    return [*((name, "") for name in plain), *by_step]


def _sweeping(template: Node) -> dict[str, tuple[Price, float]]:
    """Return what the sweeps of a month take, one a day for everything and the others for what is young."""
    sweeps = MONTH / 60 / template["Parameters"]["SweepMinutes"]["Default"]
    pages = math.ceil(_kept(template) / PAGE)
    records = _pictures(HORIZON)
    batches = math.ceil(records / BATCH)
    memory = resources(template, "AWS::Lambda::Function")["SweepFunction"]["MemorySize"] / 1024
    seconds = SWEEP.alone + pages * (SWEEP.page / memory + WAIT) + batches * (SWEEP.batch / memory + WAIT)
    return {
        "the sweeps' listings": (prices.WRITING, (sweeps + DAYS) * (pages + 1)),
        "the records that they read": (prices.LOOKING, (sweeps * records + DAYS * _looked_at(template)) * EVENTUALLY),
        "the time that they take": (prices.COMPUTING, (sweeps + DAYS) * seconds * memory),
    }


def _kept(template: Node) -> float:
    """Return how many entries S3 lists: each upload while it is kept, then its old version and a mark that it is gone."""
    current, old = _days(template)
    return _pictures(current + 2 * old)


def _looked_at(template: Node) -> float:
    """Return how many pictures the daily sweep looks at: each that has a version, as long as records are kept."""
    retention = template["Parameters"]["RecordRetentionDays"]["Default"]
    return _pictures(min(retention, sum(_days(template))))


def _days(template: Node) -> tuple[int, int]:
    """Return for how many days an upload is kept, and for how many more its old version."""
    rules = resources(template, "AWS::S3::Bucket")["UploadBucket"]["LifecycleConfiguration"]["Rules"]
    (old,) = (rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in rules if rule["Id"] == "tidy")
    return template["Parameters"]["UploadRetentionDays"]["Default"], old


def _pictures(days: float) -> float:
    return PICTURES / DAYS * days


def _watched(alarm: Node) -> int:
    """Return how many metrics alarm watches: one, or those that its expression takes together."""
    return sum("MetricStat" in query for query in alarm.get("Metrics", [])) or 1


def _key_uses(template: Node) -> float:
    """Return the requests for data keys in a month: one for a role that writes the table, two for one that publishes."""
    roles = [json.dumps(role) for role in resources(template, "AWS::IAM::Role").values()]
    writers = sum("dynamodb:UpdateItem" in role for role in roles)
    publishers = sum("sns:Publish" in role for role in roles)
    return (writers + 2 * publishers) * MONTH / KEY_KEPT
