"""Histories of executions in the form of AWS: which event names which before it, and what it says.

AWS's behavior was read from its recorded answers, and is written here for machines of this project: a task that fails in a
Parallel or a Map is followed by a TaskStateAborted without a name for each task that was open, the failing one included,
and all of them, as what ends the Parallel or the Map, come after the event of the failure. Such an end has no error of
its own. A Parallel or a Map that is tried again begins after the failure, with no event between. EvaluationFailed
names its state, and often comes after the event before that was entered. States.Runtime has no event of failure.
"""

from typing import Any

Event = dict[str, Any]

BEGIN = 1_800_000_000.0  # seconds since 1970
ERROR = {"error": "MemoryError", "cause": "no room"}


def events(*specs: tuple[int, str, dict[str, Any]]) -> list[Event]:
    """Return events, each given by the ID of its previous event, its type and its details."""
    return [_event(number, *one) for number, one in enumerate(specs, 1)]


def _event(number: int, previous: int, kind: str, details: dict[str, Any]) -> Event:
    event = {"id": number, "previousEventId": previous, "type": kind, "timestamp": BEGIN + number}
    return event | ({f"{_field(kind)}EventDetails": details} if details else {})


def _field(kind: str) -> str:
    for way in ("StateEntered", "StateExited"):
        if kind.endswith(way):
            return way[0].lower() + way[1:]
    return kind[0].lower() + kind[1:]


def _named(name: str) -> dict[str, str]:
    return {"name": name}


BOTH = [
    (0, "ExecutionStarted", {}),
    (0, "ParallelStateEntered", _named("ParallelProcessing")),
    (2, "ParallelStateStarted", {}),
    (3, "TaskStateEntered", _named("ResizeImage")),
    (4, "TaskScheduled", {}),
    (3, "TaskStateEntered", _named("GenerateThumbnail")),
    (6, "TaskScheduled", {}),
    (5, "TaskStarted", {}),
    (7, "TaskStarted", {}),
]


def branch_failed() -> list[Event]:
    """Return the history of a failed branch: the other task was running, and the Parallel is caught."""
    return events(
        *BOTH,
        (8, "TaskFailed", ERROR),
        (10, "TaskStateAborted", {}),
        (10, "TaskStateAborted", {}),
        (10, "ParallelStateFailed", {}),
        (13, "ParallelStateExited", _named("ParallelProcessing")),
        (14, "ChoiceStateEntered", _named("HandleError")),
        (15, "ChoiceStateExited", _named("HandleError")),
        (16, "FailStateEntered", _named("Failed")),
        (17, "ExecutionFailed", {"error": "ProcessingFailed"}),
    )


def both_branches_failed() -> list[Event]:
    """Return the same where the other task fails as well before the Parallel has ended: the first failure ended it."""
    return events(
        *BOTH,
        (8, "TaskFailed", ERROR),
        (9, "TaskTimedOut", {"error": "States.Timeout"}),
        (10, "TaskStateAborted", {}),
        (10, "TaskStateAborted", {}),
        (10, "ParallelStateFailed", {}),
        (14, "ParallelStateExited", _named("ParallelProcessing")),
        (15, "ChoiceStateEntered", _named("HandleError")),
        (16, "ChoiceStateExited", _named("HandleError")),
        (17, "FailStateEntered", _named("Failed")),
        (18, "ExecutionFailed", {"error": "ProcessingFailed"}),
    )


def branch_broken_off() -> list[Event]:
    """Return the end of an execution by what no state can catch, in the branch that was not entered last."""
    return events(
        *BOTH, (8, "TaskSucceeded", {}), (10, "ExecutionFailed", {"error": "States.Runtime", "cause": "no path"})
    )


def parallel_broken_off() -> list[Event]:
    """Return the end of an execution whose Parallel's output fails, which no state can catch."""
    return events(
        *BOTH,
        (8, "TaskSucceeded", {}),
        (9, "TaskSucceeded", {}),
        (10, "TaskStateExited", _named("ResizeImage")),
        (11, "TaskStateExited", _named("GenerateThumbnail")),
        (13, "ParallelStateSucceeded", {}),
        (14, "ExecutionFailed", {"error": "States.Runtime", "cause": "no path"}),
    )


def branch_failed_within_a_branch() -> list[Event]:
    """Return the failure of a task beside a Parallel, both in a Parallel, which is not caught."""
    return events(
        (0, "ExecutionStarted", {}),
        (0, "ParallelStateEntered", _named("All")),
        (2, "ParallelStateStarted", {}),
        (3, "TaskStateEntered", _named("A")),
        (4, "TaskScheduled", {}),
        (3, "ParallelStateEntered", _named("Both")),
        (6, "ParallelStateStarted", {}),
        (7, "WaitStateEntered", _named("B")),
        (5, "TaskStarted", {}),
        (9, "TaskFailed", ERROR),
        (10, "TaskStateAborted", {}),
        (10, "WaitStateAborted", {}),
        (10, "ParallelStateAborted", {}),
        (10, "ParallelStateFailed", {}),
        (14, "ExecutionFailed", ERROR),
    )


def fail_state_reached() -> list[Event]:
    """Return the end by a Fail state in a Parallel: only the execution's event has its error."""
    return events(
        (0, "ExecutionStarted", {}),
        (0, "ParallelStateEntered", _named("Both")),
        (2, "ParallelStateStarted", {}),
        (3, "FailStateEntered", _named("C")),
        (4, "ParallelStateFailed", {}),
        (5, "ExecutionFailed", {"error": "Computed"}),
    )


def item_timed_out() -> list[Event]:
    """Return the failure of a Map, both of whose items ran out of time at once."""
    item = _named("Each line")
    return events(
        (0, "ExecutionStarted", {}),
        (0, "MapStateEntered", item),
        (2, "MapStateStarted", {"length": 2}),
        (3, "MapIterationStarted", {**item, "index": 0}),
        (3, "MapIterationStarted", {**item, "index": 1}),
        (4, "TaskStateEntered", _named("Check")),
        (6, "TaskScheduled", {}),
        (5, "TaskStateEntered", _named("Check")),
        (8, "TaskScheduled", {}),
        (7, "TaskStarted", {}),
        (9, "TaskStarted", {}),
        (10, "TaskTimedOut", {"error": "States.Timeout"}),
        (11, "TaskTimedOut", {"error": "States.Timeout"}),
        (12, "MapIterationFailed", {**item, "index": 0}),
        (12, "TaskStateAborted", {}),
        (12, "MapIterationAborted", {**item, "index": 1}),
        (12, "TaskStateAborted", {}),
        (12, "MapStateFailed", {}),
        (18, "ExecutionFailed", {"error": "States.Timeout"}),
    )


def items_in_turn() -> list[Event]:
    """Return a Map that takes one item at a time, fails at the second, is tried again, and fails for good."""
    item = _named("Each line")
    ran: list[tuple[int, str, dict[str, Any]]] = [(0, "ExecutionStarted", {}), (0, "MapStateEntered", item)]
    before = 2
    for _ in range(2):
        begun = len(ran) + 1
        ran += [
            (before, "MapStateStarted", {"length": 2}),
            (begun, "MapIterationStarted", {**item, "index": 0}),
            (begun + 1, "TaskStateEntered", _named("Check")),
            (begun + 2, "LambdaFunctionScheduled", {}),
            (begun + 3, "LambdaFunctionStarted", {}),
            (begun + 4, "LambdaFunctionSucceeded", {}),
            (begun + 5, "TaskStateExited", _named("Check")),
            (begun + 6, "MapIterationSucceeded", {**item, "index": 0}),
            (begun + 6, "MapIterationStarted", {**item, "index": 1}),
            (begun + 8, "TaskStateEntered", _named("Check")),
            (begun + 9, "LambdaFunctionScheduled", {}),
            (begun + 10, "LambdaFunctionScheduleFailed", ERROR),
            (begun + 11, "MapIterationFailed", {**item, "index": 1}),
        ]
        before = begun + 11
    return events(*ran, (before, "MapStateFailed", {}), (len(ran) + 1, "ExecutionFailed", ERROR))


def run_of_items_failed() -> list[Event]:
    """Return the failure of a distributed Map that could not read its items."""
    error = {"error": "States.ItemReaderFailed", "cause": "no such file"}
    return events(
        (0, "ExecutionStarted", {}),
        (0, "MapStateEntered", _named("Read the file")),
        (2, "MapStateStarted", {"length": 0}),
        (3, "MapRunStarted", {"mapRunArn": "arn"}),
        (4, "MapRunFailed", error),
        (5, "MapStateFailed", {}),
        (6, "ExecutionFailed", error),
    )


EVALUATION = {"error": "States.QueryEvaluationError", "cause": "undefined", "location": "Output"}


def evaluation_failed() -> list[Event]:
    """Return the failure of an expression in the second state of two."""
    return events(
        (0, "ExecutionStarted", {}),
        (0, "TaskStateEntered", _named("Look up")),
        (2, "TaskScheduled", {}),
        (3, "TaskStarted", {}),
        (4, "TaskSucceeded", {}),
        (5, "TaskStateExited", _named("Look up")),
        (6, "WaitStateEntered", _named("Pause")),
        (6, "EvaluationFailed", {**EVALUATION, "state": "Pause"}),
        (8, "ExecutionFailed", EVALUATION),
    )


def evaluation_caught() -> list[Event]:
    """Return the failure of a task's output, after the function has succeeded, and the path of its catcher."""
    return events(
        (0, "ExecutionStarted", {}),
        (0, "TaskStateEntered", _named("Look up")),
        (2, "TaskScheduled", {}),
        (3, "TaskStarted", {}),
        (4, "TaskSucceeded", {}),
        (5, "EvaluationFailed", {**EVALUATION, "state": "Look up"}),
        (6, "TaskStateExited", _named("Look up")),
        (7, "PassStateEntered", _named("Fallback")),
        (8, "PassStateExited", _named("Fallback")),
        (9, "ExecutionSucceeded", {}),
    )


def evaluation_failed_for_an_item() -> list[Event]:
    """Return the failure of an expression for the second of two items that are at the same state."""
    item = _named("Each line")
    return events(
        (0, "ExecutionStarted", {}),
        (0, "MapStateEntered", item),
        (2, "MapStateStarted", {"length": 2}),
        (3, "MapIterationStarted", {**item, "index": 0}),
        (3, "MapIterationStarted", {**item, "index": 1}),
        (5, "TaskStateEntered", _named("Check")),
        (4, "TaskStateEntered", _named("Check")),
        (5, "EvaluationFailed", {**EVALUATION, "state": "Check"}),
        (8, "MapIterationFailed", {**item, "index": 1}),
        (8, "MapIterationAborted", {**item, "index": 0}),
        (8, "TaskStateAborted", {}),
        (8, "MapStateFailed", {}),
        (12, "ExecutionFailed", EVALUATION),
    )
