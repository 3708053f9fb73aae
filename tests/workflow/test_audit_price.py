"""What an audit costs and how long it takes agree with what its batches are."""

from datetime import UTC, datetime
from typing import Any

import pytest

from costs import prices
from costs.audit_usage import ROW_BYTES, ROWS, audit_seconds, audit_usage
from tests.lambdas.audited import row
from tests.templates.emitted import template
from workflow.steps import AUDIT_BATCH_SIZE

ID = "0b7f3c52-4a58-4d0e-9a41-6f2f6c1f7d10"


def test_a_row_is_as_long_as_it_is_priced() -> None:
    """The number of rows in a batch, by which audits are priced, is that of rows with the IDs of Cognito and a generated bucket."""
    version: Any = {"Key": f"uploads/{ID}/{ID}", "VersionId": "v" * 32, "IsLatest": True, "Size": 4_000_000}
    usual = row("pictures-uploadbucket-1a2b3c4d5e6f", {**version, "LastModified": datetime(2026, 11, 30, tzinfo=UTC)})
    length = sum(len(name) + len(value) + 6 for name, value in usual.items()) + 2
    assert length == pytest.approx(ROW_BYTES, rel=0.15)
    assert ROWS < AUDIT_BATCH_SIZE


def test_units_of_an_audit() -> None:
    """Each row is a listed object, each version a read of half a unit, and each batch an execution and an invocation."""
    used = audit_usage(template(), versions=10 * ROWS, markers=ROWS)
    assert used[prices.S3_INVENTORY] == 11 * ROWS
    assert used[prices.DYNAMODB_READ] == 5 * ROWS
    assert used[prices.EXPRESS_EXECUTION] == used[prices.LAMBDA_REQUEST] == 11


def test_time_of_an_audit() -> None:
    """Twice as many batches at the same time take half of the time."""
    assert audit_seconds(rows=10**6, concurrency=4) == audit_seconds(rows=10**6, concurrency=2) / 2
