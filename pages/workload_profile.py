"""What a picture and a sweep take and no template tells: measured once, or assumed; all costs rest on it.

Measured in November 2026 with a JPEG of 12 megapixels (4032 x 3024, 2.3 MB) and the template's default parameters, on one
core of an AMD EPYC and on moto, the median of nine runs: processor time outside the calls of AWS, that of a trial's child
process with it, and for functions of 256 MB seven times that, since memory brings a share of a core. The record's
bytes are counted as DynamoDB counts them; a line of a log has with it the 26 bytes that CloudWatch adds. Lambda's own lines
are counted from the schema of its telemetry. A sweep's work is that of reading what S3 and DynamoDB answer.
"""

import math
from dataclasses import dataclass
from typing import Final

SAMPLE_IMAGE: Final = "a JPEG of 12 megapixels and 2.3 MB"
CALL_SECONDS: Final = 0.05  # seconds that a call of AWS takes; assumed, since no emulator tells


@dataclass(frozen=True)
class InvocationProfile:
    """What one invocation of a function takes."""

    work: float  # seconds of processor time
    log: int  # bytes, of the function's own lines
    calls: tuple[str, ...] = ()  # of AWS, in their order
    record: int = 0  # bytes of the picture's record, once it is written

    @property
    def seconds(self) -> float:
        """How long it takes if it finds its function warm, to the millisecond that is paid for."""
        return math.ceil((self.work + CALL_SECONDS * len(self.calls)) * 1000) / 1000


INVOCATIONS: Final = {
    "GetUploadUrlFunction": InvocationProfile(0.007, 609),
    "SqsTriggerFunction": InvocationProfile(0.008, 748, ("StartExecution",)),
    "ValidateFunction": InvocationProfile(0.036, 844, ("PutItem", "GetObject", "UpdateItem"), 586),
    "MetadataFunction": InvocationProfile(0.027, 848, ("GetObject", "UpdateItem"), 1212),
    "ResizeFunction": InvocationProfile(0.101, 840, ("GetObject", "PutObject", "UpdateItem"), 1331),
    "ThumbnailFunction": InvocationProfile(0.025, 852, ("GetObject", "PutObject", "UpdateItem"), 1446),
    "ArchiveFunction": InvocationProfile(
        0.008, 842, (*("CopyObject", "HeadObject") * 3, "DeleteObjects", "UpdateItem"), 2052
    ),
}
NOTIFIED_BYTES: Final = 34  # bytes of the record that say when its end was told
STATE_BYTES: Final = 2300  # bytes of what an execution knows of its picture in the end
PLATFORM_LOG_BYTES: Final = 732  # bytes of Lambda's own lines about an invocation: its start and its report, traced
ACCESS_LOG_BYTES: Final = 500  # bytes of a line of the API's access log


@dataclass(frozen=True)
class SweepProfile:
    """What one sweep takes, seconds: of waiting whatever there is, and of a core where a GB of memory brings one."""

    alone: float  # waiting for dead letters, and for one answer of each service
    page: float  # to read a page of 1,000 versions
    batch: float  # to read and check 100 records


GB_PER_CORE: Final = 1769 / 1024  # of memory, for which Lambda gives a whole one
SWEEP: Final = SweepProfile(1.2, 0.059 * GB_PER_CORE, 0.047 * GB_PER_CORE)
IMAGES_PER_MONTH: Final = 10_000  # a month; assumed
SWEEP_DAYS: Final = 3  # days that a sweep looks back
