"""The metrics that the functions count, for alarms and the dashboard: names and dimensions in CloudWatch."""

from typing import Final

NAMESPACE: Final = "QuantumImageProcessor"
SERVICE: Final = "service"  # dimension: the stack's name
STEP: Final = "step"  # dimension: the state's name

STEP_ERRORS: Final = "StepErrors"  # by step: attempts that failed for an internal reason
STEP_REJECTIONS: Final = "StepRejections"  # by step: attempts that rejected their image, which is no error
STALE_ATTEMPTS: Final = "StaleAttempts"  # by step: attempts of an execution whose record is final or not its own
IMAGES_REJECTED: Final = "ImagesRejected"  # in all steps; an image that two steps reject counts twice
FALLBACK_DECODERS: Final = "FallbackDecoders"  # processes without the libwebp that large WebP images need
SANDBOX_VIOLATIONS: Final = "SandboxViolations"  # images whose decoder did what no sound decoder does
SANDBOX_LAYERS_MISSING: Final = "SandboxLayersMissing"  # processes in which the system refuses part of the confinement
EXECUTIONS_STARTED: Final = "ExecutionsStarted"
DUPLICATE_EVENTS: Final = "DuplicateEvents"  # whose execution is over; one that still runs counts as started
UPLOAD_URLS_ISSUED: Final = "UploadUrlsIssued"
UPLOAD_URLS_REFUSED: Final = "UploadUrlsRefused"  # requests with a wrong parameter
UPLOAD_URLS_LIMITED: Final = "UploadUrlsLimited"  # requests of users who have reached one of their limits
IMAGES_IMPORTED: Final = "ImagesImported"  # source objects that were copied, and whose images were started
IMPORTS_SKIPPED: Final = "ImportsSkipped"  # source objects that are not imported; the log has the reason
IMAGES_DELETED: Final = "ImagesDeleted"  # by their users
EXECUTIONS_FINALIZED: Final = "ExecutionsFinalized"  # whose failure the pipeline itself could not record
EXECUTIONS_RESTARTED: Final = "ExecutionsRestarted"  # by the sweep, for stalled uploads
NOTIFICATIONS_RECOVERED: Final = "NotificationsRecovered"  # outcomes that the pipeline itself could not publish
CONFLICTS: Final = "Conflicts"  # outside of steps: another execution was faster, or has to publish first
OBJECTS_REMOVED: Final = "ObjectsRemoved"  # removals of what an execution left behind
