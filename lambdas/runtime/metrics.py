"""What the functions count, for alarms and the dashboard: names and dimensions, as CloudWatch knows them."""

from typing import Final

NAMESPACE: Final = "QuantumImageProcessor"
SERVICE: Final = "service"  # dimension: the stack's name
STEP: Final = "step"  # dimension: the state's name

FAULTS: Final = "Faults"  # by step: tries of a step that failed for a reason of ours
REJECTIONS: Final = "Rejections"  # by step: pictures that were found unsound, which is the uploader's to know
LATE: Final = "Late"  # by step: tries that came after the record's end, of an event that was repeated
IMAGES_REJECTED: Final = "ImagesRejected"  # by whichever step; a picture that two reject counts twice
FALLBACK_DECODERS: Final = "FallbackDecoders"  # processes that lack the libwebp which large WebP pictures need
STARTED: Final = "Started"  # executions
REPEATED: Final = "Repeated"  # events whose execution had ended already; to start one that still runs is to start it
GRANTED: Final = "Granted"  # upload URLs
REFUSED: Final = "Refused"  # requests for one
SETTLED: Final = "Settled"  # ends that the pipeline itself could not record, by status
RESTARTED: Final = "Restarted"  # pictures that nobody worked on, found by the sweep
TOLD: Final = "Told"  # ends that the pipeline itself could not tell
EXPECTED_RACES: Final = "ExpectedRaces"  # outside of steps: another execution was faster, or has to be first
CLEARED: Final = "Cleared"  # objects removed that an execution left behind
