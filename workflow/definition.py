"""The processing pipeline as a graph; `python -m workflow.definition` prints it in the Amazon States Language."""

import json
import sys
from typing import Any

from asl.command import run_command
from workflow.blocks import REJECTED, STALE_EXECUTION_ERRORS, catch_all, mark_notified, publish, record_outcome, task
from workflow.contracts.errors import INTERNAL_ERROR_MESSAGE
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
    any_partition,
)
from workflow.steps import ARCHIVE, METADATA, RESIZE, THUMBNAIL, VALIDATE, Step

FAILED = "ProcessingFailed"  # the error that a failed execution ends with
NO_CAUSE = "No cause was given."
BRANCH_SEPARATOR = ":"  # between a branch's name and that of its error, in which no colon is
TIMEOUT = 35 * 60  # seconds for a whole execution: every retry of every state on the longest way fits


def pipeline() -> Graph:
    """Build the graph: validate, extract, two renditions at once, archive, tell; every error meets in HandleError."""
    # The name of what went wrong is the cause: as an error's name, one of States' own would not be allowed here.
    failed = Fail("Failed", error=FAILED, cause_path="$.error.Error")
    handle_error = _handle_error(failed)
    caught = catch_all(handle_error)
    happy_path = Chain(
        [
            task(VALIDATE, result_path="$.validation", catch=caught),
            task(METADATA, result_path="$.metadata", catch=caught),
            _renditions(handle_error),
            task(ARCHIVE, result_path="$.archive", catch=caught),
            *_success(failed),
        ]
    )
    return Graph(happy_path, comment="Processes one uploaded picture.", timeout_seconds=TIMEOUT)


def _renditions(handle_error: Choice) -> Parallel:
    """Build the two renditions at once; an error of a branch says which, for Parallel itself would not."""
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
    """Build a branch: a rejection leaves it as it came, any other error with the branch's name in front of its own.

    The branch fails, so that its sibling is stopped and one cause is carried on: two could exceed what a payload may be.
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
    """Build what finds the branch that an error came from, and gives the error its own name back."""
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


def _success(failed: Fail) -> list[State]:
    """Build how the uploader is told of a success."""
    message = {f"{name}.$": f"$.validation.{name}" for name in ("filename", "format", "width", "height")}
    return [
        publish(
            "PublishSuccess",
            "SUCCEEDED",
            message={**message, "archive.$": "$.archive"},
            attributes={"owner": "$.image.owner", "format": "$.validation.format"},
            catch=catch_all(failed),
        ),
        *_noted("MarkSuccessNotified", Succeed("Succeeded")),
    ]


def _noted(state: str, end: State) -> list[State]:
    """Build the note that the end has been told, and the end; without the note, the sweep tells it again."""
    return [mark_notified(state, catch=catch_all(end, result_path=None)), end]


def _handle_error(failed: Fail) -> Choice:
    """Build what follows an error: a picture rejected or another's to end is no failure, anything else is ours."""
    choice = Choice("HandleError")
    # This execution repeats another one, comes late or too early. Nothing has failed.
    quiet = Succeed("IgnoreStaleExecution")
    for error in STALE_EXECUTION_ERRORS:
        choice.add_choice(_error_is(error), quiet)
    failure = _failure(failed)
    choice.add_choice(ChoiceRule.IsPresent(variable="$.error.failedIn", value=True), failure)
    choice.add_choice(_error_is(REJECTED), _rejection(failed))  # which no branch names
    # What is not there yet tells which state failed.
    for state, result in (
        (VALIDATE.state, "validation"),
        (METADATA.state, "metadata"),
        ("ParallelProcessing", "renditions"),
    ):
        choice.add_choice(ChoiceRule.IsPresent(variable=f"$.{result}", value=False), _located(state, failure))
    choice.default_choice(_located(ARCHIVE.state, failure))
    return choice


def _error_is(name: str) -> ChoiceRule:
    return ChoiceRule.StringEquals(variable="$.error.Error", value=name)


def _located(state: str, failure: Chain) -> Chain:
    """Build what notes that state failed, and goes on with failure."""
    return Chain([Pass(f"Mark{state}Failed", result=state, result_path="$.error.failedIn"), failure])


def _rejection(failed: Fail) -> Chain:
    """Build how the uploader is told of a rejection, once it is recorded."""
    reason = {"reason": "$.error.Cause.reason", "message": "$.error.Cause.message"}
    return Chain(
        [
            # The cause of a function's error is JSON, and the message in it is JSON again.
            _read_json("ParseError", "$.error.Cause"),
            _read_json("ParseRejection", "$.error.Cause.errorMessage"),
            record_outcome("RecordRejection", "REJECTED", reason, catch=catch_all(failed)),
            publish(
                "PublishRejection",
                "REJECTED",
                message={f"{name}.$": path for name, path in reason.items()},
                attributes={"owner": "$.image.owner"},
                catch=catch_all(failed),
            ),
            *_noted("MarkRejectionNotified", Succeed("Rejected")),
        ]
    )


def _failure(failed: Fail) -> Chain:
    """Build how a failure is told, once it is recorded; the error that brought us stays."""
    why = {"failedIn": "$.error.failedIn", "reason": "$.error.Error"}
    ended = catch_all(failed, result_path=None)
    return Chain(
        [
            record_outcome("RecordFailure", "FAILED", {**why, "error": "States.JsonToString($.error)"}, catch=ended),
            publish(
                "PublishFailure",
                "FAILED",
                message={**{f"{name}.$": path for name, path in why.items()}, "message": INTERNAL_ERROR_MESSAGE},
                attributes={"owner": "$.image.owner"},
                catch=ended,
            ),
            *_noted("MarkFailureNotified", failed),
        ]
    )


def _read_json(state: str, path: str) -> Pass:
    """Return the state that puts what the JSON text at path says in the place of the error's cause."""
    read = {"Error.$": "$.error.Error", "Cause.$": f"States.StringToJson({path})"}
    return Pass(state, parameters=read, result_path="$.error")


def states_language() -> dict[str, Any]:
    """Return the pipeline in the Amazon States Language; `${Name}` stands for what the template substitutes."""
    with any_partition():
        definition: dict[str, Any] = json.loads(pipeline().to_json())
    return definition


if __name__ == "__main__":
    sys.exit(run_command("definition", lambda: print(json.dumps(states_language(), indent=2))))
