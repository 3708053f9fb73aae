"""The parameters of the template, and how they fill the functions' environments."""

import dataclasses
from typing import Any

from troposphere import Parameter, Ref, Template

from lambdas.environment import Environment

# Name, default, lowest, highest, meaning. A name in snake case is the environment variable that carries it.
NUMBERS = [
    ("MaxBytes", 25 * 2**20, 1, 100 * 2**20, "Largest picture accepted, bytes"),
    ("MaxPixels", 50_000_000, 1, 100_000_000, "Most pixels (width times height) accepted"),
    ("MaxEdge", 20_000, 1, 65_535, "Longest edge accepted, pixels"),
    ("MaxFrames", 1000, 1, 1_000_000, "Most frames or pages accepted"),
    ("ThumbnailEdge", 256, 1, 4096, "Edge of the square thumbnail, pixels"),
    ("Quality", 82, 1, 100, "Quality of lossy renditions"),
    ("UrlExpirySeconds", 300, 60, 3600, "How long an upload URL is good for, seconds"),
    ("MaxConcurrency", 10, 2, 1000, "Most executions started at once"),
    ("UploadRetentionDays", 30, 1, 3650, "Days an upload is kept, whatever became of it"),
]
# Name, default, pattern, meaning; as above.
TEXTS = [
    (
        "ResizeEdges",
        "1600",
        "^([1-9][0-9]{0,3}|1[0-5][0-9]{3})(,([1-9][0-9]{0,3}|1[0-5][0-9]{3})){0,7}$",  # a WebP has room for 16,383
        "Longer edge of the resized image, pixels; up to 8 with commas between, the largest first in all that is told",
    ),
]
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


def add_parameters(template: Template) -> None:
    """Add every parameter to template; only the artifact bucket has no default."""
    bucket = Parameter("ArtifactBucket", Type="String", Description="Bucket that holds the functions' code and layers")
    template.add_parameter(bucket)
    template.add_parameter(
        Parameter(
            "LogRetentionDays",
            Type="Number",
            Default=30,
            AllowedValues=LOG_RETENTIONS,
            Description="Days that logs are kept",
        )
    )
    for name, default, low, high, meaning in NUMBERS:
        template.add_parameter(
            Parameter(name, Type="Number", Default=default, MinValue=low, MaxValue=high, Description=meaning)
        )
    for name, text, pattern, meaning in TEXTS:
        template.add_parameter(
            Parameter(name, Type="String", Default=text, AllowedPattern=pattern, Description=meaning)
        )


def variables(environment: type[Environment], **resources: Any) -> dict[str, Any]:
    """Return the variables of environment: resources by field name, all other fields from the parameters.

    Raises TypeError for a resource that is no field, and for a field that is neither resource nor parameter.
    """
    names = [field.name for field in dataclasses.fields(environment)]
    parameters = [name for name, *_ in NUMBERS] + [name for name, *_ in TEXTS]
    known = {_snake(name): name for name in parameters}
    strange = [name for name in resources if name not in names] + [
        name for name in names if name not in resources and name not in known
    ]
    if strange:
        raise TypeError(f"{environment.__name__} and the template disagree on {', '.join(strange)}")
    return {name.upper(): resources[name] if name in resources else Ref(known[name]) for name in names}


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("_")
