"""Defects of the real machine's contracts, each with where the proof must see it."""

from tests.asl.check.mutation import Mutant, optional, renaming, setting, together

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
        "without a bound",
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
