"""Single defects of the real machine and of its contracts, each with where the proof must see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Machine = dict[str, Any]
Schema = dict[str, Any]


@dataclass(frozen=True)
class Mutant:
    """A defect by name: what it changes, and the state, field and words of the gap that tells of it."""

    name: str
    state: str
    field: str
    change: Callable[[Any], None]
    words: str = ""
    contract: str | None = None  # the contract that it changes; none: the machine

    def __str__(self) -> str:
        """Return the name, for the test's."""
        return self.name


def setting(path: str, value: Any) -> Callable[[Any], None]:
    """Return a change that sets what is at path, a `/`-separated way through the JSON."""

    def change(document: Any) -> None:
        holder, last = _reached(document, path)
        holder[int(last) if isinstance(holder, list) else last] = value

    return change


def dropping(path: str) -> Callable[[Any], None]:
    """Return a change that removes what is at path."""

    def change(document: Any) -> None:
        holder, last = _reached(document, path)
        del holder[last]

    return change


def renaming(path: str, name: str) -> Callable[[Any], None]:
    """Return a change that renames the property at path."""

    def change(document: Any) -> None:
        holder, last = _reached(document, path)
        holder[name] = holder.pop(last)

    return change


def _reached(document: Any, path: str) -> tuple[Any, str]:
    """Return what holds the last step of path, and that step."""
    *way, last = path.split("/")
    for step in way:
        document = document[int(step) if isinstance(document, list) else step]
    return document, last


def together(*changes: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a change that makes all of changes."""

    def change(document: Any) -> None:
        for one in changes:
            one(document)

    return change


def swapping_branches(machine: Machine) -> None:
    """Swap the branches of ParallelProcessing, and nothing that reads their results."""
    machine["States"]["ParallelProcessing"]["Branches"].reverse()


def optional(name: str) -> Callable[[Any], None]:
    """Return a change that makes a required property of a schema optional."""
    return lambda schema: schema["required"].remove(name)


RESIZE = "States/ParallelProcessing/Branches/0/States/ResizeImage"
PAYLOAD = "Parameters/Payload"

MACHINE = [
    Mutant(
        "input path misspelt",
        "ValidateImage",
        "Parameters.Payload.image.$",
        setting(f"States/ValidateImage/{PAYLOAD}/image.$", "$.imgae"),
        "did you mean `image`?",
    ),
    Mutant(
        "path of a later step misspelt",
        "ArchiveImage",
        "Parameters.Payload.renditions.$",
        setting(f"States/ArchiveImage/{PAYLOAD}/renditions.$", "$.rendition"),
        "did you mean `renditions`?",
    ),
    Mutant(
        "path too deep",
        "ValidateImage",
        "Parameters.Payload.image.$",
        setting(f"States/ValidateImage/{PAYLOAD}/image.$", "$.image.image"),
    ),
    Mutant(
        "wrong field of the right type",
        "ArchiveImage",
        "Parameters.Payload.validation.$",
        setting(f"States/ArchiveImage/{PAYLOAD}/validation.$", "$.image"),
    ),
    Mutant(
        "payload field left out",
        "ResizeImage",
        "Parameters.Payload.image",
        dropping(f"{RESIZE}/{PAYLOAD}/image.$"),
    ),
    Mutant(
        "payload field renamed",
        "ResizeImage",
        "Parameters.Payload.image",
        renaming(f"{RESIZE}/{PAYLOAD}/image.$", "picture.$"),
    ),
    Mutant(
        "payload literal where a path was meant",
        "ExtractMetadata",
        "Parameters.Payload.execution",
        renaming(f"States/ExtractMetadata/{PAYLOAD}/execution.$", "execution"),
        "did you mean `execution.$`?",
    ),
    Mutant(
        "context path misspelt",
        "ValidateImage",
        "Parameters.Payload.execution.$",
        setting(f"States/ValidateImage/{PAYLOAD}/execution.$", "$$.Execution.Nmae"),
        "did you mean `Name`?",
    ),
    Mutant(
        "context object that does not exist",
        "PublishSuccess",
        "Parameters.Message.at.$",
        setting("States/PublishSuccess/Parameters/Message/at.$", "$$.Sate.EnteredTime"),
        "did you mean `State`?",
    ),
    Mutant(
        "context path read from the data",
        "PublishSuccess",
        "Parameters.Message.notificationId.$",
        setting("States/PublishSuccess/Parameters/Message/notificationId.$", "$.Execution.Name"),
    ),
    Mutant(
        "ResultPath dropped",
        "ArchiveImage",
        "Parameters.Payload.image.$",
        dropping("States/ParallelProcessing/ResultPath"),
        "`ResultPath` of ParallelProcessing replaces the whole input",
    ),
    Mutant(
        "ResultPath replaces the input",
        "ResizeImage",
        "Parameters.Payload.image.$",
        setting("States/ExtractMetadata/ResultPath", "$"),
        "did you mean `$.metadata`?",
    ),
    Mutant(
        "ResultPath null",
        "ArchiveImage",
        "Parameters.Payload.validation.$",
        setting("States/ValidateImage/ResultPath", None),
    ),
    Mutant(
        "ResultPath to another name",
        "ArchiveImage",
        "Parameters.Payload.renditions.$",
        setting("States/ParallelProcessing/ResultPath", "$.pictures"),
    ),
    Mutant(
        "ResultPath over a field still needed",
        "ExtractMetadata",
        "Parameters.Payload.image.$",
        setting("States/ValidateImage/ResultPath", "$.image"),
    ),
    Mutant(
        "ResultPath into a string",
        "ValidateImage",
        "ResultPath",
        setting("States/ValidateImage/ResultPath", "$.image.key.found"),
    ),
    Mutant(
        "OutputPath cuts off the input",
        "ExtractMetadata",
        "Parameters.Payload.image.$",
        setting("States/ValidateImage/OutputPath", "$.validation"),
    ),
    Mutant("OutputPath misspelt", "ValidateImage", "OutputPath", setting("States/ValidateImage/OutputPath", "$.valid")),
    Mutant(
        "OutputPath null",
        "ExtractMetadata",
        "Parameters.Payload.image.$",
        setting("States/ValidateImage/OutputPath", None),
    ),
    Mutant(
        "InputPath cuts off the input",
        "ValidateImage",
        "Parameters.Payload.image.$",
        setting("States/ValidateImage/InputPath", "$.image"),
    ),
    Mutant("InputPath misspelt", "ValidateImage", "InputPath", setting("States/ValidateImage/InputPath", "$.images")),
    Mutant(
        "Parallel index past the end",
        "ParallelProcessing",
        "ResultSelector.thumbnail.$",
        setting("States/ParallelProcessing/ResultSelector/thumbnail.$", "$[2]"),
        "the indices run from 0 to 1",
    ),
    Mutant(
        "Parallel index of the other branch",
        "ParallelProcessing",
        "ResultSelector.thumbnail.$",
        setting("States/ParallelProcessing/ResultSelector/thumbnail.$", "$[0]"),
    ),
    Mutant("branches swapped", "ParallelProcessing", "ResultSelector.resized.$", swapping_branches),
    Mutant(
        "Parallel result read as an object",
        "ParallelProcessing",
        "ResultSelector.resized.$",
        setting("States/ParallelProcessing/ResultSelector/resized.$", "$.resized"),
    ),
    Mutant(
        "ResultSelector of Parallel dropped",
        "ParallelProcessing",
        "ResultSelector",
        dropping("States/ParallelProcessing/ResultSelector"),
    ),
    Mutant(
        "ResultSelector reads beside the Payload",
        "ValidateImage",
        "ResultSelector.format.$",
        setting("States/ValidateImage/ResultSelector/format.$", "$.format"),
        "did you mean `$.Payload.format`?",
    ),
    Mutant(
        "ResultSelector drops a field",
        "PublishSuccess",
        "Parameters.Message.filename.$",
        dropping("States/ValidateImage/ResultSelector/filename.$"),
    ),
    Mutant(
        "ResultSelector of another type",
        "PublishSuccess",
        "Parameters.Message.width.$",
        setting("States/ValidateImage/ResultSelector/width.$", "$.Payload.format"),
    ),
    Mutant(
        "Catch without ResultPath",
        "RecordFailure",
        "Parameters.Key.imageId.S.$",
        dropping("States/ValidateImage/Catch/0/ResultPath"),
        "",
    ),
    Mutant(
        "Catch to another name",
        "HandleError",
        "Choices[0].Variable",
        setting("States/ArchiveImage/Catch/0/ResultPath", "$.failure"),
    ),
    Mutant(
        "Catch drops the error",
        "HandleError",
        "Choices[0].Variable",
        setting("States/ExtractMetadata/Catch/0/ResultPath", None),
    ),
    Mutant(
        "Choice on a misspelt path",
        "HandleError",
        "Choices[0].Variable",
        setting("States/HandleError/Choices/0/Variable", "$.error.Eror"),
        "did you mean `Error`?",
    ),
    Mutant(
        "Choice sends every error to the rejection",
        "ReadCause",
        "Parameters.Cause.$",
        setting("States/HandleError/Default", "ReadCause"),
    ),
    Mutant(
        "Choice by another error's name",
        "ReadCause",
        "Parameters.Cause.$",
        setting("States/HandleError/Choices/0/StringEquals", "ImageRejectd"),
    ),
    Mutant("Choice without Default", "HandleError", "Choices", dropping("States/HandleError/Default")),
    Mutant(
        "JSON read from a string that is none",
        "ReadCause",
        "Parameters.Cause.$",
        setting("States/ReadCause/Parameters/Cause.$", "States.StringToJson($.error.Error)"),
    ),
    Mutant(
        "intrinsic function misspelt",
        "ReadCause",
        "Parameters.Cause.$",
        setting("States/ReadCause/Parameters/Cause.$", "States.StringToJSON($.error.Cause)"),
    ),
    Mutant(
        "intrinsic function with an argument too many",
        "RecordFailure",
        "Parameters.ExpressionAttributeValues.:error.S.$",
        setting(
            "States/RecordFailure/Parameters/ExpressionAttributeValues/:error/S.$",
            "States.JsonToString($.error, $.image)",
        ),
    ),
    Mutant(
        "SNS parameter misspelt",
        "PublishSuccess",
        "Parameters.Mesage",
        renaming("States/PublishSuccess/Parameters/Message", "Mesage"),
    ),
    Mutant(
        "SNS without a topic",
        "PublishFailure",
        "Parameters.TopicArn",
        dropping("States/PublishFailure/Parameters/TopicArn"),
    ),
    Mutant(
        "SNS attribute without a type",
        "PublishSuccess",
        "Parameters.MessageAttributes.owner.DataType",
        dropping("States/PublishSuccess/Parameters/MessageAttributes/owner/DataType"),
    ),
    Mutant(
        "SNS attribute that is a number",
        "PublishSuccess",
        "Parameters.MessageAttributes.format.StringValue.$",
        setting("States/PublishSuccess/Parameters/MessageAttributes/format/StringValue.$", "$.validation.width"),
    ),
    Mutant(
        "notification lacks what its contract promises",
        "PublishSuccess",
        "Parameters.Message.archive",
        dropping("States/PublishSuccess/Parameters/Message/archive.$"),
    ),
    Mutant(
        "notification says more than its contract",
        "PublishRejection",
        "Parameters.Message.error.$",
        setting("States/PublishRejection/Parameters/Message/error.$", "$.error"),
    ),
    Mutant(
        "notification with another status",
        "PublishFailure",
        "Parameters.Message.status",
        setting("States/PublishFailure/Parameters/Message/status", "FAILURE"),
    ),
    Mutant(
        "DynamoDB key without its type",
        "RecordFailure",
        "Parameters.Key.imageId",
        setting("States/RecordFailure/Parameters/Key/imageId", "picture"),
    ),
    Mutant(
        "DynamoDB number that is no string",
        "RecordRejection",
        "Parameters.ExpressionAttributeValues.:reason.N",
        setting("States/RecordRejection/Parameters/ExpressionAttributeValues/:reason", {"N": 1}),
    ),
    Mutant(
        "DynamoDB parameter misspelt",
        "RecordRejection",
        "Parameters.UpdateExpresion",
        renaming("States/RecordRejection/Parameters/UpdateExpression", "UpdateExpresion"),
    ),
    Mutant(
        "cause not reduced to the rejection",
        "PublishRejection",
        "Parameters.Message.reason.$",
        setting("States/ReadRejection/ResultPath", None),
    ),
    Mutant(
        "every error kept twice",
        "RecordFailure",
        "parameters",
        setting(
            "States/RecordFailure/Parameters/ExpressionAttributeValues/:again", {"S.$": "States.JsonToString($.error)"}
        ),
        "at most 262144 bytes",
    ),
    Mutant(
        "step skipped",
        "ArchiveImage",
        "Parameters.Payload.renditions.$",
        setting("States/ExtractMetadata/Next", "ArchiveImage"),
    ),
]

CONTRACTS = [
    Mutant(
        "field renamed in what is given only",
        "ValidateImage",
        "ResultSelector.format.$",
        together(renaming("properties/format", "kind"), lambda schema: schema["required"].remove("format")),
        contract="validate-image.output",
    ),
    Mutant(
        "field renamed in what is taken only",
        "ArchiveImage",
        "Parameters.Payload.validation.$",
        together(
            renaming("properties/validation/properties/format", "kind"),
            setting("properties/validation/required/0", "kind"),
        ),
        contract="archive-image.input",
    ),
    Mutant(
        "type narrowed in what is taken",
        "ArchiveImage",
        "Parameters.Payload.validation.$",
        setting("properties/validation/properties/format", {"enum": ["JPEG", "PNG"]}),
        contract="archive-image.input",
    ),
    Mutant(
        "type changed in what is given",
        "PublishSuccess",
        "Parameters.Message.width.$",
        setting("properties/width", {"type": "string", "maxLength": 8}),
        contract="validate-image.output",
    ),
    Mutant(
        "required field made optional",
        "ValidateImage",
        "ResultSelector.filename.$",
        optional("filename"),
        "not always",
        contract="validate-image.output",
    ),
    Mutant(
        "required field of the start made optional",
        "ValidateImage",
        "Parameters.Payload.image.$",
        lambda schema: schema["properties"]["image"]["required"].remove("versionId"),
        "versionId",
        contract="pipeline-input",
    ),
    Mutant(
        "bound removed",
        "ValidateImage",
        "result",
        setting("properties/filename", {"type": "string", "minLength": 1}),
        "nothing bounds",
        contract="validate-image.output",
    ),
    Mutant(
        "bound of what is taken lowered",
        "ValidateImage",
        "Parameters.Payload.image.$",
        setting("properties/image", {"type": "object", "properties": {"key": {"type": "string", "maxLength": 100}}}),
        contract="validate-image.input",
    ),
    Mutant(
        "bound of what is given raised",
        "PublishSuccess",
        "Parameters.Message.filename.$",
        setting("properties/filename", {"type": "string", "minLength": 1, "maxLength": 300}),
        contract="validate-image.output",
    ),
    Mutant(
        "pattern of the start loosened",
        "ValidateImage",
        "Parameters.Payload.image.$",
        setting("properties/image/properties/owner", {"type": "string", "minLength": 1, "maxLength": 64}),
        "matching",
        contract="pipeline-input",
    ),
    Mutant(
        "value added to what is given",
        "PublishRejection",
        "Parameters.Message.reason.$",
        setting("properties/reason", {"enum": ["TRUNCATED", "UGLY"]}),
        contract="rejection",
    ),
    Mutant(
        "what is given opened",
        "ArchiveImage",
        "result",
        lambda schema: schema.pop("additionalProperties"),
        contract="archive-image.output",
    ),
    Mutant(
        "new field asked for",
        "ResizeImage",
        "Parameters.Payload.edge",
        together(setting("properties/edge", {"type": "integer"}), lambda schema: schema["required"].append("edge")),
        contract="resize-image.input",
    ),
    Mutant(
        "array without a bound",
        "ExtractMetadata",
        "result",
        setting(
            "properties/properties/properties/mode",
            {"type": "array", "items": {"type": "string", "maxLength": 10}},
        ),
        contract="extract-metadata.output",
    ),
]
