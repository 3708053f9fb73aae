"""The units of each price that an import uses, counted from the template, and the time that it takes."""

from collections.abc import Iterator
from math import ceil
from typing import Any, Final

from costs import prices
from costs.prices import Price
from costs.usage import (
    GB,
    S3_EVENTS,
    START_AND_END,
    Usage,
    functions_of,
    of_execution,
    of_profile,
    of_wait,
    resources,
    seconds_of,
    total,
    visited_states,
)
from costs.workload_profile import IMPORT, PLATFORM_LOG_BYTES, ImportProfile
from templates.substitution import definition_of
from workflow.steps import BATCH_SIZE
from workflow.steps import IMPORT as STEP

Node = dict[str, Any]

LISTED_AT_ONCE: Final = 1000  # objects in a response of S3
EXECUTION_MEMORY: Final = 64  # MB that AWS bills for an EXPRESS execution at least
RUN_STATES: Final = 3  # that an execution of ImportPipeline passes: the choice of the source, its Map, and the end
RESULTS: Final = 2  # objects that a Map writes at its end: its manifest, and the executions that succeeded
LOOK: Final = 2 * 0.05  # seconds for an object that is skipped, or was imported before: S3 and the record are asked


def import_usage(  # noqa: PLR0913 - all but two by name
    template: Node, kind: str, *, images: int, others: int, looks: int, profile: ImportProfile = IMPORT
) -> dict[Price, float]:
    """Return the units for images that are imported and archived, and for other objects, which are skipped.

    kind is the type of the pipeline; looks is the number of the others about which S3 is asked. Each batch of objects is an EXPRESS
    execution, an invocation and an object of outcomes. profile is the work for an image and for a batch.
    """
    each = total(_of_image(template, kind, profile))
    used = [(price, images * units) for price, units in each.items()]
    return total([*used, *_of_run(images + others, profile.lines), (prices.S3_READ, looks)])


def _of_image(template: Node, kind: str, profile: ImportProfile) -> Iterator[Usage]:
    functions, passed = resources(template, "AWS::Lambda::Function"), _passed(template)
    memory = functions[STEP.function]["MemorySize"]
    staged = sum(profile.steps[name].calls.count("PutObject") for name in functions_of(passed))
    objects = profile.each.calls.count("CopyObject") + staged  # in the upload bucket
    seconds = seconds_of(passed, profile.steps)
    yield from of_execution(template, kind, passed, profile.steps)
    yield from ((price, units) for price, units in of_profile(profile.each, memory) if price != prices.LAMBDA_REQUEST)
    yield from of_wait(seconds, memory)
    yield prices.EVENTBRIDGE_EVENT, S3_EVENTS * objects
    yield prices.XRAY_TRACE, 1
    yield prices.EXPRESS_COMPUTE, (profile.each.seconds + seconds) * EXECUTION_MEMORY / 1024
    # Lambda's own lines are there once for a batch.
    yield prices.LOG_INGESTION, -PLATFORM_LOG_BYTES * (1 - 1 / BATCH_SIZE) / GB


def _of_run(objects: int, lines: int) -> Iterator[Usage]:
    """Yield the usage of a run: its execution, the listing of objects, and their batches, with so many writes of lines each."""
    batches = ceil(objects / BATCH_SIZE)
    yield prices.S3_WRITE, ceil(objects / LISTED_AT_ONCE) + RESULTS
    yield prices.STATE_TRANSITION, START_AND_END + RUN_STATES + batches
    yield prices.EXPRESS_EXECUTION, batches
    yield prices.LAMBDA_REQUEST, batches
    yield prices.XRAY_TRACE, 1 + batches
    yield prices.S3_WRITE, lines * batches
    yield prices.S3_READ, batches


def import_seconds(
    template: Node, *, images: int, looks: int, concurrency: int, profile: ImportProfile = IMPORT
) -> float:
    """Return how long an import takes, if nothing is throttled and functions are warm; looks are those at other objects."""
    each = profile.each.seconds + seconds_of(_passed(template), profile.steps)
    return (images * each + looks * LOOK) / concurrency


def _passed(template: Node) -> list[Node]:
    machine = resources(template, "AWS::StepFunctions::StateMachine")["ProcessingPipeline"]
    return list(visited_states(definition_of(machine)))
