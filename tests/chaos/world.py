"""The surroundings of the functions: uploads, a queue, events and a schedule, with exactly the delivery guarantees of AWS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lambdas.runtime import clients
from tests.chaos.faults import EXPRESS_ENDS, STANDARD_ENDS, STATUS, Fault
from tests.chaos.interpreter_patches import is_running, stop
from tests.fake_aws.events import execution_ended

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.context import Context
    from tests.chaos.invocations import Functions, Invocation

BEGINNING = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
MAX_RECEIVES = 5  # as the template's queue has it
MAX_TRIES = 3  # of a function that an event invokes: the first and two more, as Lambda has it
BATCH = 3  # messages
OUTDATED = 0.5  # of the audits in a storm read an inventory that is older than the last one
UNSUCCESSFUL = {"FAILED", "TIMED_OUT", "ABORTED"}  # what the rule for status events lets through


@dataclass(eq=False)
class Message:
    """A message on the queue."""

    number: int
    body: str
    receives: int = 0
    held: bool = False  # by an invocation, so that others do not see it


@dataclass(eq=False)
class Status:
    """An event about the final status of an execution."""

    event: dict[str, Any]
    tries: int = 0


class World:
    """The services and clients around the project's code, for one schedule."""

    def __init__(self, context: Context, functions: Functions) -> None:
        """Start empty."""
        self.express = context.express
        self._account = context.account
        self._functions = functions
        self._scheduler = context.scheduler
        self._faults = context.faults
        self._journal = context.journal
        self._random = context.random
        self._now = BEGINNING
        self._queue: list[Message] = []
        self._statuses: list[Status] = []
        self._numbers = 0
        self._inventory: list[dict[str, str]] = []

    def now(self) -> datetime:
        """Return the time."""
        return self._now

    def tick(self, seconds: float = 0.01) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)

    def pending(self) -> bool:
        """Return whether there is anything to deliver."""
        return bool(self._statuses) or any(not message.held for message in self._queue)

    def note(self, point: str) -> None:
        """Add something that happens to the trace."""
        self._scheduler.note(point)

    def forget_messages(self) -> None:
        """Drop what SQS keeps for days only. Nothing else waits, and no poison is expected any more."""
        self._queue.clear()
        self._journal.poison.clear()

    def send(self, body: str) -> None:
        """Put a message on the queue."""
        self._numbers += 1
        self._queue.append(Message(self._numbers, body))

    def emit_status(self, execution: Any) -> None:
        """Queue the event of EventBridge about an execution that failed; EXPRESS executions have none."""
        if self.express or execution.status not in UNSUCCESSFUL:
            return
        fault = self._faults.draw(STATUS, often=3)
        event = execution_ended(execution.input_data["image"], execution.exec_arn, execution.status)
        for _ in range({Fault.STATUS_LOST: 0, Fault.STATUS_TWICE: 2}.get(fault or Fault.ABORTED, 1)):
            self._statuses.append(Status(event))

    def deliver(self) -> None:
        """Deliver a random event or batch of messages that waits."""
        waiting = [message for message in self._queue if not message.held]
        deliveries: list[Callable[[], None]] = []
        if waiting:
            deliveries.append(lambda: self._receive(waiting))
        if self._statuses:
            deliveries.append(lambda: self._finalize(self._statuses.pop(self._random.randrange(len(self._statuses)))))
        if deliveries:
            self._random.choice(deliveries)()

    def _receive(self, waiting: list[Message]) -> None:
        """Invoke SqsTriggerFunction with a batch."""
        batch = self._random.sample(waiting, min(len(waiting), self._random.randint(1, BATCH)))
        for message in batch:
            message.receives += 1
            message.held = self._faults.draw({Fault.MESSAGE_TWICE: 1}, often=2) is None
        dead = [message for message in batch if message.receives > MAX_RECEIVES]
        for message in dead:
            self._move_to_dead_letters(message)
        self._trigger([message for message in batch if message not in dead])

    def _move_to_dead_letters(self, message: Message) -> None:
        self._scheduler.note("to the dead-letter queue")
        self._queue.remove(message)
        clients.sqs().send_message(QueueUrl=self._account.dead_letters, MessageBody=message.body)

    def _trigger(self, batch: list[Message]) -> None:
        records = [
            {"messageId": str(message.number), "body": message.body, "eventSource": "aws:sqs"} for message in batch
        ]
        if records:
            invocation = self._functions.invoke("lambdas.sqs_trigger", {"Records": records})
            self._then(invocation, lambda: self._returned(batch, invocation))

    def _returned(self, batch: list[Message], invocation: Invocation) -> None:
        """Delete the messages that the trigger does not report as failed, as Lambda's poller does."""
        back = {message.number for message in batch}
        if not invocation.error:
            back = {int(failure["itemIdentifier"]) for failure in invocation.answer["batchItemFailures"]}
        for message in batch:
            message.held = False
            if message.number not in back and message in self._queue:
                self._queue.remove(message)

    def _finalize(self, status: Status) -> None:
        """Invoke FinalizeFunction with an event; if it fails, Lambda tries again."""
        status.tries += 1
        invocation = self._functions.invoke("lambdas.finalize", status.event)

        def again() -> None:
            if invocation.error and status.tries < MAX_TRIES:
                self._statuses.append(status)

        self._then(invocation, again)

    def sweep(self) -> None:
        """Start a sweep, or two at once."""
        for _ in range(2 if self._faults.draw({Fault.TWO_SWEEPS: 1}, often=4) else 1):
            self._functions.invoke("lambdas.sweep", {})

    def audit(self) -> None:
        """Start the audit of an inventory: of what S3 has now or, in a storm, had at the audit before."""
        before, self._inventory = self._inventory, self._account.inventory()
        rows = before if self._faults.storm and self._random.random() < OUTDATED else self._inventory
        if rows:
            self._audit(rows)

    def _audit(self, rows: list[dict[str, str]], tries: int = 1) -> None:
        """Invoke AuditFunction with the rows of an inventory; if it fails, its state tries again."""
        invocation = self._functions.invoke("lambdas.audit", {"items": rows})

        def again() -> None:
            if invocation.error and tries < MAX_TRIES:
                self._audit(rows, tries + 1)

        self._then(invocation, again)

    def _then(self, invocation: Invocation, do: Callable[[], None]) -> None:
        """Call do when an invocation is over."""

        def follow() -> None:
            self._scheduler.wait(lambda: invocation.over)
            do()

        self._scheduler.spawn("service", follow)

    def end_something(self) -> None:
        """Stop a running execution from outside, perhaps."""
        running = [execution for execution in self._journal.executions if is_running(execution)]
        fault = self._faults.draw(EXPRESS_ENDS if self.express else STANDARD_ENDS, often=0.3) if running else None
        if fault:
            self._scheduler.note("execution", fault)
            ended = self._random.choice(running)
            self._scheduler.end(ended)
            stop(ended, self._now, timed_out=fault is Fault.TIMED_OUT)
