"""The parameters of the template, grouped as the console shows them, and the functions' variables that carry them."""

import dataclasses
from typing import Any

from troposphere import Condition, Equals, Join, Not, Or, Parameter, Ref, Split, Template

from imaging.formats import FORMATS, VARIANTS
from imaging.limits import MOST_PIXELS
from lambdas.domain.archive_class import STAYS
from lambdas.runtime.settings import REFUSE, TONE_MAP, YES, Settings
from templates.packaging import LAYERS, Layer

# The retentions that CloudWatch Logs accepts, days.
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
EDGE_PATTERN = "([1-9][0-9]{0,3}|1[0-5][0-9]{3})"  # pixels: the maximum of WebP is 16,383
SIDE_PATTERN = "([1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-6])"  # pixels: the maximum of ThumbnailEdge
NO = "false"
MAX_OPEN_UPLOADS = 100  # the records that DynamoDB returns for one request
SHORTEST_SWEEP, LONGEST_SWEEP = 5, 60  # minutes; a schedule expression for one minute would need the singular


def _number(name: str, default: int, low: int, high: int, meaning: str) -> Parameter:
    return Parameter(name, Type="Number", Default=default, MinValue=low, MaxValue=high, Description=meaning)


def _text(name: str, default: str, pattern: str, meaning: str) -> Parameter:
    return Parameter(name, Type="String", Default=default, AllowedPattern=pattern, Description=meaning)


def _choice(name: str, default: str | int, values: list[Any], meaning: str) -> Parameter:
    kind = "Number" if isinstance(default, int) else "String"
    return Parameter(name, Type=kind, Default=default, AllowedValues=values, Description=meaning)


def groups() -> dict[str, list[Parameter]]:
    """Return the parameters by group title; the variable that carries a parameter has its name in snake case."""
    return {
        "Artifacts": [
            Parameter("ArtifactBucket", Type="String", Description="Bucket with the functions' code and layers")
        ],
        "Input limits": _input_limits(),
        "Renditions": _renditions(),
        "Uploads": _uploads(),
        "Workflow": _workflow(),
        "Imports": _imports(),
        "Retention": _retention(),
        "Operations": _operations(),
    }


def _input_limits() -> list[Parameter]:
    one = f"({'|'.join(FORMATS)})"
    formats = f"^{one}(,{one}){{0,{len(FORMATS) - 1}}}$"
    meaning = "Formats that are opened, separated by commas; leave one out while its decoder has an advisory"
    return [
        _text("EnabledFormats", ",".join(FORMATS), formats, meaning),
        _number("MaxBytes", 25 * 2**20, 1, 100 * 2**20, "Maximum size of an image, bytes"),
        _number("MaxPixels", 50_000_000, 1, MOST_PIXELS, "Maximum number of pixels (width times height)"),
        _number("MaxEdge", 20_000, 1, 65_535, "Maximum length of the longer edge, pixels"),
        _number("MaxFrames", 1000, 1, 1_000_000, "Maximum number of frames or pages"),
        _choice(
            "Hdr",
            TONE_MAP,
            [TONE_MAP, REFUSE],
            "Whether HDR images (PQ, HLG) become SDR in renditions, or are rejected",
        ),
    ]


def _renditions() -> list[Parameter]:
    edges = f"^{EDGE_PATTERN}(,{EDGE_PATTERN}){{0,7}}$"
    size, one = f"{SIDE_PATTERN}x{SIDE_PATTERN}", f"({'|'.join(VARIANTS)})"
    sizes, formats = f"^({size}(,{size}){{0,3}})?$", f"^({one}(,{one})?)?$"
    shapes = "Width and height of each further thumbnail, pixels, such as 256x256,640x360; up to 4, empty for none"
    further = (
        "Formats in which every rendition is stored beside that of the original's family: AVIF, WEBP; empty for none"
    )
    # A WebP of a quality has fewer bytes than a JPEG of the same number, and does not look as good.
    quality = "Quality of JPEG on libjpeg's scale, of lossy WebP on libwebp's; RenditionFormats look the same"
    return [
        _text("ResizeEdges", "1600", edges, "Longer edge of each resized image, pixels; up to 8, separated by commas"),
        _number("ThumbnailEdge", 256, 1, 4096, "Edge of the square thumbnail, pixels"),
        _text("ThumbnailSizes", "", sizes, shapes),
        _text("RenditionFormats", "", formats, further),
        _number("Quality", 82, 1, 100, quality),
    ]


def _uploads() -> list[Parameter]:
    # A function signs with the credentials of a role session; S3 refuses a URL whose session has expired.
    expiry = "Lifetime of an upload URL, seconds; shorter if the credentials that signed it expire first"
    opened = "Uploads of a user that may be open: their URLs are valid, and their images have no final status yet"
    image_expiry = "Lifetime of the URL of an archived image, seconds; a status shows a new one in every half of it"
    firewall = "ARN of the web ACL that protects the API; empty for none"
    logs_role = (
        "CREATE sets the role with which API Gateway writes logs, one for an account and region;"
        " EXISTING keeps the role that is set"
    )
    return [
        _number("UrlExpirySeconds", 300, 60, 3600, expiry),
        _number("MaxOpenUploads", 100, 1, MAX_OPEN_UPLOADS, opened),
        _number("MaxUploadsPerDay", 5000, 1, 1_000_000, "Upload URLs that a user may request in a day, by UTC"),
        _number("ImageUrlExpirySeconds", 3600, 60, 3600, image_expiry),
        Parameter(
            "AllowedOrigins",
            Type="CommaDelimitedList",
            Default="",
            AllowedPattern=r"^(\*|https?://[^*,/ ]+)?$",
            Description="Origins whose pages may upload from a browser, such as https://example.com, or * for all; empty for none",
        ),
        _choice("UserMfa", "OPTIONAL", ["OFF", "OPTIONAL", "ON"], "Whether users sign in with a second factor"),
        _number("RequestRate", 50, 1, 10_000, "Requests per second that the API accepts"),
        _number("RequestBurst", 100, 1, 5000, "Concurrent requests that the API accepts"),
        _choice(
            "WebPage",
            YES,
            [NO, YES],
            "Whether the API serves a web page, on which users sign in, upload and see images",
        ),
        _text("WebAclArn", "", "^(.+:regional/webacl/.+)?$", firewall),
        _choice("ApiLogsRole", "CREATE", ["CREATE", "EXISTING"], logs_role),
    ]


def _workflow() -> list[Parameter]:
    kind = "EXPRESS is cheaper, but is limited to 5 minutes and has no history but its log"
    sweep = "Minutes between two sweeps for stalled uploads"
    index = (
        "Whether sweeps find open images by an index of the table, and not by listing recent uploads; false for the first"
        " update of a stack of version 0.2, since an update adds one index"
    )
    # The default fits an account whose functions have a concurrency of 10, as those of new accounts do.
    images = "Images that are processed at the same time; each needs a Lambda concurrency of up to 3"
    audited = "Batches of the inventory of uploads that are audited at the same time; each is an invocation of a second"
    return [
        _choice("WorkflowType", "STANDARD", ["STANDARD", "EXPRESS"], kind),
        _number("MaxConcurrency", 2, 2, 1000, images),
        _number("SweepMinutes", 15, SHORTEST_SWEEP, LONGEST_SWEEP, sweep),
        _choice("SweepIndex", YES, [NO, YES], index),
        _number("AuditConcurrency", 2, 1, 1000, audited),
    ]


def _imports() -> list[Parameter]:
    sources = "ARNs of the buckets that may be imported, also of another account; empty for none"
    keys = "ARNs of the KMS keys with which the objects of these buckets are encrypted; empty for none"
    return [
        _list("ImportSources", r"^([^*]+:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$", sources),
        _list("ImportKeys", r"^([^*]+:kms:[^*]+:key/[A-Za-z0-9-]+)?$", keys),
    ]


def _list(name: str, pattern: str, meaning: str) -> Parameter:
    """Return a parameter that is a list, empty by default; pattern is that of each entry."""
    return Parameter(name, Type="CommaDelimitedList", Default="", AllowedPattern=pattern, Description=meaning)


def _retention() -> list[Parameter]:
    classes = [STAYS, "INTELLIGENT_TIERING", "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"]
    moves = (
        "Storage class that archived originals of 128 KB and more move to; from GLACIER and DEEP_ARCHIVE users cannot read"
        " them; STANDARD: no move"
    )
    return [
        _number("UploadRetentionDays", 30, 1, 3650, "Days that an upload is kept, with any final status"),
        _number(
            "RecordRetentionDays", 90, 15, 3650, "Days that the record of an image without status SUCCEEDED is kept"
        ),
        _choice("ArchiveStorageClass", "INTELLIGENT_TIERING", classes, moves),
        _number("ArchiveTransitionDays", 30, 30, 3650, "Days after which archived originals move"),
        _choice("LogRetentionDays", 30, list(LOG_RETENTIONS), "Days that logs are kept"),
    ]


def _operations() -> list[Parameter]:
    accesses = "Bucket for S3 access logs, with a policy that lets logging.s3.amazonaws.com write; empty for none"
    # Lambda treats a line with metrics as level INFO: a higher level would drop the metrics.
    levels = ["DEBUG", "INFO"]
    return [
        _text("AlarmEmail", "", "^([^@ ]+@[^@ ]+)?$", "E-mail address that is notified of alarms; empty for none"),
        _choice("LogLevel", "INFO", levels, "Log level of the functions"),
        _choice("WorkflowLogLevel", "ERROR", ["OFF", "FATAL", "ERROR", "ALL"], "Log level of the state machine"),
        _choice("WorkflowLogPayloads", NO, [NO, YES], "Whether the state machine logs payloads"),
        _text("AccessLogBucket", "", "^[a-z0-9.-]*$", accesses),
    ]


# The name of a condition, and the parameter and value with which it is false.
_UNLESS = {
    "HasAlarmEmail": ("AlarmEmail", ""),
    "HasAccessLogBucket": ("AccessLogBucket", ""),
    "HasWebAcl": ("WebAclArn", ""),
    "HasWebPage": ("WebPage", NO),
    "HasSweepIndex": ("SweepIndex", NO),
    "ArchiveMoves": ("ArchiveStorageClass", STAYS),
    "AsksForMfa": ("UserMfa", "OFF"),
    "SetsApiLogsRole": ("ApiLogsRole", "EXISTING"),
}


def add_parameters(template: Template) -> None:
    """Add every parameter to template, their groups, and the conditions on them."""
    found = groups()
    for parameter in (parameter for group in found.values() for parameter in group):
        template.add_parameter(parameter)
    labelled = [
        {"Label": {"default": title}, "Parameters": [parameter.title for parameter in group]}
        for title, group in found.items()
    ]
    template.set_metadata({"AWS::CloudFormation::Interface": {"ParameterGroups": labelled}})
    for name, (parameter, value) in _UNLESS.items():
        template.add_condition(name, Not(Equals(Ref(parameter), value)))
    template.add_condition("LacksSweepIndex", Not(Condition("HasSweepIndex")))
    formats = Ref("EnabledFormats")
    for layer in (
        layer for layer in LAYERS if layer.format
    ):  # whether it is in the list: without it, the list is another text
        template.add_condition(uses(layer), Not(Equals(Join("", Split(layer.format, formats)), formats)))
    template.add_condition("HasAllowedOrigins", Not(Equals(_joined("AllowedOrigins"), "")))
    for name in ("ImportSources", "ImportKeys"):
        template.add_condition(f"Has{name}", Not(Equals(_joined(name), "")))
    template.add_condition("HasUploadPages", Or(Condition("HasAllowedOrigins"), Condition("HasWebPage")))


def uses(layer: Layer) -> str:
    """Return the name of the condition that the stack has a layer, which one format needs."""
    return f"Uses{layer.logical_id}"


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
    """Return the value of the variable for parameter; a list is joined with commas."""
    return _joined(parameter.title) if parameter.properties["Type"] == "CommaDelimitedList" else Ref(parameter.title)


def _joined(name: str) -> Join:
    return Join(",", Ref(name))


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("_")
