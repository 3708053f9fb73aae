"""What the stack costs: counted from the template, at prices that say where they are from."""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from math import isclose

import boto3
import pytest
from moto import mock_aws

from lambdas.runtime import clients
from lambdas.runtime.telemetry import logger, tracer
from pages import costs, prices
from pages.monthly_cost import monthly_usage
from pages.prices import STORAGE_CLASSES, Price
from pages.usage import function_of, image_usage, visited_states
from pages.workload_profile import INVOCATIONS
from tests.lambdas.account import (
    ARCHIVE_SETTINGS,
    CONTEXT,
    MOTO,
    REGION,
    RESIZE_SETTINGS,
    THUMBNAIL_SETTINGS,
    VALIDATE_SETTINGS,
    Account,
    Payload,
    export,
)
from tests.lambdas.account import STEPS as HANDLERS
from tests.pictures import examples
from tests.templates.emitted import ON_THE_WAY, STEPS, Node, definition, properties, sub, template
from workflow.steps import ARCHIVE, VALIDATE, Step
from workflow.steps import RESIZE as RESIZING
from workflow.steps import STEPS as STATES
from workflow.steps import THUMBNAIL as CROPPING

CACHED = (clients.s3, clients.dynamodb, logger, tracer)
SERVICE = "costs"
PRICES = [price for price in vars(prices).values() if isinstance(price, Price)]


def _changed() -> Node:
    return deepcopy(template())


def _changed_machine(change: Callable[[Node], object]) -> Node:
    """Return the template with its state machine's definition changed."""
    changed, machine = _changed(), definition()
    change(machine)
    changed["Resources"]["ProcessingPipeline"]["Properties"]["DefinitionString"] = sub(json.dumps(machine))
    return changed


def _dollars(kind: str, *, rejected: bool = False) -> float:
    return sum(price.each * units for price, units in image_usage(template(), kind, rejected=rejected).items())


@pytest.mark.parametrize("name", ON_THE_WAY)
def test_memory_of_a_function_is_paid_for(name: str) -> None:
    """A function with twice the memory costs twice as much for its time."""
    doubled = _changed()
    doubled["Resources"][name]["Properties"]["MemorySize"] *= 2
    more = (
        image_usage(doubled, "STANDARD")[prices.LAMBDA_COMPUTE]
        - image_usage(template(), "STANDARD")[prices.LAMBDA_COMPUTE]
    )
    assert isclose(more, INVOCATIONS[name].seconds * properties(name)["MemorySize"] / 1024)


def test_a_state_more_is_a_transition_more() -> None:
    """STANDARD is paid for by transitions: a state more on the way costs one more; to EXPRESS it makes no difference."""

    def lengthen(machine: Node) -> None:
        machine["States"]["First"] = {"Type": "Pass", "Next": machine["StartAt"]}
        machine["StartAt"] = "First"

    longer = _changed_machine(lengthen)
    before, after = image_usage(template(), "STANDARD"), image_usage(longer, "STANDARD")
    assert after == {**before, prices.STATE_TRANSITION: before[prices.STATE_TRANSITION] + 1}
    assert image_usage(longer, "EXPRESS") == image_usage(template(), "EXPRESS")


def test_branches_are_counted() -> None:
    """The states of a Parallel's branches are transitions too, and the functions they run are invoked."""
    narrower = _changed_machine(lambda machine: machine["States"]["ParallelProcessing"]["Branches"].pop(1))
    before, after = image_usage(template(), "STANDARD"), image_usage(narrower, "STANDARD")
    fewer = {
        price: before[price] - after[price]
        for price in (prices.STATE_TRANSITION, prices.SNS_PUBLISH, prices.EVENTBRIDGE_EVENT)
    }
    assert fewer == {prices.STATE_TRANSITION: 1, prices.SNS_PUBLISH: 0, prices.EVENTBRIDGE_EVENT: 3}


@pytest.mark.parametrize("rejected", [False, True])
def test_express_is_cheaper(rejected: bool) -> None:
    """A picture costs less on EXPRESS than on STANDARD, and a rejected one less than an archived one on either."""
    assert _dollars("EXPRESS", rejected=rejected) < _dollars("STANDARD", rejected=rejected)
    assert all(_dollars(kind, rejected=True) < _dollars(kind) for kind in costs.WORKFLOW_TYPES)


def test_archived_picture_passes_every_step() -> None:
    """The way that is counted runs each step once, in order, and no state that is there for errors."""
    passed = list(visited_states(definition()))
    assert [name for state in passed if (name := function_of(state))] == STEPS
    assert {state["Type"] for state in passed} == {"Task", "Parallel", "Succeed"}


def test_rejected_picture_passes_the_first_step_only() -> None:
    """A rejected picture is counted through the first step and its telling, to a good end."""
    passed = list(visited_states(definition(), rejected=True))
    assert [name for state in passed if (name := function_of(state))] == STEPS[:1]
    assert passed[-1]["Type"] == "Succeed"


def test_reading_is_cheaper_than_writing() -> None:
    """S3 and DynamoDB ask for more where something changes; two prices that were taken for each other would show."""
    assert prices.S3_READ.each < prices.S3_WRITE.each
    assert prices.DYNAMODB_READ.each < prices.DYNAMODB_WRITE.each


def test_every_price_can_be_looked_up() -> None:
    """The page leads to AWS's own page of each price."""
    shown = costs.page(template())
    assert all(f"https://aws.amazon.com/{price.page}/pricing/" in shown for price in PRICES)


def test_every_price_is_used() -> None:
    """No price stands there that nothing is paid for by."""
    pictures = [
        image_usage(template(), kind, rejected=rejected) for kind in costs.WORKFLOW_TYPES for rejected in (False, True)
    ]
    monthly = [price for price, _ in monthly_usage(template()).values()]
    assert {price for used in pictures for price in used} | set(monthly) == set(PRICES)


def test_every_storage_class_on_offer_has_a_price() -> None:
    """What the parameter offers is what there are prices for: the colder a class, the cheaper to keep and dearer to get to."""
    offered = template()["Parameters"]["ArchiveStorageClass"]["AllowedValues"]
    assert list(STORAGE_CLASSES) == offered
    kept, moved = ([getattr(STORAGE_CLASSES[name], what) for name in offered] for what in ("kept", "moved"))
    assert kept == sorted(kept, reverse=True)
    assert moved == sorted(moved)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Give the list of the calls of AWS that are made, in an account in moto."""
    made: list[str] = []
    session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
    session.events.register("before-call", lambda model, **_: made.append(model.name))
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", session)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", SERVICE)
    export(monkeypatch, VALIDATE_SETTINGS, RESIZE_SETTINGS, THUMBNAIL_SETTINGS, ARCHIVE_SETTINGS)
    filters = {handler: list(handler.filters) for handler in logging.root.handlers}
    _forget()
    with mock_aws(config=MOTO):
        yield made
    _forget()
    for handler, before in filters.items():
        handler.filters = before


def _forget() -> None:
    """Forget the clients, and the logger, which would write to this test's output in the next one too."""
    for cached in CACHED:
        cached.cache_clear()
    logging.Logger.manager.loggerDict.pop(SERVICE, None)


def test_calls_that_are_paid_for_are_those_that_are_made(calls: list[str]) -> None:
    """The calls of AWS that a step is counted with are those that its handler makes, in their order."""
    account = Account()
    event = account.upload(examples()["JPEG"])
    made: dict[str, tuple[str, ...]] = {}
    found: dict[Step, Payload] = {}
    for step in STATES:
        calls.clear()
        given = event if step is not ARCHIVE else {**event, **_state(found)}
        found[step] = HANDLERS[step.contract](given, CONTEXT)
        made[step.function] = tuple(calls)
    assert made == {step.function: INVOCATIONS[step.function].calls for step in STATES}


def _state(found: dict[Step, Payload]) -> Payload:
    """Return what the last step gets of what the others found."""
    return {"validation": found[VALIDATE], "renditions": {"resized": found[RESIZING], "thumbnail": found[CROPPING]}}


def test_costs_are_printed_for_people_and_programs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command prints the page's tables, or dollars in JSON that add up to the same."""
    monkeypatch.setattr(sys, "argv", ["costs"])
    costs.main()
    assert capsys.readouterr().out == costs.page(template())
    monkeypatch.setattr(sys, "argv", ["costs", "--json"])
    costs.main()
    printed = json.loads(capsys.readouterr().out)["images"]
    assert isclose(sum(printed["EXPRESS"]["archived"].values()), costs.THOUSAND * _dollars("EXPRESS"))
