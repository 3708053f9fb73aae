"""One picture through the pipeline, and its traces in table, buckets and topic."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from lambdas import finalize, sweep
from lambdas.domain import executions
from tests.fake_aws.events import execution_ended
from tests.fake_aws.fake_clock import FakeClock
from tests.fake_aws.interpreter import Execution, Handler, Interpreter
from tests.fake_aws.resources import STALLED_AFTER, Resources
from tests.lambdas.account import CONTEXT
from tests.lambdas.pipeline import NOTIFICATIONS
from workflow import contracts

if TYPE_CHECKING:
    from workflow.contracts.payloads import Image

PICTURES = 4  # in the archive: original, two resized images, thumbnail


@dataclass(frozen=True)
class Outcome:
    """The observable result of an execution."""

    image: dict[str, Any]
    execution: Execution
    record: dict[str, Any] | None
    notifications: list[tuple[dict[str, Any], dict[str, str]]]
    archived: dict[str, bytes]
    staged: list[str]

    @property
    def status(self) -> str | None:
        """The status in the record."""
        return None if self.record is None else str(self.record["status"])

    @property
    def announced(self) -> list[str]:
        """The statuses in the notifications."""
        return [str(message["status"]) for message, _ in self.notifications]


@dataclass(frozen=True)
class Processing:
    """The deployed pipeline; its interpreter can replace functions, service calls and waits."""

    resources: Resources
    interpreter: Interpreter
    fake_clock: FakeClock

    def process(self, data: bytes) -> Outcome:
        """Upload data and run the pipeline on it."""
        return self.run(self.resources.upload(data))

    def run(self, image: dict[str, Any]) -> Outcome:
        """Run the pipeline on an uploaded image, and check what must hold of every outcome."""
        contracts.check("pipeline-input", {"image": image})
        return self._seen(image, self.interpreter.run({"image": image}, executions.name(cast("Image", image))))

    def finalize(self, outcome: Outcome) -> Outcome:
        """Invoke FinalizeFunction with the execution's status event, and return the result after it."""
        found = outcome.execution
        finalize.handler(execution_ended(outcome.image, found.arn, found.status), CONTEXT)
        return self._seen(outcome.image, found)

    def sweep(self, outcome: Outcome) -> Outcome:
        """Advance the clock until all is stalled, sweep, and return the result for the picture."""
        self.fake_clock.advance(seconds=STALLED_AFTER + 1)
        sweep.handler({}, CONTEXT)
        return self._seen(outcome.image, outcome.execution)

    def swept(self, image: dict[str, Any]) -> Outcome:
        """Advance the clock until an upload without an execution is stalled, sweep, and return the result."""
        self.fake_clock.advance(seconds=STALLED_AFTER + 1)
        sweep.handler({"everything": True}, CONTEXT)  # it has no record
        return self._seen(image, self.interpreter.ended(executions.name(cast("Image", image))))

    def _seen(self, image: dict[str, Any], execution: Execution) -> Outcome:
        """Return the result after the execution, with the notifications since the last call only, and check it."""
        outcome = Outcome(
            image,
            execution,
            self.resources.record(image),
            self.resources.notifications(),
            self.resources.archived(image, execution.name),
            self.resources.staged(execution.name),
        )
        _check(outcome)
        return outcome

    def break_function(self, function: str, error: Exception, times: int | None = None) -> None:
        """Make function raise error instead of working: always, or the first so many times."""
        self.wrap(function, _raising(error, times))

    def wrap(self, function: str, wrapper: Callable[[Handler], Handler]) -> None:
        """Put a wrapper around function."""
        self.interpreter.functions[function] = wrapper(self.interpreter.functions[function])


def _check(outcome: Outcome) -> None:
    if outcome.record is not None:
        contracts.check("metadata-record", outcome.record)
    for message, attributes in outcome.notifications:
        contracts.check(NOTIFICATIONS[message["status"]], message)
        assert message["notificationId"] == outcome.execution.name
        assert message["imageId"] == outcome.image["imageId"]
        # The attributes, by which subscribers filter, agree with the message.
        assert attributes == {name: message[name] for name in attributes}
        assert {"status", "owner"} <= attributes.keys()
    own = outcome.record is not None and outcome.record["execution"] == outcome.execution.name
    if own and outcome.status == "SUCCEEDED":
        assert len(outcome.archived) == PICTURES
    elif outcome.execution.status == "SUCCEEDED":  # a failed one is not finalized yet
        assert not outcome.archived


def _raising(error: Exception, times: int | None) -> Callable[[Handler], Handler]:
    attempts = count()

    def wrap(handler: Handler) -> Handler:
        def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
            if times is None or next(attempts) < times:
                raise error
            return handler(event, context)

        return handle

    return wrap
