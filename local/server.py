"""The emulator's own process: ministack, its lines replaced where they depart from AWS on our path."""

import importlib
import os

from local import enforcement
from local.repair import Repair

# To an exception Lambda answers with its class, message and stack, and keeps the environment. Ministack calls
# each one Runtime.HandlerError, so that no Catch on an error name ever matches, and ends the worker.
_RAISED = Repair(
    module="ministack.core.lambda_runtime",
    name="_PYTHON_WORKER_SCRIPT",
    found='"status": "error", "error": str(e), "trace": traceback.format_exc()',
    instead="""
                "status": "ok",
                "trace": traceback.format_exc(),
                "raised": {
                    "errorMessage": str(e),
                    "errorType": type(e).__name__,
                    "requestId": context.aws_request_id,
                    "stackTrace": traceback.format_tb(e.__traceback__)[1:],
                },
            """,
)
_ANSWERED = Repair(
    module="ministack.services.lambda_svc",
    name="_execute_function_warm",
    found='if result.get("status") == "ok":',
    instead="""if raised := result.get("raised"):
            return {"body": raised, "error": True, "log": result["log"] + result["trace"]}
        elif result.get("status") == "ok":""",
)
# Step Functions passes message attributes as one object; ministack reads the API's query form only.
_ATTRIBUTES = Repair(
    module="ministack.services.sns",
    name="_parse_message_attributes",
    found="attrs = {}",
    instead='attrs = dict(params.get("MessageAttributes") or {})',
)
# An event from a versioned bucket says which version it is about.
_VERSION = Repair(
    module="ministack.services.s3",
    name="_fire_s3_event",
    found='"sequencer": sequencer or "0"}',
    instead='"sequencer": sequencer or "0", **({"version-id": version_id} if version_id else {})}',
)
# A number that comes from a template's parameter is text.
_CONCURRENCY = Repair(
    module="ministack.services.lambda_svc",
    name="_sqs_esm_concurrency",
    found='.get("MaximumConcurrency") or _ESM_SQS_DEFAULT_CONCURRENCY',
    instead='.get("MaximumConcurrency") or _ESM_SQS_DEFAULT_CONCURRENCY\n    limit = int(limit)',
)
# Each worker would unpack 50 MB of layers for itself; see local/unpack.py. What append returns skips that.
_UNPACKED = Repair(
    module="ministack.core.lambda_runtime",
    name="Worker._spawn",
    found="if layer_data:",
    instead='if layer_data and layers_dirs.append(__import__("local.unpack").unpack.unpacked(layer_data)):',
)
# AWS knows the type of a resource that a condition may leave out; ministack need not, as long as it is not made.
_CONDITIONAL = Repair(
    module="ministack.services.cloudformation.handlers",
    name="validate_template_support",
    found="conditions.get(cond, True)",
    instead="conditions.get(cond)",
)
# An alarm on what is computed from several metrics is refused; taken for one on a metric that nobody counts, it is made,
# and never goes off here.
_COMPUTED = Repair(
    module="ministack.services.cloudformation.provisioners",
    name="_cw_metric_alarm_record",
    found='if props.get("Metrics"):',
    instead="""if props.get("Metrics") and not (props := {**props, "Namespace": "none", "MetricName": "computed"}):""",
)
REPAIRS = (_RAISED, _ANSWERED, _ATTRIBUTES, _VERSION, _CONCURRENCY, _UNPACKED, _CONDITIONAL, _COMPUTED)


def main() -> None:
    """Repair ministack and serve until told to stop."""
    # Lambda workers inherit this environment and must not import from the checkout.
    os.environ.pop("PYTHONPATH", None)
    for repair in REPAIRS:
        repair.apply()
    if os.environ.get("AUTH"):
        enforcement.apply()
    # Not imported above: ministack reads the environment and sets up logging when it is.
    importlib.import_module("ministack.app").main()


if __name__ == "__main__":
    main()
