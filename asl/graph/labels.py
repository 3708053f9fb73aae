"""Labels: what a state calls, its timeout and retries, and the conditions of a Choice, in a few words."""

from collections.abc import Iterator
from typing import Any

from asl.language import is_distributed, operators, resource_name, target

COMPARISONS = {
    "Equals": "=",
    "LessThan": "<",
    "LessThanEquals": "≤",
    "GreaterThan": ">",
    "GreaterThanEquals": "≥",
    "Matches": "matches",
}
KINDS = ("String", "Numeric", "Timestamp", "Boolean")
CALL_WAITS = {"waitForTaskToken": ", waits for its token", "sync": ", waits for its end"}  # by the pattern of a call
SERVICES = {"lambda": "Lambda", "sns": "SNS", "sqs": "SQS", "dynamodb": "DynamoDB", "states": "Step Functions"}


def notes(state: dict[str, Any]) -> Iterator[str]:
    """Yield the lines below a state's name in a drawing: what it does, and its timeout and retries."""
    yield from _action(state)
    if limits := [one for one in (_limit(state), _retries(state)) if one]:
        yield " · ".join(limits)


def _action(state: dict[str, Any]) -> Iterator[str]:
    match state["Type"]:
        case "Task":
            yield task_label(state)
        case "Wait":
            yield _wait(state)
        case "Map":
            yield _each(state)
        case "Fail" if error := _read(state, "Error"):
            yield error


def task_label(state: dict[str, Any]) -> str:
    """Return the target of a Task: a Lambda function or an activity by its name, or a service and its action."""
    called = target(state)
    waits = CALL_WAITS.get(called.pattern, "")
    if called.service == "activity":
        return f"Activity {resource_name(called.resource)}"
    if name := called.function:
        return f"Lambda {name}{waits}"
    service = called.service.removeprefix("aws-sdk:")
    return f"{SERVICES.get(service, service)} {called.action}{waits}"


def _limit(state: dict[str, Any]) -> str:
    if (seconds := _read(state, "TimeoutSeconds")) is None:
        return ""
    return f"{seconds} s at most" if isinstance(seconds, int) else "at most the seconds given"


def _wait(state: dict[str, Any]) -> str:
    if (seconds := _read(state, "Seconds")) is not None:
        return f"waits {seconds} s" if isinstance(seconds, int) else "waits the seconds given"
    return f"waits until {state.get('Timestamp', 'the time given')}"


def _each(state: dict[str, Any]) -> str:
    most = _read(state, "MaxConcurrency")
    where = ", each in an execution of its own" if is_distributed(state) else ""
    return f"for each item{f', {most} at a time' if isinstance(most, int) and most else ''}{where}"


def _read(state: dict[str, Any], name: str) -> Any:
    """Return a field of state, or the path that its value is read from."""
    return state.get(name, state.get(f"{name}Path"))


def _retries(state: dict[str, Any]) -> str:
    """Return the number of retries of the retrier that allows most."""
    attempts = [one.get("MaxAttempts", 3) for one in state.get("Retry", [])]
    if not all(isinstance(one, int) for one in attempts):  # JSONata
        return "retries"
    most = max(attempts, default=0)
    return f"{most} {'retry' if most == 1 else 'retries'}" if most else ""


def condition(rule: dict[str, Any]) -> str:
    """Return a rule of a Choice as a condition, such as `error.Error = ImageRejected`."""
    if "Condition" in rule:
        return str(rule["Condition"]).removeprefix("{%").removesuffix("%}").strip()
    for operator in ("And", "Or"):
        if operator in rule:
            return f" {operator.lower()} ".join(_inner(one) for one in rule[operator])
    if "Not" in rule:
        return f"not {_inner(rule['Not'])}"
    (operator,) = operators(rule)
    return f"{_path(rule['Variable'])} {_compared(operator, rule[operator])}"


def _inner(rule: dict[str, Any]) -> str:
    return f"({condition(rule)})" if {"And", "Or"} & set(rule) else condition(rule)


def _compared(operator: str, value: Any) -> str:
    if operator.startswith("Is"):
        return f"is {'' if value else 'not '}{operator.removeprefix('Is').lower()}"
    kind = next(kind for kind in KINDS if operator.startswith(kind))
    how = operator.removeprefix(kind)
    operand = _path(value) if how.endswith("Path") else str(value).lower() if isinstance(value, bool) else str(value)
    return f"{COMPARISONS[how.removesuffix('Path')]} {operand}"


def _path(path: Any) -> str:
    return str(path).removeprefix("$.")
