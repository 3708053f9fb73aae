"""A storm on a running stack: workers killed, executions aborted, messages and uploads repeated, at random and at once."""

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

MEAN_PAUSE = times(2, 1) / 4  # seconds between two blows, in the mean
# Seconds that a worker is let live: for one that dies as it starts, the emulator ends all the others of its function.
WORKER_AGE = 3.0
MAX_FAULTS = times(20, 200)  # blows before it goes on: more would make a slow machine slower still
MAX_DELAY = times(2, 8)  # seconds that a repeated message may be late
COPIES = "overheard"  # queue
# How often each blow comes, relative to the others.
WEIGHTS = {"killed": 4, "repeated": 6, "replaced": 1, "aborted": 1}


class FaultInjector:
    """It blows in a thread of its own for the length of a block; done tells how often what was done."""

    def __init__(self, stack: LocalStack, random: Random, picture: bytes) -> None:
        """Let new versions of uploads hold picture; what is done comes from random, when it hits does not."""
        self._stack, self._random, self._picture = stack, random, picture
        self._s3, self._sqs = stack.emulator.client("s3"), stack.emulator.client("sqs")
        self._executions = stack.emulator.client("stepfunctions")
        self._overheard = _overhear(stack)
        self._events: list[dict[str, Any]] = []
        self._born: dict[int, float] = {}  # when each worker was first seen, by its process id
        self._frozen: int | None = None  # the worker that is next to be killed
        self._over, self._faults = Event(), list[Exception]()
        self._thread = Thread(target=self._blow)
        self.done: Counter[str] = Counter()
        self._most = MAX_FAULTS

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """End; raises what went wrong in the thread."""
        self._over.set()
        self._thread.join()
        self._kill_frozen()
        if self._faults:
            raise self._faults[0]

    @property
    def is_whole(self) -> bool:
        """Whether each kind of blow has been dealt."""
        return all(self.done[blow] for blow in WEIGHTS)

    def go_on(self) -> None:
        """Deal as many blows again: those so far did not hit."""
        self._most = self.done.total() + MAX_FAULTS

    def repeat(self) -> None:
        """Send the event of an upload again, be it the newest or long over, at once or late."""
        self._listen()
        if self._events:
            body = json.dumps(self._random.choice(self._events))
            late = self._random.randrange(MAX_DELAY)
            self._sqs.send_message(
                QueueUrl=self._stack.outputs["ProcessingQueueUrl"], MessageBody=body, DelaySeconds=late
            )
            self.done["repeated"] += 1

    def _blow(self) -> None:
        blows = {"killed": self._kill, "repeated": self.repeat, "replaced": self._replace, "aborted": self._abort}
        try:
            while not self._over.wait(self._random.expovariate(1 / MEAN_PAUSE)):
                if names := self._next():
                    blows[self._random.choices(names, [WEIGHTS[name] for name in names])[0]]()
                else:
                    self._kill_frozen()  # it would keep its picture for as long as a function may take
        except Exception as fault:  # noqa: BLE001 - raised where the storm ends
            self._faults.append(fault)

    def _next(self) -> list[str]:
        """Return the blows that may come next: each has its turn before any comes again."""
        missing = [blow for blow in WEIGHTS if not self.done[blow]]
        return missing or (list(WEIGHTS) if self.done.total() < self._most else [])

    def _kill(self) -> None:
        """Kill the worker that hangs and let another one hang, so that work reaches it before its own turn comes."""
        self._kill_frozen()
        now, there = time.monotonic(), processes.workers()
        self._born = {pid: self._born.get(pid, now) for pid in there}
        if grown := [pid for pid in there if now - self._born[pid] > WORKER_AGE]:
            self._frozen = self._random.choice(grown)
            processes.freeze(self._frozen)

    def _kill_frozen(self) -> None:
        if self._frozen:
            self.done["killed"] += processes.kill(self._frozen)
            self._frozen = None

    def _replace(self) -> None:
        """Upload a new version of a picture, be the older one over or not."""
        self._listen()
        if self._events:
            found = self._random.choice(self._events)["detail"]
            bucket, key = found["bucket"]["name"], found["object"]["key"]
            self._s3.put_object(Bucket=bucket, Key=key, Body=self._picture, Metadata={"filename": "newer.png"})
            self.done["replaced"] += 1

    def _abort(self) -> None:
        """Abort an execution, as a person may or the service for reasons of its own."""
        machine = self._stack.outputs["ProcessingPipelineArn"]
        running = self._executions.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
        if running:
            try:
                self._executions.stop_execution(executionArn=self._random.choice(running)["executionArn"])
            except ClientError:  # it has ended meanwhile
                return
            self.done["aborted"] += 1

    def _listen(self) -> None:
        """Take down the events of uploads that came since."""
        messages = self._sqs.receive_message(QueueUrl=self._overheard, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            self._events.append(json.loads(message["Body"]))
            self._sqs.delete_message(QueueUrl=self._overheard, ReceiptHandle=message["ReceiptHandle"])


def _overhear(stack: LocalStack) -> str:
    """Let the rule for uploads send its events to one more queue, and return that one's URL."""
    sqs = stack.emulator.client("sqs")
    url = str(sqs.create_queue(QueueName=COPIES)["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rule = physical_id(stack, "UploadRule")
    stack.emulator.client("events").put_targets(Rule=rule, Targets=[{"Id": COPIES, "Arn": arn}])
    return url
