"""The reader of the Amazon States Language: machines and the states in them, where a state leads, and what a Task calls.

The functions take JSON of a definition whose grammar asl.check.grammar has checked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

State = dict[str, Any]
Machine = dict[str, Any]
Rule = dict[str, Any]

STDIN = "-"  # in the place of a file's name
# Fields in which a Map has the machine that it runs for each item: the former name and the present one.
PROCESSORS = ("Iterator", "ItemProcessor")
INNER_MACHINES = ("Branches", *PROCESSORS)  # fields in which a state has machines

_ORDERS = [f"{order}{equal}" for order in ("LessThan", "GreaterThan") for equal in ("", "Equals")]
_COMPARISONS = [f"{kind}{how}" for kind in ("String", "Numeric", "Timestamp") for how in ("Equals", *_ORDERS)]
# What a rule of a Choice may compare its variable by.
OPERATORS = {
    *(f"{one}{side}" for one in (*_COMPARISONS, "BooleanEquals") for side in ("", "Path")),
    *(f"Is{kind}" for kind in ("Boolean", "Null", "Numeric", "Present", "String", "Timestamp")),
    "StringMatches",
}
NOT_OPERATORS = {"Variable", "Next", "Comment", "Assign", "Output"}

# Each character can be read in one way only; otherwise a text that does not match would take time without a bound.
PARTITION = r"(?:\$\{[^}]+\}|\$(?!\{[^}]+\})|[^:$])+"
INTEGRATION = re.compile(
    rf"arn:{PARTITION}:states:::"
    r"(?P<service>(?:aws-sdk:)?[a-zA-Z0-9-]+):(?P<action>[a-zA-Z0-9]+)(?:\.(?P<pattern>[a-zA-Z]+)(?::(?P<version>\d+))?)?"
)
ACTIVITY = re.compile(rf"arn:{PARTITION}:states:.*:activity:.*")
FUNCTION_INVOKE = "lambda:invoke"
CALLBACK = "waitForTaskToken"  # the pattern of a call that waits until a client returns its token
PLACEHOLDER = re.compile(r"\$\{(\w+?)(?:Arn|\.Arn)?\}")


class InvalidMachineError(ValueError):
    """A document is not a machine in the Amazon States Language, or a state leads to no state."""


@dataclass(frozen=True)
class Transition:
    """A transition from a state to another one of its machine."""

    kind: str  # "next", "choice", "default" or "catch"
    target: str
    source: Rule = field(default_factory=dict)  # the rule of a Choice, or the catcher


@dataclass(frozen=True)
class Target:
    """What a Task calls: a service's action, a Lambda function by its own ARN, or an activity."""

    service: str  # such as "sns" or "aws-sdk:s3"
    action: str = ""  # such as "publish"; empty for a function or an activity
    pattern: str = ""  # "sync" or "waitForTaskToken"; empty if the Task continues with the response
    parameters: dict[str, Any] = field(default_factory=dict)
    resource: str = ""  # the function or the activity
    version: str = ""  # of the pattern: "2" of `.sync:2`

    @property
    def integration(self) -> str:
        """The service and its action, such as `sns:publish`; empty for a function or an activity."""
        return f"{self.service}:{self.action}" if self.action else ""

    @property
    def function(self) -> str | None:
        """The name of the Lambda function that is invoked; None if none is, or if its name is computed."""
        if self.integration == FUNCTION_INVOKE:
            return self.named("FunctionName")
        return resource_name(self.resource) if self.service == "lambda" and not self.action else None

    def named(self, parameter: str) -> str | None:
        """Return the name of the resource in a parameter, such as TableName; None if there is none, or if it is computed."""
        value = self.parameters.get(parameter)
        return resource_name(value) if isinstance(value, str) else None


def inner_machines(state: State) -> list[Machine]:
    """Return the machines in state: the branches of a Parallel, or what a Map runs for each item."""
    return [*state.get("Branches", []), *(state[name] for name in PROCESSORS if name in state)]


def is_distributed(state: State) -> bool:
    """Return True if state is a Map that runs each item in an execution of its own."""
    return any(machine.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED" for machine in inner_machines(state))


def each_state(machine: Machine) -> Iterator[tuple[str, State]]:
    """Yield every state of machine with its name, those of inner machines after the one that they are in."""
    for name, state in machine["States"].items():
        yield name, state
        for inner in inner_machines(state):
            yield from each_state(inner)


def tasks(machine: Machine) -> Iterator[tuple[str, State]]:
    """Yield every Task state of machine with its name, those of inner machines too."""
    yield from ((name, state) for name, state in each_state(machine) if state["Type"] == "Task")


def transitions(state: State) -> Iterator[Transition]:
    """Yield the transitions from state: by Next, by the rules of a Choice in their order, by its Default, by its catchers."""
    if "Next" in state:
        yield Transition("next", state["Next"])
    yield from (Transition("choice", rule["Next"], rule) for rule in state.get("Choices", []))
    if "Default" in state:
        yield Transition("default", state["Default"])
    yield from (Transition("catch", catcher["Next"], catcher) for catcher in state.get("Catch", []))


def operators(rule: Rule) -> list[str]:
    """Return the fields of a Choice's rule that are operators: one, if the rule compares a variable."""
    return [name for name in rule if name not in NOT_OPERATORS]


def target(task: State) -> Target:
    """Return the target of a Task; a Resource of unknown form is taken for a function."""
    resource = str(task.get("Resource", ""))
    written = task.get("Arguments", task.get("Parameters"))
    parameters = written if isinstance(written, dict) else {}
    if match := INTEGRATION.fullmatch(resource):
        pattern, version = match["pattern"] or "", match["version"] or ""
        return Target(match["service"], match["action"], pattern, parameters, version=version)
    return Target("activity" if ACTIVITY.fullmatch(resource) else "lambda", parameters=parameters, resource=resource)


def resource_name(identifier: str) -> str:
    """Return a resource's name out of its ARN, or out of the placeholder `${Name}`, `${NameArn}` or `${Name.Arn}`."""
    plain = re.sub(r"^.*:(?:function|activity):", "", identifier)
    if match := PLACEHOLDER.fullmatch(plain):
        return match[1]
    return plain if plain.startswith("${") else plain.partition(":")[0]
