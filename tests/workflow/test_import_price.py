"""The price that is stated before an import is that of what it then uses."""

import os
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from costs import prices
from costs.import_usage import RESULTS, import_usage
from costs.prices import Price
from costs.workload_profile import RERENDER
from lambdas.domain.import_sources import Accepted
from lambdas.runtime import clients
from operations.imports.counting import count
from operations.imports.estimates import estimate
from operations.imports.sources import Source
from tests.effort import times
from tests.fake_aws.account import OWNER
from tests.fake_aws.resources import ARCHIVE, UPLOADS
from tests.fake_aws.stores import backend
from tests.pictures import encoded, quadrants
from tests.templates.emitted import template
from tests.workflow.metered import Meter, transitions
from tests.workflow.processing import Processing
from tests.workflow.test_import_pipeline import SOURCE, Imports, lines

if TYPE_CHECKING:
    from operations.stack import Stack

PICTURES = times(3, 45)  # the last batch is not full
OTHERS = {"empty.png": b"", "notes.txt": b"no picture", "folder/": b""}
TOLERANCE = 0.05
PAUSE = 0.01  # real seconds between two looks at an image, in which it is processed


@pytest.fixture(autouse=True)
def _waits_do_not_end(processing: Processing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a batch wait until its images are over: on a busy machine its time would be over before, and it would be invoked again."""
    assert processing.fake_clock
    monkeypatch.setattr("lambdas.runtime.clock.sleep", lambda _: time.sleep(PAUSE))


def test_the_price_of_an_import_is_that_of_what_it_uses(
    processing: Processing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls, invocations and transitions are exactly those of the estimate, and all dollars differ by less than five percent.

    Seconds, logs, traces and events cannot be seen here: for them the estimate counts. So it does for reads of DynamoDB, of which there are as
    many as an image takes time.
    """
    imports = Imports(processing, monkeypatch)
    imports.fill(PICTURES, encoded(quadrants(), "PNG"))
    for key, data in OTHERS.items():
        backend("s3", "aws").put_object(SOURCE, key, data)
    accepted = Accepted(frozenset({"PNG"}), 10**6)
    found = count(Source(SOURCE), {"kind": "ONE", "owner": OWNER}, accepted, 10**6, lambda _: None)
    stated = import_usage(template(), "STANDARD", images=PICTURES, others=len(OTHERS), looks=1)
    meter = Meter(monkeypatch)
    assert imports.run("priced") == "SUCCEEDED"
    used = meter.used
    used[prices.S3_WRITE] += RESULTS - 1  # moto writes results, and no manifest
    used[prices.LAMBDA_REQUEST] = sum(processing.interpreter.calls.values())
    used[prices.EXPRESS_EXECUTION] = imports.maps.executions
    used[prices.STATE_TRANSITION] = imports.maps.executions + sum(map(transitions, _executions(imports, "priced")))
    exact = used.keys() - {prices.DYNAMODB_READ, prices.DYNAMODB_WRITE}
    assert {price: used[price] for price in exact} == {price: stated[price] for price in exact}
    assert len(exact) == 6
    stack = cast("Stack", SimpleNamespace(parameters={"WorkflowType": "STANDARD"}))
    expected = estimate(stack, found, 1)
    assert expected.stored == pytest.approx(found.size / 2**30 * prices.STORAGE_CLASSES["STANDARD"].kept)
    assert (
        abs(_dollars({**stated, **used, prices.DYNAMODB_READ: stated[prices.DYNAMODB_READ]}) / expected.total - 1)
        < TOLERANCE
    )


def test_the_price_of_renditions_is_that_of_what_they_use(
    processing: Processing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same holds for images whose renditions are made anew; their number is that of the default parameters."""
    imports = Imports(processing, monkeypatch)
    imports.fill(PICTURES, encoded(quadrants(), "PNG"))
    assert imports.run("first") == "SUCCEEDED"
    images = [line["imageId"] for line in lines()]
    rows = "".join(f'"{image_id}","",""\n' for image_id in images)
    backend("s3", "aws").put_object(UPLOADS, "imports/priced/keys.csv", rows.encode())
    stated = import_usage(template(), "STANDARD", images=PICTURES, others=0, looks=0, profile=RERENDER)
    source = {"kind": "LIST", "bucket": ARCHIVE, "list": {"bucket": UPLOADS, "key": "imports/priced/keys.csv"}}
    before, batches = set(_executions(imports, "first")), imports.maps.executions
    invoked = sum(processing.interpreter.calls.values())
    meter = Meter(monkeypatch)
    assert imports.run("priced", source=source, ownership={"kind": "RECORD"}) == "SUCCEEDED"
    used = meter.used
    used[prices.S3_WRITE] += RESULTS - 1 + len(["the list"])
    used[prices.S3_READ] -= len(["the list"])
    used[prices.LAMBDA_REQUEST] = sum(processing.interpreter.calls.values()) - invoked
    used[prices.EXPRESS_EXECUTION] = imports.maps.executions - batches
    executions = set(_executions(imports, "priced")) - before
    used[prices.STATE_TRANSITION] = used[prices.EXPRESS_EXECUTION] + sum(map(transitions, executions))
    exact = used.keys() - {prices.DYNAMODB_READ, prices.DYNAMODB_WRITE}
    assert {price: used[price] for price in exact} == {price: stated[price] for price in exact}
    dollars = _dollars({**stated, **used, prices.DYNAMODB_READ: stated[prices.DYNAMODB_READ]})
    assert abs(dollars / _dollars(stated) - 1) < TOLERANCE


def _executions(imports: Imports, name: str) -> list[str]:
    """Return the ARNs of an import and of all executions of the pipeline."""
    found = clients.stepfunctions().list_executions(stateMachineArn=os.environ["STATE_MACHINE_ARN"])["executions"]
    return [imports.arn(name), *(one["executionArn"] for one in found)]


def _dollars(used: dict[Price, float]) -> float:
    return sum(price.each * units for price, units in used.items())
