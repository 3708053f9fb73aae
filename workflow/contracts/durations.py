"""Times that functions, state machine and queues have to agree on, in seconds."""

from typing import Final

DAY: Final = 24 * 3600
# How long a dead-letter message is kept, from when it was first sent: the maximum of SQS.
DEAD_LETTER_RETENTION: Final = 14 * DAY
# How long an execution of a STANDARD state machine may take. No image is open for longer than its message would be kept.
EXECUTION_TIMEOUT: Final = DEAD_LETTER_RETENTION
# How long an upload may go on that has begun before its URL expired, which takes an hour at most.
LATE_UPLOAD: Final = DAY
# How long EventBridge tries to deliver an event.
EVENT_RETRIES: Final = DAY
# How long after its end Step Functions can redrive an execution that failed.
REDRIVE_PERIOD: Final = 14 * DAY
# How long a tombstone keeps a deleted image from coming back: everything that can come late does so one after the other,
# and a last sweep looks for what that left.
TOMBSTONE_LIFETIME: Final = (
    LATE_UPLOAD + EVENT_RETRIES + DEAD_LETTER_RETENTION + EXECUTION_TIMEOUT + REDRIVE_PERIOD + DAY
)
