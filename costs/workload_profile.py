"""The measured or assumed work of an image and of a sweep, which the template does not state; the basis of all costs.

Measured in November 2026 with a JPEG of 12 megapixels (4032 x 3024, 2.3 MB) and the default parameters, on one core of an AMD
EPYC and on moto; the median of nine runs. The processor time excludes the calls of AWS and includes the child process of the
sandbox; for functions of 256 MB it is multiplied by seven, since memory determines the share of a core. The size of the
record is what DynamoDB counts. A log line includes the 26 bytes that CloudWatch adds. Lambda's own lines are counted from the
schema of its telemetry. The work of a sweep is to read the responses of S3 and DynamoDB.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from lambdas.domain.tombstones import LOOKS

SAMPLE_IMAGE: Final = "a JPEG of 12 megapixels and 2.3 MB"
CALL_SECONDS: Final = 0.05  # seconds for a call of AWS; assumed, since emulators do not show it


@dataclass(frozen=True)
class InvocationProfile:
    """The work of one invocation of a function."""

    work: float  # seconds of processor time
    log: int  # bytes of the function's own lines
    calls: tuple[str, ...] = ()  # of AWS, in order
    record: int = 0  # bytes of the image's record after it
    indexed: int = 0  # of its writes to the record, those that also change what the index by owner holds
    opened: int = 0  # writes of the index of open records: a new time is a deletion and a put

    @property
    def seconds(self) -> float:
        """The billed duration of a warm invocation, rounded up to milliseconds."""
        return math.ceil((self.work + CALL_SECONDS * len(self.calls)) * 1000) / 1000


INVOCATIONS: Final = {
    "GetUploadUrlFunction": InvocationProfile(0.009, 609, ("UpdateItem", "PutItem"), 512, indexed=1, opened=1),
    "SqsTriggerFunction": InvocationProfile(0.008, 748, ("StartExecution",)),
    "ValidateFunction": InvocationProfile(
        0.036, 844, ("UpdateItem", "GetObject", "UpdateItem"), 658, indexed=2, opened=2
    ),
    "MetadataFunction": InvocationProfile(0.027, 848, ("GetObject", "UpdateItem"), 1212, indexed=1),
    "ResizeFunction": InvocationProfile(0.101, 840, ("GetObject", "PutObject", "UpdateItem"), 1331),
    "ThumbnailFunction": InvocationProfile(0.025, 852, ("GetObject", "PutObject", "UpdateItem"), 1446, indexed=1),
    "ArchiveFunction": InvocationProfile(
        0.008, 842, (*("CopyObject", "HeadObject") * 3, "DeleteObjects", "UpdateItem"), 2052, indexed=1
    ),
}
# Seconds of processor time to encode a resized image of 1600 pixels and a thumbnail of 256 in a further format: the mean of
# photographs in `python -m benchmarks --only variants`, on one core of an Intel Xeon.
VARIANTS: Final = {"AVIF": (0.82, 0.06), "WEBP": (0.23, 0.01)}
VARIANT_BYTES: Final = 180  # of the record for an image in its list
# A request for the status of an image: the processor time of one that is processed, times nine, and of one that succeeded.
STATUS: Final = InvocationProfile(0.006, 300, ("GetItem",))
STATUS_REQUESTS: Final = 10  # for each image, until its status is final; assumed
# A page of the list with images that succeeded, and the bytes that the index holds of each.
LISTED: Final = 20
LIST_PAGE: Final = InvocationProfile(0.076, 300, ("Query",), 2052)
# The deletion of an image that succeeded. A write of the tombstone that changes when a sweep looks at it moves it in the index.
LEFTOVERS: Final = ("ListObjectVersions",) * 3  # of the archive, of staged renditions and of uploads
DELETION: Final = InvocationProfile(
    0.030, 600, ("PutItem", *LEFTOVERS, *("DeleteObjects",) * 3, "Publish", "UpdateItem", "UpdateItem"), 512, indexed=3
)
DELETION_LOOK: Final = InvocationProfile(0.0, 0, ("GetItem", *LEFTOVERS, "UpdateItem"), 512, indexed=2)  # of a sweep
REPLACED_BYTES: Final = 2086  # of the record in whose place the tombstone is
DELETION_LOOKS: Final = len(LOOKS) - 1  # the function itself is the first


@dataclass(frozen=True)
class ImportProfile:
    """The work of an import for an image, and for a batch."""

    each: InvocationProfile  # of ImportFunction, for an image
    steps: Mapping[str, InvocationProfile]  # of the functions of the pipeline
    lines: int  # writes of the lines of a batch


# The processor time of ImportFunction for an object is assumed: that of the trigger and of a grant together, twice. Lines say which
# images are begun, and then what became of all objects.
IMPORT: Final = ImportProfile(
    InvocationProfile(
        0.034, 400, ("HeadObject", "GetItem", "PutItem", "CopyObject", "StartExecution"), 512, indexed=1, opened=1
    ),
    INVOCATIONS,
    lines=2,
)
_SUCCEEDED: Final = INVOCATIONS["ArchiveFunction"].record
# The same for an image whose renditions are made anew: it is looked at, and its upload for a focal point, and is claimed. The first step
# finds the claim, others store nothing, and the last one lets a resized image and a thumbnail expire after it has replaced them.
RERENDER: Final = ImportProfile(
    InvocationProfile(
        0.034, 400, ("GetItem", "HeadObject", "HeadObject", "UpdateItem", "StartExecution"), _SUCCEEDED, opened=1
    ),
    {
        "ValidateFunction": replace(
            INVOCATIONS["ValidateFunction"], calls=("UpdateItem", "GetObject"), record=_SUCCEEDED, indexed=0, opened=0
        ),
        "MetadataFunction": replace(INVOCATIONS["MetadataFunction"], calls=("GetObject",), indexed=0),
        **{
            name: replace(INVOCATIONS[name], calls=("GetObject", "PutObject"), indexed=0)
            for name in ("ResizeFunction", "ThumbnailFunction")
        },
        "ArchiveFunction": replace(
            INVOCATIONS["ArchiveFunction"],
            calls=(
                *("HeadObject", *("CopyObject", "HeadObject") * 2, "DeleteObjects", "GetItem", "UpdateItem"),
                *("GetItem", "ListObjectsV2", *("CopyObject",) * 2, "UpdateItem"),
            ),
        ),
    },
    lines=1,
)
# Of AuditFunction for a batch of 430 rows whose images are complete: 0.037 s of a core, times seven.
AUDIT: Final = InvocationProfile(0.26, 400, ("BatchGetItem",) * 5)
NOTIFIED_BYTES: Final = 34  # of the record: notifiedAt
STATE_BYTES: Final = 2300  # of the payload at the end of an execution
PLATFORM_LOG_BYTES: Final = 732  # of Lambda's own lines for an invocation: start and report, with tracing
ACCESS_LOG_BYTES: Final = 500  # of a line of the API's access log


@dataclass(frozen=True)
class SweepProfile:
    """The work of one sweep in seconds."""

    alone: float  # waiting for dead-letter messages, and for one response of each service


SWEEP: Final = SweepProfile(1.2)
IMAGES_PER_MONTH: Final = 10_000  # assumed
FAILED_SHARE: Final = 0.01  # of the images; assumed
UNUSED_SHARE: Final = 0.1  # of the upload URLs; assumed
# Looks of a sweep for each image: twice a day for two weeks at one that failed, and five times at one that nobody uploads.
LOOKS_SHARE: Final = 28 * FAILED_SHARE + 5 * UNUSED_SHARE
