"""An alarm on an expression over several metrics can be created.

AWS: An alarm may watch the result of a metric math expression.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create-alarm-on-metric-math-expression.html

ministack: CloudFormation fails with "Properties.Metrics (metric math) is not supported".

Patched: The alarm is created on a metric that has no data, so that it never goes off.

Upstream: No report found.
"""

from local.emulator.patch import SourcePatch

PATCHES = (
    SourcePatch(
        module="ministack.services.cloudformation.provisioners",
        name="_cw_metric_alarm_record",
        found='if props.get("Metrics"):',
        replacement=(
            'if props.get("Metrics") and not (props := {**props, "Namespace": "none", "MetricName": "metric-math"}):'
        ),
    ),
)
