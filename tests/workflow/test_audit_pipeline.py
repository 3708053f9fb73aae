"""The audit pipeline on moto's interpreter: the real definition and handler read an inventory as S3 writes it.

Moto has neither ItemBatcher nor inventories; tests/fake_aws/distributed_maps.py makes the batches and reads the files. It fails no run
for failed batches.
"""

import json
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import boto3
import pytest
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from lambdas import audit
from lambdas.domain import open_records
from lambdas.domain.object_keys import upload_key
from lambdas.domain.record import read_item
from tests.effort import times
from tests.fake_aws.account import ACCOUNT, OWNER, REGION, create_state_machine
from tests.fake_aws.distributed_maps import DistributedMaps
from tests.fake_aws.interpreter import join_threads, substituted
from tests.fake_aws.inventories import Row, write_inventory
from tests.fake_aws.resources import STALLED_AFTER, TABLE, UPLOADS
from tests.lambdas.audited import row
from tests.patience import PATIENCE
from tests.workflow.processing import Processing
from workflow.audit_definition import states_language
from workflow.contracts.errors import ContractViolation
from workflow.steps import AUDIT, AUDIT_BATCH_SIZE

INVENTORIES = "inventories-of-uploads"
BATCH = times(20, AUDIT_BATCH_SIZE)  # rows
ROWS = times(50, 5_000)
NUMBERS = count()


class KilledError(Exception):
    """A function died."""


class Audits:
    """The audit pipeline beside the deployed pipeline, and a bucket of inventories."""

    def __init__(self, processing: Processing, patch: pytest.MonkeyPatch) -> None:
        """Deploy it."""
        self._maps = DistributedMaps()
        self._maps.install(patch)
        self.functions, self._clock = processing.interpreter.functions, processing.fake_clock
        self.functions[AUDIT.function] = audit.handler
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{AUDIT.function}"
        machine = substituted(states_language(), Partition="aws", InventoryBucket=INVENTORIES, **{AUDIT.function: arn})
        machine["States"]["AuditInventory"]["ItemBatcher"]["MaxItemsPerBatch"] = BATCH
        self._machine = create_state_machine(f"audits-{next(NUMBERS)}", self._maps.without_unknown(machine))
        backend = get_backend("s3")[DEFAULT_ACCOUNT_ID]["aws"]
        if INVENTORIES not in backend.buckets:
            backend.create_bucket(INVENTORIES, REGION)

    def rows(self, number: int) -> list[Row]:
        """Return rows of so many uploads that have no record, and that are old enough."""
        late = self._clock.now() - timedelta(seconds=STALLED_AFTER + 60)
        version = {"VersionId": "v", "IsLatest": True, "Size": 1, "LastModified": late}
        ids = (str(UUID(int=one, version=4)) for one in range(number))
        return [row(UPLOADS, {**version, "Key": upload_key(OWNER, image_id)}) for image_id in ids]

    def run(self, rows: list[Row]) -> str:
        """Audit an inventory, and return the status of the execution."""
        client = boto3.client("stepfunctions")
        given = json.dumps({"key": write_inventory(INVENTORIES, rows), "maxConcurrency": 2})
        name = f"audit-{next(NUMBERS)}"
        started = client.start_execution(stateMachineArn=self._machine, name=name, input=given)["executionArn"]
        join_threads(PATIENCE + ROWS)  # seconds: thousands of rows take longer than anything else
        return str(client.describe_execution(executionArn=started)["status"])


@pytest.fixture
def audits(processing: Processing, monkeypatch: pytest.MonkeyPatch) -> Audits:
    """Give the deployed audit pipeline."""
    return Audits(processing, monkeypatch)


def found(processing: Processing) -> list[str]:
    """Return the images that the next sweep would look at."""
    return sorted(open_records.list_open(TABLE, processing.fake_clock.now()))


def test_every_row_of_an_inventory_is_audited(audits: Audits, processing: Processing) -> None:
    """Each upload without a record of a long inventory comes into the index, once, also if the inventory is audited twice."""
    rows = audits.rows(ROWS)
    assert audits.run(rows) == "SUCCEEDED"
    ids = sorted(one["Key"].rpartition("/")[2] for one in rows)
    assert found(processing) == ids
    before = read_item(TABLE, ids[0])
    processing.fake_clock.advance(seconds=60)
    assert audits.run(rows) == "SUCCEEDED"
    assert (found(processing), read_item(TABLE, ids[0])) == (ids, before)


def test_an_audit_that_dies_goes_on_with_the_next(audits: Audits, processing: Processing) -> None:
    """An audit whose functions die has done a part; the next one does the rest, and repeats nothing."""
    rows = audits.rows(BATCH + 1)
    batches = count()

    def dying(event: dict[str, Any], context: Any) -> dict[str, Any]:
        if next(batches):
            raise KilledError
        return audit.handler(event, context)

    audits.functions[AUDIT.function] = dying
    audits.run(rows)
    assert 0 < len(found(processing)) < len(rows)
    audits.functions[AUDIT.function] = audit.handler
    assert audits.run(rows) == "SUCCEEDED"
    assert len(found(processing)) == len(rows)


def test_an_empty_inventory_is_no_error(audits: Audits, processing: Processing) -> None:
    """An inventory without rows, as of a stack that has no uploads, is audited like any other."""
    assert audits.run([]) == "SUCCEEDED"
    assert found(processing) == []


def test_an_inventory_that_lacks_a_column_is_an_error(audits: Audits, processing: Processing) -> None:
    """The batches of an inventory that somebody has changed fail, for which there is an alarm, and nothing is written."""
    rows = [{name: value for name, value in one.items() if name != "LastModifiedDate"} for one in audits.rows(3)]
    errors: list[type[Exception]] = []

    def watched(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            return audit.handler(event, context)
        except Exception as error:
            errors.append(type(error))
            raise

    audits.functions[AUDIT.function] = watched
    audits.run(rows)
    assert (errors, found(processing)) == ([ContractViolation], [])
