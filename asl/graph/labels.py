"""What a state does, in a few words: its resource, its times, its retries, its conditions."""

import re
from collections.abc import Iterator
from typing import Any

COMPARISONS = {
    "Equals": "=",
    "LessThan": "<",
    "LessThanEquals": "≤",
    "GreaterThan": ">",
    "GreaterThanEquals": "≥",
    "Matches": "matches",
}
KINDS = ("String", "Numeric", "Timestamp", "Boolean")
SERVICES = {"lambda": "Lambda", "sns": "SNS", "sqs": "SQS", "dynamodb": "DynamoDB", "states": "Step Functions"}
NOT_AN_OPERATOR = {"Variable", "Next", "Comment", "Assign", "Output"}


def notes(state: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that a drawing has below a state's name: what it does; how long at most, and how often anew."""
    yield from _does(state)
    if limits := [one for one in (_limit(state), _retries(state)) if one]:
        yield " · ".join(limits)


def _does(state: dict[str, Any]) -> Iterator[str]:
    match state["Type"]:
        case "Task":
            yield resource(state)
        case "Wait":
            yield _wait(state)
        case "Map":
            yield _each(state)
        case "Fail" if error := _read(state, "Error"):
            yield error


def resource(state: dict[str, Any]) -> str:
    """Return what a Task calls: a Lambda function by its name, another service by what is asked of it."""
    arn = str(state["Resource"])
    arguments = state.get("Arguments", state.get("Parameters", {}))
    arguments = arguments if isinstance(arguments, dict) else {}
    if ":states:::" not in arn:
        kind = "Activity" if ":activity:" in arn else "Lambda"
        return f"{kind} {_last(arn)}"
    service, _, action = arn.partition(":states:::")[2].removeprefix("aws-sdk:").partition(":")
    if service == "lambda" and isinstance(name := arguments.get("FunctionName"), str):
        return f"Lambda {_last(name)}{_waiting(action)}"
    return f"{SERVICES.get(service, service)} {action.partition('.')[0]}{_waiting(action)}"


def _waiting(action: str) -> str:
    """Return for what a call waits beyond its answer."""
    how = action.partition(".")[2]
    return {"": "", "waitForTaskToken": ", waits for its token"}.get(how, ", waits for its end")


def _last(name: str) -> str:
    """Return a function's name out of its ARN, or of the placeholder that stands for it."""
    plain = re.sub(r"^.*:(?:function|activity):", "", name)
    return re.sub(r"^\$\{(\w+?)(?:Arn|\.Arn)?\}$", r"\1", plain) if plain.startswith("${") else plain.partition(":")[0]


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
    distributed = state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED"
    where = ", each in an execution of its own" if distributed else ""
    return f"for each item{f', {most} at a time' if isinstance(most, int) and most else ''}{where}"


def _read(state: dict[str, Any], name: str) -> Any:
    """Return a field of state, or in its place the path that it is read from."""
    return state.get(name, state.get(f"{name}Path"))


def _retries(state: dict[str, Any]) -> str:
    """Return how often a state is tried again at most, for the error with which that is most often."""
    attempts = [one.get("MaxAttempts", 3) for one in state.get("Retry", [])]
    if not all(isinstance(one, int) for one in attempts):  # JSONata
        return "retries"
    most = max(attempts, default=0)
    return f"{most} {'retry' if most == 1 else 'retries'}" if most else ""


def condition(rule: dict[str, Any]) -> str:
    """Return a rule of a Choice in words, such as `error.Error = ImageRejected`."""
    if "Condition" in rule:
        return str(rule["Condition"]).removeprefix("{%").removesuffix("%}").strip()
    for operator in ("And", "Or"):
        if operator in rule:
            return f" {operator.lower()} ".join(_inner(one) for one in rule[operator])
    if "Not" in rule:
        return f"not {_inner(rule['Not'])}"
    (operator,) = (name for name in rule if name not in NOT_AN_OPERATOR)
    return f"{_path(rule['Variable'])} {_compared(operator, rule[operator])}"


def _inner(rule: dict[str, Any]) -> str:
    return f"({condition(rule)})" if {"And", "Or"} & set(rule) else condition(rule)


def _compared(operator: str, value: Any) -> str:
    if operator.startswith("Is"):
        return f"is {'' if value else 'not '}{operator.removeprefix('Is').lower()}"
    kind = next(kind for kind in KINDS if operator.startswith(kind))
    how = operator.removeprefix(kind)
    told = _path(value) if how.endswith("Path") else str(value).lower() if isinstance(value, bool) else str(value)
    return f"{COMPARISONS[how.removesuffix('Path')]} {told}"


def _path(path: Any) -> str:
    return str(path).removeprefix("$.")
