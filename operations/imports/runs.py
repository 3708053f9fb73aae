"""The runs of imports: each is one execution of ImportPipeline, and one more for each time that it is resumed."""

import json
import secrets
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
    client, prefix = clients.stepfunctions(), _machine(stack).replace(":stateMachine:", ":execution:")
    found: Any = None
    for number in range(1, MOST_RESUMED):
        try:
            found = number, client.describe_execution(executionArn=f"{prefix}:{name}-{number}")
        except client.exceptions.ExecutionDoesNotExist:
            break
    if found is None:
        raise OperationError(f"there is no run {name}: `import status` lists all")
    number, one = found
    cause = ": ".join(filter(None, (one.get("error", ""), one.get("cause", ""))))
    return Run(name, number, one["status"], cause, json.loads(one["input"]), one["executionArn"])


def names(stack: Stack) -> list[str]:
    """Return the names of all runs that Step Functions knows, the newest first."""
    pages = clients.stepfunctions().get_paginator("list_executions").paginate(stateMachineArn=_machine(stack))
    return list(dict.fromkeys(one["name"].rpartition("-")[0] for page in pages for one in page["executions"]))


def stop(run: Run) -> None:
    """Stop a run. What was started of its images goes on."""
    clients.stepfunctions().stop_execution(
        executionArn=run.arn, error="Stopped", cause="an operator stopped the import"
    )


def resume(stack: Stack, run: Run) -> Run:
    """Start what is left of a run: the same source again, of which nothing is imported twice."""
    if run.is_running:
        raise OperationError(f"run {run.name} is running: `import status {run.name}` shows it")
    _start(_machine(stack), run.name, run.number + 1, run.input)
    return find(stack, run.name)
