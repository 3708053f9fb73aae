"""The runs of imports: each is one execution of ImportPipeline, and one more for each time that it is resumed."""

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from lambdas.domain.object_keys import import_folder
from lambdas.runtime import clients, clock
from operations.errors import OperationError
from operations.imports.sources import Source, write_list
from operations.stack import Stack
from workflow import contracts

RUNNING: Final = "RUNNING"
MOST_RESUMED: Final = 1000
EXECUTION: Final = re.compile(r"(\d{8}T\d{6}Z-[0-9a-f]{6})-(\d+)")  # the name of one: that of its run, and a number


@dataclass(frozen=True)
class Run:
    """A run, its newest execution, and the input that all of them have."""

    name: str
    number: int  # of its newest execution
    status: str  # of that
    cause: str
    input: dict[str, Any]
    arn: str

    @property
    def is_running(self) -> bool:
        """Whether an execution of it runs."""
        return self.status == RUNNING


def new_name() -> str:
    """Return a name for a run: the time, and some letters, so that two of one second differ."""
    return f"{clock.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def start(stack: Stack, source: Source, payload: dict[str, Any]) -> Run:
    """Start a run; payload is the input of the state machine without the source."""
    name = payload["run"]
    machine = _machine(stack)
    where: dict[str, Any] = {"bucket": source.bucket}
    if source.lines is not None:
        key = f"{import_folder(name)}keys.csv"
        write_list(source, stack.upload_bucket, key)
        where |= {"kind": "LIST", "list": {"bucket": stack.upload_bucket, "key": key}}
    elif source.manifest:
        where |= {"kind": "INVENTORY", "list": dict(zip(("bucket", "key"), source.manifest, strict=True))}
    else:
        where |= {"kind": "BUCKET", "prefix": source.prefix}
    whole = {**payload, "source": where}
    contracts.check("import-input", whole)
    _start(machine, name, 1, whole)
    return find(stack, name)


def _start(machine: str, name: str, number: int, payload: dict[str, Any]) -> None:
    clients.stepfunctions().start_execution(stateMachineArn=machine, name=f"{name}-{number}", input=json.dumps(payload))


def _machine(stack: Stack) -> str:
    machine = stack.outputs.get("ImportPipelineArn")
    if not machine:
        raise OperationError(f"stack {stack.name} is of a version without imports: deploy this checkout first")
    return machine


def find(stack: Stack, name: str) -> Run:
    """Return a run by its name; raises OperationError if there is none."""
    machine = _machine(stack)
    found = _newest(machine, name, 1)
    # Step Functions forgets an execution after 90 days, and the first ones of a run before its last ones.
    if found is None:
        known = [number for run, number in _executions(machine) if run == name]
        found = _newest(machine, name, min(known)) if known else None
    if found is None:
        raise OperationError(f"there is no run {name}: `import status` lists all")
    number, one = found
    cause = ": ".join(filter(None, (one.get("error", ""), one.get("cause", ""))))
    return Run(name, number, one["status"], cause, json.loads(one["input"]), one["executionArn"])


def _newest(machine: str, name: str, first: int) -> tuple[int, Any] | None:
    """Return the last execution of a run with its number, counted from a first one; None if that does not exist."""
    client, found = clients.stepfunctions(), None
    for number in range(first, first + MOST_RESUMED):
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}-{number}"
        try:
            found = number, client.describe_execution(executionArn=arn)
        except client.exceptions.ExecutionDoesNotExist:
            break
    return found


def names(stack: Stack) -> list[str]:
    """Return the names of all runs that Step Functions knows, the newest first."""
    return list(dict.fromkeys(run for run, _ in _executions(_machine(stack))))


def _executions(machine: str) -> Iterator[tuple[str, int]]:
    """Yield the run and the number of each execution that Step Functions knows; others may have started some that are of no run."""
    pages = clients.stepfunctions().get_paginator("list_executions").paginate(stateMachineArn=machine)
    matches = (EXECUTION.fullmatch(one["name"]) for page in pages for one in page["executions"])
    yield from ((match[1], int(match[2])) for match in matches if match)


def stop(run: Run) -> None:
    """Stop a run. What was started of its images goes on."""
    clients.stepfunctions().stop_execution(
        executionArn=run.arn, error="Stopped", cause="an operator stopped the import"
    )


def resume(stack: Stack, run: Run) -> Run:
    """Start what is left of a run: the same source again, of which nothing is imported twice."""
    if run.is_running:
        raise OperationError(f"run {run.name} is running: `import status {run.name}` shows it")
    client = clients.stepfunctions()
    try:
        _start(_machine(stack), run.name, run.number + 1, run.input)
    except client.exceptions.ExecutionAlreadyExists as error:
        raise OperationError(f"run {run.name} was resumed meanwhile: `import status {run.name}` shows it") from error
    return find(stack, run.name)
