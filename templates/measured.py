"""What a picture takes and no template tells: measured once, or assumed; the cost of pictures rests on it.

Measured in November 2026 with a JPEG of 12 megapixels (4032 x 3024, 2.3 MB) and the template's default parameters, on one
core of an AMD EPYC and on moto, the median of nine runs: processor time outside the calls of AWS, that of a trial's child
process with it, and for functions of 256 MB seven times that, since memory brings a share of a core. The record's
bytes are counted as DynamoDB counts them; a line of a log has with it the 26 bytes that CloudWatch adds. Lambda's own lines
are counted from the schema of its telemetry.
"""

import math
from dataclasses import dataclass
from typing import Final

PICTURE: Final = "a JPEG of 12 megapixels and 2.3 MB"
WAIT: Final = 0.05  # seconds that a call of AWS takes; assumed, since no emulator tells


@dataclass(frozen=True)
class Invocation:
    """What one invocation of a function takes."""

    work: float  # seconds of processor time
    log: int  # bytes, of the function's own lines
    calls: tuple[str, ...] = ()  # of AWS, in their order
    record: int = 0  # bytes of the picture's record, once it is written

    @property
    def seconds(self) -> float:
        """How long it takes if it finds its function warm, to the millisecond that is paid for."""
        return math.ceil((self.work + WAIT * len(self.calls)) * 1000) / 1000


INVOCATIONS: Final = {
    "GetUploadUrlFunction": Invocation(0.007, 609),
    "SqsTriggerFunction": Invocation(0.008, 748, ("StartExecution",)),
    "ValidateFunction": Invocation(0.036, 346, ("UpdateItem", "GetObject", "UpdateItem"), 547),
    "MetadataFunction": Invocation(0.027, 348, ("GetObject", "UpdateItem"), 1173),
    "ResizeFunction": Invocation(0.101, 344, ("GetObject", "PutObject", "UpdateItem"), 1291),
    "ThumbnailFunction": Invocation(0.025, 350, ("GetObject", "PutObject", "UpdateItem"), 1405),
    "ArchiveFunction": Invocation(0.008, 345, (*("CopyObject", "HeadObject") * 3, "DeleteObjects", "UpdateItem"), 1894),
}
STATE: Final = 2300  # bytes of what an execution knows of its picture in the end
PLATFORM_LOG: Final = 732  # bytes of Lambda's own lines about an invocation: its start and its report, traced
ACCESS_LOG: Final = 500  # bytes of a line of the API's access log
