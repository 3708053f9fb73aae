"""The processing pipeline as a graph; `python -m workflow.definition` prints it in the Amazon States Language."""

if __name__ == "__main__":  # before the imports that take time, which Ctrl-C may end
    import sys

    from asl.command import run_module

    sys.exit(run_module("definition", "workflow.definition"))

import json
from typing import Any

from workflow.blocks import catch_all, check_deleted, mark_notified, publish, record_outcome, task
from workflow.contracts.durations import EXECUTION_TIMEOUT
from workflow.contracts.errors import INTERNAL_ERROR_MESSAGE
from workflow.retries import DYNAMODB_CONDITION_FAILED, REJECTED, STALE_EXECUTION_ERRORS
from workflow.sdk import (
    Catch,
    Chain,
    Choice,
    ChoiceRule,
    Fail,
    Graph,
    LambdaStep,
    Parallel,
    Pass,
    State,
    Succeed,
    to_states_language,
)
from workflow.steps import ARCHIVE, METADATA, RESIZE, THUMBNAIL, VALIDATE, Step

OPEN = ("openShard", "openSince")  # the attributes by which a record is in the sweep's index
FAILED = "ProcessingFailed"  # the error of a failed execution
NO_CAUSE = "No cause was given."
BRANCH_SEPARATOR = ":"  # between the names of a branch and of its error, neither of which contains a colon


def pipeline() -> Graph:
    """Build the graph: validate, extract, two renditions in parallel, archive, notify. Every error leads to HandleError."""
    # The name of the caught error is the cause, because Step Functions' own names are not allowed as an error name here.
    failed = Fail("Failed", error=FAILED, cause_path="$.error.Error")
    handle_error = _handle_error(failed)
    caught = catch_all(handle_error)
    happy_path = Chain(
        [
            task(VALIDATE, result_path="$.validation", catch=caught),
            task(METADATA, result_path="$.metadata", catch=caught),
            _renditions(handle_error),
            task(ARCHIVE, result_path="$.archive", catch=caught),
            *_success(),
        ]
    )
    return Graph(happy_path, comment="Processes one uploaded image.", timeout_seconds=EXECUTION_TIMEOUT)


def _renditions(handle_error: Choice) -> Parallel:
    """Build the two renditions in parallel. An error carries the name of its branch, which a Parallel would not add."""
    steps = (RESIZE, THUMBNAIL)
    rejected = Catch(error_equals=[REJECTED], next_step=handle_error, result_path="$.error")
    both = Parallel(
        "ParallelProcessing",
        result_selector={"resized.$": "$[0]", "thumbnail.$": "$[1]"},
        result_path="$.renditions",
        catch=[rejected, catch_all(_find_branch(steps, handle_error))],
    )
    for step in steps:
        both.add_branch(_branch(step))
    return both


def _branch(step: Step) -> LambdaStep:
    """Build a branch. It rethrows a rejection as it is, and any other error with the branch's name in front.

    Because the branch fails, the other one is stopped and only one cause goes on: two could exceed the payload limit.
    """
    rejected = Fail(f"Rethrow{step.state}Rejection", error=REJECTED, cause_path="$.error.Cause")
    name = f"States.Format('{step.state}{BRANCH_SEPARATOR}{{}}', $.error.Error)"
    explained = Fail(f"Rethrow{step.state}Error", error_path=name, cause_path="$.error.Cause")
    unexplained = Fail(f"Rethrow{step.state}ErrorWithoutCause", error_path=name, cause=NO_CAUSE)
    find_cause = Choice(f"Check{step.state}Cause")
    find_cause.add_choice(ChoiceRule.IsPresent(variable="$.error.Cause", value=True), explained)
    find_cause.default_choice(unexplained)
    return task(
        step, catch=[Catch(error_equals=[REJECTED], next_step=rejected, result_path="$.error"), catch_all(find_cause)]
    )


def _find_branch(steps: tuple[Step, ...], handle_error: Choice) -> Choice:
    """Build the choice that finds the branch of an error, and the states that restore the error's own name."""
    choice = Choice("FindFailedBranch")
    for step in steps:
        restore = Pass(
            f"Restore{step.state}Error",
            parameters={
                "Error.$": f"States.ArrayGetItem(States.StringSplit($.error.Error, '{BRANCH_SEPARATOR}'), 1)",
                "Cause.$": "$.error.Cause",
                "failedIn": step.state,
            },
            result_path="$.error",
        )
        restore.next(handle_error)
        choice.add_choice(
            ChoiceRule.StringMatches(variable="$.error.Error", value=f"{step.state}{BRANCH_SEPARATOR}*"), restore
        )
    choice.default_choice(handle_error)
    return choice


def _success() -> list[State]:
    """Build the notification of a success. An error takes the place of the payload, which would not have room for both."""
    unpublished = Fail("SuccessNotPublished", error=FAILED, cause_path="$.Error")
    message = {f"{name}.$": f"$.validation.{name}" for name in ("filename", "format", "width", "height")}
    return [
        publish(
            "PublishSuccess",
            "SUCCEEDED",
            message={**message, "archive.$": "$.archive"},
            attributes={"owner": "$.image.owner", "format": "$.validation.format"},
            catch=catch_all(unpublished, result_path="$"),
        ),
        *_marked("MarkSuccessNotified", Succeed("Succeeded"), OPEN),
    ]


def _marked(state: str, end: State, removed: tuple[str, ...] = ()) -> list[State]:
    """Build the state that marks the outcome as notified, and the end; an outcome without the mark is published by the sweep.

    The record of an image that FAILED stays in the sweep's index: its execution may leave objects in the archive.
    """
    return [mark_notified(state, removed, catch=catch_all(end, result_path=None)), end]


def _handle_error(failed: Fail) -> Choice:
    """Build what follows an error: a stale execution is ignored, a rejection is notified, anything else is a failure."""
    choice = Choice("HandleError")
    # This execution repeats another one, is too late, or is too early. Nothing has failed.
    ignore = Succeed("IgnoreStaleExecution")
    for error in STALE_EXECUTION_ERRORS:
        choice.add_choice(_error_is(error), ignore)
    failure = _failure(failed, ignore)
    choice.add_choice(ChoiceRule.IsPresent(variable="$.error.failedIn", value=True), failure)
    choice.add_choice(_error_is(REJECTED), _rejection(failed, ignore))  # a rejection in a branch has no failedIn
    # The first state whose result is missing is the one that failed.
    for state, result in (
        (VALIDATE.state, "validation"),
        (METADATA.state, "metadata"),
        ("ParallelProcessing", "renditions"),
    ):
        choice.add_choice(ChoiceRule.IsPresent(variable=f"$.{result}", value=False), _mark_failed(state, failure))
    choice.default_choice(_mark_failed(ARCHIVE.state, failure))
    return choice


def _error_is(name: str) -> ChoiceRule:
    return ChoiceRule.StringEquals(variable="$.error.Error", value=name)


def _mark_failed(state: str, failure: Chain) -> Chain:
    """Build the state that stores which state failed, followed by failure."""
    return Chain([Pass(f"Mark{state}Failed", result=state, result_path="$.error.failedIn"), failure])


def _rejection(failed: Fail, ignore: Succeed) -> Chain:
    """Build how a rejection is recorded and then published. It is stale if the record is not this execution's any more."""
    reason = {"reason": "$.error.Cause.reason", "message": "$.error.Cause.message"}
    return Chain(
        [
            # The cause of a function's error is JSON, and the message inside is JSON again.
            _parse_json("ParseError", "$.error.Cause"),
            _parse_json("ParseRejection", "$.error.Cause.errorMessage"),
            record_outcome("RecordRejection", "REJECTED", reason, catch=[_not_recorded(ignore), catch_all(failed)]),
            publish(
                "PublishRejection",
                "REJECTED",
                message={f"{name}.$": path for name, path in reason.items()},
                attributes={"owner": "$.image.owner"},
                catch=catch_all(failed),
            ),
            *_marked("MarkRejectionNotified", Succeed("Rejected"), OPEN),
        ]
    )


def _failure(failed: Fail, ignore: Succeed) -> Chain:
    """Build how a failure is recorded and then published. A later error does not replace the first one.

    If it cannot be recorded because the image was deleted, it is none. Otherwise there may be no record yet: the execution
    fails, and others finalize it.
    """
    why = {"failedIn": "$.error.failedIn", "reason": "$.error.Error"}
    ended = catch_all(failed, result_path=None)
    check = check_deleted("CheckDeletion", catch=ended)
    check.next(ignore)
    outcome = {**why, "error": "States.JsonToString($.error)"}
    return Chain(
        [
            record_outcome("RecordFailure", "FAILED", outcome, catch=[_not_recorded(check), ended]),
            publish(
                "PublishFailure",
                "FAILED",
                message={**{f"{name}.$": path for name, path in why.items()}, "message": INTERNAL_ERROR_MESSAGE},
                attributes={"owner": "$.image.owner"},
                catch=ended,
            ),
            *_marked("MarkFailureNotified", failed),
        ]
    )


def _not_recorded(next_step: Any) -> Catch:
    """Return the catcher for a record that is not this execution's when its outcome is written."""
    return Catch(error_equals=[DYNAMODB_CONDITION_FAILED], next_step=next_step, result_path=None)


def _parse_json(state: str, path: str) -> Pass:
    """Return the state that replaces the error's cause by the parsed JSON text at path."""
    read = {"Error.$": "$.error.Error", "Cause.$": f"States.StringToJson({path})"}
    return Pass(state, parameters=read, result_path="$.error")


def states_language() -> dict[str, Any]:
    """Return the pipeline in the Amazon States Language; `${Name}` is a placeholder that the template fills."""
    return to_states_language(pipeline)


def main() -> None:
    """Print the pipeline."""
    print(json.dumps(states_language(), indent=2))
