"""Random faults in a running stack: killed workers, aborted executions, repeated messages and newer versions."""

import json
import time
from collections import Counter
from random import Random
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from botocore.exceptions import ClientError

from local.stack import LocalStack
from tests.effort import times
from tests.local.emulator import processes
from tests.local.stack_access import physical_id

MEAN_PAUSE = times(2, 1) / 4  # seconds between two faults
# Seconds before a worker may be killed: if one dies as it starts, the emulator ends all workers of its function.
WORKER_AGE = 3.0
MAX_FAULTS = times(20, 200)  # until more are asked for: more would slow down a slow machine further
MAX_DELAY = times(2, 8)  # seconds of a repeated message
COPIES = "copies-of-events"  # queue
# How often each fault occurs, relative to the others.
WEIGHTS = {"killed": 4, "repeated": 6, "replaced": 1, "aborted": 1}


class FaultInjector:
    """Injects faults in a thread within a block; `done` counts them."""

    def __init__(self, stack: LocalStack, random: Random, image: bytes) -> None:
        """Use an image for newer versions. The choice of faults comes from random; their timing does not."""
        self._stack, self._random, self._image = stack, random, image
        self._s3, self._sqs = stack.emulator.client("s3"), stack.emulator.client("sqs")
        self._executions = stack.emulator.client("stepfunctions")
        assert stack.emulator.folder is not None
        self._folder = stack.emulator.folder
        self._copies = _copy_events(stack)
        self._events: list[dict[str, Any]] = []
        self._first_seen: dict[int, float] = {}  # time by process id
        self._stopped: int | None = None  # the worker that is killed next
        self._end, self._errors = Event(), list[Exception]()
        self._thread = Thread(target=self._run)
        self.done: Counter[str] = Counter()
        self._limit = MAX_FAULTS

    def __enter__(self) -> Self:
        """Start."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Stop; raises an error of the thread."""
        self._end.set()
        self._thread.join()
        self._kill_stopped()
        if self._errors:
            raise self._errors[0]

    @property
    def is_complete(self) -> bool:
        """Whether each kind of fault has occurred."""
        return all(self.done[fault] for fault in WEIGHTS)

    def inject_more(self) -> None:
        """Allow as many faults again, because those so far had no effect."""
        self._limit = self.done.total() + MAX_FAULTS

    def repeat(self) -> None:
        """Send the event of a random upload again, at once or delayed."""
        self._receive_events()
        if self._events:
            body = json.dumps(self._random.choice(self._events))
            delay = self._random.randrange(MAX_DELAY)
            self._sqs.send_message(
                QueueUrl=self._stack.outputs["ProcessingQueueUrl"], MessageBody=body, DelaySeconds=delay
            )
            self.done["repeated"] += 1

    def _run(self) -> None:
        faults = {"killed": self._kill, "repeated": self.repeat, "replaced": self._replace, "aborted": self._abort}
        try:
            while not self._end.wait(self._random.expovariate(1 / MEAN_PAUSE)):
                if names := self._next():
                    faults[self._random.choices(names, [WEIGHTS[name] for name in names])[0]]()
                else:
                    self._kill_stopped()  # else its image would wait until the function's timeout
        except Exception as error:  # noqa: BLE001 - raised at the end of the block
            self._errors.append(error)

    def _next(self) -> list[str]:
        """Return the faults that may occur next: those that have not occurred yet, then all."""
        missing = [fault for fault in WEIGHTS if not self.done[fault]]
        return missing or (list(WEIGHTS) if self.done.total() < self._limit else [])

    def _kill(self) -> None:
        """Kill the stopped worker and stop another one, so that it gets work before it is killed."""
        self._kill_stopped()
        now, alive = time.monotonic(), processes.workers(self._folder)
        self._first_seen = {pid: self._first_seen.get(pid, now) for pid in alive}
        if old := [pid for pid in alive if now - self._first_seen[pid] > WORKER_AGE]:
            self._stopped = self._random.choice(old)
            processes.freeze(self._stopped)

    def _kill_stopped(self) -> None:
        if self._stopped:
            self.done["killed"] += processes.kill(self._stopped)
            self._stopped = None

    def _replace(self) -> None:
        """Upload a newer version of a random upload, which may be finished or not."""
        self._receive_events()
        if self._events:
            found = self._random.choice(self._events)["detail"]
            bucket, key = found["bucket"]["name"], found["object"]["key"]
            self._s3.put_object(Bucket=bucket, Key=key, Body=self._image, Metadata={"filename": "newer.png"})
            self.done["replaced"] += 1

    def _abort(self) -> None:
        """Abort a random execution."""
        machine = self._stack.outputs["ProcessingPipelineArn"]
        running = self._executions.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
        if running:
            try:
                self._executions.stop_execution(executionArn=self._random.choice(running)["executionArn"])
            except ClientError:  # it has finished meanwhile
                return
            self.done["aborted"] += 1

    def _receive_events(self) -> None:
        """Receive the events of new uploads."""
        messages = self._sqs.receive_message(QueueUrl=self._copies, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            self._events.append(json.loads(message["Body"]))
            self._sqs.delete_message(QueueUrl=self._copies, ReceiptHandle=message["ReceiptHandle"])


def _copy_events(stack: LocalStack) -> str:
    """Let the rule for uploads send its events to another queue too, and return that queue's URL."""
    sqs = stack.emulator.client("sqs")
    url = str(sqs.create_queue(QueueName=COPIES)["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rule = physical_id(stack, "UploadRule")
    stack.emulator.client("events").put_targets(Rule=rule, Targets=[{"Id": COPIES, "Arn": arn}])
    return url
