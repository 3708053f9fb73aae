"""Times that functions, state machine and queues have to agree on, in seconds."""

from typing import Final

DAY: Final = 24 * 3600
# How long a dead-letter message is kept, from when it was first sent: the maximum of SQS.
DEAD_LETTER_RETENTION: Final = 14 * DAY
# How long an execution of a STANDARD state machine may take. No image is open for longer than its message would be kept.
EXECUTION_TIMEOUT: Final = DEAD_LETTER_RETENTION
