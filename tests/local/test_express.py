"""The stack with an EXPRESS state machine, under its own roles: what keeps an event that is repeated from doing harm."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from lambdas import execution
from local.stack import LocalStack, local_stack
from tests.local.account import eventually
from tests.local.behind import configure, invoke, invoke_trigger
from tests.local.settling import Image, created, ended, superseding, unheard, uploaded
from tests.local.statements import GRANTED, ONLY_EXPRESS, without

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """Run the stack with permissions enforced; what is lost is found at once."""
    with local_stack(enforce=True, parameters={"WorkflowType": execution.EXPRESS}) as running:
        configure(running, "SweepFunction", UNSETTLED_AFTER_SECONDS="0")
        yield running


def _executions(stack: LocalStack, image: Image) -> int:
    """Return how many executions there are for image; AWS itself would not tell."""
    client, machine = stack.emulator.client("stepfunctions"), stack.outputs["ProcessingPipelineArn"]
    found = client.list_executions(stateMachineArn=machine, maxResults=1000)["executions"]
    return sum(one["name"] == execution.name(image) for one in found)


def test_repeated_event_starts_one_execution(stack: LocalStack) -> None:
    """An event that comes three times starts one execution, though the state machine would take its name again."""
    with unheard(stack):
        image = uploaded(stack, str(uuid4()))
    for events in ([created(image)] * 2, [created(image)]):
        assert invoke_trigger(stack, events) == {"batchItemFailures": []}
    assert eventually(lambda: ended(stack, image))["status"] == "SUCCEEDED"
    assert _executions(stack, image) == 1


def test_lost_event_is_found(stack: LocalStack) -> None:
    """An upload that nobody heard of is found by the sweep, which starts it."""
    with unheard(stack):
        image = uploaded(stack, str(uuid4()))
    assert "errorType" not in invoke(stack, "SweepFunction", {})
    assert eventually(lambda: ended(stack, image))["status"] == "SUCCEEDED"
    assert _executions(stack, image) == 1


@pytest.mark.parametrize("name", sorted(ONLY_EXPRESS))
def test_without_a_statement_nothing_is_started(stack: LocalStack, name: str) -> None:
    """Without leave to claim the record, or to tell which version is the newest, the message goes back to the queue."""
    (granted,) = (one for one in GRANTED if one.name == name)
    with unheard(stack):
        image = superseding(stack)
    with without(stack, granted):
        assert invoke_trigger(stack, [created(image)])["batchItemFailures"]
    assert not invoke_trigger(stack, [created(image)])["batchItemFailures"]
    assert eventually(lambda: ended(stack, image))["status"] == "SUCCEEDED"
