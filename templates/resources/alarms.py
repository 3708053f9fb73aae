"""The alarms for operators: what fails, is late or is lost, and is not fixed by a retry or by the uploader."""

from troposphere import Template, sns

from lambdas.runtime.metrics import (
    EXECUTIONS_RESTARTED,
    FALLBACK_DECODERS,
    IMAGES_REJECTED,
    SANDBOX_VIOLATIONS,
    STALE_ATTEMPTS,
    STEP,
    STEP_REJECTIONS,
)
from templates.resources import audit, imports, metrics, web_page
from templates.resources.cloudwatch_alarm import MINIMUM_IMAGES, PERIOD, Alarm, add_alarm
from templates.resources.functions import TRIGGER_TIMEOUT
from templates.resources.messaging import delivery_seconds
from templates.resources.routes import ROUTES
from workflow.retries import MAX_RETRIES
from workflow.steps import STEPS, VALIDATE

SUSTAINED_PERIODS = 3  # throttling in this many periods lasts longer than a burst that retries absorb
STEP_ERROR_PERIODS = 2  # metrics from the log can arrive a period later than Lambda's own count of errors
HOUR = 3600  # seconds
REJECTION_SHARE = 0.5  # of the images; far above the share of uploaders' own mistakes


def alarms() -> list[Alarm]:
    """Return every alarm, in the order in which an image passes what they watch."""
    return [*_api(), *_queues(), *_pipeline(), *_images(), *_sweep(), *_audit(), *_imports(), *_functions()]


def add_alarms(template: Template, topic: sns.Topic) -> None:
    """Add every alarm to template; topic is notified when one fires and when it recovers."""
    for alarm in alarms():
        add_alarm(template, alarm, topic)


def _api() -> list[Alarm]:
    return [
        Alarm(
            "ApiErrorsAlarm",
            "The API returned 5xx errors.",
            "Users cannot upload, or do not see what became of their images.",
            "Read the logs of the API's functions, then the API's error log.",
            metrics.api("5XXError"),
        )
    ]


def _queues() -> list[Alarm]:
    return [
        Alarm(
            "DeadLetterAlarm",
            "A message failed in all of its deliveries and is in the dead-letter queue.",
            "Its image is late: each sweep tries to start it, and it is FAILED if none can until the message expires.",
            "Read the message. After an outage there is nothing to fix; else fix the cause. Then run `python -m operations redrive`.",
            metrics.queue("DeadLetterQueue", "ApproximateNumberOfMessagesVisible"),
        ),
        Alarm(
            "OldestMessageAgeAlarm",
            f"A message has been in the queue for {delivery_seconds(TRIGGER_TIMEOUT) // 60} minutes, which is longer than all of its deliveries take.",
            "Uploaded images are processed late. Those that wait in the queue do not fail.",
            "Check the log and the throttles of SqsTriggerFunction. If they are empty, a burst is being processed: wait, or"
            " raise MaxConcurrency as far as the account's Lambda concurrency allows.",
            metrics.queue("ProcessingQueue", "ApproximateAgeOfOldestMessage"),
            threshold=delivery_seconds(TRIGGER_TIMEOUT),
        ),
    ]


def _pipeline() -> list[Alarm]:
    return [
        Alarm(
            "ExecutionsFailedAlarm",
            "An execution failed after every retry; rejected images do not count.",
            "Its image has the status FAILED and no archived renditions.",
            "The image's record and notification name the state and the error. Fix that, then run"
            " `python -m operations redrive`.",
            metrics.executions("ExecutionsFailed"),
        ),
        Alarm(
            "ExecutionsTimedOutAlarm",
            "An execution exceeded its time limit.",
            "Its image gets the status FAILED.",
            "The image's record names the state that was running. Fix that, then run `python -m operations redrive`.",
            metrics.executions("ExecutionsTimedOut"),
        ),
        Alarm(
            "ExecutionsThrottledAlarm",
            f"Step Functions has throttled state transitions for {SUSTAINED_PERIODS * PERIOD // 60} minutes.",
            "Images are processed late.",
            "Request a higher quota for state transitions, or lower MaxConcurrency so that fewer executions run at the same time.",
            metrics.executions("ExecutionThrottled"),
            periods=SUSTAINED_PERIODS,
        ),
    ]


def _images() -> list[Alarm]:
    """Return the alarms on rejections, of which a single one is no fault, and on decoders."""
    return [
        Alarm(
            "RejectionsAlarm",
            f"More than {REJECTION_SHARE:.0%} of at least {MINIMUM_IMAGES} images were rejected within an hour.",
            "Uploaders get a rejection in the place of renditions.",
            "Find out for which reasons and for which uploaders. If it is all uploaders since a deployment, roll back; if"
            " it is one uploader, there is nothing to fix.",
            metrics.custom(IMAGES_REJECTED),
            total=metrics.function(VALIDATE.function, "Invocations"),
            threshold=REJECTION_SHARE,
            period=HOUR,
        ),
        Alarm(
            "FallbackDecoderAlarm",
            "A function does not find libwebp in its layer.",
            "Large WebP images are rejected as TOO_COMPLEX.",
            "Roll back the layer, or build it from Pillow's wheel.",
            metrics.custom(FALLBACK_DECODERS),
        ),
        Alarm(
            "SandboxViolationAlarm",
            "An image made its decoder do what no sound decoder does: it may be an attack.",
            "That image is rejected as TOO_COMPLEX. Other images are not affected.",
            "Find the image and its format in the log. If its decoder has an advisory, switch the format off with"
            " EnabledFormats and update the layer.",
            metrics.custom(SANDBOX_VIOLATIONS),
        ),
    ]


def _sweep() -> list[Alarm]:
    return [
        Alarm(
            "StalledUploadsAlarm",
            "The sweep found uploads without an execution, and started one for each.",
            "These images are processed late.",
            "Check the path of an upload's event: UploadRule, the queue, SqsTriggerFunction, and executions that vanished.",
            metrics.custom(EXECUTIONS_RESTARTED),
        )
    ]


def _audit() -> list[Alarm]:
    return [
        Alarm(
            "AuditFailedAlarm",
            "The audit of an inventory failed: it could not be read, or too many of its batches failed for hours.",
            "Uploads whose event and record are lost are not found until the next inventory, a day later.",
            "Read the error of the execution of AuditPipeline, and the log of AuditFunction. Fix the cause, then redrive the execution.",
            metrics.executions("ExecutionsFailed", machine=audit.MACHINE),
        )
    ]


def _imports() -> list[Alarm]:
    return [
        Alarm(
            "ImportFailedAlarm",
            "An import failed: its source could not be read, or too many of its batches failed for hours.",
            "The images that it had not imported yet are missing. Nothing that was imported is lost.",
            "Run `python -m operations import status`. Fix the cause that it names, then run `python -m operations import resume`.",
            metrics.executions("ExecutionsFailed", machine=imports.MACHINE),
        )
    ]


# The functions that are not steps, and what an error of each means for users.
OTHER_FUNCTIONS = {
    **{route.function: route.failed for route in ROUTES},
    web_page.FUNCTION: web_page.FAILED,
    "SqsTriggerFunction": "Uploaded images are processed after a retry, or become dead-letter messages.",
    "FinalizeFunction": "The final status or the notification of an image is late, until the next sweep.",
    "SweepFunction": "Stalled uploads are not found until the next sweep.",
    imports.FUNCTION: imports.FAILED,
    audit.FUNCTION: audit.FAILED,
}


def _functions() -> list[Alarm]:
    """Return the alarms on errors of the functions, rejections excepted, and on throttling that lasts."""
    others = [
        Alarm(
            f"{name.removesuffix('Function')}ErrorsAlarm",
            f"{name} failed.",
            impact,
            "Read its log: it has the error.",
            metrics.function(name, "Errors"),
        )
        for name, impact in OTHER_FUNCTIONS.items()
    ]
    # Lambda counts a rejected image and a stale attempt as errors; a function that was killed cannot count anything itself.
    steps = [
        Alarm(
            f"{step.function.removesuffix('Function')}ErrorsAlarm",
            f"{step.state} failed more often than one image is retried; rejected images do not count.",
            "Images are processed late, or get the status FAILED.",
            f"Read the log of {step.function}: it has the errors.",
            metrics.function(step.function, "Errors"),
            subtract=tuple(metrics.custom(name, **{STEP: step.state}) for name in (STEP_REJECTIONS, STALE_ATTEMPTS)),
            threshold=1 + MAX_RETRIES,
            periods=STEP_ERROR_PERIODS,
        )
        for step in STEPS
    ]
    return [*others, *steps, *map(_throttles, [*OTHER_FUNCTIONS, *(step.function for step in STEPS)])]


def _throttles(function: str) -> Alarm:
    impacts = {
        **{route.function: route.throttled for route in ROUTES},
        web_page.FUNCTION: web_page.THROTTLED,
        imports.FUNCTION: "Imports are slow.",
        audit.FUNCTION: "The audit of the uploads is slow.",
        **dict.fromkeys(
            ("FinalizeFunction", "SweepFunction"), "Failed and stalled images get their final status late."
        ),
    }
    return Alarm(
        f"{function.removesuffix('Function')}ThrottledAlarm",
        f"Lambda has throttled {function} for {SUSTAINED_PERIODS * PERIOD // 60} minutes.",
        impacts.get(function, "Images are processed late."),
        "Find out which functions use the account's concurrent executions, or request a higher quota.",
        metrics.function(function, "Throttles"),
        periods=SUSTAINED_PERIODS,
    )
