"""The processing pipeline as a graph; `python -m workflow.definition` prints it in the Amazon States Language."""

import json
from typing import Any

from workflow.blocks import LATE, REJECTED, catch_all, catch_ended, publish, record_end, task
from workflow.sdk import Chain, Choice, ChoiceRule, Fail, Graph, Parallel, Pass, Succeed, any_partition
from workflow.steps import ARCHIVE, METADATA, RESIZE, THUMBNAIL, VALIDATE

FAILED = "ProcessingFailed"  # the error that a failed execution ends with
TIMEOUT = 35 * 60  # seconds for a whole execution: every retry of every state on the longest way fits


def pipeline() -> Graph:
    """Build the graph: validate, extract, two renditions at once, archive, tell; every error meets in HandleError."""
    # The name of what went wrong is the cause: as an error's name, one of States' own would not be allowed here.
    failed = Fail("Failed", error=FAILED, cause_path="$.error.Error")
    handle_error = _handle_error(failed)
    caught = catch_all(handle_error)

    both = Parallel(
        "ParallelProcessing",
        result_selector={"resized.$": "$[0]", "thumbnail.$": "$[1]"},
        result_path="$.renditions",
        catch=caught,
    )
    both.add_branch(task(RESIZE))
    both.add_branch(task(THUMBNAIL))

    happy_path = Chain(
        [
            task(VALIDATE, result_path="$.validation", catch=caught),
            task(METADATA, result_path="$.metadata", catch=caught),
            both,
            task(ARCHIVE, result_path="$.archive", catch=caught),
            publish(
                "PublishSuccess",
                "SUCCEEDED",
                message={
                    "filename.$": "$.validation.filename",
                    "format.$": "$.validation.format",
                    "width.$": "$.validation.width",
                    "height.$": "$.validation.height",
                    "archive.$": "$.archive",
                },
                attributes={"owner": "$.image.owner", "format": "$.validation.format"},
                catch=catch_all(failed),
            ),
        ]
    )
    return Graph(happy_path, comment="Processes one uploaded picture.", timeout_seconds=TIMEOUT)


def _handle_error(failed: Fail) -> Choice:
    """Build what follows an error: a picture rejected or done already ends well, anything else is ours and fails."""
    failure = _failure(failed)
    choice = Choice("HandleError")
    choice.add_choice(ChoiceRule.StringEquals(variable="$.error.Error", value=REJECTED), _rejection(failure, failed))
    # This execution repeats another one, or comes late. Nothing has failed.
    choice.add_choice(ChoiceRule.StringEquals(variable="$.error.Error", value=LATE), Succeed("AlreadyEnded"))
    choice.default_choice(failure)
    return choice


def _rejection(failure: Chain, failed: Fail) -> Chain:
    """Build how the uploader is told; a rejection that cannot be recorded becomes a failure of ours."""
    reason = {"reason": "$.error.Cause.reason", "message": "$.error.Cause.message"}
    return Chain(
        [
            # The cause of a function's error is JSON, and the message in it is JSON again.
            _read_json("ReadCause", "$.error.Cause"),
            _read_json("ReadRejection", "$.error.Cause.errorMessage"),
            record_end("RecordRejection", "REJECTED", reason, catch=[catch_ended(failed), catch_all(failure)]),
            publish(
                "PublishRejection",
                "REJECTED",
                message={f"{name}.$": path for name, path in reason.items()},
                attributes={"owner": "$.image.owner"},
                catch=catch_all(failed),
            ),
            Succeed("Rejected"),
        ]
    )


def _failure(failed: Fail) -> Chain:
    """Build how a failure is recorded and told, told even if it cannot be recorded; the error that brought us stays."""
    publish_failure = publish(
        "PublishFailure",
        "FAILED",
        message={"reason.$": "$.error.Error", "message": "The picture could not be processed; the fault is ours."},
        attributes={"owner": "$.image.owner"},
        catch=catch_all(failed, result_path=None),
    )
    found = {"reason": "$.error.Error", "error": "States.JsonToString($.error)"}
    catches = [catch_ended(failed), catch_all(publish_failure, result_path=None)]
    return Chain([record_end("RecordFailure", "FAILED", found, catch=catches), publish_failure, failed])


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
    print(json.dumps(states_language(), indent=2))
