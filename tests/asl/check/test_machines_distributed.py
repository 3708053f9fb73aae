"""Distributed Maps: readers of items, batches, writers of results, and executions with an input of their own."""

from typing import Any

import pytest

from tests.asl.check.test_machines import TEXT, Found, State, array, closed, found, proof_of, reading

START = closed(
    {
        "bucket": TEXT,
        "key": TEXT,
        "lines": array(closed({"sku": TEXT})),
        "n": {"type": "integer", "minimum": 1, "maximum": 5},
    }
)
GET = "arn:aws:states:::s3:getObject"
LIST = "arn:aws:states:::s3:listObjectsV2"
PUT = "arn:aws:states:::s3:putObject"
IN = ("In", "Parameters.read.$")


def mapping(path: str = "$$.State.Name", **fields: Any) -> State:
    """Return a distributed Map whose child executions read path."""
    machine = {"StartAt": "In", "States": {"In": reading(path)}}
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    return {
        "Type": "Map",
        "ItemProcessor": {**config, **machine},
        **fields,
        **({} if "Next" in fields else {"End": True}),
    }


def reader(resource: str, key: str = "$.key", **config: Any) -> State:
    """Return an ItemReader."""
    return {"Resource": resource, "ReaderConfig": config, "Parameters": {"Bucket.$": "$.bucket", "Key.$": key}}


@pytest.mark.parametrize(
    ("state", "findings"),
    [
        (mapping(ItemReader=reader(GET, InputType="JSON")), set()),
        (mapping(ItemReader=reader(GET, "$.kye")), {("M", "ItemReader.Parameters.Key.$", True)}),
        (mapping(ItemReader=reader(GET, MaxItemsPath="$.n")), set()),
        (mapping(ItemReader=reader(GET, MaxItemsPath="$.key")), {("M", "ItemReader.ReaderConfig.MaxItemsPath", True)}),
        (mapping("$.sku", ItemReader=reader(GET, InputType="JSON")), {(*IN, False)}),
        (mapping("$.sku", ItemReader=reader(GET, InputType="CSV", CSVHeaders=["sku"])), set()),
        (mapping("$.price", ItemReader=reader(GET, InputType="CSV", CSVHeaders=["sku"])), {(*IN, True)}),
        (mapping("$.Key", ItemReader=reader(LIST)), set()),
        (mapping("$.Kye", ItemReader=reader(LIST)), {(*IN, True)}),
        (mapping("$.Items[0].sku", ItemsPath="$.lines", ItemBatcher={"MaxItemsPerBatch": 5}), set()),
        (mapping("$.sku", ItemsPath="$.lines", ItemBatcher={"MaxItemsPerBatch": 5}), {(*IN, True)}),
        (mapping("$.BatchInput.b", ItemsPath="$.lines", ItemBatcher={"BatchInput": {"b.$": "$.bucket"}}), set()),
        (
            mapping(ItemsPath="$.lines", ItemBatcher={"BatchInput": {"b.$": "$.bukcet"}}),
            {("M", "ItemBatcher.BatchInput.b.$", True)},
        ),
        (
            mapping(ItemsPath="$.lines", ItemBatcher={"MaxItemsPerBatchPath": "$.key"}),
            {("M", "ItemBatcher.MaxItemsPerBatchPath", True)},
        ),
        (
            mapping(ItemsPath="$.lines", ResultWriter={"Resource": PUT, "Parameters": {"Bucket.$": "$.bukcet"}}),
            {("M", "ResultWriter.Parameters.Bucket.$", True)},
        ),
        (mapping(ItemsPath="$.lines", ToleratedFailureCountPath="$.n"), set()),
        (mapping(ItemsPath="$.lines", ToleratedFailureCountPath="$.nr"), {("M", "ToleratedFailureCountPath", True)}),
        (mapping("$$.Execution.Input.sku", ItemsPath="$.lines"), set()),
        (mapping("$$.Execution.Input.bucket", ItemsPath="$.lines"), {(*IN, True)}),
    ],
)
def test_distributed_map(state: State, findings: Found) -> None:
    """What a distributed Map reads, batches and writes is read from the payload, and a child execution has its own input."""
    assert found({"M": state}, START) == findings


def test_results_that_are_written_elsewhere() -> None:
    """With a ResultWriter the result says where the results are; without one it is their array."""
    elsewhere = mapping(ItemsPath="$.lines", ResultWriter={"Resource": PUT}, Next="B")
    assert found({"M": elsewhere, "B": reading("$.ResultWriterDetails.Key")}, START) == set()
    here = mapping(ItemsPath="$.lines", Next="B")
    assert found({"M": here, "B": reading("$.ResultWriterDetails.Key")}, START) == {("B", "Parameters.read.$", True)}


def test_errors_of_a_distributed_map() -> None:
    """A distributed Map may fail with errors of its own, which a catcher gets."""
    names = ["States.ExceedToleratedFailureThreshold", "States.ItemReaderFailed", "States.ResultWriterFailed"]
    catchers = [{"ErrorEquals": [name], "Next": "C"} for name in names]
    state = mapping(ItemReader=reader(GET), ResultWriter={"Resource": PUT}, Catch=catchers)
    state["ItemProcessor"]["States"]["In"] = {"Type": "Fail", "Error": "Broken", "Cause": "Really."}
    proof = proof_of({"M": state, "C": reading("$.Cause")}, START)
    assert (proof.findings, [place for place in proof.warnings if "Catch" in place[1]]) == ([], [])


def test_unknown_number_of_results_is_warned_of() -> None:
    """How many items a file has is not known, so that their results may be too large for a payload."""
    proof = proof_of({"M": mapping(ItemReader=reader(GET))}, START)
    assert ("M", "ItemReader") in proof.warnings
    assert ("M", "ItemReader") not in proof_of(
        {"M": mapping(ItemReader=reader(GET), ResultWriter={"Resource": PUT})}, START
    ).warnings
