"""The price that is stated before an import is that of what it then uses."""

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from costs import prices
from costs.import_usage import RESULTS, import_usage
from costs.prices import Price
from lambdas.domain.import_sources import Accepted
from lambdas.runtime import clients
from operations.imports.counting import count
from operations.imports.estimates import estimate
from operations.imports.sources import Source
from tests.effort import times
from tests.fake_aws.account import OWNER
from tests.fake_aws.stores import backend
from tests.pictures import encoded, quadrants
from tests.templates.emitted import template
from tests.workflow.metered import Meter, transitions
from tests.workflow.processing import Processing
from tests.workflow.test_import_pipeline import SOURCE, Imports

if TYPE_CHECKING:
    from operations.stack import Stack

PICTURES = times(3, 45)  # the last batch is not full
OTHERS = {"empty.png": b"", "notes.txt": b"no picture", "folder/": b""}
TOLERANCE = 0.05


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
    used[prices.STATE_TRANSITION] = imports.maps.executions + sum(map(transitions, _executions(imports)))
    exact = used.keys() - {prices.DYNAMODB_READ, prices.DYNAMODB_WRITE}
    assert {price: used[price] for price in exact} == {price: stated[price] for price in exact}
    assert len(exact) == 6
    stack = cast("Stack", SimpleNamespace(parameters={"WorkflowType": "STANDARD"}))
    expected = estimate(stack, found, 1)
    assert (
        abs(_dollars({**stated, **used, prices.DYNAMODB_READ: stated[prices.DYNAMODB_READ]}) / expected.total - 1)
        < TOLERANCE
    )


def _executions(imports: Imports) -> list[str]:
    """Return the ARNs of the import and of all executions of the pipeline."""
    found = clients.stepfunctions().list_executions(stateMachineArn=os.environ["STATE_MACHINE_ARN"])["executions"]
    return [imports.arn("priced"), *(one["executionArn"] for one in found)]


def _dollars(used: dict[Price, float]) -> float:
    return sum(price.each * units for price, units in used.items())
