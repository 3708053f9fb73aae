"""The metrics that CloudWatch has for the stack's resources: dimensions and fitting statistic, as AWS documents them.

A metric with another name or other dimensions has no data, and an alarm on it never fires.
"""

from typing import Any, NamedTuple

from lambdas.runtime.metrics import (
    EXECUTIONS_FINALIZED,
    EXECUTIONS_RESTARTED,
    EXECUTIONS_STARTED,
    FALLBACK_DECODERS,
    IMAGES_DELETED,
    IMAGES_IMPORTED,
    IMAGES_REJECTED,
    IMPORTS_SKIPPED,
    NAMESPACE,
    NOTIFICATIONS_RECOVERED,
    OBJECTS_REMOVED,
    SANDBOX_LAYERS_MISSING,
    SANDBOX_VIOLATIONS,
    SERVICE,
    STALE_ATTEMPTS,
    STEP,
    STEP_ERRORS,
    STEP_REJECTIONS,
    UPLOAD_URLS_ISSUED,
    UPLOAD_URLS_LIMITED,
    UPLOAD_URLS_REFUSED,
)

API, SQS, STATES, LAMBDA = "AWS/ApiGateway", "AWS/SQS", "AWS/States", "AWS/Lambda"
OF_THE_STACK = (
    UPLOAD_URLS_ISSUED,
    UPLOAD_URLS_LIMITED,
    UPLOAD_URLS_REFUSED,
    EXECUTIONS_STARTED,
    EXECUTIONS_FINALIZED,
    EXECUTIONS_RESTARTED,
    NOTIFICATIONS_RECOVERED,
    OBJECTS_REMOVED,
    IMAGES_REJECTED,
    IMAGES_DELETED,
    IMAGES_IMPORTED,
    IMPORTS_SKIPPED,
    FALLBACK_DECODERS,
    SANDBOX_LAYERS_MISSING,
    SANDBOX_VIOLATIONS,
)
ENDS = ("ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")

# The dimensions and the statistic of each metric, by namespace and name. Counts of events are summed; of measurements, such
# as the length of a queue, the worst value counts, since an average hides it.
PUBLISHED: dict[tuple[str, str], tuple[set[str], str]] = {
    **dict.fromkeys([(API, name) for name in ("Count", "4XXError", "5XXError")], ({"ApiName", "Stage"}, "Sum")),
    (SQS, "ApproximateNumberOfMessagesVisible"): ({"QueueName"}, "Maximum"),
    (SQS, "ApproximateAgeOfOldestMessage"): ({"QueueName"}, "Maximum"),
    **dict.fromkeys([(STATES, name) for name in (*ENDS, "ExecutionThrottled")], ({"StateMachineArn"}, "Sum")),
    **dict.fromkeys([(LAMBDA, name) for name in ("Errors", "Invocations", "Throttles")], ({"FunctionName"}, "Sum")),
    (LAMBDA, "Duration"): ({"FunctionName"}, "p90"),
    **dict.fromkeys([(NAMESPACE, name) for name in OF_THE_STACK], ({SERVICE}, "Sum")),
    **dict.fromkeys(
        [(NAMESPACE, name) for name in (STEP_ERRORS, STEP_REJECTIONS, STALE_ATTEMPTS)], ({SERVICE, STEP}, "Sum")
    ),
}


class Watched(NamedTuple):
    """A metric in an alarm or a chart of the template."""

    namespace: str
    name: str
    dimensions: dict[str, Any]
    statistic: str

    @property
    def is_published(self) -> bool:
        """Return whether CloudWatch has such a metric, and whether the statistic fits it."""
        return PUBLISHED.get((self.namespace, self.name)) == (set(self.dimensions), self.statistic)
