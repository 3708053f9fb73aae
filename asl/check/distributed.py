"""What a distributed Map has besides items in the payload: a reader of items, batches, and a writer of results."""

from dataclasses import replace
from typing import Any

from asl.check.shapes import Anything, Array, Number, Shape, Text, Unknown, exact_object
from asl.check.visit import Visit

SIZE_UNSTATED = 0  # bytes: no contract says how large it is, so that nothing is reported of its size
BATCH_BYTES = 262_144  # of the input of a child execution
MAX_ITEMS = 100_000_000
NAME = Text(1, 2048)
COUNT = Number(integer=True, low=1, high=MAX_ITEMS)
BYTES = Number(integer=True, low=1, high=262_144)
TIME = Number(low=0, high=10**12)
# What an item of s3:listObjectsV2 has.
LISTED = replace(
    exact_object(Etag=Text(1, 256), Key=Text(1, 1024), LastModified=TIME, Size=TIME, StorageClass=Text(1, 64)),
    rest=Anything(1024),
)
RESULT_WRITER_DETAILS = exact_object(Bucket=NAME, Key=NAME)


def items_read(visit: Visit, data: Shape) -> Shape:
    """Return the array of the items that ItemReader reads, and report what is wrong with it."""
    reader = visit.state["ItemReader"]
    _template(visit, data, "ItemReader", "Parameters")
    config = reader.get("ReaderConfig", {})
    if isinstance(config, dict) and "MaxItemsPath" in config:
        found = visit.evaluated(data, config["MaxItemsPath"], "ItemReader.ReaderConfig.MaxItemsPath")
        visit.check(found, COUNT, "ItemReader.ReaderConfig.MaxItemsPath")
    most = config.get("MaxItems") if isinstance(config, dict) else None
    item = _read_item(reader)
    if isinstance(item, Anything) and not visit.proof.mapping.is_given:
        item = Unknown()
    return Array((), item, 0, most if isinstance(most, int) else MAX_ITEMS)


def _read_item(reader: dict[str, Any]) -> Shape:
    """Return the shape of an item by what is read; of JSON, and of a CSV file with its own headers, nothing is known."""
    if str(reader.get("Resource", "")).endswith(":s3:listObjectsV2"):
        return LISTED
    config = reader.get("ReaderConfig")
    if not isinstance(config, dict):
        config = {}
    if config.get("InputType") == "CSV" and isinstance(headers := config.get("CSVHeaders"), list):
        return exact_object(**{str(name): Text(max_bytes=SIZE_UNSTATED) for name in headers})
    return Anything(unstated=True)


def _template(visit: Visit, data: Shape, field: str, name: str) -> Shape:
    """Return the result of a template in an object of the state."""
    holder = visit.state[field]
    if not isinstance(holder, dict) or name not in holder:
        return exact_object()
    place = visit.at = f"{field}.{name}"
    evaluation = visit.evaluation(data)
    found = evaluation.template(holder[name], place)
    visit.report(evaluation.problems)
    return found


def child_input(visit: Visit, data: Shape, given: Shape) -> Shape:
    """Return the input of an iteration: given, or a batch of it."""
    if "ItemBatcher" not in visit.state:
        return given
    batcher = visit.state["ItemBatcher"]
    for name, required in (("MaxItemsPerBatchPath", COUNT), ("MaxInputBytesPerBatchPath", BYTES)):
        if name in batcher:
            visit.check(visit.evaluated(data, batcher[name], f"ItemBatcher.{name}"), required, f"ItemBatcher.{name}")
    most = batcher.get("MaxItemsPerBatch")
    items = Array((), given, 1, most if isinstance(most, int) and most > 0 else None)
    if "BatchInput" not in batcher:
        return replace(exact_object(Items=items), max_bytes=BATCH_BYTES)
    shared = _template(visit, data, "ItemBatcher", "BatchInput")
    return replace(exact_object(Items=items, BatchInput=shared), max_bytes=BATCH_BYTES)


def writes_elsewhere(state: dict[str, Any]) -> bool:
    """Return whether the results of a Map are exported to S3, so that its own result says where they are."""
    writer = state.get("ResultWriter")
    return isinstance(writer, dict) and "Resource" in writer


def written_result(visit: Visit) -> Shape:
    """Return the result of a Map whose results are exported, and report what is wrong with its ResultWriter."""
    _template(visit, visit.selected(visit.arrival.shape, "InputPath"), "ResultWriter", "Parameters")
    return exact_object(MapRunArn=NAME, ResultWriterDetails=RESULT_WRITER_DETAILS)
