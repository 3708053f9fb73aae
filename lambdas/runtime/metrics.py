"""What the functions count, for alarms and the dashboard: names and dimensions, as CloudWatch knows them."""

from typing import Final

NAMESPACE: Final = "QuantumImageProcessor"
SERVICE: Final = "service"  # dimension: the stack's name
STEP: Final = "step"  # dimension: the state's name

STEP_ERRORS: Final = "StepErrors"  # by step: tries of a step that failed for a reason of ours
STEP_REJECTIONS: Final = "StepRejections"  # by step: pictures that were found unsound, which is the uploader's to know
STALE_ATTEMPTS: Final = (
    "StaleAttempts"  # by step: tries that came after the record's end, of an event that was repeated
)
IMAGES_REJECTED: Final = "ImagesRejected"  # by whichever step; a picture that two reject counts twice
FALLBACK_DECODERS: Final = "FallbackDecoders"  # processes that lack the libwebp which large WebP pictures need
EXECUTIONS_STARTED: Final = "ExecutionsStarted"  # executions
DUPLICATE_EVENTS: Final = (
    "DuplicateEvents"  # events whose execution had ended already; to start one that still runs is to start it
)
UPLOAD_URLS_ISSUED: Final = "UploadUrlsIssued"  # upload URLs
UPLOAD_URLS_REFUSED: Final = "UploadUrlsRefused"  # requests for one
EXECUTIONS_FINALIZED: Final = "ExecutionsFinalized"  # ends that the pipeline itself could not record, by status
EXECUTIONS_RESTARTED: Final = "ExecutionsRestarted"  # pictures that nobody worked on, found by the sweep
NOTIFICATIONS_RECOVERED: Final = "NotificationsRecovered"  # ends that the pipeline itself could not tell
CONFLICTS: Final = "Conflicts"  # outside of steps: another execution was faster, or has to be first
OBJECTS_REMOVED: Final = "ObjectsRemoved"  # objects removed that an execution left behind
