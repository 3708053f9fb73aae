"""Distributed Maps: readers of items, batches, writers of results, and executions with an input of their own."""

from typing import Any

import pytest

from asl.check.machine_types import MachineTypes
from asl.check.mapping import NO_MAPPING
from asl.check.prover import prove
from tests.asl.check.test_machines import TEXT, Found, State, array, closed, found, proof_of, reading, task

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
WRITER = {"Resource": PUT, "Parameters": {"Bucket": "results"}}
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
        (mapping(ItemReader=reader(GET, "$.kye", InputType="JSON")), {("M", "ItemReader.Parameters.Key.$", True)}),
        (mapping(ItemReader=reader(GET, InputType="JSON", MaxItemsPath="$.n")), set()),
        (
            mapping(ItemReader=reader(GET, InputType="JSON", MaxItemsPath="$.key")),
            {("M", "ItemReader.ReaderConfig.MaxItemsPath", True)},
        ),
        (mapping("$.sku", ItemReader=reader(GET, InputType="JSON")), {(*IN, False)}),
        (
            mapping("$.sku", ItemReader=reader(GET, InputType="CSV", CSVHeaderLocation="GIVEN", CSVHeaders=["sku"])),
            set(),
        ),
        (
            mapping("$.price", ItemReader=reader(GET, InputType="CSV", CSVHeaderLocation="GIVEN", CSVHeaders=["sku"])),
            {(*IN, True)},
        ),
        (mapping("$.Key", ItemReader=reader(LIST)), set()),
        (mapping("$.Kye", ItemReader=reader(LIST)), {(*IN, True)}),
        (
            mapping("$.any", ItemReader=reader(LIST, Transformation="LOAD_AND_FLATTEN", InputType="JSON", MaxItems=9)),
            {(*IN, False)},
        ),
        (
            mapping(ItemReader=reader(GET, "$.n", InputType="JSON", MaxItems=9)),
            {("M", "ItemReader.Parameters.Key.$", True)},
        ),
        (mapping("$.Items[0].sku", ItemsPath="$.lines", ItemBatcher={"MaxItemsPerBatch": 5}), set()),
        (mapping("$.sku", ItemsPath="$.lines", ItemBatcher={"MaxItemsPerBatch": 5}), {(*IN, True)}),
        (
            mapping(
                "$.BatchInput.b",
                ItemsPath="$.lines",
                ItemBatcher={"MaxItemsPerBatch": 5, "BatchInput": {"b.$": "$.bucket"}},
            ),
            set(),
        ),
        (
            mapping(ItemsPath="$.lines", ItemBatcher={"MaxItemsPerBatch": 5, "BatchInput": {"b.$": "$.bukcet"}}),
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
    elsewhere = mapping(ItemsPath="$.lines", ResultWriter=WRITER, Next="B")
    assert found({"M": elsewhere, "B": reading("$.ResultWriterDetails.Key")}, START) == set()
    here = mapping(ItemsPath="$.lines", Next="B")
    assert found({"M": here, "B": reading("$.ResultWriterDetails.Key")}, START) == {("B", "Parameters.read.$", True)}


def test_errors_of_a_distributed_map() -> None:
    """A distributed Map may fail with errors of its own, which a catcher gets."""
    names = ["States.ExceedToleratedFailureThreshold", "States.ItemReaderFailed", "States.ResultWriterFailed"]
    catchers = [{"ErrorEquals": [name], "Next": "C"} for name in names]
    state = mapping(ItemReader=reader(GET, InputType="JSON"), ResultWriter=WRITER, Catch=catchers)
    state["ItemProcessor"]["States"]["In"] = {"Type": "Fail", "Error": "Broken", "Cause": "Really."}
    proof = proof_of({"M": state, "C": reading("$.Cause")}, START)
    assert (proof.findings, [place for place in proof.warnings if "Catch" in place[1]]) == ([], [])


BATCHES = {"ItemBatcher": {"MaxItemsPerBatch": 5}}
TOLERANT = {"ToleratedFailureCount": 1}


@pytest.mark.parametrize(
    ("low", "fields", "fewest"),
    [(2, {}, 2), (2, BATCHES, 1), (0, BATCHES, 0), (2, TOLERANT, 0), (2, {**BATCHES, **TOLERANT}, 0)],
)
def test_fewest_results(low: int, fields: dict[str, Any], fewest: int) -> None:
    """There is a result for each item; of batches at least one if there is an item; and none of what is tolerated to fail."""
    state, start = mapping(ItemsPath="$.lines", Next="B", **fields), closed({"lines": array(TEXT, low)})
    for least, findings in ((fewest, set()), (fewest + 1, {("B", "Parameters", True)})):
        edges = {"B": {"takes": array(closed({"read": TEXT}), least), "gives": TEXT}}
        assert found({"M": state, "B": task()}, start, edges) == findings


@pytest.mark.parametrize(("batcher", "most"), [({}, 2), ({"MaxInputBytesPerBatch": 9000}, 10)])
def test_most_results(batcher: dict[str, Any], most: int) -> None:
    """Batches are full, so that ten items make two; a limit of their bytes may make more."""
    state = mapping(ItemsPath="$.lines", Next="B", ItemBatcher={**BATCHES["ItemBatcher"], **batcher})
    for bound, findings in ((most, set()), (most - 1, {("B", "Parameters", True)})):
        edges = {"B": {"takes": array(closed({"read": TEXT}), 0, bound), "gives": TEXT}}
        assert found({"M": state, "B": task()}, closed({"lines": array(TEXT, 0, 10)}), edges) == findings


def test_items_of_a_batch() -> None:
    """A batch of a computed size has no more items than there are."""
    state = mapping(ItemsPath="$.lines", ItemBatcher={"MaxItemsPerBatchPath": "$.n"})
    state["ItemProcessor"]["States"]["In"] = {"Type": "Pass", "End": True}
    start = closed({"lines": array(TEXT, 0, 10), "n": {"type": "integer", "minimum": 1, "maximum": 5}})
    assert found({"M": state}, start) == set()


@pytest.mark.parametrize(("fields", "findings"), [({}, set()), (TOLERANT, {("B", "Parameters.read.$", True)})])
def test_failure_of_all_iterations_may_be_tolerated(fields: dict[str, Any], findings: Found) -> None:
    """A Map whose iterations all fail ends with an empty array if that is tolerated, and what follows is proved with it."""
    state = mapping(ItemsPath="$.lines", Next="B", **fields)
    state["ItemProcessor"]["States"]["In"] = {"Type": "Fail", "Error": "Broken"}
    assert found({"M": state, "B": reading("$[0]")}, closed({"lines": array(TEXT, 1)})) == findings


def test_label_of_two_maps() -> None:
    """Step Functions refuses the label of another Map."""
    first, second = mapping(ItemsPath="$.lines", Label="L", Next="N"), mapping(ItemsPath="$", Label="L")
    second["ItemProcessor"] = {**second["ItemProcessor"], "StartAt": "In2", "States": {"In2": {"Type": "Succeed"}}}
    assert found({"M": first, "N": second}, START) == {("N", "Label", True)}


KEY = ("M", "ItemSelector.v.$")


@pytest.mark.parametrize(
    ("items", "member", "findings"),
    [
        ({"ItemsPath": "$.lines"}, "Source", set()),
        ({"ItemsPath": "$.lines"}, "Key", {(*KEY, True)}),
        ({"ItemsPath": "$.servers"}, "Key", set()),
        ({"ItemsPath": "$.servers"}, "Value.port", set()),
        ({"ItemReader": reader(GET, InputType="JSON", MaxItems=9)}, "Source", set()),
        ({"ItemReader": reader(GET, InputType="JSON", MaxItems=9)}, "Key", {(*KEY, False)}),
    ],
)
def test_item_of_an_array_of_an_object_or_of_a_file(items: dict[str, Any], member: str, findings: Found) -> None:
    """A distributed Map runs over an array, the pairs of an object or a file: an item has a source, and of an object a key."""
    state = mapping(**items, ItemSelector={"v.$": f"$$.Map.Item.{member}"}, ResultPath=None)
    state["ItemProcessor"]["States"]["In"] = {"Type": "Pass", "Result": 1, "End": True}
    start = closed({"bucket": TEXT, "key": TEXT, "lines": array(TEXT), "servers": closed({"web": TEXT}, {"db": TEXT})})
    assert found({"M": state}, start) == findings


def test_unknown_number_of_results_is_warned_of() -> None:
    """How many items a file has is not known, so that their results may be too large for a payload."""
    proof = proof_of({"M": mapping(ItemReader=reader(GET, InputType="JSON"))}, START)
    assert ("M", "ItemReader") in proof.warnings
    assert ("M", "ItemReader") not in proof_of(
        {"M": mapping(ItemReader=reader(GET, InputType="JSON"), ResultWriter=WRITER)}, START
    ).warnings


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"ItemReader": reader(GET, InputType="XML")}, "ItemReader.ReaderConfig.InputType"),
        ({"ItemReader": reader(GET, InputTyp="JSON", InputType="JSON")}, "ItemReader.ReaderConfig.InputTyp"),
        ({"ItemReader": reader(PUT)}, "ItemReader.Resource"),
        ({"ItemReader": {"Resource": LIST}}, "ItemReader.Parameters.Bucket"),
        (
            {"ItemReader": reader(GET, InputType="CSV", CSVHeaderLocation="GIVEN")},
            "ItemReader.ReaderConfig.CSVHeaders",
        ),
        ({"ItemBatcher": {"BatchInput": {}}}, "ItemBatcher"),
        ({"ItemBatcher": {"MaxInputBytesPerBatch": 262_145}}, "ItemBatcher.MaxInputBytesPerBatch"),
        ({"ItemBatcher": {"MaxItemsPerBatch": 1, "MaxItemsPerBatchPath": "$.n"}}, "ItemBatcher.MaxItemsPerBatchPath"),
        ({"ResultWriter": {"Resource": GET, "Parameters": {"Bucket": "b"}}}, "ResultWriter.Resource"),
        ({"ResultWriter": {"Resource": PUT, "Parameters": {"Prefix": "p"}}}, "ResultWriter.Parameters.Bucket"),
        ({"ResultWriter": {"WriterConfig": {"OutputType": "CSV"}}}, "ResultWriter.WriterConfig.OutputType"),
        ({"ResultWriter": {}}, "ResultWriter"),
        ({"Label": "x" * 41}, "Label"),
        ({"Label": "a label"}, "Label"),
    ],
)
def test_distributed_map_that_is_refused(fields: dict[str, Any], wrong: str) -> None:
    """Step Functions refuses what is in the fields of a distributed Map: a value, a name, one that lacks, one of two that exclude each other."""
    items = {} if "ItemReader" in fields else {"ItemsPath": "$.lines"}
    assert ("M", wrong, True) in found({"M": mapping(**items, **fields)}, START)


def test_fields_of_a_distributed_map_that_may_be_newer() -> None:
    """A field in a reader that is like no known one is undecided, and so is a file of which nothing says what it is."""
    newer = mapping(ItemReader=reader(LIST, Sorting="NONE"))
    assert found({"M": newer}, START) == {("M", "ItemReader.ReaderConfig.Sorting", False)}
    assert found({"M": mapping(ItemReader=reader(GET))}, START) == {("M", "ItemReader.ReaderConfig.InputType", False)}
    csv = mapping(ItemReader=reader(GET, InputType="CSV"))
    assert found({"M": csv}, START) == {("M", "ItemReader.ReaderConfig.CSVHeaderLocation", False)}


WAITING = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"},
    "End": True,
}
JOB = {
    "Type": "Task",
    "Resource": "arn:aws:states:::glue:startJobRun.sync",
    "Parameters": {"JobName": "j"},
    "End": True,
}
ACTIVITY = {"Type": "Task", "Resource": "arn:aws:states:eu-west-1:111122223333:activity:a", "End": True}


@pytest.mark.parametrize("state", [WAITING, JOB, ACTIVITY])
def test_express_executions_do_not_wait(state: State) -> None:
    """A call that waits for a token, a job or an activity is refused in EXPRESS executions: of the machine, or of a Map's items."""
    machine = {"StartAt": "In", "States": {"In": state}}
    for kind, refused in (("EXPRESS", {("In", "Resource")}), ("STANDARD", set[tuple[str, str]]())):
        config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}}
        states = {"M": {"Type": "Map", "ItemsPath": "$.lines", "ItemProcessor": {**config, **machine}, "End": True}}
        by_item = {(state, field) for state, field, decided in found(states, START) if decided}
        proof = prove(machine, NO_MAPPING, types=MachineTypes(kind))
        assert by_item == {(one.state, one.field) for one in proof.findings} == refused


def test_express_executions_have_no_distributed_map() -> None:
    """A distributed Map is refused in an EXPRESS execution."""
    machine = {"StartAt": "M", "States": {"M": mapping(ItemsPath="$.lines")}}
    assert [one.field for one in prove(machine, NO_MAPPING, types=MachineTypes("EXPRESS")).findings] == [
        "ItemProcessor.ProcessorConfig"
    ]
