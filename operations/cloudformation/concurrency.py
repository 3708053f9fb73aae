"""What the Lambda concurrency of an account means for a burst of images, with the MaxConcurrency of a stack."""

import json
import math
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from operations.cloudformation.stacks import describe, is_new
from operations.cloudformation.target import Target

PARAMETER: Final = "MaxConcurrency"
WORKFLOW_TYPE: Final = "WorkflowType"
EACH: Final = 3  # concurrency that an image needs at most: the trigger, which waits, and two renditions
LEAST: Final = 2  # images at the same time: the minimum of an event source
# Concurrency that stays free for GET /upload-url, the sweep, finalization and other functions of the account.
LEAST_FREE, FREE_SHARE = 4, 5
# Seconds that an image takes in a burst, with warm functions; a test compares it with the simulation.
IMAGE_SECONDS: Final = 1.7
BURST: Final = 1000  # images of the example


@dataclass(frozen=True)
class Outlook:
    """How fast a stack processes a burst; `available` is None where the account could not be asked, which `error` says."""

    images: int  # that are processed at the same time: MaxConcurrency
    express: bool
    available: int | None  # concurrency that no function has reserved
    error: str = ""

    @property
    def fitting(self) -> int | None:
        """The MaxConcurrency that uses the concurrency of the account and leaves some of it free."""
        return None if self.available is None else fitting(self.available)

    @property
    def processed(self) -> int:
        """The images that can be processed at the same time; 0 if the triggers use all concurrency."""
        if self.available is None:
            return self.images
        left = self.available - self.images
        return min(self.images, max(1, left // (EACH - 1))) if left > 0 else 0

    @property
    def free(self) -> int:
        """The concurrency that is left in a burst; negative if functions are throttled."""
        return LEAST_FREE if self.available is None else self.available - EACH * self.images

    def to_json(self) -> dict[str, Any]:
        """Return it as `--json` prints it; None is what is not known, or never ends."""
        return {
            "lambdaConcurrency": self.available,
            "maxConcurrency": self.images,
            "fittingMaxConcurrency": self.fitting,
            "imagesPerMinute": rate(self.processed),
            "secondsFor1000Images": seconds(self.processed),
        }

    def sentences(self) -> list[str]:
        """Return what a person should know, a warning included if MaxConcurrency does not fit the account."""
        speed = f"about {rate(self.processed)} a minute: 1,000 take {_duration(self.processed)}, and wait in the queue"
        if self.available is None:
            unknown = f"The Lambda concurrency of the account cannot be read ({self.error})."
            needed = f"With {PARAMETER}={self.images} the stack needs up to {EACH * self.images} of it"
            return [unknown, f"{needed}, and processes images at {speed}."]
        known = (
            f"The functions of this account and region may use a Lambda concurrency of {self.available},"
            f" and {PARAMETER}={self.images} needs up to {EACH * self.images} of it."
        )
        if self.free < LEAST_FREE:
            return [known, self._warning()]
        more = fitting(self.available)
        fits = f" {PARAMETER}={more} fits too, if other functions do not need it: then 1,000 take {_duration(more)}."
        faster = fits if more > self.images else ""
        return [f"{known} Images are processed at {speed}.{faster}"]

    def _warning(self) -> str:
        """Return what happens in a burst when MaxConcurrency is too high, and what to do."""
        throttled = "fail after five minutes" if self.express else "wait, for days if they must"
        if self.free >= 0:
            happens = f"{self.free} is left to GET /upload-url, the sweep and other functions, which may be refused"
        elif self.processed:
            happens = f"executions that find none {throttled}, and requests for upload URLs are refused"
        else:
            happens = (
                f"the functions that start images use all of it, so that none is processed; executions {throttled}"
            )
        quota = "equest a higher quota for concurrent executions of Lambda."
        lower = self.fitting is not None and self.fitting < self.images
        advice = f"Deploy with {PARAMETER}={self.fitting}, or r{quota}" if lower else f"R{quota}"
        return f"WARNING: {PARAMETER}={self.images} does not fit. In a burst, {happens}. {advice}"


def fitting(available: int) -> int:
    """Return the MaxConcurrency that fits a concurrency."""
    free = max(LEAST_FREE, available // FREE_SHARE)
    return max(LEAST, min(1000, (available - free) // EACH))


def rate(images: int) -> int:
    """Return how many images a minute are processed, with so many at the same time."""
    return int(images * 60 / IMAGE_SECONDS)


def seconds(images: int) -> int | None:
    """Return how long a burst takes, with so many images at the same time; None for ever."""
    return math.ceil(BURST / images * IMAGE_SECONDS) if images else None


def _duration(images: int) -> str:
    taken = seconds(images)
    if taken is None:
        return "for ever"
    return "about a minute" if taken <= 60 else f"about {math.ceil(taken / 60)} minutes"  # noqa: PLR2004 - seconds


def outlook(target: Target, stack: str, template: str, parameters: dict[str, str]) -> Outlook | None:
    """Return the outlook for stack as it will be; None for a template without the parameter.

    A setting that cannot be read is no reason not to deploy: then the outlook says so.
    """
    known = json.loads(template)["Parameters"]
    if PARAMETER not in known:
        return None
    images, kind = (
        _value(target, stack, known[name]["Default"], name, parameters) for name in (PARAMETER, WORKFLOW_TYPE)
    )
    try:
        limits = target.client("lambda").get_account_settings()["AccountLimit"]
    except (ClientError, BotoCoreError) as error:
        return Outlook(int(images), kind == "EXPRESS", None, str(error))
    return Outlook(int(images), kind == "EXPRESS", limits["UnreservedConcurrentExecutions"])


def _value(target: Target, stack: str, default: object, name: str, parameters: dict[str, str]) -> str:
    """Return the value that a parameter will have: the named one, the stack's, or the default."""
    if name in parameters:
        return parameters[name]
    description = describe(target.cloudformation, stack)
    kept = (
        {} if is_new(description) else {one["ParameterKey"]: one["ParameterValue"] for one in description["Parameters"]}
    )
    return str(kept.get(name, default))
