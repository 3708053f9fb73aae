"""Defects in what a state of the real machine is given, each with where the proof must see it."""

from tests.asl.check.mutation import Mutant, dropping, renaming, setting
from tests.workflow.pipeline_graph import TOP
from workflow.contracts.errors import ImageRejected

(REJECTION,) = (
    number
    for number, rule in enumerate(TOP["HandleError"]["Choices"])
    if rule.get("StringEquals") == ImageRejected.__name__
)
RESIZE = "States/ParallelProcessing/Branches/0/States/ResizeImage"
PAYLOAD = "Parameters/Payload"

PARAMETERS = [
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
        "ResultPath over a field still required",
        "ExtractMetadata",
        "Parameters.Payload.image.$",
        setting("States/ValidateImage/ResultPath", "$.image"),
    ),
    Mutant(
        "OutputPath cuts off the input",
        "ExtractMetadata",
        "Parameters.Payload.image.$",
        setting("States/ValidateImage/OutputPath", "$.validation"),
    ),
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
        "Choice sends every error to the rejection",
        "ParseError",
        "Parameters.Cause.$",
        setting("States/HandleError/Default", "ParseError"),
    ),
    Mutant(
        "Choice by another error's name",
        "ParseError",
        "Parameters.Cause.$",
        setting(f"States/HandleError/Choices/{REJECTION}/StringEquals", "ImageRejectd"),
    ),
    Mutant(
        "JSON read from a string that is none",
        "ParseError",
        "Parameters.Cause.$",
        setting("States/ParseError/Parameters/Cause.$", "States.StringToJson($.error.Error)"),
    ),
    Mutant(
        "intrinsic function misspelt",
        "ParseError",
        "Parameters.Cause.$",
        setting("States/ParseError/Parameters/Cause.$", "States.StringToJSON($.error.Cause)"),
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
        setting("States/ParseRejection/ResultPath", None),
    ),
    Mutant(
        "step skipped",
        "ArchiveImage",
        "Parameters.Payload.renditions.$",
        setting("States/ExtractMetadata/Next", "ArchiveImage"),
    ),
]
