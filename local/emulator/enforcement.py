"""What AWS asks permission for and ministack does not: the calls that its services make of one another.

Ministack checks whoever calls from outside, the functions too, under their roles. Here the state machine's tasks and the
queue's poller are checked under theirs, and EventBridge and API Gateway by the policy of what they call.
"""

import importlib
from contextvars import ContextVar
from typing import Any

from local.emulator.patch import Repair, UnexpectedSourceError

# What a task of a state machine needs: the action, and which of its parameters names the resource.
TASKS = {
    "lambda:invoke": ("lambda:InvokeFunction", "FunctionName"),
    "dynamodb:updateItem": ("dynamodb:UpdateItem", "TableName"),
    "sns:publish": ("sns:Publish", "TopicArn"),
}
POLLER = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")

_HERE = '__import__("local.emulator.enforcement").emulator.enforcement'

_TASK = Repair(
    module="ministack.services.stepfunctions",
    name="_execute_task",
    found="if _mock_throw is not None:",
    instead=f"""if refused := {_HERE}.refused_task(execution, resource, effective):
                raise _ExecutionError(*refused)
            if _mock_throw is not None:""",
)
_POLL = Repair(
    module="ministack.services.lambda_svc",
    name="_poll_sqs",
    found="batch = _sqs._receive_messages_for_esm(",
    instead=f"batch = {_HERE}.may_poll(esm, func_rec) and _sqs._receive_messages_for_esm(",
)
_RULE = Repair(
    module="ministack.services.eventbridge",
    name="_invoke_target",
    found="spec = parse_arn(arn)",
    instead=f"""spec = parse_arn(arn)
            if not {_HERE}.may_reach(rule, arn):
                return""",
)
_API = Repair(
    module="ministack.services.apigateway_v1",
    name="_invoke_lambda_proxy_v1",
    found="result, err = await _call_lambda_raw(",
    instead=f"""if not {_HERE}.may_invoke(lambda_ref, api_id, stage_name, method, resource["path"]):
        return _gw_error("API_CONFIGURATION_ERROR", "Internal server error")
    result, err = await _call_lambda_raw(""",
)
# Whoever may not list a bucket is not told that an object is missing, but that he may not read it.
_MISSING = Repair(
    module="ministack.services.s3",
    name="_error",
    found='root = Element("Error")',
    instead=f"""if code == "NoSuchKey" and not {_HERE}.may_list(resource):
        code, message, status = "AccessDenied", "Access Denied", 403
    root = Element("Error")""",
)
# The root's requests are believed unsigned: here they need the signature that everybody's need.
_ROOT = Repair(
    module="ministack.core.iam_evaluator",
    name="_is_root_key",
    found="return is_root_access_key(access_key_id)",
    instead="return not access_key_id",
)
# It asks itself for the user pool's keys, over plain HTTP although it serves none.
_KEYS = Repair(
    module="ministack.services.apigateway_v1",
    name="_resolve_jwks_url",
    found='f"http://{_HOST}',
    instead='f"https://{_HOST}',
)
# An emulator has a port of its own; 443 belongs to the machine.
_PORT = Repair(
    module="ministack.app",
    name="main",
    found="and _port_is_bindable(bind_host, 443)",
    instead="and False",
)
REPAIRS = (_KEYS, _API, _TASK, _POLL, _RULE, _MISSING, _ROOT, _PORT)


def apply() -> None:
    """Put all this into the running ministack; raises UnexpectedSourceError."""
    for repair in REPAIRS:
        repair.apply()
    _let_services_speak_tls()


def _let_services_speak_tls() -> None:
    """Count calls within AWS, which have no request, as made over TLS: ministack takes them for plain HTTP."""
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    if evaluator._request_origin.get() != ("127.0.0.1", False):  # noqa: SLF001 - this is what is repaired
        raise UnexpectedSourceError("ministack.core.iam_evaluator._request_origin")
    evaluator._request_origin = ContextVar("origin", default=("127.0.0.1", True))  # noqa: SLF001 - the same


def refused_task(execution: dict[str, Any], resource: str, parameters: dict[str, Any]) -> tuple[str, str] | None:
    """Return error and cause if the role of execution's machine may not do the task, None if it may."""
    integration = resource.rpartition(":::")[2]
    if integration not in TASKS:
        return "States.Runtime", f"local/emulator/enforcement.py does not know what {integration} needs."
    action, parameter = TASKS[integration]
    role = execution["events"][0]["executionStartedEventDetails"]["roleArn"]
    if _may(role, action, _arn(parameters[parameter])):
        return None
    return "AccessDeniedException", f"{role} is not authorized to perform {action}."


def may_poll(mapping: dict[str, Any], function: dict[str, Any]) -> bool:
    """Tell whether function's role may do all that it takes to consume mapping's queue; mapping says if it may not."""
    role, queue = function["config"]["Role"], mapping["EventSourceArn"]
    missing = [action for action in POLLER if not _may(role, action, queue)]
    if missing:
        mapping["LastProcessingResult"] = f"PROBLEM: {role} is not authorized to perform {', '.join(missing)}."
    return not missing


def may_reach(rule: dict[str, Any], target: str) -> bool:
    """Tell whether the policy of target, a queue or a function, lets rule send to it."""
    if ":lambda:" in target:
        return _lets(target, "events.amazonaws.com", rule["Arn"])
    allowed: bool = _service("sqs").queue_policy_allows(target, "events.amazonaws.com", rule["Arn"], _account())
    return allowed


def may_invoke(function: str, *method: str) -> bool:
    """Tell whether the policy of function lets an API call it: method is API, stage, HTTP method and path."""
    source = importlib.import_module("ministack.core.arn").execute_api_arn(_region(), _account(), *method)
    return _lets(function, "apigateway.amazonaws.com", source)


def _lets(function: str, service: str, source: str) -> bool:
    """Tell whether the policy of function lets service invoke it on behalf of source, an ARN."""
    evaluator = importlib.import_module("ministack.core.iam_evaluator")
    policy, _ = _service("lambda_svc").function_policy_for_arn(function) or ({}, None)
    request = {"action": "lambda:InvokeFunction", "resource_arn": function, "region": _region()}
    context = evaluator.EvalContext("*", "Service", "", **request, service_context={"aws:sourcearn": source})
    return bool(evaluator.evaluate_resource_policy(policy, context, service=service).decision == "Allow")


def may_list(path: str) -> bool:
    """Tell whether the caller of the request under way may list the bucket that path begins with."""
    bucket = path.split("/")[1]
    caller = importlib.import_module("ministack.core.iam_evaluator").caller_arn()
    role, _, _ = caller.rpartition("/")
    return ":assumed-role/" not in role or _may(role, "s3:ListBucket", f"arn:aws:s3:::{bucket}")


def _may(role: str, action: str, resource: str) -> bool:
    """Tell whether role may do action on resource, as its own policies and that of the resource have it."""
    evaluator = importlib.import_module("ministack.core.iam_evaluator")
    name, account = role.rsplit("/", 1)[-1], _account()
    session = f"arn:aws:sts::{account}:assumed-role/{name}/service"
    context = evaluator.EvalContext(session, "AssumedRole", account, action, resource, _region())
    own = evaluator.evaluate(context, evaluator._gather_role_policies(name, account))  # noqa: SLF001 - no other way
    found = evaluator._resource_policy(action.partition(":")[0], resource)  # noqa: SLF001 - the same
    return bool((evaluator.combine_resource_policy(own, context, *found) if found else own).decision == "Allow")


def _arn(name: str) -> str:
    """Return the ARN of what a task names: tables go by their names, all else by ARN."""
    return name if name.startswith("arn:") else f"arn:aws:dynamodb:{_region()}:{_account()}:table/{name}"


def _service(name: str) -> Any:
    return importlib.import_module(f"ministack.services.{name}")


def _account() -> str:
    return str(importlib.import_module("ministack.core.responses").get_account_id())


def _region() -> str:
    return str(importlib.import_module("ministack.core.responses").get_region())
