"""The costs of the stack: counted from the template, with prices that name their source."""

import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from math import isclose

import boto3
import pytest
from moto import mock_aws

from costs import prices
from costs.prices import STORAGE_CLASSES, Price
from costs.usage import S3_EVENTS, TRIGGER, function_of, image_usage, visited_states
from costs.workload_profile import DELETION, DELETION_LOOKS, INVOCATIONS, LIST_PAGE, STATUS, STATUS_REQUESTS, VARIANTS
from lambdas.runtime import clients
from lambdas.runtime.telemetry import logger, tracer
from pages import costs
from pages.monthly_cost import monthly_usage
from pages.request_usage import request_usage
from templates.resources.functions import FULL_CORE
from tests.fake_aws.account import MOTO, REGION, Payload
from tests.lambdas.account import (
    ARCHIVE_SETTINGS,
    CONTEXT,
    RESIZE_SETTINGS,
    THUMBNAIL_SETTINGS,
    VALIDATE_SETTINGS,
    Account,
    export,
)
from tests.lambdas.account import STEPS as HANDLERS
from tests.lambdas.test_calls_of_requests import stated
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


def _seconds(name: str) -> float:
    """Return the billed seconds of a function for one image: what twice its memory costs more."""
    doubled = _changed()
    doubled["Resources"][name]["Properties"]["MemorySize"] *= 2
    more = (
        image_usage(doubled, "STANDARD")[prices.LAMBDA_COMPUTE]
        - image_usage(template(), "STANDARD")[prices.LAMBDA_COMPUTE]
    )
    return float(more / properties(name)["MemorySize"] * 1024)


@pytest.mark.parametrize("name", [name for name in ON_THE_WAY if name != TRIGGER])
def test_memory_of_a_function_costs(name: str) -> None:
    """A function with twice the memory costs twice as much for its time."""
    assert isclose(_seconds(name), INVOCATIONS[name].seconds)


def test_wait_of_the_trigger_costs() -> None:
    """The trigger is billed until its image is processed: for all steps, and not for much more."""
    steps = sum(INVOCATIONS[name].seconds for name in STEPS)
    assert steps < _seconds(TRIGGER) - INVOCATIONS[TRIGGER].seconds < 1.5 * steps


def test_another_state_is_another_transition() -> None:
    """STANDARD is billed by transitions: another state costs one more. It makes no difference to EXPRESS."""

    def lengthen(machine: Node) -> None:
        machine["States"]["First"] = {"Type": "Pass", "Next": machine["StartAt"]}
        machine["StartAt"] = "First"

    longer = _changed_machine(lengthen)
    before, after = image_usage(template(), "STANDARD"), image_usage(longer, "STANDARD")
    assert after == {**before, prices.STATE_TRANSITION: before[prices.STATE_TRANSITION] + 1}
    assert image_usage(longer, "EXPRESS") == image_usage(template(), "EXPRESS")


def test_branches_are_counted() -> None:
    """The states in the branches of a Parallel are transitions too, and their functions are invoked."""
    narrower = _changed_machine(lambda machine: machine["States"]["ParallelProcessing"]["Branches"].pop(1))
    before, after = image_usage(template(), "STANDARD"), image_usage(narrower, "STANDARD")
    fewer = {
        price: before[price] - after[price]
        for price in (prices.STATE_TRANSITION, prices.SNS_PUBLISH, prices.EVENTBRIDGE_EVENT)
    }
    assert fewer == {prices.STATE_TRANSITION: 1, prices.SNS_PUBLISH: 0, prices.EVENTBRIDGE_EVENT: 3}


@pytest.mark.parametrize("rejected", [False, True])
def test_express_is_cheaper(rejected: bool) -> None:
    """An image costs less on EXPRESS than on STANDARD, and a rejected image less than an archived one on either."""
    assert _dollars("EXPRESS", rejected=rejected) < _dollars("STANDARD", rejected=rejected)
    assert all(_dollars(kind, rejected=True) < _dollars(kind) for kind in costs.WORKFLOW_TYPES)


def test_archived_image_passes_every_step() -> None:
    """The counted path invokes each step once, in order, and no state that handles errors."""
    passed = list(visited_states(definition()))
    assert [name for state in passed if (name := function_of(state))] == STEPS
    assert {state["Type"] for state in passed} == {"Task", "Parallel", "Succeed"}


def test_rejected_image_passes_only_the_first_step() -> None:
    """A rejected image is counted through the first step and its notification, until Succeed."""
    passed = list(visited_states(definition(), rejected=True))
    assert [name for state in passed if (name := function_of(state))] == STEPS[:1]
    assert passed[-1]["Type"] == "Succeed"


def test_reading_is_cheaper_than_writing() -> None:
    """Writes to S3 and DynamoDB cost more than reads; two exchanged prices would show."""
    assert prices.S3_READ.each < prices.S3_WRITE.each
    assert prices.DYNAMODB_READ.each < prices.DYNAMODB_WRITE.each


def test_every_price_can_be_looked_up() -> None:
    """The page links to AWS's page of each price."""
    shown = costs.page(template())
    assert all(f"https://aws.amazon.com/{price.page}/pricing/" in shown for price in PRICES)


def test_every_price_is_used() -> None:
    """No price is unused."""
    pictures = [
        image_usage(template(), kind, rejected=rejected) for kind in costs.WORKFLOW_TYPES for rejected in (False, True)
    ]
    monthly = [price for price, _ in monthly_usage(template()).values()]
    assert {price for used in pictures for price in used} | set(monthly) == set(PRICES)


def test_every_allowed_storage_class_has_a_price() -> None:
    """Every allowed value of the parameter has prices: the colder a class, the cheaper its storage and the dearer its access."""
    offered = template()["Parameters"]["ArchiveStorageClass"]["AllowedValues"]
    assert list(STORAGE_CLASSES) == offered
    kept, moved = ([getattr(STORAGE_CLASSES[name], what) for name in offered] for what in ("kept", "moved"))
    assert kept == sorted(kept, reverse=True)
    assert moved == sorted(moved)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Return the list of the AWS calls that are made, in an account in moto."""
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
    """Drop the clients, and the logger, which would write to this test's output in the next one too."""
    for cached in CACHED:
        cached.cache_clear()
    logging.Logger.manager.loggerDict.pop(SERVICE, None)


def test_counted_calls_are_those_of_the_handlers(calls: list[str]) -> None:
    """The AWS calls that a step is counted with are those of its handler, in order."""
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
    """Return the input of the last step, with the results of the others."""
    return {"validation": found[VALIDATE], "renditions": {"resized": found[RESIZING], "thumbnail": found[CROPPING]}}


def test_counted_calls_of_requests_are_those_that_the_page_of_the_api_states() -> None:
    """A request is counted with the calls that its function makes, as a test of the functions finds them. Deletions are free."""
    counted = {"GET /images/{imageId}": STATUS, "GET /images": LIST_PAGE, "DELETE /images/{imageId}": DELETION}
    for request, profile in counted.items():
        assert _priced(profile.calls) == _priced(stated(request)), request


def _priced(calls: Iterable[str]) -> list[str]:
    return sorted(call for call in calls if call != "DeleteObjects")


def test_a_deletion_costs_by_its_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweeps that look after a deletion are counted: without them it lists three prefixes, and not twelve."""
    (deletion,) = (used for what, used in request_usage(template()).items() if "deletion" in what)
    monkeypatch.setattr("pages.request_usage.DELETION_LOOKS", 0)
    (alone,) = (used for what, used in request_usage(template()).items() if "deletion" in what)
    assert (deletion[prices.S3_WRITE], alone[prices.S3_WRITE]) == (3 * (1 + DELETION_LOOKS), 3)
    assert deletion[prices.DYNAMODB_WRITE] > alone[prices.DYNAMODB_WRITE]


def test_a_further_format_costs_what_its_two_images_do() -> None:
    """Each is staged and archived, read once for its size, and an event of S3 for each state of the staged object."""
    for name, seconds in VARIANTS.items():
        (used,) = (used for what, used in request_usage(template()).items() if what.startswith(name))
        assert (used[prices.S3_WRITE], used[prices.S3_READ], used[prices.EVENTBRIDGE_EVENT]) == (4, 2, 2 * S3_EVENTS)
        assert used[prices.LAMBDA_COMPUTE] > sum(seconds) * FULL_CORE / 1024


@pytest.mark.parametrize("kind", costs.WORKFLOW_TYPES)
def test_the_price_of_an_image_includes_its_polls(kind: str) -> None:
    """The requests for the status in the table of requests are a part of the table of images."""
    (polls,) = (used for what, used in request_usage(template()).items() if "status" in what)
    image = image_usage(template(), kind)
    assert polls[prices.API_REQUEST] == STATUS_REQUESTS
    assert all(units <= image[price] for price, units in polls.items())
    assert image[prices.API_REQUEST] == STATUS_REQUESTS + 1


def test_costs_are_printed_for_people_and_programs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command prints the page's tables, or dollars as JSON with the same total."""
    monkeypatch.setattr(sys, "argv", ["costs"])
    costs.main()
    assert capsys.readouterr().out == costs.page(template())
    monkeypatch.setattr(sys, "argv", ["costs", "--json"])
    costs.main()
    printed = json.loads(capsys.readouterr().out)["images"]
    assert isclose(sum(printed["EXPRESS"]["archived"].values()), costs.THOUSAND * _dollars("EXPRESS"))
