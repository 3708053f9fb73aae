"""The audit pipeline: what it reads and writes, how much is in a batch, and how it is tried again."""

from datetime import UTC, datetime
from typing import Any

from statelint.linter import Linter

from asl.language import each_state
from tests.fake_aws.interpreter import substituted
from tests.lambdas.audited import row
from tests.workflow.test_import_definition import EXPRESS_SECONDS
from workflow import contracts, proof
from workflow.audit_definition import states_language
from workflow.import_definition import BATCH_BYTES
from workflow.steps import AUDIT, AUDIT_BATCH_SIZE

MACHINE = states_language()
MAP: dict[str, Any] = MACHINE["States"]["AuditInventory"]
(TASK,) = (state for _, state in each_state(MACHINE) if state["Type"] == "Task")


def test_data_flow_is_proved() -> None:
    """Every state gets what its contract needs. Only the rows of an inventory are undecided, and accepted."""
    found = proof.AUDIT.prove()
    assert found.open_findings == []
    assert {finding.state for finding in found.findings} == {AUDIT.state}


def test_a_batch_is_as_long_as_the_contract_allows() -> None:
    """A batch of rows fits a payload, with room for what JSON escapes, and the contract allows as many as the Map makes."""
    items = contracts.resolved("audit-uploads.input")["properties"]["items"]
    assert MAP["ItemBatcher"] == {"MaxItemsPerBatch": AUDIT_BATCH_SIZE, "MaxInputBytesPerBatch": BATCH_BYTES}
    assert items["maxItems"] == AUDIT_BATCH_SIZE
    outputs = contracts.resolved("audit-uploads.output")["properties"]
    assert {one["maximum"] for one in outputs.values()} == {AUDIT_BATCH_SIZE}


def test_results_are_not_in_the_payload() -> None:
    """Results go to S3: those of hundreds of thousands of batches fit no payload. Nothing else is written there."""
    assert MAP["ResultWriter"]["Parameters"] == {"Bucket": "${InventoryBucket}", "Prefix": "results"}
    assert MAP["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    assert MAP["ItemReader"]["Parameters"] == {"Bucket": "${InventoryBucket}", "Key.$": "$.key"}


def test_two_attempts_fit_an_express_execution() -> None:
    """A batch whose function is killed at its time limit gets another attempt; a row that cannot be read gets none."""
    assert 2 * TASK["TimeoutSeconds"] < EXPRESS_SECONDS
    assert TASK["Retry"][0] == {"ErrorEquals": ["ContractViolation"], "MaxAttempts": 0}
    assert TASK["Retry"][-1]["ErrorEquals"] == ["States.ALL"]


def test_a_few_failed_batches_do_not_end_the_run() -> None:
    """Some batches may fail, since the next inventory has their rows again; with more the run is tried again, and fails."""
    assert 0 < MAP["ToleratedFailurePercentage"] < 10
    retried = {name for one in MAP["Retry"] for name in one["ErrorEquals"]}
    assert {"States.ExceedToleratedFailureThreshold", "States.ItemReaderFailed"} <= retried


def test_linter_of_the_language_finds_nothing() -> None:
    """The linter accepts the machine, but for the fields of ReaderConfig, which it does not know."""
    values = dict.fromkeys(("Partition", "InventoryBucket", AUDIT.function), "x")
    found = Linter.validate(substituted(MACHINE, **values))
    assert [one for one in found if "ItemReader.ReaderConfig" not in one] == []


def test_bytes_bound_a_batch_and_not_its_number_of_rows() -> None:
    """A row of the longest bucket, owner and version is shorter than a payload by far, so that batches are large."""
    version: Any = {"Key": f"uploads/{'o' * 64}/{'i' * 36}", "VersionId": "v" * 32, "IsLatest": True, "Size": 10**8}
    longest = row("b" * 63, {**version, "LastModified": datetime(2026, 11, 30, tzinfo=UTC)})
    bytes_of_row = sum(len(name) + len(value) + 6 for name, value in longest.items()) + 2
    assert 300 < BATCH_BYTES / bytes_of_row < AUDIT_BATCH_SIZE
