"""What decides how a burst is processed: read from the generated template and its state machine, and as version 0.2.0 had it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from asl.language import inner_machines
from costs.usage import function_of
from lambdas.domain import back_pressure
from lambdas.sweep import STARTING
from tests.templates.emitted import definition, properties, target, template

Node = dict[str, Any]

THROTTLED: Final = "Lambda.TooManyRequestsException"  # the error of a task whose function has no concurrency left
EXPRESS_SECONDS: Final = 300  # after which Step Functions ends an EXPRESS execution, whatever its definition says


@dataclass(frozen=True)
class Retrier:
    """How a task is retried after THROTTLED; delays are seconds."""

    interval: float
    rate: float
    longest: float
    attempts: int

    def delay(self, retry: int, drawn: float) -> float:
        """Return the delay before a retry, counted from 0, with full jitter; drawn is between 0 and 1."""
        # Beyond 64 the power would only overflow: the delay has its maximum long before.
        return drawn * min(self.longest, self.interval * self.rate ** min(retry, 64))


@dataclass(frozen=True)
class Policy:
    """The settings of a stack that decide how long an image takes; times are seconds."""

    max_concurrency: int  # invocations of the trigger
    batch: int  # messages for each
    longest_wait: float  # of the trigger for the outcome; 0 if it only starts executions
    visibility: float
    deliveries: int
    retention: float  # of messages
    stages: tuple[tuple[str, ...], ...]  # functions that run at the same time, in order
    retrier: Retrier
    execution_seconds: float
    sweep_every: float
    stalled_after: float  # of an upload
    sweep_starts: float  # for how long a sweep starts executions


def deployed(kind: str, max_concurrency: int | None = None) -> Policy:
    """Return the policy of the generated template for STANDARD or EXPRESS; by default with its own MaxConcurrency."""
    queue, mapping = properties("ProcessingQueue"), properties("ProcessingQueueMapping")
    parameter = template()["Parameters"][target(mapping["ScalingConfig"]["MaximumConcurrency"])]
    machine = definition()
    limit = machine["TimeoutSeconds"]
    sweep = properties("SweepFunction")["Environment"]["Variables"]
    return Policy(
        max_concurrency or parameter["Default"],
        mapping["BatchSize"],
        back_pressure.LONGEST_WAIT,
        queue["VisibilityTimeout"],
        queue["RedrivePolicy"]["maxReceiveCount"],
        queue["MessageRetentionPeriod"],
        tuple(_stages(machine)),
        _retrier(machine),
        min(limit, EXPRESS_SECONDS) if kind == "EXPRESS" else limit,
        60 * template()["Parameters"]["SweepMinutes"]["Default"],
        int(sweep["STALLED_AFTER_SECONDS"]),
        STARTING.total_seconds(),
    )


def version_0_2_0(kind: str) -> Policy:
    """Return the policy of version 0.2.0, in which the trigger only started executions."""
    return Policy(
        max_concurrency=10,
        batch=10,
        longest_wait=0,
        visibility=180,
        deliveries=5,
        retention=7 * 24 * 3600,
        stages=tuple(_stages(definition())),
        retrier=Retrier(1, 2, 30, 8),
        execution_seconds=EXPRESS_SECONDS if kind == "EXPRESS" else 35 * 60,
        sweep_every=15 * 60,
        stalled_after=50 * 60,
        sweep_starts=15 * 60,
    )


def _stages(machine: Node) -> list[tuple[str, ...]]:
    """Return the functions on the way to a success; those of a Parallel run at the same time."""
    found, name = [], machine["StartAt"]
    while name:
        state = machine["States"][name]
        first = [inner["States"][inner["StartAt"]] for inner in inner_machines(state)] or [state]
        functions = tuple(function for one in first if one["Type"] == "Task" and (function := function_of(one)))
        found += [functions] if functions else []
        name = state.get("Next")
    return found


def _retrier(machine: Node) -> Retrier:
    """Return how the first task is retried when it is throttled."""
    retriers = machine["States"][machine["StartAt"]]["Retry"]
    first = next(one for one in retriers if {THROTTLED, "States.ALL"} & set(one["ErrorEquals"]))
    assert first["JitterStrategy"] == "FULL"
    return Retrier(first["IntervalSeconds"], first["BackoffRate"], first["MaxDelaySeconds"], first["MaxAttempts"])
