"""The parameters of the template, grouped as the console shows them, and how they fill the functions' environments."""

import dataclasses
from typing import Any

from troposphere import Equals, Join, Not, Parameter, Ref, Template

from lambdas.runtime.settings import Settings

# The retentions that CloudWatch Logs offers, days.
LOG_RETENTIONS = [
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
]
EDGE_PATTERN = "([1-9][0-9]{0,3}|1[0-5][0-9]{3})"  # pixels: a WebP has room for 16,383
NO_TRANSITION = "STANDARD"  # the storage class of what is not moved
NO, YES = "false", "true"
SHORTEST_SWEEP, LONGEST_SWEEP = 5, 60  # minutes between two; for one minute EventBridge has another word


def _number(name: str, default: int, low: int, high: int, meaning: str) -> Parameter:
    return Parameter(name, Type="Number", Default=default, MinValue=low, MaxValue=high, Description=meaning)


def _text(name: str, default: str, pattern: str, meaning: str) -> Parameter:
    return Parameter(name, Type="String", Default=default, AllowedPattern=pattern, Description=meaning)


def _choice(name: str, default: str | int, values: list[Any], meaning: str) -> Parameter:
    kind = "Number" if isinstance(default, int) else "String"
    return Parameter(name, Type=kind, Default=default, AllowedValues=values, Description=meaning)


def groups() -> dict[str, list[Parameter]]:
    """Return the parameters by the heading they stand under; a name in snake case is the variable that carries it."""
    return {
        "Artifacts": [
            Parameter("ArtifactBucket", Type="String", Description="Bucket that holds the functions' code and layers")
        ],
        "What is accepted": _input_limits(),
        "What is made of it": _renditions(),
        "Uploads": _uploads(),
        "Workflow": _workflow(),
        "Retention": _retention(),
        "Operations": _operations(),
    }


def _input_limits() -> list[Parameter]:
    return [
        _number("MaxBytes", 25 * 2**20, 1, 100 * 2**20, "Largest picture accepted, bytes"),
        _number("MaxPixels", 50_000_000, 1, 100_000_000, "Most pixels (width times height) accepted"),
        _number("MaxEdge", 20_000, 1, 65_535, "Longest edge accepted, pixels"),
        _number("MaxFrames", 1000, 1, 1_000_000, "Most frames or pages accepted"),
    ]


def _renditions() -> list[Parameter]:
    edges = f"^{EDGE_PATTERN}(,{EDGE_PATTERN}){{0,7}}$"
    return [
        _text("ResizeEdges", "1600", edges, "Longer edge of the resized image, pixels; up to 8 with commas between"),
        _number("ThumbnailEdge", 256, 1, 4096, "Edge of the square thumbnail, pixels"),
        _number("Quality", 82, 1, 100, "Quality of lossy renditions"),
    ]


def _uploads() -> list[Parameter]:
    # Lambda gives a function credentials of a role's session; S3 takes no URL of a session that is over.
    expiry = "How long an upload URL is good for, seconds; less if the credentials that signed it end first"
    firewall = "ARN of the web ACL to put in front of the API; empty for none"
    logs_role = (
        "CREATE sets the role by which API Gateway writes logs, of which an account and region has one;"
        " EXISTING leaves the one that is set"
    )
    return [
        _number("UrlExpirySeconds", 300, 60, 3600, expiry),
        Parameter(
            "AllowedOrigins",
            Type="CommaDelimitedList",
            Default="",
            AllowedPattern=r"^(\*|https?://[^*,/ ]+)?$",
            Description="Origins whose pages may upload from a browser, such as https://example.com, or * alone; empty for none",
        ),
        _choice("UserMfa", "OPTIONAL", ["OFF", "OPTIONAL", "ON"], "Whether users sign in with a second factor"),
        _number("RequestRate", 50, 1, 10_000, "Requests a second that the API answers"),
        _number("RequestBurst", 100, 1, 5000, "Requests that the API answers at once"),
        _text("WebAclArn", "", "^(.+:regional/webacl/.+)?$", firewall),
        _choice("ApiLogsRole", "CREATE", ["CREATE", "EXISTING"], logs_role),
    ]


def _workflow() -> list[Parameter]:
    kind = "EXPRESS is cheaper; it ends after 5 minutes and keeps no history beyond its log"
    sweep = "Minutes from one search for pictures that got lost to the next"
    return [
        _choice("WorkflowType", "STANDARD", ["STANDARD", "EXPRESS"], kind),
        _number("MaxConcurrency", 10, 2, 1000, "Most batches of the queue worked on at once"),
        _number("SweepMinutes", 15, SHORTEST_SWEEP, LONGEST_SWEEP, sweep),
    ]


def _retention() -> list[Parameter]:
    classes = [NO_TRANSITION, "INTELLIGENT_TIERING", "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"]
    moves = "Where archived pictures move; GLACIER and DEEP_ARCHIVE need hours to read; STANDARD does not move them"
    return [
        _number("UploadRetentionDays", 30, 1, 3650, "Days an upload is kept, whatever became of it"),
        _number("RecordRetentionDays", 90, 15, 3650, "Days the record of a picture that did not succeed is kept"),
        _choice("ArchiveStorageClass", "INTELLIGENT_TIERING", classes, moves),
        _number("ArchiveTransitionDays", 30, 30, 3650, "Days after which archived pictures move"),
        _choice("LogRetentionDays", 30, list(LOG_RETENTIONS), "Days that logs are kept"),
    ]


def _operations() -> list[Parameter]:
    accesses = "Bucket for S3's access logs, with a policy that lets logging.s3.amazonaws.com write; empty for none"
    # Lambda takes a line that counts a metric for one of level INFO: above that, nothing would be counted.
    levels = ["DEBUG", "INFO"]
    return [
        _text("AlarmEmail", "", "^([^@ ]+@[^@ ]+)?$", "Who is told of alarms, by e-mail; empty for nobody"),
        _choice("LogLevel", "INFO", levels, "What the functions log"),
        _choice("WorkflowLogLevel", "ERROR", ["OFF", "FATAL", "ERROR", "ALL"], "What the state machine logs"),
        _choice("WorkflowLogPayloads", NO, [NO, YES], "Whether payloads stand in the state machine's log"),
        _text("AccessLogBucket", "", "^[a-z0-9.-]*$", accesses),
    ]


# Name of a condition, and the parameter and value with which it does not hold.
_UNLESS = {
    "HasAlarmEmail": ("AlarmEmail", ""),
    "HasAccessLogBucket": ("AccessLogBucket", ""),
    "HasWebAcl": ("WebAclArn", ""),
    "ArchiveMoves": ("ArchiveStorageClass", NO_TRANSITION),
    "AsksForMfa": ("UserMfa", "OFF"),
    "SetsApiLogsRole": ("ApiLogsRole", "EXISTING"),
}


def add_parameters(template: Template) -> None:
    """Add every parameter to template, their headings, and the conditions that follow from them."""
    found = groups()
    for parameter in (parameter for group in found.values() for parameter in group):
        template.add_parameter(parameter)
    headings = [
        {"Label": {"default": heading}, "Parameters": [parameter.title for parameter in group]}
        for heading, group in found.items()
    ]
    template.set_metadata({"AWS::CloudFormation::Interface": {"ParameterGroups": headings}})
    for name, (parameter, value) in _UNLESS.items():
        template.add_condition(name, Not(Equals(Ref(parameter), value)))
    template.add_condition("HasAllowedOrigins", Not(Equals(_joined("AllowedOrigins"), "")))


def variables(environment: type[Settings], **resources: Any) -> dict[str, Any]:
    """Return the variables of environment: resources by field name, all other fields from the parameters.

    Raises TypeError for a resource that is no field, and for a field that is neither resource nor parameter.
    """
    names = [field.name for field in dataclasses.fields(environment)]
    known = {_snake(one.title): one for group in groups().values() for one in group}
    strange = [name for name in resources if name not in names] + [
        name for name in names if name not in resources and name not in known
    ]
    if strange:
        raise TypeError(f"{environment.__name__} and the template disagree on {', '.join(strange)}")
    return {name.upper(): resources[name] if name in resources else _value(known[name]) for name in names}


def _value(parameter: Parameter) -> Any:
    """Return what a variable holds for parameter: a list with commas between."""
    return _joined(parameter.title) if parameter.properties["Type"] == "CommaDelimitedList" else Ref(parameter.title)


def _joined(name: str) -> Join:
    return Join(",", Ref(name))


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("_")
