"""The graph: its states and transitions, the protection of every task, and the language's own linter."""

import json
import math
from collections.abc import Iterator
from itertools import takewhile

import pytest
from statelint.linter import Linter

from tests.fake_aws.interpreter import substituted
from tests.workflow.pipeline_graph import (
    DEFINITION,
    TOP,
    State,
    longest_waits,
    paths,
    retrier,
    states,
    successors,
    tasks,
)
from workflow.contracts.errors import ContractViolation, ImageRejected
from workflow.contracts.service_errors import SERVICE_ERRORS
from workflow.definition import states_language
from workflow.steps import STEPS

# The state names and the arrows of the architecture; `end` stands for its end mark.
ARCHITECTURE = {
    ("ValidateImage", "ExtractMetadata"),
    ("ValidateImage", "HandleError"),
    ("ExtractMetadata", "ParallelProcessing"),
    ("ExtractMetadata", "HandleError"),
    ("ParallelProcessing", "ArchiveImage"),
    ("ParallelProcessing", "HandleError"),
    ("ArchiveImage", "PublishSuccess"),
    ("ArchiveImage", "HandleError"),
    ("PublishSuccess", "end"),
}
BRANCHES = {"ResizeImage", "GenerateThumbnail"}
NAMED = {name for arrow in ARCHITECTURE for name in arrow} - {"end"} | BRANCHES
PLACEHOLDERS = ("Partition", "MetadataTable", "NotificationTopic", *(step.function for step in STEPS))

THROTTLE = "Lambda.TooManyRequestsException"
BRANCH_STATES = {name for branch in TOP["ParallelProcessing"]["Branches"] for name in branch["States"]}

each_task = pytest.mark.parametrize("name", tasks())


def arrows(name: str) -> Iterator[tuple[str, str]]:
    """Yield where the state leads to without an error, and where an error leads to if it has a handler of its own."""
    state = TOP[name]
    yield from ((name, named(target)) for target in successors(state))
    caught = (named(catcher["Next"]) for catcher in state.get("Catch", []))
    yield from ((name, target) for target in caught if target == "HandleError")


def named(name: str) -> str:
    """Return the first state of the architecture that the state leads to, itself too, or `end` if it leads to none."""
    if name in NAMED:
        return name
    (found,) = {named(following) for following in successors(TOP[name])} or {"end"}
    return found


def until_handled(name: str) -> set[str]:
    """Return the states from the one called name on, up to HandleError."""
    return {one for path in paths(name) for one in takewhile(lambda state: state != "HandleError", path)}


def longest(state: State) -> float:
    """Return the seconds that state may take without an outage: each attempt up to its time limit."""
    if "Retry" not in state:
        inside = [sum(map(longest, branch["States"].values())) for branch in state.get("Branches", [])]
        return max(inside, default=0)
    return attempts(state, "States.ALL")


def attempts(state: State, error: str) -> float:
    """Return the seconds that all attempts at state may take that error ends, each at its time limit, and their delays."""
    waits = longest_waits(error)
    return (1 + len(waits)) * float(state["TimeoutSeconds"]) + sum(waits)


def test_states_of_the_architecture_exist() -> None:
    """Every state that the architecture names exists once, the two renditions in branches of ParallelProcessing."""
    names = [name for name, _ in states()]
    assert set(names) >= NAMED
    assert len(names) == len(set(names))
    branches = TOP["ParallelProcessing"]["Branches"]
    assert [branch["StartAt"] for branch in branches] == ["ResizeImage", "GenerateThumbnail"]
    assert DEFINITION["StartAt"] == "ValidateImage"


def test_transitions_are_those_of_the_architecture() -> None:
    """The named states lead to those of the architecture, and to no others."""
    assert {arrow for name in NAMED - BRANCHES - {"HandleError"} for arrow in arrows(name)} == ARCHITECTURE


def test_other_states_stand_behind_a_publish_or_an_error() -> None:
    """Further states follow HandleError or PublishSuccess, or handle the error of a branch."""
    behind = {name for first in ("HandleError", "PublishSuccess") for path in paths(first) for name in path[1:]}
    behind |= {catcher["Next"] for catcher in TOP["RecordFailure"]["Catch"]}
    before = {name for catcher in TOP["ParallelProcessing"]["Catch"] for name in until_handled(catcher["Next"])}
    unpublished = {catcher["Next"] for catcher in TOP["PublishSuccess"]["Catch"]}
    assert {name for name, _ in states()} - NAMED == behind | before | unpublished | BRANCH_STATES - BRANCHES
    assert {TOP[name]["Type"] for name in before} == {"Choice", "Pass"}


@each_task
def test_a_task_has_a_time_limit(name: str) -> None:
    """Every task has a timeout, which for a step is longer than its function's."""
    state = tasks()[name]
    limits = {step.state: step.timeout for step in STEPS}
    assert limits.get(name, 0) < state["TimeoutSeconds"] < DEFINITION["TimeoutSeconds"]


@each_task
def test_a_task_never_retries_permanent_errors(name: str) -> None:
    """The first retrier of every task names the permanent errors and retries none of them."""
    first = tasks()[name]["Retry"][0]
    assert first["MaxAttempts"] == 0
    assert {ImageRejected.__name__, ContractViolation.__name__} <= set(first["ErrorEquals"])


@each_task
def test_a_task_retries_all_else_with_backoff_and_jitter(name: str) -> None:
    """Every task retries with growing, capped and jittered delays, any error at last, and throttles longer."""
    policies = tasks()[name]["Retry"][1:]
    assert policies[-1]["ErrorEquals"] == ["States.ALL"]
    assert all(policy["MaxAttempts"] > 0 and policy["BackoffRate"] > 1 for policy in policies)
    assert all(policy["JitterStrategy"] == "FULL" and policy["MaxDelaySeconds"] for policy in policies)
    throttle = retrier(tasks()[name], THROTTLE)
    assert throttle["MaxAttempts"] > policies[-1]["MaxAttempts"]


def test_all_tasks_have_one_retry_policy() -> None:
    """The retry policy is stated once."""
    policies = [task["Retry"] for task in tasks().values()]
    assert all(policy == policies[0] for policy in policies)


@each_task
def test_a_task_catches_every_error(name: str) -> None:
    """An error of any task is caught by the task itself."""
    assert tasks()[name]["Catch"][-1]["ErrorEquals"] == ["States.ALL"]


def test_a_caught_error_keeps_the_data() -> None:
    """No catcher replaces a state's input but that of the success, after which nothing reads it.

    The error is added to the input, or the first error is kept.
    """
    catchers = [catcher for name, state in states() if name != "PublishSuccess" for catcher in state.get("Catch", [])]
    assert {catcher["ResultPath"] for catcher in catchers} <= {"$.error", None}
    (caught,) = TOP["PublishSuccess"]["Catch"]
    assert caught["ResultPath"] == "$"
    assert TOP[caught["Next"]]["Type"] == "Fail"


def test_execution_timeout_exceeds_one_outage_and_the_retries_of_all_steps() -> None:
    """The execution's own timeout, which nothing catches, is longer than all limits and retries on any path.

    One of the states retries a service that is down for as long as it can.
    """
    way = next(paths("ValidateImage"))
    failing = [[*way[: way.index("PublishSuccess")], *path] for path in paths("HandleError")]
    ways = [*paths("ValidateImage"), *failing]
    outage = max(attempts(task, THROTTLE) for task in tasks().values())
    assert outage + max(sum(longest(TOP[name]) for name in way) for way in ways) <= DEFINITION["TimeoutSeconds"]


@each_task
def test_a_task_outlasts_an_outage_of_three_days(name: str) -> None:
    """The delays before the retries of a throttled task last for three days, also if the drawn ones are far below average.

    The sum of many uniformly drawn delays is close to normally distributed.
    """
    delays = longest_waits(THROTTLE)
    average, deviation = sum(delays) / 2, math.sqrt(sum(delay**2 for delay in delays) / 12)
    assert retrier(tasks()[name], THROTTLE)["JitterStrategy"] == "FULL"
    assert average - 10 * deviation > 3 * 24 * 3600


@pytest.mark.parametrize("error", SERVICE_ERRORS)
def test_a_service_error_is_retried_as_a_throttle(error: str) -> None:
    """Every error that means a service refuses has the retrier of a throttle, at any task."""
    assert all(retrier(task, error) == retrier(task, THROTTLE) for task in tasks().values())


def test_an_execution_keeps_within_the_history_that_step_functions_allows() -> None:
    """Retries until the execution's time-out, in both branches, are fewer than the 25,000 events of a history.

    An attempt at a task is three events: scheduled, started, failed.
    """
    average = max(longest_waits(THROTTLE)) / 2
    assert 2 * 3 * DEFINITION["TimeoutSeconds"] / average < 20_000


def test_statelint_finds_nothing() -> None:
    """The linter of the Amazon States Language finds nothing wrong with the graph, its placeholders filled."""
    filled = substituted(states_language(), **dict.fromkeys(PLACEHOLDERS, "aws"))
    assert Linter.validate(filled) == []


def test_template_fills_every_placeholder() -> None:
    """Nothing is left to fill once partition, functions, table and topic are, and no partition is written out."""
    text = json.dumps(substituted(states_language(), **dict.fromkeys(PLACEHOLDERS, "<filled>")))
    assert "${" not in text
    assert "arn:aws" not in text
