"""The bound of invocations that run at the same time: nobody exceeds it, everybody gets on, and none waits for another for good."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.emulator.slots import LEAST, LONG_SECONDS, Slots, processors
from tests.local.account import Account, eventually
from tests.patience import PATIENCE

LIMIT = max(LEAST, processors())
MANY = 3 * LIMIT
# The calls of a function with an SDK of its own, as functions of the pipeline make them.
NUMBER = "import os\ndef handler(event, context): return os.getpid()"
WAITER = """
import boto3, time

def handler(event, context):
    sent = boto3.client("stepfunctions").start_execution(stateMachineArn=MACHINE, input="{}")
    while boto3.client("stepfunctions").describe_execution(executionArn=sent["executionArn"])["status"] == "RUNNING":
        time.sleep(0.02)
"""
CALLER = """
import boto3, json

def handler(event, context):
    if event["how"] == "invoke":
        answer = boto3.client("lambda").invoke(FunctionName="number")
        return json.loads(answer["Payload"].read())
    client = boto3.client("stepfunctions")
    answer = client.start_sync_execution(stateMachineArn=event["machine"], input="{}")
    return json.loads(answer["output"])
"""


class Running:
    """Invocations that a test starts, and lets end."""

    def __init__(self, slots: Slots) -> None:
        """Take slots."""
        self.slots, self.now, self.order = slots, list[str](), list[str]()
        self._lock, self._ends, self._threads = threading.Lock(), dict[str, threading.Event](), list[threading.Thread]()

    def start(self, name: str) -> None:
        """Start an invocation; its function is the first letter of name."""
        self._ends[name] = threading.Event()
        self._threads.append(threading.Thread(target=self._run, args=(name,)))
        waiting = len(self.slots._waiting) + len(self.order)  # noqa: SLF001 - when it waits
        self._threads[-1].start()
        eventually(lambda: len(self.slots._waiting) + len(self.order) > waiting)  # noqa: SLF001 - the same

    def end(self, name: str) -> None:
        """Let an invocation end, and wait for that."""
        self._ends[name].set()
        eventually(lambda: name not in self.now)

    def finish(self) -> None:
        """Let all end."""
        for end in self._ends.values():
            end.set()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _run(self, name: str) -> None:
        with self.slots.taken(name[0]):
            with self._lock:
                self.now.append(name)
                self.order.append(name)
            self._ends[name].wait(PATIENCE)
            with self._lock:
                self.now.remove(name)


@pytest.fixture
def running() -> Any:
    """Give two slots for functions that wait for no worker, and end what took one."""
    found = Running(Slots(2, patience=0))
    yield found
    found.finish()


def test_no_more_run_than_there_are_slots(running: Running) -> None:
    """The third invocation waits until one of two ends."""
    for name in ("a1", "a2", "a3"):
        running.start(name)
    assert running.now == ["a1", "a2"]
    running.end("a1")
    eventually(lambda: running.now == ["a2", "a3"])


def test_function_with_the_fewest_invocations_is_next(running: Running) -> None:
    """A function is not kept waiting by many invocations of another one; equal ones go in the order of their arrival."""
    for name in ("a1", "a2", "a3", "a4", "b1", "b2", "c1"):
        running.start(name)
    for name in ("a1", "a2", "b1", "c1", "a3", "b2"):
        eventually(lambda name=name: name in running.now)  # type: ignore[misc]
        running.end(name)
    eventually(lambda: running.now == ["a4"])
    assert running.order == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]


def test_lent_slot_is_used_and_taken_back(running: Running) -> None:
    """While one waits for others another one runs, and after that there is no slot more than before."""
    for name in ("a1", "a2", "a3", "a4"):
        running.start(name)
    with running.slots.lent():
        eventually(lambda: running.now == ["a1", "a2", "a3"])
    running.end("a1")
    running.end("a2")
    eventually(lambda: running.now == ["a3", "a4"])
    running.start("a5")
    assert "a5" not in running.now


def test_slot_of_a_long_invocation_is_lent() -> None:
    """An invocation that takes long, because it waits for others, keeps nobody waiting, and gives no second slot back."""
    now = [0.0]
    running = Running(Slots(1, clock=lambda: now[0]))
    for name in ("a1", "a2", "a3"):
        running.start(name)
    running.slots.lend_long()
    assert running.now == ["a1"]
    now[0] = LONG_SECONDS + 1
    eventually(lambda: running.now == ["a1", "a2"])
    running.end("a1")
    running.slots.lend_long()
    assert running.now == ["a2"]
    running.end("a2")
    eventually(lambda: running.now == ["a3"])
    running.finish()


def test_invocation_waits_for_a_worker_as_long_as_one_takes_to_start() -> None:
    """A second worker of a function starts once an invocation has waited as long as the first invocation took, and stays."""
    now = [0.0]
    running = Running(Slots(2, clock=lambda: now[0]))
    running.start("a1")
    now[0] = 3.0
    running.end("a1")
    for name in ("a2", "a3", "b1"):
        running.start(name)
    eventually(lambda: running.now == ["a2", "b1"])
    running.end("b1")
    now[0] = 5.0
    running.slots.lend_long()
    assert running.now == ["a2"]
    now[0] = 6.0
    eventually(lambda: running.now == ["a2", "a3"])
    running.end("a2")
    running.start("a4")
    eventually(lambda: running.now == ["a3", "a4"])
    running.finish()


def test_invocation_waits_for_the_first_worker_while_that_starts() -> None:
    """Two first invocations of a function at the same time share one worker, unless the first takes long."""
    now = [0.0]
    running = Running(Slots(2, clock=lambda: now[0]))
    for name in ("a1", "a2"):
        running.start(name)
    running.slots.lend_long()
    assert running.now == ["a1"]
    now[0] = LONG_SECONDS
    eventually(lambda: running.now == ["a1", "a2"])
    running.finish()


def test_slot_is_given_back_after_an_error() -> None:
    """An invocation that raises an exception holds no slot."""
    slots = Slots(1)
    for _ in range(2):
        with pytest.raises(ValueError, match="wrong"), slots.taken("a"):
            raise ValueError("wrong")


@pytest.fixture(scope="module")
def functions(account: Account) -> Account:
    """Deploy the functions."""
    account.deploy("number", NUMBER)
    account.deploy("caller", CALLER)
    return account


def test_workers_are_bounded(functions: Account) -> None:
    """Many invocations at once all succeed, in no more processes than there are slots."""
    with ThreadPoolExecutor(MANY) as pool:
        found = list(pool.map(lambda _: functions.invoke("number"), range(MANY)))
    assert len(set(found)) <= LIMIT


@pytest.mark.share(1)
@pytest.mark.parametrize("how", ["invoke", "execution"])
def test_functions_that_wait_for_functions_do_not_block_each_other(functions: Account, how: str) -> None:
    """More functions than there are slots call a function each, directly or by an execution, and all get its result."""
    machine = _machine(functions, f"caller-{how}", "EXPRESS")
    with ThreadPoolExecutor(MANY) as pool:
        found = list(pool.map(lambda _: functions.invoke("caller", how=how, machine=machine), range(MANY)))
    assert all(isinstance(number, int) for number in found)


def test_functions_of_a_queue_hold_no_slot(functions: Account) -> None:
    """As many messages as there are slots are handled at once, each by a function that polls for an execution's end."""
    machine = _machine(functions, "polled", "STANDARD")
    functions.deploy("waiter", f"MACHINE = {machine!r}\n{WAITER}")
    functions.client("lambda").create_event_source_mapping(
        EventSourceArn=functions.queue("jobs"),
        FunctionName="waiter",
        BatchSize=1,
        ScalingConfig={"MaximumConcurrency": MANY},
    )
    for _ in range(MANY):
        functions.send("jobs", "anything")
    eventually(lambda: functions.is_empty("jobs"))


def _machine(account: Account, name: str, kind: str) -> str:
    """Create a state machine that calls the function, and return its ARN."""
    call = {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:000000000000:function:number", "End": True}
    created: dict[str, str] = account.client("stepfunctions").create_state_machine(
        name=name,
        type=kind,
        roleArn="arn:aws:iam::000000000000:role/any",
        definition=json.dumps({"StartAt": "Call", "States": {"Call": call}}),
    )
    return created["stateMachineArn"]
