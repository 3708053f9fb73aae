"""What a distributed Map has besides items in the payload: a reader of items, batches, and a writer of results."""

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import Any

from asl.check.placeholders import has_placeholder
from asl.check.shapes import Anything, Array, Number, Object, Shape, Text, Unknown, exact_object
from asl.check.sizes import max_bytes
from asl.check.visit import Visit

SIZE_UNSTATED = 0  # bytes: no contract says how large it is, so that nothing is reported of its size
BATCH_BYTES = 262_144  # of the input of a child execution
MAX_ITEMS = 100_000_000
# Any text that fits into the input of a child execution.
CSV_FIELD = Text(0, BATCH_BYTES, max_bytes=SIZE_UNSTATED)
FLATTENED = "LOAD_AND_FLATTEN"
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


Make = Callable[[Any, str], Shape]  # what a template in a field makes


def json_path(visit: Visit, data: Shape) -> Make:
    """Return what makes templates in JSONPath on data."""

    def make(template: Any, place: str) -> Shape:
        visit.at = place
        evaluation = visit.evaluation(data)
        is_path = place.endswith("Path")
        found = evaluation.expression(template, place) if is_path else evaluation.template(template, place)
        visit.report(evaluation.problems)
        return found

    return make


def items_read(visit: Visit, make: Make) -> Shape:
    """Return the array of the items that ItemReader reads, and report what is wrong with it."""
    reader = visit.state["ItemReader"]
    _check_objects(visit, reader, "ItemReader", make)
    config = reader.get("ReaderConfig", {})
    config = config if isinstance(config, dict) else {}
    _check_numbers(visit, config, "ItemReader.ReaderConfig", {"MaxItems": COUNT}, make)
    most = config.get("MaxItems")
    item = _read_item(reader)
    if isinstance(item, Anything) and not visit.proof.mapping.is_given:
        item = Unknown()
    return Array((), item, 0, most if isinstance(most, int) else MAX_ITEMS)


def _read_item(reader: dict[str, Any]) -> Shape:
    """Return the shape of an item by what is read; of JSON, and of a CSV file with its own headers, nothing is known."""
    config = reader.get("ReaderConfig")
    if not isinstance(config, dict):
        config = {}
    # With LOAD_AND_FLATTEN, the items are those in the objects that are listed.
    if str(reader.get("Resource", "")).endswith(":s3:listObjectsV2") and config.get("Transformation") != FLATTENED:
        return LISTED
    if config.get("InputType") == "CSV" and isinstance(headers := config.get("CSVHeaders"), list):
        return exact_object(**{str(name): CSV_FIELD for name in headers})
    return Anything(unstated=True)


def _check_objects(visit: Visit, holder: dict[str, Any], field: str, make: Make) -> None:
    """Report what is no string in the parameters that name objects in S3."""
    made = _inner(holder, field, ("Parameters", "Arguments"), make)
    for name in ("Bucket", "Key", "Prefix"):
        if isinstance(made, Object) and (found := made.get(name)) is not None:
            kind = "Arguments" if "Arguments" in holder else "Parameters"
            written = name if name in holder[kind] else f"{name}.$"
            visit.check(found.shape, Text(), f"{field}.{kind}.{written}")


def _inner(holder: dict[str, Any], field: str, names: tuple[str, ...], make: Make) -> Shape:
    """Return what the template in an object of the state makes, which has one of names."""
    name = next((one for one in names if one in holder), None)
    return exact_object() if name is None else make(holder[name], f"{field}.{name}")


def _check_numbers(visit: Visit, holder: dict[str, Any], field: str, numbers: dict[str, Shape], make: Make) -> None:
    """Report numbers that are computed, by a path or an expression, and may not be what is required."""
    for name, required in numbers.items():
        for one in (name, f"{name}Path"):
            if isinstance(holder.get(one), str) and not has_placeholder(holder[one]):
                visit.check_number(make(holder[one], f"{field}.{one}"), required, f"{field}.{one}")


def child_input(visit: Visit, given: Shape, arrays: list[Array], make: Make) -> Shape:
    """Return the input of an iteration: given, or a batch of it; arrays are those that the Map may run over."""
    if "ItemBatcher" not in visit.state:
        return given
    batcher = visit.state["ItemBatcher"]
    limits: dict[str, Shape] = {"MaxItemsPerBatch": COUNT, "MaxInputBytesPerBatch": BYTES}
    _check_numbers(visit, batcher, "ItemBatcher", limits, make)
    highs = [one.high for one in arrays if one.high is not None]
    known = [*([max(highs)] if len(highs) == len(arrays) > 0 else []), *_batch_size(batcher)]
    items = Array((), given, 1, min(known, default=None))
    if "BatchInput" not in batcher:
        return replace(exact_object(Items=items), max_bytes=BATCH_BYTES)
    shared = _inner(batcher, "ItemBatcher", ("BatchInput",), make)
    return replace(exact_object(Items=items, BatchInput=shared), max_bytes=BATCH_BYTES)


def _batch_size(batcher: dict[str, Any]) -> list[int]:
    """Return MaxItemsPerBatch, or nothing if it is not stated as a number."""
    most = batcher.get("MaxItemsPerBatch")
    return [most] if isinstance(most, int) and most > 0 else []


def most_results(state: dict[str, Any], items: Array, given: Shape) -> int | None:
    """Return how many results there are at most: one for each item, or one for each batch; given is the input of an iteration.

    Batches are full where nothing but MaxItemsPerBatch limits them: no number of bytes, which a full one may exceed.
    """
    batcher = state.get("ItemBatcher", {})
    sizes = _batch_size(batcher)
    if not sizes or items.high is None or any(name.startswith("MaxInputBytes") for name in batcher):
        return items.high
    largest = max_bytes(replace(given, max_bytes=None)) if isinstance(given, Object) else None
    return items.high if largest is None or largest > BATCH_BYTES else ceil(items.high / sizes[0])


def writes_elsewhere(state: dict[str, Any]) -> bool:
    """Return whether the results of a Map are exported to S3, so that its own result says where they are."""
    writer = state.get("ResultWriter")
    return isinstance(writer, dict) and "Resource" in writer


def written_result(visit: Visit, make: Make) -> Shape:
    """Return the result of a Map whose results are exported, and report what is wrong with its ResultWriter."""
    _check_objects(visit, visit.state["ResultWriter"], "ResultWriter", make)
    return exact_object(MapRunArn=NAME, ResultWriterDetails=RESULT_WRITER_DETAILS)
