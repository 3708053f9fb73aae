"""The emulator's own process: ministack, its lines replaced where they depart from AWS on our path."""

import importlib
import os

from local.emulator import enforcement
from local.emulator.patch import Repair

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
# Each worker would unpack 50 MB of layers and the code for itself, and compile them; see local/emulator/unpack.py.
# What append returns skips that.
_UNPACKED = Repair(
    module="ministack.core.lambda_runtime",
    name="Worker._spawn",
    found="if layer_data:",
    instead='if layer_data and layers_dirs.append(__import__("local.emulator.unpack").emulator.unpack.unpacked(layer_data)):',
)
_SHARED = Repair(
    module="ministack.core.lambda_runtime",
    name="Worker._spawn",
    found="""with zipfile.ZipFile(os.path.join(self._tmpdir, "code.zip")) as zf:
        zf.extractall(code_dir)""",
    instead='code_dir = __import__("local.emulator.unpack").emulator.unpack.unpacked(self.code_zip)',
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
# Each event of a history follows another one, by which it is told in which state a task failed.
_FOLLOWED = Repair(
    module="ministack.services.stepfunctions",
    name="_add_event",
    found='execution["events"].append(event)',
    instead='__import__("local.emulator.history").emulator.history.append(execution, event)',
)
# The states of a branch are entered like all others, and know which of them they are.
_ENTERED = Repair(
    module="ministack.services.stepfunctions",
    name="_run_sub_machine",
    found='ctx["State"] = {"Name": current_name, "EnteredTime": now_iso(), "RetryCount": 0}',
    instead="""ctx = {**ctx, "State": {"Name": current_name, "EnteredTime": now_iso(), "RetryCount": 0}}
        entered = {"name": current_name, "input": json.dumps(current_input)}
        _add_event(execution, f"{state_type}StateEntered", {"stateEnteredEventDetails": entered})""",
)
# An execution that was aborted stays so, whatever becomes of the task that it was doing.
_ABORTED = Repair(
    module="ministack.services.stepfunctions",
    name="_fail_execution",
    found='execution["status"] = "FAILED"',
    instead="""if execution["status"] != "RUNNING":
        return
    execution.update(status="FAILED")""",
)
# Who aborts an execution need not say why; what was not said is not told.
_UNSAID = Repair(
    module="ministack.services.stepfunctions",
    name="_stop_execution",
    found="""            "error": data.get("error", ""),
            "cause": data.get("cause", ""),
""",
    instead="""            **{name: data[name] for name in ("error", "cause") if data.get(name)},
""",
)
# An EXPRESS state machine takes a name again, and tells nobody how its executions end.
_REPEATED = Repair(
    module="ministack.services.stepfunctions",
    name="_start_execution",
    found="""f":execution:{sm['name']}:{name}")""",
    instead="""+ (f":express:{sm['name']}:{name}:{new_uuid()}" if sm.get("type") == "EXPRESS"
                   else f":execution:{sm['name']}:{name}"))""",
)
_SILENT = Repair(
    module="ministack.services.stepfunctions",
    name="_emit_execution_status_event",
    found='if execution.get("sync"):',
    instead='if execution.get("sync") or ":express:" in execution["executionArn"]:',
)
REPAIRS = (
    _RAISED,
    _ANSWERED,
    _ATTRIBUTES,
    _VERSION,
    _CONCURRENCY,
    _UNPACKED,
    _SHARED,
    _CONDITIONAL,
    _COMPUTED,
    _FOLLOWED,
    _ENTERED,
    _ABORTED,
    _UNSAID,
    _REPEATED,
    _SILENT,
)


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
