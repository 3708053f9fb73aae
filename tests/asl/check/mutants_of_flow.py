"""Defects in the transitions of the real machine, each with the place where the proof must report it."""

from tests.asl.check.mutation import Mutant, dropping, setting, swapping_branches

FLOW = [
    Mutant(
        "ResultPath into a string",
        "ValidateImage",
        "ResultPath",
        setting("States/ValidateImage/ResultPath", "$.image.key.found"),
    ),
    Mutant("OutputPath misspelt", "ValidateImage", "OutputPath", setting("States/ValidateImage/OutputPath", "$.valid")),
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
    Mutant("Choice without Default", "HandleError", "Choices", dropping("States/HandleError/Default")),
    Mutant(
        "every error kept twice",
        "RecordFailure",
        "parameters",
        setting(
            "States/RecordFailure/Parameters/ExpressionAttributeValues/:again", {"S.$": "States.JsonToString($.error)"}
        ),
        "at most 262144 bytes",
    ),
]
