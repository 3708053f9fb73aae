"""The graph: its states and arrows, what every task is protected by, and that the language's own linter agrees."""

import json
from collections.abc import Iterator

import pytest
from statelint.linter import Linter

from tests.workflow.asl import DEFINITION, State, longest_waits, retrier, states, tasks
from tests.workflow.interpreter import substituted
from workflow.contracts.errors import AlreadyEnded, ContractViolation, ImageRejected
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

TOP: dict[str, State] = DEFINITION["States"]
BRANCH_TASKS = {name for branch in TOP["ParallelProcessing"]["Branches"] for name in branch["States"]}

each_task = pytest.mark.parametrize("name", tasks())


def arrows(name: str) -> Iterator[tuple[str, str]]:
    """Yield where the state leads to without an error, and where an error leads to if it has a handler of its own."""
    state = TOP[name]
    yield from ((name, target) for target in successors(state) or ["end"])
    yield from ((name, catcher["Next"]) for catcher in state.get("Catch", []) if catcher["Next"] == "HandleError")


def successors(state: State) -> list[str]:
    """Return the names of the states that state leads to without an error."""
    chosen = [choice["Next"] for choice in state.get("Choices", [])]
    return [*chosen, *(state[key] for key in ("Default", "Next") if key in state)]


def paths(name: str) -> Iterator[list[str]]:
    """Yield every way from the state to an end, without an error on it."""
    following = successors(TOP[name])
    if not following:
        yield [name]
    for target in following:
        yield from ([name, *rest] for rest in paths(target))


def longest(state: State) -> float:
    """Return the seconds that state may take: each attempt up to its limit, and throttles, which answer at once."""
    if "Retry" not in state:
        inside = [sum(map(longest, branch["States"].values())) for branch in state.get("Branches", [])]
        return max(inside, default=0)
    waits, throttles = longest_waits("States.ALL"), longest_waits("Lambda.TooManyRequestsException")
    return (1 + len(waits)) * float(state["TimeoutSeconds"]) + sum(waits) + sum(throttles)


def test_the_states_of_the_architecture_are_there() -> None:
    """Every state that the architecture names exists once, the two renditions in branches of ParallelProcessing."""
    names = [name for name, _ in states()]
    assert set(names) >= NAMED
    assert len(names) == len(set(names))
    assert [list(branch["States"]) for branch in TOP["ParallelProcessing"]["Branches"]] == [
        ["ResizeImage"],
        ["GenerateThumbnail"],
    ]
    assert DEFINITION["StartAt"] == "ValidateImage"


def test_the_arrows_are_those_of_the_architecture() -> None:
    """The named states lead where the architecture leads them, and nowhere else."""
    assert {arrow for name in NAMED - BRANCHES - {"HandleError"} for arrow in arrows(name)} == ARCHITECTURE


def test_other_states_stand_behind_handle_error_only() -> None:
    """States beyond the architecture's are reached from HandleError, or are where an error of a publish ends."""
    behind = {name for path in paths("HandleError") for name in path[1:]}
    assert {name for name, _ in states()} - NAMED == behind


def test_every_error_is_recorded_and_told() -> None:
    """Each way through HandleError records an end, tells it and ends the execution, but that of a picture with an end."""
    for path in paths("HandleError"):
        if path[-1] == "AlreadyEnded":
            continue
        *_, record, publish, end = path
        assert TOP[record]["Resource"].endswith(":::dynamodb:updateItem")
        assert TOP[publish]["Resource"].endswith(":::sns:publish")
        assert TOP[end]["Type"] in ("Succeed", "Fail")


def test_what_is_no_failure_is_chosen_by_its_name() -> None:
    """HandleError leads ImageRejected and AlreadyEnded to ends that succeed, and every other error to one that fails."""
    rejected, late = TOP["HandleError"]["Choices"]
    assert (rejected["Variable"], rejected["StringEquals"]) == ("$.error.Error", ImageRejected.__name__)
    assert (late["Variable"], late["StringEquals"]) == ("$.error.Error", AlreadyEnded.__name__)
    assert [TOP[path[-1]]["Type"] for path in paths(rejected["Next"])] == ["Succeed"]
    assert (late["Next"], TOP[late["Next"]]["Type"]) == ("AlreadyEnded", "Succeed")
    assert [TOP[path[-1]]["Type"] for path in paths(TOP["HandleError"]["Default"])] == ["Fail"]


@each_task
def test_a_task_has_a_time_limit(name: str) -> None:
    """Every task gives up after a while, and a step only after its function would have."""
    state = tasks()[name]
    limits = {step.state: step.timeout for step in STEPS}
    assert limits.get(name, 0) < state["TimeoutSeconds"] < DEFINITION["TimeoutSeconds"]


@each_task
def test_a_task_never_retries_what_a_retry_cannot_mend(name: str) -> None:
    """The first retrier of every task names the permanent errors and forgives none of them."""
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
    throttle = retrier(tasks()[name], "Lambda.TooManyRequestsException")
    assert throttle["MaxAttempts"] > policies[-1]["MaxAttempts"]


def test_all_tasks_have_one_retry_policy() -> None:
    """The retry policy is stated once."""
    policies = [task["Retry"] for task in tasks().values()]
    assert all(policy == policies[0] for policy in policies)


@each_task
def test_a_task_catches_every_error(name: str) -> None:
    """An error of any task is caught: by itself, or for a task in a branch by ParallelProcessing."""
    state = TOP["ParallelProcessing" if name in BRANCH_TASKS else name]
    assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"]
    assert ("Catch" in tasks()[name]) == (name not in BRANCH_TASKS)


def test_an_error_on_the_way_keeps_the_data() -> None:
    """No catcher replaces a state's input: the error stands beside it, or the first error is kept."""
    catchers = [catcher for _, state in states() for catcher in state.get("Catch", [])]
    assert {catcher["ResultPath"] for catcher in catchers} <= {"$.error", None}


def test_the_execution_outlasts_the_retries_of_its_steps() -> None:
    """The execution's own limit, which nothing catches, comes after every limit and retry on any way to an end."""
    failing = [[*next(paths("ValidateImage"))[:-1], *path] for path in paths("HandleError")]
    ways = [*paths("ValidateImage"), *failing]
    assert max(sum(longest(TOP[name]) for name in way) for way in ways) <= DEFINITION["TimeoutSeconds"]


def test_statelint_finds_nothing() -> None:
    """The linter of the Amazon States Language finds nothing wrong with the graph, its placeholders filled."""
    filled = substituted(states_language(), **dict.fromkeys(PLACEHOLDERS, "aws"))
    assert Linter.validate(filled) == []


def test_the_placeholders_are_what_the_template_fills() -> None:
    """Nothing is left to fill once partition, functions, table and topic are, and no partition is written out."""
    text = json.dumps(substituted(states_language(), **dict.fromkeys(PLACEHOLDERS, "<filled>")))
    assert "${" not in text
    assert "arn:aws" not in text
